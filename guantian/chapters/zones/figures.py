"""The figure of all approved zones: small multiples of estimates with intervals."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from guantian import labels
from guantian.chapters.zones.names import STATISTICS, named_zones
from guantian.chapters.zones.tables import by_statistic
from guantian.geography.zones import Zone
from guantian.present.figures import canvas, draw_forest, gather, legend, title
from guantian.results import rows

LEFT_OUT = "growth_first_published"  # in the table
COLUMNS = 4
VIEW = (0.05, 0.95)  # quantiles of the ends of intervals that are in view; beyond are arrow heads


def draw_zones(
    estimates: pd.DataFrame, zones: Mapping[str, Zone], own: str, benchmark: float
) -> tuple[Figure, pd.DataFrame]:
    """Draw every statistic in a panel, a row per zone by year of approval.

    Parameters
    ----------
    estimates
        Results of the chapter.
    zones
        Approved zones by id.
    own
        Id of the zone under study, in its own colour.
    benchmark
        Growth at which the line of its panel is; the lines of the others are at zero.
    """
    named = by_statistic(named_zones(estimates, zones, own))
    named = named.assign(place=named["zone"].where(named["approved"] == "", _label(named)))
    drawn = [each for each in STATISTICS if each.key != LEFT_OUT]
    slots = dict.fromkeys(dict.fromkeys(named["place"]), 1)
    figure, axes = canvas(2, COLUMNS, height=8.4)
    shown = {}
    for number, (statistic, (letter, axis)) in enumerate(zip(drawn, axes.items(), strict=True)):
        found = rows(named, statistic=statistic.key)
        values = ["estimate", "conf_low", "conf_high"]
        found = found.assign(**{name: statistic.scale * found[name] for name in values})
        found = found[found["estimate"].notna()]
        shown[letter] = draw_forest(
            axis,
            found,
            row="place",
            role="role",
            role_kind="sample",
            reference=benchmark if statistic.key == "growth" else 0.0,
            limits=_view(found),
            slots=slots,
            letters=6.5,
        )
        if number % COLUMNS:
            axis.set_yticklabels([])
        title(axis, labels.label("zone_statistic", statistic.key, "short"), letter)
        axis.set_xlabel(labels.unit("zone_statistic", statistic.key))
    legend(figure, [role for role in ("zone", "other_zones", "china")], "sample")
    return figure, gather(shown)


def _label(named: pd.DataFrame) -> pd.Series:
    return named["zone"].str.removesuffix(" *") + ", " + named["approved"]


def _view(found: pd.DataFrame) -> tuple[float, float] | None:
    """Limits of a panel: a few very wide intervals do not squeeze the others."""
    if found.empty:
        return None
    low = min(found["conf_low"].quantile(VIEW[0]), found["estimate"].min(), 0)
    high = max(found["conf_high"].quantile(VIEW[1]), found["estimate"].max(), 0)
    room = 0.05 * (high - low)
    return low - room, high + room
