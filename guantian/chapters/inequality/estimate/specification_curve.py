"""The specification curve of beta convergence, and its joint test under the null."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from guantian.chapters.inequality.estimate.growth_data import GrowthWindow
from guantian.chapters.inequality.estimate.regression import (
    Errors,
    LeastSquares,
    inference,
    least_squares,
    null_residuals,
)
from regiometrics.panel.bootstrap import wild_weights

Array = np.ndarray
FEWEST = 5  # cities; a slope and an intercept leave three degrees of freedom
LARGEST = 0.5  # share of the cities that regressors may number: beyond it a fit says nothing
EFFECTS = ("none", "province")
WEIGHTS = ("none", "population")


@dataclass(frozen=True, eq=False)
class Specification:
    """One fit of the curve.

    Attributes
    ----------
    window, controls, effects, weights, errors : str
        The choices.
    outcome : str
    fit : LeastSquares
    how : Errors
    cities : Index
    groups : Index
        Whose residuals are drawn together: the city's province, or the city itself.
    span : int
        Years of growth.
    """

    window: str
    controls: str
    effects: str
    weights: str
    errors: str
    outcome: str
    fit: LeastSquares
    how: Errors
    cities: pd.Index
    groups: pd.Index
    span: int


def specifications(
    windows: Iterable[GrowthWindow],
    sample: str,
    controls: Mapping[str, Sequence[str]],
    distances: pd.DataFrame,
    cutoff_km: float,
) -> Iterator[Specification]:
    """Fit every combination of window, controls, effects, weights and errors on one sample.

    Parameters
    ----------
    windows
        Spans of growth.
    sample
        "zone", "region" or "nation".
    controls
        Sets of controls by name.
    distances : DataFrame, shape (N, N)
        Kilometres between cities, codes on both axes.
    cutoff_km
        Of Conley's kernel, 1 - d/cutoff.

    Yields
    ------
    Specification
        Where the cities carry it: at least `FEWEST` of them, regressors at most `LARGEST` of their
        number; provinces as effects and clusters only where there are more than two.
    """
    for window in windows:
        data = window.sample(sample)
        if len(data) < FEWEST:
            continue
        provinces = pd.factorize(data["province_code"], sort=True)[0]
        many = provinces.max() > 1
        kernel = np.maximum(1 - distances.loc[data.index, data.index].to_numpy() / cutoff_km, 0)
        kinds = [Errors("HC3")]
        if many:
            kinds += [Errors("cluster", groups=provinces), Errors("conley", kernel=kernel)]
        groups = pd.Index(data["province_code"]) if many else data.index
        for effects in EFFECTS if many else EFFECTS[:1]:
            for name, chosen in controls.items():
                X = _design(data, chosen, provinces if effects == "province" else None)
                if X.shape[1] > LARGEST * len(data) or np.linalg.matrix_rank(X) < X.shape[1]:
                    continue
                for weights in WEIGHTS:
                    by = data["population"].to_numpy() if weights == "population" else None
                    fit = least_squares(data["growth"].to_numpy(), X, 0, by)
                    for how in kinds:
                        yield Specification(
                            window.name,
                            name,
                            effects,
                            weights,
                            how.kind,
                            window.outcome,
                            fit,
                            how,
                            data.index,
                            groups,
                            window.span,
                        )


def curve_rows(curve: Sequence[Specification], sample: str, confidence: float) -> list[dict]:
    """Return one row per specification, its choices in columns."""
    return [
        {
            "analysis": "specification_curve",
            "variant": spec.window,
            "group": spec.controls,
            "effect": spec.effects,
            "errors": spec.errors,
            "sample": sample,
            "outcome": spec.outcome,
            "term": "initial",
            **inference(spec.fit, spec.how, confidence),
            "n_obs": len(spec.cities),
            "n_units": len(spec.cities),
            "n_periods": 2,
            "estimator": "OLS" if spec.weights == "none" else "WLS",
            "cov_type": spec.errors,
            "weights": spec.weights,
        }
        for spec in curve
    ]


@dataclass(frozen=True, eq=False)
class JointTest:
    """Three summaries of a curve, and how often chance alone does as well.

    Attributes
    ----------
    observed, p_values, null_low, null_high : Series
        By summary: ``median`` (of the slopes), ``share_significant`` (of the specifications, of
        the median's sign, at the 5% level), ``mean_statistic`` (of the t statistics). p is
        two-sided for the first and the last. ``null_low``, ``null_high``: ends of the middle draws,
        as many as the confidence says.
    n_specs, n_draws, n_groups : int
    weights : str
        Distribution of the multipliers.
    """

    observed: pd.Series
    p_values: pd.Series
    null_low: pd.Series
    null_high: pd.Series
    n_specs: int
    n_draws: int
    n_groups: int
    weights: str


def joint_test(
    curve: Sequence[Specification], draws: int, seed: int, confidence: float = 0.95
) -> JointTest:
    """Test that no specification has a slope, all of them together.

    Parameters
    ----------
    curve
        Specifications of one sample.
    draws, seed
        Of the multipliers.
    confidence
        Share of the draws between ``null_low`` and ``null_high``.

    Returns
    -------
    JointTest

    Raises
    ------
    ValueError
        If there is no specification.

    Notes
    -----
    Simonsohn, Simmons and Nelson (2020). Where they reshuffle a treatment, growth on an initial
    level has none to reshuffle: the null is imposed on each specification (its fit without the
    initial level), and the residuals of a province (in the zone: of a city) get the same random
    multiplier in all specifications, so that what the specifications share, they share
    in the draws: a wild cluster bootstrap (Cameron, Gelbach and Miller 2008) of the whole curve.
    """
    if not curve:
        raise ValueError("The curve has no specification; at least one was expected.")
    names = sorted(set().union(*(spec.groups for spec in curve)))
    multipliers, _, kind = wild_weights(None, len(names), draws, seed)
    index = pd.Index(names)
    observed, null, critical = [], [], []
    last: tuple[LeastSquares, Array, Array] | None = None
    for spec in curve:
        if last is None or last[0] is not spec.fit:  # errors are varied innermost
            mine = multipliers[:, index.get_indexer(spec.groups)]
            last = (spec.fit, *null_residuals(spec.fit, mine))
        _, slopes, residuals = last
        own = float(spec.how.of(spec.fit, spec.fit.residuals[None])[0])
        estimate = float(spec.fit.params[0])
        observed.append((estimate, estimate / own))
        with np.errstate(divide="ignore", invalid="ignore"):
            null.append((slopes, slopes / spec.how.of(spec.fit, residuals)))
        critical.append(_critical(spec))
    seen = _summaries(*(np.array(part)[None] for part in zip(*observed, strict=True)), critical)
    drawn = _summaries(*(np.stack(part, axis=1) for part in zip(*null, strict=True)), critical)
    tail = (1 - confidence) / 2
    low, high = drawn.quantile(tail), drawn.quantile(1 - tail)
    seen = seen.iloc[0]
    # Signed summaries by size; the share counts significance of the sign of each curve's median.
    reached = drawn.abs() >= seen.abs() - 1e-12
    p_values = (1 + reached.sum()) / (1 + len(drawn))
    return JointTest(seen, p_values, low, high, len(curve), len(drawn), len(names), kind)


def _summaries(slopes: Array, statistics: Array, critical: Sequence[float]) -> pd.DataFrame:
    median = np.median(slopes, axis=1)
    sign = np.where(median < 0, -1.0, 1.0)[:, None]
    with np.errstate(invalid="ignore"):
        significant = sign * statistics > np.array(critical)
    return pd.DataFrame(
        {
            "median": median,
            "share_significant": significant.mean(axis=1),
            "mean_statistic": np.nanmean(np.clip(statistics, -1e3, 1e3), axis=1),
        }
    )


def _critical(spec: Specification) -> float:
    from regiometrics import _laws as laws

    return float(laws.t.ppf(0.975, spec.how.df(spec.fit)))


def _design(data: pd.DataFrame, controls: Sequence[str], provinces: Array | None) -> Array:
    """Return the initial level first, then controls, then a constant or a dummy a province."""
    common = (
        np.ones((len(data), 1)) if provinces is None else np.eye(provinces.max() + 1)[provinces]
    )
    return np.column_stack([data[["initial", *controls]].to_numpy(dtype="float64"), common])
