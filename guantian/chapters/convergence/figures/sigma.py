"""Dispersion over time: zone against region and nation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from guantian.present.style import SAMPLE_COLOURS, SAMPLE_MARKS, SAMPLE_NAMES, WIDTH


def dispersion_by_year(
    estimates: pd.DataFrame, spec: str, measure: str = "std_log"
) -> pd.DataFrame:
    """Years in rows, samples in columns: one measure of one specification, from the estimates."""
    rows = estimates.query("analysis == 'sigma' and spec == @spec")
    year = rows["term"].str.extract(rf"^{measure}\[(\d+)\]$", expand=False)
    rows = rows.assign(year=year).dropna(subset="year").astype({"year": "int64"})
    return rows.pivot(index="year", columns="sample", values="estimate")


def draw_sigma(estimates: pd.DataFrame, specs: Sequence[str], labels: Mapping[str, str]) -> Figure:
    """Draw the standard deviation of logs by year, a panel a specification.

    Parameters
    ----------
    estimates
        Tidy estimates with the analysis ``sigma``.
    specs
        Specifications to draw, at most six.
    labels
        Specification to its title.
    """
    rows = (len(specs) + 1) // 2
    figure, axes = plt.subplots(
        rows,
        2,
        figsize=(WIDTH, 0.3 * WIDTH * rows),
        layout="constrained",
        squeeze=False,
    )
    for letter, axis, spec in zip("abcdef", axes.flat, specs, strict=False):
        spread_by_year = dispersion_by_year(estimates, spec)
        counts = estimates.query("analysis == 'sigma' and spec == @spec and term == 'trend'")
        counts = counts.set_index("sample")["n_units"]
        for sample in [name for name in SAMPLE_COLOURS if name in spread_by_year]:
            axis.plot(
                spread_by_year.index,
                spread_by_year[sample],
                color=SAMPLE_COLOURS[sample],
                marker=SAMPLE_MARKS[sample],
                markersize=3,
                label=f"{SAMPLE_NAMES[sample]} ({counts[sample]})",
            )
        axis.set_ylim(0, 1.32 * spread_by_year.max().max())
        axis.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        axis.set_title(f"{letter}  {labels[spec]}")
        axis.legend(
            loc="upper center",
            ncols=3,
            columnspacing=1.2,
            handlelength=1.6,
            borderaxespad=0.2,
        )
    for axis in axes.flat[len(specs) :]:
        axis.set_visible(False)
    for axis in axes[:, 0]:
        axis.set_ylabel("Standard deviation of logs")
    for axis in axes[-1]:
        axis.set_xlabel("Year")
    return figure
