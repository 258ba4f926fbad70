"""Segmentation of markets, investment over GDP, and the fiscal gap, each against others."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from guantian.chapters.similarity.figures import draw_band, settled
from guantian.present.style import BLUE, GREY, VERMILION, WIDTH

PANELS = {
    "investment_rate": ("Fixed investment over GDP", "Per cent of GDP", 100.0),
    "gap": ("Fiscal gap", "Per cent of expenditure", 1.0),
    "gap_gdp": ("Fiscal gap over GDP", "Per cent of GDP", 1.0),
}


def draw_burden(
    markets: pd.DataFrame, series: pd.DataFrame, provinces: Mapping[str, str], confidence: float
) -> Figure:
    """Draw markets by pair of provinces, and the zone's investment and fiscal gap with bands.

    Parameters
    ----------
    markets
        ``province_a``, ``province_b``, ``zone``, ``year``, ``variance``.
    series
        ``outcome``, ``year``, ``zone``, ``low``, ``median``, ``high``.
    provinces
        Code to name.
    confidence
        Of the bands of placebo zones.
    """
    figure, axes = plt.subplots(2, 2, figsize=(WIDTH, 0.58 * WIDTH), layout="constrained")
    _draw_markets(axes[0, 0], markets, provinces)
    axes[0, 0].set_title("a  Relative prices of neighbouring provinces")
    for letter, axis, (outcome, (title, unit, scale)) in zip(
        "bcd", axes.flat[1:], PANELS.items(), strict=True
    ):
        draw_band(axis, series[series["outcome"] == outcome], confidence, scale)
        axis.set_title(f"{letter}  {title}")
        axis.set_ylabel(unit)
        axis.set_ylim(bottom=0)
    axes[0, 1].legend(loc="upper left", borderaxespad=0.2)
    for axis in axes[1]:
        axis.set_xlabel("Year")
    return settled(figure)


def _draw_markets(axis: Axes, markets: pd.DataFrame, provinces: Mapping[str, str]) -> None:
    wide = markets.pivot(index="year", columns=["province_a", "province_b"], values="variance")
    own = markets.loc[markets["zone"], ["province_a", "province_b"]].drop_duplicates()
    own = list(own.itertuples(index=False, name=None))
    others = wide.drop(columns=own)
    axis.plot(wide.index, others, color=GREY, linewidth=0.35, alpha=0.45)
    axis.plot(wide.index, others.median(axis=1), color=BLUE, label="Median of other pairs")
    for number, pair in enumerate(own):
        label = "–".join(provinces[code] for code in pair)
        style = ("-", "--", ":", "-.")[number % 4]
        axis.plot(
            wide.index,
            wide[pair],
            color=VERMILION,
            linestyle=style,
            marker="o",
            markersize=3,
            label=label,
        )
    axis.set_yscale("log")
    axis.yaxis.set_major_formatter("{x:g}")
    axis.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axis.set_ylabel("Variance × 10 000, log scale")
    axis.legend(loc="upper right", borderaxespad=0.2)
