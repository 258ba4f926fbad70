"""Values known by hand or by plain matrices, one part of the spatial estimators at a time."""

import inspect
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.stats import norm

from regiometrics.panel.dependence import Dependence
from regiometrics.spatial import (
    SeveralLags,
    SpatialPanel,
    as_weights,
    monte_carlo,
    monte_carlo_gmm,
    randomised_cd,
    rook_lattice,
    simulate_panel,
)
from regiometrics.spatial.bias import static_bias
from regiometrics.spatial.errors import (
    ConvergenceError,
    SpecificationError,
    UnsupportedPanelError,
)
from regiometrics.spatial.gmm_prediction import _past
from regiometrics.spatial.iv import Equation, optimal_weight
from regiometrics.spatial.likelihood import local_error
from regiometrics.spatial.moments import solve_moments
from regiometrics.spatial.observed import second_differences
from regiometrics.spatial.panel_data import check_size
from regiometrics.spatial.profile import _crossing
from regiometrics.spatial.quadratic import _given
from regiometrics.spatial.rank import Basis
from regiometrics.spatial.selection import SelectedWeights
from regiometrics.spatial.simulate import _scales
from regiometrics.spatial.solvers import FactorSolver, SeriesSolver
from regiometrics.spatial.traces import filtered, lag_operator, operator_traces

N, T = 25, 5


def directed(n=N, seed=0):
    """Four neighbours each, of weights that differ: similar to no symmetric matrix."""
    rng = np.random.default_rng(seed)
    W = np.zeros((n, n))
    for unit in range(n):
        W[unit, rng.choice(np.delete(np.arange(n), unit), 4, replace=False)] = rng.uniform(1, 2, 4)
    return W


def panel(model="sdm", effects="twoway", seed=1, weights=None, **options):
    data = simulate_panel(N, T, model, effects, seed=seed)
    weights = data.weights if weights is None else weights
    return SpatialPanel(data.dependent, data.exog, weights, model=model, effects=effects, **options)


def test_unit_means_are_of_the_last_period():
    data = simulate_panel(N, T, "sar", "unit", seed=1)
    model = SpatialPanel(data.dependent, data.exog, data.weights, model="sar", effects="between")
    assert model.design.periods.tolist() == [T - 1]
    assert_allclose(model.design.y[0], data.dependent.groupby(level=0).mean())


@pytest.mark.parametrize("ends", [(0.0, 1.0), (-1.0, 0.0)])
def test_an_end_of_an_open_interval_is_no_minimum(ends):
    """The moment lambda is zero at zero, which these intervals do not hold."""
    moments = lambda x: np.array([x])  # noqa: E731
    assert solve_moments(moments, np.eye(1), (-1.0, 1.0)) == 0.0
    with pytest.raises(ConvergenceError, match="no minimum within"):
        solve_moments(moments, np.eye(1), ends)


def test_a_crossing_lies_before_the_end_or_is_the_end():
    assert _crossing(lambda v: v - 0.9, 0.0, 0.6, 1.0) == pytest.approx(0.9, abs=1e-5)
    assert _crossing(lambda v: v - 0.5, 0.0, 0.6, 1.0) == pytest.approx(0.5, abs=1e-5)
    assert _crossing(lambda v: v - 2.0, 0.0, 0.6, 1.0) == 1.0
    assert _crossing(lambda v: v - 1.0, 0.0, 0.6, 1.0) == 1.0
    assert _crossing(lambda v: -v - 0.7, 0.0, -0.6, -1.0) == pytest.approx(-0.7, abs=1e-5)


def test_slopes_at_a_given_lag_are_least_squares_of_the_rest():
    rng = np.random.default_rng(0)
    D, y = rng.standard_normal((30, 3)), rng.standard_normal(30)
    found = _given(Equation(y, D, D[:, 1:], 1), 0.3)
    rest = np.linalg.lstsq(D[:, 1:], y - 0.3 * D[:, 0], rcond=None)[0]
    assert_allclose(found, [0.3, *rest], rtol=1e-10)


