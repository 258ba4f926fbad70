"""Experiments of the econometric recovery: each returns whether a true null is rejected."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import stats

from regiometrics.convergence.beta import beta_convergence
from regiometrics.convergence.beta_trend import beta_trend
from regiometrics.convergence.log_t import log_t_test
from regiometrics.convergence.sigma import pitman_morgan
from regiometrics.convergence.trends import newey_west_trend
from regiometrics.convergence.weak_sigma import weak_sigma_test
from regiometrics.counterfactuals import conformal_test, counterfactuals, prediction_intervals
from regiometrics.counterfactuals.honest import relative_magnitude_interval
from regiometrics.counterfactuals.pooling import pool_effects
from regiometrics.distribution import global_autocorrelation
from regiometrics.gravity.grid import FlowGrid
from regiometrics.gravity.matrices import matrix_correlation
from regiometrics.gravity.ppml import poisson
from regiometrics.panel import DynamicPanelGMM, HalfPanelJackknife
from regiometrics.panel.bootstrap import wild_cluster_bootstrap
from regiometrics.panel.lsdvc import BiasCorrectedLSDV, LSDVCResult
from regiometrics.panel.spread import Sphere, exposure_slope, slope_df
from regiometrics.placebo import placebo_rank, placebo_zones, rank_row

Rng = np.random.Generator
Experiment = Callable[[Rng], bool]


def autocorrelated(rng: Rng, shape: tuple[int, int], rho: float) -> np.ndarray:
    """Series along the first axis with unit variance."""
    e = rng.normal(size=(shape[0] + 30, shape[1]))
    for t in range(1, len(e)):
        e[t] = rho * e[t - 1] + np.sqrt(1 - rho**2) * e[t]
    return e[30:]


def dynamic_panel(rng: Rng, n: int, T: int, slope: float) -> pd.Series:
    """An autoregression with unit effects, past its start."""
    effect = rng.normal(size=n)
    y = np.zeros((n, T + 51))
    for t in range(1, T + 51):
        y[:, t] = slope * y[:, t - 1] + effect * (1 - slope) + rng.normal(size=n)
    index = pd.MultiIndex.from_product([range(n), range(T + 1)])
    return pd.Series(y[:, 50:].ravel(), index, name="y")


def lsdvc(n: int, T: int, slope: float, kind: str) -> Callable[[Rng], bool]:
    """Whether an interval of the lag's slope misses it."""

    def draw(rng: Rng) -> bool:
        model = BiasCorrectedLSDV(dynamic_panel(rng, n, T, slope))
        fit = model.fit(draws=2 if kind == "score" else 60, seed=int(rng.integers(1 << 30)))
        if kind == "score":
            low, high = fit.conf_int().loc["L1.y"]
        else:
            low, high = super(LSDVCResult, fit).conf_int().loc["L1.y"]
        return not low <= slope <= high

    return draw


def wild(G: int, size: int, weights: str | None, kind: str) -> Callable[[Rng], bool]:
    """Whether the wild cluster bootstrap rejects a true null, or its interval misses it."""

    def draw(rng: Rng) -> bool:
        groups = np.repeat(np.arange(G), size)
        x = rng.normal(size=G * size) + rng.normal(size=G)[groups]
        y = rng.normal(size=G * size) + rng.normal(size=G)[groups]
        X = np.column_stack([np.ones(len(x)), x])
        seed = int(rng.integers(1 << 30))
        fit = wild_cluster_bootstrap(y, X, groups, 1, draws=999, weights=weights, seed=seed)
        if kind == "test":
            return fit.p_value <= 0.05
        if kind == "equal-tailed":
            return fit.p_value_equal_tailed <= 0.05
        low, high = np.ravel(fit.conf_int(0.95))
        return not low <= 0 <= high

    return draw


