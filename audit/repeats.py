"""Values that repeat: copied years, another city's figure, duplicate rows, straight lines."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import pandas as pd

from .common import KEYS, Panel, detrended, gather, propose, shifted, spike

#: Digits that a figure must have before its repetition is more than chance.
DIGITS = 5
#: The owner of a figure that two units share is this part as far from its own years.
OWNED = 0.25
#: A figure of the same unit in two consecutive years: four digits.
DIGITS_IN_TIME = 4

#: Counts of people, which do not come back to the same figure after this many years.
STOCKS = (
    ("city_population_labour", "registered_population_10k"),
    ("city_resident_population", "resident_population_10k"),
)
FAR = 3

#: Columns whose values honestly repeat: constants, rounded rates, modelled series.
STEADY = {
    "land_area_km2",
    "cropland_km2",
    "urban_built_km2",
    "landscan_population",
    "landscan_population_urban",
    "investment_price_1952_1",
    "natural_growth_permille",
    "gdp_growth_reported",
}


def digits(values: np.ndarray) -> np.ndarray:
    """Return the number of significant digits of each printed value."""
    return np.fromiter(map(_digits, np.asarray(values, dtype=float).tolist()), int, len(values))


@lru_cache(maxsize=2**20)  # the same figures are looked at again in each round
def _digits(value: float) -> int:
    text = f"{value:.10g}".lower().partition("e")[0].lstrip("-")
    bare = text.replace(".", "").lstrip("0")
    return len(bare) if "." in text else len(bare.rstrip("0"))


def value_columns(panel: Panel) -> list[str]:
    """Return the columns of measured values (not keys, flags or rounded rates)."""
    skip = ("_imputed", "_pct", "_promoted", "_tied_to", "_year", "target")
    return [
        c
        for c in panel.frame.columns
        if c not in (*KEYS[panel.table], *STEADY)
        and panel.frame[c].dtype.kind == "f"
        and not any(mark in c for mark in skip)
    ]


def copied_years(panel: Panel) -> pd.DataFrame:
    """Propose the later of two consecutive years with one and the same figure."""
    parts = []
    for column in value_columns(panel):
        values = panel.matrix(column)
        same = values == shifted(values, 1)
        if not same.any():
            continue
        same[same] = digits(values[same]) >= DIGITS_IN_TIME
        # A unit that often repeats (a rounded series) is not copying years.
        same &= (same.sum(axis=1) <= 2)[:, None]
        rows = panel.rows(same)
        count = digits(rows[column].to_numpy(float))
        parts.append(
            propose(
                "copied_year", panel.table, rows, column, count, {"other_year": rows["year"] - 1}
            )
        )
    return gather(parts)


def copied_from_others(panel: Panel) -> pd.DataFrame:
    """Propose figures that two units of a table share to the last digit in one year."""
    parts = []
    for column in value_columns(panel):
        frame = panel.frame
        twin = frame[column].notna() & (frame[column] != 0)
        twin &= frame.duplicated(["year", column], keep=False)
        if not twin.any():
            continue
        rows = frame[twin]
        rows = rows[digits(rows[column].to_numpy(float)) >= DIGITS]
        if rows.empty:
            continue
        # Without years on both sides, or on a step, the owner cannot be told.
        off = np.abs(spike(detrended(panel.log(column))))
        away = pd.Series(panel.at(off), index=frame.index)[rows.index]
        others = rows.groupby(["year", column])[panel.unit].transform(lambda c: ", ".join(c))
        # The owner's own years agree with the figure; the copies' do not.
        best = away.groupby([rows["year"], rows[column]]).transform("min")
        wrong = (away > best) & (away > 0.02)
        rows, others, away, best = rows[wrong], others[wrong], away[wrong], best[wrong]
        facts = {
            "units": others,
            "away_pct": 100 * np.expm1(away),
            "owned": best < OWNED * away,
            "digits": digits(rows[column].to_numpy(float)),
        }
        parts.append(
            propose(
                "another_units_figure",
                panel.table,
                rows,
                column,
                np.minimum(away / 0.02, 99),
                facts,
            )
        )
    return gather(parts)


def another_years(panel: Panel) -> pd.DataFrame:
    """Propose figures of people that are the unit's own of a year far away, to the last digit."""
    parts = []
    for table, column in STOCKS:
        if table != panel.table or column not in panel:
            continue
        values = panel.matrix(column)
        mask = np.zeros(values.shape, dtype=bool)
        other = np.zeros(values.shape, dtype=int)
        for lag in range(FAR, values.shape[1]):
            for step in (lag, -lag):
                same = values == shifted(values, step)
                mask |= same
                other = np.where(same, panel.years[None, :] - step, other)
        mask[mask] = digits(values[mask]) >= DIGITS_IN_TIME
        rows = panel.rows(mask)
        facts = {"other_year": panel.at(other)[rows.index]}
        parts.append(propose("another_years_figure", table, rows, column, 4.0, facts))
    return gather(parts)


def duplicate_rows(panel: Panel) -> pd.DataFrame:
    """Propose rows whose figures all equal another unit's of the year (three or more)."""
    columns = value_columns(panel)
    if len(columns) < 3:
        return gather([])
    frame = panel.frame
    full = frame[columns].notna().sum(axis=1) >= 3
    twin = full & frame.duplicated(["year", *columns], keep=False)
    rows = frame[twin]
    parts = (
        [
            propose(
                "duplicate_row",
                panel.table,
                rows,
                column,
                50.0,
            )
            for column in columns
        ]
        if len(rows)
        else []
    )
    return gather(parts)


def straight_lines(panel: Panel) -> pd.DataFrame:
    """Propose figures on an exact straight line between others, where no flag says so."""
    parts = []
    for column in value_columns(panel):
        values = panel.matrix(column)
        flag = column.rsplit("_100m", 1)[0] + "_imputed"
        flagged = panel.matrix(flag) == 1 if flag in panel else np.zeros(values.shape, dtype=bool)
        bend = values - (shifted(values, 1) + shifted(values, -1)) / 2
        rise = np.abs(values - shifted(values, 1))
        # Two roundings at the last printed digit, on a rise worth hundreds of them.
        exact = (np.abs(bend) <= 2e-6 * np.abs(values) + 1e-9) & (rise > 1e-3 * np.abs(values))
        run = exact & (
            (shifted(exact.astype(float), 1) == 1) | (shifted(exact.astype(float), -1) == 1)
        )
        run &= ~flagged
        run[run] = digits(values[run]) >= DIGITS
        rows = panel.rows(run)
        parts.append(propose("straight_line", panel.table, rows, column, 5.0))
    return gather(parts)


def check(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Run the repeats over every yearly table."""
    parts = []
    for panel in panels.values():
        parts += [
            copied_years(panel),
            copied_from_others(panel),
            duplicate_rows(panel),
            another_years(panel),
            straight_lines(panel),
        ]
    return gather(parts)
