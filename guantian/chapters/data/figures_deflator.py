"""The deflators that the zone's accounts imply, compared with consumer prices."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from guantian import labels
from guantian.present.figures import WIDTH, canvas, draw_band, gather, legend, title

IMPLIED, CONSUMER = "implied_deflator_previous_year_100", "cpi_previous_year_100"


def draw_deflator(
    panel: pd.DataFrame, limits: Mapping[str, float], core: str
) -> tuple[Figure, pd.DataFrame]:
    """Draw (a) implied deflators beside consumer prices, (b) what their distance adds up to.

    Parameters
    ----------
    panel
        Index (city_code, year), with ``in_zone``, ``name_en``, `IMPLIED`, `CONSUMER`,
        ``implied_deflator_judgement`` and ``real_gdp_gap_pct``.
    limits
        ``far`` and ``impossible``, as distances of logs, to be named in the legend.
    core
        Code of the core city.

    Returns
    -------
    figure, data
        The figure and what it shows: medians and ranges, marked cells and gaps, by city code.
    """
    zone = panel.loc[panel["in_zone"] == 1].reset_index()
    figure, axes = canvas(1, 2, height=0.46 * WIDTH)
    shown = {"a": _draw_prices(axes["a"], zone), "b": _draw_gap(axes["b"], zone, core)}
    title(axes["a"], "Implied deflator of GDP", "a")
    title(axes["b"], "Chained over deflated real GDP", "b")
    marked = zone["implied_deflator_judgement"].value_counts()
    styles = {kind: labels.style(labels.role("deflator_judgement", kind)) for kind in limits}
    others = [
        (Patch(facecolor=labels.colour("reported"), alpha=0.18), "Range of the zone's cities"),
        (Line2D([], [], color=labels.colour("reported")), "Median city"),
        (
            Line2D([], [], color=labels.colour("deflated"), linestyle=labels.line("deflated")),
            "Consumer prices",
        ),
    ]
    others += [
        (
            Line2D([], [], linestyle="none", marker=style.mark, color=style.colour, markersize=3.5),
            f"{labels.label('deflator_judgement', kind)}: over {100 * limits[kind]:g} log points "
            f"(cells: {marked.get(kind, 0)})",
        )
        for kind, style in styles.items()
    ]
    legend(figure, [], others=others)
    return figure, gather(shown)


def _draw_prices(axis: Axes, zone: pd.DataFrame) -> pd.DataFrame:
    by_year = zone.groupby("year")
    implied = by_year[IMPLIED].agg(estimate="median", conf_low="min", conf_high="max").dropna()
    consumer = by_year[CONSUMER].median().rename("estimate").reindex(implied.index)
    rows = pd.concat(
        [
            implied.reset_index().assign(measure="reported"),
            consumer.reset_index().assign(measure="deflated"),
        ],
        ignore_index=True,
    )
    shown = draw_band(axis, rows, line="measure", empty="The accounts imply no deflator.")
    marked = zone[zone["implied_deflator_judgement"].isin(["far", "impossible"])]
    for kind, cells in marked.groupby("implied_deflator_judgement"):
        style = labels.style(labels.role("deflator_judgement", kind))
        axis.scatter(
            cells["year"], cells[IMPLIED], s=11, marker=style.mark, color=style.colour,
            linewidths=0, zorder=4,
        )  # fmt: skip
    axis.set_ylabel("Previous year = 100")
    cells = marked[["city_code", "name_en", "year", IMPLIED, "implied_deflator_judgement"]]
    return pd.concat([shown, cells.rename(columns={IMPLIED: "estimate"})], ignore_index=True)


def _draw_gap(axis: Axes, zone: pd.DataFrame, core: str) -> pd.DataFrame:
    rows = zone.dropna(subset="real_gdp_gap_pct")[
        ["city_code", "name_en", "year", "real_gdp_gap_pct"]
    ].rename(columns={"real_gdp_gap_pct": "estimate"})
    rows["role"] = ["core" if code == core else "periphery" for code in rows["city_code"]]
    shown = draw_band(
        axis,
        rows,
        line="city_code",
        role="role",
        name="name_en",
        reference=0.0,
        direct=True,
        empty="No city has both series.",
    )
    axis.set_ylabel("Percent; 0 in the base year")
    return shown
