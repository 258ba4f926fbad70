"""Growth accounting: how much of growth is due to capital, labour and neither.

d ln Y = alpha d ln K + (1 - alpha) d ln L + residual (Solow 1957, Review of Economics and
Statistics 39, 312-320). The capital share is not estimated: it varies over published values, and
what comes out is a range, not a confidence interval.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from guantian.data.samples import SAMPLES
from guantian.results import placebo_columns
from regiometrics.placebo.ranks import placebo_rank

PARTS = ("growth", "capital", "labour", "residual")


def growth_accounts(growth: np.ndarray, share: float) -> np.ndarray:
    """Split annual log growth of output.

    Parameters
    ----------
    growth
        Annual log growth of output, capital and labour in the last axis, shape (..., 3).
    share
        Of capital, between 0 and 1.

    Returns
    -------
    ndarray, shape (..., 4)
        `PARTS`: growth, and the contributions of capital, labour and the residual, which add up
        to it.

    Raises
    ------
    ValueError
        If the share is not between 0 and 1.

    Examples
    --------
    >>> growth_accounts(np.array([0.10, 0.14, 0.02]), 0.5).round(3).tolist()
    [0.1, 0.07, 0.01, 0.02]
    """
    if not 0 <= share <= 1:
        raise ValueError(f"The share of capital is {share}; expected between 0 and 1.")
    output, capital, labour = np.moveaxis(np.asarray(growth, float), -1, 0)
    parts = share * capital, (1 - share) * labour
    return np.stack([output, *parts, output - sum(parts)], axis=-1)


def log_growth(levels: pd.DataFrame, members: np.ndarray, first: int, last: int) -> np.ndarray:
    """Annual log growth of groups' totals.

    Parameters
    ----------
    levels
        Index (city, year); output, capital, labour in columns.
    members
        Codes, shape (groups, size).
    first, last
        Years compared.

    Returns
    -------
    ndarray, shape (groups, columns)
        Missing where a member lacks a value in one of the two years.
    """
    if first >= last:
        raise ValueError(f"first is {first} and last {last}; expected first before last.")
    codes = pd.Index(np.unique(members))
    rows = codes.get_indexer(np.asarray(members).ravel()).reshape(np.shape(members))
    ends = []
    for year in (first, last):
        values = levels.xs(year, level=1).reindex(codes).to_numpy(float)
        ends.append(np.where(values > 0, values, np.nan)[rows].sum(axis=1))
    return np.log(ends[1] / ends[0]) / (last - first)


def account_rows(
    levels: pd.DataFrame,
    groups: dict[str, Sequence[str]],
    placebo: np.ndarray,
    windows: Sequence[tuple[int, int]],
    shares: Sequence[float],
    confidence: float,
    outcome: str,
    zone: str = "zone",
) -> list[dict]:
    """Account for the growth of groups, and rank the zone among placebo zones.

    Parameters
    ----------
    levels
        Index (city, year); columns output, capital, labour.
    groups
        Sample or city -> codes.
    placebo
        Codes of placebo zones, shape (draws, size).
    windows
        Pairs of years.
    shares
        Of capital: the middle one gives the estimate, the others its range.
    confidence
        Of the ranks' intervals.
    outcome
        Variable of the panel that output is, of one vintage of growth.
    zone
        The group that is ranked.

    Returns
    -------
    list of dict
        Rows of ``accounting`` (the range over the shares as interval) and ``accounting_rank``, by
        period; term one of `PARTS`. Cities are rows of their own, by ``unit``.
    """
    shares = sorted(shares)
    found = []
    for first, last in windows:
        for name, codes in groups.items():
            complete = _complete(levels, codes, first, last)
            if not len(complete):
                rows = [{"term": part, "note": "no city has all data"} for part in PARTS]
            else:
                growth = log_growth(levels, np.array([complete]), first, last)[0]
                rows = _ranges(np.array([growth_accounts(growth, share) for share in shares]))
            common = {
                "analysis": "accounting",
                **({"sample": name} if name in SAMPLES else {"sample": "city", "unit": name}),
                "outcome": outcome,
                "first_year": first,
                "last_year": last,
                "n_units": len(complete),
                "n_periods": last - first,
                "estimator": "growth accounting",
                "cov_type": f"range over capital shares {shares[0]:g} to {shares[-1]:g}",
            }
            found += [{**common, **row} for row in rows]
        own = np.array([sorted(groups[zone])])
        middle = shares[len(shares) // 2]
        found += _ranked(levels, own, placebo, (first, last), middle, confidence, outcome)
    return found


def _complete(levels: pd.DataFrame, codes: Sequence[str], first: int, last: int) -> list[str]:
    ends = [levels.xs(year, level=1).reindex(sorted(codes)) for year in (first, last)]
    known = (ends[0] > 0).all(axis=1) & (ends[1] > 0).all(axis=1)
    return list(known.index[known])


def _ranges(parts: np.ndarray) -> list[dict]:
    """Rows of the parts, shape (shares, 4): the middle share's value, the range over all."""
    middle = parts[len(parts) // 2]
    return [
        {
            "term": name,
            "estimate": middle[place],
            "conf_low": min(parts[:, place].min(), middle[place]),
            "conf_high": max(parts[:, place].max(), middle[place]),
        }
        for place, name in enumerate(PARTS)
    ]


def _ranked(levels, own, placebo, window, share, confidence, outcome) -> list[dict]:
    mine = growth_accounts(log_growth(levels, own, *window)[0], share)
    if np.isnan(mine).any():
        return []
    others = growth_accounts(log_growth(levels, placebo, *window), share)
    first, last = window
    common = {
        "analysis": "accounting_rank",
        "sample": "zone",
        "outcome": outcome,
        "first_year": first,
        "last_year": last,
        "n_units": own.shape[1],
    }
    return [
        {
            **common,
            "term": name,
            **placebo_columns(placebo_rank(value, drawn, zones=placebo), drawn, confidence),
        }
        for name, value, drawn in zip(PARTS, mine, others.T, strict=True)
    ]
