"""How a table is written as LaTeX and as HTML; whatever its cells hold is escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from guantian.present.format import MINUS

if TYPE_CHECKING:
    from guantian.present.tables import Table

SPECIAL = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    MINUS: "$-$",
    "∞": r"$\infty$",
    "\u202f": r"\,",
    "\u00a0": "~",
    "–": "--",
    "—": "---",
    "×": r"$\times$",
    "γ": r"$\gamma$",
    "ρ": r"$\rho$",
    "λ": r"$\lambda$",
    "σ": r"$\sigma$",
    "β": r"$\beta$",
    "²": r"$^2$",
    "°": r"$^\circ$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "…": r"\ldots{}",
    "’": "'",
    "“": "``",
    "”": "''",
}
LONG = 35  # rows: a longer table breaks over pages
STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 1.5rem; }
table { border-collapse: collapse; margin: 0 auto; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding-bottom: .5rem; }
th, td { padding: .25rem .6rem; text-align: right; vertical-align: top; }
th.text, td.text, tbody th { text-align: left; }
thead { border-block: 2px solid currentColor; }
thead th { vertical-align: bottom; }
tbody { border-bottom: 1px solid currentColor; }
tfoot td { text-align: left; font-size: .87em; max-width: 60rem; padding-top: .5rem; }
""".strip()


def latex(table: Table) -> str:
    """Return a table for a LaTeX document that loads booktabs and longtable."""
    headers = _headers(table)
    align = "".join("l" if name in table.text else "r" for name in headers)
    head = _latex_row(headers)
    lines = []
    for group, rows in _groups(table):
        if group:
            lines.append(
                rf"\multicolumn{{{len(headers)}}}{{l}}{{\textit{{{escape_latex(group)}}}}} \\"
            )
        lines += [_latex_row(row) for row in rows]
    if not lines:
        lines = [rf"\multicolumn{{{len(headers)}}}{{l}}{{{escape_latex(table.empty)}}} \\"]
    title, notes = escape_latex(table.title), escape_latex(table.notes)
    if len(lines) > LONG:
        return "\n".join(
            [
                rf"\begin{{longtable}}{{{align}}}",
                rf"\caption{{{title}}}\label{{tab:{table.name}}} \\",
                rf"\toprule {head} \midrule \endfirsthead",
                rf"\multicolumn{{{len(headers)}}}{{l}}{{{title} (continued)}} \\",
                rf"\toprule {head} \midrule \endhead",
                *lines,
                r"\bottomrule",
                rf"\multicolumn{{{len(headers)}}}{{p{{\linewidth}}}}{{\footnotesize {notes}}} \\",
                r"\end{longtable}",
                "",
            ]
        )
    return "\n".join(
        [
            r"\begin{table}[t]",
            rf"\caption{{{title}}}\label{{tab:{table.name}}}",
            rf"\begin{{tabular}}{{{align}}}",
            r"\toprule",
            head,
            r"\midrule",
            *lines,
            r"\bottomrule",
            r"\end{tabular}",
            rf"\par\footnotesize {notes}",
            r"\end{table}",
            "",
        ]
    )


def html(table: Table) -> str:
    """Return a table as a page of its own, in light and dark, with a caption and scoped headers."""
    headers = _headers(table)
    head = "".join(
        f'<th scope="col"{_class(table, name)}>{escape(name, quote=False)}</th>' for name in headers
    )
    bodies = []
    for group, rows in _groups(table):
        wide = f'scope="rowgroup" colspan="{len(headers)}"'
        lines = [f"<tr><th {wide}>{escape(group, quote=False)}</th></tr>"]
        for row in rows:
            cells = "".join(
                f"<td{_class(table, name)}>{escape(cell, quote=False)}</td>"
                for name, cell in zip(headers, row, strict=True)
            )
            lines.append(f"<tr>{cells}</tr>")
        bodies.append("<tbody>\n" + "\n".join(lines if group else lines[1:]) + "\n</tbody>")
    if not bodies:
        reason = escape(table.empty, quote=False)
        bodies = [
            f'<tbody>\n<tr><td class="text" colspan="{len(headers)}">{reason}</td></tr>\n</tbody>'
        ]
    title, notes = escape(table.title, quote=False), escape(table.notes, quote=False)
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title>",
            f"<style>\n{STYLE}\n</style>",
            "</head>",
            "<body>",
            f'<table id="table-{escape(table.name)}">',
            f"<caption>{title}</caption>",
            f"<thead>\n<tr>{head}</tr>\n</thead>",
            *bodies,
            f'<tfoot>\n<tr><td colspan="{len(headers)}">{notes}</td></tr>\n</tfoot>',
            "</table>",
            "</body>",
            "</html>",
            "",
        ]
    )


def escape_latex(text: str) -> str:
    r"""Escape what LaTeX would take for a command.

    Examples
    --------
    >>> escape_latex("50% of R&D_x")
    '50\\% of R\\&D\\_x'
    """
    return "".join(SPECIAL.get(sign, sign) for sign in str(text))


def _latex_row(cells: Iterable[str]) -> str:
    r"""Return a line of a table; a bracket or a star at its start is no option of ``\\``.

    Examples
    --------
    >>> _latex_row(["[1, 2]", "a"])
    '{}[1, 2] & a \\\\'
    """
    line = " & ".join(map(escape_latex, cells))
    return ("{}" if line.lstrip().startswith(("[", "*")) else "") + line + r" \\"


def _headers(table: Table) -> list[str]:
    """Return the printed headers; a table that has not even columns has an empty one."""
    return [name for name in table.body if name != table.group] or [""]


def _groups(table: Table) -> list[tuple[str, list[list[str]]]]:
    """Return groups of rows in the order in which they come first, each with its name."""
    cells = [name for name in table.body if name != table.group]
    if table.group not in table.body:
        rows = table.body[cells].astype("str").to_numpy().tolist()
        return [("", rows)] if rows else []
    return [
        (str(name), rows[cells].astype("str").to_numpy().tolist())
        for name, rows in table.body.groupby(table.group, sort=False)
    ]


def _class(table: Table, name: str) -> str:
    return ' class="text"' if name in table.text else ""
