"""One table, three forms: CSV for machines, LaTeX for authors, HTML for the report."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from guantian.present.format import MINUS

if TYPE_CHECKING:
    from great_tables import GT


@dataclass(frozen=True)
class Table:
    """A table as printed.

    Attributes
    ----------
    name
        File name without ending.
    title
        What it shows.
    body
        Text cells; column names are the printed heads.
    notes
        What a reader must know to read it.
    group
        The column that names groups of rows, where there is one.
    text
        Columns of running text, aligned left; the others are numbers, aligned right.
    """

    name: str
    title: str
    body: pd.DataFrame
    notes: str
    group: str | None = None
    text: tuple[str, ...] = ()


def write_table(table: Table, folder: str | Path) -> None:
    """Write ``name.csv``, ``name.tex`` and ``name.html`` into the folder."""
    folder = Path(folder)
    table.body.to_csv(folder / f"{table.name}.csv", index=False, lineterminator="\n")
    (folder / f"{table.name}.tex").write_text(_latex(table), encoding="utf-8")
    (folder / f"{table.name}.html").write_text(_html(table), encoding="utf-8")


def write_numbers(numbers: Mapping, path: str | Path) -> None:
    """Write the numbers of a text, nested and printed already, as JSON with sorted keys."""
    text = json.dumps(numbers, ensure_ascii=False, indent=1, sort_keys=True)
    Path(path).write_text(text + "\n", encoding="utf-8")


def _great_table(table: Table) -> GT:
    from great_tables import GT  # a second of imports: only where tables are written

    numbers = [name for name in table.body if name not in (*table.text, table.group)]
    return (
        GT(table.body, groupname_col=table.group, id=f"table-{table.name}")
        .tab_header(title=table.title)
        .tab_source_note(table.notes)
        .cols_align("left", columns=list(table.text))
        .cols_align("right", columns=numbers)
    )


def _latex(table: Table) -> str:
    text = _great_table(table).as_latex()
    for sign, command in (
        (MINUS, "$-$"),
        ("∞", r"$\infty$"),
        ("\u202f", r"\,"),
        ("–", "--"),
        ("×", r"$\times$"),
        ("ρ", r"$\rho$"),
        ("λ", r"$\lambda$"),
    ):
        text = text.replace(sign, command)
    return text + "\n"


def _html(table: Table) -> str:
    body = _great_table(table).as_raw_html()
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(table.title)}</title>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )
