"""Two-way regressions on balanced panels, each with every assumption on the errors side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from regiometrics.inference import inference_row
from regiometrics.panel import Dependence, demean, to_array, wild_cluster_bootstrap
from regiometrics.panel.covariance import cluster_meat, sandwich, small_sample_factor
from regiometrics.weights.pairs import pair_matrix

NORMAL = 10_000  # degrees of freedom at which t is normal


@dataclass(frozen=True)
class ErrorChoices:
    """What the errors may depend on.

    Attributes
    ----------
    provinces
        Province of each unit.
    kernel
        Conley's weights of pairs of units, in the order of ``provinces``.
    cutoff_km
        Of the kernel, for its name.
    draws, seed
        Of the wild cluster bootstrap.
    confidence
        Of the intervals.
    """

    provinces: pd.Series
    kernel: sparse.csr_array
    cutoff_km: float
    draws: int
    seed: int
    confidence: float

    @classmethod
    def from_panel(
        cls,
        panel: pd.DataFrame,
        pairs: pd.DataFrame,
        cutoff_km: float,
        bootstrap: Mapping[str, int],
        confidence: float,
    ) -> ErrorChoices:
        """Build from the panel's provinces and the distances of pairs of cities."""
        provinces = panel["province_code"].groupby(level="city_code").first()
        kernel = distance_weights(pairs, provinces.index, cutoff_km)
        return cls(provinces, kernel, cutoff_km, bootstrap["draws"], bootstrap["seed"], confidence)

    def kernel_of(self, units: Sequence[str]):
        """The kernel's rows and columns of these units."""
        chosen = self.provinces.index.get_indexer(units)
        return self.kernel[chosen][:, chosen]


def distance_weights(
    pairs: pd.DataFrame, units: Sequence[str], cutoff_km: float
) -> sparse.csr_array:
    """Bartlett weights of distance, one on the diagonal, for a Conley covariance.

    Parameters
    ----------
    pairs
        ``code_a``, ``code_b``, ``distance_km``; each pair once.
    units
        Order of rows and columns.
    cutoff_km
        Distance from which the weight is 0.
    """
    distances = pair_matrix(pairs, "distance_km", units, diagonal=0)
    return sparse.csr_array(np.where(distances < cutoff_km, 1 - distances / cutoff_km, 0.0))


def two_way_rows(
    frame: pd.DataFrame, outcome: str, terms: Sequence[str], choices: ErrorChoices
) -> Iterator[dict]:
    """Regress on terms with unit and year effects; yield rows by assumption on the errors.

    Parameters
    ----------
    frame
        Balanced; index (unit, period); columns ``outcome`` and ``terms``.
    outcome, terms
        Names of columns.
    choices
        What the errors may depend on.

    Yields
    ------
    dict
        Columns of `guantian.results.estimates`. ``errors`` is "province" (clustered), "wild" (wild
        cluster bootstrap by province, of the first term), "driscoll_kraay", "conley" or "city"
        (clustered); ``term`` is the regressor.

    Raises
    ------
    PanelError
        Where the panel is not balanced or the terms are collinear within.
    """
    panel = to_array(frame[[outcome, *terms]])
    periods, units = panel.values.shape[:2]
    within = demean(panel.values, "twoway")
    y, X = within[..., 0].ravel(), within[..., 1:].reshape(-1, len(terms))
    bread = np.linalg.inv(X.T @ X)
    beta = bread @ (X.T @ y)
    scores = X * (y - X @ beta)[:, None]
    provinces = choices.provinces.loc[panel.units]
    size = {"n_obs": len(y), "n_units": units, "n_periods": periods, "estimator": "two-way within"}
    for meat, factor, df, named in _kinds(scores, provinces, (periods, units), choices):
        cov = factor * sandwich(bread, meat)
        for position, term in enumerate(terms):
            error = np.sqrt(cov[position, position])
            row = inference_row(beta[position], error, choices.confidence, df)
            yield size | row | named | {"term": term}
    if provinces.nunique() > 2:
        row = _wild(panel.values, provinces.to_numpy(), choices)
        yield size | row | {"term": terms[0]}


def _kinds(
    scores: np.ndarray, provinces: pd.Series, shape: tuple[int, int], choices: ErrorChoices
) -> Iterator[tuple[np.ndarray, float, float, dict]]:
    """Yield meat, small-sample factor, degrees of freedom and key of each covariance."""
    periods, units = shape
    k, clusters = scores.shape[1], provinces.nunique()
    if clusters > 2:
        labels = np.tile(pd.factorize(provinces)[0], periods)
        # Units are nested in the provinces, years are not: these count as parameters.
        factor = small_sample_factor(len(scores), k + periods, clusters)
        named = {"errors": "province", "cov_type": "clustered by province", "n_clusters": clusters}
        yield cluster_meat(scores, labels), factor, clusters - 1, named
    kernel = choices.kernel_of(provinces.index)
    kinds = {
        "city": (
            Dependence("clustered", shape),
            units - 1,
            {"cov_type": "clustered by city", "n_clusters": units},
        ),
        "driscoll_kraay": (
            Dependence("driscoll-kraay", shape),
            periods - 1,
            {"cov_type": "Driscoll-Kraay"},
        ),
        "conley": (
            Dependence("conley", shape, kernel=kernel, lags=min(2, periods - 1)),
            NORMAL,
            {"cov_type": f"Conley, {choices.cutoff_km:g} km"},
        ),
    }
    for kind, (dependence, df, named) in kinds.items():
        meat, factor = dependence.meat(scores), dependence.factor(k, "twoway")
        yield meat, factor, df, {"errors": kind, **named}