def dyadic(n: int, kind: str) -> Callable[[Rng], bool]:
    """Whether the interval of a distance coefficient misses it; pairs of cities share shocks."""

    def draw(rng: Rng) -> bool:
        places = rng.uniform(0, 1, (n, 2))
        x = np.log(0.1 + np.hypot(*(places[:, None] - places).transpose(2, 0, 1)))
        pair = np.triu(rng.normal(0, 0.5, (n, n)), 1)
        kind_of_city = rng.normal(size=(n, 3))
        shared = pair + pair.T + 0.3 * kind_of_city @ kind_of_city.T
        flow = np.exp(1 - x + shared) * rng.gamma(4, 0.25, (n, n)) * (1 - np.eye(n))
        fit = poisson(FlowGrid(list(range(n)), flow, flow > 0, {"x": x}), ["x"])
        cov = fit.cov_dyadic if kind == "dyadic" else getattr(fit, "cov_two_way", fit.cov)
        error = float(np.sqrt(np.asarray(cov)[0, 0]))
        return abs(np.asarray(fit.params)[0] + 1) > stats.t.ppf(0.975, n - 1) * error

    return draw


def spread(n: int, T: int, rho: float, lags: int) -> Callable[[Rng], bool]:
    """Whether a slope on the core's growth is found where there is none."""

    def draw(rng: Rng) -> bool:
        exposure = rng.normal(size=n + 1)
        gradient = np.outer(autocorrelated(rng, (T, 1), rho), exposure)
        growth = np.sqrt(0.8) * autocorrelated(rng, (T, n + 1), rho) + np.sqrt(0.2) * gradient
        growth[:, 0] = autocorrelated(rng, (T, 1), rho)[:, 0]
        b, error = exposure_slope(growth, exposure, Sphere(0, np.arange(1, n + 1)), lags=lags)
        return 2 * stats.t.sf(abs(b / error), slope_df(T, lags=lags)) <= 0.05

    return draw


def ring(n: int) -> np.ndarray:
    """Adjacency of a ring with neighbours of neighbours."""
    eye = np.eye(n)
    return sum(np.roll(eye, shift, axis=1) for shift in (-2, -1, 1, 2))


def placebo(n: int, rho: float, kind: str = "rank") -> Callable[[Rng], bool]:
    """Whether a zone of seven ranks among the outer 5% of placebo zones without cause."""
    adjacency = ring(n)
    drawn = placebo_zones(adjacency, 7, 400, 0)
    smooth = np.linalg.inv(np.eye(n) - rho * adjacency / 4)

    def draw(rng: Rng) -> bool:
        values = smooth @ rng.normal(size=n)
        zone = drawn[rng.integers(len(drawn))]
        others = drawn[[not set(zone) & set(row) for row in drawn.tolist()]]
        means = values[others].mean(axis=1)
        found = placebo_rank(values[zone].mean(), means, zones=others)
        if kind == "interval":
            row = rank_row(found, means)
            return not row["conf_low"] <= 0 <= row["conf_high"]
        return found.p_rank <= 0.05

    return draw


