"""Tables of results for papers: plain text, LaTeX, HTML and Typst; several models side by side."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from regiometrics.spatial.errors import SpecificationError

_LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "²": r"$^2$", "×": r"$\times$", "−": "$-$", "–": "--", "…": r"\ldots{}",
}  # fmt: skip
#: What stands below an estimate, by linearmodels' name.
_PRECISION = {
    "std_errors": "Standard errors",
    "tstats": "t statistics",
    "pvalues": "p-values",
}
_TYPST = "\\#$*_`<>@[]~"


@dataclass(frozen=True)
class TextTable:
    """Cells of text with a header, drawn in several languages.

    Attributes
    ----------
    header : tuple of str
        The cells of the header.
    rows : tuple of tuple of str
        The cells of each row.
    rules : frozenset of int
        Rows above which a line is drawn.
    notes : tuple of str
        Lines below the table.
    caption : str
        The caption of the table.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    rules: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()
    caption: str = ""

    def to_text(self) -> str:
        """Columns of text, the first flush left."""
        lines = [self.header, *self.rows]
        widths = [max(len(line[j]) for line in lines) for j in range(len(self.header))]
        rule = "-" * (sum(widths) + 2 * (len(widths) - 1))

        def drawn(line: tuple[str, ...]) -> str:
            cells = [line[0].ljust(widths[0])]
            cells += [cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)]
            return "  ".join(cells).rstrip()

        out = [self.caption] * bool(self.caption) + [drawn(self.header), rule]
        for j, row in enumerate(self.rows):
            out += [rule] * (j in self.rules) + [drawn(row)]
        return "\n".join([*out, *([rule, *self.notes] if self.notes else [])])

    def to_latex(self, label: str | None = None) -> str:
        """A tabular with booktabs' rules, inside a table where there is a caption or label."""
        columns = "l" + "r" * (len(self.header) - 1)
        out = [
            rf"\begin{{tabular}}{{{columns}}}",
            r"\toprule",
            _latex_row(self.header),
            r"\midrule",
        ]
        for j, row in enumerate(self.rows):
            out += [r"\midrule"] * (j in self.rules) + [_latex_row(row)]
        out += [r"\bottomrule"]
        for note in self.notes:
            width = len(self.header)
            out.append(rf"\multicolumn{{{width}}}{{l}}{{\footnotesize {_latex(note)}}} \\")
        out.append(r"\end{tabular}")
        if self.caption or label:
            head = [r"\begin{table}", r"\centering"]
            head += [rf"\caption{{{_latex(self.caption)}}}"] * bool(self.caption)
            head += [rf"\label{{{label}}}"] if label else []
            out = [*head, *out, r"\end{table}"]
        return "\n".join(out) + "\n"

    def to_html(self) -> str:
        """A table element with caption, header and footer."""

        def drawn(line: tuple[str, ...], tag: str) -> str:
            scope = "col" if tag == "th" else "row"
            first = f'<th scope="{scope}">{html.escape(line[0])}</th>'
            opening = f'<{tag} scope="col"' if tag == "th" else f"<{tag}"
            opening += ' style="text-align:right">'
            rest = "".join(f"{opening}{html.escape(cell)}</{tag}>" for cell in line[1:])
            return f"<tr>{first}{rest}</tr>"

        caption = f"<caption>{html.escape(self.caption)}</caption>" if self.caption else ""
        body = "".join(drawn(row, "td") for row in self.rows)
        width = len(self.header)
        foot = "".join(
            f'<tr><td colspan="{width}">{html.escape(note)}</td></tr>' for note in self.notes
        )
        foot = f"<tfoot>{foot}</tfoot>" if foot else ""
        head = drawn(self.header, "th")
        return f"<table>{caption}<thead>{head}</thead><tbody>{body}</tbody>{foot}</table>"

    def to_typst(self) -> str:
        """A Typst table, inside a figure where there is a caption."""
        width = len(self.header)
        cells = [", ".join(f"[{_typst(cell)}]" for cell in line) for line in self.rows]
        out = [
            "#table(",
            f"  columns: {width},",
            f"  align: (left, {', '.join(['right'] * (width - 1))}),",
            "  stroke: none,",
            "  table.hline(),",
            f"  table.header({', '.join(f'[{_typst(cell)}]' for cell in self.header)}),",
            "  table.hline(stroke: 0.5pt),",
        ]
        for j, row in enumerate(cells):
            out += ["  table.hline(stroke: 0.5pt),"] * (j in self.rules) + [f"  {row},"]
        out.append("  table.hline(),")
        for note in self.notes:
            out.append(f"  table.cell(colspan: {width}, align: left)[{_typst(note)}],")
        out.append(")")
        if self.caption:
            inner = "\n".join(["table(", *out[1:]])
            return f"#figure(\n{inner},\n  caption: [{_typst(self.caption)}],\n)\n"
        return "\n".join(out) + "\n"


