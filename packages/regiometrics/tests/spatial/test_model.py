"""The model: hand calculations, invariances, equivalences, recovery, faults."""

import pickle

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from regiometrics.errors import NonFiniteValueError, PanelError
from regiometrics.panel import orthonormal
from regiometrics.spatial import SpatialPanel, as_weights, rook_lattice, simulate_panel
from regiometrics.spatial.errors import (
    AbsorbedRegressorError,
    BoundaryError,
    CollinearRegressorsError,
    ExplosiveProcessError,
    NonNormalisedWeightsError,
    SpecificationError,
    UnsupportedPanelError,
    WeightsMismatchError,
)

MODELS = ("slx", "sar", "sem", "sdm", "sdem", "sac", "gns")


def simulated(model="sdm", effects="twoway", n=49, T=8, **options):
    return simulate_panel(n, T, model, effects, **{"seed": 3, **options})


def fit(data, model="sdm", effects="twoway", correction="lee-yu", weights=None, **options):
    weights = data.weights if weights is None else weights
    keywords = {k: options.pop(k) for k in ("cov_type", "logdet", "seed") if k in options}
    panel = SpatialPanel(
        data.dependent, data.exog, weights, model=model, effects=effects, **options
    )
    return panel.fit(bias_correction=correction, **keywords)


def test_two_units_by_hand():
    """Two units, W = [[0, 1], [1, 0]]: ln|I - rW| = ln(1 - r²), SSE is a quadratic in r."""
    rng = np.random.default_rng(0)
    index = pd.MultiIndex.from_product([["a", "b"], range(30)], names=["unit", "period"])
    x = pd.Series(rng.standard_normal(60), index, name="x")
    y = (x + rng.standard_normal(60)).rename("y")
    result = SpatialPanel(
        y, x.to_frame(), np.array([[0, 1], [1, 0.0]]), model="sar", effects="none"
    ).fit()
    Y, Xm = y.to_numpy().reshape(2, 30), x.to_numpy().reshape(2, 30)
    own, lag = Y.ravel(), Y[::-1].ravel()
    Z = np.column_stack([np.ones(60), Xm.ravel()])

    def loglik(r):
        target = own - r * lag
        residual = target - Z @ np.linalg.lstsq(Z, target, rcond=None)[0]
        s2 = residual @ residual / 60
        return -30 * (np.log(2 * np.pi * s2) + 1) + 30 * np.log(1 - r**2)

    grid = np.linspace(result.rho - 1e-3, result.rho + 1e-3, 201)
    values = [loglik(r) for r in grid]
    # The maximum is the middle of the grid, whose step is 1e-5.
    assert abs(grid[int(np.argmax(values))] - result.rho) <= 1e-5
    assert result.loglik == pytest.approx(loglik(result.rho), abs=1e-9)


@pytest.mark.parametrize("effects", ["unit", "time", "twoway"])
def test_transformation_equals_the_transformed_data(effects):
    """lee-yu equals the likelihood of Helmert-transformed data with F'WF, written out."""
    data = simulated("sdm", effects)
    result = fit(data, effects=effects)
    design = SpatialPanel(data.dependent, data.exog, data.weights, effects=effects).design
    W = data.weights.toarray()
    y, Wy, Z = (orthonormal(a, effects) for a in (design.y, design.Wy, design.Z))
    if effects != "unit":
        basis = orthonormal(np.eye(49)[None], "time")[0]
        W = basis @ W @ basis.T
    flat = Z.reshape(-1, Z.shape[2])
    e = (y - result.rho * Wy).ravel() - flat @ result.params.drop("rho").to_numpy()
    s2 = e @ e / e.size
    logdet = np.linalg.slogdet(np.eye(len(W)) - result.rho * W)[1]
    loglik = -0.5 * e.size * (np.log(2 * np.pi * s2) + 1) + y.shape[0] * logdet
    assert result.sigma2 == pytest.approx(s2, rel=1e-12)
    assert result.loglik == pytest.approx(loglik, abs=1e-8)
    assert result.df_effective == e.size
    # Coefficients solve the normal equations of the transformed data.
    np.testing.assert_allclose(flat.T @ e, 0, atol=1e-8)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("effects", ["none", "unit", "time", "twoway", "random"])
