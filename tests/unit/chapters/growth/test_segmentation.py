"""Growth on segmentation: a planted slope is found; provinces' growth is weighted by output."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.growth.estimate.segmentation import (
    ACCOUNTS,
    province_growth,
    run_segmentation,
)
from guantian.data.growth import HEADLINE, VINTAGES
from guantian.data.markets import Markets
from guantian.results import estimates, one, rows

YEARS = list(range(2003, 2018))


def markets(seed=1, n=30, goods=6):
    """Provinces on a ring with prices of their own."""
    random = np.random.default_rng(seed)
    spread = np.exp(random.normal(size=(len(YEARS), n, 1)))
    indices = 100 * np.exp(0.02 * spread * random.normal(size=(len(YEARS), n, goods)))
    provinces = [f"{11 + i}0000" for i in range(n)]
    pairs = pd.DataFrame({"province_a": provinces, "province_b": provinces[1:] + provinces[:1]})
    printed = np.zeros((len(YEARS), goods), dtype=bool)
    names = [f"good {i}" for i in range(goods)]
    return Markets(indices, printed, YEARS, names, provinces, pairs.assign(zone=False))


def grown(found, slope, seed=2):
    """Growth that falls by `slope` for each log point of the segmentation of the year before."""
    random = np.random.default_rng(seed)
    logs = np.log(found.variance())
    n = len(found.provinces)
    level = np.stack([(logs[:, i] + logs[:, i - 1]) / 2 for i in range(n)], axis=1)
    growth = -slope * level + random.normal(size=n) + random.normal(size=(len(YEARS), 1))
    growth = growth + 0.5 * random.normal(size=growth.shape)
    return pd.DataFrame(growth, [year + 1 for year in YEARS], found.provinces), level


def run(slope):
    found = markets()
    table, level = grown(found, slope)
    choices = {"segmentation": {"first": 2004, "last": 2017, "growth": ACCOUNTS}}
    choices |= {"draws": 99, "placebos": 199}
    growth = {ACCOUNTS: table, **dict.fromkeys(VINTAGES, table)}
    rows_ = run_segmentation(found, growth, choices | {"seed": 1}, 0.95)
    return estimates(rows_, chapter="growth"), level[:-1].std(ddof=1)


def test_a_planted_slope_is_recovered_and_the_year_after_shows_none():
    table, scale = run(slope=2.0)
    primary = one(table, analysis="primary", variant="S2.b", sample="china")
    assert primary.conf_low < -2.0 * scale < primary.conf_high
    assert primary.p_value < 0.05
    assert primary.expected_std_error > 0
    assert 0 <= primary.size_at_5pct <= 0.2
    after = one(table, analysis="falsification", variant="S2.b")
    assert abs(after.estimate) < abs(primary.estimate) / 4
    assert set(rows(table, variant="S2.b")["outcome"]) == {ACCOUNTS, *VINTAGES}


def test_no_slope_is_claimed_where_there_is_none():
    table, scale = run(slope=0.0)
    primary = one(table, analysis="primary", variant="S2.b")
    assert primary.p_value > 0.01
    assert abs(primary.estimate) < 3 * primary.expected_std_error + 0.2 * scale


def test_provincial_growth_is_deflated_or_weighted():
    accounts = pd.DataFrame(
        {"province_code": "110000", "year": [2000, 2001], "gdp_100m_yuan": [100.0, 110.0]}
    )
    prices = pd.DataFrame(
        {"province_code": "110000", "year": [2000, 2001], "cpi_previous_year_100": [100.0, 102.0]}
    )
    index = pd.MultiIndex.from_product(
        [["110100", "110200"], [2000, 2001]], names=["city_code", "year"]
    )
    panel = pd.DataFrame({"gdp_100m_yuan": [30.0, 40.0, 10.0, 20.0]}, index=index)
    for name in VINTAGES:
        panel[name] = [np.nan, 8.0, np.nan, 4.0]
    found = province_growth(accounts, prices, panel)
    assert found[ACCOUNTS].loc[2001, "110000"] == pytest.approx(100 * np.log(1.1 / 1.02))
    assert found[HEADLINE].loc[2001, "110000"] == pytest.approx((30 * 8 + 10 * 4) / 40)
