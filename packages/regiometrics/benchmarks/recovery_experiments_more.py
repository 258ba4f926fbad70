"""More experiments of the econometric recovery: chains, maps, flows, effects and slopes."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from recovery_experiments import Experiment, Rng, autocorrelated, ring

from regiometrics.convergence.beta import beta_convergence
from regiometrics.counterfactuals import EventPath, effect_with_error, sensitivity
from regiometrics.distribution import (
    bootstrap_chain,
    chains_by_span,
    homogeneity_test,
    local_moran,
    markov_chain,
    neighbour_rank,
    quadrant_markov,
    spatial_markov,
    spatial_stationarity_test,
    spatial_unit_root_test,
)
from regiometrics.gravity import FlowGrid, rank_size, tobit
from regiometrics.inequality import between_rank
from regiometrics.panel import mean_group
from regiometrics.structure.segmentation import trend
from regiometrics.weights import Weights

MOVES = np.array([[0.7, 0.25, 0.05], [0.2, 0.6, 0.2], [0.05, 0.25, 0.7]])


def effect(n: int, T: int, treated: int, method: str, kind: str) -> Experiment:
    """Whether the interval of an effect on a few units misses zero where there is none."""

    def draw(rng: Rng) -> bool:
        factors = rng.normal(0, 0.5, (2, T)).cumsum(axis=1)
        y = rng.normal(size=(n, 1)) + rng.normal(size=(n, 2)) @ factors + rng.normal(size=(n, T))
        some = np.arange(n) < treated
        before = max(2, 2 * T // 3)
        found = effect_with_error(y, some, ~some, before, method, kind, draws=60)
        return bool(found.pvalues["effect"] <= 0.05)

    return draw


def smooth(bound: float, violated: bool) -> Experiment:
    """Whether the interval under smoothness misses the mean effect, a bend at the bound or none."""
    cov = 0.01**2 * (np.eye(7) + 1) / 2
    years = np.array([-5, -4, -3, -2, -1, 1, 2])
    # A slope before and a slope changed by the bound in the year of treatment.
    bend = np.where(years > 0, bound * violated * years, 0.0)

    def draw(rng: Rng) -> bool:
        effects = rng.multivariate_normal(0.01 * years + bend, cov)
        path = EventPath(years.tolist(), effects, cov, 5, np.zeros(1))
        low, high = sensitivity(path, "smoothness", [bound]).loc[0, ["low", "high"]]
        return not low <= 0 <= high

    return draw


def speed(n: int, T: int) -> Experiment:
    """Whether the interval of the speed misses it: levels converge in the cross-section."""
    rate = 0.02

    def draw(rng: Rng) -> bool:
        start = rng.normal(9, 0.5, n)
        span = T - 1
        last = 9 + (start - 9) * np.exp(-rate * span) + 0.1 * rng.normal(size=n)
        share = np.linspace(0, 1, T)[:, None]
        levels = np.exp(start + share * (last - start))
        low, high = beta_convergence(pd.DataFrame(levels)).speed_conf_int
        # A slope at or below -1 / span has no speed: its end is open.
        return bool(low > rate or high < rate)

    return draw


def market_trend(T: int, rho: float) -> Experiment:
    """Whether a trend of price dispersion is found where there is none."""

    def draw(rng: Rng) -> bool:
        from scipy import stats

        slope, error = trend(autocorrelated(rng, (T, 1), rho)[:, 0], np.arange(T), 1)
        return bool(2 * stats.t.sf(abs(slope / error), T - 2) <= 0.05)

    return draw


def chain(rng: Rng, n: int, T: int) -> pd.DataFrame:
    """States of independent units that move by `MOVES`, from the long run."""
    state = rng.choice(3, n, p=np.linalg.matrix_power(MOVES, 200)[0])
    rows = [state]
    for _ in range(T - 1):
        state = (rng.random(n)[:, None] > MOVES[state].cumsum(axis=1)).sum(axis=1)
        rows.append(state)
    return pd.DataFrame(np.array(rows))


def homogeneity(n: int, T: int, kind: str) -> Experiment:
    """Whether two halves of one chain are found different."""

    def draw(rng: Rng) -> bool:
        chains = chains_by_span(chain(rng, n, T), [T // 2], labels=[0, 1, 2])
        found = homogeneity_test(chains)
        return bool((found.lr_pvalue if kind == "LR" else found.q_pvalue) <= 0.05)

    return draw


def shorrocks(probabilities: pd.DataFrame) -> pd.Series:
    """Return Shorrocks's index of mobility alone, of which many draws cost little."""
    k = len(probabilities)
    return pd.Series({"shorrocks": (k - np.trace(probabilities.to_numpy())) / (k - 1)})


