"""Centrality of the cores of zones in search, social media and publications, given their size."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from regiometrics import _laws as laws
from regiometrics.inference import inference_row

#: Networks: the column of the centrality that each gives.
NETWORKS = ("search", "social", "publication")
FEWEST = 30  # cities without which nothing is compared


def network_centrality(degrees: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return log centrality of each city in three networks, in standard deviations.

    Parameters
    ----------
    degrees
        `city_code`, `weibo_degree_2015`, `copublication_degree_2017`.
    pairs
        `origin`, `destination`, `search_2019`: searches in the origin for the destination.

    Returns
    -------
    DataFrame
        Index city_code: `NETWORKS` and their mean, ``all``, standardised again. Cities with a
        positive value in each.
    """
    known = degrees.set_index("city_code")
    frame = pd.DataFrame(
        {
            "search": pairs.groupby("destination")["search_2019"].sum(),
            "social": known["weibo_degree_2015"],
            "publication": known["copublication_degree_2017"],
        }
    ).astype("float64")
    logs = np.log(frame.where(frame > 0)).dropna()
    scaled = (logs - logs.mean()) / logs.std()
    together = scaled.mean(axis=1)
    return scaled.assign(all=(together - together.mean()) / together.std()).rename_axis("city_code")


def centrality_rows(
    central: pd.DataFrame,
    panel: pd.DataFrame,
    cores: Collection[str],
    core: str,
    choices: Mapping[str, Any],
    confidence: float,
) -> Iterator[dict[str, Any]]:
    """Compare the centrality of the cores of approved zones with that of similar cities.

    Parameters
    ----------
    central
        As :func:`network_centrality` returns it.
    panel
        Index (city_code, year): `gdp_100m_yuan`, `resident_population_10k` and, where that is
        missing, `registered_population_10k`.
    cores, core
        Codes of the cores of all zones, and of the study's zone.
    choices
        The section `core_periphery.centrality` of the configuration.
    confidence
        Of the intervals.

    Yields
    ------
    dict
        Standard deviations of log centrality beyond what output and residents (with squares and
        their product) and the rank of a provincial capital predict, among cities of at least the
        output of the smallest core. China: the coefficient of the cores, HC3 errors. Zone: its
        core minus its prediction from cities that are no core, with its rank among all. The three
        networks together are primary; each alone, and without the term for capitals, is secondary.

    Notes
    -----
    Without the term for capitals the minimum detectable effect is above twice the smallest effect
    of interest, and cores, most of which are capitals, are compared with cities of another rank.
    The error expected before the test comes from the design and the residuals of cities that are
    no core. The size is that of placebo cores among these: half as many as the cores, of the same
    ranks. The error of one city's prediction is scaled so that one in twenty of these cities,
    predicted without itself, rejects; the size is that of each under the scale of the others.
    """
    if choices["year"] not in panel.index.unique("year"):
        return
    year = panel.xs(choices["year"], level="year")
    people = year["resident_population_10k"].fillna(year["registered_population_10k"])
    sizes = pd.DataFrame({"output": year["gdp_100m_yuan"], "people": people}).astype("float64")
    sizes = np.log(sizes.where(sizes > 0))
    data = central.join(sizes, how="inner").dropna()
    treated = data.index.isin(list(cores))
    if treated.any():
        large = (data["output"] >= data.loc[treated, "output"].min()).to_numpy()
        data, treated = data[large], treated[large]
    if len(data) < FEWEST or treated.sum() < 2 or (~treated).sum() < FEWEST // 2:
        return
    size = data[list(sizes.columns)].to_numpy()
    size = (size - size.mean(axis=0)) / size.std(axis=0)
    base = np.column_stack([np.ones(len(data)), size, size**2, size[:, 0] * size[:, 1]])
    capital = np.asarray((data.index.str[2:] == "0100") | (data.index.str[2:] == "0000"))
    random = np.random.default_rng(choices["seed"])
    draws = _placebo_cores(treated, capital, choices["draws"], random)
    for network in ("all", *NETWORKS):
        y = data[network].to_numpy()
        for effect in ("size and capital", "size"):
            X = np.column_stack([base, capital]) if effect == "size and capital" else base
            main = network == "all" and effect == "size and capital"
            key = {
                "analysis": "primary" if main else "secondary",
                "variant": "S1.9b",
                "outcome": "centrality",
                "term": "excess",
                "measure": network,
                "effect": effect,
                "year": choices["year"],
                "n_obs": len(data),
            }
            yield {**key, "sample": "china", **_of_cores(y, X, treated, draws, confidence)}
            if core in data.index[treated]:
                place = int(data.index.get_indexer([core])[0])
                found = _of_one(y, X, treated, place, confidence)
                yield {**key, "sample": "zone", "unit": core, **found}


