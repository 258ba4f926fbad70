"""Agreement of sources over the years, and of lights with output."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from guantian.present.figures import (
    WIDTH,
    canvas,
    colour_bar,
    draw_band,
    draw_matrix,
    gather,
    title,
)

FEWEST = 20  # cells of a year from which a share is drawn
SECOND_SATELLITE = 2013
WORST = 50  # percent: lower shares have the colour of this one


def draw_agreement(agreement: pd.DataFrame, lights: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """Draw (a) the share of cells that agree, by comparison and year; (b) lights against GDP.

    Parameters
    ----------
    agreement, lights
        As `guantian.data.reconciliation` gives them.

    Returns
    -------
    figure, data
        The figure and the shares and correlations that it shows.
    """
    figure, axes = canvas(1, 2, widths=(1.7, 1), height=0.42 * WIDTH)
    shares = agreement[agreement["cells"] >= FEWEST]
    shares = shares.assign(estimate=100 * shares["agree"])
    columns = ["comparison", "year", "cells", "estimate"]
    shown = draw_matrix(
        axes["a"],
        shares[columns],
        row="comparison",
        column="year",
        column_order=sorted(shares["year"].unique()),
        limits=(WORST, 100),
        label_every=5,
        square=False,
        empty="No year has enough cells.",
    )
    colour_bar(figure, [axes["a"]], "Cells that agree, percent")
    title(axes["a"], "Values of the same quantity", "a")
    correlations = lights.rename(columns={"correlation": "estimate"})
    drawn = draw_band(
        axes["b"],
        correlations[["sample", "year", "cities", "estimate"]],
        line="sample",
        line_kind="sample",
        breaks=[SECOND_SATELLITE],
        direct=True,
    )
    axes["b"].set_ylabel("Correlation of logs across cities")
    title(axes["b"], "Night lights and GDP", "b")
    return figure, gather({"a": shown, "b": drawn})
