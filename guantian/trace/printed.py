"""From a cell of a table, or a line of a figure's data, to the row of results that it prints."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from guantian.errors import DataError
from guantian.present.captions import Caption, captions
from guantian.present.tables import TableSpec, build, select, trails
from guantian.registry import Stage, chapters
from guantian.results import KEYS, TABLES, read
from guantian.trace.matching import Figure, held_by
from guantian.trace.outcomes import VARIABLE
from guantian.trace.result import Grounds, ground_lines, ground_prov
from guantian.trace.show import PREFIXES
from guantian.trace.tried import Remaker, cell_places

#: Figures keep ten significant digits.
SAME = 1e-8
#: Numbers of a figure's data with fewer digits are places of the drawing.
DRAWN_DIGITS = 5
#: Rows of results named at most, where several hold a value.
MOST = 5
#: What is shown beside the chapters, and what of it: files of results in which its rows are.
BESIDE = {
    "data": ((), "the corrected tables and the lists of corrections"),
    "claims": (
        ("claim_tests", "claim_evidence", "claim_illustrations"),
        "the results of all chapters and config/claims.yaml",
    ),
    "paper": ((), "the primary tests of the chapters"),
}


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
    chapter
        Whose results they are.
    shown_as
        How the value is printed, where it is not printed as it is.
    """

    kind: str
    row: Mapping[str, Any]
    column: str
    chapter: str = ""
    shown_as: str = ""


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
    rule
        By which it is shown.
    held
        The rows that hold it: one, where its key tells; several, where only the value does.
    exact
        Whether the rows are told by the table's declaration, or by making it again from changed
        results, and not by the value alone.
    keys
        City and year of a figure's line, where no row of results holds it.
    """

    file: str
    line: int
    text: str
    chapter: str
    rule: str
    held: tuple[Held, ...]
    exact: bool
    keys: Mapping[str, Any] = field(default_factory=dict)


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
    held = list(_of_panel(panel, said)) or _of_results(Path(results), chapter, said, _names(panel))
    text = ", ".join(f"{key} {value}" for key, value in said.items())
    rule = _rule(chapter, stage)
    return Printed(str(file), row + 1, text, chapter, rule, tuple(held), False, _drawn_of(said))


def table_cell(
    results: str | Path,
    name: str,
    row: int,
    column: str,
    panel: pd.DataFrame | None = None,
    grounds: Grounds | None = None,
) -> Printed:
    """Follow a cell of a table (the first row after the header is 1; the header as printed).

    The table's declaration tells its row of results; where there is none, the table is made again
    with the rows changed that may be meant, with what ``grounds`` knows of the project. Without
    it, or where that finds none, digits, labels and the rest of the line tell. The panel gives the
    names of cities, by which rows about them are told apart.

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
    told = (
        []
        if stage is None
        else _by_declaration(Path(results), chapter, stage, frame, name, row, column)
    )
    names = {} if panel is None else _names(panel)
    if len(told) != 1 and stage is not None and grounds is not None and not _is_label(line[column]):
        remaker = Remaker(stage, name, grounds.given, grounds.root, grounds.data, Path(results))
        told = _by_trying(remaker, row, column, line, names) or told
    held = told or _near(Path(results), chapter, line, column, names)
    rule = _rule(chapter, stage)
    return Printed(str(file), row + 1, line[column], chapter, rule, tuple(held), bool(told))


def printed_tree(printed: Printed, grounds: Grounds, every: bool = False) -> str:
    """Draw what is printed and what it rests on, a line for each thing known."""
    lines = [f"{printed.file}, line {printed.line}: {printed.text}"]
    lines.append(f"└── shown by {printed.rule}")
    if not printed.held and _is_label(printed.text):
        lines.append("    a label: there is no number to follow")
    elif not printed.held and printed.chapter in BESIDE:
        lines.append(f"    no row of results holds this; made from {BESIDE[printed.chapter][1]}")
        lines.append("    their files and sources: data/raw/datapackage.json, data/sources.csv")
    elif not printed.held:
        lines.append("    no row of results holds this value; what the chapter's rule reads:")
        ground = grounds.of(printed.chapter, printed.keys)
        lines += [f"      {line}" for line in ground_lines(ground, every)]
    elif len(printed.held) > 1 and printed.exact:
        lines.append(f"    printed from {len(printed.held)} rows together")
    elif len(printed.held) > 1:
        lines.append(f"    {len(printed.held)} rows hold the value; nothing else tells them apart")
    for held in printed.held:
        key = ", ".join(f"{name} {held.row[name]}" for name in KEYS if name in held.row)
        where = f"{held.kind}/{held.chapter}{'' if '.' in held.chapter else '.parquet'}"
        where = "panel" if held.kind == "panel" else where
        done = f", {held.shown_as}" if held.shown_as else ""
        lines.append(f"    column {held.column} of {where}{done}: {key}")
        ground = grounds.of(_owner(printed, held), held.row)
        lines += [f"      {line}" for line in ground_lines(ground, every)]
    return "\n".join(lines) + "\n"