def test_a_basis_gives_coefficients_and_their_jacobian_back():
    rng = np.random.default_rng(0)
    data = rng.standard_normal((4, 6, 5))
    basis, new = Basis.of(data, 3)
    flat = new.reshape(24, 5)
    assert_allclose(flat[:, 2:].T @ flat[:, 2:], np.eye(3), atol=1e-12)
    assert_allclose(flat[:, 2:].T @ flat[:, :2], 0, atol=1e-12)
    delta = np.array([0.5, -1.0, 2.0])
    old = basis.coefficients(delta, 0.3)
    raw = data.reshape(24, 5)
    assert_allclose(
        raw[:, 0] - 0.3 * raw[:, 1] - raw[:, 2:] @ old,
        flat[:, 0] - 0.3 * flat[:, 1] - flat[:, 2:] @ delta,
        atol=1e-12,
    )
    assert_allclose(basis.inverse(old, 0.3), delta)
    J, h = basis.jacobian(5), 1e-6
    moved = [basis.coefficients(delta + h * e, 0.3) - old for e in np.eye(3)]
    assert_allclose(J[:3, :3], np.transpose(moved) / h, rtol=1e-6, atol=1e-8)
    assert_allclose(J[:3, 3], (basis.coefficients(delta, 0.3 + h) - old) / h, rtol=1e-6, atol=1e-8)
    assert_allclose(J[3:], np.eye(5)[3:])
    assert_allclose(basis.jacobian(5, cleared=False)[:3, 3], 0)


@pytest.mark.parametrize("scale", [1e-7, 1.0, 1e7])
def test_the_weight_of_moments_does_not_depend_on_their_units(scale):
    rng = np.random.default_rng(0)
    F, e = rng.standard_normal((60, 3)), rng.standard_normal(60)
    one = optimal_weight(Equation(e, F, F, 1), e, Dependence("robust", (6, 10)))
    other = optimal_weight(Equation(e, scale * F, scale * F, 1), e, Dependence("robust", (6, 10)))
    assert_allclose(other * scale**2, one, rtol=1e-8)


def test_traces_of_two_operators_are_estimated_in_their_product_too():
    n = 400
    W, M = as_weights(rook_lattice(20, 20), pd.RangeIndex(n)), directed(n)
    M = as_weights(M / M.sum(axis=1, keepdims=True), pd.RangeIndex(n))
    lag, error = FactorSolver(W, 0.5), FactorSolver(M, 0.4)
    G = filtered(lag_operator(W, 0.5, lag), M, 0.4, error)
    for operators in ([G, lag_operator(M, 0.4, error)], [lag_operator(W, 0.5, lag)] * 2):
        exact = operator_traces(operators, n, exact=True)
        found = operator_traces(operators, n, exact=False)
        size = np.sqrt(np.outer(exact.inner.diagonal(), exact.inner.diagonal()))
        for name in ("product", "inner"):
            gap = np.abs(getattr(found, name) - getattr(exact, name)) / size
            assert (gap[~np.eye(2, dtype=bool)] <= 4 * found.error).all(), name
    # Powers taken out leave little of the same operator twice.
    assert found.product[0, 1] == pytest.approx(exact.product[0, 1], rel=2e-3)


def test_the_spectral_bound_is_the_least_of_three_norms():
    W = directed()
    for scale in (np.ones(N), np.arange(1.0, N + 1)):
        for given in (W * scale, W * scale[:, None]):
            bound = as_weights(given, pd.RangeIndex(N)).spectral_bound
            norms = given.sum(axis=1).max(), given.sum(axis=0).max(), np.linalg.norm(given)
            assert bound == pytest.approx(min(norms))
            assert bound >= np.abs(np.linalg.eigvals(given)).max()
    columns = (W / W.sum(axis=1, keepdims=True)).T
    weights = as_weights(columns, pd.RangeIndex(N), islands=True)
    assert weights.spectral_bound == pytest.approx(1.0)


