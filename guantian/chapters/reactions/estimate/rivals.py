"""Who a city's rivals are: weights by border, province, income and structure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import sparse

SIDES = ("inside", "across")


def rival_weights(
    pairs: pd.DataFrame, cities: Sequence[str], side: str = "neighbours"
) -> sparse.csr_array:
    """Row-standardised weights of the cities that touch.

    Parameters
    ----------
    pairs
        One row per pair: ``code_a``, ``code_b``, ``adjacent``, ``same_province``.
    cities
        Codes in the order of the matrix.
    side
        "neighbours": all; "inside": of the same province; "across": of another.

    Returns
    -------
    csr_array, shape (n, n)
        Rows of cities without such a rival are zero.

    Raises
    ------
    ValueError
        For an unknown side.
    """
    chosen = pairs["adjacent"] == 1
    if side in SIDES:
        chosen &= pairs["same_province"] == int(side == "inside")
    elif side != "neighbours":
        raise ValueError(f"The side is {side!r}; expected neighbours, inside or across.")
    return _rows_to_one(_symmetric(pairs[chosen], cities, np.ones(int(chosen.sum()))))


def similar_weights(
    similarity: np.ndarray,
    pairs: pd.DataFrame,
    cities: Sequence[str],
    nearest: int,
    within_km: float,
) -> sparse.csr_array:
    """Row-standardised weights of the most similar cities within a distance.

    Parameters
    ----------
    similarity : ndarray, shape (n, n)
        Larger is more similar; a city with missing values has no rivals.
    pairs
        With ``distance_km``.
    cities
        Codes in the order of the matrix.
    nearest
        Rivals a city (fewer where fewer are near).
    within_km
        Farthest rival.
    """
    near = pairs[pairs["distance_km"] <= within_km]
    allowed = _symmetric(near, cities, np.ones(len(near))).toarray() > 0
    score = np.where(allowed & np.isfinite(similarity), similarity, -np.inf)
    best = np.argsort(-score, axis=1, kind="stable")[:, :nearest]
    rows = np.repeat(np.arange(len(cities)), best.shape[1])
    columns = best.ravel()
    known = np.isfinite(score[rows, columns])
    values = (np.ones(known.sum()), (rows[known], columns[known]))
    return _rows_to_one(sparse.csr_array(values, shape=score.shape))


def income_similarity(income: pd.Series) -> np.ndarray:
    """Similarity by income: minus the distance between log incomes, shape (n, n)."""
    values = income.to_numpy(dtype="float64")
    return -np.abs(values[:, None] - values[None, :])


def structure_similarity(shares: pd.DataFrame) -> np.ndarray:
    """Similarity by structure: the cosine of sector shares (UNIDO 1979), shape (n, n).

    Parameters
    ----------
    shares
        Units in rows, sectors in columns; a unit with a missing share is like none.

    Examples
    --------
    >>> structure_similarity(pd.DataFrame([[1.0, 0.0], [0.5, 0.5]])).round(3).tolist()
    [[1.0, 0.707], [0.707, 1.0]]
    """
    values = shares.to_numpy(dtype="float64")
    length = np.sqrt((values**2).sum(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        unit = values / np.where(length > 0, length, np.nan)[:, None]
    return unit @ unit.T


def sector_shares(
    structure: pd.DataFrame, year: int, cities: Sequence[str], source: str = "units"
) -> pd.DataFrame:
    """Sector shares of a year, cities in rows (missing where incomplete), sectors in columns."""
    chosen = structure[
        (structure["source"] == source)
        & (structure["level"] == "sector")
        & (structure["year"] == year)
    ]
    shares = chosen.pivot(index="code", columns="sector", values="share_pct")
    return shares.reindex(index=list(cities), columns=sorted(shares.columns))


def split_rows(
    weights: sparse.csr_array, cities: Sequence[str], members: Sequence[str]
) -> dict[str, sparse.csr_array]:
    """Split weights by who responds: rows of the zone's cities, and of the rest."""
    inside = np.isin(np.asarray(cities), list(members)).astype("float64")
    return {
        "zone": sparse.csr_array(sparse.diags_array(inside) @ weights),
        "rest": sparse.csr_array(sparse.diags_array(1 - inside) @ weights),
    }


def weight_lost(pairs: pd.DataFrame, everyone: Sequence[str], kept: Sequence[str]) -> pd.DataFrame:
    """How much of each kept city's weight lies on cities that are left out.

    Returns
    -------
    DataFrame
        Index: the kept cities with a neighbour; one column per side (neighbours, inside, across)
        with the share of the full row-standardised weight that is lost; missing where none is.
    """
    place = pd.Index(everyone).get_indexer(pd.Index(kept))
    gone = ~np.isin(np.asarray(everyone), list(kept))
    lost = {}
    for side in ("neighbours", *SIDES):
        full = rival_weights(pairs, everyone, side)
        total = full.sum(axis=1)[place]
        lost[side] = np.where(total > 0, (full @ gone.astype("float64"))[place], np.nan)
    return pd.DataFrame(lost, index=pd.Index(kept, name="city_code"))


def with_rivals(pairs: pd.DataFrame, cities: Sequence[str]) -> list[str]:
    """Leave out cities without any neighbour among the kept, again until each has one."""
    kept = list(cities)
    while True:
        degree = np.diff(rival_weights(pairs, kept).indptr)
        if degree.all() or not kept:
            return kept
        kept = [code for code, links in zip(kept, degree, strict=True) if links]


def _symmetric(pairs: pd.DataFrame, cities: Sequence[str], values: np.ndarray) -> sparse.csr_array:
    index = pd.Index(cities)
    a, b = index.get_indexer(pairs["code_a"]), index.get_indexer(pairs["code_b"])
    known = (a >= 0) & (b >= 0)
    a, b, values = a[known], b[known], np.asarray(values, dtype="float64")[known]
    both = (np.r_[values, values], (np.r_[a, b], np.r_[b, a]))
    return sparse.csr_array(both, shape=(len(index), len(index)))


def _rows_to_one(matrix: sparse.csr_array) -> sparse.csr_array:
    sums = np.asarray(matrix.sum(axis=1)).ravel()
    scale = np.divide(1.0, sums, out=np.zeros_like(sums), where=sums > 0)
    return sparse.csr_array(sparse.diags_array(scale) @ matrix)