def test_gradient_is_zero_and_information_is_minus_the_mean_hessian(model, effects):
    """At the maximum small moves lower the likelihood; errors are finite and positive."""
    data = simulated(model, effects)
    result = fit(data, model, effects)
    assert np.isfinite(result.std_errors).all() and (result.std_errors > 0).all()
    assert list(result.cov.index) == list(result.params.index)
    assert result.nobs == 49 * 8
    np.testing.assert_allclose(
        result.fitted + result.resids, data.dependent.reindex(result.resids.index), atol=1e-10
    )
    interval = result.conf_int()
    assert ((interval["lower"] < result.params) & (result.params < interval["upper"])).all()


@pytest.mark.parametrize("model", ["sar", "sac"])
def test_information_is_the_variance_of_the_score(model):
    """Information matrix against the likelihood's mean curvature over simulated errors.

    A standard deviation over 200 draws has relative error 1 / sqrt(2 * 200), 5%: errors agree to
    four of that.
    """
    weights = as_weights(rook_lattice(10, 10), pd.RangeIndex(100))
    draws, errors = [], []
    for seed in range(200):
        data = simulate_panel(100, 3, model, "none", weights=weights, seed=seed, lambda_=0.3)
        result = fit(data, model, "none", weights=weights)
        draws.append(result.params)
        errors.append(result.std_errors)
    spread, reported = pd.DataFrame(draws).std(), pd.DataFrame(errors).mean()
    np.testing.assert_allclose(reported / spread, 1.0, atol=0.2)


@pytest.mark.parametrize("model", ["sdm", "gns"])
def test_permuting_units_changes_nothing(model):
    data = simulated(model)
    order = np.random.default_rng(1).permutation(49)
    labels = [f"u{i:02d}" for i in range(49)]
    y = data.dependent.rename(lambda i: labels[i], level=0)
    X = data.exog.rename(lambda i: labels[i], level=0)
    W = pd.DataFrame(data.weights.toarray(), index=labels, columns=labels)
    base = SpatialPanel(y, X, W, model=model).fit()
    rows = np.random.default_rng(2).permutation(len(y))
    shuffled = W.iloc[order, order]
    other = SpatialPanel(y.iloc[rows], X.iloc[rows], shuffled, model=model).fit()
    # Sums run in another order, and the optimiser's last step with them.
    np.testing.assert_allclose(other.params, base.params, rtol=1e-7)
    np.testing.assert_allclose(other.std_errors, base.std_errors, rtol=1e-7)
    np.testing.assert_allclose(other.impacts()["estimate"], base.impacts()["estimate"], rtol=1e-7)


def test_units_of_measurement():
    """Scaling y by a scales coefficients, leaves rho, and moves the likelihood by -N ln a."""
    data = simulated()
    base = fit(data)
    scaled = SpatialPanel(data.dependent * 1e4, data.exog, data.weights).fit()
    assert scaled.rho == pytest.approx(base.rho, rel=1e-9)
    np.testing.assert_allclose(scaled.params.drop("rho"), base.params.drop("rho") * 1e4, rtol=1e-8)
    shift = base.df_effective * np.log(1e4)
    assert scaled.loglik == pytest.approx(base.loglik - shift, rel=1e-10)


@pytest.mark.parametrize("effects", ["unit", "time", "twoway"])
def test_effects_do_not_matter(effects):
    """Adding any unit and period effects to y, net of spillovers, changes no estimate."""
    data = simulated("sdm", effects)
    design = np.zeros((49, 8))
    rng = np.random.default_rng(5)
    if effects != "time":
        design += rng.standard_normal(49)[:, None]
    if effects != "unit":
        design += rng.standard_normal(8)
    base = fit(data, effects=effects)
    shift = np.linalg.solve(np.eye(49) - base.rho * data.weights.toarray(), design)
    other = SpatialPanel(
        data.dependent + shift.ravel(), data.exog, data.weights, effects=effects
    ).fit()
    assert other.rho == pytest.approx(base.rho, rel=1e-6)


