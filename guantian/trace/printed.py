"""From a cell of a table, or a line of a figure's data, to the row of results that it prints."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from guantian.errors import DataError
from guantian.present.captions import Caption
from guantian.present.tables import TableSpec, build, select, trails
from guantian.registry import Stage, chapters
from guantian.results import KEYS, TABLES, read
from guantian.trace.outcomes import VARIABLE
from guantian.trace.result import Grounds, ground_lines, ground_prov
from guantian.trace.show import PREFIXES

#: Columns of a figure's data that may hold a result, and of results that may hold it.
SHOWN = ("estimate", "value", "y", "x")
HELD = ("estimate", "value", "own_value", "benchmark", "statistic", "conf_low", "conf_high")
#: Figures keep ten significant digits.
SAME = 1e-8
#: Rows of results named at most, where several hold a value.
MOST = 5


@dataclass(frozen=True)
class Held:
    """A row of results (or a value of the panel) that holds what is printed.

    Attributes
    ----------
    kind
        ``estimates``, ``series``, ``tests``, or ``panel``.
    row
        Its columns that are not empty.
    column
        That holds the value.
    """

    kind: str
    row: Mapping[str, Any]
    column: str


@dataclass(frozen=True)
class Printed:
    """A line of a figure's data, or a cell of a table.

    Attributes
    ----------
    file, line
        Where it stands.
    text
        The cell, or the line's columns that are not empty.
    chapter
        That shows it.
    stage
        By which it is shown.
    held
        The rows that hold it: one, where its key tells; several, where only the value does.
    exact
        Whether the declaration of the table tells the row, and not the value alone.
    """

    file: str
    line: int
    text: str
    chapter: str
    stage: Stage
    held: tuple[Held, ...]
    exact: bool


def figure_line(results: str | Path, panel: pd.DataFrame, name: str, row: int) -> Printed:
    """Follow a line of a figure's data (the first after the header is 1).

    Raises
    ------
    DataError
        For a figure or a line that there is not.
    """
    file = Path(results) / "figures" / f"{name}.csv"
    frame = _csv(file, "figure")
    line = _line(frame, row, file)
    chapter, stage = _shown_by("figures", name)
    said = {k: v for k, v in line.items() if v != ""}
    held = list(_of_results(Path(results), chapter, said)) or list(_of_panel(panel, said))
    text = ", ".join(f"{key} {value}" for key, value in said.items())
    return Printed(str(file), row + 1, text, chapter, stage, tuple(held), exact=False)


def table_cell(results: str | Path, name: str, row: int, column: str) -> Printed:
    """Follow a cell of a table (the first row after the header is 1; the header as printed).

    Raises
    ------
    DataError
        For a table, row or column that there is not.
    """
    file = Path(results) / "tables" / f"{name}.csv"
    frame = _csv(file, "table")
    line = _line(frame, row, file)
    if column not in line:
        near = difflib.get_close_matches(column, list(line), n=3, cutoff=0.3) or list(line)
        raise DataError(f"{file} has no column {column!r}; expected one like {', '.join(near)}.")
    chapter, stage = _shown_by("tables", name)
    told = _by_declaration(Path(results), chapter, stage, frame, name, row, column)
    held = told or list(_near(Path(results), chapter, line[column]))
    return Printed(str(file), row + 1, line[column], chapter, stage, tuple(held), bool(told))


def printed_tree(printed: Printed, grounds: Grounds, every: bool = False) -> str:
    """Draw what is printed and what it rests on, a line for each thing known."""
    lines = [f"{printed.file}, line {printed.line}: {printed.text}"]
    lines.append(f"└── shown by the rule {printed.stage.verb}_{printed.chapter}")
    if not printed.held:
        lines.append("    no row of results holds this value; what the chapter's rule reads:")
        ground = grounds.of(printed.chapter, {})
        lines += [f"      {line}" for line in ground_lines(ground, every)]
    elif len(printed.held) > 1:
        lines.append(f"    {len(printed.held)} rows hold the value; nothing else tells them apart")
    for held in printed.held:
        key = ", ".join(f"{name} {held.row[name]}" for name in KEYS if name in held.row)
        where = "panel" if held.kind == "panel" else f"{held.kind}/{printed.chapter}.parquet"
        lines.append(f"    column {held.column} of {where}: {key}")
        ground = grounds.of(printed.chapter, held.row)
        lines += [f"      {line}" for line in ground_lines(ground, every)]
    return "\n".join(lines) + "\n"


def printed_prov(printed: Printed, grounds: Grounds) -> dict[str, Any]:
    """Describe what is printed, and what it rests on, in PROV-JSON."""
    name = f"guantian:printed:{Path(printed.file).stem}/L{printed.line}"
    document: dict[str, Any] = {
        "prefix": dict(PREFIXES),
        "entity": {name: {"prov:value": printed.text, "prov:location": printed.file}},
        "wasDerivedFrom": {},
    }
    for place, held in enumerate(printed.held, start=1):
        row = f"guantian:row:{held.kind}/{printed.chapter}/{place}"
        known = {
            f"guantian:{key}": value.item() if hasattr(value, "item") else value
            for key, value in held.row.items()
        }
        document["entity"][row] = known
        relation = {"prov:generatedEntity": name, "prov:usedEntity": row}
        document["wasDerivedFrom"][f"_:printed.{place}"] = relation
        for kind, part in ground_prov(grounds.of(printed.chapter, held.row), row).items():
            own = {k.replace("_:", f"_:{place}."): v for k, v in part.items()}
            document[kind] = document.get(kind, {}) | own
    return document


def _csv(file: Path, what: str) -> pd.DataFrame:
    if not file.exists():
        known = [path.stem for path in sorted(file.parent.glob("*.csv"))]
        near = difflib.get_close_matches(file.stem, known, n=3, cutoff=0.3) or known[:5]
        raise DataError(
            f"There is no {what} {file.stem!r} in {file.parent}; near it: "
            f"{', '.join(near) or 'none, run make first'}."
        )
    return pd.read_csv(file, dtype="str", keep_default_na=False)


def _line(frame: pd.DataFrame, row: int, file: Path) -> dict[str, str]:
    if not 1 <= row <= len(frame):
        raise DataError(f"{file} has the rows 1 to {len(frame)}, not {row}.")
    return {str(key): str(value) for key, value in frame.iloc[row - 1].items()}


def _shown_by(kind: str, name: str) -> tuple[str, Stage]:
    for chapter in chapters():
        for stage in chapter.stages:
            if name in getattr(stage, kind):
                return chapter.name, stage
    raise DataError(f"No chapter shows {name!r} among its {kind}.")


def _frames(results: Path, chapter: str) -> Iterator[tuple[str, pd.DataFrame]]:
    for kind in TABLES:
        file = results / kind / f"{chapter}.parquet"
        if file.exists():
            yield kind, read(file)


def _of_results(results: Path, chapter: str, said: Mapping[str, str]) -> Iterator[Held]:
    """Find rows of results with the line's keys that hold its value."""
    numbers = [(name, _number(said.get(name, ""))) for name in SHOWN]
    numbers = [(name, value) for name, value in numbers if value is not None]
    for kind, frame in _frames(results, chapter):
        keep = pd.Series(True, index=frame.index)
        for name in set(KEYS) & set(said) & set(frame) - {"chapter", "measure", "group"}:
            values = frame[name]
            wanted = _number(said[name]) if KEYS[name][0] != "string" else said[name]
            if wanted is not None and values.notna().any():
                keep &= values.eq(wanted).fillna(False).astype(bool)
        chosen = frame[keep]
        for _, value in numbers[:1] if numbers and numbers[0][0] in HELD else numbers:
            for column in [name for name in HELD if name in frame]:
                hit = np.isclose(chosen[column].astype("float64"), value, rtol=SAME, atol=0)
                if hit.any() and value != 0:
                    for row in chosen[hit].head(MOST).to_dict("records"):
                        yield Held(kind, _known(row), column)
                    return


