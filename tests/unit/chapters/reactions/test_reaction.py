"""Reaction functions find the slopes put in, and no slope where shocks are shared."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from guantian.chapters.reactions.estimate.reaction import (
    ReactionSettings,
    attempt,
    class_probabilities,
    deviations,
    instrument_rows,
    likelihood_rows,
    set_rows,
)
from guantian.chapters.reactions.estimate.shocks import (
    city_slopes,
    clean_outcome,
    comovement,
    cross_border_rows,
    group_slopes,
    lead_rows,
    permuted_slopes,
    within_groups,
)
from regiometrics.spatial.errors import SpecificationError

SETTINGS = ReactionSettings(0.95, 0.1, 99, 1)
SIDE, T = 14, 12
N = SIDE * SIDE


def lattice():
    """Cities on a square; provinces are strips of two columns, so that many borders are crossed."""
    row, column = np.divmod(np.arange(N), SIDE)
    touch = np.abs(row[:, None] - row) + np.abs(column[:, None] - column) == 1
    province = column // 2
    same = province[:, None] == province

    def weights(matrix):
        sums = matrix.sum(axis=1, keepdims=True)
        return sparse.csr_array(np.divide(matrix, sums, out=np.zeros((N, N)), where=sums > 0))

    sides = {"inside": weights(touch & same), "across": weights(touch & ~same)}
    return sides, np.array([f"p{code:02d}" for code in province])


def panel(values, name="outcome"):
    index = pd.MultiIndex.from_product(
        [[f"c{i:03d}" for i in range(N)], range(T)], names=["city_code", "year"]
    )
    return pd.Series(values.ravel(), index, name=name)


def simulate(inside, across, seed, province_shock=0.0, trend=0.0):
    """Outcomes that solve the reaction function in deviations from the year's mean."""
    rng = np.random.default_rng(seed)
    sides, provinces = lattice()
    x = rng.normal(size=(N, T))
    codes = pd.factorize(provinces)[0]
    shock = province_shock * rng.normal(size=(codes.max() + 1, T))[codes]
    system = np.eye(N) - inside * sides["inside"].toarray() - across * sides["across"].toarray()
    y = np.linalg.solve(system, x + shock + rng.normal(size=(N, T)))
    y = y + rng.normal(size=(N, 1)) + trend * np.arange(T)
    cities = [f"c{i:03d}" for i in range(N)]
    controls = panel(x, "income").to_frame()
    return panel(y), controls, sides, pd.Series(provinces, cities)


def by_term(rows):
    return pd.DataFrame(rows).set_index("term")


def qualifier(found, term, variable=None):
    """One test of a fit."""
    (row,) = [row for row in found.tests if row["term"] == term and row.get("variable") == variable]
    return row


def test_instruments_find_both_slopes():
    y, X, sides, provinces = simulate(0.4, 0.2, 1)
    fit = instrument_rows(y, X, sides, provinces, SETTINGS, thorough=True)
    found = by_term(fit.estimates)
    for term, true in (("inside", 0.4), ("across", 0.2)):
        # Four standard errors: one seed in some 15 000 would fail by chance.
        assert abs(found.at[term, "estimate"] - true) < 4 * found.at[term, "std_error"]
        assert found.at[term, "std_error"] < 0.1
    assert qualifier(fit, "kleibergen_paap")["statistic"] > 10
    wild = qualifier(fit, "wild", "inside")
    assert wild["p_value"] < 0.05
    assert (wild["n_draws"], wild["n_clusters"]) == (99, 7)
    shares = {row["term"]: row["value"] for row in fit.series if row["variable"] == "inside"}
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["imitation"] > 0.99


def test_parameters_are_named_by_columns():
    y, X, sides, provinces = simulate(0.4, 0.2, 1)
    for rows in (
        instrument_rows(y, X, sides, provinces, SETTINGS, dynamic="time").estimates,
        likelihood_rows(y, X, sides["inside"], SETTINGS, dynamic="time"),
    ):
        keys = {(row["term"], row.get("variable"), row.get("effect")) for row in rows}
        assert ("coefficient", "income", "own") in keys
        assert ("own_lag", None, None) in keys
    assert ("coefficient", "income", "lagged") in keys


def test_a_set_keeps_its_pieces_apart():
    pieces = [(-np.inf, -5.0), (-1.0, 2.0), (4.0, np.inf)]
    rows = set_rows(pieces)
    ends = pd.DataFrame(rows.series).pivot(index="setting", columns="term", values="value")
    assert list(ends[["low", "high"]].itertuples(index=False, name=None)) == pieces
    assert rows.tests[0]["resolution"] == "several intervals"
    assert set_rows([]).tests[0]["resolution"] == "empty"
    assert set_rows([]).series == []


def test_a_common_trend_is_no_answer():
    """Interior cities have rows of zeros across borders: lagged levels would carry the trend."""
    y, X, sides, provinces = simulate(0.0, 0.0, 2, trend=5.0)
    found = by_term(instrument_rows(y, X, sides, provinces, SETTINGS).estimates)
    for term in ("inside", "across"):
        assert abs(found.at[term, "estimate"]) < 4 * found.at[term, "std_error"]
    with_trend = found["estimate"]
    y, X, sides, provinces = simulate(0.0, 0.0, 2, trend=0.0)
    without = by_term(instrument_rows(y, X, sides, provinces, SETTINGS).estimates)["estimate"]
    assert with_trend[["inside", "across"]].tolist() == pytest.approx(
        without[["inside", "across"]].tolist(), abs=1e-8
    )