class Summary(str):
    """Text that can be printed, called (`summary()`) and shown as HTML, LaTeX or Typst."""

    table: TextTable

    def __new__(cls, text: str, table: TextTable) -> Summary:
        """Keep the table beside the text."""
        self = super().__new__(cls, text)
        self.table = table
        return self

    def __call__(self) -> Summary:
        """Return itself: statsmodels users call what linearmodels users read."""
        return self

    def __reduce__(self) -> tuple:
        """Copy text and table."""
        return Summary, (str(self), self.table)

    def __repr__(self) -> str:
        """Print as text, not in quotes."""
        return str(self)

    def _repr_html_(self) -> str:
        return self.table.to_html()

    def as_text(self) -> str:
        """Return the text."""
        return str(self)

    def as_latex(self) -> str:
        """Return a LaTeX table."""
        return self.table.to_latex()

    def as_html(self) -> str:
        """Return an HTML table."""
        return self.table.to_html()

    def as_csv(self) -> str:
        """Return comma-separated values."""
        lines = [self.table.header, *self.table.rows]
        quoted = [[f'"{c}"' if "," in c else c for c in line] for line in lines]
        return "\n".join(map(",".join, quoted)) + "\n"


@dataclass(frozen=True, eq=False)
class Comparison:
    """Several models side by side.

    Attributes
    ----------
    names : tuple of str
        The names of the models.
    params, std_errors, pvalues, tstats : pandas.DataFrame
        A row per term, a column per model; missing where a model lacks the term.
    statistics : pandas.DataFrame
        A row per statistic: observations, units, fit.
    """

    names: tuple[str, ...]
    params: pd.DataFrame
    std_errors: pd.DataFrame
    pvalues: pd.DataFrame
    statistics: pd.DataFrame
    _layout: dict = field(repr=False, default_factory=dict)

    @property
    def tstats(self) -> pd.DataFrame:
        """Estimates over their errors, a column per model."""
        return self.params / self.std_errors

    def _of(self, part: str, name: str) -> pd.Series:
        found = {key: getattr(one, part, None) for key, one in self._layout["results"].items()}
        return pd.Series(found, name=name, dtype=object).infer_objects()

    @property
    def nobs(self) -> pd.Series:
        """Observations of each model."""
        return self._of("nobs", "nobs")

    @property
    def rsquared(self) -> pd.Series:
        """R² of each model."""
        return self._of("rsquared", "rsquared")

    @property
    def rsquared_within(self) -> pd.Series:
        """R² within units of each model."""
        return self._of("rsquared_within", "rsquared_within")

    @property
    def loglik(self) -> pd.Series:
        """Log-likelihood of each model that has one."""
        return self._of("loglik", "loglik")

    @property
    def cov_estimator(self) -> pd.Series:
        """The kind of covariance of each model."""
        row = self.statistics.loc["Covariance"] if "Covariance" in self.statistics.index else None
        return pd.Series(row, index=pd.Index(self.names), name="cov_estimator")

    @property
    def f_statistic(self) -> pd.DataFrame:
        """Statistic and p-value of the test that all slopes are zero, a row per model."""
        tests = self._of("f_statistic", "F").dropna()
        return pd.DataFrame(
            {name: {"F stat": test.stat, "P-value": test.pval} for name, test in tests.items()}
        ).T

    @property
    def table(self) -> TextTable:
        """The cells as they are drawn."""
        precision = self._layout["precision"]
        shown = getattr(self, precision)
        digits, stars = self._layout["digits"], self._layout["stars"]
        rows: list[tuple[str, ...]] = []
        for term in self.params.index:
            top, below = [str(term)], [""]
            for name in self.names:
                value = self.params.at[term, name]
                error = shown.at[term, name]
                mark = _stars(self.pvalues.at[term, name]) if stars else ""
                top.append("" if np.isnan(value) else f"{value:.{digits}f}{mark}")
                below.append("" if np.isnan(error) else f"({error:.{digits}f})")
            rows += [tuple(top), tuple(below)]
        rule = len(rows)
        for statistic, values in self.statistics.iterrows():
            rows.append((str(statistic), *(_cell(value) for value in values)))
        notes = (f"{_PRECISION[precision]} in parentheses.",)
        if stars:
            notes += ("* p < 0.1, ** p < 0.05, *** p < 0.01",)
        return TextTable(
            ("", *self.names), tuple(rows), frozenset({rule}), notes, self._layout["caption"]
        )

    def to_latex(self, label: str | None = None) -> str:
        """Draw as a LaTeX table."""
        return self.table.to_latex(label)

    def to_html(self) -> str:
        """Draw as an HTML table."""
        return self.table.to_html()

    def to_typst(self) -> str:
        """Draw as a Typst table."""
        return self.table.to_typst()

    def _repr_html_(self) -> str:
        return self.to_html()

    def __str__(self) -> str:
        """Draw as text."""
        return self.table.to_text()

    @property
    def summary(self) -> Summary:
        """The table as text."""
        return Summary(str(self), self.table)


