"""Debt on similarity: a planted slope is found, placebos hold none, ratios are of sums."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.similarity.estimate.aggregates import change_of_ratio, run_zone_burden
from guantian.chapters.similarity.estimate.debt import lent_similarity
from guantian.gap_panel import GapPanel
from guantian.results import estimates, one, series


def panel(slope, seed=1):
    random = np.random.default_rng(seed)
    codes = [f"{11 + i % 12}{i:04d}" for i in range(72)]
    years = list(range(2007, 2017))
    x = 0.3 * random.normal(size=(10, 72)) + random.normal(size=(10, 12))[:, np.arange(72) % 12]
    y = slope * x + random.normal(size=72) + random.normal(size=(10, 1))
    y = y + random.normal(size=(10, 72))
    return GapPanel.build(pd.DataFrame(y, years, codes), pd.DataFrame(x, years, codes))


def test_lent_similarity_holds_no_effect_and_shows_the_error():
    """Whatever the slope, placebos are centred on zero and as wide as the clustered error."""
    without, strong = panel(0.0), panel(5.0)
    for chosen in (without, strong):
        drawn = lent_similarity(chosen, 300, 1)
        assert abs(drawn.estimates.mean()) < 4 * drawn.expected_error / np.sqrt(300)
    error = without.slope()[1]
    assert 0.5 * error < lent_similarity(without, 300, 1).expected_error < 2 * error
    assert strong.slope()[0] > 20 * strong.slope()[1]


def test_the_change_of_a_ratio_is_of_sums_and_not_moved_by_entry():
    nan = np.nan
    top = np.array([[1.0, nan], [2.0, 90.0], [3.0, 90.0]])
    bottom = np.array([[10.0, nan], [10.0, 100.0], [10.0, 100.0]])
    group = np.array([[0, 1], [0, -1]])
    both, first = change_of_ratio(top, bottom, group, least=1)
    # First year: the first city alone, 10% to 20%; second: 92 of 110 to 93 of 110.
    assert both == pytest.approx((10 + 100 * (93 - 92) / 110) / 2)
    assert first == pytest.approx(10.0)
    assert np.isnan(change_of_ratio(top, bottom, group, least=2)).all()


def test_the_zone_is_tested_on_its_own_change():
    random = np.random.default_rng(5)
    codes = [f"{11 + i // 8}{i:04d}" for i in range(80)]
    years = list(range(2007, 2015))
    gdp = pd.DataFrame(random.uniform(50, 500, (8, 80)), years, codes)
    rise = np.arange(8)[:, None] * np.where(np.arange(80) < 4, 0.06, 0.01)
    ratio = 0.1 + rise + 0.01 * random.normal(size=(8, 80))
    parts = {name: (gdp * ratio, gdp) for name in ("debt_gdp", "gap_gdp", "gap", "investment_gdp")}
    placebo = np.array([codes[i : i + 4] for i in range(4, 76)], dtype=object)
    choices = {"primary": {"debt": {"first": 2007, "last": 2014}}}
    found, described = run_zone_burden(parts, codes[:4], placebo, choices, 0.95)
    table = estimates(found, chapter="similarity")
    row = one(table, analysis="primary", variant="S1.5", sample="zone", outcome="debt_gdp")
    assert row.estimate == pytest.approx(6, abs=1)  # points a year
    assert row.p_value < 0.05
    ratios = series(described, chapter="similarity")
    shown = one(ratios, sample="zone", outcome="debt_gdp", year=2007)
    assert shown.value == pytest.approx(
        100 * (gdp * ratio).loc[2007, codes[:4]].sum() / gdp.loc[2007, codes[:4]].sum()
    )
