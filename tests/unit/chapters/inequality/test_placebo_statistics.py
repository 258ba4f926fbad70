"""Placebo statistics at once: by hand, member by member, with gaps, and ranked."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.inequality.estimate.growth_data import growth_windows
from guantian.chapters.inequality.estimate.placebo import (
    by_group,
    group_slopes,
    growth_rates,
    run_placebo,
)
from guantian.results import estimates, one
from regiometrics.convergence.sigma import sigma_convergence
from regiometrics.inequality.indices import gini

YEARS = range(2001, 2008)
CITIES = [f"{code:06d}" for code in range(30)]
SPECS = {
    "totals": {"per_head": "total"},
    "variables": {},
    "windows": {"w": {"outcome": "per_head", "first": 2001, "last": 2007, "label": "W"}},
    "placebo": ["w"],
    "growth": {"g": {"total": "total", "first": 2001, "last": 2007, "label": "G"}},
}


@pytest.fixture(scope="module")
def panel():
    rng = np.random.default_rng(4)
    index = pd.MultiIndex.from_product([CITIES, YEARS], names=["city_code", "year"])
    logs = np.repeat(rng.normal(9, 0.5, 30), 7) + 0.1 * np.tile(np.arange(7), 30)
    frame = pd.DataFrame({"per_head": np.exp(logs + rng.normal(0, 0.05, 210))}, index=index)
    frame["total"] = frame["per_head"] * np.repeat(rng.uniform(1, 9, 30), 7)
    frame["in_nation"] = 1
    frame["in_zone"] = np.repeat([1] * 5 + [0] * 25, 7)
    frame["in_region"] = 1
    frame["province_code"] = "610000"
    return frame


@pytest.fixture(scope="module")
def groups():
    rng = np.random.default_rng(8)
    return np.array([rng.choice(CITIES[5:], 5, replace=False) for _ in range(60)], dtype=object)


def ranked(panel, groups, min_members=5):
    windows = growth_windows(panel, SPECS)
    rows = run_placebo(panel, windows, SPECS, CITIES[:5], {"main": groups}, min_members, 0.95)
    return estimates(rows, chapter="inequality", placebo_set="main")


def of_window(ranks, term):
    """The rank of one statistic of the window w."""
    return one(ranks, analysis="placebo", variant="w", placebo_set="main", term=term)


def test_slopes_by_hand():
    """Three cities: levels 0, 1, 2, growth 3, 2, 1: slope -1; growth 0, 1, 2: slope 1."""
    x = np.array([[0.0, 1, 2], [0, 1, 2]])
    y = np.array([[3.0, 2, 1], [0, 1, 2]])
    np.testing.assert_allclose(group_slopes(x, y), [-1, 1])


def test_members_without_figures_are_left_out():
    values = np.array([1.0, 2, 4, 8])
    groups = np.array([[0, 1, 2], [-1, 3, 0], [-1, 2, -1]])
    found = by_group(lambda idx: values[idx].sum(axis=-1), groups, min_members=2)
    np.testing.assert_allclose(found, [7, 9, np.nan])


def test_zone_as_one_at_a_time(panel, groups):
    ranks = ranked(panel, groups)
    values = panel.loc[CITIES[:5], "per_head"].unstack("city_code")
    ratio = np.log(sigma_convergence(values).ratio)
    assert of_window(ranks, "sigma_change").own_value == pytest.approx(ratio)
    change = gini(values).iloc[-1] - gini(values).iloc[0]
    assert of_window(ranks, "gini_change").own_value == pytest.approx(change)
    totals = panel["total"].unstack("city_code")
    change = gini(values, totals[CITIES[:5]] / values)
    found = of_window(ranks, "gini_weighted_change").own_value
    assert found == pytest.approx(change.iloc[-1] - change.iloc[0])


def test_rank_by_hand(panel, groups):
    """Mean growth of each group computed in a loop: the rank counts those at least as extreme."""
    ranks = ranked(panel, groups)
    rates = growth_rates(panel, SPECS["growth"]["g"])
    own = rates[CITIES[:5]].mean()
    others = np.array([rates[list(group)].mean() for group in groups])
    rank = min((others >= own).sum(), (others <= own).sum()) + 1
    row = one(ranks, analysis="placebo_growth", variant="g", placebo_set="main", term="growth")
    assert (row.rank, row.n_draws) == (rank, 60)
    assert row.p_value == pytest.approx(min(1, 2 * rank / 61))
    assert (row.own_value, row.benchmark) == pytest.approx((own, np.median(others)))
    assert row.estimate == pytest.approx(own - np.median(others))


def test_a_zone_that_converges_ranks_first(panel, groups):
    """The zone's gaps are closed to a tenth: no random group comes near."""
    closed = panel.copy()
    zone = closed["in_zone"] == 1
    last = zone & (closed.index.get_level_values("year") == 2007)
    mean = closed.loc[last, "per_head"].mean()
    people = closed["total"] / closed["per_head"]
    closed.loc[last, "per_head"] = mean + 0.1 * (closed.loc[last, "per_head"] - mean)
    closed["total"] = closed["per_head"] * people
    ranks = ranked(closed, groups)
    for term in ("sigma_change", "gini_change", "theil_t_change", "beta"):
        row = of_window(ranks, term)
        assert (row.rank, row.rank_from) == (1, "below")
        assert row.p_value == pytest.approx(2 / 61)


def test_too_few_members_are_said(panel, groups):
    thin = panel.copy()
    thin.loc[(CITIES[0], 2001), "per_head"] = np.nan
    row = of_window(ranked(thin, groups), "beta")
    assert np.isnan(row.estimate)
    assert "fewer than 5 members" in row.note


def test_rates_relative_to_the_year():
    """City b lacks the boom year. Rates 10 and 2 for a, 2 for b: the years' means are 10 and 2, the
    nation's mean 6, so both grew by 6, as fast as the others in the years they have."""
    index = pd.MultiIndex.from_product([["a", "b"], [2001, 2002]], names=["city_code", "year"])
    panel = pd.DataFrame({"rate": [10.0, 2.0, np.nan, 2.0]}, index=index)
    rates = growth_rates(panel, {"rate": "rate", "first": 2001, "last": 2002})
    assert rates.to_dict() == pytest.approx({"a": 6.0, "b": 6.0})
