"""Unbalanced panels against dense matrices and dummies, and over simulated panels."""

import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from regiometrics.errors import PanelError
from regiometrics.spatial import SpatialPanel, simulate_panel
from regiometrics.spatial.errors import (
    SpecificationError,
    UnbalancedWarning,
    UnsupportedPanelError,
)
from regiometrics.spatial.simulate import rook_lattice

A = rook_lattice(5, 5).toarray()
pytestmark = pytest.mark.filterwarnings("ignore::regiometrics.spatial.errors.UnbalancedWarning")


def within(units):
    """Weights among some units, rows summing to one."""
    block = A[np.ix_(units, units)]
    sums = block.sum(axis=1, keepdims=True)
    return np.divide(block, sums, out=np.zeros_like(block), where=sums > 0)


def unbalanced(seed, model="sar", effects="twoway", T=5, share=0.15):
    rng = np.random.default_rng(seed)
    observed = rng.random((T, 25)) > share
    x, mu = rng.standard_normal((T, 25)), rng.standard_normal(25)
    y = np.zeros((T, 25))
    for t in range(T):
        units = np.flatnonzero(observed[t])
        W, eye = within(units), np.eye(len(units))
        e = rng.standard_normal(len(units))
        mean = x[t, units] + mu[units] + t * (effects == "twoway")
        u = np.linalg.solve(eye - 0.4 * W, e) if model == "sem" else e
        y[t, units] = np.linalg.solve(eye - 0.4 * W, mean + u) if model == "sar" else mean + u
    index = pd.MultiIndex.from_product([range(25), range(T)], names=["unit", "period"])
    kept = observed.T.ravel()
    outcome = pd.Series(y.T.ravel(), index, name="y")[kept]
    return outcome, pd.DataFrame({"x": x.T.ravel()}, index)[kept], pd.DataFrame(A), observed


@pytest.mark.parametrize("effects", ["none", "unit", "time", "twoway"])
def test_least_squares_lag_over_who_is_there(effects):
    y, X, W, observed = unbalanced(1)
    result = SpatialPanel(y, X, W, model="slx", effects=effects).fit(cov_type="robust")
    rows, lag = [], []
    for t in range(5):
        units = np.flatnonzero(observed[t])
        x = X.loc[[(i, t) for i in units], "x"].to_numpy()
        lag.append(within(units) @ x)
        rows += [(i, t) for i in units]
    index = pd.MultiIndex.from_tuples(rows, names=["unit", "period"])
    columns = pd.DataFrame({"x": X.loc[index, "x"], "lag": np.concatenate(lag)}, index)
    blocks = [columns.to_numpy(), np.ones((len(columns), 1))]
    if effects in ("unit", "twoway"):
        blocks.append(pd.get_dummies(index.get_level_values(0)).to_numpy(float)[:, 1:])
    if effects in ("time", "twoway"):
        blocks.append(pd.get_dummies(index.get_level_values(1)).to_numpy(float)[:, 1:])
    Z = np.hstack(blocks)
    wanted, *_ = np.linalg.lstsq(Z, y[index].to_numpy(), rcond=None)
    assert_allclose(result.params[["x", "W.x"]], wanted[:2], rtol=1e-9)
    e = y[index].to_numpy() - Z @ wanted
    bread = np.linalg.inv(Z.T @ Z)
    N, K = Z.shape
    cov = bread @ (Z.T * e**2) @ Z @ bread
    # The factor counts effects of the whole panel's units and periods.
    assert_allclose(
        result.std_errors[["x", "W.x"]],
        np.sqrt(np.diag(cov))[:2] * np.sqrt(N / (N - K)),
        rtol=1e-9,
    )


