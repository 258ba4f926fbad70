"""Slopes of reaction functions, what shared shocks give, the contest, and a map of modes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from guantian import labels
from guantian.chapters.reactions.estimate.names import MODES
from guantian.chapters.reactions.tables import SIDES
from guantian.present.figures import canvas, draw_forest, forest, gather, legend, title
from guantian.present.figures.maps import BASE_MAP_NOTE, draw_areas, view_of
from guantian.present.figures.style import HALO, INK, MUTED, WIDTH
from guantian.results import rows

if TYPE_CHECKING:
    import geopandas as gpd

Drawn = tuple[Figure, pd.DataFrame]
VALUES = ["estimate", "conf_low", "conf_high"]
VARIANTS = ("iv_sides", "iv_neighbours", "iv_border", "iv_before", "iv_after", "ml_neighbours")
VIEW = (-1.2, 2.2)  # intervals beyond it end in an arrow


def draw_slopes(estimates: pd.DataFrame) -> Drawn:
    """Draw slopes with intervals: a panel per outcome, a row per specification."""
    slopes = rows(estimates, analysis="reaction", sample="nation", variant=VARIANTS)
    slopes = slopes[slopes["term"].isin((*SIDES, "neighbours")) & slopes["estimate"].notna()]
    early_or_late = slopes["variant"].isin(("iv_before", "iv_after"))
    slopes = slopes[~early_or_late | (slopes["term"] == "inside")]
    return forest(
        slopes[["outcome", "variant", "term", *VALUES]],
        row="variant", row_kind="reaction_model", panel=None if slopes.empty else "outcome",
        panel_kind="outcome", columns=2, role="term", role_kind="rivals", limits=VIEW,
        x_label="Slope",
    )  # fmt: skip


def draw_shocks(estimates: pd.DataFrame) -> Drawn:
    """Draw co-movement beside that with permuted labels, and rivals' outcome of three years."""
    figure, axes = canvas(1, 3, height=0.5 * WIDTH)
    shown = {}
    for letter, side in zip("ab", SIDES, strict=True):
        drawn = permuted(rows(estimates, analysis="permutation", weights=side))
        shown[letter] = draw_forest(
            axes[letter], drawn, row="outcome", row_kind="outcome", role="drawn",
            role_kind="comovement", wrap=18,
        )  # fmt: skip
        title(axes[letter], labels.label("rivals", side, "short"), letter)
        axes[letter].set_xlabel("Slope of co-movement")
    leads = rows(estimates, analysis="leads", weights="inside")
    shown["c"] = draw_forest(
        axes["c"], leads[["outcome", "term", *VALUES]], row="outcome", row_kind="outcome",
        role="term", role_kind="comovement", wrap=18,
    )  # fmt: skip
    title(axes["c"], "Inside, by year", "c")
    axes["c"].set_xlabel("Slope, three years together")
    for letter in "bc":
        axes[letter].set_yticklabels([])
    legend(figure, labels.keys("comovement"), "comovement")
    return figure, gather(shown)


def permuted(ranked: pd.DataFrame) -> pd.DataFrame:
    """Lay out ranks among permuted labels: the true slope, and median and range of the draws."""
    draws = pd.DataFrame(
        {
            "outcome": ranked["outcome"],
            "drawn": ranked["placebo_set"],
            "estimate": ranked["benchmark"],
            "conf_low": ranked["own_value"] - ranked["conf_high"],
            "conf_high": ranked["own_value"] - ranked["conf_low"],
        }
    )
    true = ranked.drop_duplicates("outcome")
    true = pd.DataFrame({"outcome": true["outcome"], "estimate": true["own_value"]})
    return pd.concat([true.assign(drawn="true_neighbours"), draws], ignore_index=True)


def draw_contest(estimates: pd.DataFrame) -> Drawn:
    """Draw promotion on growth, and what officials near retirement do."""
    figure, axes = canvas(2, 2, height=0.62 * WIDTH)
    promotion = rows(estimates, analysis="promotion")
    promotion = promotion.assign(**{name: 100 * promotion[name] for name in VALUES})
    late = rows(estimates, analysis="leaders", variant="city_year", term="late")
    measured = {"row": "term", "row_kind": "growth_measure"}
    affected = {"row": "outcome", "row_kind": "outcome"}
    logs = late.assign(**{name: 100 * late[name] for name in VALUES})
    both = rows(promotion, variant=["province_year", "city_province_year"])
    reach = 1.05 * both["conf_low"].min(), 1.05 * both["conf_high"].max()
    points = "Percentage points"
    panels = {
        "a": ("Promotion", rows(promotion, variant="province_year"), measured, points),
        "b": (
            "Promotion, with city effects",
            rows(promotion, variant="city_province_year"),
            measured,
            points,
        ),
        "c": ("Near retirement", rows(late, outcome=["growth", "overbid"]), affected, points),
        "d": (
            "Near retirement",
            rows(logs, outcome=["investment", "expenditure"]),
            affected,
            "Log points × 100",
        ),
    }
    shown = {}
    for letter, (head, data, row, x_label) in panels.items():
        shown[letter] = draw_forest(
            axes[letter], data[[row["row"], "group", *VALUES]], **row, role="group",
            role_kind="official", wrap=24,
            limits=reach if letter in "ab" and not data.empty else None,
        )  # fmt: skip
        title(axes[letter], head, letter)
        axes[letter].set_xlabel(x_label)
    axes["b"].set_yticklabels([])
    legend(figure, labels.keys("official"), "official")
    return figure, gather(shown)


