"""Robust intervals, augmented synthetic control and conformal tests at their edges."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regiometrics.counterfactuals import conformal_test, counterfactuals
from regiometrics.counterfactuals.completion import completed_effects
from regiometrics.counterfactuals.honest import relative_magnitude_interval
from regiometrics.counterfactuals.pretrends import (
    EventPath,
    detectable_slope,
    event_path,
    sensitivity,
)
from regiometrics.errors import EstimationError

DATA = Path(__file__).parent / "data"

# Medicaid expansion, README of asheshrambachan/HonestDiD (ehec_data).
EFFECTS = np.array([-0.0052854, -0.0112973, -0.002676, -0.0014193, 0.0003397, 0.0464469, 0.0692062])
UPPER = [
    [7.48848e-05, 6.03987e-05, 4.44462e-05, 3.38576e-05, 4.32801e-05, 4.76588e-05, 2.42513e-05],
    [7.2665e-05, 3.78933e-05, 2.86658e-05, 4.54332e-05, 4.42885e-05, 2.82466e-05],
    [5.05205e-05, 2.67368e-05, 2.77819e-05, 3.06064e-05, 9.63753e-06],
    [4.00322e-05, 2.41286e-05, 2.38087e-05, 2.92388e-06],
    [5.46266e-05, 3.68253e-05, 9.72295e-06],
    [8.37567e-05, 6.3214e-05],
    [0.000107124],
]


def medicaid_cov():
    cov = np.zeros((7, 7))
    for row, values in enumerate(UPPER):
        cov[row, row:] = cov[row:, row] = values
    return cov


@pytest.mark.parametrize(
    ("bound", "low", "high"),
    [(0.5, 0.0241, 0.0673), (1, 0.0171, 0.0720), (1.5, 0.00859, 0.0796), (2, -0.00107, 0.0883)],
)
def test_relative_magnitudes_are_those_of_honest_did(bound, low, high):
    """R's C-LF intervals of the first effect; its grid has steps of 0.00037."""
    first = np.array([1.0, 0.0])
    found = relative_magnitude_interval(EFFECTS, medicaid_cov(), 5, first, bound, 0.05)
    assert found == pytest.approx((low, high), abs=6e-4)


def test_no_violation_is_the_normal_interval():
    first = np.array([1.0, 0.0])
    low, high = relative_magnitude_interval(EFFECTS, medicaid_cov(), 5, first, 0.0, 0.05)
    error = np.sqrt(medicaid_cov()[5, 5])
    assert (low, high) == pytest.approx(
        (EFFECTS[5] - 1.96 * error, EFFECTS[5] + 1.96 * error), abs=0.03 * error
    )


@pytest.mark.parametrize(("bound", "draws"), [(1, 100), (2, 40)])
def test_the_interval_covers_under_a_real_violation(bound, draws):
    """Plug-in sets have 0.83 and 0.67 here; nominal 0.95, three errors of the draws."""
    rng = np.random.default_rng(0)
    step = 0.06
    cov = 0.01**2 * (np.eye(7) + 1) / 2
    violation = np.r_[-step, -step, -step, 0, 0, bound * step, 2 * bound * step]
    years = [2008, 2009, 2010, 2011, 2012, 2014, 2015]
    hits = 0
    for _ in range(draws):
        path = EventPath(years, rng.multivariate_normal(violation, cov), cov, 5, np.array([]))
        row = sensitivity(path, "relative_magnitude", [bound]).iloc[0]
        hits += row["low"] <= 0 <= row["high"]
    assert hits / draws >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / draws)


@pytest.fixture(scope="module")
def kansas():
    table = pd.read_csv(DATA / "kansas_ascm.csv")
    wide = table.pivot(index="state", columns="year_qtr", values="lngdpcapita")
    treated = (wide.index == "Kansas")[None]
    return wide.to_numpy(), treated, ~treated, int((wide.columns < 2012.25).sum())