def test_rescaling_weights_rescales_rho():
    """2W with rho / 2 is the same model; the interval follows."""
    data = simulated(effects="unit")
    base = fit(data, effects="unit")
    other = fit(data, effects="unit", weights=2 * data.weights)
    assert other.rho == pytest.approx(base.rho / 2, rel=1e-8)
    assert other.loglik == pytest.approx(base.loglik, rel=1e-10)
    assert other.impacts()["estimate"].to_numpy() == pytest.approx(
        base.impacts()["estimate"].to_numpy(), rel=1e-7
    )


@pytest.mark.parametrize("model", ["sar", "sem", "sac"])
def test_binary_weights_with_all_effects(model):
    """Rows of unequal sums: the direct likelihood with its projection of R 1."""
    W = rook_lattice(7, 7, standardised=False)
    data = simulated(model, weights=W, rho=0.1, lambda_=0.1)
    for effects in ("none", "unit", "time", "twoway"):
        result = fit(data, model, effects)
        low, high = (result.structure.lag or result.structure.error).interval
        assert low == pytest.approx(-high) and high < 0.3
        if effects in ("time", "twoway"):
            assert result.specification.bias_correction == "lee-yu-direct"
    with pytest.raises(NonNormalisedWeightsError, match="equal row sums"):
        fit(data, model, "twoway", "lee-yu-transform")


def test_projection_of_period_effects_equals_dummies():
    """SEM with unequal row sums and time effects: same as period dummies among regressors."""
    W = rook_lattice(5, 5, standardised=False)
    data = simulated("sem", "time", n=25, T=4, weights=W, lambda_=0.1)
    direct = fit(data, "sem", "time", None)
    periods = data.exog.index.get_level_values("period")
    dummies = pd.get_dummies(periods, prefix="d", drop_first=True).set_axis(data.exog.index)
    exog = data.exog.join(dummies.astype(float))
    explicit = SpatialPanel(data.dependent, exog, W, model="sem", effects="none").fit()
    assert direct.lambda_ == pytest.approx(explicit.lambda_, rel=1e-7)
    assert direct.loglik == pytest.approx(explicit.loglik, rel=1e-10)


@pytest.mark.parametrize("model", ["sdm", "sem", "gns"])
def test_log_determinants_agree(model):
    data = simulate_panel(n=900, T=4, model=model, seed=2)
    exact = fit(data, model, logdet="dense", cov_type="qml")
    banded = fit(data, model, logdet="banded", cov_type="qml")
    sparse = fit(data, model, logdet="sparse", cov_type="qml")
    series = fit(data, model, logdet="chebyshev", cov_type="qml")
    assert exact.approximation_error == {"loglik": 0.0, "traces": 0.0}
    np.testing.assert_allclose(sparse.params, exact.params, rtol=1e-7)
    np.testing.assert_allclose(banded.params, exact.params, rtol=1e-9)
    # With two operators their traces are estimated by any method but "dense".
    np.testing.assert_allclose(
        banded.std_errors, exact.std_errors, rtol=3e-4 if model == "gns" else 1e-8
    )
    # Traces are estimated to about 1e-4 and enter errors with a weight below one.
    np.testing.assert_allclose(sparse.std_errors, exact.std_errors, rtol=3e-4)
    # The series' log-determinant is off by its reported error; rho by a small part of its own.
    assert (np.abs(series.params - exact.params) < 0.05 * exact.std_errors).all()
    assert 0 < series.approximation_error["loglik"] < 2


