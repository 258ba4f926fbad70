"""The figures that only the main paper has, drawn from its own numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from guantian.present.figures import canvas, draw_forest, legend

#: Key of the quantity, label of the row, and role, which gives colour and mark.
BORDERS = (
    ("borders.china", "Travel, 2019", "china"),
    ("borders.travel_2020", "Travel, 2020", "china"),
    ("borders.travel_2021", "Travel, January to June 2021", "china"),
    ("borders.travel_2023", "Travel, 2023", "china"),
    ("borders.near", "Travel, 2019, near pairs", "china"),
    ("borders.adjacent", "Travel, 2019, adjacent pairs", "china"),
    ("borders.search", "Searches, 2019", "china"),
    ("borders.net", "Travel over searches, 2019", "china"),
    ("borders.placebo", "Placebo provinces, travel, 2019", "placebo_median"),
    ("borders.zone", "Border of Shaanxi and Gansu, travel, 2019", "zone"),
)
RIVALS = (
    ("types.inside_1", "Total investment, least similar third", "inside"),
    ("types.across_1", "Total investment, least similar third", "across"),
    ("types.inside_2", "Total investment, middle third", "inside"),
    ("types.across_2", "Total investment, middle third", "across"),
    ("types.inside_3", "Total investment, most similar third", "inside"),
    ("types.across_3", "Total investment, most similar third", "across"),
    ("built.inside", "Infrastructure investment", "inside"),
    ("built.across", "Infrastructure investment", "across"),
)
ROW = 0.17  # inches of a row


def rows_of(
    shown: Sequence[tuple[str, str, str]], keys: Mapping[str, Mapping[str, Any]]
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
    rows = rows_of(BORDERS, keys)
    figure, axes = canvas(height=0.6 + ROW * len(rows))
    draw_forest(axes["a"], rows, row="label", role="role", reference=1.0)
    axes["a"].set_xlabel("Flow inside a province over flow across its border")
    return figure, rows


def draw_rivals(keys: Mapping[str, Mapping[str, Any]]) -> tuple[Figure, pd.DataFrame]:
    """Draw how investment responds to that of rivals inside the province and across its border."""
    rows = rows_of(RIVALS, keys)
    figure, axes = canvas(height=0.9 + 1.4 * ROW * rows["label"].nunique())
    draw_forest(axes["a"], rows, row="label", role="role", role_kind="rivals")
    axes["a"].set_xlabel("Elasticity to neighbours' investment")
    legend(figure, rows["role"], "rivals", form="long")
    return figure, rows


#: Name of the figure to the function that draws it.
FIGURES = {"paper_borders": draw_borders, "paper_rivals": draw_rivals}
