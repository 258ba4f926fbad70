"""Raw cells behind the panel: the line, the value printed there, the value used, the erratum."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from guantian.data.errata import row_positions
from guantian.data.package import DataPackage
from guantian.data.variable import Variable
from guantian.data.variables import FLAGS, IDENTITY
from guantian.errors import DataError

NOT_TRACED = frozenset(variable.name for variable in (*IDENTITY, *FLAGS)) | {"boundary_change"}
IMPUTED = {  # the column that flags what a column's source imputed
    ("city_investment_fiscal", f"{name}_100m_yuan"): f"{name}_imputed"
    for name in ("fixed_investment", "budget_revenue", "budget_expenditure", "loans", "deposits")
}


def traced_columns(variables: Sequence[Variable]) -> list[tuple[str, str]]:
    """List the tables and columns that the traced variables are made from at first hand."""
    traced = [variable for variable in variables if variable.name not in NOT_TRACED]
    return sorted({pair for variable in traced for pair in variable.columns})


def raw_cells(
    package: DataPackage,
    tables: Mapping[str, pd.DataFrame],
    errata: Mapping[str, pd.DataFrame],
    concordance: pd.DataFrame,
    wanted: Iterable[tuple[str, str]],
) -> pd.DataFrame:
    """List the raw cells of columns, with what correction makes of each.

    Parameters
    ----------
    package
        The description of the raw tables.
    tables
        The raw tables by name, as `guantian.data.read.read_tables` gives them.
    errata
        Corrections by the name of their file, in the order in which they are applied.
    concordance
        As `guantian.data.concordance.read_concordance` returns it.
    wanted
        Tables and columns; keyed by a code and a year.

    Returns
    -------
    DataFrame
        A row for each cell that has a unit of today: ``table``, ``column``, ``unit`` (of today; a
        province in tables of provinces), ``source_unit``, ``source_year``, ``line`` of the file,
        ``raw_value``, ``used_value``, ``status`` (breaks aside), ``action``, ``erratum``.
    """
    columns: dict[str, list[str]] = {}
    for table, column in dict.fromkeys(wanted):
        columns.setdefault(table, []).append(column)
    parts = []
    for name, names in columns.items():
        described = package.tables[name]
        raw = tables[name]
        text = described.path.read_bytes()
        if text.count(b"\n") != len(raw) + 1:
            raise DataError(f"{described.path}: a row takes more than a line; one was expected.")
        rows = _todays_units(raw, described.key[0], concordance)
        for column in names:
            flag = IMPUTED.get((name, column))
            cells = _corrected_cells(raw, name, column, errata)
            cells["imputed"] = raw[flag].eq(1) if flag else False
            parts.append(rows.join(cells, how="left").assign(table=name, column=column))
    cells = pd.concat(parts, ignore_index=True)
    missing = cells["used_value"].isna()
    cells["action"] = np.select(
        [
            cells["erratum"].ne("") & missing,
            cells["erratum"].ne(""),
            missing,
            cells["summed"],
        ],
        ["emptied", "replaced", "missing", "summed"],
        default="as_printed",
    )
    cells["status"] = np.select(
        [missing, cells["imputed"], cells["action"] == "replaced"], ["O", "I", "E"], default="A"
    )
    return cells.drop(columns=["imputed", "summed"])


def _todays_units(raw: pd.DataFrame, key: str, concordance: pd.DataFrame) -> pd.DataFrame:
    """Rows of a raw table that have a unit of today, as `harmonise_codes` keeps them."""
    rows = pd.DataFrame(
        {
            "source_unit": raw[key],
            "source_year": raw["year"],
            "line": np.arange(2, len(raw) + 2),
        }
    )
    treatment = rows["source_unit"].map(concordance["treatment"])
    target = rows["source_unit"].map(concordance["city_code"])
    rows["unit"] = target.fillna(rows["source_unit"])
    rows["own"] = rows["unit"] == rows["source_unit"]
    rows["summed"] = treatment.eq("sum")
    rows = rows[treatment.ne("drop")]
    groups = rows.groupby(["unit", "source_year"])
    rows["summed"] &= groups["line"].transform("size") > 1
    # Beside today's own row, a row under another code repeats it.
    first = groups["own"].rank(method="first", ascending=False).eq(1)
    return rows[first | rows["summed"]].drop(columns="own")


def _corrected_cells(
    raw: pd.DataFrame, table: str, column: str, errata: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """One column of a raw table: the value printed, the value used and the erratum between."""
    printed = raw[column].to_numpy(dtype="float64")
    used, marks = printed.copy(), np.full(len(raw), "", dtype="object")
    for file, corrections in errata.items():
        rows = corrections[(corrections["table"] == table) & (corrections["column"] == column)]
        if rows.empty:
            continue
        at = row_positions(raw, rows, file)
        used[at] = pd.to_numeric(rows["used_value"].replace("", None)).astype("float64")
        marks[at] = [f"{file}:{number + 2}" for number in rows.index]
    return pd.DataFrame({"raw_value": printed, "used_value": used, "erratum": marks})