def draw_modes(
    series: pd.DataFrame,
    prefectures: gpd.GeoDataFrame,
    provinces: gpd.GeoDataFrame,
    names: Mapping[str, str],
) -> Drawn:
    """Draw a map per expenditure: cities and pairs of neighbours by their most probable mode.

    Parameters
    ----------
    series
        Series of the chapter.
    prefectures, provinces
        Layers in metres, indexed by code.
    names
        Code of a city to its name.
    """
    found = rows(series, analysis="modes")
    modes = rows(found, term="mode").rename(columns={"group": "mode", "value": "probability"})
    modes = modes[modes["unit"].isin(prefectures.index)]
    touching = rows(found, term="adjacent")
    touching = touching.loc[touching["value"] == 1, ["variable", "unit", "partner"]]
    expenditures = labels.ordered("outcome", modes["variable"].unique()) or [""]
    figure, axes = canvas(1, len(expenditures), height=0.47 * WIDTH)
    shown = {}
    for (letter, axis), expenditure in zip(axes.items(), expenditures, strict=True):
        chosen = rows(modes, variable=expenditure)
        cities = rows(chosen, partner=None)
        pairs = chosen.merge(touching, on=["variable", "unit", "partner"])
        title(axis, labels.label("outcome", expenditure) if expenditure else "", letter)
        shown[letter] = pd.concat([cities, pairs])[["unit", "partner", "mode", "probability"]]
        if cities.empty:
            axis.set_axis_off()
            continue
        filled = prefectures.assign(mode=cities.set_index("unit")["mode"])
        shapes = prefectures.loc[cities["unit"]]
        draw_areas(
            axis, filled, provinces, fill="mode", role_kind="mode", view=view_of(shapes),
            outlined=list(shapes.index),
        )  # fmt: skip
        points = shapes.representative_point()
        _draw_pairs(axis, pairs, points)
        for city in cities.itertuples():
            near = pairs[(pairs["unit"] == city.unit) | (pairs["partner"] == city.unit)]
            text = f"{names[city.unit]}\n{100 * city.probability:.0f}%"
            _name(axis, text, city.unit, near, points)
    line = Line2D([], [], color=MUTED, linewidth=1.8)
    legend(
        figure, MODES, "mode", shape="patch", others=[(line, "Pair of neighbours")],
        title=BASE_MAP_NOTE,
    )  # fmt: skip
    return figure, gather(shown)


def _draw_pairs(axis: Axes, pairs: pd.DataFrame, points: gpd.GeoSeries) -> None:
    for pair in pairs.itertuples():
        a, b = points[pair.unit], points[pair.partner]
        hue = labels.colour(labels.role("mode", pair.mode))
        for colour, width in (("white", 3.0), (hue, 1.8)):
            axis.plot(
                [a.x, b.x], [a.y, b.y], color=colour, linewidth=width, zorder=6,
                solid_capstyle="round",
            )  # fmt: skip


def _name(axis: Axes, text: str, code: str, near: pd.DataFrame, points: gpd.GeoSeries) -> None:
    """Write beside the city's point, on the side away from its neighbours and their lines."""
    others = points[sorted({*near["unit"], *near["partner"]} - {code})]
    point = points[code]
    away = np.array([point.x - others.x.mean(), point.y - others.y.mean()])
    length = np.hypot(*away)
    # Without neighbours, or with neighbours all round: below.
    x, y = away / length if len(others) and length > 0 else (0.0, -1.0)
    axis.plot(point.x, point.y, "o", color=INK, markersize=2.5, zorder=7)
    axis.annotate(
        text, (point.x, point.y), (4 * x, 4 * y), textcoords="offset points",
        ha=_side(x, "left", "right"), va=_side(y, "bottom", "top"),
        size=6.5, path_effects=HALO, zorder=8, linespacing=0.95,
    )  # fmt: skip


def _side(component: float, positive: str, negative: str) -> str:
    if abs(component) < 0.4:
        return "center"
    return positive if component > 0 else negative