def _of_cores(y, X, treated, draws, confidence: float) -> dict[str, Any]:
    estimate, error = hc3(y, np.column_stack([treated.astype("float64"), X]))
    rest, df = ~treated, len(y) - X.shape[1] - 1
    fitted = X[rest] @ np.linalg.lstsq(X[rest], y[rest], rcond=None)[0]
    variance = ((y[rest] - fitted) ** 2).sum() / (rest.sum() - X.shape[1])
    both = np.column_stack([treated.astype("float64"), X])
    design = np.linalg.inv(both.T @ both)[0, 0]
    limit = laws.t.ppf(0.975, rest.sum() - X.shape[1] - 1)
    tried = [hc3(y[rest], np.column_stack([draw[rest], X[rest]])) for draw in draws]
    return {
        **inference_row(float(estimate), float(error), confidence, df),
        "df": df,
        "expected_std_error": float(np.sqrt(variance * design)),
        "size_at_5pct": float(np.mean([abs(b) > limit * e for b, e in tried])),
        "n_units": int(treated.sum()),
        "n_draws": len(draws),
        "estimator": "OLS on output, residents and their squares",
        "cov_type": "HC3, t",
    }


def _of_one(y, X, treated, place: int, confidence: float) -> dict[str, Any]:
    rest = ~treated
    bread = np.linalg.inv(X[rest].T @ X[rest])
    beta = bread @ X[rest].T @ y[rest]
    residual = y - X @ beta
    df = int(rest.sum() - X.shape[1])
    variance = (residual[rest] ** 2).sum() / df
    error = np.sqrt(variance * (1 + X[place] @ bread @ X[place]))
    leverage = np.einsum("ij,jk,ik->i", X[rest], bread, X[rest])
    # Of each other city, predicted without itself.
    left = (residual[rest] ** 2).sum() - residual[rest] ** 2 / (1 - leverage)
    others = np.abs(residual[rest] / np.sqrt(left / (df - 1) * (1 - leverage)))
    limit = laws.t.ppf(0.975, df)
    error *= _limit(others) / limit
    rejected = [each > _limit(np.delete(others, at)) for at, each in enumerate(others)]
    return {
        **inference_row(float(residual[place]), float(error), confidence, df),
        "df": df,
        "expected_std_error": float(error),
        "size_at_5pct": float(np.mean(rejected)),
        "rank": 1 + int((residual > residual[place]).sum()),
        "rank_from": "above",
        "n_units": 1,
        "n_draws": len(others),
        "estimator": "prediction error of OLS on output, residents and their squares",
        "cov_type": "scaled by the prediction errors of the other cities, t",
    }


def _limit(statistics: np.ndarray) -> float:
    """Return the value that one more of the same kind exceeds with a chance of 5 percent."""
    place = min(int(np.ceil(0.95 * (len(statistics) + 1))), len(statistics))
    return float(np.sort(statistics)[place - 1])


def hc3(y: np.ndarray, X: np.ndarray) -> tuple[float, float]:
    """Return the first coefficient of least squares and its HC3 error.

    Parameters
    ----------
    y
        Shape (observations,).
    X
        Shape (observations, k), of full rank.

    Examples
    --------
    >>> x = np.column_stack([[0.0, 0.0, 1.0, 1.0], np.ones(4)])
    >>> round(hc3(np.array([0.0, 2.0, 1.0, 5.0]), x)[0], 3)
    2.0
    """
    bread = np.linalg.inv(X.T @ X)
    beta = bread @ X.T @ y
    leverage = np.einsum("ij,jk,ik->i", X, bread, X)
    scores = (X @ bread[0]) * (y - X @ beta) / np.maximum(1 - leverage, 1e-9)
    return float(beta[0]), float(np.sqrt((scores**2).sum()))


def _placebo_cores(treated, capital, draws: int, random) -> np.ndarray:
    """Draw half as many placebo cores as there are cores, of the same ranks, among the others."""
    found = np.zeros((draws, len(treated)))
    for rank in (True, False):
        count = (int((treated & (capital == rank)).sum()) + 1) // 2
        others = np.flatnonzero(~treated & (capital == rank))
        for draw in range(draws):
            found[draw, random.permutation(others)[:count]] = 1.0
    return found
