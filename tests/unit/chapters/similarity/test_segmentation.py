"""Segmentation of markets, by hand and on simulated prices."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.similarity.estimate.markets import run_markets
from guantian.data.markets import Markets
from guantian.results import estimates, one, rows, series
from regiometrics.structure.segmentation import (
    adjacent_provinces,
    price_changes,
    relative_price_variance,
    rounded,
    trend,
    variance_of_rounding,
    within_rounding,
)

PROVINCES = [f"{number}0000" for number in range(11, 21)]
GOODS = [f"good_{number}" for number in range(9)]
YEARS = range(2003, 2018)


@pytest.fixture(scope="module")
def ring():
    """Ten provinces of one city each around a ring: ten pairs of neighbours."""
    codes = [code[:2] + "0100" for code in PROVINCES]
    ends = [sorted((codes[i], codes[(i + 1) % 10])) for i in range(10)]
    frame = pd.DataFrame(ends, columns=["code_a", "code_b"])
    return frame.assign(adjacent=1, same_province=0)


@pytest.fixture(scope="module")
def prices():
    """Common shocks and small own ones; the second province's prices go their own way."""
    rng = np.random.default_rng(11)
    common = rng.normal(0, 3, (15, 1, 9))
    own = rng.normal(0, 0.3, (15, 10, 9))
    own[:, 1] *= 12
    values = np.exp((common + own) / 100) * 100
    values[:8] = rounded(values[:8])
    index = pd.MultiIndex.from_product(
        [YEARS, PROVINCES, GOODS], names=["year", "province_code", "category"]
    )
    return pd.DataFrame({"rpi_previous_year_100": values.ravel()}, index).reset_index()


def test_by_hand():
    """Two pairs, two goods: gaps 1 and 3 against 2 and 2 leave -0.5, 0.5 and 0.5, -0.5."""
    changes = np.array([[0.0, 0.0], [1.0, 3.0], [-1.0, 5.0]]) / 100
    indices = 100 * np.exp(changes)[None]
    first, second = np.array([0, 1]), np.array([1, 2])
    found = relative_price_variance(indices, first, second)
    assert found[0] == pytest.approx([0.5e-4, 0.5e-4])


def test_what_moves_a_good_everywhere_does_not_count():
    rng = np.random.default_rng(1)
    indices = 100 * np.exp(rng.normal(0, 0.02, (4, 6, 5)))
    first, second = np.array([0, 1, 2]), np.array([3, 4, 5])
    common = np.exp(rng.normal(0, 0.2, (4, 1, 5)))
    assert relative_price_variance(indices * common, first, second) == pytest.approx(
        relative_price_variance(indices, first, second)
    )


def test_neighbours_once_and_within_the_provinces_known(ring):
    twice = pd.concat([ring, ring.rename(columns={"code_a": "code_b", "code_b": "code_a"})])
    table = adjacent_provinces(twice, PROVINCES)
    assert len(table) == 10 and (table["province_a"] < table["province_b"]).all()
    assert len(adjacent_provinces(ring, PROVINCES[:3])) == 2
    inside = ring.assign(same_province=1)
    assert adjacent_provinces(inside, PROVINCES).empty


def test_a_missing_price_is_named(prices):
    broken = prices.drop(index=5)
    with pytest.raises(ValueError, match="good_5 in province 110000 is nan in 2003"):
        price_changes(broken, PROVINCES)


def test_trend_of_a_line():
    slope, error = trend(np.array([1.0, 3.0, 5.0, 7.0, 9.0]), range(5), lags=1)
    assert slope == pytest.approx(2) and error == pytest.approx(0, abs=1e-12)


def test_draws_stay_within_the_digit():
    indices = rounded(np.random.default_rng(2).uniform(95, 105, (3, 4, 5)))
    drawn = within_rounding(indices, 50, seed=1)
    assert drawn.shape == (50, 3, 4, 5)
    assert np.allclose(rounded(drawn), indices)


def test_variance_of_rounding_has_its_size():
    """Rounding errors within ±0.05 have variance 0.1²/12 each; their gap's absolute value less.

    For the absolute difference of two uniforms on a width w the variance is w²/18 (triangular
    law); netting pair means takes a share of one over the number of pairs, which is small here.
    """
    first, second = np.arange(0, 60, 2), np.arange(1, 60, 2)
    found = variance_of_rounding(60, 9, first, second, 200, seed=3).mean()
    expected = (0.1 / 100) ** 2 / 18 * (1 - 1 / 30)
    assert found == pytest.approx(expected, rel=0.02)  # 6000 draws of a variance over nine goods


def test_the_border_that_was_built_is_found(prices, ring):
    zone = [PROVINCES[0][:2] + "0100", PROVINCES[1][:2] + "0100"]
    markets = Markets.build(prices, ring, zone)
    assert markets.coarse.tolist() == [True] * 8 + [False] * 7
    found, described = run_markets(markets, draws=20, seed=1, confidence=0.8)
    found, described = estimates(found), series(described)
    level = one(found, analysis="segmentation", variant="all_goods", term="level")
    assert level["rank"] == 1 and level.n_draws == 9 and level.rank_from == "above"
    assert level.estimate > 2  # its own shocks are twelve times as large
    early = one(found, variant="all_goods_early", term="own_trend")
    assert (early.first_year, early.last_year, early.n_periods) == (2003, 2010, 8)
    pairs = rows(described, term="value")
    assert len(rows(pairs, sample="zone")) == 15 and len(pairs) == 150
    others = rows(pairs, sample="other", year=2005)["value"]
    median = one(described, sample="other", term="median", year=2005)
    assert median.value == pytest.approx(others.median()) and median.n_draws == 9
    rounding = rows(found, analysis="rounding").set_index("term")["estimate"]
    assert rounding["floor_share"] == pytest.approx(rounding["floor"] / rounding["observed"])
    assert rounding["floor_share"] < 0.2
    assert rounding["late_change"] == pytest.approx(abs(rounding["late_ratio"] - 1))


def test_a_zone_in_one_province_has_no_market_to_measure(prices, ring):
    markets = Markets.build(prices, ring, [PROVINCES[0][:2] + "0100"])
    found, _ = run_markets(markets, draws=20, seed=1, confidence=0.95)
    row = one(estimates(found), variant="all_goods", term="level")
    assert np.isnan(row.estimate) and "no two neighbouring provinces" in row.note
