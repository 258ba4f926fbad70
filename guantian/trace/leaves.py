"""From many values of the panel at once, or columns of a raw table, to raw cells."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from guantian.data.breaks import covers
from guantian.data.package import DataPackage
from guantian.data.provenance import PANEL
from guantian.data.read import read_table
from guantian.errors import DataError
from guantian.trace.records import Records

CELLS = [
    "table",
    "column",
    "unit",
    "year",
    "line",
    "raw_value",
    "used_value",
    "status",
    "action",
    "erratum",
    "breaks",
]
#: Columns of keys that hold a unit; pairs have two.
UNITS = (
    "city_code",
    "county_code",
    "province_code",
    "region_code",
    "origin_code",
    "origin",
    "code_a",
)
PARTNERS = ("destination_code", "destination", "code_b")


def panel_cells(
    provenance: pd.DataFrame, variable: str, units: Collection[str], years: Collection[int]
) -> pd.DataFrame:
    """Return the raw cells behind a variable of the panel, over units and years.

    Parameters
    ----------
    provenance
        As `guantian.data.provenance.build_provenance` returns it.
    variable
        Of the panel.
    units, years
        Codes and years of the values.

    Returns
    -------
    DataFrame
        `CELLS`, each cell once: those of the values, and of all the values that they are made
        from, of other years too (chains, stocks).
    """
    own = provenance[provenance["unit"].isin(list(units))]
    width = {name: own[name].astype("str") for name in ("unit", "variable", "column")}
    names = pd.Index(pd.unique(pd.concat([width["variable"], width["column"]])))
    codes = pd.Index(pd.unique(width["unit"]))

    def key(unit: pd.Series, year: pd.Series, name: pd.Series) -> np.ndarray:
        places = codes.get_indexer(unit).astype("int64"), names.get_indexer(name).astype("int64")
        return (places[0] * 10_000 + year.to_numpy(dtype="int64")) * len(names) + places[1]

    here = key(width["unit"], own["year"], width["variable"])
    is_value = own["table"].eq(PANEL).to_numpy()
    source_year = own["source_year"].astype("Int64").fillna(own["year"])
    there = key(width["unit"], source_year, width["column"])
    wanted = here[(width["variable"] == variable).to_numpy() & own["year"].isin(years).to_numpy()]
    seen: np.ndarray = np.unique(wanted)
    frontier = seen
    while len(frontier):
        rows = np.isin(here, frontier) & is_value
        found = np.unique(there[rows])
        frontier = np.setdiff1d(found, seen, assume_unique=True)
        seen = np.union1d(seen, frontier)
    leaves = own[np.isin(here, seen) & ~is_value].copy()
    source = leaves["source_unit"].astype("str")
    leaves["unit"] = source.where(source != "", leaves["unit"].astype("str"))
    leaves["year"] = source_year[leaves.index].astype("int64")
    leaves = leaves.rename(columns={"break": "breaks"})
    return leaves.drop_duplicates(["table", "column", "unit", "year"])[CELLS]


def table_cells(
    package: DataPackage,
    records: Records,
    table: str,
    column: str,
    units: Collection[str],
    years: Collection[int],
) -> pd.DataFrame:
    """Return the cells of a column of a raw table (``*``: of all its figures).

    Units of another level than the sample's (provinces of cities, counties of them) are those that
    its codes begin; where the table has pairs, both cities are in the sample.

    Raises
    ------
    DataError
        For a table or a column that there is not.
    """
    if table not in package.tables:
        raise DataError(f"There is no raw table {table!r}.")
    described = package.tables[table]
    figures = [f.name for f in described.fields if f.type in ("number", "integer")]
    figures = [name for name in figures if name not in described.key]
    wanted = figures if column == "*" else [column]
    if not set(wanted) <= set(described.columns):
        raise DataError(f"The raw table {table!r} has no column {column!r}.")
    frame = read_table(described)
    chosen = pd.Series(True, index=frame.index)
    unit = next((name for name in UNITS if name in frame), None)
    for name in (unit, *PARTNERS):
        if name in frame:
            chosen &= _in_sample(frame[name].astype("str"), units)
    if "year" in frame:
        chosen &= frame["year"].isin(years)
    frame = frame[chosen]
    keys = [
        ";".join(f"{name}={part}" for name, part in zip(described.key, row, strict=True))
        for row in frame[list(described.key)].itertuples(index=False)
    ]
    # A table of pairs gives the first city's code, one without units the key.
    code = frame[unit].astype("str") if unit else pd.Series(keys, index=frame.index)
    year = frame["year"] if "year" in frame else pd.Series(0, index=frame.index)
    place = {"table": table, "unit": code, "year": year, "line": frame.index + 2}
    corrected = records.corrections(table)
    parts = []
    for name in wanted:
        marks = [corrected.get((key, name), ("", "")) for key in keys]
        mark = pd.Series([mark for mark, _ in marks], index=frame.index, dtype="object")
        value = pd.Series([value for _, value in marks], index=frame.index, dtype="object")
        raw = pd.to_numeric(frame[name], errors="coerce").astype("float64")
        used = raw.where(mark.eq(""), pd.to_numeric(value, errors="coerce"))
        begun = _begun(records.breaks_of(table, name), code, year)
        states = [used.isna(), mark.ne(""), begun.ne("")]
        acts = [mark.ne("") & used.isna(), mark.ne(""), raw.isna()]
        parts.append(
            pd.DataFrame(
                {
                    **place,
                    "column": name,
                    "raw_value": raw,
                    "used_value": used,
                    "status": np.select(states, ["O", "E", "B"], "A"),
                    "action": np.select(acts, ["emptied", "replaced", "missing"], "as_printed"),
                    "erratum": mark,
                    "breaks": begun,
                }
            )
        )
    if not parts:  # the table has no column of numbers beside its key
        return pd.DataFrame(columns=CELLS)
    return pd.concat(parts, ignore_index=True)[CELLS]


def _begun(breaks: pd.DataFrame, code: pd.Series, year: pd.Series) -> pd.Series:
    """Name the breaks that begin in each row's year."""
    out = pd.Series("", index=code.index, dtype="object")
    for row in breaks.itertuples():
        here = year.eq(row.year)
        here &= code.where(here, "").map(lambda text, unit=row.unit: covers(unit, text))
        out[here] = (out[here] + " " + row.id).str.strip()
    return out


def _in_sample(codes: pd.Series, units: Collection[str]) -> pd.Series:
    """Tell which codes are in the sample, or of a level above or below its units."""
    known = set(units)
    provinces = {unit[:2] + "0000" for unit in known}
    cities = {unit[:4] + "00" for unit in known}
    return codes.isin(known | provinces) | (codes.str[:4] + "00").isin(cities)