def _wild(values: np.ndarray, provinces: np.ndarray, choices: ErrorChoices) -> Mapping:
    """Wild cluster bootstrap by province of the first term; years enter as dummies."""
    periods, units = values.shape[:2]
    within = demean(values, "unit")
    years = demean(np.repeat(np.eye(periods)[:, None, 1:], units, axis=1), "unit")
    X = np.concatenate([within[..., 1:], years], axis=2)
    result = wild_cluster_bootstrap(
        within[..., 0].ravel(),
        X.reshape(periods * units, -1),
        np.tile(provinces, periods),
        0,
        draws=choices.draws,
        seed=choices.seed,
    )
    low, high = result.interval(choices.confidence)
    return {
        "estimate": result.estimate,
        "statistic": result.statistic,
        "p_value": result.p_value,
        "conf_low": low,
        "conf_high": high,
        "errors": "wild",
        "cov_type": "wild cluster bootstrap by province",
        "n_clusters": result.n_clusters,
        "n_draws": result.n_draws,
    }


def two_way_residuals(values: np.ndarray, units: np.ndarray, periods: np.ndarray) -> np.ndarray:
    """Take unit and period effects out of a panel with gaps.

    Parameters
    ----------
    values : ndarray, shape (N,) or (N, k)
        Without missing values.
    units, periods : int arrays, shape (N,)
        Position of each row's unit and period.

    Returns
    -------
    ndarray, shape (N, k)
        Residuals of least squares on dummies of both.

    Examples
    --------
    >>> units, periods = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 0, 1, 1])
    >>> two_way_residuals(10.0 * units + 3 * periods, units, periods).round(12).ravel().tolist()
    [0.0, 0.0, 0.0, 0.0, 0.0]
    """
    dummies = (periods[:, None] == np.unique(periods)[None, 1:]).astype(float)
    both = np.concatenate([dummies, np.asarray(values, float).reshape(len(units), -1)], axis=1)
    counts = np.maximum(np.bincount(units), 1)
    means = np.stack([np.bincount(units, column) / counts for column in both.T], axis=1)
    within = both - means[units]
    dummies, rest = within[:, : dummies.shape[1]], within[:, dummies.shape[1] :]
    fitted, *_ = np.linalg.lstsq(dummies, rest, rcond=None)
    return rest - dummies @ fitted


def dyadic_variance(scores: np.ndarray, first: np.ndarray, second: np.ndarray) -> float:
    """Variance of a sum of scores of pairs, any two of which may depend if they share a member.

    Parameters
    ----------
    scores : ndarray, shape (pairs,)
        Of each pair, summed over its periods.
    first, second : int arrays, shape (pairs,)
        The two members, or the clusters (provinces) that they belong to, which may be the same.

    Notes
    -----
    Aronow, Samii and Assenova (2015, Political Analysis 23); with clusters in place of members,
    pairs depend that have a cluster in common (Tabord-Meehan 2019, JBES 37).

    Examples
    --------
    >>> pairs = np.array([0, 0]), np.array([1, 2])
    >>> dyadic_variance(np.array([1.0, 1.0]), *pairs)  # they share a member: (1 + 1) squared
    4.0
    """
    length = int(max(first.max(), second.max())) + 1
    apart = first != second
    sums = np.bincount(first, scores, length) + np.bincount(second[apart], scores[apart], length)
    low, high = np.minimum(first, second)[apart], np.maximum(first, second)[apart]
    cells = np.bincount(low * length + high, scores[apart])  # counted with either member
    return float(sums @ sums - cells @ cells)


def precision(residuals: np.ndarray, units: np.ndarray, floor: float) -> np.ndarray:
    """Weigh observations by the inverse variance of their unit's residuals, mean one.

    Parameters
    ----------
    residuals
        Of a fit with equal weights, shape (observations,).
    units
        Labels, shape (observations,).
    floor
        Share of units whose variance is raised to that quantile: no unit weighs without bound.

    Returns
    -------
    ndarray, shape (observations,)

    Examples
    --------
    >>> precision(np.array([1.0, -1.0, 2.0, -2.0]), np.array([0, 0, 1, 1]), 0.0).tolist()
    [1.6, 1.6, 0.4, 0.4]
    """
    codes = np.unique(units, return_inverse=True)[1]
    variance = np.bincount(codes, residuals**2) / np.bincount(codes)
    weights = 1 / np.maximum(variance, np.quantile(variance, floor))[codes]
    return weights / weights.mean()
