"""Spatial 2SLS and GMM: toys by hand, recovery, size, weak instruments, refusals."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from scipy import stats

from regiometrics.panel import PanelError, wild_cluster_bootstrap
from regiometrics.panel.dependence import Dependence
from regiometrics.spatial.errors import (
    AbsorbedRegressorError,
    CollinearRegressorsError,
    ExplosiveProcessError,
    NonNormalisedWeightsError,
    SpecificationError,
    UnsupportedPanelError,
)
from regiometrics.spatial.gmm import Spatial2SLS
from regiometrics.spatial.iv import Equation
from regiometrics.spatial.moments import ErrorMoments, solve_moments
from regiometrics.spatial.simulate import rook_lattice
from regiometrics.spatial.weak import (
    anderson_rubin_set,
    anderson_rubin_test,
    first_stage,
    kleibergen_paap,
)
from regiometrics.spatial.weights_checks import as_weights


def panel(values, names):
    """(T, n, k) to a DataFrame on (unit, period)."""
    T, n, k = values.shape
    index = pd.MultiIndex.from_product([range(n), range(T)], names=["unit", "period"])
    return pd.DataFrame(values.transpose(1, 0, 2).reshape(n * T, k), index=index, columns=names)


class Process:
    """y = rho W y + 1.5 x1 - x2 + mu_i + tau_t + u, u = lambda W u + e, e heteroskedastic."""

    def __init__(self, side=7, T=5, rho=0.4, lam=0.0, random=False):
        self.W, self.T, self.rho, self.lam = rook_lattice(side, side), T, rho, lam
        self.n, self.random = side * side, random
        identity, dense = np.eye(self.n), self.W.toarray()
        self.multiplier = np.linalg.inv(identity - rho * dense)
        self.filter = np.linalg.inv(identity - lam * dense)

    def draw(self, rng):
        T, n = self.T, self.n
        mu = rng.standard_normal(n) * (T > 1)  # One period cannot tell them from errors.
        x = rng.standard_normal((T, n, 2)) + (0 if self.random else mu[:, None])
        if self.random:
            e = rng.standard_normal((T, n)) + mu
            fixed = 0.0
        else:
            spread = np.linspace(0.4, 1.6, n) * np.exp(0.3 * x[..., 0] - 0.3 * mu)
            e = rng.standard_normal((T, n)) * spread
            fixed = mu + rng.standard_normal((T, 1))
        inner = x @ [1.5, -1.0] + fixed + e @ self.filter.T
        y = inner @ self.multiplier.T
        frame = panel(np.dstack([y, x]), ["y", "x1", "x2"])
        return frame["y"], frame[["x1", "x2"]]


def within(count, draws, size, slack=0.02):
    """Whether rejections fit a test of this size, give or take `slack`, at 99.9% (binomial)."""
    low = stats.binom.ppf(0.0005, draws, max(size - slack, 0))
    high = stats.binom.ppf(0.9995, draws, size + slack)
    return low <= count <= high


def test_two_stage_by_hand():
    # One regressor, one instrument: b = h'y / h'x; the effective F is then the squared t.
    y, x, h = np.array([1.0, 2.0, 4.0]), np.array([1.0, 1.0, 2.0]), np.array([1.0, 0.0, 1.0])
    equation = Equation(y, x[:, None], h[:, None], 1)
    assert anderson_rubin_test(equation, [5 / 3], Dependence("robust", (1, 3)))[0] == (
        pytest.approx(0.0, abs=1e-14)
    )
    # At b = 0: (h'y)² / sum h²y² = 25/17 robust.
    statistic, df = anderson_rubin_test(equation, [0.0], Dependence("robust", (1, 3)))
    assert (statistic, df) == (pytest.approx(25 / 17), 1)
    # First stage: pi = 3/2, residuals (-1/2, 1, 1/2), variance sum h²v² / (h'h)² = 0.5/4.
    table = first_stage(equation, Dependence("robust", (1, 3)), 3, ("x",))
    assert table.loc["x", "f_statistic"] == pytest.approx(1.5**2 / (0.5 / 4))
    assert table.loc["x", "effective_f"] == pytest.approx(18.0)
    # Montiel Olea and Pflueger (2013): 23.1 for one effective degree and 10% bias.
    assert table.loc["x", "effective_f_critical"] == pytest.approx(23.1, abs=0.05)


def test_strength_statistics_agree_where_they_must():
    rng = np.random.default_rng(1)
    N, k, L = 300, 2, 5
    exog, H = rng.standard_normal((N, k)), rng.standard_normal((N, L))
    X = H @ rng.standard_normal((L, 2)) + exog @ rng.standard_normal((k, 2))
    X = X + rng.standard_normal((N, 2)) * np.exp(0.2 * H[:, :2])
    y = X @ [1.0, 2.0] + rng.standard_normal(N)
    two = Equation(y, np.column_stack([X, exog]), np.column_stack([exog, H]), 2)
    one = Equation(y, np.column_stack([X[:, :1], exog]), two.F, 1)
    df = N - k - L
    for kind in ("unadjusted", "robust"):
        dependence = Dependence(kind, (1, N))
        table = first_stage(one, dependence, df, ("x",))
        # One regressor: Kleibergen-Paap is the first-stage F, Sanderson-Windmeijer too.
        f = table.loc["x", "f_statistic"]
        assert table.loc["x", "sanderson_windmeijer"] == pytest.approx(f)
        assert kleibergen_paap(one, dependence, df) == pytest.approx(f)
    # Cragg and Donald (1993): least eigenvalue of the concentration matrix.
    M = np.eye(N) - exog @ np.linalg.pinv(exog)
    Hx, Xx = M @ H, M @ X
    P = Hx @ np.linalg.pinv(Hx)
    sigma = Xx.T @ (np.eye(N) - P) @ Xx / df
    root = np.linalg.inv(np.linalg.cholesky(sigma))
    least = np.linalg.eigvalsh(root @ Xx.T @ P @ Xx @ root.T)[0] / L
    ours = kleibergen_paap(two, Dependence("unadjusted", (1, N)), df)
    assert ours == pytest.approx(least, rel=1e-8)
    # Scale of the regressors is arbitrary.
    scaled = Equation(y, two.D * np.array([10.0, 0.1, 1, 1]), two.F, 2)
    robust = Dependence("robust", (1, N))
    assert kleibergen_paap(scaled, robust, df) == pytest.approx(
        kleibergen_paap(two, robust, df), rel=1e-8
    )


@pytest.mark.parametrize("effects", ["unit", "twoway"])
def test_two_stage_recovers_with_right_size(effects):
    # 200 panels, n = 49, T = 5, heteroskedastic. Mean within 4 standard errors of the mean; tests
    # of true values reject 5% give or take 2 points (asymptotics in 49 clusters).
    process, rng, draws = Process(), np.random.default_rng(2), 200
    truth = pd.Series({"rho": 0.4, "x1": 1.5, "x2": -1.0})
    estimates, rejected = [], 0 * truth
    ar = overidentified = 0
    for _ in range(draws):
        y, X = process.draw(rng)
        if effects == "unit":
            y = y - y.groupby(level="period").transform("mean")
            X = X - X.groupby(level="period").transform("mean")
        result = Spatial2SLS(y, X, process.W, effects=effects).fit("clustered")
        estimates.append(result.params)
        t = (result.params - truth) / result.std_errors
        rejected += 2 * stats.t.sf(abs(t), process.n - 1) < 0.05
        ar += result.anderson_rubin_test({"rho": 0.4})["p_value"] < 0.05
        overidentified += result.overidentification["p_value"] < 0.05
    estimates = pd.DataFrame(estimates)
    bias = estimates.mean() - truth
    assert (abs(bias) < 4 * estimates.std() / np.sqrt(draws)).all(), bias
    for name, count in rejected.items():
        assert within(count, draws, 0.05), (name, count)
    assert within(ar, draws, 0.05)
    assert within(overidentified, draws, 0.05)


@pytest.mark.parametrize(("side", "T"), [(10, 1), (7, 5)])
def test_spatial_errors_recover_with_right_size(side, T):
    # lambda too, though variances differ and time effects are demeaned away; 120 panels.
    process, rng, draws = Process(side, T, rho=0.3, lam=0.5), np.random.default_rng(3), 120
    effects = "time" if T == 1 else "twoway"
    truth = pd.Series({"rho": 0.3, "x1": 1.5, "x2": -1.0, "lambda": 0.5})
    estimates, rejected = [], 0 * truth
    for _ in range(draws):
        y, X = process.draw(rng)
        result = Spatial2SLS(y, X, process.W, effects=effects, error="ar").fit("clustered")
        estimates.append(result.params)
        rejected += abs((result.params - truth) / result.std_errors) > 1.96
    estimates = pd.DataFrame(estimates)
    # Bias of order 1/n: a quarter of the standard deviation is allowed.
    assert (abs(estimates.mean() - truth) < 0.25 * estimates.std()).all(), estimates.mean()
    for name, count in rejected.items():
        assert within(count, draws, 0.06, slack=0.03), (name, count)


def test_quadratic_moments_identify_where_instruments_are_weak():
    # Slopes of 0.15: 2SLS is poor. 120 panels; tests reject 5% give or take 3 points.
    process, rng, draws = Process(rho=0.4), np.random.default_rng(13), 120
    spread = {"2sls": [], "gmm-quadratic": []}
    rejected = overidentified = 0
    for _ in range(draws):
        y, X = process.draw(rng)
        wide = y.unstack("unit")[range(process.n)].to_numpy()
        x = np.dstack([X[c].unstack("unit").to_numpy() for c in X]) @ [1.5, -1.0]
        wide = wide - 0.9 * x @ process.multiplier.T
        y = panel(wide[..., None], ["y"])["y"]
        model = Spatial2SLS(y, X, process.W)
        for method, values in spread.items():
            result = model.fit("clustered", method=method)
            values.append(result.params["rho"])
        rejected += abs(result.params["rho"] - 0.4) > 1.96 * result.std_errors["rho"]
        notes = result.variance_components
        overidentified += stats.chi2.sf(notes["J"], notes["J_df"]) < 0.05
    assert np.std(spread["gmm-quadratic"]) < 0.5 * np.std(spread["2sls"])
    # Bias of order 1/n: half a standard deviation is allowed.
    assert abs(np.mean(spread["gmm-quadratic"]) - 0.4) < 0.5 * np.std(spread["gmm-quadratic"])
    assert within(rejected, draws, 0.05, slack=0.03)
    assert within(overidentified, draws, 0.05, slack=0.03)


def test_random_effects_with_spatial_errors_recover():
    process = Process(10, 6, rho=0.3, lam=0.4, random=True)
    y, X = process.draw(np.random.default_rng(4))
    result = Spatial2SLS(y, X, process.W, effects="random", error="ar").fit("unadjusted")
    truth = pd.Series({"rho": 0.3, "const": 0.0, "x1": 1.5, "x2": -1.0})
    # One panel of 600 observations: four standard errors; lambda and the variances 20 to 30%.
    assert (abs(result.params - truth) < 4 * result.std_errors).all()
    assert result.lambda_ == pytest.approx(0.4, abs=0.1)
    assert result.variance_components["sigma2_within"] == pytest.approx(1.0, rel=0.2)
    assert result.variance_components["sigma2_units"] == pytest.approx(1.0, rel=0.35)


def test_moments_are_exact_under_time_effects_and_unequal_variances():
    # E e'JAJe = sum of variances times diag(JAJ), which must vanish.
    M = as_weights(rook_lattice(3, 4), pd.RangeIndex(12))
    J = np.eye(12) - 1 / 12
    for A in ErrorMoments.of(M, "twoway").matrices:
        assert np.diag(J @ A.toarray() @ J) == pytest.approx(np.zeros(12), abs=1e-14)
    for A in ErrorMoments.of(M, "unit").matrices:
        assert A.diagonal() == pytest.approx(np.zeros(12), abs=1e-14)


def test_minimum_of_the_moments_is_the_least_of_a_grid():
    coefficients = np.random.default_rng(5).standard_normal((3, 3))

    def moments(x):
        return coefficients @ [1.0, x, x * x]

    best = solve_moments(moments, np.eye(3), (-2.0, 2.0))
    grid = np.linspace(-2, 2, 4001)
    least = min(grid, key=lambda x: moments(x) @ moments(x))
    assert best == pytest.approx(least, abs=1e-3)


def test_several_weights_tell_rivals_apart():
    # Rivals of the own province and across its border; some have none across.
    n, T, rng = 60, 12, np.random.default_rng(6)
    lattice = (rook_lattice(6, 10) > 0).astype(float).tocoo()
    province = np.arange(n) % 10 // 5
    same = province[lattice.row] == province[lattice.col]
    blocks = {}
    for name, chosen in {"inside": same, "across": ~same}.items():
        A = sp.csr_array((lattice.data[chosen], (lattice.row[chosen], lattice.col[chosen])), (n, n))
        sums = np.maximum(A.sum(axis=1), 1)
        blocks[name] = sp.csr_array(sp.diags_array(1 / sums) @ A)
    assert (blocks["across"].sum(axis=1) == 0).any()
    mix = 0.5 * blocks["inside"].toarray() - 0.2 * blocks["across"].toarray()
    x = rng.standard_normal((T, n, 2))
    y = (x @ [1.5, -1.0] + 0.5 * rng.standard_normal((T, n))) @ np.linalg.inv(np.eye(n) - mix).T
    frame = panel(np.dstack([y, x]), ["y", "x1", "x2"])
    result = Spatial2SLS(frame["y"], frame[["x1", "x2"]], blocks, effects="twoway").fit()
    truth = pd.Series({"rho.inside": 0.5, "rho.across": -0.2})
    assert (abs(result.rho - truth) < 4 * result.std_errors[truth.index]).all()
    assert result.std_errors[truth.index].max() < 0.1
    assert result.first_stage.index.tolist() == truth.index.tolist()
    assert result.anderson_rubin_test(truth)["p_value"] > 0.001
    with pytest.raises(SpecificationError, match="several weights"):
        result.impacts()
    with pytest.raises(SpecificationError, match="use the joint test"):
        result.anderson_rubin()


def test_anderson_rubin_holds_where_instruments_are_weak():
    # 300 samples, concentration about one: t-tests fail, Anderson-Rubin rejects 5% (99.9%).
    rng, draws, N = np.random.default_rng(7), 300, 200
    rejected = covered = wald = unbounded = 0
    dependence = Dependence("robust", (1, N))
    for _ in range(draws):
        H, v = rng.standard_normal((N, 4)), rng.standard_normal(N)
        e = 0.95 * v + np.sqrt(1 - 0.95**2) * rng.standard_normal(N)
        x = 0.03 * H.sum(axis=1) + v
        equation = Equation(0.5 * x + e, x[:, None], H, 1)
        statistic, df = anderson_rubin_test(equation, [0.5], dependence)
        kept = anderson_rubin_set(equation, dependence)
        inside = any(low <= 0.5 <= high for low, high in kept)
        rejected += statistic > stats.chi2.ppf(0.95, df)
        covered += inside
        unbounded += bool(kept) and bool(np.isinf([kept[0][0], kept[-1][1]]).any())
        fitted = H @ np.linalg.lstsq(H, x, rcond=None)[0]
        b = fitted @ equation.y / (fitted @ x)
        residual = equation.y - b * x
        wald += abs(b - 0.5) > 1.96 * np.sqrt((fitted**2) @ residual**2) / (fitted @ x)
    assert within(rejected, draws, 0.05, slack=0.015)
    assert covered == draws - rejected
    assert wald > 2 * stats.binom.ppf(0.9995, draws, 0.05)
    assert unbounded > draws / 2


def test_anderson_rubin_set_ends_where_the_test_turns():
    process = Process()
    y, X = process.draw(np.random.default_rng(8))
    result = Spatial2SLS(y, X, process.W).fit()
    ((low, high),) = result.anderson_rubin(0.9)
    assert low < result.params["rho"] < high
    for end in (low, high):
        assert result.anderson_rubin_test({"rho": end})["p_value"] == pytest.approx(0.1, abs=1e-6)


def test_durbin_dynamic_and_outside_instruments_lay_out_as_said():
    process = Process(T=6)
    y, X = process.draw(np.random.default_rng(9))
    model = Spatial2SLS(
        y, X[["x1"]], process.W, durbin=True, endog=X["x2"], instruments=X["x2"].rename("z") ** 3,
        dynamic="space-time", effects="unit",
    )  # fmt: skip
    result = model.fit()
    assert result.params.index.tolist() == ["rho", "L.y", "W.L.y", "x2", "x1", "W.x1"]
    assert set(result.instruments) == {
        "z", "L.x1", "L.z", "W.z", "W.L.x1", "W.L.z", "W.W.x1", "W.W.z", "W.W.L.x1", "W.W.L.z",
    }  # fmt: skip
    assert (result.nobs, result.n_periods) == (49 * 5, 5)
    assert "Kleibergen-Paap" in result.summary


def test_results_do_not_depend_on_row_order():
    process = Process()
    y, X = process.draw(np.random.default_rng(10))
    order = np.random.default_rng(0).permutation(len(y))
    first = Spatial2SLS(y, X, process.W).fit()
    again = Spatial2SLS(y, X.iloc[order], process.W).fit()
    assert again.params.equals(first.params)


def test_small_sample_factors_and_clusters():
    process = Process()
    y, X = process.draw(np.random.default_rng(11))
    model = Spatial2SLS(y, X, process.W)
    plain = model.fit("clustered", debiased=False)
    # Three slopes, a constant and four more years: unit effects are nested in the clusters.
    factor = 244 / (245 - 3 - 5) * 49 / 48
    assert model.fit("clustered").cov.to_numpy() == pytest.approx(plain.cov.to_numpy() * factor)
    own = pd.Series(range(49), index=range(49))
    by_label = model.fit("clustered", clusters=own, debiased=False)
    assert by_label.cov.to_numpy() == pytest.approx(plain.cov.to_numpy())
    with pytest.raises(PanelError, match="expected one for each of 49 units"):
        model.fit("clustered", clusters=own.iloc[1:])
    with pytest.raises(PanelError, match="expected unit, time, twoway"):
        model.fit("clustered", clusters="city")
    with pytest.raises(SpecificationError, match="HC3. with Spatial2SLS; expected .robust"):
        model.fit("HC3")
    with pytest.raises(PanelError, match="no kernel"):
        model.fit("conley")


def test_wild_bootstrap_of_a_lone_regressor_is_that_of_least_squares():
    # Without a spatial lag the model is least squares: the same draws, one by one.
    process = Process(side=3, T=6)
    y, X = process.draw(np.random.default_rng(16))
    result = Spatial2SLS(y, X, process.W, lag=False).fit()
    ours = result.wild_bootstrap("x1", null=1.4, draws=199, seed=5)
    dummies = [pd.get_dummies(y.index.get_level_values(k), dtype=float) for k in (0, 1)]
    everything = np.column_stack([X, dummies[0], dummies[1].iloc[:, 1:]])
    theirs = wild_cluster_bootstrap(
        y.to_numpy(), everything, y.index.get_level_values(0), 0, null=1.4, draws=199, seed=5
    )
    assert ours.weights == theirs.weights == "webb"
    assert ours.p_value == theirs.p_value
    assert ours.p_value_equal_tailed == theirs.p_value_equal_tailed


def test_wild_bootstrap_has_right_size_with_seven_clusters():
    # 49 units in 7 rows as clusters. 150 panels: the test of the true rho rejects 5% give or take 4
    # points, Wald's by the normal more often.
    process, rng, draws = Process(T=4, rho=0.4), np.random.default_rng(17), 150
    rows = pd.Series(np.arange(49) // 7)
    rejected = normal = 0
    for seed in range(draws):
        y, X = process.draw(rng)
        result = Spatial2SLS(y, X, process.W).fit(clusters=rows, debiased=False)
        rejected += result.wild_bootstrap("rho", 0.4, 99, seed=seed).p_value < 0.05
        normal += abs(result.params["rho"] - 0.4) > 1.96 * result.std_errors["rho"]
    assert within(rejected, draws, 0.05, slack=0.04)
    assert normal > rejected


def test_wild_bootstrap_refusals():
    process = Process(T=4)
    y, X = process.draw(np.random.default_rng(18))
    model = Spatial2SLS(y, X, process.W)
    with pytest.raises(SpecificationError, match="no slope 'x9'"):
        model.fit().wild_bootstrap("x9", seed=0)
    with pytest.raises(SpecificationError, match="expected cov_type='clustered'"):
        model.fit("robust").wild_bootstrap(seed=0)
    with pytest.raises(SpecificationError, match="these are gmm and None"):
        model.fit("robust", method="gmm").wild_bootstrap(seed=0)
    with pytest.raises(SpecificationError, match="expected no time lags"):
        Spatial2SLS(y, X, process.W, dynamic="time").fit().wild_bootstrap(seed=0)


def test_inadmissible_slopes_have_no_impacts():
    rng, process = np.random.default_rng(14), Process(side=4, T=4)
    y, X = process.draw(rng)
    result = Spatial2SLS(y, X, {"rivals": process.W}, durbin=True, effects="unit").fit()
    assert result.params.index.tolist() == ["rho", "x1", "x2", "W.x1", "W.x2"]
    low = result.params.copy()
    low["rho"] = -1.2
    with pytest.raises(ExplosiveProcessError, match=r"rho is -1\.2; expected a value between -1 "):
        replace(result, params=low).impacts()


def test_time_lags_need_equal_distances():
    process = Process(T=4)
    y, X = process.draw(np.random.default_rng(15))
    gap = y.index.map(lambda pair: (pair[0], 2000 + pair[1] + (pair[1] == 3)))
    gap = pd.MultiIndex.from_tuples(gap)
    with pytest.raises(UnsupportedPanelError, match="equal distances"):
        Spatial2SLS(y.set_axis(gap), X.set_axis(gap), process.W, dynamic="time")


def test_refusals():
    process = Process()
    y, X = process.draw(np.random.default_rng(12))
    W = process.W
    with pytest.raises(SpecificationError, match="expected one of .none., .unit., .time"):
        Spatial2SLS(y, X, W, effects="both")
    with pytest.raises(SpecificationError, match="error is 'ma'"):
        Spatial2SLS(y, X, W, error="ma")
    with pytest.raises(SpecificationError, match="Random effects go with"):
        Spatial2SLS(y, X, W, effects="random")
    with pytest.raises(SpecificationError, match="without error"):
        Spatial2SLS(y, X, W, error_weights=W)
    with pytest.raises(SpecificationError, match="instruments_order is 0"):
        Spatial2SLS(y, X, W, instruments_order=0)
    with pytest.raises(SpecificationError, match="durbin names 'x9'"):
        Spatial2SLS(y, X, W, durbin=["x9"])
    with pytest.raises(SpecificationError, match="0 instruments for 1"):
        Spatial2SLS(y, X, W, durbin=True, instruments_order=1)
    with pytest.raises(SpecificationError, match="no weights"):
        Spatial2SLS(y, X, {})
    everyone = (np.ones((49, 49)) - np.eye(49)) / 48
    with pytest.raises(SpecificationError, match="0 instruments for 1"):
        Spatial2SLS(y, X, everyone)
    fixed = X.assign(x2=X["x2"].groupby(level="unit").transform("mean"))
    with pytest.raises(AbsorbedRegressorError, match="'x2' does not vary"):
        Spatial2SLS(y, fixed, W)
    binary = (W > 0).astype(float)
    assert Spatial2SLS(y, X, binary).fit().nobs == 245
    with pytest.raises(NonNormalisedWeightsError, match="row-normalise"):
        Spatial2SLS(y, X, binary, error="ar")
    model = Spatial2SLS(y, X, W, error="ar")
    with pytest.raises(SpecificationError, match="robust or clustered by unit"):
        model.fit("driscoll-kraay")
    with pytest.raises(SpecificationError, match="robust or clustered by unit"):
        model.fit(clusters=pd.Series(np.arange(49) % 7))
    with pytest.raises(SpecificationError, match="expected method='2sls'"):
        model.fit(method="gmm")
    with pytest.raises(SpecificationError, match="expected 2sls, gmm or"):
        model.fit(method="liml")
    with pytest.raises(CollinearRegressorsError, match="more clusters"):
        Spatial2SLS(y, X, W).fit(clusters=pd.Series(np.arange(49) % 3), method="gmm")
