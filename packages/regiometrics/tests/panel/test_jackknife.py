"""The half-panel jackknife against its definition, and its coverage near a unit root."""

import warnings

import numpy as np
import pandas as pd
import pytest

from regiometrics.errors import PanelError
from regiometrics.panel import BiasCorrectedLSDV, HalfPanelJackknife


def panel(rng, n, T, slope, *, feedback=0.0):
    """An autoregression with unit effects and a regressor that responds to the outcome."""
    effect = rng.normal(size=n)
    y, x = np.zeros((2, n, T + 51))
    for t in range(1, T + 51):
        x[:, t] = 0.5 * x[:, t - 1] + feedback * y[:, t - 1] + rng.normal(size=n)
        mean = slope * y[:, t - 1] + 0.5 * x[:, t] * (feedback > 0)
        y[:, t] = mean + effect * (1 - slope) + rng.normal(size=n)
    index = pd.MultiIndex.from_product([range(n), range(T + 1)], names=["unit", "year"])
    values = pd.DataFrame({"y": y[:, 50:].ravel(), "x": x[:, 50:].ravel()}, index)
    return values["y"], values[["x"]]


def dummies(y, x, first, last):
    """Least squares with a dummy per unit, periods first to last of the equation, by lstsq."""
    table = pd.concat([y, y.groupby("unit").shift(1).rename("lag"), x], axis=1).dropna()
    year = table.index.get_level_values("year")
    table = table[(year >= first) & (year <= last)]
    units = pd.get_dummies(table.index.get_level_values("unit"), dtype=float).to_numpy()
    X = np.column_stack([table[["lag", "x"]].to_numpy(), units])
    return np.linalg.lstsq(X, table["y"].to_numpy(), rcond=None)[0][:2]


def test_the_estimate_is_twice_the_whole_minus_the_mean_of_the_halves():
    y, x = panel(np.random.default_rng(1), 12, 10, 0.5, feedback=0.1)
    fit = HalfPanelJackknife(y, x).fit()
    whole, first, second = (dummies(y, x, *span) for span in ((1, 10), (1, 5), (6, 10)))
    assert fit.params.to_numpy() == pytest.approx(2 * whole - (first + second) / 2)
    assert fit.least_squares.to_numpy() == pytest.approx(whole)
    assert pytest.approx(np.array([first, second])) == fit.halves.to_numpy().T


def test_an_odd_number_of_periods_averages_both_splits():
    y, x = panel(np.random.default_rng(2), 12, 11, 0.5, feedback=0.1)
    spans = ((1, 5), (6, 11), (1, 6), (7, 11))
    mean = np.mean([dummies(y, x, *span) for span in spans], axis=0)
    found = HalfPanelJackknife(y, x).fit().params.to_numpy()
    assert found == pytest.approx(2 * dummies(y, x, 1, 11) - mean)


def test_errors_are_those_of_leaving_out_one_unit_each():
    y, x = panel(np.random.default_rng(3), 9, 12, 0.6, feedback=0.1)
    whole = HalfPanelJackknife(y, x).fit()
    gaps = []
    for unit in range(9):
        rest = y.index.get_level_values("unit") != unit
        gaps.append(HalfPanelJackknife(y[rest], x[rest]).fit().params - whole.params)
    gaps = np.array(gaps)
    assert whole.cov.to_numpy() == pytest.approx(8 / 9 * gaps.T @ gaps)


def test_period_effects_are_taken_out_of_the_whole_and_of_each_half():
    y, x = panel(np.random.default_rng(4), 12, 12, 0.5, feedback=0.1)
    year = y.index.get_level_values("year")
    plain = HalfPanelJackknife(y, x, time_effects=True).fit()
    shocked = HalfPanelJackknife(y + np.sin(3.0 * year), x, time_effects=True).fit()
    # A shock of a year moves the lag of the next, which its effect takes up too.
    assert shocked.params.to_numpy() == pytest.approx(plain.params.to_numpy())


