"""Codebook and coverage of the corrected tables: every column, and every city of the zone."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from guantian.data.package import DataPackage, Table


def tables_codebook(
    package: DataPackage,
    tables: Mapping[str, pd.DataFrame],
    corrections: pd.DataFrame,
    zone: Collection[str],
) -> pd.DataFrame:
    """Describe every column of every corrected table.

    Parameters
    ----------
    package
        The description of the raw tables.
    tables
        Corrected tables by name.
    corrections
        All errata, one below the other.
    zone
        Codes of the zone's cities.

    Returns
    -------
    DataFrame
        A row for each table and column, in the order of the package: ``table``, ``column``,
        ``title``, ``unit``, ``key`` (1 for columns of the key), ``first`` and ``last`` year with a
        value, ``units`` that have one, ``values``, ``missing``, ``values_zone`` (of rows of the
        zone's cities), ``replaced`` and ``emptied`` cells.
    """
    corrections = corrections.assign(emptied=corrections["used_value"] == "")
    counts = corrections.groupby(["table", "column", "emptied"]).size()
    rows = []
    for name, described in package.tables.items():
        table = tables[name]
        inside = _inside(table, described, zone)
        for field in described.fields:
            known = table[field.name].notna()
            years = table.loc[known, "year"] if "year" in table else pd.Series(dtype="float64")
            rows.append(
                {
                    "table": name,
                    "column": field.name,
                    "title": field.title,
                    "unit": field.unit,
                    "key": int(field.name in described.key),
                    "first": years.min() if len(years) else None,
                    "last": years.max() if len(years) else None,
                    "units": table.loc[known, described.key[0]].nunique(),
                    "values": int(known.sum()),
                    "missing": int((~known).sum()),
                    "values_zone": int((known & inside).sum()),
                    "replaced": int(counts.get((name, field.name, False), 0)),
                    "emptied": int(counts.get((name, field.name, True), 0)),
                }
            )
    return pd.DataFrame(rows).astype({"first": "Int64", "last": "Int64"})


def tables_coverage(
    package: DataPackage, tables: Mapping[str, pd.DataFrame], zone: Collection[str]
) -> pd.DataFrame:
    """Tell of every table of cities and years which years each city of the zone has.

    Returns
    -------
    DataFrame
        A row for each table and city of the zone: ``table``, ``city_code``, ``first``, ``last``,
        ``years`` (with any value), ``missing`` (years between without one). A city without a row
        has no years: it is not covered.
    """
    rows = []
    for name, described in package.tables.items():
        city = _city_column(described)
        if city is None or "year" not in described.key:
            continue
        table = tables[name]
        values = [
            field.name
            for field in described.fields
            if field.type != "string"
            and field.name not in described.key
            and not field.name.endswith("_imputed")  # flags of values, and there without them
        ]
        known = table[table[values].notna().any(axis=1)]
        for code in sorted(zone):
            years = sorted(set(known.loc[known[city] == code, "year"]))
            gaps = sorted(set(range(years[0], years[-1] + 1)) - set(years)) if years else []
            rows.append(
                {
                    "table": name,
                    "city_code": code,
                    "first": years[0] if years else None,
                    "last": years[-1] if years else None,
                    "years": len(years),
                    "missing": " ".join(map(str, gaps)),
                }
            )
    return pd.DataFrame(rows).astype({"first": "Int64", "last": "Int64"})


def _city_column(described: Table) -> str | None:
    """The one column that refers to cities; none in tables of pairs."""
    found = [each.column for each in described.references if each.table == "city_names"]
    if described.name == "city_names":
        found = ["city_code"]
    return found[0] if len(found) == 1 else None


def _inside(table: pd.DataFrame, described: Table, zone: Collection[str]) -> pd.Series:
    """Whether each row is of a city of the zone; of a pair, whether both are."""
    found = [each.column for each in described.references if each.table == "city_names"]
    if described.name == "city_names":
        found = ["city_code"]
    if not found:
        return pd.Series(False, index=table.index)
    return table[found].isin(list(zone)).all(axis=1)
