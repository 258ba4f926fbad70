"""What provincial borders cost, and the flows in the lockdown of 2020."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from guantian.chapters.linkage.names import Names
from guantian.present.figures import canvas, draw_forest, gather, matrix, title
from guantian.results import rows

SHOWN = ["estimate", "conf_low", "conf_high"]


def draw_border(
    estimates: pd.DataFrame, names: Names, own: set[str], confidence: float
) -> tuple[Figure, pd.DataFrame]:
    """Draw what the border costs: by specification, and by province.

    Parameters
    ----------
    estimates
        Results of the chapter; the analysis ``gravity`` is drawn.
    names
        Of provinces and specifications.
    own
        Provinces of the zone, drawn in its colour.
    confidence
        Of the intervals.
    """
    gravity = rows(estimates, analysis="gravity", errors="dyadic")
    models = rows(gravity, term="same_province", unit=None)
    models = models.sort_values("estimate", ascending=False)
    models = models.assign(model=models["variant"].map(names.specs))
    single = rows(gravity, term="border_log_distance")
    single = single[single["unit"] != ""].sort_values("estimate", ascending=False)
    single = single.assign(
        **np.exp(single[SHOWN]),
        province=single["unit"].map(names.provinces),
        role=np.where(single["unit"].isin(own), "zone", "estimate"),
    )
    height = 0.9 + 0.19 * max(len(models), len(single))
    figure, axes = canvas(1, 2, height=height)
    level = f"{100 * confidence:g}% interval"
    shown = {
        "a": draw_forest(axes["a"], models[["variant", "model", *SHOWN]], row="model", wrap=30),
        "b": draw_forest(
            axes["b"],
            single[["unit", "province", "role", *SHOWN]],
            row="province",
            role="role",
            reference=1.0,
            limits=(min(single["conf_low"].min(), 1) / 1.15, 1.15 * single["conf_high"].max())
            if len(single)
            else None,
            empty="No province has a border of its own.",
        ),
    }
    title(axes["a"], "Same province, by specification", "a")
    axes["a"].set_xlabel(f"Coefficient, {level}")
    title(axes["b"], "Border as a factor of distance", "b")
    if len(single):
        axes["b"].set_xscale("log")
        axes["b"].set_xticks([1, 2, 4, 8, 16], ["1", "2", "4", "8", "16"])
        axes["b"].minorticks_off()
        axes["b"].set_xlabel(f"Factor, {level}")
    return figure, gather(shown)


def draw_lockdown(
    series: pd.DataFrame, provinces: Mapping[str, str], core: str, names: Names
) -> tuple[Figure, pd.DataFrame]:
    """Draw each pair's flow in early 2020 in percent of that of the same month of 2021.

    Parameters
    ----------
    series
        Results of the chapter; the analysis ``lockdown`` is drawn.
    provinces
        City to province.
    core
        Code of the core, whose pairs are in bold type.
    names
        Of cities.
    """
    logs = rows(series, analysis="lockdown", term="log_ratio")
    if logs.empty:
        return matrix(
            logs.assign(percent=logs["value"]),
            row="unit",
            column="partner",
            value="percent",
            value_label="2020 in percent of 2021",
            height=2.4,
            empty="No monthly flows between the zone's cities.",
        )
    key = ["unit", "partner"]
    wide = 100 * np.exp(logs.pivot(index=key, columns=["year", "month"], values="value"))
    wide = wide.sort_values(wide.columns[min(1, wide.shape[1] - 1)])
    cells = wide.stack(["year", "month"], future_stack=True).rename("percent").reset_index()
    cells = cells.assign(
        pair=[
            names.pair(a, b) + (" *" if provinces[a] != provinces[b] else "")
            for a, b in zip(cells["unit"], cells["partner"], strict=True)
        ],
        name=[
            pd.Period(year=int(year), month=int(month), freq="M").strftime("%B")
            for year, month in zip(cells["year"], cells["month"], strict=True)
        ],
    )
    figure, shown = matrix(
        cells,
        row="name",
        column="pair",
        value="percent",
        centre=100.0,
        limits=(0.0, 200.0),
        decimals=0,
        value_label="2020 in percent of 2021",
        height=2.4,
    )
    for (a, b), text in zip(wide.index, figure.axes[0].get_xticklabels(), strict=True):
        text.set_fontweight("bold" if core in (a, b) else "normal")
    return figure, shown.drop(columns=["name", "pair"])