@pytest.mark.parametrize(
    ("method", "effect", "fit"), [("sc", -0.029435, 0.082555), ("asc", -0.0401, 0.0615)]
)
def test_kansas_is_that_of_augsynth(kansas, method, effect, fit):
    """Vignette of augsynth 0.2.0 (Ben-Michael, Feller and Rothstein 2021)."""
    found = counterfactuals(*kansas, method)
    # Its quadratic programme stops at about 1e-5.
    assert found.effects[0] == pytest.approx(effect, abs=6e-5)
    before = kansas[3]
    assert np.sqrt((found.gaps[0, :before] ** 2).sum()) == pytest.approx(fit, abs=6e-5)


def degenerate(kind):
    rng = np.random.default_rng(0)
    n, periods = 12, 15
    y = rng.normal(0, 1, (n, 1)) + rng.normal(size=periods).cumsum()
    y = y + rng.normal(0, 0.3, (n, periods))
    treated = np.eye(n, dtype=bool)[:1]
    if kind == "one donor":
        return y[:2], treated[:, :2]
    if kind == "constant donors":
        y[1:] = np.arange(1, n)[:, None] * 0 + 2.0
        return y, treated
    return np.where(treated[0][:, None], y, y[1]), treated


@pytest.mark.parametrize("kind", ["one donor", "identical donors", "constant donors"])
def test_where_donors_are_equal_augmentation_is_none(kind):
    """mlsynth #393: no donor differs from the others, so that there is nothing to correct."""
    y, treated = degenerate(kind)
    plain, augmented = (
        counterfactuals(y, treated, ~treated, 8, method).effects[0] for method in ("sc", "asc")
    )
    assert np.isfinite(plain)
    assert augmented == plain


@pytest.mark.parametrize("method", ["did", "difp", "sdid"])
def test_one_donor_is_a_difference_of_differences(method):
    y, treated = degenerate("one donor")
    gap = y[0] - y[1]
    found = counterfactuals(y, treated, ~treated, 8, method).effects[0]
    assert found == pytest.approx(gap[8:].mean() - gap[:8].mean(), abs=1e-9)


class TestConformalEdges:
    y = np.random.default_rng(0).normal(size=(12, 15)).cumsum(1)

    def run(self, before=8, grid=None, level=0.1, **options):
        grid = np.linspace(-5, 5, 11) if grid is None else np.array(grid)
        return conformal_test(self.y[0], self.y[1:], before, 0.1, grid, level=level, **options)

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"before": 15}, "before is 15"),
            ({"before": 0}, "before is 0"),
            ({"grid": [3.0, -3.0, 0.0]}, "ascend"),
            ({"grid": [0.0, np.nan]}, "grid holds nan"),
            ({"level": 10}, "level is 10"),
            ({"level": 0.01}, "smallest p-value"),
        ],
    )
    def test_refused(self, change, said):
        with pytest.raises(ValueError, match=said):
            self.run(**change)

    def test_plain_synthetic_control_is_available(self):
        series, donors, grid = self.y[0], self.y[1:4], np.array([0.0])
        found = conformal_test(series, donors, 8, 0.0, grid, intercept=False)
        assert 1 / 15 <= found.p_value <= 1


def test_nothing_after_is_refused():
    gaps = np.random.default_rng(0).normal(size=(200, 12))
    with pytest.raises(ValueError, match="before is 12"):
        event_path(gaps, range(2000, 2012), 12)


@pytest.mark.parametrize("power", [0.01, 0.05, 1.0])
def test_a_power_that_no_slope_has_is_refused(power):
    gaps = np.random.default_rng(0).normal(size=(200, 12))
    with pytest.raises(ValueError, match="power is"):
        detectable_slope(event_path(gaps, range(2000, 2012), 6), power)


def test_years_that_are_collinear_are_refused():
    gaps = np.random.default_rng(0).normal(size=(200, 8))
    gaps[:, 6] = gaps[:, 5]
    with pytest.raises(EstimationError, match="collinear"):
        event_path(gaps, range(2000, 2008), 4)


def test_matrix_completion_refuses_missing_outcomes():
    treated = np.eye(6, dtype=bool)[:1]
    with pytest.raises(EstimationError, match="missing value"):
        completed_effects(np.full((6, 9), np.nan), treated, ~treated, 5, 0.1)