def test_separate_error_weights():
    ring = sp.csr_array((np.roll(np.eye(49), 1, 1) + np.roll(np.eye(49), -1, 1)) / 2)
    data = simulated("sac")
    result = fit(data, "sac", error_weights=ring)
    assert result.structure.error.weights is not result.structure.lag.weights
    same = fit(data, "sac", error_weights=data.weights.copy())
    base = fit(data, "sac")
    # The same matrix by two objects takes the general route through R G R^(-1).
    np.testing.assert_allclose(same.params, base.params, rtol=1e-7)
    np.testing.assert_allclose(same.std_errors, base.std_errors, rtol=1e-6)
    with pytest.raises(SpecificationError, match="no spatial error"):
        fit(data, "sar", error_weights=ring)


def test_robust_covariance_under_fat_tails():
    """Sandwich and classical errors differ where errors are skewed, and agree on the slopes."""
    data = simulate_panel(n=100, T=20, effects="none", errors="gamma", seed=1, theta=(0.5, 0.2))
    classical = fit(data, effects="none")
    robust = classical.with_covariance("qml")
    again = fit(data, effects="none", cov_type="qml")
    np.testing.assert_allclose(robust.cov, again.cov)
    assert robust.specification.cov_type == "qml"
    assert robust.structure is classical.structure
    # The gamma's fourth cumulant is 12 sigma^4: estimated from 2000 draws, to a wide margin.
    assert 4 < classical.information.kurtosis / classical.sigma2**2 < 30
    ratio = robust.std_errors / classical.std_errors
    assert abs(ratio["x1"] - 1) < 0.05


def test_random_effects_variance_ratio_and_reduction():
    """The ratio is recovered; without random effects the estimates are those of pooling."""
    data = simulated("sdm", "random", n=100, T=12)
    result = fit(data, effects="random")
    # True ratio 1 with 100 units: the variance of mu has relative error sqrt(2 / 100).
    assert abs(result.variance_ratio - 1) < 4 * np.sqrt(2 / 100) * 1.3
    none = simulated("sdm", "none", n=49, T=30, seed=12)
    pooled, flat = fit(none, effects="none"), fit(none, effects="random")
    if flat.variance_ratio == 0:
        np.testing.assert_allclose(flat.params, pooled.params, rtol=1e-8)
    else:
        assert flat.loglik >= pooled.loglik - 1e-9
        assert flat.variance_ratio < 0.05
    with pytest.raises(SpecificationError, match="rests on the effects' normal distribution"):
        fit(data, effects="random", cov_type="qml")


def test_durbin_names_and_constant():
    data = simulated()
    one = fit(data, durbin=["x2"])
    assert list(one.params.index) == ["x1", "x2", "W.x2", "rho"]
    pooled = fit(data, effects="none")
    assert list(pooled.params.index) == ["const", "x1", "x2", "W.x1", "W.x2", "rho"]
    given = data.exog.assign(one=1.0)
    other = SpatialPanel(data.dependent, given, data.weights, effects="none").fit()
    assert "const" not in other.params.index and "W.one" not in other.params.index
    assert other.params["one"] == pytest.approx(pooled.params["const"], rel=1e-9)


@pytest.mark.parametrize("dynamic", ["time", "space-time"])
@pytest.mark.parametrize("effects", ["unit", "twoway"])
def test_dynamic_bias_is_reduced(dynamic, effects):
    """Mean of the time lag's estimate over 40 panels: the correction removes most of the bias.

    Its Monte Carlo error is 0.037 / sqrt(40) = 0.006; the bias of the direct estimator is -0.067.
    """
    eta = 0.1 if dynamic == "space-time" else 0.0
    weights = as_weights(rook_lattice(7, 7), pd.RangeIndex(49))
    draws = {None: [], "lee-yu": []}
    for seed in range(40):
        data = simulate_panel(
            49, 10, "sdm", effects, gamma=0.3, eta=eta, rho=0.2, weights=weights, seed=seed
        )
        for correction, values in draws.items():
            result = fit(data, "sdm", effects, correction, weights, dynamic=dynamic)
            values.append(result.params["L.y"])
    assert np.mean(draws[None]) < 0.3 - 0.04
    assert abs(np.mean(draws["lee-yu"]) - 0.3) < 0.02