def test_heteroskedastic_errors_have_variance_one_on_average():
    W = as_weights(rook_lattice(4, 6), pd.RangeIndex(24))
    X = np.random.default_rng(0).standard_normal((3, 24, 2))
    neighbours = np.diff(W.matrix.indptr)
    for given in (X, X[:, :, :0]):
        assert (_scales(W, given) ** 2).mean() == pytest.approx(1.0)
    alone = _scales(W, X[:, :, :0])
    assert_allclose(alone, np.broadcast_to(np.sqrt(neighbours / neighbours.mean()), (3, 24)))
    ratio = _scales(W, X) ** 2
    square = X[:, :, 0] ** 2
    assert_allclose(ratio, 0.5 * neighbours / neighbours.mean() + 0.5 * square / square.mean())


def test_gamma_errors_are_centred_scaled_and_skewed():
    data = simulate_panel(
        100, 100, "slx", "none", beta=(0.0,), theta=(0.0,), errors="gamma", sigma=2.0, seed=1
    )
    e = data.dependent.to_numpy() / 2
    # Ten thousand draws; kurtosis 15 makes the variance's error 0.04.
    assert abs(e.mean()) < 0.05
    assert e.var() == pytest.approx(1.0, abs=0.16)
    assert (e**3).mean() == pytest.approx(2 * np.sqrt(2), abs=0.8)


@pytest.mark.parametrize("run", [monte_carlo, monte_carlo_gmm])
def test_an_experiment_is_of_49_units_and_ten_periods_unless_said(run):
    spec = [{"model": "sar", "effects": "unit"}]
    said = run(spec, 2, n=49, T=10, errors="normal", seed=0, level=0.95)
    pd.testing.assert_frame_equal(run(spec, 2), said)
    assert inspect.signature(run).parameters["replications"].default == 500


def test_several_lags_have_the_information_of_the_formula():
    """Lee and Yu (2010) with two matrices whose rows sum to different numbers, on J = I - 11'/n."""
    rng = np.random.default_rng(1)
    W = [rook_lattice(5, 5).toarray(), 2 * directed() / directed().sum(axis=1, keepdims=True)]
    rho, delta, sigma2, tau = np.array([0.2, 0.1]), np.array([1.0, -0.5]), 1.5, T - 1
    Z = rng.standard_normal((T, N, 2))
    Z = Z - Z.mean(axis=0)
    Z = Z - Z.mean(axis=1, keepdims=True)
    own = SimpleNamespace(effects="twoway")
    size = tau * (N - 1)
    sums = np.array([1.0, 2.0])
    info = SeveralLags._information(own, rho, delta, sigma2, W, sums, Z, tau, size)
    J = np.eye(N) - 1 / N
    G = [J @ X @ np.linalg.inv(np.eye(N) - rho[0] * W[0] - rho[1] * W[1]) @ J for X in W]
    Zd = Z @ delta
    linear = [*(Zd @ X.T for X in G), Z[:, :, 0], Z[:, :, 1]]
    expected = np.zeros((5, 5))
    for a in range(4):
        for b in range(4):
            expected[a, b] = (linear[a] * linear[b]).sum() / sigma2
    for a in range(2):
        for b in range(2):
            expected[a, b] += tau * np.trace(G[a] @ G[b] + G[a].T @ G[b])
        expected[a, 4] = expected[4, a] = tau * np.trace(G[a]) / sigma2
    expected[4, 4] = size / (2 * sigma2**2)
    assert_allclose(info, expected, rtol=1e-9, atol=1e-9)


def test_impacts_of_several_lags_with_lagged_regressors():
    data = simulate_panel(N, 8, "sdm", "twoway", rho=0.2, seed=3)
    W = {"near": rook_lattice(5, 5).toarray(), "far": directed()}
    W["far"] = W["far"] / W["far"].sum(axis=1, keepdims=True)
    fit = SeveralLags(data.dependent, data.exog, W, durbin=True).fit()
    p = fit.params
    V = np.linalg.inv(np.eye(N) - sum(p[f"rho.{name}"] * M for name, M in W.items()))
    whole = fit.impacts()
    assert_allclose(whole["statistic"], whole["estimate"] / whole["std_error"])
    reach = norm.ppf(0.975) * whole["std_error"]
    assert_allclose(whole["conf_low"], whole["estimate"] - reach)
    assert_allclose(whole["conf_high"], whole["estimate"] + reach)
    table = whole["estimate"]
    for x in ("x1", "x2"):
        S = V @ (p[x] * np.eye(N) + sum(p[f"{name}.{x}"] * M for name, M in W.items()))
        direct, total = np.trace(S) / N, S.sum() / N
        assert_allclose(table[x], [direct, total - direct, total], rtol=1e-9)


