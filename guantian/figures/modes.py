"""Map of the modes of competition: cities by their most probable mode, pairs as lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from guantian.competition.names import MODES, OUTCOMES
from guantian.figures.style import BLACK, GREEN, GREY, HALO, ORANGE, PURPLE, WIDTH

if TYPE_CHECKING:
    import geopandas as gpd

COLOURS = dict(zip(MODES, (PURPLE, ORANGE, GREEN, GREY), strict=True))
FAINTEST = 0.15  # of a fill whose mode is hardly more probable than the others


def draw_modes(
    cities: pd.DataFrame,
    pairs: pd.DataFrame,
    prefectures: gpd.GeoDataFrame,
    provinces: gpd.GeoDataFrame,
    names: pd.DataFrame,
) -> Figure:
    """Draw a map an outlay; the stronger the colour, the more probable the mode.

    Parameters
    ----------
    cities, pairs
        Modes with their probabilities.
    prefectures, provinces
        Layers in metres, indexed by code.
    names
        Index city_code, with ``name_en``.
    """
    outlays = list(dict.fromkeys(cities["outlay"])) or [""]
    figure, axes = plt.subplots(
        1, len(outlays), figsize=(WIDTH, 0.37 * WIDTH), layout="constrained", squeeze=False
    )
    for letter, axis, outlay in zip("abcdefgh", axes[0], outlays, strict=False):
        axis.set_axis_off()
        axis.set_title(f"{letter}  {OUTCOMES.get(outlay, outlay)}", fontsize=8)
        chosen = cities[cities["outlay"] == outlay]
        chosen = chosen[chosen["city_code"].isin(prefectures.index)]
        if chosen.empty:
            continue
        shapes = prefectures.loc[chosen["city_code"]]
        prefectures.plot(ax=axis, facecolor="#F6F6F4", edgecolor="#D0D0D0", linewidth=0.3)
        for row in chosen.to_dict("records"):
            strength = _strength(row["probability"])
            shapes.loc[[row["city_code"]]].plot(
                ax=axis, facecolor=COLOURS.get(row["mode"], "white"), alpha=strength,
                edgecolor="white", linewidth=0.8,
            )  # fmt: skip
        provinces.boundary.plot(ax=axis, color=BLACK, linewidth=0.9)
        points = shapes.representative_point()
        _lines(axis, pairs[pairs["outlay"] == outlay], points)
        for row in chosen.to_dict("records"):
            point = points[row["city_code"]]
            axis.text(
                point.x, point.y,
                f"{names.at[row['city_code'], 'name_en']}\n{100 * row['probability']:.0f}%",
                ha="center", va="center", size=6.5, path_effects=HALO, zorder=6,
            )  # fmt: skip
        west, south, east, north = shapes.total_bounds
        reach = 0.06 * max(east - west, north - south)
        axis.set(xlim=(west - reach, east + reach), ylim=(south - reach, north + reach))
        axis.set_aspect("equal")
    handles = [Patch(facecolor=colour, label=mode.capitalize()) for mode, colour in COLOURS.items()]
    handles.append(Line2D([], [], color=GREY, linewidth=1.8, label="Pair of neighbours"))
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
    return figure


def _strength(probability: float) -> float:
    floor = 1 / len(MODES)
    return FAINTEST + (0.85 - FAINTEST) * max(0.0, (probability - floor) / (1 - floor))


def _lines(axis, pairs: pd.DataFrame, points) -> None:
    for row in pairs[pairs["adjacent"] == 1].to_dict("records"):
        a, b = points[row["code_a"]], points[row["code_b"]]
        axis.plot(
            [a.x, b.x], [a.y, b.y], color="white", linewidth=2.8, zorder=4, solid_capstyle="round"
        )
        axis.plot(
            [a.x, b.x], [a.y, b.y], color=COLOURS.get(row["mode"], GREY), linewidth=1.7,
            alpha=0.3 + 0.7 * _strength(row["probability"]), zorder=5, solid_capstyle="round",
        )  # fmt: skip
