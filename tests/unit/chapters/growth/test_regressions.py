"""Growth regressions against dummies, a peer and simulated truth."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.growth.estimate.design import (
    GrowthData,
    candidate_regressors,
    growth_data,
)
from guantian.chapters.growth.estimate.regressions import (
    dynamic_gmm,
    production_function,
    spillovers,
    two_way,
)
from guantian.chapters.growth.estimate.uncertainty import extreme_bounds, model_average
from guantian.regression import without_effects
from guantian.results import estimates as table
from guantian.results import one, rows, tests
from regiometrics.weights.builders import queen_weights


def simulated(n=40, T=8, slopes=(1.0, 0.0, 0.0), seed=1, gaps=0.0, noise=1.0):
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product(
        [[f"{code:06d}" for code in range(n)], range(2000, 2000 + T)], names=["city_code", "year"]
    )
    X = pd.DataFrame(
        rng.normal(size=(n * T, len(slopes))),
        index=index,
        columns=[f"x{place}" for place in range(len(slopes))],
    )
    effects = np.repeat(rng.normal(size=n), T) + np.tile(rng.normal(size=T), n)
    y = X.to_numpy() @ np.array(slopes) + effects + noise * rng.normal(size=n * T)
    keep = rng.random(n * T) >= gaps
    provinces = pd.Series([code[-1] for code in index.get_level_values(0)], index=index)
    return GrowthData(pd.Series(y, index=index)[keep], X[keep], provinces[keep])


def test_residuals_are_those_of_dummies():
    data = simulated(gaps=0.2)
    left = without_effects(data.exog, data.cities, data.years)
    for labels in (data.cities, data.years):
        for label in np.unique(labels):
            # Least squares leaves residuals orthogonal to each dummy, but for rounding.
            assert np.abs(left[labels == label].sum(axis=0)).max() < 1e-10


def test_errors_agree_with_a_peer():
    feols = pytest.importorskip("pyfixest").feols
    data = simulated(gaps=0.2)
    frame = data.exog.assign(y=data.outcome, city=data.cities, year=data.years)
    peer = feols("y ~ x0 + x1 + x2 | city + year", frame, vcov={"CRV1": "city"})
    found = table(two_way(data, "nation", "s", 0.95, 199, 1))
    ours = rows(found, errors="city").set_index("term")
    np.testing.assert_allclose(ours["estimate"], peer.coef(), rtol=1e-7)
    # The peer counts one year effect as nested in the constant: (N - K) differs by one.
    np.testing.assert_allclose(ours["std_error"], peer.se(), rtol=3e-3)


def test_slopes_are_recovered_with_every_error():
    found = table(two_way(simulated(slopes=(1.0, -0.5, 0.0)), "nation", "s", 0.99, 199, 1))
    assert found["errors"].nunique() == 3
    for _, kind in found.groupby("errors"):
        for term, truth in (("x0", 1.0), ("x1", -0.5), ("x2", 0.0)):
            row = one(kind, term=term)
            assert row.conf_low < truth < row.conf_high


def test_persistence_is_recovered_by_gmm():
    rng = np.random.default_rng(3)
    n, T = 200, 8
    index = pd.MultiIndex.from_product(
        [range(n), range(2000, 2000 + T)], names=["city_code", "year"]
    )
    x = rng.normal(size=(n, T))
    y = np.zeros((n, T))
    unit = rng.normal(size=n)
    previous = unit / 0.5 + rng.normal(size=n)
    for t in range(T):
        previous = y[:, t] = 0.5 * previous + x[:, t] + unit + rng.normal(size=n)
    data = GrowthData(
        pd.Series(y.ravel(), index=index),
        pd.DataFrame({"x": x.ravel()}, index=index),
        pd.Series("1", index=index),
    )
    estimated, tested = dynamic_gmm(data, "s", 3, 0.99)
    found = table(estimated)
    lagged, own = one(found, term="lagged growth"), one(found, term="x")
    assert lagged.conf_low < 0.5 < lagged.conf_high
    assert own.conf_low < 1 < own.conf_high
    assert one(found, term="instruments").estimate < n
    assert set(tests(tested)["term"]) == {"hansen", "ar1", "ar2"}


def test_spillovers_leave_out_cities_with_gaps():
    data = simulated(n=36, gaps=0.0)
    first = data.cities[0]
    broken = data.outcome.drop((first, 2003)).index
    data = GrowthData(data.outcome[broken], data.exog.loc[broken], data.provinces[broken])
    grid = np.zeros((36, 36), int)
    for unit in range(36):
        for step, inside in ((1, unit % 6 < 5), (6, unit < 30)):
            if inside:
                grid[unit, unit + step] = grid[unit + step, unit] = 1
    weights = queen_weights(grid, sorted(np.unique(data.cities)))
    found = table(spillovers(data, weights, ["x0"], "nation", 0.99))
    assert one(found, term="rho").n_units == 35
    direct = one(found, variable="x0", effect="direct")
    assert direct.conf_low < 1 < direct.conf_high


def test_bounds_and_averages_tell_what_belongs():
    data = simulated(n=60, slopes=(1.0, 0.0, -0.8))
    bounds = rows(table(extreme_bounds(data, 2, 0.95, "nation")), measure="mean").set_index("term")
    assert bounds.loc["x0", "conf_low"] > 0
    assert bounds.loc["x2", "conf_high"] < 0
    assert bounds.loc["x1", "conf_low"] < 0 < bounds.loc["x1", "conf_high"]
    average = inclusion(model_average(data, "nation"))
    assert average["x0"] > 0.99
    assert average["x2"] > 0.99
    assert average["x1"] < 0.5


def inclusion(found):
    return rows(table(found), measure="inclusion").set_index("term")["estimate"]


def test_model_average_by_hand():
    """Two regressors, four models: the formula written out."""
    data = simulated(n=12, T=5, slopes=(0.3, 0.1))
    y = without_effects(data.outcome, data.cities, data.years)[:, 0]
    X = without_effects(data.exog, data.cities, data.years)
    n, g = len(y), float(len(y))
    df = n - 12 - 5 + 1
    log_marginal = [0.0]
    for chosen in ([0], [1], [0, 1]):
        fit = X[:, chosen] @ np.linalg.lstsq(X[:, chosen], y, rcond=None)[0]
        share = (fit @ fit) / (y @ y)
        log_marginal.append(
            -len(chosen) / 2 * np.log(1 + g) - df / 2 * np.log(1 - g / (1 + g) * share)
        )
    odds = np.exp(log_marginal)
    found = inclusion(model_average(data, "nation", "uip"))
    assert found["x0"] == pytest.approx((odds[1] + odds[3]) / odds.sum(), rel=1e-9)
    assert found["x1"] == pytest.approx((odds[2] + odds[3]) / odds.sum(), rel=1e-9)
    with pytest.raises(ValueError, match="prior is 'flat'"):
        model_average(data, "nation", "flat")


def panel():
    index = pd.MultiIndex.from_product([["a", "b"], [2005, 2006]], names=["city_code", "year"])
    frame = pd.DataFrame(
        {
            "resident_population_10k": 100.0,
            "fixed_investment_100m_yuan": [10.0, 20.0, 30.0, 40.0],
            "fixed_investment_imputed": [0, 0, 1, 0],
            "budget_expenditure_100m_yuan": 5.0,
            "budget_expenditure_imputed": 0,
            "fiscal_gap_pct": 60.0,
            "secondary_share_pct": 45.0,
            "gdp_growth_pct": 10.0,
            "province_code": "610000",
        },
        index=index,
    )
    other = pd.DataFrame(
        {
            "loans_100m_yuan": 50.0,
            "loans_imputed": 0,
            "fdi_utilised_10k_usd": 1.0,
            "secretary_birth_year": 1955.0,
            "secretary_tenure_years": 2.0,
            "mayor_tenure_years": 1.0,
        },
        index=index,
    )
    return frame, other


def test_regressors_are_of_the_year_before_and_never_imputed():
    frame, other = panel()
    candidates = candidate_regressors(frame, other, other, other)
    data = growth_data(frame, candidates, ["investment", "leader_age"], 2006, 2006)
    # b's investment of 2005 is imputed: only a is left, with its figure of 2005.
    assert list(data.outcome.index) == [("a", 2006)]
    assert data.exog["investment"].iloc[0] == pytest.approx(np.log(10 / 100))
    assert data.exog["leader_age"].iloc[0] == pytest.approx(5.0)
    assert data.outcome.iloc[0] == pytest.approx(100 * np.log(1.1))


def test_unknown_regressor_is_named():
    frame, other = panel()
    candidates = candidate_regressors(frame, other, other, other)
    with pytest.raises(ValueError, match="'weather' is no candidate regressor"):
        growth_data(frame, candidates, ["weather"], 2006, 2006)


def test_production_function_is_recovered_and_gaps_are_not_bridged():
    rng = np.random.default_rng(5)
    n, T = 60, 12
    index = pd.MultiIndex.from_product(
        [[f"{code:06d}" for code in range(n)], range(2000, 2000 + T)], names=["city_code", "year"]
    )
    steps = rng.normal(0.1, 0.05, size=(3, n, T))
    capital, labour = steps[0].cumsum(axis=1), 0.2 * steps[1].cumsum(axis=1)
    output = 0.4 * capital + 0.6 * labour + 0.2 * steps[2].cumsum(axis=1)
    logs = {"output": output, "capital": capital, "labour": labour}
    levels = pd.DataFrame({name: np.exp(log).ravel() for name, log in logs.items()}, index=index)
    (found,) = production_function(levels, index.levels[0], "nation", (2001, 2011), 0.99, "y")
    assert found["conf_low"] < 0.4 < found["conf_high"]
    assert found["n_obs"] == n * (T - 1)
    gap = levels.drop(("000000", 2005))
    (without,) = production_function(gap, index.levels[0], "nation", (2001, 2011), 0.99, "y")
    assert without["n_obs"] == n * (T - 1) - 2  # the year itself and the one after it
