"""Mean growth: by hand, with the error that its simulation shows, and in every vintage."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.growth.estimate.speed import Growth, cosine_error, run_speed
from guantian.data.growth import HEADLINE, VINTAGES, vintages
from guantian.results import estimates, one, rows

CHOICES = {
    "speed": {"first": 2000, "last": 2009, "benchmark": 5, "split": 2004},
    "placebos": 199,
    "seed": 1,
}


def growth(level, seed=1, provinces=20, each=6, T=10, gaps=0.1):
    """Cities whose growth has a part of its province and a swing of the nation."""
    random = np.random.default_rng(seed)
    province = np.repeat(np.arange(provinces), each)
    values = level + 3 * np.sin(np.arange(T))[:, None] + random.normal(size=provinces)[province]
    values = values + random.normal(size=(T, provinces))[:, province]
    values = values + random.normal(size=(T, len(province)))
    values[random.random(values.shape) < gaps] = np.nan
    return Growth(values, np.ones(values.shape), province)


def test_each_year_counts_the_same():
    values = np.array([[2.0, 4.0, 6.0], [10.0, np.nan, np.nan]])
    found = Growth(values, np.ones((2, 3)), np.array([0, 1, 1]))
    assert found.mean()[0] == pytest.approx((4 + 10) / 2)
    weighted = Growth(values, np.array([[3.0, 1.0, 1.0]] * 2), np.array([0, 1, 1]))
    assert weighted.mean()[0] == pytest.approx(((6 + 4 + 6) / 5 + 10) / 2)


def test_the_error_is_the_deviation_of_estimates_and_placebos_show_it():
    """Of 200 panels with a common swing; the Monte Carlo error of a deviation is 5%."""
    panels = [growth(0.0, seed) for seed in range(200)]
    found = np.array([panel.mean()[:2] for panel in panels])
    assert found[:, 1].mean() == pytest.approx(found[:, 0].std(ddof=1), rel=0.2)
    drawn = panels[0].placebos(999, 1)
    assert drawn.expected_error == pytest.approx(found[0, 1], rel=0.15)
    assert abs(drawn.estimates.mean()) < 4 * drawn.expected_error / np.sqrt(999)


def test_placebos_do_not_see_the_level():
    low, high = (growth(level).placebos(99, 1) for level in (0.0, 50.0))
    np.testing.assert_allclose(low.estimates, high.estimates, atol=1e-9)


def test_the_cosine_error_of_white_noise():
    """Its mean square is the variance over T, give or take 3 Monte Carlo errors of 3%."""
    random = np.random.default_rng(3)
    squares = [cosine_error(random.normal(size=20)) ** 2 for _ in range(4000)]
    assert np.mean(squares) == pytest.approx(1 / 20, rel=0.06)


@pytest.fixture(scope="module")
def panel():
    found = growth(9.0, provinces=20, each=6)
    codes = [f"{11 + i // 6}{i:04d}" for i in range(120)]
    index = pd.MultiIndex.from_product([codes, range(2000, 2010)], names=["city_code", "year"])
    frame = pd.DataFrame({HEADLINE: found.values.T.ravel()}, index=index)
    frame["gdp_100m_yuan"] = 100.0
    frame[VINTAGES[1]] = (frame[HEADLINE] + 1).where(index.get_level_values("year") > 2004)
    frame[VINTAGES[2]] = frame[HEADLINE] - 1
    return frame


def test_first_published_growth_is_filled_by_the_headline(panel):
    filled = vintages(panel)[VINTAGES[1]]
    early = filled.index.get_level_values("year") <= 2004
    pd.testing.assert_series_equal(filled[early], panel[HEADLINE][early], check_names=False)
    late = (filled - panel[HEADLINE])[~early].dropna()
    assert late.to_numpy() == pytest.approx(1.0)


def test_every_vintage_has_its_rows_and_one_is_primary(panel):
    codes = sorted(panel.index.unique("city_code"))
    placebo = np.array([codes[i : i + 4] for i in range(4, 116)], dtype=object)
    found = estimates(run_speed(panel, codes[:4], placebo, CHOICES, 0.95), chapter="growth")
    for sample in ("china", "zone"):
        primary = one(found, analysis="primary", variant="S1.1a", sample=sample)
        assert primary.outcome == HEADLINE
        assert primary.benchmark == 5
        assert primary.p_value < 0.05 < primary.size_at_5pct + 0.05
        assert primary.conf_low > 5
        assert primary.expected_std_error > 0
        whole = rows(
            found, variant="S1.1a", sample=sample, first_year=2000, last_year=2009, errors=None
        )
        assert set(whole["outcome"]) == set(VINTAGES)
    means = rows(found, sample="china", first_year=2000, last_year=2009, errors=None, weights=None)
    by_vintage = means.set_index("outcome")["estimate"]
    assert by_vintage[VINTAGES[2]] == pytest.approx(by_vintage[HEADLINE] - 1)
    assert by_vintage[VINTAGES[1]] == pytest.approx(by_vintage[HEADLINE] + 0.5)
