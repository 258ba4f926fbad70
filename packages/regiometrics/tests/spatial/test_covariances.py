"""What each covariance promises, against independent computations."""

import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose

from regiometrics.errors import PanelError
from regiometrics.panel.covariance import distance_kernel
from regiometrics.spatial import Spatial2SLS, SpatialPanel, lr_test, simulate_panel
from regiometrics.spatial.errors import SpecificationError
from regiometrics.spatial.simulate import rook_lattice

DATA = simulate_panel(25, 6, "sdm", "twoway", rho=0.3, seed=2)
y, X, W = DATA.dependent, DATA.exog, DATA.weights


def stacked(effects):
    """Least squares on dummies: regressors and their lags first."""
    values = X.to_numpy().reshape(25, 6, 2)
    lagged = np.einsum("ij,jtk->itk", W.toarray(), values)
    own = np.concatenate([values, lagged], axis=2).reshape(150, 4)
    blocks = [own]
    unit, time = X.index.get_level_values(0), X.index.get_level_values(1)
    if effects in ("unit", "twoway"):
        blocks.append(pd.get_dummies(unit).to_numpy(float))
    if effects in ("time", "twoway"):
        blocks.append(pd.get_dummies(time).to_numpy(float)[:, effects == "twoway" :])
    if effects == "none":
        blocks.append(np.ones((150, 1)))
    return np.hstack(blocks)


@pytest.mark.parametrize("effects", ["none", "unit", "time", "twoway"])
@pytest.mark.parametrize("kind", ["HC0", "HC1", "HC2", "HC3", "robust"])
def test_white_errors_are_those_of_dummies(effects, kind):
    Z = stacked(effects)
    bread = np.linalg.inv(Z.T @ Z)
    e = y.to_numpy() - Z @ (bread @ Z.T @ y.to_numpy())
    leverage = np.einsum("ij,jk,ik->i", Z, bread, Z)
    N, K = Z.shape
    weight = {
        "HC0": 1.0,
        "HC1": N / (N - K),
        "robust": N / (N - K),
        "HC2": 1 / (1 - leverage),
        "HC3": 1 / (1 - leverage) ** 2,
    }[kind]
    cov = bread @ (Z.T * (e**2 * weight)) @ Z @ bread
    result = SpatialPanel(y, X, W, model="slx", effects=effects).fit(cov_type=kind)
    names = ["x1", "x2", "W.x1", "W.x2"]
    assert_allclose(result.std_errors[names], np.sqrt(np.diag(cov))[:4], rtol=1e-10)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"cov_type": "clustered"}, {"cov_type": "clustered", "cluster_entity": True}),
        (
            {"cov_type": "clustered", "cluster_time": True},
            {"cov_type": "clustered", "cluster_time": True},
        ),
        ({"cov_type": "kernel", "bandwidth": 2}, {"cov_type": "kernel", "bandwidth": 2}),
    ],
)
def test_errors_are_those_of_linearmodels(ours, theirs):
    linearmodels = pytest.importorskip("linearmodels")
    lagged = pd.DataFrame(stacked("none")[:, :4], X.index, ["x1", "x2", "W.x1", "W.x2"])
    known = linearmodels.PanelOLS(y, lagged, entity_effects=True).fit(debiased=False, **theirs)
    result = SpatialPanel(y, X, W, model="slx", entity_effects=True).fit(debiased=False, **ours)
    assert_allclose(result.params, known.params, rtol=1e-10)
    # linearmodels takes absorbed effects out of the sum even without its small-sample factor.
    ratio = known.std_errors / result.std_errors
    assert_allclose(ratio, ratio.iloc[0], rtol=1e-8)