def test_likelihood_takes_a_shared_shock_for_an_answer_and_instruments_do_not():
    y, X, sides, provinces = simulate(0.0, 0.0, 3, province_shock=1.0)
    likelihood = by_term(likelihood_rows(y, X, sides["inside"], SETTINGS))
    instruments = by_term(
        instrument_rows(y, X, {"inside": sides["inside"]}, provinces, SETTINGS).estimates
    )
    assert likelihood.at["rho", "conf_low"] > 0.1
    assert abs(instruments.at["inside", "estimate"]) < 4 * instruments.at["inside", "std_error"]
    assert instruments.at["inside", "estimate"] < likelihood.at["rho", "conf_low"]


def test_one_matrix_gets_an_anderson_rubin_set():
    y, X, sides, provinces = simulate(0.4, 0.0, 4)
    inside = {"inside": sides["inside"]}
    fit = instrument_rows(y, X, inside, provinces, SETTINGS, thorough=True)
    assert qualifier(fit, "anderson_rubin_set")["resolution"] == "one interval"
    ends = {
        row["term"]: row["value"] for row in fit.series if row["analysis"] == "anderson_rubin_set"
    }
    assert ends["low"] < 0.4 < ends["high"]


def test_the_border_slope_survives_province_year_shocks():
    y, X, sides, provinces = simulate(0.0, 0.3, 5, province_shock=2.0)
    fit = cross_border_rows(y, X, sides["across"], provinces, SETTINGS)
    (row,) = fit.estimates
    assert abs(row["estimate"] - 0.3) < 4 * row["std_error"]
    assert row["std_error"] < 0.1
    assert qualifier(fit, "first_stage", "across")["statistic"] > 10


def test_permuting_within_provinces_keeps_the_province_shock():
    y, X, sides, provinces = simulate(0.0, 0.0, 6, province_shock=1.5)
    values = clean_outcome(y, X)
    slope = comovement(values, sides["inside"])
    labels = provinces.to_numpy()
    shared = permuted_slopes(values, sides["inside"], 99, 1, labels)
    anyone = permuted_slopes(values, sides["inside"], 99, 1)
    low, high = np.quantile(shared, [0.01, 0.99])
    assert low < slope < high
    assert slope > anyone.max()


def test_neighbours_that_answer_do_better_than_others_of_the_province():
    y, X, sides, provinces = simulate(0.5, 0.0, 7)
    values = clean_outcome(y, X)
    shared = permuted_slopes(values, sides["inside"], 99, 1, provinces.to_numpy())
    assert comovement(values, sides["inside"]) > shared.max()


def test_leads_are_nothing_where_shocks_do_not_last():
    y, X, sides, provinces = simulate(0.5, 0.0, 8)
    rows = by_term(lead_rows(clean_outcome(y, X), sides["inside"], provinces.to_numpy(), SETTINGS))
    assert rows.at["same", "conf_low"] > 0.2
    for term in ("before", "next"):
        assert abs(rows.at[term, "estimate"]) < 0.15


def test_pooled_slopes_of_groups_by_hand():
    top, bottom = pd.Series([1.0, 2.0], ["a", "b"]), pd.Series([2.0, 2.0], ["a", "b"])
    groups = np.array([["a", "b"], ["a", "z"], ["y", "z"]], dtype=object)
    assert group_slopes(top, bottom, groups, 1).tolist()[:2] == [0.75, 0.5]
    assert np.isnan(group_slopes(top, bottom, groups, 2)[1:]).all()


def test_city_slopes_add_up_to_the_pooled_one():
    y, X, sides, _ = simulate(0.3, 0.0, 9)
    values = clean_outcome(y, X)
    top, bottom = city_slopes(values, sides["inside"])
    assert top.sum() / bottom.sum() == pytest.approx(comovement(values, sides["inside"]))


def test_demeaning_within_groups_leaves_no_means():
    values = np.random.default_rng(1).normal(size=(6, 4))
    groups = np.array([0, 0, 0, 1, 1, 1])
    cleared = within_groups(values, groups)
    assert np.abs(cleared.mean(axis=1)).max() < 1e-12
    assert np.abs(cleared[:3].mean(axis=0)).max() < 1e-12


def test_deviations_have_no_city_or_year_mean():
    _, X, *_ = simulate(0.0, 0.0, 10)
    clean = deviations(X)
    assert clean.groupby(level=0).mean().abs().to_numpy().max() < 1e-12
    assert clean.groupby(level=1).mean().abs().to_numpy().max() < 1e-12


@pytest.mark.parametrize("estimate", [-0.4, 0.0, 0.25])
def test_class_probabilities_are_a_distribution(estimate):
    shares = class_probabilities(estimate, 0.2, 0.1, 20)
    assert sum(shares.values()) == pytest.approx(1)
    mirrored = class_probabilities(-estimate, 0.2, 0.1, 20)
    assert shares["imitation"] == pytest.approx(mirrored["differentiation"])


def test_a_sample_without_an_estimate_says_why():
    def fit():
        raise SpecificationError("Nothing to see.")

    assert attempt(fit, term="inside") == [{"term": "inside", "note": "Nothing to see."}]