def test_the_static_bias_is_that_of_the_formula():
    """-Sigma^(-1) a / n with a = (0, row effect, 1 / (2 sigma²)); Sigma = info / (n T)."""
    info = np.diag([2.0, 4.0, 8.0]) * 30
    found = static_bias(info, 1, [1.25], 2.0, 6, 5)
    assert_allclose(found, [0, -1.25 / 4 / 6, -0.25 / 8 / 6])


def test_the_transform_takes_its_eigenvalue_out_of_a_model_without_lag(monkeypatch):
    """Its bias of order 1/T needs W's determinant, less that of the period means."""
    seen = {}

    def record(info, lag, error, estimates, positions, n, periods):
        seen.update(removed=lag.removed, n=n, periods=periods)
        return np.zeros(len(info.matrix))

    monkeypatch.setattr("regiometrics.spatial.fixed_effects.dynamic_bias", record)
    for effects, removed, units in (("twoway", 1.0, N - 1), ("unit", None, N)):
        panel("slx", effects, dynamic="space-time").fit()
        assert seen == {"removed": removed, "n": units, "periods": T - 1}


def test_errors_of_log_determinants_count_once_a_period():
    parts = [
        SimpleNamespace(periods=3, logdet=SimpleNamespace(local=lambda r: SimpleNamespace(error=r)))
    ]
    assert local_error(parts * 2, [0.1, 0.2]) == pytest.approx(0.9)


def test_unit_effects_beside_gaps_are_means_over_what_is_observed():
    data = simulate_panel(N, T, "sar", "unit", seed=1)
    lacking = data.exog.index[[3, 40]]
    y, X = data.dependent.drop(lacking), data.exog.drop(lacking)
    with pytest.warns(UserWarning, match="2 of 125 observations are missing"):
        fit = SpatialPanel(y, X, data.weights, model="sar", effects="unit").fit()
    design = fit.design
    inner = design.y - fit.rho * design.Wy - design.Z @ fit.params[list(design.names)].to_numpy()
    assert_allclose(fit.unit_effects, np.nanmean(inner, axis=0))


def test_what_is_printed_of_a_result():
    one, random = panel().fit(), panel("sem", "random").fit()
    assert one._heading()["Effects"] == "twoway"
    assert random._heading()["Effects"] == "random (baltagi)"
    assert one.__maketables_stat__("N") == one.nobs
    assert one.__maketables_stat__("ll") == one.loglik
    assert one.__maketables_stat__("se_type") == "classical (expected information)"
    assert one.__maketables_stat__("rmse") is None
    assert one.__maketables_fixef_string__ == "unit+period"
    assert one.__maketables_default_stat_keys__ == ["N", "r2"]


def test_the_best_predictor_within_the_sample_stands_beside_new_periods():
    data = simulate_panel(N, T + 1, "sar", "unit", seed=2)
    last = data.exog.index.get_level_values(1) == T
    fit = SpatialPanel(
        data.dependent[~last], data.exog[~last], data.weights, model="sar", effects="unit"
    ).fit()
    both = fit.predict(data.exog, method="BP")
    assert_allclose(both[~last], fit.predict(method="BP"), rtol=1e-9)
    assert np.isfinite(both[last]).all()


def test_two_periods_have_one_difference():
    data = simulate_panel(N, 2, "sar", "unit", seed=1)
    options = {"model": "sar", "effects": "first-difference"}
    design = SpatialPanel(data.dependent, data.exog, data.weights, **options).design
    assert_allclose(design.y[0], data.dependent.unstack().diff(axis=1)[1])
    assert design.periods.tolist() == [1]


