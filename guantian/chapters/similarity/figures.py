"""Likeness of structures: pairs at two dates, the zone's mean over time, location quotients."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from guantian.present.style import GREY, VERMILION, WIDTH

BAND = "#DDDDDD"
SOURCES = {"census": "Census", "units": "Urban units"}
LARGEST_MATRIX = 12  # cities whose cells still hold a printed number


#: Titles of the panels of time, and what they draw.
PANELS = {
    "Urban units, nineteen sectors": ("units_early", "units_late"),
    "Value added, three sectors": ("branches",),
}


def zone_pairs(members: Collection[str]) -> list[tuple[str, str, object]]:
    """Return the filters by which `pandas.read_parquet` reads the zone's pairs in the censuses."""
    wanted = {"source": "census", "index": "krugman", "agriculture": "with"}
    ends = [(name, "in", sorted(members)) for name in ("code_a", "code_b")]
    return [(name, "==", value) for name, value in wanted.items()] + ends


def draw_similarity(
    pairs: pd.DataFrame, series: pd.DataFrame, names: Mapping[str, str], confidence: float
) -> Figure:
    """Draw pairs of the zone's cities at two censuses, and the mean over pairs by year.

    Parameters
    ----------
    pairs
        ``code_a``, ``code_b``, ``year``, ``value``: those that :func:`zone_pairs` chooses.
    series
        ``spec``, ``index``, ``agriculture``, ``year``, ``zone``, ``low``, ``median``, ``high``.
    names
        Code to the city's name, in the order to be drawn.
    confidence
        Of the band of placebo zones.
    """
    series = series[(series["index"] == "krugman") & (series["agriculture"] == "with")]
    years = sorted(pairs["year"].unique())[:2]
    figure = plt.figure(figsize=(WIDTH, 0.68 * WIDTH), layout="constrained")
    grid = figure.add_gridspec(2, 2, height_ratios=(1.15, 1))
    top = pairs["value"].max()
    axes = [figure.add_subplot(grid[0, column]) for column in range(2)]
    for letter, axis, year in zip("ab", axes, years, strict=False):
        matrix = _matrix(pairs[pairs["year"] == year], list(names))
        image = _heat(axis, matrix, list(names.values()), top)
        axis.set_title(f"{letter}  Census of {year}")
    bar = figure.colorbar(image, ax=axes, shrink=0.8, pad=0.02)
    bar.set_label("Krugman index")
    bar.outline.set_linewidth(0.5)
    first = None
    for position, (title, specs) in enumerate(PANELS.items()):
        axis = figure.add_subplot(grid[1, position], sharey=first)
        first = first or axis
        for spec in specs:
            draw_band(axis, series[series["spec"] == spec], confidence)
        axis.set_title(f"{'cd'[position]}  {title}")
        axis.set_xlabel("Year")
    first.set_ylabel("Krugman index, mean over pairs")
    first.set_ylim(bottom=0)
    handles, labels = first.get_legend_handles_labels()
    unique = dict(zip(labels, handles, strict=True))
    first.legend(unique.values(), unique.keys(), loc="lower left", borderaxespad=0.2)
    return settled(figure)