def test_clusters_by_observation_are_those_by_unit():
    province = pd.Series(np.arange(25) // 5, range(25))
    each = pd.Series(np.repeat(province.to_numpy(), 6), y.index)
    fits = [
        SpatialPanel(y, X, W, model="slx").fit(cov_type="clustered", clusters=clusters)
        for clusters in (province, each)
    ]
    assert_allclose(fits[0].cov, fits[1].cov, rtol=1e-12)
    assert fits[0].n_groups == 5
    assert fits[0].pvalues["x1"] > 2 * 0.5 * 1e-300  # t with four degrees of freedom
    width = fits[0].conf_int()["upper"] - fits[0].params
    assert_allclose(width, 2.7764451 * fits[0].std_errors, rtol=1e-6)
    with pytest.raises(PanelError, match="1 groups; expected at least two"):
        SpatialPanel(y, X, W, model="slx").fit(cov_type="clustered", clusters=province * 0)


def test_another_covariance_of_the_same_fit():
    fit = SpatialPanel(y, X, W, model="slx").fit()
    for kind in ("robust", "HC3", "clustered", "qml", "driscoll-kraay"):
        again = SpatialPanel(y, X, W, model="slx").fit(cov_type=kind)
        assert_allclose(fit.with_covariance(kind).cov, again.cov, rtol=1e-12)
    two = Spatial2SLS(y, X, W).fit("robust")
    assert_allclose(
        two.with_covariance("clustered").cov, Spatial2SLS(y, X, W).fit("clustered").cov, rtol=1e-12
    )


def heteroskedastic(model, seed, n=49, T=6):
    """Variances that rise with the number of neighbours, drawn again for each seed."""
    rng = np.random.default_rng(0)
    xy = rng.random((n, 2))
    distance = ((xy[:, None] - xy) ** 2).sum(axis=-1)
    np.fill_diagonal(distance, 9)
    A = np.zeros((n, n))
    for i in range(n):
        A[i, np.argsort(distance[i])[: rng.integers(1, 9)]] = 1
    degree = A.sum(axis=1)
    A /= degree[:, None]
    rng = np.random.default_rng(seed)
    x, e = rng.standard_normal((2, n, T))
    e *= (degree / degree.mean())[:, None]
    mean = x + rng.standard_normal((n, 1)) + rng.standard_normal((1, T))
    R, S = np.eye(n) - 0.5 * A * (model == "sem"), np.eye(n) - 0.5 * A * (model == "sar")
    outcome = np.linalg.solve(S, mean + np.linalg.solve(R, e))
    index = pd.MultiIndex.from_product([range(n), range(T)], names=["unit", "period"])
    return pd.Series(outcome.ravel(), index, name="y"), pd.DataFrame({"x": x.ravel()}, index), A


@pytest.mark.parametrize(("model", "name"), [("sar", "rho"), ("sem", "lambda")])
def test_robust_estimates_hold_under_heteroskedasticity(model, name):
    """Lin and Lee (2010): the quasi-likelihood is not consistent; the centred scores are."""
    gaps = {"qml": [], "robust": [], "clustered": []}
    held = {"robust": [], "clustered": []}
    for seed in range(150):
        panel = SpatialPanel(*heteroskedastic(model, seed), model=model)
        for kind, found in gaps.items():
            fit = panel.fit(cov_type=kind)
            found.append(fit.params[name] - 0.5)
            if kind in held:
                held[kind].append(abs(found[-1]) < 1.96 * fit.std_errors[name])
    error = {kind: np.std(found) / np.sqrt(150) for kind, found in gaps.items()}
    assert abs(np.mean(gaps["qml"])) > 5 * error["qml"]
    for kind, found in held.items():
        assert abs(np.mean(gaps[kind])) < 4 * error[kind]
        # The error of a coverage of 95% over 150 draws is 1.8 points.
        assert 0.9 <= np.mean(found) <= 0.99


def test_robust_estimates_are_close_where_variances_are_equal():
    data = simulate_panel(100, 8, "sac", "twoway", rho=0.4, lambda_=0.2, seed=5)
    panel = SpatialPanel(data.dependent, data.exog, data.weights, model="sac")
    a, b = panel.fit(cov_type="qml"), panel.fit(cov_type="robust")
    assert ((a.params - b.params).abs() < 0.5 * a.std_errors).all()
    assert_allclose(b.std_errors, a.std_errors, rtol=0.3)
    assert b.is_modified and not a.is_modified
    assert "Liu and Yang" in str(b.summary)
    with pytest.raises(SpecificationError, match="maximise no likelihood"):
        lr_test(b, b)
    with pytest.raises(SpecificationError, match="expected fit\\(cov_type='robust'\\)"):
        a.with_covariance("robust")


@pytest.mark.parametrize(
    ("options", "kind", "says"),
    [
        ({"effects": "random"}, "robust", "with random effects; expected 'classical'"),
        ({"dynamic": "time"}, "robust", "Spatial2SLS with dynamic='time'"),
        ({}, "driscoll-kraay", "or Spatial2SLS, whose"),
        ({}, "HC3", "expected 'robust' or 'clustered' by unit"),
    ],
)
def test_where_no_robust_errors_exist_alternatives_are_named(options, kind, says):
    with pytest.raises(SpecificationError, match=says):
        SpatialPanel(y, X, W, **options).fit(cov_type=kind)


def test_clusters_wider_than_units_are_refused_with_spatial_terms():
    with pytest.raises(SpecificationError, match=r"Spatial2SLS\(...\).fit"):
        SpatialPanel(y, X, W).fit(
            cov_type="clustered", clusters=pd.Series(np.arange(25) // 5, range(25))
        )


def full_loglik(panel, theta, k, has_lag, has_error, effects):
    """The transformed likelihood on the whole, by dense matrices."""
    design = panel.design
    delta, rest = theta[:k], list(theta[k:])
    rho = rest.pop(0) if has_lag else 0.0
    lam = rest.pop(0) if has_error else 0.0
    sigma2 = rest[0]
    T, n = design.y.shape
    A = design.weights.matrix.toarray()
    e = (design.y - rho * design.Wy - design.Z @ delta) @ (np.eye(n) - lam * A).T
    tau, m = T, n
    if effects in ("unit", "twoway"):
        e, tau = e - e.mean(axis=0), T - 1
    log = sum(np.linalg.slogdet(np.eye(n) - r * A)[1] for r in (rho, lam))
    if effects in ("time", "twoway"):
        e, m = e - e.mean(axis=1, keepdims=True), n - 1
        log -= np.log(1 - rho) + np.log(1 - lam)
    return -0.5 * tau * m * np.log(2 * np.pi * sigma2) + tau * log - (e**2).sum() / (2 * sigma2)


@pytest.mark.parametrize("model", ["sar", "sem", "gns"])
@pytest.mark.parametrize("effects", ["none", "unit", "twoway"])
def test_observed_information_is_the_curvature(model, effects):
    panel = SpatialPanel(y, X, W, model=model, effects=effects)
    fit = panel.fit(information="observed")
    assert fit.information.kind == "observed"
    theta = np.append(fit.params.to_numpy(), fit.sigma2)
    k, has_lag, has_error = len(panel.design.names), panel.has_lag, panel.has_error
    h = 1e-4 * np.maximum(np.abs(theta), 0.1)
    p = len(theta)
    H = np.empty((p, p))
    for i in range(p):
        for j in range(p):
            a, b = np.eye(p)[i] * h[i], np.eye(p)[j] * h[j]
            value = [
                full_loglik(panel, theta + s * a + t * b, k, has_lag, has_error, effects)
                for s, t in ((1, 1), (1, -1), (-1, 1), (-1, -1))
            ]
            H[i, j] = -(value[0] - value[1] - value[2] + value[3]) / (4 * h[i] * h[j])
    assert_allclose(fit.information.matrix, H, rtol=1e-3, atol=1e-4 * np.abs(H).max())
    errors = np.sqrt(np.diag(np.linalg.inv(H)))[:-1]
    assert_allclose(fit.std_errors, errors, rtol=1e-4)
    expected = panel.fit()
    assert "expected information" in str(expected.summary)
    assert_allclose(fit.std_errors, expected.std_errors, rtol=0.5)


def random_covariance(n, T, rho, lam, sigma2, phi, A, kind):
    """Covariance of y stacked by periods."""
    B = np.linalg.inv(np.eye(n) - lam * A)
    S = np.linalg.inv(np.eye(n) - rho * A)
    own = S @ B @ B.T @ S.T
    unit = own if kind == "kkp" else S @ S.T
    return sigma2 * (np.kron(np.eye(T), own) + phi * np.kron(np.ones((T, T)), unit))


@pytest.mark.parametrize(
    ("model", "kind"), [("sar", "kkp"), ("sem", "baltagi"), ("sem", "kkp"), ("sac", "baltagi")]
)
def test_random_effects_information_against_dense_matrices(model, kind):
    data = simulate_panel(16, 4, model, "random", rho=0.3, lambda_=0.3, seed=4)
    options = {"model": model, "effects": "random", "random_errors": kind}
    panel = SpatialPanel(data.dependent, data.exog, data.weights, **options)
    observed, expected = (panel.fit(information=name) for name in ("observed", "expected"))
    default = panel.fit()
    wanted = observed if kind == "baltagi" and panel.has_error else expected
    assert_allclose(default.cov, wanted.cov, rtol=1e-12)
    design = panel.design
    T, n = design.y.shape
    A, k = data.weights.toarray(), len(design.names)
    Z, target = design.Z.reshape(T * n, k), design.y.ravel()
    has_lag, has_error = panel.has_lag, panel.has_error

    def read(theta):
        rest = list(theta[k:])
        rho = rest.pop(0) if has_lag else 0.0
        lam = rest.pop(0) if has_error else 0.0
        return theta[:k], rho, lam, *rest

    def moments(theta):
        delta, rho, lam, sigma2, phi = read(theta)
        S = np.linalg.inv(np.eye(n) - rho * A)
        mean = np.kron(np.eye(T), S) @ (Z @ delta)
        return mean, random_covariance(n, T, rho, lam, sigma2, phi, A, kind)

    def loglik(theta):
        mean, V = moments(theta)
        e = target - mean
        return -0.5 * (np.linalg.slogdet(V)[1] + e @ np.linalg.solve(V, e))

    theta = np.concatenate([observed.params.to_numpy(), [observed.sigma2, observed.variance_ratio]])
    p = len(theta)
    h = 1e-4 * np.maximum(np.abs(theta), 0.1)
    slopes = []
    for j in range(p):
        step = np.eye(p)[j] * h[j]
        up, down = moments(theta + step), moments(theta - step)
        slopes.append([(a - b) / (2 * h[j]) for a, b in zip(up, down, strict=True)])
    inverse = np.linalg.inv(moments(theta)[1])
    info = np.array(
        [
            [
                a[0] @ inverse @ b[0] + 0.5 * np.trace(inverse @ a[1] @ inverse @ b[1])
                for b in slopes
            ]
            for a in slopes
        ]
    )
    names = len(expected.params)
    assert_allclose(expected.std_errors, np.sqrt(np.diag(np.linalg.inv(info)))[:names], rtol=1e-4)
    H = np.empty((p, p))
    for i in range(p):
        for j in range(p):
            a, b = np.eye(p)[i] * h[i], np.eye(p)[j] * h[j]
            H[i, j] = -(
                loglik(theta + a + b)
                - loglik(theta + a - b)
                - loglik(theta - a + b)
                + loglik(theta - a - b)
            ) / (4 * h[i] * h[j])
    assert_allclose(observed.std_errors, np.sqrt(np.diag(np.linalg.inv(H)))[:names], rtol=2e-3)


def test_kernels_are_checked_and_put_in_order():
    rng = np.random.default_rng(0)
    places = np.column_stack([rng.uniform(100, 110, 25), rng.uniform(30, 40, 25)])
    kernel = distance_kernel(places, 400)
    model = Spatial2SLS(y, X, W)
    wanted = model.fit("conley", kernel=kernel).std_errors
    order = rng.permutation(25)
    table = pd.DataFrame(kernel.toarray(), range(25), range(25)).iloc[order, order[::-1]]
    table.columns = table.columns.astype(str)
    assert_allclose(model.fit("conley", kernel=table).std_errors, wanted, rtol=1e-12)
    slx = SpatialPanel(y, X, W, model="slx").fit(cov_type="conley", kernel=kernel)
    least = Spatial2SLS(y, X, W, lag=False, durbin=True).fit("conley", kernel=kernel)
    assert_allclose(slx.std_errors, least.std_errors[slx.params.index], rtol=1e-10)
    bad = kernel.toarray()
    faults = {
        "by 0; expected one on the diagonal": bad - np.eye(25),
        "expected a symmetric kernel": bad + np.triu(np.full((25, 25), 0.01), 1),
        "weights of at most one": bad * 2,
        "shape": bad[:-1, :-1],
    }
    for says, wrong in faults.items():
        for form in (np.asarray, sp.csr_array):
            with pytest.raises(PanelError, match=says):
                model.fit("conley", kernel=form(wrong))
    with pytest.raises(SpecificationError, match="kernel is 'parzen'; expected 'bartlett'"):
        model.fit("conley", kernel="parzen")
    with pytest.raises(PanelError, match="expected one on the diagonal: spatial weights"):
        model.fit("conley", kernel=W)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"cov_type": "robust", "clusters": "unit"}, "clusters is given with cov_type 'robust'"),
        ({"cov_type": "clustered", "clusters": "unit", "cluster_time": True}, "expected one"),
        ({"cov_type": "qml", "information": "observed"}, "expected cov_type 'classical'"),
        ({"cov_type": "driscoll-kraay", "lags": 1, "bandwidth": 1}, "are both given"),
        ({"cov_type": "driscoll-kraay", "lags": 6}, "less than the periods"),
        ({"cov_type": "newey-west"}, "has no lags"),
        ({"cov_type": "conley"}, "has no kernel"),
    ],
)
def test_options_that_do_not_go_together(options, says):
    with pytest.raises((SpecificationError, PanelError), match=says):
        SpatialPanel(y, X, W, model="slx").fit(**options)


def test_a_variance_ratio_at_its_edge_is_said():
    data = simulate_panel(49, 30, "sdm", "none", seed=12)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fit = SpatialPanel(data.dependent, data.exog, data.weights, effects="random").fit()
    if fit.variance_ratio * 30 < 1e-8:
        assert any("edge of its range" in str(one.message) for one in caught)
        assert any("edge" in note for note in fit.notes)
    assert rook_lattice(2, 2).shape == (4, 4)