def compare(
    results: Iterable[object] | Mapping[str, object],
    *,
    precision: str = "std_errors",
    stars: bool = False,
    digits: int = 4,
    caption: str = "",
) -> Comparison:
    """Set results side by side.

    Parameters
    ----------
    results : sequence or mapping of results
        Any that have `params`, `std_errors` and `pvalues`, such as those of SpatialPanel and
        Spatial2SLS; a mapping gives the column headers.
    precision : {"std_errors", "tstats", "pvalues"}
        What is written below an estimate.
    stars : bool, default False
        Whether p-values are marked.
    digits : int, default 4
        The number of decimals, 0 to 15.
    caption : str
        The caption of the table.

    Returns
    -------
    Comparison

    Raises
    ------
    SpecificationError
        If there is no result, or something is none.

    Examples
    --------
    >>> from regiometrics.spatial import SpatialPanel, simulate_panel
    >>> data = simulate_panel(n=25, T=5, seed=1)
    >>> panels = {m: SpatialPanel(data.dependent, data.exog, data.weights, model=m)
    ...           for m in ("slx", "sdm")}
    >>> side_by_side = compare({name: panel.fit() for name, panel in panels.items()})
    >>> list(side_by_side.params.columns), "rho" in side_by_side.params.index
    (['slx', 'sdm'], True)
    """
    named: dict[str, Any]
    if isinstance(results, Mapping):
        named = {str(name): result for name, result in results.items()}
    elif isinstance(results, Iterable) and not isinstance(results, str):
        listed = list(results)
        named = {f"({j + 1})": result for j, result in enumerate(listed)}
    else:
        named = {"(1)": results}
    if not named:
        raise SpecificationError("No result is given; expected one or more to compare.")
    for name, result in named.items():
        if not all(hasattr(result, part) for part in ("params", "std_errors", "pvalues")):
            raise SpecificationError(
                f"Result {name} is a {type(result).__name__}; expected a fitted model with params, "
                "std_errors and pvalues."
            )
    if not isinstance(precision, str) or precision not in _PRECISION:
        raise SpecificationError(
            f"precision is {precision!r}; expected one of {', '.join(map(repr, _PRECISION))}."
        )
    if isinstance(digits, bool) or not (isinstance(digits, int) and 0 <= digits <= 15):
        raise SpecificationError(f"digits is {digits!r}; expected a whole number from 0 to 15.")
    terms = list(dict.fromkeys(term for r in named.values() for term in r.params.index))
    spatial = [term for term in terms if str(term).split(".")[0] in ("rho", "lambda")]
    terms = [term for term in terms if term not in spatial] + spatial

    def frame(part: str) -> pd.DataFrame:
        return pd.DataFrame(
            {name: getattr(result, part).reindex(terms) for name, result in named.items()},
            index=pd.Index(terms, name="term"),
        )

    statistics = pd.DataFrame(
        {name: pd.Series(_statistics(result), dtype=object) for name, result in named.items()}
    )
    order = list(dict.fromkeys(key for r in named.values() for key in _statistics(r)))
    return Comparison(
        tuple(named),
        frame("params"),
        frame("std_errors"),
        frame("pvalues"),
        statistics.reindex(order),
        {
            "digits": digits,
            "stars": bool(stars),
            "caption": caption,
            "precision": precision,
            "results": named,
        },
    )


def _statistics(result: object) -> dict[str, object]:
    own = getattr(result, "_table_statistics", None)
    if own is not None:
        return own()
    shown = {"Observations": "nobs", "R²": "rsquared", "Log-likelihood": "loglik"}
    return {name: getattr(result, part) for name, part in shown.items() if hasattr(result, part)}


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, int | np.integer):
        return f"{value}"
    return f"{value:.4f}" if isinstance(value, float | np.floating) else str(value)


def _stars(p: float) -> str:
    return "" if np.isnan(p) else "*" * sum(p < bound for bound in (0.1, 0.05, 0.01))


def _latex(text: str) -> str:
    return "".join(_LATEX.get(letter, letter) for letter in text)


def _latex_row(cells: tuple[str, ...]) -> str:
    return " & ".join(_latex(cell) for cell in cells) + r" \\"


def _typst(text: str) -> str:
    return "".join(f"\\{letter}" if letter in _TYPST else letter for letter in text)
