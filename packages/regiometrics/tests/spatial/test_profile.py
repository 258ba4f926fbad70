"""Profile likelihood against likelihoods written out, and where it is refused."""

import numpy as np
import pytest
from scipy import optimize, stats

from regiometrics.spatial import SpatialPanel, simulate_panel
from regiometrics.spatial.errors import SpecificationError

QUANTILE = stats.chi2.ppf(0.95, 1)


def fitted(model="sar", effects="twoway", n=49, T=8, seed=4, correction="lee-yu", **options):
    data = simulate_panel(n, T, model, effects, seed=seed)
    panel = SpatialPanel(
        data.dependent, data.exog, data.weights, model=model, effects=effects, **options
    )
    return data, panel.fit(correction)


def written_out(data, rho, lam, held=None):
    """Log-likelihood without effects, all but the given parameters at their best, in dense algebra.

    `held` is (column of (1, x1, x2), value).
    """
    n = data.weights.shape[0]
    W = data.weights.toarray()
    y = data.dependent.to_numpy().reshape(n, -1)
    X = np.stack([np.ones_like(y), *(data.exog[c].to_numpy().reshape(n, -1) for c in data.exog)])
    A, B = np.eye(n) - rho * W, np.eye(n) - lam * W
    target, Z = B @ A @ y, np.stack([B @ x for x in X])
    if held is not None:
        target = target - held[1] * Z[held[0]]
        Z = np.delete(Z, held[0], axis=0)
    flat = Z.reshape(len(Z), -1).T
    e = target.ravel() - flat @ np.linalg.lstsq(flat, target.ravel(), rcond=None)[0]
    s2 = e @ e / e.size
    log_dets = np.linalg.slogdet(A)[1] + np.linalg.slogdet(B)[1]
    return -e.size / 2 * (np.log(2 * np.pi * s2) + 1) + y.shape[1] * log_dets


def test_the_spatial_parameters_profile_is_the_likelihood_written_out():
    data, result = fitted("sar", "none", n=25)
    for value in (-0.3, 0.1, 0.7):
        assert result.profile_loglik("rho", value) == pytest.approx(written_out(data, value, 0.0))
    assert result.profile_loglik("rho", result.rho) == pytest.approx(result.loglik)


def test_a_coefficients_profile_maximises_over_both_spatial_parameters():
    data, result = fitted("sac", "none", n=25)

    def best(value):
        found = optimize.minimize(
            lambda p: -written_out(data, *p, held=(1, value)),
            [result.rho, result.lambda_],
            method="Nelder-Mead",
            options={"xatol": 1e-8, "fatol": 1e-10},
        )
        return -found.fun

    for value in (0.8, 1.1):
        assert result.profile_loglik("x1", value) == pytest.approx(best(value), abs=1e-6)


@pytest.mark.parametrize(("model", "name"), [("sar", "rho"), ("gns", "lambda"), ("sdm", "W.x1")])
def test_the_ends_are_where_the_ratio_reaches_its_quantile(model, name):
    _, result = fitted(model)
    low, high = result.profile_interval(name)
    assert low < result.params[name] < high
    for end in (low, high):
        statistic = 2 * (result.loglik - result.profile_loglik(name, end))
        assert statistic == pytest.approx(QUANTILE, abs=1e-4)
    wide, narrow = result.profile_interval(name, 0.99), result.profile_interval(name, 0.5)
    assert wide[0] < low < narrow[0] < narrow[1] < high < wide[1]


def test_without_spatial_terms_it_is_the_exact_ratio_of_sums_of_squares():
    """SLX: 2 [l - l(v)] = N ln(1 + z²/N), z = (v - b) over the error that divides by N."""
    _, result = fitted("slx", "none", n=25)
    N = result.nobs
    reach = result.std_errors["x1"] * np.sqrt(N * np.expm1(QUANTILE / N))
    expected = result.params["x1"] - reach, result.params["x1"] + reach
    np.testing.assert_allclose(result.profile_interval("x1"), expected, rtol=1e-6)


def test_the_admissible_interval_bounds_it():
    """A likelihood that is flat up to the boundary has no crossing before it."""
    data = simulate_panel(4, 3, "sar", "none", rho=0.9, seed=3)
    result = SpatialPanel(
        data.dependent, data.exog, data.weights, model="sar", effects="none"
    ).fit()
    low, high = result.profile_interval("rho", 1 - 1e-9)
    ends = result.likelihood.lag.interval
    assert ends[0] <= low < result.rho < high <= ends[1]


def test_it_is_refused_where_estimates_are_no_maximum():
    with pytest.raises(SpecificationError, match="no bias subtracted"):
        fitted(dynamic="time", model="sar")[1].profile_interval("rho")
    with pytest.raises(SpecificationError, match="fixed effects"):
        fitted(effects="random")[1].profile_interval("rho")
    _, result = fitted()
    with pytest.raises(SpecificationError, match="no parameter 'lambda'; expected one of x1, x2"):
        result.profile_interval("lambda")
    with pytest.raises(SpecificationError, match=r"expected a value between -1\.0"):
        result.profile_loglik("rho", 1.2)
    with pytest.raises(SpecificationError, match="level is 95"):
        result.profile_interval("rho", 95)