def test_signs_of_the_randomised_statistic_by_hand():
    z = np.random.default_rng(1).standard_normal((6, 40))
    frame = pd.DataFrame(z + 5)
    stacked = frame.T.stack().rename_axis(["unit", "period"])
    z = (z - z.mean(axis=0)) / z.std(axis=0)
    signs = np.random.default_rng(3).choice([-1.0, 1.0], size=(4, 40))
    pairs = [((s * z) @ (s * z).T).trace() for s in signs]
    assert_allclose(pairs, 240)
    sums = [np.square((s * z).sum(axis=1)).sum() / 6 - 40 for s in signs]
    by_hand = np.sqrt(6 / (2 * 40 * 39)) * np.sum(sums) / 2
    found = randomised_cd(stacked, draws=4, seed=3)
    assert found["statistic"] == pytest.approx(by_hand)
    assert found["p_value"] == pytest.approx(2 * norm.sf(abs(by_hand)))


def test_lags_of_the_outcome_come_first():
    assert [_past(kind) for kind in (None, "time", "space-time")] == [0, 1, 2]


def test_errors_follow_the_units_of_the_weights():
    """Weights a thousand times as large have a lambda a thousand times smaller."""
    data = simulate_panel(N, T, "sem", "time", lambda_=0.2, seed=4)
    W = rook_lattice(5, 5, standardised=False)
    both = [
        SpatialPanel(data.dependent, data.exog, W * scale, model="sem", effects="time").fit(
            None, information="observed"
        )
        for scale in (1.0, 1e5)
    ]
    assert both[1].lambda_ * 1e5 == pytest.approx(both[0].lambda_, rel=1e-7)
    ratio = both[1].std_errors["lambda"] * 1e5 / both[0].std_errors["lambda"]
    assert ratio == pytest.approx(1.0, rel=1e-5)


@pytest.mark.parametrize(
    ("scale", "left"), [(1e-14, 1e-2), (1e-10, 1.5e-4), (1e-4, 1.5e-4), (1.0, 1.5e-4)]
)
def test_second_differences_find_their_steps(scale, left):
    """Steps are a hundredth of a standard error, or near it where they began far from it."""
    found = second_differences(lambda x: -np.logaddexp(x / scale, -x / scale).sum(), np.zeros(2))
    assert_allclose(found * scale**2, -np.eye(2), atol=left)


def test_headings_name_the_correction():
    assert panel().fit()._heading()["Bias correction"] == "lee-yu-transform"
    assert panel().fit(None)._heading()["Bias correction"] == "none"


def test_estimated_traces_are_those_of_the_signs():
    W, r = as_weights(rook_lattice(6, 6), pd.RangeIndex(36)), 0.4
    op = lag_operator(W, r, FactorSolver(W, r))
    found = operator_traces([op], 36, exact=False, seed=5)
    dense = W.matrix.toarray()
    G = dense @ np.linalg.inv(np.eye(36) - r * dense)
    P = sum(r ** (j - 1) * np.linalg.matrix_power(dense, j) for j in range(1, len(W.powers) + 1))
    signs = np.random.default_rng(5).choice(np.array([-1, 1], dtype=np.int8), size=(36, 32))
    Es, Ps = (G - P) @ signs, P @ signs
    each = (P**2).sum() + (2 * Ps * Es + Es * Es).sum(axis=0)
    assert found.inner[0, 0] == pytest.approx(each.mean(), rel=1e-12)
    size = each.std(ddof=1) / np.sqrt(32) / each.mean()
    assert found.error == pytest.approx(size, rel=1e-6)
    assert_allclose(found.diagonal[0], P.diagonal() + (signs * Es).mean(axis=1), atol=1e-12)
    assert_allclose(found.column_sums[0], G.sum(axis=0), atol=1e-12)


def test_probes_may_go_in_parts(monkeypatch):
    W = as_weights(rook_lattice(6, 6), pd.RangeIndex(36))
    op = lag_operator(W, 0.4, FactorSolver(W, 0.4))
    whole = operator_traces([op], 36, exact=False)
    monkeypatch.setattr("regiometrics.spatial.traces._WIDE", 10)
    parts = operator_traces([op], 36, exact=False)
    assert parts.error == pytest.approx(whole.error, rel=1e-9)
    assert_allclose(parts.inner, whole.inner, rtol=1e-12)
    assert_allclose(parts.diagonal, whole.diagonal, atol=1e-13)


