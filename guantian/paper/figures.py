"""The figures that only the main paper has, drawn from its own numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from guantian import labels
from guantian.present.figures import canvas, draw_forest, legend

#: Key of the quantity, row (a key of ``response_row``) and role, which gives colour and mark.
RIVALS = (
    ("types.inside_1", "least", "inside"),
    ("types.across_1", "least", "across"),
    ("types.inside_2", "middle", "inside"),
    ("types.across_2", "middle", "across"),
    ("types.inside_3", "most", "inside"),
    ("types.across_3", "most", "across"),
    ("built.inside", "infrastructure", "inside"),
    ("built.across", "infrastructure", "across"),
)
ROW = 0.17  # inches of a row


def rows_of(
    shown: Iterable[tuple[str, str, str]], keys: Mapping[str, Mapping[str, Any]]
) -> pd.DataFrame:
    """Collect the rows of a figure from the trails of the paper's numbers.

    Parameters
    ----------
    shown
        Key, label and role of each.
    keys
        As `guantian.paper.collect` returns them.

    Returns
    -------
    pandas.DataFrame
        ``key``, ``label``, ``role``, ``estimate``, ``conf_low``, ``conf_high``; numbers that are
        not there are left out.
    """
    rows = []
    for key, label, role in shown:
        estimate, interval = keys[f"{key}.estimate"], keys[f"{key}.interval"]
        if not estimate["missing"]:
            low, high = interval["value"] or (float("nan"),) * 2
            rows.append((key, label, role, estimate["value"], low, high))
    columns = ["key", "label", "role", "estimate", "conf_low", "conf_high"]
    return pd.DataFrame(rows, columns=columns)


def draw_borders(keys: Mapping[str, Mapping[str, Any]]) -> tuple[Figure, pd.DataFrame]:
    """Draw by how much flows inside a province exceed those across its border."""
    kind = "flow_row"
    shown = ((key, labels.label(kind, key), labels.role(kind, key)) for key in labels.keys(kind))
    rows = rows_of(shown, keys)
    figure, axes = canvas(height=0.6 + ROW * len(rows))
    draw_forest(axes["a"], rows, row="label", role="role", reference=1.0)
    axes["a"].set_xlabel(labels.label("axis", "flow_ratio"))
    return figure, rows


def draw_rivals(keys: Mapping[str, Mapping[str, Any]]) -> tuple[Figure, pd.DataFrame]:
    """Draw how investment responds to that of rivals inside the province and across its border."""
    shown = ((key, labels.label("response_row", row), role) for key, row, role in RIVALS)
    rows = rows_of(shown, keys)
    figure, axes = canvas(height=0.9 + 1.4 * ROW * rows["label"].nunique())
    draw_forest(axes["a"], rows, row="label", role="role", role_kind="rivals")
    axes["a"].set_xlabel(labels.label("axis", "elasticity"))
    legend(figure, rows["role"], "rivals", form="long")
    return figure, rows


#: Name of the figure to the function that draws it.
FIGURES = {"paper_borders": draw_borders, "paper_rivals": draw_rivals}
