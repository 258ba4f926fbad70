"""Where every value of the panel comes from: a long table, a row for each value and input.

An input is a cell of a raw table, with its line in the file, the value printed there, the value
used and the erratum between the two; or another value of the panel. Followed from input to input,
the table leads from any value to all the raw cells behind it; nothing is computed again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from guantian.data.breaks import covers
from guantian.data.cells import NOT_TRACED
from guantian.data.variable import Variable

PANEL = "panel"  # the table of an input that is a value of the panel
#: Codes of the SDMX code list CL_OBS_STATUS (version 2.2) that the table uses, with what they mean
#: there; from the best to the worst, since a value is no better than what it is made from. A cell
#: that is replaced is estimated. One that is filled by whoever received the data and did not
#: publish them, the compiler of a source or this study, is imputed.
MEANINGS = {
    "A": "normal value",
    "B": "time series break",
    "E": "estimated value",
    "I": "imputed value (CCSA definition)",
    "O": "missing value",
}
STATUSES = tuple(MEANINGS)
ACTIONS = (
    "as_printed",
    "summed",
    "replaced",
    "emptied",
    "interpolated",
    "derived",
    "missing",
    "absent",
)
COLUMNS = [
    "unit",
    "year",
    "variable",
    "value_status",
    "table",
    "column",
    "source_unit",
    "source_year",
    "line",
    "raw_value",
    "used_value",
    "status",
    "action",
    "erratum",
    "break",
    "vintage",
]
# (table, columns, beginning of codes) -> vintage; the first that fits holds.
VINTAGES = (
    ("city_accounts", ("primary_share_pct", "secondary_share_pct", "tertiary_share_pct"), "", ""),
    ("city_accounts", (), "61", "yearbook, revised"),
    ("city_accounts", (), "", "yearbook"),
    ("city_accounts_2022_2023", (), "", "bulletin, first published"),
    ("city_growth_targets", ("growth_actual_pct",), "", "first published"),
    ("city_growth_and_sectors", (), "", "retrospective"),
)
_SEVERITY = {status: number for number, status in enumerate(STATUSES)}


def build_provenance(
    panel: pd.DataFrame,
    cells: pd.DataFrame,
    breaks: pd.DataFrame,
    variables: Sequence[Variable],
    base_year: int,
    first: int | None = None,
) -> pd.DataFrame:
    """Build the table of provenance.

    Parameters
    ----------
    panel
        As `guantian.data.panel.whole_panel` returns it: chains and stocks rest on years before
        those of the panel.
    cells
        As `raw_cells` returns them.
    breaks
        As `guantian.data.breaks.read_breaks` returns them.
    variables
        `guantian.data.panel.PanelSpec.variables`: each after those that it is made from.
    base_year
        Where chains start.
    first
        First year of the panel: of the years before, only values that there are get rows.

    Returns
    -------
    DataFrame
        `COLUMNS`, sorted by unit, year, variable, table, column and source year.

        ``value_status`` is that of the panel's value, ``status`` that of the input. A value that
        is made from others has the status of the worst of them; a break counts in its own year
        only. A missing value has a row for each input that is missing, or one with the action
        ``absent`` where no raw table has a row for it.
    """
    cells = _with_breaks(cells, breaks)
    provinces = panel["province_code"]
    traced = [variable for variable in variables if variable.name not in NOT_TRACED]
    kinds = _categories(panel, cells, traced)
    known: dict[str, pd.Series] = {}
    parts = []
    for variable in traced:
        value = panel[variable.name]
        rows = [_leaves(value, cells, pair, provinces) for pair in variable.columns] + _edges(
            variable, panel, known, base_year
        )
        table = pd.concat([part for part in rows if len(part)] or rows[:1], ignore_index=True)
        severity = _severity(variable, table, value, panel, base_year)
        known[variable.name] = severity
        table = _finish(variable, table, value, severity, panel)
        if first is not None:
            table = table[(table["year"] >= first) | (table["value_status"] != "O")]
        parts.append(table.astype(kinds))
    table = pd.concat(parts, ignore_index=True)
    table = table.sort_values(
        ["unit", "year", "variable", "table", "column", "source_year", "source_unit"],
        kind="stable",
        ignore_index=True,
    )
    return table[COLUMNS]


def _categories(
    panel: pd.DataFrame, cells: pd.DataFrame, variables: Sequence[Variable]
) -> dict[str, pd.CategoricalDtype]:
    """Texts of the table as categories: a million rows in a tenth of the memory."""
    units = set(panel.index.get_level_values("city_code"))
    names = {variable.name for variable in variables}
    texts = {
        "unit": units,
        "source_unit": units | set(cells["source_unit"]) | {""},
        "variable": names,
        "table": {*cells["table"], PANEL},
        "column": {*cells["column"], *names, *panel.columns},
        "value_status": STATUSES,
        "status": STATUSES,
        "action": ACTIONS,
        "erratum": {*cells["erratum"], ""},
        "break": {*cells["break"], ""},
        "vintage": {*cells["vintage"], ""},
    }
    return {name: pd.CategoricalDtype(sorted(values)) for name, values in texts.items()}


def _with_breaks(cells: pd.DataFrame, breaks: pd.DataFrame) -> pd.DataFrame:
    """Mark the cells of the year in which a break of their column starts, and the vintage."""
    marks = pd.Series("", index=cells.index, dtype="object")
    for row in breaks.itertuples():
        own = (cells["table"] == row.table) & (cells["source_year"] == row.year)
        if row.column != "*":
            own &= cells["column"] == row.column
        if own.any():
            here = cells.index[own]
            here = here[[covers(row.unit, code) for code in cells.loc[here, "unit"]]]
            marks[here] = (marks[here] + " " + row.id).str.strip()
    vintage = pd.Series("", index=cells.index, dtype="object")
    for table, columns, codes, text in reversed(VINTAGES):
        own = (cells["table"] == table) & cells["unit"].str.startswith(codes)
        if columns:
            own &= cells["column"].isin(columns)
        vintage[own] = text
    status = cells["status"].mask(cells["status"].eq("A") & marks.ne(""), "B")
    return cells.assign(**{"break": marks, "vintage": vintage, "status": status})


def _leaves(
    value: pd.Series, cells: pd.DataFrame, pair: tuple[str, str], provinces: pd.Series
) -> pd.DataFrame:
    """Raw cells of a column beside the panel's values; of a province's, every city has them."""
    own = cells[(cells["table"] == pair[0]) & (cells["column"] == pair[1])]
    left = pd.DataFrame(
        {
            "unit": value.index.get_level_values("city_code"),
            "year": value.index.get_level_values("year"),
        }
    )
    by_province = pair[0].startswith("province_")
    left["_source"] = provinces.to_numpy() if by_province else left["unit"].to_numpy()
    merged = left.merge(
        own.rename(columns={"unit": "_source"}).assign(year=own["source_year"]),
        on=["_source", "year"],
        how="inner",
    )
    return merged.drop(columns="_source")


def _edges(
    variable: Variable, panel: pd.DataFrame, known: Mapping[str, pd.Series], base_year: int
) -> list[pd.DataFrame]:
    """Inputs that are values of the panel, with their years."""
    years = panel.index.get_level_values("year").to_numpy()
    forward = np.where(years > base_year, 0, 1)
    steps: list[tuple[str, np.ndarray, np.ndarray]] = []  # input, its years, rows that have it
    every = np.ones(len(panel), dtype=bool)
    if variable.window == "chain":
        away = years != base_year
        steps += [(name, years + forward, away) for name in variable.variables]
        steps.append((variable.name, years + np.where(years > base_year, -1, 1), away))
        if variable.base:
            steps.append((variable.base, years, ~away))
    else:
        steps += [(name, years, every) for name in variable.variables]
        steps += [(name, years - 1, every) for name in variable.before]
        if variable.window == "run":
            steps.append((variable.name, years - 1, every))
    codes = panel.index.get_level_values("city_code")
    parts = []
    free = every.copy()  # rows for which no input was known so far
    for name, source_years, rows in steps:
        at = panel.index.get_indexer(pd.MultiIndex.from_arrays([codes, source_years]))
        rows = rows & (at >= 0)
        values = panel[name].iloc[np.maximum(at, 0)]
        if variable.first_known and name != variable.name and name != variable.base:
            rows = rows & free
            free = free & ~(rows & values.notna().to_numpy())
        inherited = known.get(name)
        status = (
            np.where(values.isna(), "O", "A")
            if inherited is None
            else np.array(STATUSES)[inherited.to_numpy()[np.maximum(at, 0)]]
        )
        numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype="float64")
        parts.append(
            pd.DataFrame(
                {
                    "unit": codes,
                    "year": years,
                    "table": PANEL,
                    "column": name,
                    "source_unit": codes,
                    "source_year": source_years,
                    "used_value": numbers,
                    "status": status,
                    "action": np.where(values.isna(), "missing", "derived"),
                }
            )[rows]
        )
    return parts


def _severity(
    variable: Variable,
    table: pd.DataFrame,
    value: pd.Series,
    panel: pd.DataFrame,
    base_year: int,
) -> pd.Series:
    """Severity of the status of every value of a variable."""
    itself = (table["table"] == PANEL) & (table["column"] == variable.name)
    used = table[~itself & table["status"].ne("O")]
    codes = used["status"].map(_SEVERITY).astype("int64")
    worst = codes.groupby([used["unit"], used["year"]]).max()
    worst.index.names = value.index.names
    severity = worst.reindex(value.index).fillna(0).astype("int64")
    if variable.name == "population_10k":
        interpolated = panel["population_interpolated"].eq(1)
        severity = severity.where(~interpolated, severity.clip(lower=_SEVERITY["I"]))
    if variable.window != "year":
        severity = _carry(severity, base_year if variable.window == "chain" else None)
    return severity.mask(value.isna(), _SEVERITY["O"])


def _carry(severity: pd.Series, base_year: int | None) -> pd.Series:
    """Carry what is estimated or imputed along a chain (from the base year) or a run of years."""
    wide = severity.unstack("city_code").sort_index()
    lasting = wide.where(wide >= _SEVERITY["E"], 0)
    if base_year is None:
        carried = lasting.cummax()
    else:
        after = lasting.loc[base_year + 1 :].cummax()
        # The step back from a year to the one before is the growth of the later one.
        back = lasting.loc[: base_year - 1].iloc[::-1].cummax().iloc[::-1]
        carried = pd.concat([back, lasting.loc[[base_year]], after])
    full = np.maximum(wide, carried)
    return full.unstack().reindex(severity.index).astype("int64")


def _finish(
    variable: Variable,
    table: pd.DataFrame,
    value: pd.Series,
    severity: pd.Series,
    panel: pd.DataFrame,
) -> pd.DataFrame:
    """Keep the inputs of known values and the missing ones of missing values; name the absent."""
    at = value.index.get_indexer(pd.MultiIndex.from_arrays([table["unit"], table["year"]]))
    known = value.notna().to_numpy()[at]
    lacking = table["used_value"].isna().to_numpy() & (table["action"] != "derived").to_numpy()
    table = table[known != lacking]
    pairs = pd.MultiIndex.from_arrays([table["unit"], table["year"]])
    absent = value.index[~value.index.isin(pairs)]
    if len(absent):
        (first, column), *_ = variable.columns or [(PANEL, (variable.variables or [""])[0])]
        rows = pd.DataFrame(
            {
                "unit": absent.get_level_values("city_code"),
                "year": absent.get_level_values("year"),
                "table": first,
                "column": column,
                "status": "O",
                "action": "absent",
            }
        )
        table = pd.concat([table, rows], ignore_index=True)
    if variable.name == "population_10k":
        index = pd.MultiIndex.from_arrays([table["unit"], table["year"]])
        drawn = panel["population_interpolated"].reindex(index).eq(1).to_numpy()
        table["action"] = table["action"].mask(drawn, "interpolated")
    at = value.index.get_indexer(pd.MultiIndex.from_arrays([table["unit"], table["year"]]))
    codes = np.array(STATUSES)[severity.to_numpy()[at]]
    table = table.reindex(columns=COLUMNS)
    for name in ("erratum", "break", "vintage", "source_unit"):
        table[name] = table[name].astype("object").where(table[name].notna(), "")
    return table.assign(
        variable=variable.name,
        value_status=codes,
        source_year=table["source_year"].astype("Int64"),
        line=table["line"].astype("Int64"),
    )
