"""Dispersion over time: zone against region and nation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from guantian.present.figures.style import WIDTH
from guantian.present.palette import SAMPLE_COLOURS, SAMPLE_MARKS, SAMPLE_NAMES
from guantian.results import rows


def draw_sigma(
    estimates: pd.DataFrame, series: pd.DataFrame, specs: Sequence[str], labels: Mapping[str, str]
) -> Figure:
    """Draw the standard deviation of logs by year, a panel a specification.

    Parameters
    ----------
    estimates, series
        Results of the chapter; the numbers of cities are read from the estimates.
    specs
        Specifications to draw, at most six.
    labels
        Specification to its title.
    """
    count = (len(specs) + 1) // 2
    figure, axes = plt.subplots(
        count,
        2,
        figsize=(WIDTH, 0.3 * WIDTH * count),
        layout="constrained",
        squeeze=False,
    )
    for letter, axis, spec in zip("abcdef", axes.flat, specs, strict=False):
        key = {"analysis": "sigma", "variant": spec}
        chosen = rows(series, **key, measure="std_log")
        spread_by_year = chosen.pivot(index="year", columns="sample", values="value")
        counts = rows(estimates, **key, term="trend").set_index("sample")["n_units"]
        for sample in [name for name in SAMPLE_COLOURS if name in spread_by_year]:
            axis.plot(
                spread_by_year.index,
                spread_by_year[sample],
                color=SAMPLE_COLOURS[sample],
                marker=SAMPLE_MARKS[sample],
                markersize=3,
                label=SAMPLE_NAMES[sample],
            )
        shown = [str(counts[name]) for name in SAMPLE_COLOURS if name in spread_by_year]
        axis.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        axis.set_title(f"{letter}  {labels[spec]}\u2002n = {', '.join(shown)}")
    for axis in axes.flat[len(specs) :]:
        axis.set_visible(False)
    figure.legend(*axes.flat[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    for axis in axes[:, 0]:
        axis.set_ylabel("Standard deviation of logs")
    for axis in axes[-1]:
        axis.set_xlabel("Year")
    return figure