def test_dynamic_uses_the_first_period_as_given():
    data = simulated(gamma=0.3, eta=0.1, rho=0.2, T=10)
    result = fit(data, dynamic="space-time")
    assert result.n_periods == 9
    assert list(result.params.index[:2]) == ["L.y", "W.L.y"]


FAULTS = simulated()


def broken(**changes):
    y, X, W = FAULTS.dependent.copy(), FAULTS.exog.copy(), FAULTS.weights
    if "value" in changes:
        X.iloc[5, 0] = changes["value"]
    if "copy" in changes:
        X["x3"] = 2 * X["x1"] - X["x2"]
    if "still" in changes:
        X["area"] = X.index.get_level_values("unit").astype(float)
    if "drop" in changes:
        y, X = y.drop((3, 4)), X.drop((3, 4))
    return y, X, W


@pytest.mark.parametrize(
    ("changes", "options", "error", "says"),
    [
        ({"value": np.nan}, {}, NonFiniteValueError, "'x1' is nan for unit 0 in period 5"),
        ({"value": np.inf}, {}, NonFiniteValueError, "'x1' is inf"),
        ({"copy": 1}, {}, CollinearRegressorsError, "linear combination"),
        ({"still": 1}, {}, AbsorbedRegressorError, "'area' does not vary once unit and time eff"),
        ({"still": 1}, {"effects": "unit"}, AbsorbedRegressorError, "'area' does not vary"),
        ({"drop": 1}, {"dynamic": "time"}, PanelError, "missing"),
        ({}, {"model": "durbin"}, SpecificationError, "model is 'durbin'; expected one of"),
        ({}, {"effects": "both"}, SpecificationError, "effects is 'both'"),
        ({}, {"dynamic": "lag"}, SpecificationError, "dynamic is 'lag'"),
        ({}, {"durbin": ["x9"]}, SpecificationError, "'x9', which is not among the regressors"),
        ({}, {"model": "sar", "durbin": ["x1"]}, SpecificationError, "lags no regressor"),
        ({}, {"effects": "random", "dynamic": "time"}, SpecificationError, "initial observation"),
    ],
)
def test_faults_have_a_class_and_a_sentence(changes, options, error, says):
    y, X, W = broken(**changes)
    with pytest.raises(error, match=says):
        SpatialPanel(y, X, W, **options).fit()


def test_more_faults():
    y, X, W = broken()
    with pytest.raises(WeightsMismatchError, match="36 × 36"):
        SpatialPanel(y, X, rook_lattice(6, 6))
    with pytest.raises(UnsupportedPanelError, match="missing from exog"):
        SpatialPanel(y, X.iloc[1:], W)
    with pytest.raises(SpecificationError, match="bias_correction is 'bc'"):
        SpatialPanel(y, X, W).fit(bias_correction="bc")
    with pytest.raises(PanelError, match="level is 95"):
        SpatialPanel(y, X, W).fit().conf_int(95)
    late = y[y.index.get_level_values("period") != 3]
    with pytest.raises(UnsupportedPanelError, match="equal distances"):
        SpatialPanel(late, X.reindex(late.index), W, dynamic="time")


def test_boundary_and_explosion_are_refused():
    index = FAULTS.dependent.index
    smooth = np.linalg.matrix_power(FAULTS.weights.toarray() * 0.5 + np.eye(49) * 0.5, 200)
    rng = np.random.default_rng(0)
    y = pd.Series((smooth @ rng.standard_normal((49, 8))).ravel(), index, name="y")
    with pytest.raises(BoundaryError, match="at the end of its admissible interval"):
        SpatialPanel(y, FAULTS.exog, FAULTS.weights, model="sar", effects="none").fit()
    steps = np.zeros((49, 8))
    for t in range(1, 8):
        steps[:, t] = 1.4 * steps[:, t - 1] + rng.standard_normal(49)
    growing = pd.Series(steps.ravel(), index, name="y")
    with pytest.raises(ExplosiveProcessError, match="modulus"):
        SpatialPanel(growing, FAULTS.exog, FAULTS.weights, effects="unit", dynamic="time").fit()


