"""Follow a value of the panel to its raw cells, by the table of provenance.

What is printed elsewhere (numbers of the paper, cells of tables, lines of figures) rests on values
of the panel: whoever knows those values calls `Store.value` for each and joins the trees.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from guantian.data.provenance import PANEL
from guantian.data.variable import Variable
from guantian.data.variables import VARIABLES
from guantian.errors import DataError
from guantian.trace.records import Break, Erratum, Records, Source

# A variable may be called without its unit.
UNITS = ("100m_yuan", "10k_yuan", "yuan", "pct", "10k", "sum", "previous_year_100")
STATUS_WORDS = {
    "A": "normal",
    "B": "a break starts in this year",
    "E": "estimated",
    "I": "imputed at the source",
    "O": "missing",
}


@dataclass(frozen=True)
class Cell:
    """A cell of a raw table: where it is, what is printed there and what is used."""

    table: str
    column: str
    unit: str
    year: int
    file: str
    line: int | None
    raw_value: float | None
    used_value: float | None
    status: str
    action: str
    vintage: str
    erratum: Erratum | None
    breaks: tuple[Break, ...]
    source: Source | None


@dataclass(frozen=True)
class Value:
    """A value of the panel and what it is made from."""

    city: str
    name: str
    year: int
    variable: str
    title: str
    unit: str
    value: float | str | None
    status: str
    how: str
    inputs: tuple[Value | Cell, ...] = field(default=())

    def cells(self) -> Iterator[Cell]:
        """Yield every raw cell behind the value, each once."""
        seen: set[tuple] = set()
        stack: list[Value | Cell] = [self]
        while stack:
            node = stack.pop(0)
            if isinstance(node, Value):
                stack[:0] = node.inputs
            elif (key := (node.table, node.column, node.unit, node.year)) not in seen:
                seen.add(key)
                yield node


class Store:
    """The panel, its provenance, and what is written of corrections, breaks and sources.

    Parameters
    ----------
    panel
        The panel, index (city_code, year).
    provenance
        As `guantian.data.provenance.build_provenance` returns it, or its rows of some cities.
    folder
        The data folder: errata, breaks, sources and rights are read from it.
    """

    def __init__(self, panel: pd.DataFrame, provenance: pd.DataFrame, folder: str | Path) -> None:
        self.panel = panel
        self.records = Records(folder)
        self.variables = {variable.name: variable for variable in VARIABLES}
        self._provenance = provenance
        self._places = provenance.groupby("unit", observed=True).indices
        self._cities: dict[str, dict[tuple[int, str], pd.DataFrame]] = {}

    def value(self, city: str, year: int, variable: str) -> Value:
        """Follow a value of the panel to its raw cells.

        Parameters
        ----------
        city
            Its code, or its English or Chinese name.
        year
            The year.
        variable
            Its name in the codebook; the unit at its end may be left out.

        Raises
        ------
        DataError
            For a city, year or variable that the panel does not have.
        """
        code = self._city(city)
        name = self._variable(variable)
        years = self.panel.index.get_level_values("year")
        if year not in set(years):
            raise DataError(
                f"The panel has no year {year}; it holds {years.min()} to {years.max()}."
            )
        return self._follow(code, year, name)

    def _rows(self, city: str) -> dict[tuple[int, str], pd.DataFrame]:
        """Provenance of a city's values, by year and variable; grouped when first asked for."""
        if city not in self._cities:
            rows = self._provenance.iloc[self._places.get(city, [])]
            groups = rows.groupby(["year", "variable"], observed=True, sort=False)
            self._cities[city] = {(int(year), str(name)): rows for (year, name), rows in groups}
        return self._cities[city]

    def _city(self, city: str) -> str:
        names = self.panel.groupby(level="city_code")[["name_en", "name_zh"]].first()
        if city in names.index:
            return city
        found = names.index[(names["name_en"] == city) | (names["name_zh"] == city)]
        if len(found) != 1:
            near = difflib.get_close_matches(city, names["name_en"], n=3)
            hint = f"; near it: {', '.join(near)}" if near else ""
            raise DataError(f"The panel has no city {city!r}: give its code or its name{hint}.")
        return str(found[0])

    def _variable(self, variable: str) -> str:
        if variable in self.variables:
            return variable
        found = [f"{variable}_{unit}" for unit in UNITS if f"{variable}_{unit}" in self.variables]
        if len(found) != 1:
            near = found or difflib.get_close_matches(variable, self.variables, n=3, cutoff=0.4)
            if not near:
                # Without their units short names are near to what was meant.
                stems = {
                    re.sub(f"_({'|'.join(UNITS)})$", "", name): name for name in self.variables
                }
                close = difflib.get_close_matches(variable, stems, n=3, cutoff=0.4)
                near = [stems[stem] for stem in close]
            hint = f"; near it: {', '.join(near)}" if near else ""
            raise DataError(f"The panel has no variable {variable!r}{hint}.")
        return found[0]

    def _follow(self, city: str, year: int, name: str) -> Value:
        variable = self.variables[name]
        rows = self._rows(city).get((year, name))
        inputs, how = (), variable.formula or variable.source
        if rows is not None and variable.window == "year":
            inputs = tuple(self._input(row) for row in self._records(rows))
        elif rows is not None:
            inputs, how = self._steps(city, year, variable)
        status = "A" if rows is None else str(rows["value_status"].iloc[0])
        return Value(
            city=city,
            name=self._name(city),
            year=int(year),
            variable=name,
            title=variable.title,
            unit=variable.unit,
            value=self._known(city, year, name),
            status=status,
            how=how,
            inputs=inputs,
        )

    def _steps(self, city: str, year: int, variable: Variable) -> tuple[tuple, str]:
        """Walk a chain or a run to its start; every step's inputs lie side by side."""
        inputs: list[Value | Cell] = []
        at, walked = int(year), [int(year)]
        while (at, variable.name) in self._rows(city):
            records = list(self._records(self._rows(city)[at, variable.name]))
            itself = [r for r in records if r["table"] == PANEL and r["column"] == variable.name]
            inputs += [self._input(record) for record in records if record not in itself]
            if not itself or pd.isna(itself[0]["used_value"]):
                break
            at = int(itself[0]["source_year"])
            walked.append(at)
        first, last = min(walked), max(walked)
        word = {"chain": "chained", "run": "accumulated"}[variable.window]
        over = f"{word} over {first} to {last}" if first < last else f"starts in {first}"
        return tuple(inputs), f"{variable.source} ({over})"

    def _input(self, record: dict) -> Value | Cell:
        if record["table"] == PANEL:
            return self._follow(record["unit"], int(record["source_year"]), record["column"])
        return self._cell(record)

    def _cell(self, record: dict) -> Cell:
        table, column = record["table"], record["column"]
        missing = pd.isna(record["line"])
        return Cell(
            table=table,
            column=column,
            unit=record["source_unit"] or record["unit"],
            year=int(record["year"] if missing else record["source_year"]),
            file=self.records.file(table),
            line=None if missing else int(record["line"]),
            raw_value=_number(record["raw_value"]),
            used_value=_number(record["used_value"]),
            status=record["status"],
            action=record["action"],
            vintage=record["vintage"],
            erratum=self.records.erratum(record["erratum"]),
            breaks=self.records.breaks(record["break"]),
            source=self.records.source(table, column),
        )

    def _known(self, city: str, year: int, name: str) -> float | str | None:
        """Return a value; of years before the panel, that of its raw cells."""
        if (city, year) in self.panel.index:
            value = self.panel.at[(city, year), name]
            if pd.isna(value):
                return None
            return value if isinstance(value, str) else float(value)
        rows = self._rows(city).get((year, name))
        if rows is None:
            return None
        leaves = rows[rows["table"] != PANEL]
        return _number(leaves["used_value"].sum(min_count=1)) if len(leaves) else None

    def _name(self, city: str) -> str:
        return str(self.panel.loc[city]["name_en"].iloc[0])

    @staticmethod
    def _records(rows: pd.DataFrame) -> Iterator[dict]:
        """Yield the inputs; a value of the base year, or one that is absent, has none of a year."""
        named = rows[rows["table"].ne(PANEL) | rows["source_year"].notna()]
        yield from named.astype({"unit": "str"}).to_dict("records")


def open_store(folder: str | Path, city: str | None = None) -> Store:
    """Open the made panel and its provenance.

    Parameters
    ----------
    folder
        The data folder, with ``raw`` and ``processed``.
    city
        If given (a code or a name), only this city's rows are read.

    Raises
    ------
    DataError
        Where the panel has not been made.
    """
    made = Path(folder) / "processed"
    for name in ("panel.parquet", "panel_provenance.parquet"):
        if not (made / name).exists():
            raise DataError(f"{made / name} is missing: make it first, by `make` in this project.")
    panel = pd.read_parquet(made / "panel.parquet")
    filters = None
    if city is not None:
        known = panel.groupby(level="city_code")[["name_en", "name_zh"]].first()
        same = (known["name_en"] == city) | (known["name_zh"] == city) | (known.index == city)
        filters = [("unit", "in", list(known.index[same]))] if same.any() else None
    rows = pd.read_parquet(made / "panel_provenance.parquet", filters=filters)
    return Store(panel, rows, folder)


def _number(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
