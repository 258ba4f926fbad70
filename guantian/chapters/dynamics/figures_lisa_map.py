"""Where neighbours are similar: local Moran on the map in two years, and Moran's I by year."""

from __future__ import annotations

from textwrap import fill as wrapped
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from guantian.present.figures.style import WIDTH
from guantian.present.palette import (
    BLACK,
    BLUE,
    ORANGE,
    SAMPLE_COLOURS,
    SAMPLE_MARKS,
    SAMPLE_NAMES,
    SKY,
    VERMILION,
)
from guantian.results import rows
from regiometrics.inference import SIGNIFICANT

if TYPE_CHECKING:
    import geopandas as gpd

FILLS = {"HH": VERMILION, "HL": ORANGE, "LH": SKY, "LL": BLUE, "ns": "#E3E3E3"}
NAMES = {
    "HH": "High among high",
    "HL": "High among low",
    "LH": "Low among high",
    "LL": "Low among low",
    "ns": "Not significant",
}
SLIVER, FINE = 5_000, 8_000  # metres; on paper a millimetre is fifty kilometres
SOUTH = 1_900_000  # metres: the mainland and Hainan; islets further south have no data


def draw_lisa_map(
    lisa: pd.DataFrame,
    estimates: pd.DataFrame,
    prefectures: gpd.GeoDataFrame,
    provinces: gpd.GeoDataFrame,
    members: list[str],
    labels: dict[str, str],
    main: str,
) -> Figure:
    """Draw local Moran of the first and last year, and Moran's I of every specification.

    Parameters
    ----------
    lisa
        Local Moran, columns spec, year, city_code, state.
    estimates
        Estimates of the chapter.
    prefectures, provinces
        Layers in metres, indexed by code.
    members
        Codes of the zone's cities.
    labels
        Specification -> title.
    main
        The specification on the maps.
    """
    figure = plt.figure(figsize=(WIDTH, 0.66 * WIDTH), layout="constrained")
    grid = figure.add_gridspec(2, 4, height_ratios=(1.9, 1))
    states = lisa[lisa["spec"] == main]
    years = sorted(states["year"].unique())
    for letter, year, place in zip("ab", (years[0], years[-1]), (slice(0, 2), slice(2, 4)),
                                   strict=True):  # fmt: skip
        axis = figure.add_subplot(grid[0, place])
        chosen = states[states["year"] == year].set_index("city_code")["state"]
        _map(axis, chosen, prefectures, provinces, members)
        axis.set_title(f"{letter}  {year}", pad=2)
    figure.legend(
        handles=[
            *(Patch(facecolor=FILLS[state], label=NAMES[state]) for state in FILLS),
            Patch(facecolor="white", edgecolor="#BBBBBB", label="No data"),
            Line2D([], [], color=BLACK, linewidth=1.2, label="The zone"),
        ],
        loc="outside upper center",
        ncols=4,
        columnspacing=1.4,
        handlelength=1.2,
        fontsize=7,
    )
    specs = [spec for spec in labels if spec in set(estimates["variant"])][:4]
    shared = None
    for letter, spec, column in zip("cdef", specs, range(4), strict=False):
        axis = figure.add_subplot(grid[1, column], sharey=shared)
        _moran(axis, estimates, spec)
        axis.set_title(f"{letter}  {wrapped(labels[spec], 22)}", fontsize=7)
        if shared is None:
            shared = axis
            axis.set_ylabel("Moran's I")
            axis.legend(
                loc="upper left", fontsize=6.5, ncols=2, handlelength=1.2, borderaxespad=0.1
            )
        else:
            axis.tick_params(labelleft=False)
    return figure


def _map(axis, states: pd.Series, prefectures, provinces, members: list[str]) -> None:
    colours = prefectures.index.map(states).map(FILLS).to_series(index=prefectures.index)
    prefectures.simplify(FINE).plot(
        ax=axis,
        color=colours.fillna("white").to_list(),
        edgecolor="#C4C4C4",
        linewidth=0.15,
    )
    provinces.simplify(FINE).boundary.plot(ax=axis, color="#8F8F8F", linewidth=0.35)
    # Simplified borders leave slivers between cities: closed before the outline is drawn.
    outline = prefectures.loc[members].dissolve().buffer(SLIVER).buffer(-SLIVER)
    outline.boundary.plot(ax=axis, color="white", linewidth=2.0)
    outline.boundary.plot(ax=axis, color=BLACK, linewidth=1.2)
    west, south, east, north = prefectures.total_bounds
    axis.set(xlim=(west, east), ylim=(max(south, SOUTH), north), aspect="equal")
    axis.set_axis_off()


def _moran(axis, estimates: pd.DataFrame, spec: str) -> None:
    found = rows(estimates, analysis="autocorrelation", variant=spec, term="moran")
    for sample in ("region", "nation"):
        line = rows(found, sample=sample).sort_values("year")
        if line.empty:
            continue
        colour = SAMPLE_COLOURS[sample]
        axis.plot(line["year"], line["estimate"], color=colour, label=SAMPLE_NAMES[sample])
        told = line["p_value"] < SIGNIFICANT
        for chosen, fill in ((told, colour), (~told, "white")):
            axis.plot(
                line["year"][chosen],
                line["estimate"][chosen],
                SAMPLE_MARKS[sample],
                color=colour,
                markerfacecolor=fill,
                markersize=3,
            )
    axis.set_ylim(0, 0.85)
    axis.xaxis.set_major_locator(MaxNLocator(4, integer=True))