def settled(figure: Figure) -> Figure:
    """Lay the figure out once, not again for every format in which it is saved."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    return figure


def draw_band(axis: Axes, series: pd.DataFrame, confidence: float, scale: float = 1.0) -> None:
    """Draw the zone over years with the median of placebo zones and their band.

    Parameters
    ----------
    axis
        Where to draw.
    series
        ``year``, ``zone``, ``low``, ``median``, ``high``.
    confidence
        Of the band.
    scale
        What values are multiplied by.
    """
    years = series["year"]
    axis.fill_between(
        years,
        scale * series["low"],
        scale * series["high"],
        color=BAND,
        linewidth=0,
        label=f"Placebo zones, {100 * confidence:g}%",
    )
    axis.plot(years, scale * series["median"], color=GREY, label="Placebo zones, median")
    axis.plot(
        years, scale * series["zone"], color=VERMILION, marker="o", markersize=3, label="Zone"
    )
    axis.xaxis.set_major_locator(MaxNLocator(6, integer=True))


def draw_location_quotients(
    quotients: pd.DataFrame, names: Mapping[str, str], concordance: pd.DataFrame
) -> Figure:
    """Draw location quotients by city and sector on a log scale, a panel a source and year.

    Parameters
    ----------
    quotients
        ``source``, ``year``, ``code``, ``sector``, ``quotient``.
    names
        Code to name, in the order to be drawn.
    concordance
        ``table``, ``sector``, ``sector_title``: the sectors in their order.
    """
    units = concordance[concordance["table"] == "city_sector_employment"]
    sectors = units.set_index("sector")["sector_title"].str.split(",").str[0].to_dict()
    last = quotients.groupby("source")["year"].max()
    panels = {f"{SOURCES[source]}, {year}": (source, year) for source, year in last.items()}
    figure, axes = plt.subplots(
        1,
        len(panels),
        figsize=(WIDTH, 0.72 * WIDTH),
        sharey=True,
        layout="constrained",
        squeeze=False,
    )
    # The layout gives the longest sector no margin of its own.
    figure.get_layout_engine().set(rect=(0.012, 0, 0.988, 1))
    norm = TwoSlopeNorm(vmin=-2, vcenter=0, vmax=2)
    for letter, axis, (title, (source, year)) in zip(
        "abc", axes.flat, panels.items(), strict=False
    ):
        chosen = quotients[(quotients["source"] == source) & (quotients["year"] == year)]
        matrix = chosen.pivot(index="sector", columns="code", values="quotient")
        matrix = matrix.reindex(index=list(sectors), columns=list(names)).to_numpy()
        with np.errstate(divide="ignore"):
            image = axis.imshow(np.log2(matrix), cmap="RdBu_r", norm=norm, aspect="auto")
        far = np.abs(np.log2(np.maximum(matrix, 1e-9)))
        _print_cells(axis, np.where(far > 0.8, matrix, np.nan), far > 1.3, 1)
        axis.set_xticks(range(len(names)), list(names.values()), rotation=45, ha="right")
        axis.set_yticks(range(len(sectors)), list(sectors.values()))
        axis.tick_params(length=0)
        axis.spines[:].set_visible(False)
        axis.set_title(f"{letter}  {title}")
    bar = figure.colorbar(image, ax=axes, shrink=0.6, pad=0.02, extend="both")
    bar.set_ticks([-2, -1, 0, 1, 2], labels=["1/4", "1/2", "1", "2", "4"])
    bar.set_label("Location quotient")
    bar.outline.set_linewidth(0.5)
    return settled(figure)


def _matrix(pairs: pd.DataFrame, codes: list[str]) -> np.ndarray:
    wide = pairs.pivot(index="code_a", columns="code_b", values="value")
    wide = wide.reindex(index=codes, columns=codes).to_numpy()
    return np.where(np.isnan(wide), wide.T, wide)


def _heat(axis: Axes, matrix: np.ndarray, names: list[str], top: float):
    image = axis.imshow(matrix, cmap="cividis_r", vmin=0, vmax=top)
    _print_cells(axis, matrix, matrix > 0.55 * top, 2)
    axis.set_xticks(range(len(names)), names, rotation=45, ha="right")
    axis.set_yticks(range(len(names)), names)
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    return image


def _print_cells(axis: Axes, matrix: np.ndarray, dark: np.ndarray, decimals: int) -> None:
    if matrix.shape[1] > LARGEST_MATRIX:
        return
    size = 6.5 if matrix.shape[1] <= 8 else 4.3
    for (row, column), value in np.ndenumerate(matrix):
        if not np.isnan(value):
            colour = "white" if dark[row, column] else "#222222"
            text = f"{value:.{decimals}f}"
            axis.text(column, row, text, ha="center", va="center", fontsize=size, color=colour)
