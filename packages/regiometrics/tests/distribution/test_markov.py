"""Markov chains: by hand on small chains, and recovery from simulated ones."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from regiometrics.distribution.markov import (
    MarkovChain,
    chains_by_span,
    classify,
    ergodic_distribution,
    homogeneity_test,
    markov_chain,
    mean_first_passage,
    mobility,
    prais,
    relative,
)
from regiometrics.distribution.markov_bootstrap import bootstrap_chain
from regiometrics.distribution.spatial_markov import (
    QUADRANTS,
    independent_moves,
    neighbour_rank,
    quadrant_markov,
    spatial_lag,
    spatial_markov,
)

DOUBLES = 1e-12
# Kemeny and Snell's Land of Oz: rain, nice, snow.
OZ = pd.DataFrame([[0.5, 0.25, 0.25], [0.5, 0, 0.5], [0.25, 0.25, 0.5]], list("RNS"), list("RNS"))


def chain(counts):
    labels = range(1, len(counts) + 1)
    return MarkovChain(pd.DataFrame(counts, labels, labels))


def simulate(p, units, periods, seed):
    rng = np.random.default_rng(seed)
    edges = np.cumsum(p, axis=1)
    states = np.zeros((periods, units), dtype=int)
    for t in range(1, periods):
        states[t] = (rng.random(units)[:, None] > edges[states[t - 1]]).sum(axis=1)
    return pd.DataFrame(states)


def test_land_of_oz():
    """Grinstead and Snell (1997, chapter 11): 2/5, 1/5, 2/5; passages printed."""
    np.testing.assert_allclose(ergodic_distribution(OZ), [0.4, 0.2, 0.4], rtol=DOUBLES)
    expected = [[2.5, 4, 10 / 3], [8 / 3, 5, 8 / 3], [10 / 3, 4, 2.5]]
    np.testing.assert_allclose(mean_first_passage(OZ), expected, rtol=1e-10)


def test_counts_probabilities_and_errors_by_hand():
    states = pd.DataFrame({"a": [1, 1, 2, 2], "b": [2, 1, 1, 1]}, index=range(2000, 2004))
    result = markov_chain(states)
    assert result.counts.to_numpy().tolist() == [[3, 1], [1, 1]]
    assert result.probabilities.to_numpy().tolist() == [[0.75, 0.25], [0.5, 0.5]]
    assert result.std_errors.iloc[0, 0] == pytest.approx(np.sqrt(0.75 * 0.25 / 4), rel=DOUBLES)
    assert markov_chain(states, labels=[1, 2, 3]).probabilities.loc[3].isna().all()


def test_mobility_by_hand():
    """Two states with p = 0.9, 0.8: ergodic 2/3 and 1/3, second eigenvalue 0.7."""
    p = pd.DataFrame([[0.9, 0.1], [0.2, 0.8]])
    got = mobility(p)
    expected = {
        "shorrocks": 0.3,
        "determinant": 0.3,
        "second_eigenvalue": 0.3,
        "half_life": np.log(0.5) / np.log(0.7),
        "leaving": 2 * (1 - (2 * 0.9 + 0.8) / 3),
        "bartholomew": 2 / 3 * 0.1 + 1 / 3 * 0.2,
    }
    for name, value in expected.items():
        assert got[name] == pytest.approx(value, rel=1e-10), name
    np.testing.assert_allclose(prais(p), [0.1, 0.2], rtol=DOUBLES)
    still = mobility(pd.DataFrame(np.eye(3)), [0.2, 0.3, 0.5])
    assert still["half_life"] == np.inf
    np.testing.assert_allclose(still.drop("half_life"), 0, atol=DOUBLES)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 6))
def test_long_run_satisfies_its_equations(seed, k):
    p = pd.DataFrame(np.random.default_rng(seed).dirichlet(np.ones(k), size=k))
    pi, passage = ergodic_distribution(p), mean_first_passage(p).to_numpy()
    np.testing.assert_allclose(pi @ p.to_numpy(), pi, atol=1e-10)
    np.testing.assert_allclose(np.diag(passage), 1 / pi, rtol=1e-6)
    # First-step equations: m_ij = 1 + sum over k other than j of p_ik m_kj.
    onward = p.to_numpy() @ (passage - np.diag(np.diag(passage)))
    np.testing.assert_allclose(passage, 1 + onward, rtol=1e-6)


def test_long_run_of_chains_that_do_not_mix():
    transient = pd.DataFrame([[0.5, 0.5, 0], [0, 0.5, 0.5], [0, 0.5, 0.5]])
    assert ergodic_distribution(transient).tolist() == pytest.approx([0, 0.5, 0.5])
    with pytest.raises(ValueError, match="State 0 is left for ever"):
        mean_first_passage(transient)
    with pytest.raises(ValueError, match=r"\[\[1\], \[2\]\] are never left"):
        ergodic_distribution(chain([[4, 0], [0, 4]]).probabilities)
    with pytest.raises(ValueError, match="State 2 was never left"):
        ergodic_distribution(chain([[4, 1], [0, 0]]).probabilities)


def test_recovers_the_chain_that_made_the_panel():
    """20 000 moves: four standard errors each."""
    p = np.array([[0.9, 0.1, 0], [0.1, 0.8, 0.1], [0, 0.2, 0.8]])
    result = markov_chain(simulate(p, 200, 101, seed=4))
    assert (np.abs(result.probabilities - p) <= 4 * result.std_errors).all(axis=None)


def test_homogeneity_by_hand():
    """Two chains; the second state is left in the first chain only and adds no freedom."""
    first, second = chain([[8, 2], [3, 3]]), chain([[2, 8], [0, 0]])
    result = homogeneity_test([first, second])
    table = np.array([[8, 2], [2, 8]])
    chi2, pvalue, df, _ = stats.chi2_contingency(table, correction=False)
    lr, *_ = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood")
    assert (result.q, result.lr, result.df) == pytest.approx((chi2, lr, df), rel=DOUBLES)
    assert result.q_pvalue == pytest.approx(pvalue, rel=1e-9)
    assert result.pooled.counts.to_numpy().tolist() == [[10, 10], [3, 3]]
    with pytest.raises(ValueError, match="1 chains were given"):
        homogeneity_test({"only": first})


def test_homogeneity_rejects_as_often_as_it_says():
    """One chain split in two: 400 tests at 5 per cent, three binomial errors of 1.1 per cent."""
    p = np.array([[0.7, 0.3], [0.4, 0.6]])
    pvalues = []
    for seed in range(400):
        spans = chains_by_span(simulate(p, 50, 21, seed), breaks=[11])
        pvalues.append(homogeneity_test(spans).lr_pvalue)
    assert np.mean(np.array(pvalues) < 0.05) == pytest.approx(0.05, abs=0.033)


def test_spans_hold_every_move_once():
    states = simulate(np.full((3, 3), 1 / 3), 20, 12, seed=0).set_axis(range(2001, 2013))
    spans = chains_by_span(states, breaks=[2005, 2009])
    assert list(spans) == ["2002-2004", "2005-2008", "2009-2012"]
    total = sum(part.counts for part in spans.values())
    assert (total == markov_chain(states).counts).all(axis=None)


def test_classes():
    values = pd.DataFrame([[1.0, 2, 3, 4], [10, 20, 30, 40]])
    assert classify(values, 2, "period").to_numpy().tolist() == [[1, 1, 2, 2]] * 2
    assert classify(values, 2).to_numpy().tolist() == [[1] * 4, [2] * 4]
    cut = classify(values, cutoffs=[2, 10])
    assert cut.to_numpy().tolist() == [[1, 1, 2, 2], [2, 3, 3, 3]]
    np.testing.assert_allclose(relative(values).mean(axis=1), 1, rtol=DOUBLES)
    with pytest.raises(ValueError, match="Period 0, unit 2: nan"):
        classify(values.mask(values == 3))
    with pytest.raises(ValueError, match="by is 'year'"):
        classify(values, 2, "year")


def test_chains_refuse_gaps_and_unknown_states():
    states = pd.DataFrame({"a": [1, 2, 1, 1]}, index=[2000, 2001, 2003, 2004])
    with pytest.raises(ValueError, match="The period after 2001 is missing"):
        markov_chain(states)
    with pytest.raises(ValueError, match="Period 2001, unit a: the state 2"):
        markov_chain(states.iloc[:2], labels=[1, 3])


def ring(n):
    links = np.roll(np.eye(n), 1, axis=1)
    return (links + links.T) / 2


def moving_field(seed, pull):
    """Units on a ring that drift towards the mean of their neighbours."""
    rng = np.random.default_rng(seed)
    w = ring(60)
    rows = [rng.normal(size=60)]
    for _ in range(30):
        rows.append((0.8 - pull) * rows[-1] + pull * (w @ rows[-1]) + rng.normal(0, 0.6, 60))
    return pd.DataFrame(np.array(rows) + 10, columns=[f"u{i}" for i in range(60)]), w


def test_neighbours_matter_where_they_pull_and_not_where_they_do_not():
    values, w = moving_field(0, pull=0.5)
    assert spatial_markov(values, w, 3).homogeneity.lr_pvalue < 1e-6
    pvalues = [
        spatial_markov(*moving_field(seed, pull=0.0), 3).homogeneity.lr_pvalue for seed in range(60)
    ]
    # Three binomial errors of 60 tests at 5 per cent: 0.084.
    assert np.mean(np.array(pvalues) < 0.05) <= 0.05 + 0.084


def test_spatial_chains_add_up_to_the_chain():
    values, w = moving_field(1, pull=0.4)
    result = spatial_markov(values, w, 3, 4)
    assert list(result.by_lag) == [1, 2, 3, 4]
    total = sum(part.counts for part in result.by_lag.values())
    assert (total == result.chain.counts).all(axis=None)


def test_quadrants_by_hand():
    """A ring of four with values 4, 3, 1, 0.5: it stays as it is, then turns upside down."""
    values = pd.DataFrame([[4.0, 3, 1, 0.5], [4, 3, 1, 0.5], [0.5, 1, 3, 4]])
    # Neighbours' means of the first: 1.75, 2.5, 1.75, 2.5 around a mean of 2.125.
    result = quadrant_markov(values, ring(4))
    assert result.chain.counts.sum(axis=None) == 8
    assert result.chain.counts.loc["HL", ["HL", "LH"]].tolist() == [1, 1]
    assert result.chain.counts.loc["HH", ["HH", "LL"]].tolist() == [1, 1]
    np.testing.assert_allclose(
        result.expected.sum(axis=1), result.chain.counts.sum(axis=1), rtol=DOUBLES
    )


def test_independent_chains_leave_eight_degrees_of_freedom():
    """Mean of Pearson's statistic over 300 pairs of unrelated chains: three errors of 4/sqrt(300).

    Twelve free probabilities, four of them estimated; giddy counts nine.
    """
    p = np.array([[0.8, 0.2], [0.3, 0.7]])
    statistics = []
    for seed in range(300):
        own, lag = (simulate(p, 200, 31, 2 * seed + side).astype(bool) for side in (0, 1))
        codes = pd.DataFrame(np.select([~own & ~lag, own & ~lag, own & lag], [0, 1, 2], 3))
        counts = markov_chain(codes, range(len(QUADRANTS))).counts
        expected = independent_moves(counts, own, lag)
        statistics.append(((counts - expected) ** 2 / expected).to_numpy().sum())
    assert np.mean(statistics) == pytest.approx(8, abs=0.7)


def test_rank_of_neighbours():
    """Where neighbours pull, no random map does as well; where not, ranks are as often low as high.

    The mean of 40 uniform ranks has a standard error of 0.046: three of them.
    """
    values, w = moving_field(0, pull=0.5)
    assert neighbour_rank(values, w, 3, draws=199, seed=1) == 1 / 200
    ranks = [
        neighbour_rank(*moving_field(seed, pull=0.0), 3, draws=39, seed=seed) for seed in range(40)
    ]
    assert np.mean(ranks) == pytest.approx(0.5, abs=0.14)


def test_rank_counts_ties():
    """Where everyone is everyone's neighbour all maps are the same, and the rank is one."""
    values, _ = moving_field(2, pull=0.3)
    n = values.shape[1]
    assert neighbour_rank(values, (1 - np.eye(n)) / (n - 1), 3, draws=19) == 1


