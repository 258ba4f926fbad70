"""Moran's I, Geary's C and local Moran: by hand, against esda, and their size on random maps."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from regiometrics.distribution.autocorrelation import (
    NOT_SIGNIFICANT,
    STATES,
    global_autocorrelation,
    lisa_by_period,
    lisa_chain,
    local_moran,
)
from regiometrics.weights.weights import Weights


def ring(n, reach=1):
    """Each unit has the neighbours within reach on a circle."""
    steps = [step for step in range(-reach, reach + 1) if step]
    matrix = sum(np.roll(np.eye(n), step, axis=1) for step in steps)
    ids = tuple(f"u{i}" for i in range(n))
    return Weights(sparse.csr_array(matrix), ids, "ring").standardise("row")


def test_by_hand():
    """Four units on a ring, values 0 0 1 1: z = -1/2, -1/2, 1/2, 1/2; every unit has one neighbour
    like itself and one unlike: I = 0; C = 3 * 4 * 1/2 / (2 * 4 * 1) = 3/4.
    """
    values = pd.DataFrame([[0.0, 0.0, 1.0, 1.0]], index=[2000])
    table = global_autocorrelation(values, ring(4).matrix, permutations=99)
    assert table.at[2000, "moran"] == pytest.approx(0.0)
    assert table.at[2000, "geary"] == pytest.approx(0.75)


def test_against_esda():
    """One problem, two implementations: 1e-9 relative."""
    from esda.geary import Geary
    from esda.moran import Moran
    from libpysal.graph import Graph

    rng = np.random.default_rng(5)
    weights = ring(30)
    values = pd.DataFrame(rng.normal(size=(2, 30)), columns=list(weights.ids))
    graph = Graph.from_sparse(weights.matrix, list(weights.ids))
    table = global_autocorrelation(values, weights, permutations=99)
    for period, row in values.iterrows():
        x = row.to_numpy()
        assert table.at[period, "moran"] == pytest.approx(
            Moran(x, graph, permutations=0).I, rel=1e-9
        )
        assert table.at[period, "geary"] == pytest.approx(
            Geary(x, graph, permutations=0).C, rel=1e-9
        )


def test_size_on_random_maps():
    """200 random maps at 10 per cent: 20 rejections expected, standard deviation 4.2."""
    rng = np.random.default_rng(8)
    values = pd.DataFrame(rng.normal(size=(200, 25)))
    p = global_autocorrelation(values, ring(25).matrix, permutations=199, seed=1)["moran_p"]
    assert 8 <= (p <= 0.10).sum() <= 34


def test_same_seed_same_numbers_and_scale_free():
    rng = np.random.default_rng(2)
    values = pd.DataFrame(rng.normal(size=(3, 12)))
    first = global_autocorrelation(values, ring(12).matrix, 99, seed=4)
    again = global_autocorrelation(7 - 3 * values, ring(12).matrix, 99, seed=4)
    pd.testing.assert_frame_equal(first, again)


@pytest.mark.parametrize(
    ("values", "said"),
    [([[1.0, 1.0, 1.0, 1.0]], "all 4 values are equal"), ([[1.0, np.nan, 2.0, 3.0]], "number")],
)
def test_bad_input_is_told(values, said):
    with pytest.raises(ValueError, match=said):
        global_autocorrelation(pd.DataFrame(values), ring(4).matrix, 99)


def test_a_unit_without_neighbour_is_told():
    matrix = ring(4).matrix.toarray()
    matrix[0] = 0
    with pytest.raises(ValueError, match="without neighbours"):
        global_autocorrelation(pd.DataFrame([[1.0, 2, 3, 4]]), matrix, 99)


@pytest.fixture(scope="module")
def blocks():
    """Sixty units on a ring: twelve high side by side, twelve low, the others near the mean."""
    rng = np.random.default_rng(1)
    weights = ring(60, reach=3)
    values = rng.normal(0, 0.1, 60)
    values[:12] += 3
    values[30:42] -= 3
    return pd.Series(values, index=list(weights.ids)), weights


def test_local_moran_finds_the_blocks_and_little_else(blocks):
    values, weights = blocks
    local = local_moran(values, weights, permutations=4999, seed=1, rate=0.05)
    state = local["state"].to_numpy()
    assert (state[3:9] == "HH").all() and (state[33:39] == "LL").all()
    outside = np.r_[state[16:26], state[46:56]]
    assert (outside == NOT_SIGNIFICANT).all()


def test_adjustment_only_raises_p_values(blocks):
    values, weights = blocks
    local = local_moran(values, weights, permutations=499, seed=1)
    assert (local["q_value"] >= local["p_value"] - 1e-12).all()
    told = local["state"] != NOT_SIGNIFICANT
    assert (local.loc[told, "state"] == local.loc[told, "quadrant"]).all()
    assert (local.loc[told, "q_value"] <= 0.05).all()


def test_nothing_stands_out_of_noise():
    """Benjamini and Hochberg bound the chance of any discovery by the rate where all is noise."""
    weights = ring(40)
    rng = np.random.default_rng(3)
    values = pd.DataFrame(rng.normal(size=(20, 40)), columns=list(weights.ids))
    lisa = lisa_by_period(values, weights, permutations=1999, seed=2, rate=0.05)
    discovered = (lisa["state"] != NOT_SIGNIFICANT).groupby("period").any()
    assert discovered.sum() <= 5  # of 20; one is expected


def test_chain_of_states_counts_every_move(blocks):
    values, weights = blocks
    panel = pd.DataFrame([values, values, -values], index=[2000, 2001, 2002])
    chain = lisa_chain(lisa_by_period(panel, weights, permutations=1999, seed=1))
    assert chain.counts.index.tolist() == STATES
    assert chain.counts.to_numpy().sum() == 120
    assert chain.counts.at["HH", "LL"] >= 6 and chain.counts.at["HH", "HH"] >= 6


def test_esda_still_gives_the_p_value_that_is_doubled():
    """Fails when esda turns to two-sided values: ours would then be doubled twice."""
    from esda.moran import Moran_Local
    from libpysal.graph import Graph

    weights = ring(20, reach=2)
    x = np.random.default_rng(6).normal(size=20)
    graph = Graph.from_sparse(weights.matrix, list(weights.ids))
    with pytest.warns(DeprecationWarning, match="directed"):
        test = Moran_Local(x, graph, permutations=999, seed=1)
    assert test.p_sim.max() <= 0.51  # the share on the statistic's own side of the maps
