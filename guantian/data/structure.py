"""Structure of the economy in one long table: sectors of employment and three branches of output.

Employment in urban units (19 sectors, 2005-2016) and in the censuses (20 industries, 2010 and
2020) is brought to one classification by data/raw/sector_concordance.csv. Levels of units before
and after the widened coverage of 2013, and of a census's sample, are never comparable; shares are,
within a vintage.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from guantian.errors import DataError

KEY = ["source", "level", "code", "year", "sector"]
COLUMNS = [*KEY, "value", "unit", "share_pct", "complete", "zero_by_total", "vintage"]
WIDER_UNITS = 2013  # units in suburban private and former township enterprises enter the count
BRANCHES = ("primary", "secondary", "tertiary")
# source: (table, its code, its printed total, unit)
EMPLOYMENT = {
    "units": ("city_sector_employment", "city_code", "units_total", "10 thousand persons"),
    "census": (
        "census_industry_prefecture",
        "city_code",
        "employed_sample_total",
        "persons of the sample",
    ),
    "census_counties": (
        "census_industry_county",
        "county_code",
        "employed_sample_total",
        "persons of the sample",
    ),
}


def build_structure(tables: Mapping[str, pd.DataFrame], output: pd.DataFrame) -> pd.DataFrame:
    """Build the long table of structure.

    Parameters
    ----------
    tables
        Corrected tables by name, ``sector_concordance`` among them.
    output
        Index (city_code, year): ``primary_10k_yuan``, ``secondary_10k_yuan``,
        ``tertiary_10k_yuan``.

    Returns
    -------
    DataFrame
        `COLUMNS`, sorted by `KEY`, which is unique. ``source``: ``units``, ``census``,
        ``census_counties`` or ``value_added``; ``level``: ``sector`` (19) or ``branch`` (3);
        ``share_pct`` of the sum where every sector is known, otherwise of the printed total;
        ``complete``: 1 where every sector is known; ``zero_by_total``: 1 where the source leaves a
        sector empty and the others already add up to the printed total, so that it is zero.

    Raises
    ------
    DataError
        Where a column of a table is not in the concordance, or the other way round.
    """
    parts = [value_added(output)]
    concordance = tables["sector_concordance"]
    for source, (name, code, total, unit) in EMPLOYMENT.items():
        columns = concordance[concordance["table"] == name].set_index("column")
        table = tables[name].rename(columns={code: "code"}).set_index(["code", "year"])
        parts.append(employment(table, columns, total).assign(source=source, unit=unit))
    frame = pd.concat(parts, ignore_index=True)[COLUMNS]
    return frame.sort_values(KEY, ignore_index=True)


def employment(table: pd.DataFrame, columns: pd.DataFrame, total: str) -> pd.DataFrame:
    """Bring one table of employment to sectors and branches.

    Parameters
    ----------
    table
        Index (code, year): the industries, and the printed total.
    columns
        Indexed by industry: ``sector`` and ``branch``.
    total
        Name of the printed total.
    """
    others = ("census_population", "name")
    industries = [name for name in table if name != total and name not in others]
    odd = sorted(set(industries) ^ set(columns.index))
    if odd:
        raise DataError(
            f"sector_concordance.csv and the tables disagree on the industry {odd[0]!r}: one row "
            "per column was expected."
        )
    printed, counts = table[total], table[industries]
    adds_up = (printed - counts.sum(axis=1)).abs() < 1e-6  # the printed digits, to the last
    zero = counts.isna() & adds_up.to_numpy()[:, None]
    counts = counts.mask(zero, 0.0)
    levels = []
    for level in ("sector", "branch"):
        groups = columns[level]
        grouped = _sum_by(counts, groups)
        whole = grouped.notna().all(axis=1)
        base = grouped.sum(axis=1).where(whole, printed)
        filled = _sum_by((~zero).astype("float64"), groups) == 0
        levels.append(
            pd.DataFrame(
                {
                    "value": grouped.stack(future_stack=True),
                    "share_pct": 100 * grouped.div(base, axis=0).stack(future_stack=True),
                    "zero_by_total": filled.stack(future_stack=True).astype("int64"),
                }
            )
            .rename_axis(index=["code", "year", "sector"])
            .reset_index()
            .merge(whole.astype("int64").rename("complete").reset_index(), on=["code", "year"])
            .assign(level=level)
        )
    frame = pd.concat(levels, ignore_index=True)
    is_units = total == "units_total"
    wider = np.where(frame["year"] < WIDER_UNITS, "units to 2012", "units from 2013")
    census = "census " + frame["year"].astype("str")
    return frame.assign(vintage=wider if is_units else census)


def value_added(output: pd.DataFrame) -> pd.DataFrame:
    """Bring value added to the long form; shares are of the three branches' sum."""
    wide = output[[f"{branch}_10k_yuan" for branch in BRANCHES]].set_axis(list(BRANCHES), axis=1)
    wide = wide.dropna(how="all")
    whole = wide.notna().all(axis=1)
    shares = 100 * wide.div(wide.sum(axis=1).where(whole), axis=0)
    frame = pd.DataFrame(
        {
            "value": wide.stack(future_stack=True),
            "share_pct": shares.stack(future_stack=True),
        }
    )
    frame = frame.rename_axis(index=["code", "year", "sector"]).reset_index()
    whole = whole.astype("int64").rename("complete").rename_axis(index=["code", "year"])
    frame = frame.merge(whole.reset_index(), on=["code", "year"])
    return frame.assign(
        source="value_added",
        level="branch",
        unit="10 thousand yuan",
        zero_by_total=0,
        vintage=np.where(frame["year"] < 2022, "yearbook", "bulletins"),
    )


def _sum_by(counts: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
    """Sum columns by group, missing where one of them is."""
    wide = {
        group: counts[list(members)].sum(axis=1, skipna=False)
        for group, members in groups.groupby(groups).groups.items()
    }
    return pd.DataFrame(wide)