@pytest.mark.parametrize("share", [-0.999, 0.999])
def test_a_series_is_summed_until_nothing_is_added(share):
    W = as_weights(rook_lattice(6, 6), pd.RangeIndex(36))
    b = np.arange(36.0)
    system = np.eye(36) - share * W.matrix.toarray()
    found = SeriesSolver(W, share)
    for solve, matrix in ((found.solve, system), (found.solve_transpose, system.T)):
        expected = np.linalg.solve(matrix, b)
        assert_allclose(solve(b), expected, rtol=0, atol=1e-11 * np.abs(expected).max())


@pytest.mark.parametrize(
    ("effects", "most"), [("none", 5), ("time", 3), ("unit", 1), ("twoway", 0), ("random", 5)]
)
def test_a_panel_has_three_observations_more_than_parameters(effects, most):
    """Eight observations of four units in two periods."""
    check_size((2, 4), 8, effects, most)
    with pytest.raises(UnsupportedPanelError, match="8 observed outcomes for"):
        check_size((2, 4), 8, effects, most + 1)


def test_a_simulated_process_carries_outcomes_forward():
    data = simulate_panel(N, 4, "sdm", "none", rho=0.3, gamma=0.4, eta=-0.2, sigma=1e-9, seed=1)
    W = data.weights.toarray()
    y = data.dependent.unstack().to_numpy()
    X = np.stack([data.exog[x].unstack().to_numpy() for x in ("x1", "x2")])
    p = data.parameters
    for t in range(1, 4):
        mean = sum(
            p[x] * X[j, :, t] + p[f"W.{x}"] * (W @ X[j, :, t]) for j, x in enumerate(("x1", "x2"))
        )
        carried = 0.4 * y[:, t - 1] - 0.2 * (W @ y[:, t - 1])
        assert_allclose(y[:, t] - 0.3 * (W @ y[:, t]), mean + carried, atol=1e-7)


def test_weights_without_a_circle_bound_no_parameter():
    weights = as_weights(np.triu(np.ones((4, 4)), 1), pd.RangeIndex(4), islands=True)
    selected = SelectedWeights(weights, np.ones((2, 4), dtype=bool))
    assert selected.interval == (-10.0, 10.0)
    assert selected.logdet(3.0) == 0.0
    rook = as_weights(rook_lattice(3, 4), pd.RangeIndex(12))
    some = np.ones((2, 12), dtype=bool)
    assert SelectedWeights(rook, some).interval == pytest.approx((-1.0, 1.0))


@pytest.mark.parametrize("model", ["sar", "sem"])
def test_the_likelihood_by_period_is_that_of_one_matrix(model):
    data = simulate_panel(N, T, model, "none", seed=1)
    options = {"model": model, "effects": "none"}
    one = SpatialPanel(data.dependent, data.exog, data.weights, **options).fit(None)
    each = {t: data.weights for t in range(T)}
    other = SpatialPanel(data.dependent, data.exog, each, **options).fit(None)
    assert other.loglik == pytest.approx(one.loglik, rel=1e-9)
    assert_allclose(other.params, one.params, rtol=1e-5)


def test_residuals_beside_serial_correlation_are_what_regressors_leave():
    data = simulate_panel(N, T, "slx", "none", seed=1)
    options = {"model": "slx", "effects": "none", "serial": "ar1"}
    fit = SpatialPanel(data.dependent, data.exog, data.weights, **options).fit()
    design = fit.design
    left = design.y - design.Z @ fit.params[list(design.names)].to_numpy()
    assert_allclose(fit.errors, left, atol=1e-10)


def test_predictions_need_one_matrix():
    data = simulate_panel(N, T, "sar", "unit", seed=1)
    W = {t: data.weights for t in range(T)}
    fit = SpatialPanel(data.dependent, data.exog, W, model="sar", effects="unit").fit()
    with pytest.raises(SpecificationError, match="weights by period; expected one matrix"):
        fit.predict()
