"""Cells and words from single rows of tidy estimates, for the tables and text of a chapter."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from guantian.present.format import MISSING, interval, number, p_value, verdict


def find(estimates: pd.DataFrame, **key: str) -> pd.Series | None:
    """Return the one row with these values of the key columns, or None where there is none.

    Raises
    ------
    ValueError
        If several rows match.
    """
    chosen = pd.Series(True, index=estimates.index)
    for column, value in key.items():
        chosen &= estimates[column] == value
    if chosen.sum() > 1:
        raise ValueError(f"{chosen.sum()} estimates match {key}; expected one.")
    return estimates[chosen].iloc[0] if chosen.any() else None


def has_estimate(row: pd.Series | None) -> bool:
    """Tell whether there is a row and it holds an estimate."""
    return row is not None and not math.isnan(row["estimate"])


def cell(row: pd.Series | None, column: str, decimals: int, scale: float = 1) -> str:
    """Print one number of a row; a dash where there is none."""
    return number(scale * row[column], decimals) if has_estimate(row) else MISSING


def range_cell(row: pd.Series | None, decimals: int, scale: float = 1) -> str:
    """Print a row's interval; a dash where there is none."""
    if not has_estimate(row):
        return MISSING
    return interval(scale * row["conf_low"], scale * row["conf_high"], decimals)


def p_cell(row: pd.Series | None) -> str:
    """Print a row's p-value; a dash where there is none."""
    return p_value(row["p_value"]) if has_estimate(row) else MISSING


def words(row: pd.Series | None, said: Sequence[str], none: str = "cannot be told") -> str:
    """Choose words by where a row's interval lies: below zero, across it, above it."""
    if not has_estimate(row) or math.isnan(row["conf_low"]):
        return none
    return verdict(row["conf_low"], row["conf_high"], 0, tuple(said))


def detectable(row: pd.Series | None, decimals: int, scale: float = 1) -> str:
    """Print the smallest effect that a test would have found, which the row must hold."""
    return cell(row, "detectable", decimals, scale)


def described(
    row: pd.Series | None, decimals: int, said: Sequence[str], scale: float = 1
) -> dict[str, str]:
    """Print one row: estimate, interval, p-value, detectable effect, draws and words.

    ``own`` is the zone's statistic where the row is a rank, the estimate otherwise.
    """
    ranked = has_estimate(row) and row["cov_type"] == "rank"
    return {
        "value": cell(row, "estimate", decimals, scale),
        "own": cell(row, "statistic" if ranked else "estimate", decimals, scale),
        "interval": range_cell(row, decimals, scale),
        "p": p_cell(row),
        "detectable": detectable(row, decimals, scale),
        "draws": cell(row, "n_obs", 0),
        "said": words(row, said),
    }
