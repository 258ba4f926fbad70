"""Cells of tables and numbers of the text from rows of results; a dash where there is no row."""

from __future__ import annotations

from math import nan

import pandas as pd

from guantian.present.format import MISSING, interval, number, p_value, per_cent
from guantian.results import Row


def value(row: Row | None, column: str = "estimate") -> float:
    """Return one value of a row; not a number where there is no row or no value."""
    found = nan if row is None else row[column]
    return nan if pd.isna(found) else float(found)


def value_cell(
    row: Row | None, decimals: int, *, column: str = "estimate", scale: float = 1
) -> str:
    """Print one value of a row.

    Examples
    --------
    >>> value_cell(Row({"estimate": -0.0123}), 2, scale=100), value_cell(None, 2)
    ('−1.23', '–')
    """
    return number(scale * value(row, column), decimals)


def count_cell(row: Row | None, column: str = "n_units") -> str:
    """Print a count."""
    return number(value(row, column), 0)


def share_cell(row: Row | None, decimals: int = 0, *, column: str = "estimate") -> str:
    """Print a share in per cent, without the sign."""
    return per_cent(value(row, column), decimals)


def p_cell(row: Row | None, column: str = "p_value") -> str:
    """Print a p-value."""
    return p_value(value(row, column))


def interval_cell(row: Row | None, decimals: int, *, scale: float = 1) -> str:
    """Print the interval of an estimate, its lower end first."""
    return interval(scale * value(row, "conf_low"), scale * value(row, "conf_high"), decimals)


def with_interval(row: Row | None, decimals: int, *, scale: float = 1) -> str:
    """Print an estimate and its interval."""
    printed = value_cell(row, decimals, scale=scale)
    if printed == MISSING:
        return MISSING
    ends = interval_cell(row, decimals, scale=scale)
    return printed if ends == MISSING else f"{printed} {ends}"


def with_p(row: Row | None, decimals: int, *, column: str = "estimate") -> str:
    """Print a value with its p-value in brackets."""
    return f"{value_cell(row, decimals, column=column)} ({p_cell(row)})"


def rank_text(row: Row) -> str:
    """Say a rank among placebo zones, from the nearer end.

    Examples
    --------
    >>> rank_text(Row({"rank": 3, "n_draws": 99, "rank_from": "above", "n_disjoint": 7}))
    'rank 3 of 100 from above; 7 disjoint groups'
    """
    said = f"rank {row.rank} of {row.n_draws + 1} from {row.rank_from}"
    groups = value(row, "n_disjoint")
    return said if groups != groups else f"{said}; {groups:.0f} disjoint groups"
