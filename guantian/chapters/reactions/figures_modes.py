"""Map of the modes of competition: cities by their most probable mode, pairs as lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from guantian.chapters.reactions.estimate.names import MODES, OUTCOMES
from guantian.present.style import BLACK, GREEN, GREY, HALO, ORANGE, PURPLE, WIDTH

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
            name = names.at[row["city_code"], "name_en"]
            text = f"{name}\n{100 * row['probability']:.0f}%"
            _label(axis, text, row["city_code"], pairs, points)
        west, south, east, north = shapes.total_bounds
        reach = 0.06 * max(east - west, north - south)
        axis.set(xlim=(west - reach, east + reach), ylim=(south - reach, north + reach))
        axis.set_aspect("equal")
    handles = [Patch(facecolor=colour, label=mode.capitalize()) for mode, colour in COLOURS.items()]
    handles.append(Line2D([], [], color=GREY, linewidth=1.8, label="Pair of neighbours"))
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
    return figure


def _label(axis, text: str, code: str, pairs: pd.DataFrame, points) -> None:
    """Write beside the city's point, on the side away from its neighbours and their lines."""
    near = pairs[(pairs["adjacent"] == 1) & pairs[["code_a", "code_b"]].eq(code).any(axis=1)]
    others = points[sorted((set(near["code_a"]) | set(near["code_b"])) - {code})]
    point = points[code]
    away = np.array([point.x - others.x.mean(), point.y - others.y.mean()])
    length = np.hypot(*away)
    # Without neighbours, or with neighbours all round: below.
    x, y = away / length if len(others) and length > 0 else (0.0, -1.0)
    axis.plot(point.x, point.y, "o", color=BLACK, markersize=2.5, zorder=6)
    axis.annotate(
        text, (point.x, point.y), (4 * x, 4 * y), textcoords="offset points",
        ha=_side(x, "left", "right"), va=_side(y, "bottom", "top"),
        size=6.5, path_effects=HALO, zorder=7, linespacing=0.95,
    )  # fmt: skip


def _side(component: float, positive: str, negative: str) -> str:
    if abs(component) < 0.4:
        return "center"
    return positive if component > 0 else negative


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
