"""The deflators that the zone's accounts imply, held against consumer prices."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from guantian.present.style import BLACK, CATEGORIES, GREY, HALO, WIDTH, spread

MARKS = {"far": "o", "impossible": "X"}


def draw_deflator(panel: pd.DataFrame, limits: Mapping[str, float]) -> Figure:
    """Draw implied deflators by city and year beside what they add up to.

    Parameters
    ----------
    panel
        Index (city_code, year), with ``in_zone``, ``name_en``, ``province_code``,
        ``implied_deflator_previous_year_100``, ``implied_deflator_judgement``,
        ``cpi_previous_year_100`` and ``real_gdp_gap_pct``.
    limits
        ``far`` and ``impossible``, as distances of logs, to be named in the legend.
    """
    zone = panel.loc[panel["in_zone"] == 1]
    names = zone["name_en"].groupby(level="city_code").first()
    colours = dict(zip(names.index, CATEGORIES * (1 + len(names) // len(CATEGORIES)), strict=False))
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(WIDTH, 0.44 * WIDTH), layout="constrained", width_ratios=(1.1, 1)
    )
    _draw_prices(left, zone, colours, limits)
    _draw_gap(right, zone, names, colours)
    return figure


def _draw_prices(axis: Axes, zone: pd.DataFrame, colours: Mapping, limits: Mapping) -> None:
    implied = zone["implied_deflator_previous_year_100"].unstack("city_code").dropna(how="all")
    for code in implied:
        axis.plot(implied.index, implied[code], color=colours[code], linewidth=0.5, alpha=0.6)
    for judgement, mark in MARKS.items():
        cells = zone[zone["implied_deflator_judgement"] == judgement]
        axis.scatter(
            cells.index.get_level_values("year"),
            cells["implied_deflator_previous_year_100"],
            c=[colours[code] for code in cells.index.get_level_values("city_code")],
            marker=mark,
            s=14,
            linewidth=0,
            label=f"{judgement}: over {100 * limits[judgement]:g} log points off ({len(cells)})",
        )
    median = implied.median(axis=1)
    consumer = zone["cpi_previous_year_100"].groupby(level="year").median().reindex(median.index)
    axis.plot(median.index, median, color=BLACK, linewidth=1.8, label="Zone, median city")
    axis.plot(
        consumer.index, consumer, color=GREY, linewidth=1.8, linestyle="--", label="Consumer prices"
    )
    axis.set_title("a  Implied deflator of GDP", pad=8)
    axis.set_ylabel("Previous year = 100")
    axis.set_xlabel("Year")
    axis.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axis.legend(loc="upper right", handlelength=1.6, borderaxespad=0.2)
    low, high = axis.get_ylim()
    axis.set_ylim(low, high + 0.3 * (high - low))  # room for the legend above the lines


def _draw_gap(axis: Axes, zone: pd.DataFrame, names: pd.Series, colours: Mapping) -> None:
    gap = zone["real_gdp_gap_pct"].unstack("city_code").dropna(how="all").dropna(axis=1, how="all")
    for code in gap:
        axis.plot(gap.index, gap[code], color=colours[code])
    axis.axhline(0, color=GREY, linewidth=0.6, zorder=0)
    ends = gap.ffill().iloc[-1]
    low, high = axis.get_ylim()
    right = gap.index.max()
    heights = spread(ends.to_numpy(), gap=0.05 * (high - low))
    for (code, end), height in zip(ends.items(), heights, strict=True):
        axis.annotate(
            names[code],
            xy=(gap[code].last_valid_index(), end),
            xytext=(right + 1.2, height),
            color=colours[code],
            fontsize=7,
            va="center",
            annotation_clip=False,
            path_effects=HALO,
            arrowprops={"arrowstyle": "-", "color": colours[code], "linewidth": 0.4},
        )
    axis.set_xlim(gap.index.min() - 0.5, right + 6)
    axis.set_xticks([year for year in range(2000, right + 1, 5) if year >= gap.index.min()])
    axis.set_title("b  Chained over deflated real GDP", pad=8)
    axis.set_ylabel("Per cent, less one; 0 in the base year")
    axis.set_xlabel("Year")