def test_bootstrap_covers_the_truth():
    """Intervals of the chance to leave a class hold it about as often as they say.

    60 panels at 90 per cent: three binomial errors are 12 per cent.
    """
    p = np.array([[0.8, 0.2, 0], [0.1, 0.8, 0.1], [0, 0.3, 0.7]])
    inside = np.zeros(3)
    for seed in range(60):
        states = simulate(p, 60, 21, seed)
        table = bootstrap_chain(states, prais, draws=99, seed=seed, confidence=0.9, labels=range(3))
        inside += table["conf_low"].le(1 - np.diag(p)) & table["conf_high"].ge(1 - np.diag(p))
    np.testing.assert_allclose(inside / 60, 0.9, atol=0.12)


def test_bootstrap_of_mobility():
    states = simulate(np.array([[0.8, 0.2], [0.3, 0.7]]), 40, 21, seed=0)
    table = bootstrap_chain(states, mobility, draws=99, seed=5)
    pd.testing.assert_series_equal(
        table["estimate"], mobility(markov_chain(states).probabilities), check_names=False
    )
    assert table["conf_low"].le(table["estimate"]).all()
    assert table["conf_high"].ge(table["estimate"]).all()
    pd.testing.assert_frame_equal(table, bootstrap_chain(states, mobility, draws=99, seed=5))


def test_bootstrap_refuses_what_seldom_exists():
    """Each unit alone makes one of the three moves: 6 of 27 resamples hold all."""
    states = pd.DataFrame({"a": [1, 2], "b": [2, 3], "c": [3, 1]})
    with pytest.raises(ValueError, match="of 50 resamples only"):
        bootstrap_chain(states, ergodic_distribution, draws=50)


def test_neighbours_that_pull_move_together():
    assert quadrant_markov(*moving_field(0, pull=0.6)).pvalue < 0.01


def test_weights_are_checked():
    values = pd.DataFrame(np.ones((3, 4)), columns=list("abcd"))
    w = ring(4)
    np.testing.assert_allclose(spatial_lag(values, w), 1)
    w[2] = 0
    with pytest.raises(ValueError, match="unit c add up to 0"):
        spatial_lag(values, w)
    with pytest.raises(ValueError, match="3 by 3, not 4 by 4"):
        spatial_lag(values, ring(3))