def sdid(n: int, T: int) -> Callable[[Rng], bool]:
    """Whether the effect on one unit ranks among the outer 5% of those on the others."""

    def draw(rng: Rng) -> bool:
        factors = rng.normal(0, 0.5, (2, T)).cumsum(axis=1)
        y = rng.normal(size=(n, 1)) + rng.normal(size=(n, 2)) @ factors + rng.normal(size=(n, T))
        treated = np.eye(n, dtype=bool)
        effects = counterfactuals(y, treated, ~treated, max(2, 2 * T // 3), "sdid").effects
        return placebo_rank(effects[0], effects[1:]).p_rank <= 0.05

    return draw


def prediction(n: int, T: int, shocks: str) -> Callable[[Rng], bool]:
    """Whether the interval of a synthetic control misses the outcome of the last period."""

    def draw(rng: Rng) -> bool:
        factors = rng.normal(0, 0.5, (2, T)).cumsum(axis=1)
        y = rng.normal(size=(n, 1)) + rng.normal(size=(n, 2)) @ factors
        y += 0.5 * rng.normal(size=(n, T))
        y[0] = np.array([0.5, 0.3, 0.2]) @ y[1:4] + 0.5 * rng.normal(size=T)
        first, seed = np.arange(n) == 0, int(rng.integers(1 << 30))
        made = prediction_intervals(
            y, first, ~first, T - 1, shocks=shocks, draws=100, seed=seed
        ).table
        return not made["conf_low"].iloc[0] <= 0 <= made["conf_high"].iloc[0]

    return draw


def conformal(T: int) -> Callable[[Rng], bool]:
    """Whether the conformal test rejects at 20% without an effect."""

    def draw(rng: Rng) -> bool:
        y = rng.normal(size=(12, T)) + rng.normal(size=T).cumsum()
        return conformal_test(y[0], y[1:], 2 * T // 3, 1.0, np.array([0.0]), 0.2).p_value <= 0.2

    return draw


def honest(bound: float, violated: bool) -> Callable[[Rng], bool]:
    """Whether the robust interval of the mean effect misses zero under the bound."""
    cov = 0.01**2 * (np.eye(7) + 1) / 2
    step = 0.06 * violated
    path = np.r_[-step, -step, -step, 0, 0, bound * step, 2 * bound * step]
    half = np.array([0.5, 0.5])

    def draw(rng: Rng) -> bool:
        effects = rng.multivariate_normal(path, cov)
        low, high = relative_magnitude_interval(effects, cov, 5, half, bound, 0.05)
        return not low <= 0 <= high

    return draw


def walks(rng: Rng, n: int, T: int) -> pd.DataFrame:
    """Levels of random walks with drift, in which there is no beta convergence."""
    start = rng.normal(9, 0.5, n)
    return pd.DataFrame(np.exp(start + rng.normal(0.05, 0.03, (T, n)).cumsum(axis=0)))


def beta(n: int, T: int, method: str) -> Callable[[Rng], bool]:
    """Whether the slope's p-value rejects no convergence."""

    def draw(rng: Rng) -> bool:
        found = beta_convergence(walks(rng, n, T), method)
        return 2 * stats.t.sf(abs(found.beta / found.std_error), found.df) <= 0.05

    return draw


def pitman(n: int) -> Callable[[Rng], bool]:
    """Whether equal variances of two correlated years are rejected."""

    def draw(rng: Rng) -> bool:
        shared = rng.normal(size=n)
        first, last = (pd.Series(0.9 * shared + 0.4 * rng.normal(size=n)) for _ in range(2))
        return pitman_morgan(first, last, 0.95)[2] <= 0.05

    return draw


def trend(T: int, rho: float) -> Callable[[Rng], bool]:
    """Whether Newey and West's errors find a trend where there is none."""

    def draw(rng: Rng) -> bool:
        found = newey_west_trend(pd.Series(autocorrelated(rng, (T, 1), rho)[:, 0]))
        return 2 * stats.t.sf(abs(found.slope / found.std_error), T - 2) <= 0.05

    return draw


def weak_sigma(n: int, T: int, rho: float) -> Callable[[Rng], bool]:
    """Whether weak convergence is found at a constant dispersion."""

    def draw(rng: Rng) -> bool:
        logs = rng.normal(size=n) + autocorrelated(rng, (T, n), rho)
        return weak_sigma_test(pd.DataFrame(logs)).pvalue <= 0.05

    return draw


def log_t(n: int, T: int) -> Experiment:
    """Whether convergence is rejected at the edge of the null, distances falling as 1 / log t."""

    def draw(rng: Rng) -> bool:
        t = np.arange(1, T + 1)[:, None]
        gaps = rng.normal(size=(T, n)) / np.log(t + 1)
        return not log_t_test(pd.DataFrame(20 + 0.02 * t + 0.3 * gaps)).converges

    return draw


def jackknife(n: int, T: int, slope: float) -> Callable[[Rng], bool]:
    """Whether the half-panel jackknife's interval of the lag's slope misses it."""

    def draw(rng: Rng) -> bool:
        fit = HalfPanelJackknife(dynamic_panel(rng, n, T, slope)).fit()
        low, high = fit.conf_int().loc["L1.y"]
        return not low <= slope <= high

    return draw


def dynamic_gmm(
    n: int, T: int, slope: float, kind: str, system: bool = False, steps: int = 2
) -> Callable[[Rng], bool]:
    """Whether the interval of GMM misses the slope, or a test of its assumptions rejects."""

    def draw(rng: Rng) -> bool:
        panel = dynamic_panel(rng, n, T, slope)
        fit = DynamicPanelGMM(panel, collapse=True, system=system).fit(steps=steps)
        if kind == "Hansen":
            return fit.hansen["p_value"] <= 0.05
        if kind == "Sargan":
            return fit.sargan["p_value"] <= 0.05
        if kind == "serial correlation":
            return fit.serial_correlation["p_value"].loc[2] <= 0.05
        if kind == "Wald":
            return (
                DynamicPanelGMM(dynamic_panel(rng, n, T, 0.0), collapse=True)
                .fit()
                .wald(["L1.y"])["p_value"]
                <= 0.05
            )
        low, high = fit.conf_int().loc["L1.y"]
        return not low <= slope <= high

    return draw


def unit_root(n: int, T: int, test: Callable) -> Callable[[Rng], bool]:
    """Whether a panel unit-root test rejects random walks."""

    def draw(rng: Rng) -> bool:
        return test(pd.DataFrame(rng.normal(size=(T, n)).cumsum(axis=0))).p_value <= 0.05

    return draw


def pooled(groups: int, between: float) -> Callable[[Rng], bool]:
    """Whether the interval of the mean of groups' effects misses it."""

    def draw(rng: Rng) -> bool:
        errors = rng.uniform(0.5, 1.5, groups)
        effects = between * rng.normal(size=groups) + errors * rng.normal(size=groups)
        found = pool_effects(effects, errors)
        return bool(abs(found.means[0]) > stats.t.ppf(0.975, found.df) * found.std_errors[0])

    return draw


def matrices(n: int) -> Callable[[Rng], bool]:
    """Whether two unrelated matrices, each with shocks of its cities, are found correlated."""

    def draw(rng: Rng) -> bool:
        one, two = (
            (lambda a, e: a[:, None] + a + e + e.T)(rng.normal(size=n), rng.normal(size=(n, n)))
            for _ in range(2)
        )
        return matrix_correlation(one, two, False, 199, int(rng.integers(1 << 30)))[1] <= 0.05

    return draw


def autocorrelation(n: int, statistic: str = "moran") -> Callable[[Rng], bool]:
    """Whether Moran's I or Geary's C finds autocorrelation on a ring where there is none."""
    weights = ring(n) / 4

    def draw(rng: Rng) -> bool:
        values = pd.DataFrame(rng.normal(size=(1, n)))
        found = global_autocorrelation(values, weights, 199, int(rng.integers(1 << 30)))
        return float(found[f"{statistic}_p"].iloc[0]) <= 0.05

    return draw


def changing_beta(n: int, T: int, kind: str = "trend") -> Callable[[Rng], bool]:
    """Whether a trend of the slope is found where levels converge at one speed, or it is missed."""

    def draw(rng: Rng) -> bool:
        gaps = [0.5 * rng.normal(size=n)]
        for _ in range(T - 1):
            gaps.append(0.95 * gaps[-1] + 0.05 * rng.normal(size=n))
        found = beta_trend(pd.DataFrame(np.exp(9 + np.array(gaps))), 3)
        truth = (0.95**3 - 1) / 3
        if kind == "trend":
            return found.pvalues["trend"] <= 0.05
        if kind == "mean":
            low, high = found.conf_int().loc["beta"]
        else:
            low, high = found.slopes.iloc[0][["conf_low", "conf_high"]]
        return not low <= truth <= high

    return draw