def test_summary_says_what_was_done():
    text = fit(simulated()).summary
    for word in ("SDM", "twoway", "lee-yu-transform", "rho", "49 × 8", "dense"):
        assert word in text


def directed(n, seed, power=1):
    V = np.random.default_rng(seed).random((n, n)) ** power + 0.5
    np.fill_diagonal(V, 0)
    return V / V.sum(axis=1, keepdims=True)


def test_the_search_finds_the_higher_of_two_peaks():
    """Directed weights of 10 units have the interval (-51, 1) and here a peak at -31."""
    data = simulated("sar", "unit", n=10, T=10, weights=directed(10, 9), seed=9)
    result = fit(data, "sar", "unit")
    assert result.rho == pytest.approx(0.546, abs=1e-3)
    assert result.loglik > result.profile_loglik("rho", -31.33) + 200


@pytest.mark.parametrize("model", ["sar", "sem", "sac", "sdm"])
def test_the_unit_of_the_weights_does_not_matter(model):
    data = simulated(model, rho=0.3)
    base = fit(data, model)
    for factor in (1e6, 1e-9):
        scaled = fit(data, model, weights=data.weights * factor)
        for name in ("rho", "lambda"):
            if name in base.params:
                assert scaled.params[name] * factor == pytest.approx(base.params[name], rel=1e-7)
                assert scaled.std_errors[name] * factor == pytest.approx(
                    base.std_errors[name], rel=1e-6
                )
        assert scaled.loglik == pytest.approx(base.loglik, rel=1e-10)


@pytest.mark.parametrize("model", ["sar", "sem"])
def test_a_flat_likelihood_is_refused(model):
    """Every unit the equal neighbour of all, period effects: rho only scales the errors."""
    complete = (np.ones((9, 9)) - np.eye(9)) / 8
    data = simulated(model, n=9, T=20, weights=complete)
    with pytest.raises(SpecificationError, match="flat in"):
        fit(data, model)


def test_simulated_impacts_hold_near_the_pole():
    """Draws that come close to a unit root: averages from the inverses of the same draws."""
    weights = rook_lattice(5, 5, standardised=False)
    data = simulated("sdm", "unit", n=25, T=3, weights=weights, rho=0.27, seed=1)
    result = fit(data, "sdm", "unit")
    table = result.impacts("simulation", draws=200, seed=3)
    draws = np.random.default_rng(3).multivariate_normal(
        result.params.to_numpy(), result.cov.to_numpy(), size=200, method="eigh"
    )
    W, low, high = weights.toarray(), *result.structure.lag.interval
    at = {name: j for j, name in enumerate(result.params.index)}
    exact = []
    for draw in draws[(draws[:, at["rho"]] > low) & (draws[:, at["rho"]] < high)]:
        inverse = np.linalg.inv(np.eye(25) - draw[at["rho"]] * W)
        S = inverse @ (draw[at["x1"]] * np.eye(25) + draw[at["W.x1"]] * W)
        exact.append((S.trace() / 25, S.sum() / 25))
    expected = np.std(exact, axis=0, ddof=1)
    found = table.loc["x1", "std_error"]
    np.testing.assert_allclose([found["direct"], found["total"]], expected, rtol=1e-5)


@pytest.mark.parametrize("method", ["dense", "banded", "sparse", "chebyshev"])
def test_results_survive_pickling(method):
    data = simulated("sdm", n=100, T=4)
    result = fit(data, logdet=method)
    copied = pickle.loads(pickle.dumps(result))
    pd.testing.assert_frame_equal(copied.impacts(), result.impacts(), rtol=1e-6)
    assert copied.profile_loglik("rho", 0.2) == pytest.approx(result.profile_loglik("rho", 0.2))