@pytest.mark.parametrize("model", ["sar", "sem", "sdm", "sac"])
@pytest.mark.parametrize("effects", ["none", "unit", "time", "twoway"])
def test_a_balanced_panel_is_a_case(model, effects):
    """Without gaps the adjusted scores are those of the transformed likelihood."""
    from regiometrics.spatial.selection import SelectedModel, SelectedWeights
    from regiometrics.spatial.weights_checks import as_weights

    data = simulate_panel(25, 6, model, effects, rho=0.4, lambda_=0.2, seed=5)
    panel = SpatialPanel(data.dependent, data.exog, data.weights, model=model, effects=effects)
    result = panel.fit()
    observed = np.ones((6, 25), dtype=bool)
    chosen = SelectedWeights(as_weights(data.weights, pd.RangeIndex(25)), observed)
    design = panel.design
    fit = SelectedModel(
        design.y.ravel(),
        design.Z.reshape(150, -1),
        chosen if panel.has_lag else None,
        chosen if panel.has_error else None,
        observed,
        effects,
    ).fit()
    estimates = np.concatenate(
        [fit.delta, [fit.rho] * panel.has_lag, [fit.lambda_] * panel.has_error]
    )
    # Scores and likelihood differ by the degrees of freedom that slopes use up.
    assert_allclose(estimates, result.params, rtol=1e-5, atol=1e-6)
    ratio = fit.df / result.df_effective
    assert_allclose(np.sqrt(np.diag(fit.cov)) * np.sqrt(ratio) / result.std_errors, 1, atol=0.05)


@pytest.mark.parametrize(("model", "name"), [("sar", "rho"), ("sem", "lambda")])
def test_estimates_are_recovered_over_panels_with_gaps(model, name):
    gaps, held, slopes = [], [], []
    for seed in range(100):
        y, X, W, observed = unbalanced(seed, model)
        if not observed.any(axis=0).all():
            continue
        fit = SpatialPanel(y, X, W, model=model).fit()
        gaps.append(fit.params[name] - 0.4)
        slopes.append(fit.params["x"] - 1)
        held.append(abs(gaps[-1]) < 1.96 * fit.std_errors[name])
    for found in (gaps, slopes):
        assert abs(np.mean(found)) < 4 * np.std(found) / np.sqrt(len(found))
    # The error of a coverage over 100 draws is 2.2 points.
    assert 0.87 <= np.mean(held) <= 1.0


def test_what_is_lost_is_said():
    y, X, W, observed = unbalanced(1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UnbalancedWarning)
        result = SpatialPanel(y, X, W, model="sar").fit()
    missing = (~observed).sum()
    assert any(f"{missing} of 125 observations are missing" in str(w.message) for w in caught)
    assert f"{missing} of 125 observations missing" in str(result.summary)
    assert result.nobs == observed.sum()
    assert result.resids.isna().sum() == missing
    assert np.isfinite(result.impacts().to_numpy()).all()
    index = pd.MultiIndex.from_product([range(25), [5]], names=["unit", "period"])
    assert np.isfinite(result.predict(pd.DataFrame({"x": 0.0}, index))).all()


@pytest.mark.parametrize(
    ("options", "fit", "says"),
    [
        ({"effects": "random"}, {}, "expected a balanced panel"),
        ({"dynamic": "time"}, {}, "expected a balanced panel"),
        (
            {"model": "sar"},
            {"cov_type": "clustered"},
            "on an unbalanced panel .* expected 'classical'",
        ),
        ({"model": "sar"}, {"information": "observed"}, "on an unbalanced panel"),
    ],
)
def test_what_has_no_theory_here_is_refused(options, fit, says):
    y, X, W, _ = unbalanced(1)
    with pytest.raises((PanelError, SpecificationError), match=says):
        SpatialPanel(y, X, W, **options).fit(**fit)


def test_units_without_observations_and_predictions_in_the_sample():
    y, X, W, _ = unbalanced(1)
    result = SpatialPanel(y, X, W, model="sar").fit()
    with pytest.raises(UnsupportedPanelError, match="sample with missing rows"):
        result.predict()
    with pytest.raises(SpecificationError, match="carry the adjusted-score"):
        result.with_covariance("qml")