def _owner(printed: Printed, held: Held) -> str:
    """Return the chapter that made a row: its own column, or whose file it is in."""
    chapter = str(held.row.get("chapter") or held.chapter or printed.chapter)
    known = {each.name for each in chapters()}
    return chapter if chapter in known else printed.chapter


def printed_prov(printed: Printed, grounds: Grounds) -> dict[str, Any]:
    """Describe what is printed, and what it rests on, in PROV-JSON."""
    name = f"guantian:printed:{Path(printed.file).stem}/L{printed.line}"
    document: dict[str, Any] = {
        "prefix": dict(PREFIXES),
        "entity": {name: {"prov:value": printed.text, "prov:location": printed.file}},
        "wasDerivedFrom": {},
    }
    for place, held in enumerate(printed.held, start=1):
        row = f"guantian:row:{held.kind}/{held.chapter or printed.chapter}/{place}"
        known = {
            f"guantian:{key}": value.item() if hasattr(value, "item") else value
            for key, value in held.row.items()
        }
        document["entity"][row] = known
        relation = {"prov:generatedEntity": name, "prov:usedEntity": row}
        document["wasDerivedFrom"][f"_:printed.{place}"] = relation
        for kind, part in ground_prov(grounds.of(_owner(printed, held), held.row), row).items():
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


def _drawn_of(said: Mapping[str, str]) -> dict[str, Any]:
    """Return the city, its partner and the year that a line of a figure names."""
    codes = [said.get(name, "") for name in ("city_code", "unit", "partner")]
    found: dict[str, Any] = dict(zip(("unit", "partner"), filter(None, codes), strict=False))
    year = _number(said.get("year", ""))
    return found | ({} if year is None else {"year": int(year)})


def _shown_by(kind: str, name: str) -> tuple[str, Stage | None]:
    """Return the chapter, or what is beside the chapters, that shows an exhibit."""
    for chapter in chapters():
        for stage in chapter.stages:
            if name in getattr(stage, kind):
                return chapter.name, stage
    for owner in (*BESIDE, *(chapter.name for chapter in chapters())):
        if (kind, name) in captions(owner):
            return owner, None
    raise DataError(f"No chapter shows {name!r} among its {kind}.")


def _rule(chapter: str, stage: Stage | None) -> str:
    return "a rule of workflow/rules" if stage is None else f"the rule {stage.verb}_{chapter}"


def _names(panel: pd.DataFrame) -> dict[str, str]:
    return panel["name_en"].groupby(level="city_code").first().to_dict()


def _frames(results: Path, chapter: str) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Yield kind, file and rows of a chapter's results, then of the lists beside them."""
    if chapter in BESIDE:
        for name in BESIDE[chapter][0]:
            file = results / "estimates" / f"{name}.parquet"
            if file.exists():
                yield "estimates", name, pd.read_parquet(file)
        return
    for kind in TABLES:
        file = results / kind / f"{chapter}.parquet"
        if file.exists():
            yield kind, chapter, read(file)
    stages = (stage for each in chapters() if each.name == chapter for stage in each.stages)
    for path in sorted({path for stage in stages for path in stage.outputs.values()}):
        file = results / path.removeprefix("{results}/")
        if path.endswith((".csv", "_pairs.parquet")) and file.exists():
            codes = dict.fromkeys(("unit", "partner", "city_code", "code_a", "code_b"), "str")
            frame = (
                pd.read_parquet(file)
                if file.suffix == ".parquet"
                else pd.read_csv(file, dtype=codes)
            )
            yield file.parent.name, file.name, frame


