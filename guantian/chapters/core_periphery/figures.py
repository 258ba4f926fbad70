"""Figures of core and periphery, and of the gains of cooperation."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from guantian import labels
from guantian.chapters.core_periphery.tables import shares_of_totals
from guantian.present.figures import canvas, draw_band, draw_matrix, forest, gather, title
from guantian.present.figures.band import name_lines, with_range
from guantian.results import rows

Drawn = tuple[Figure, pd.DataFrame]


def draw_core_periphery(estimates: pd.DataFrame, series: pd.DataFrame) -> Drawn:
    """Draw primacy and polycentricity over time, and the slope of spread-backwash by horizon.

    Parameters
    ----------
    estimates, series
        Results of the chapter.
    """
    figure, axes = canvas(1, 3, height=2.6)
    shown = {}
    for letter, measure in (("a", "primacy"), ("b", "polycentricity")):
        key = {"analysis": "hierarchy", "measure": measure, "outcome": "current_gdp"}
        found = with_range(rows(series, **key))
        shown[letter] = draw_band(
            axes[letter], found, line="sample", line_kind="sample", from_zero=measure == "primacy"
        )
        title(axes[letter], labels.label("measure", f"{measure}_gdp"), letter)
    slopes = _slopes(estimates)
    shown["c"] = draw_band(
        axes["c"], slopes, line="sample", line_kind="sample", x="horizon", reference=0
    )
    title(axes["c"], "Spread from the core", "c")
    axes["c"].set_xlabel("Years ahead")
    axes["c"].set_ylabel("Slope")
    data = gather(shown)
    name_lines(figure, data, "sample", "sample")
    return figure, data


def _slopes(estimates: pd.DataFrame) -> pd.DataFrame:
    """The core's slopes by horizon, and the median and range of those of other local cores."""
    own, ranks = (
        rows(estimates, analysis=analysis, variable="km").sort_values("horizon")
        for analysis in ("spread_backwash", "spread_backwash_rank")
    )
    # The interval of a rank is the core's slope minus the quantiles of the others.
    low = ranks["own_value"] - ranks["conf_high"]
    high = ranks["own_value"] - ranks["conf_low"]
    others = ranks.assign(estimate=ranks["benchmark"], conf_low=low, conf_high=high)
    columns = ["sample", "horizon", "estimate", "conf_low", "conf_high"]
    joined = [own.assign(sample="core")[columns], others.assign(sample="placebo")[columns]]
    return pd.concat(joined, ignore_index=True)


def draw_shares(estimates: pd.DataFrame, series: pd.DataFrame, names: Mapping[str, str]) -> Drawn:
    """Draw each city's share of the gain by solution, beside its share of GDP and residents."""
    totals = shares_of_totals(series)
    found = pd.concat([rows(estimates, analysis="shares"), totals], ignore_index=True)
    order = rows(totals, method="gdp").set_index("unit")["estimate"].sort_values(ascending=False)
    found = found.sort_values(
        "unit", kind="stable", key=lambda unit: -unit.map(order).astype("float64")
    )
    percent = {name: 100 * found[name] for name in ("estimate", "conf_low", "conf_high")}
    return forest(
        found.assign(city=found["unit"].map(names), **percent),
        row="city",
        role="method",
        role_kind="solution",
        x_label="Share, percent",
        height=0.55 * len(order) + 1.0,
    )


def draw_stability(points: pd.DataFrame) -> Drawn:
    """Draw over the grid of costs how often the core is not empty, and which group gains most.

    Parameters
    ----------
    points
        One row per point: coordination, returns, province, congestion, core, best_size.
    """
    grid = points.groupby(["returns", "coordination"])[["core", "best_size"]].mean().reset_index()
    grid = grid.assign(core=100 * grid["core"])
    for name in ("returns", "coordination"):
        grid[name] = [f"{value:g}" for value in grid[name]]
    largest = points["best_size"].max() if len(points) else 2
    figure, axes = canvas(1, 2, height=2.5)
    shown = {}
    for letter, value, text, limits, decimals in (
        ("a", "core", "Core not empty, percent of settings", (0, 100), 0),
        ("b", "best_size", "Cities in the best coalition, mean", (2, largest), 1),
    ):
        shown[letter] = draw_matrix(
            axes[letter],
            grid,
            row="returns",
            column="coordination",
            row_order=list(dict.fromkeys(grid["returns"]))[::-1],
            value=value,
            limits=limits,
            decimals=decimals,
        )
        title(axes[letter], text, letter)
        axes[letter].set_xlabel("Cost of the first pair, in mean gains of a pair")
        axes[letter].tick_params(axis="x", labelrotation=0)
    axes["a"].set_ylabel("Power of cost in members")
    return figure, gather(shown)