def chain_interval(n: int, T: int, kind: str) -> Experiment:
    """Whether an interval of mobility, or of a probability, misses it."""
    truth = float(shorrocks(pd.DataFrame(MOVES)).iloc[0])

    def draw(rng: Rng) -> bool:
        states = chain(rng, n, T)
        if kind == "bootstrap":
            row = bootstrap_chain(states, shorrocks, 199, int(rng.integers(1 << 30))).iloc[0]
            return not row["conf_low"] <= truth <= row["conf_high"]
        found = markov_chain(states, [0, 1, 2])
        gap = found.probabilities.iloc[0, 0] - MOVES[0, 0]
        return bool(abs(gap) > 1.96 * found.std_errors.iloc[0, 0])

    return draw


def unlinked(n: int, T: int, kind: str) -> Experiment:
    """Whether neighbours are found to matter for moves where units are independent."""
    weights = ring(n) / 4

    def draw(rng: Rng) -> bool:
        values = pd.DataFrame(np.exp(0.3 * autocorrelated(rng, (T, n), 0.8)))
        if kind == "rank":
            return neighbour_rank(values, weights, 3, draws=99) <= 0.05
        if kind == "quadrants":
            return quadrant_markov(values, weights).pvalue <= 0.05
        found = spatial_markov(values, weights, 3).homogeneity
        return bool((found.lr_pvalue if kind == "LR" else found.q_pvalue) <= 0.05)

    return draw


def local(n: int) -> Experiment:
    """Whether local Moran finds a unit's neighbourhood unusual on a map without pattern."""
    weights = Weights(ring(n) / 4, tuple(range(n)), "ring")

    def draw(rng: Rng) -> bool:
        found = local_moran(pd.Series(rng.normal(size=n)), weights, 199, int(rng.integers(1 << 30)))
        return bool(found["p_value"].iloc[0] <= 0.05)

    return draw


@cache
def places(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distances of random places, and roots of a random walk's and of a weak covariance."""
    at = np.random.default_rng(n).uniform(size=(n, 2))
    distances = np.hypot(*(at[:, None] - at).transpose(2, 0, 1))
    centred = distances - distances.mean(axis=0)
    values, vectors = np.linalg.eigh(-(centred - centred.mean(axis=1, keepdims=True)) / 2)
    weak = np.exp(-40 * distances)
    return distances, vectors * np.sqrt(np.maximum(values, 0)), np.linalg.cholesky(weak)


def spatial_root(n: int, kind: str) -> Experiment:
    """Whether a test of persistence over space rejects its null."""
    distances, walk, weak = places(n)

    def draw(rng: Rng) -> bool:
        shocks = rng.normal(size=n)
        if kind == "root":
            return spatial_unit_root_test(walk @ shocks, distances).p_value <= 0.05
        return spatial_stationarity_test(weak @ shocks, distances).p_value <= 0.05

    return draw


def censored(n: int, kind: str) -> Experiment:
    """Whether the interval of a distance coefficient misses it; small flows are not listed."""

    def draw(rng: Rng) -> bool:
        at = rng.uniform(0, 1, (n, 2))
        x = np.log(0.1 + np.hypot(*(at[:, None] - at).transpose(2, 0, 1)))
        log_flow = 3 - x + 0.5 * rng.normal(size=(n, n))
        off = ~np.eye(n, dtype=bool)
        listed = off & (log_flow > np.quantile(log_flow[off], 0.2))
        grid = FlowGrid(list(range(n)), np.where(listed, np.exp(log_flow), 0.0), listed, {"x": x})
        fit = tobit(grid, ["x"])
        fit = fit.with_covariance("dyadic") if kind == "dyadic" else fit
        low, high = fit.conf_int().loc["x"]
        return not low <= -1 <= high

    return draw


def zipf(n: int) -> Experiment:
    """Whether the interval of Zipf's exponent misses it."""

    def draw(rng: Rng) -> bool:
        return rank_size(1 / rng.random(n))["p_value"] <= 0.05

    return draw


def averaged(n: int, T: int, factors: bool) -> Experiment:
    """Whether the interval of the mean of units' slopes misses it."""

    def draw(rng: Rng) -> bool:
        index = pd.MultiIndex.from_product([range(n), range(T)])
        x, e = rng.normal(size=(2, n, T))
        if factors:
            factor = rng.normal(size=T)
            x, e = x + factor, e + rng.normal(1, 0.3, (n, 1)) * factor
        y = rng.normal(1, 0.3, (n, 1)) * x + e
        fit = mean_group(
            pd.Series(y.ravel(), index),
            pd.DataFrame({"x": x.ravel()}, index),
            factors=factors,
        )
        low, high = fit.conf_int().loc["x"]
        return not low <= 1 <= high

    return draw


def grouping(n: int) -> Experiment:
    """Whether inequality between three groups drawn at random ranks in the outer 5%."""
    groups = pd.Series(np.arange(n) % 3)

    def draw(rng: Rng) -> bool:
        values = pd.DataFrame(np.exp(rng.normal(size=(1, n))))
        people = pd.DataFrame(np.ones((1, n)))
        seed = int(rng.integers(1 << 30))
        return bool(between_rank(values, people, groups, draws=199, seed=seed).iloc[0] <= 0.05)

    return draw
