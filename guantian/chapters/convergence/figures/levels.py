"""Output per head of the zone's cities over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from guantian.present.figures.layout import height_with_names, label_line_ends
from guantian.present.figures.style import WIDTH
from guantian.present.palette import CATEGORIES, GREY

CENSUSES = (2010, 2020)


def draw_levels(panel: pd.DataFrame, outcomes: Sequence[str], labels: Mapping[str, str]) -> Figure:
    """Draw each outcome by city on a log scale, a panel an outcome, cities named at the line's end.

    Parameters
    ----------
    panel
        Index (city_code, year), with ``in_zone``, ``name_en`` and the outcomes.
    outcomes
        Names of variables in levels.
    labels
        Outcome to the text of its axis.
    """
    zone = panel.loc[panel["in_zone"] == 1]
    names = zone["name_en"].groupby(level="city_code").first()
    colours = dict(zip(names.index, CATEGORIES * (1 + len(names) // len(CATEGORIES)), strict=False))
    figure, axes = plt.subplots(
        1,
        len(outcomes),
        figsize=(WIDTH, height_with_names(0.43 * WIDTH, len(names))),
        sharey=True,
        layout="constrained",
    )
    drawn = []
    for letter, axis, outcome in zip("abcdef", np.atleast_1d(axes), outcomes, strict=False):
        # A city without any value has no line.
        values = zone[outcome].unstack("city_code").dropna(axis=1, how="all")
        axis.set_title(f"{letter}  {labels[outcome]}", pad=8)
        if values.empty:
            axis.text(0.5, 0.5, "No city has values.", transform=axis.transAxes, ha="center")
            continue
        known = values.index[values.notna().any(axis=1)]
        values = values.loc[known[0] : known[-1]]  # gaps within stay gaps
        for code in values:
            axis.plot(
                values.index,
                values[code],
                color=colours[code],
                marker=".",
                markersize=3,
                label=f"_{code}",
            )
        axis.set_yscale("log")
        axis.set_xlim(values.index.min() - 0.5, values.index.max())
        axis.set_xticks(
            [year for year in range(2000, values.index.max() + 1, 5) if year in values.index]
        )
        for census in CENSUSES:
            axis.axvline(census, color=GREY, linewidth=0.6, linestyle=":", zorder=0)
        axis.set_xlabel("Year")
        axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / 1000:g}"))
        axis.yaxis.set_minor_formatter(NullFormatter())
        drawn.append((axis, values))
    for axis, values in drawn:  # the axes share their limits, which the names must not leave
        ends = {code: values[code].dropna() for code in values}
        ends = [
            (known.index[-1], known.iloc[-1], names[code], colours[code])
            for code, known in ends.items()
            if len(known)
        ]
        label_line_ends(axis, ends)
    first = np.atleast_1d(axes)[0]
    first.set_ylabel("Thousand yuan a head (log scale)")
    first.set_yticks([2000, 5000, 10000, 20000, 50000, 100000])
    return figure