def _of_results(
    results: Path, chapter: str, said: Mapping[str, str], names: Mapping[str, str]
) -> list[Held]:
    """Find the rows of results that a line of a figure draws.

    Its own chapter's first; what summarises others is looked for in all.
    """
    exact = {k: Figure.exact(v, SAME) for k, v in said.items() if k not in KEYS}
    figures = [
        figure
        for figure in exact.values()
        if figure and len(f"{figure.value:.10g}".strip("-0.").replace(".", "")) >= DRAWN_DIGITS
    ]
    words = " ".join(said.values())
    keys = {k: v for k, v in said.items() if k in KEYS and k not in ("measure", "group")}
    others = [each.name for each in chapters() if each.name != chapter]
    for place in (chapter, *others):
        for figure in figures:
            beside = [other for other in figures if other is not figure]
            held = _best(results, place, figure, beside, words, keys, names)
            if held:
                return held
    return []


def _best(
    results: Path,
    chapter: str,
    figure: Figure,
    beside: list[Figure],
    words: str,
    keys: Mapping[str, str],
    names: Mapping[str, str],
) -> list[Held]:
    """Return the rows of a chapter's results that hold a number and that most speaks for."""
    found = []
    for kind, name, frame in _frames(results, chapter):
        for match in held_by(frame, figure, beside, words, keys, names):
            row = _known(frame.iloc[match.row].to_dict())
            found.append((match.score, Held(kind, row, match.column, name, match.shown_as)))
    most = max((score for score, _ in found), default=0)
    return [held for score, held in found if score == most][:MOST]


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
            yield Held("panel", {**known, "value": value}, "value", "panel")


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
        for kind, file, made in _frames(results, chapter):
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
            return [
                Held(kind, _known(r), source, file) for r in found.head(MOST).to_dict("records")
            ]
    return []


def _by_trying(
    remaker: Remaker, row: int, column: str, line: Mapping[str, str], names: Mapping[str, str]
) -> list[Held]:
    """Find the rows by making the table again from changed results."""
    found: dict[tuple[str, int], Held] = {}
    for place in cell_places(remaker, row - 1, column, line, names):
        path = Path(remaker.inputs[place.source])
        kind = path.parent.name
        file = path.stem if kind in TABLES and path.suffix == ".parquet" else path.name
        known = _known(remaker.frames[place.source].iloc[place.row].to_dict())
        found.setdefault(
            (place.source, place.row), Held(kind, known, place.column, file, place.shown_as)
        )
    return list(found.values())


def _specs(chapter: str, stage: Stage) -> Iterator[TableSpec]:
    """Yield the declarations of tables in the modules of a chapter."""
    folder = Path(import_module(f"guantian.chapters.{chapter}").__file__).parent
    for file in sorted(folder.rglob("tables*.py")):
        inner = ".".join(file.relative_to(folder).with_suffix("").parts)
        module = import_module(f"guantian.chapters.{chapter}.{inner}")
        for value in vars(module).values():
            several = value.values() if isinstance(value, dict) else (value,)
            yield from (each for each in several if isinstance(each, TableSpec))


def _near(
    results: Path, chapter: str, line: Mapping[str, str], column: str, names: Mapping[str, str]
) -> list[Held]:
    """Find the rows of results that a cell prints, by its digits and the rest of its line."""
    own = Figure.of_text(line[column])
    if not own or _is_label(line[column]):  # zeros alone tell no row
        return []
    beside = own[1:] + [f for k, text in line.items() if k != column for f in Figure.of_text(text)]
    words = " ".join([column, *line.values()])
    return _best(results, chapter, own[0], beside, words, {}, names)


def _is_label(text: str) -> bool:
    """Say whether a cell has no number, or years and dates alone."""
    dates = re.fullmatch(r"\W*\d{4}(\W\d{2,4})*\W*", text)
    words = re.search(r"[^\W\d]{2}", text) and re.sub(r"(?<!\d)(19|20)\d{2}(?!\d)", "", text)
    return (
        not re.search(r"\d", text)
        or dates is not None
        or bool(words and not re.search(r"\d", words))
    )


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value) or value is pd.NA


def _known(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in row.items() if not pd.isna(value) and value != ""}