def test_coverage_near_a_unit_root():
    """200 panels, slope 0.9: within 2.6 Monte-Carlo errors of 5%; least squares is far off."""
    rng = np.random.default_rng(5)
    missed, uncorrected = 0, []
    for _ in range(200):
        y, _ = panel(rng, 50, 18, 0.9)
        fit = HalfPanelJackknife(y).fit()
        low, high = fit.conf_int().iloc[0]
        missed += not low <= 0.9 <= high
        uncorrected.append(fit.least_squares.iloc[0])
    assert 2 <= missed <= 18
    assert np.mean(uncorrected) < 0.82


def test_feedback_is_covered_where_lsdvc_assumes_none():
    rng = np.random.default_rng(6)
    missed = 0
    for _ in range(150):
        y, x = panel(rng, 40, 20, 0.6, feedback=0.15)
        table = HalfPanelJackknife(y, x).fit().conf_int()
        missed += not table.loc["L1.y", "lower"] <= 0.6 <= table.loc["L1.y", "upper"]
    assert 1 <= missed <= 17


def test_gaps_and_units_that_are_too_short_are_left_out():
    y, x = panel(np.random.default_rng(7), 10, 12, 0.5, feedback=0.1)
    y, x = y.drop([(3, 6)]), x.drop([(3, 6)])
    short = (y.index.get_level_values("unit") == 0) & (y.index.get_level_values("year") > 3)
    fit = HalfPanelJackknife(y[~short], x[~short]).fit()
    assert fit.n_units == 9
    assert fit.nobs == 9 * 12 - 2


def test_few_periods_and_many_units_are_said():
    with pytest.warns(UserWarning, match="bias of order 1/T²"):
        HalfPanelJackknife(panel(np.random.default_rng(8), 20, 5, 0.5)[0]).fit()
    with pytest.warns(UserWarning, match="bias of order 1/T²"):
        HalfPanelJackknife(panel(np.random.default_rng(8), 190, 18, 0.5)[0]).fit()
    with pytest.warns(UserWarning, match="rests on 7 units"):
        HalfPanelJackknife(panel(np.random.default_rng(8), 7, 18, 0.5)[0]).fit()
    with pytest.warns(UserWarning, match="a unit root is near"):
        HalfPanelJackknife(panel(np.random.default_rng(8), 50, 18, 1.0)[0]).fit()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        HalfPanelJackknife(panel(np.random.default_rng(8), 20, 18, 0.5)[0]).fit()


def test_the_two_estimators_of_dynamic_panels_agree_where_both_hold():
    y, _ = panel(np.random.default_rng(9), 60, 40, 0.5)
    jackknife = HalfPanelJackknife(y).fit()
    corrected = BiasCorrectedLSDV(y).fit(draws=2, seed=0)
    gap = abs(jackknife.params.iloc[0] - corrected.params.iloc[0])
    assert gap < 1.5 * jackknife.std_errors.iloc[0]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"lag": False, "exog": None}, "no regressor"),
        ({"lag": "yes"}, "lag is 'yes'"),
        ({"dependent": [1.0]}, "of type list"),
    ],
)
def test_what_cannot_be_used_is_refused(changed, says):
    y, x = panel(np.random.default_rng(10), 6, 8, 0.5)
    with pytest.raises(PanelError, match=says):
        HalfPanelJackknife(**({"dependent": y, "exog": x} | changed)).fit()


def test_one_unit_and_collinear_regressors_are_refused():
    y, x = panel(np.random.default_rng(11), 6, 8, 0.5)
    with pytest.raises(PanelError, match="1 unit"):
        HalfPanelJackknife(y.loc[[0]], x.loc[[0]]).fit()
    with pytest.raises(PanelError, match="collinear"):
        HalfPanelJackknife(y, x.assign(z=2 * x["x"])).fit()
    alone = x["x"].where(x.index.get_level_values("unit") == 0, 0.0).to_frame()
    with pytest.raises(PanelError, match="One unit alone"):
        HalfPanelJackknife(y, alone).fit()
