"""Provincial trade shares as a bound on what a provincial border costs goods (claim S1.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from guantian.regression import dyadic_meat
from regiometrics.errors import EstimationError
from regiometrics.inference import inference_row
from regiometrics.weights.pairs import pair_matrix

if TYPE_CHECKING:
    import geopandas as gpd

Row = dict[str, Any]
SHARE = "share_of_destination_expenditure"
TERM = "same_province"
STEPS, TOLERANCE = 60, 1e-10
#: Mean distance of a disc's points from its centre, over its radius (Head and Mayer 2010).
WITHIN = 2 / 3
BOUND = (
    "An upper bound: the tables were filled by a gravity model, and what a province buys from "
    "itself includes services that are not traded."
)


def trade_rows(
    shares: pd.DataFrame, pairs: pd.DataFrame, prefectures: gpd.GeoDataFrame, confidence: float
) -> Iterator[Row]:
    """Estimate by how much more a province buys from itself than from others, distance held.

    The share of each origin in a destination's expenditure is regressed by Poisson pseudo maximum
    likelihood on the province itself, log distance and adjacency, with origin and destination
    effects, year by year. Errors allow for any dependence between pairs that share a province.

    Parameters
    ----------
    shares
        ``origin``, ``destination``, ``year`` and `SHARE`; codes that are no province are left out.
    pairs
        Pairs of prefectures: ``code_a``, ``code_b``, ``distance_km``, ``adjacent``.
    prefectures
        Index ``code``; ``province_code`` and areas in square metres as the geometry has them.
    confidence
        Of the intervals.

    Yields
    ------
    dict
        Secondary estimates of S1.2, outcome ``trade_`` and the year, term `TERM`: log points of
        trade. They bound the border from above (`BOUND`): modelled tables cannot test it.
    """
    distance, adjacent = province_distances(pairs, prefectures)
    known = shares[shares["origin"].isin(distance.index) & shares["destination"].isin(distance)]
    for year, table in known.groupby("year"):
        wide = table.pivot(index="origin", columns="destination", values=SHARE).dropna()
        codes = wide.index.intersection(wide.columns)
        wide, near = wide.loc[codes, codes], distance.loc[codes, codes]
        regressors = [
            np.eye(len(codes)),
            np.log(near.to_numpy()),
            adjacent.loc[codes, codes].to_numpy("float64"),
        ]
        estimate, error = home_effect(wide.to_numpy(), np.stack(regressors))
        yield {
            "analysis": "secondary",
            "variant": "S1.2",
            "sample": "china",
            "outcome": f"trade_{year}",
            "term": TERM,
            "method": "trade_shares",
            "year": int(year),
            "n_obs": wide.size,
            "n_units": len(codes),
            "n_clusters": len(codes),
            "df": len(codes) - 1,
            "estimator": "PPML, origin and destination effects",
            "cov_type": "dyadic by province, t",
            "note": BOUND,
            **inference_row(estimate, error, confidence, len(codes) - 1),
        }


def province_distances(
    pairs: pd.DataFrame, prefectures: gpd.GeoDataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return distances of provinces from each other and from themselves, in km, and adjacency.

    The distance of two provinces is the harmonic mean over their pairs of prefectures (Head and
    Mayer 2010); the distance of a prefecture from itself
    is `WITHIN` of the radius of a disc of its area.

    Parameters
    ----------
    pairs, prefectures
        As `trade_rows` takes them.

    Returns
    -------
    distance, adjacent : DataFrame
        Provinces in rows and columns; a province is not adjacent to itself.
    """
    codes = sorted(set(pairs["code_a"]) | set(pairs["code_b"]))
    own = prefectures.loc[codes]
    radius_km = np.sqrt(own.geometry.area.to_numpy() / np.pi) / 1000
    between = pair_matrix(pairs, "distance_km", codes, diagonal=1)
    np.fill_diagonal(between, WITHIN * radius_km)
    province = own["province_code"].to_numpy()
    nearness = pd.DataFrame(1 / between, province, province)
    mean = nearness.groupby(level=0).mean().T.groupby(level=0).mean()
    touching = pd.DataFrame(pair_matrix(pairs, "adjacent", codes, diagonal=0), province, province)
    adjacent = touching.groupby(level=0).max().T.groupby(level=0).max().astype("float64")
    adjacent = adjacent.mask(np.eye(len(adjacent), dtype=bool), 0.0)
    return 1 / mean, adjacent


def home_effect(share: np.ndarray, regressors: np.ndarray) -> tuple[float, float]:
    """Fit E share_ij = exp(x_ij b + a_i + d_j) with the diagonal, and return the first coefficient.

    Parameters
    ----------
    share : ndarray, shape (n, n)
        Origins in rows, destinations in columns, zero or more.
    regressors : ndarray, shape (k, n, n)

    Returns
    -------
    estimate, std_error : float
        The error is dyadic (Aronow, Samii and Assenova 2015), with the factor n / (n - 1).

    Raises
    ------
    EstimationError
        If the iterated weighted least squares do not settle.
    """
    n = len(share)
    first, second = (each.ravel() for each in np.indices((n, n)))
    effects = [(place[:, None] == np.arange(skip, n)) for skip, place in enumerate((first, second))]
    X = np.column_stack([regressors.reshape(len(regressors), -1).T, *effects]).astype("float64")
    y = share.ravel()
    mu = (y + y.mean()) / 2
    for _ in range(STEPS):
        weighted = X * mu[:, None]
        index = np.log(mu) + (y - mu) / mu
        params = np.linalg.solve(weighted.T @ X, weighted.T @ index)
        before, mu = mu, np.exp(X @ params)
        if np.abs(mu - before).max() < TOLERANCE * mu.max():
            break
    else:
        raise EstimationError(f"The model of trade shares did not settle in {STEPS} steps.")
    influence = np.linalg.solve((X * mu[:, None]).T @ X, (X * (y - mu)[:, None]).T)[0]
    variance = n / (n - 1) * dyadic_meat(influence[:, None], first, second)[0, 0]
    return float(params[0]), float(np.sqrt(max(variance, 0.0)))
