"""More parts of the spatial estimators by hand: simulation, slopes, tables, private options."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from regiometrics.spatial import Spatial2SLS, SpatialPanel, pesaran_cd, simulate_panel
from regiometrics.spatial.tables import TextTable

N, T = 25, 5


def test_defaults_of_a_simulated_panel():
    data = simulate_panel(25, 3, "gns")
    expected = {"x1": 1.0, "x2": -0.5, "sigma2": 1.0, "W.x1": 0.5, "W.x2": 0.25}
    assert data.parameters == expected | {"rho": 0.4, "lambda": 0.4}
    plain = simulate_panel()
    assert len(plain.dependent) == 1000 and "rho" in plain.parameters
    again = simulate_panel(100, 10, "sdm", "twoway", errors="normal", seed=0)
    assert plain.dependent.equals(again.dependent)


def test_regressors_are_drawn_before_errors_and_fifty_periods_run_in():
    data = simulate_panel(N, T, "sar", "none", gamma=0.3, seed=7)
    X = np.random.default_rng(7).standard_normal((T + 50, N, 2))[-T:]
    assert_allclose(data.exog["x1"].unstack(), X[:, :, 0].T)
    assert_allclose(data.exog["x2"].unstack(), X[:, :, 1].T)
    static = simulate_panel(N, T, "sar", "unit", seed=7)
    rng = np.random.default_rng(7)
    mu = rng.standard_normal(N)
    X = rng.standard_normal((T, N, 2)) + 0.5 * mu[:, None]
    assert_allclose(static.exog["x1"].unstack(), X[:, :, 0].T)


@pytest.mark.parametrize("model", ["sar", "sac"])
def test_curvature_is_the_slopes_of_the_slopes(model):
    data = simulate_panel(N, T, model, "twoway", rho=0.3, lambda_=0.2, seed=1)
    likelihood = SpatialPanel(data.dependent, data.exog, data.weights, model=model).fit().likelihood
    point = np.array([0.1, 0.2][: 1 + (model == "sac")])

    def value(point):
        return likelihood.at(*likelihood._pair(point)).loglik

    h, p = 1e-3, len(point)
    for i in range(p):
        step = np.eye(p)[i] * h
        slope = (value(point + step) - value(point - step)) / (2 * h)
        assert likelihood._gradient(point)[i] == pytest.approx(slope, rel=1e-3, abs=1e-3)
        for j in range(p):
            other = np.eye(p)[j] * h
            curved = (
                value(point + step + other) - value(point + step - other)
                - value(point - step + other) + value(point - step - other)
            ) / (4 * h * h)  # fmt: skip
            assert likelihood._hessian(point)[i, j] == pytest.approx(curved, rel=1e-3, abs=0.05)


def test_two_stages_hide_what_they_are_made_of():
    data = simulate_panel(N, 8, "sar", "unit", rho=0.3, seed=1)
    fit = Spatial2SLS(data.dependent, data.exog, data.weights, effects="unit").fit()
    for name in ("_design", "_equation", "_dependence", "dropped_instruments"):
        assert name not in repr(fit)
    assert "variance_components" in repr(fit)


def test_an_outcome_may_be_a_table_of_one_column():
    data = simulate_panel(N, T, "sar", "unit", seed=1)
    options = {"model": "sar", "effects": "unit"}
    one = SpatialPanel(data.dependent, data.exog, data.weights, **options).fit()
    frame = SpatialPanel(
        data.dependent.to_frame(), data.exog[["x1", "x2"]], data.weights, **options
    )
    assert_allclose(frame.fit().params, one.params)
    single = SpatialPanel(data.dependent, data.exog["x1"], data.weights, **options)
    assert single.design.names == ("x1",)
    with pytest.raises(Exception, match="The outcome is a DataFrame; expected a pandas Series"):
        SpatialPanel(data.exog, data.exog, data.weights)


def test_cross_section_dependence_by_hand():
    data = simulate_panel(N, 6, "sar", "unit", rho=0.5, seed=1)
    found = pesaran_cd(data.dependent)
    r = np.corrcoef(data.dependent.unstack())
    pairs = r[np.triu_indices(N, 1)]
    statistic = np.sqrt(2 * 6 / (N * (N - 1))) * pairs.sum()
    assert found["statistic"] == pytest.approx(statistic)
    from scipy.stats import norm

    assert found["p_value"] == pytest.approx(2 * norm.sf(abs(statistic)))


def test_a_table_of_text():
    table = TextTable(("", "one", "b"), (("x1", "1.25", "-3"), ("longer", "2", "10")))
    lines = table.to_text().splitlines()
    assert "longer     2  10" in lines
    assert "x1      1.25  -3" in lines
    assert any(set(line) == {"-"} and len(line) == 16 for line in lines)
