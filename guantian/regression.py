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
) -> Iterator[tuple[str, dict]]:
    """Regress on terms with unit and year effects; yield rows by kind of error.

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
    kind, row
        Kind: "province" (clustered), "wild" (wild cluster bootstrap by province, of the first
        term), "driscoll_kraay", "conley", "city" (clustered). Rows in the columns of
        `guantian.estimates`.

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
    for kind, meat, factor, df, name in _kinds(scores, provinces, (periods, units), choices):
        cov = factor * sandwich(bread, meat)
        for position, term in enumerate(terms):
            error = np.sqrt(cov[position, position])
            row = inference_row(beta[position], error, choices.confidence, df)
            yield kind, size | row | {"term": term, "cov_type": name}
    if provinces.nunique() > 2:
        row = _wild(panel.values, provinces.to_numpy(), choices)
        yield "wild", size | row | {"term": terms[0]}


def _kinds(
    scores: np.ndarray, provinces: pd.Series, shape: tuple[int, int], choices: ErrorChoices
) -> Iterator[tuple[str, np.ndarray, float, float, str]]:
    """Yield kind, meat, small-sample factor, degrees of freedom and name of each covariance."""
    periods, units = shape
    k, clusters = scores.shape[1], provinces.nunique()
    if clusters > 2:
        labels = np.tile(pd.factorize(provinces)[0], periods)
        # Units are nested in the provinces, years are not: these count as parameters.
        factor = small_sample_factor(len(scores), k + periods, clusters)
        name = f"clustered by province ({clusters})"
        yield "province", cluster_meat(scores, labels), factor, clusters - 1, name
    kernel = choices.kernel_of(provinces.index)
    kinds = {
        "city": (Dependence("clustered", shape), units - 1, f"clustered by city ({units})"),
        "driscoll_kraay": (Dependence("driscoll-kraay", shape), periods - 1, "Driscoll-Kraay"),
        "conley": (
            Dependence("conley", shape, kernel=kernel, lags=min(2, periods - 1)),
            NORMAL,
            f"Conley, {choices.cutoff_km:g} km",
        ),
    }
    for kind, (dependence, df, name) in kinds.items():
        yield kind, dependence.meat(scores), dependence.factor(k, "twoway"), df, name


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
        "cov_type": f"wild cluster bootstrap by province ({result.n_clusters})",
        "note": f"{result.n_draws} draws",
    }