def _of_panel(panel: pd.DataFrame, said: Mapping[str, str]) -> Iterator[Held]:
    """Find the panel's values that a line draws: of its city and year."""
    year, value = _number(said.get("x", said.get("year", ""))), _number(said.get("y", ""))
    code = said.get("city_code") or said.get("unit")
    if year is None or value is None or value == 0:
        return
    rows = panel[(panel.index.get_level_values("year") == year) & panel["in_zone"].eq(1)]
    if code is not None:
        rows = panel[panel.index.isin([(code, year)])]
    numbers = rows.select_dtypes("number").astype("float64")
    hits = np.isclose(numbers, value, rtol=SAME, atol=0)
    for at, place in zip(*np.nonzero(hits), strict=True):
        name = str(numbers.columns[place])
        if name in VARIABLE:
            known = {"unit": numbers.index[at][0], "year": int(year), "variable": name}
            yield Held("panel", {**known, "value": value}, "value")


def _by_declaration(
    results: Path,
    chapter: str,
    stage: Stage,
    frame: pd.DataFrame,
    name: str,
    row: int,
    column: str,
) -> list[Held]:
    """Find the row by the table's declaration, where it is made of one file of results."""
    for spec in _specs(chapter, stage):
        if spec.name != name:
            continue
        for kind, made in _frames(results, chapter):
            keys = tuple(k for k in KEYS if k in made and made[k].notna().any())
            try:
                printed = build(spec, made, Caption(name, "", "")).body
                told = trails(spec, made, keys)
            except (ValueError, KeyError):
                continue
            shown = printed.get(column)
            if shown is None or len(printed) != len(frame):
                continue
            if str(shown.iloc[row - 1]) != frame[column].iloc[row - 1]:
                continue
            where = told[row - 1][column]
            wanted = {k: v for k, v in where["select"].items() if not _empty(v)}
            found = select(made, wanted)
            source = where["column"]
            source = source if isinstance(source, str) else source[0]
            return [Held(kind, _known(r), source) for r in found.head(MOST).to_dict("records")]
    return []


def _specs(chapter: str, stage: Stage) -> Iterator[TableSpec]:
    """Yield the declarations of tables in the modules of a chapter."""
    folder = Path(import_module(f"guantian.chapters.{chapter}").__file__).parent
    for file in sorted(folder.rglob("tables*.py")):
        inner = ".".join(file.relative_to(folder).with_suffix("").parts)
        module = import_module(f"guantian.chapters.{chapter}.{inner}")
        yield from (each for each in vars(module).values() if isinstance(each, TableSpec))


def _near(results: Path, chapter: str, text: str) -> Iterator[Held]:
    """Find rows of results that a printed number may be, to its digits (also in per cent)."""
    number = re.search(r"[−-]?\d[\d\u202f ]*(?:\.\d+)?", text)
    if not number:
        return
    plain = re.sub(r"[\u202f ]", "", number[0]).replace("−", "-")
    value, half = float(plain), 0.5 * 10.0 ** -len(plain.partition(".")[2])
    left = MOST
    for kind, frame in _frames(results, chapter):
        for column in [name for name in HELD if name in frame]:
            for scale in (1.0, 100.0):
                away = (scale * frame[column].astype("float64") - value).abs()
                for row in frame[away <= half * 1.000001].head(left).to_dict("records"):
                    left -= 1
                    yield Held(kind, _known(row), column)
                if left <= 0:
                    return


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value) or value is pd.NA


def _known(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in row.items() if not pd.isna(value) and value != ""}
