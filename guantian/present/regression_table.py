"""Regressions in the field's usual form: a term in two or three lines, a model in each column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from guantian.present.format import interval, number, p_value
from guantian.results import rows

TERM = "Term"


@dataclass(frozen=True)
class Term:
    """A term as printed: its label, and what of its estimate is shown.

    Attributes
    ----------
    name
        Name of the term, or the values of several key columns that single it out.
    label
        In the first column.
    scale, decimals
        The estimate times ``scale`` is printed with so many decimals.
    error, span, p
        Whether the standard error, the interval and the p-value are printed below it. What no
        model of a panel has is left out of the panel.
    column
        Column of the estimates that is printed.
    """

    name: str | Mapping[str, str]
    label: str
    scale: float = 1.0
    decimals: int = 3
    error: bool = True
    span: bool = True
    p: bool = False
    column: str = "estimate"


@dataclass(frozen=True)
class Model:
    """A column: its header, its estimates, and facts that no estimate holds.

    Attributes
    ----------
    head
        Header of the column.
    rows
        Tidy estimates of one model, one sample; one row per term.
    facts
        Row label to text: effects, weights, errors.
    """

    head: str
    rows: pd.DataFrame
    facts: Mapping[str, str] = field(default_factory=dict)


def regression_body(
    panels: Mapping[str, Sequence[Model]],
    terms: Iterable[Term],
    *,
    group: str,
    closing: str,
    fits: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Lay estimates out as the body of a `guantian.present.tables.Table`.

    Parameters
    ----------
    panels
        Header of a group of rows to its models. Models of one header share a column; where a panel
        has none of a header, its cells are empty.
    terms
        In the order of printing. A term that no model of a panel has is left out of the panel.
    group
        Header of the column that names the panels.
    closing
        Header of the last rows, which hold the models' facts once for all panels.
    fits
        Terms that describe the fit, to their labels (log-likelihood, AIC): one decimal, no error.

    Returns
    -------
    DataFrame
        Columns ``group``, `TERM`, and one column per model; text cells. Below the terms are
        observations, cities and years; below all panels the models' facts.
    """
    terms = list(terms)
    heads = list(dict.fromkeys(model.head for models in panels.values() for model in models))
    body = []
    blocks = []
    for panel, models in panels.items():
        found = {model.head: model for model in models}
        lines = [line for term in terms for line in _lines(term, found)]
        lines += [line for item in (fits or {}).items() for line in _fit(*item, found)]
        blocks.append((panel, [*lines, *_counts(found)]))
    every = {model.head: model for models in panels.values() for model in models}
    for panel, lines in [*blocks, (closing, _facts(every))]:
        for label, cells in lines:
            if any(cells.values()):
                row = {group: panel, TERM: label}
                body.append(row | {head: cells.get(head, "") for head in heads})
    return pd.DataFrame(body, columns=[group, TERM, *heads])


def _lines(term: Term, models: Mapping[str, Model]) -> list[tuple[str, dict[str, str]]]:
    """Print one term of every model: a label with the estimate, then the lines below it."""
    shown: dict[str, dict[str, str]] = {"estimate": {}, "error": {}, "span": {}, "p": {}}
    for head, model in models.items():
        key = {"term": term.name} if isinstance(term.name, str) else term.name
        found = rows(model.rows, **key)
        if found.empty:
            continue
        row, scale = found.iloc[0], term.scale
        shown["estimate"][head] = number(scale * row[term.column], term.decimals)
        if term.error and not pd.isna(row["std_error"]):
            shown["error"][head] = f"({number(scale * row['std_error'], term.decimals)})"
        if term.span and not pd.isna(row["conf_low"]):
            ends = scale * row["conf_low"], scale * row["conf_high"]
            shown["span"][head] = interval(*ends, term.decimals)
        if term.p:
            shown["p"][head] = p_value(row["p_value"])
    labels = {"estimate": term.label, "error": "", "span": "", "p": "p"}
    return [(labels[kind], cells) for kind, cells in shown.items()]


def _fit(name: str, label: str, models: Mapping[str, Model]) -> list[tuple[str, dict[str, str]]]:
    return _lines(Term(name, label, decimals=1, error=False, span=False), models)


def _counts(models: Mapping[str, Model]) -> list[tuple[str, dict[str, str]]]:
    labels = {"n_obs": "Observations", "n_units": "Cities", "n_periods": "Years"}
    return [
        (
            label,
            {
                head: number(model.rows[name].iloc[0], 0)
                for head, model in models.items()
                if len(model.rows) and not pd.isna(model.rows[name].iloc[0])
            },
        )
        for name, label in labels.items()
    ]


def _facts(models: Mapping[str, Model]) -> list[tuple[str, dict[str, str]]]:
    labels = dict.fromkeys(label for model in models.values() for label in model.facts)
    return [
        (label, {head: model.facts.get(label, "") for head, model in models.items()})
        for label in labels
    ]
