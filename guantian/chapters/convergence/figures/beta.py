"""Growth against the initial level: the zone's cities named among those of the nation."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from guantian.data.samples import values_of
from guantian.labels import label
from guantian.present.figures.style import HALO, WIDTH
from guantian.present.palette import BLACK, SAMPLE_COLOURS
from guantian.results import rows
from regiometrics.convergence.beta import growth_and_initial


def draw_beta(
    estimates: pd.DataFrame,
    panel: pd.DataFrame,
    members: pd.DataFrame,
    specs: pd.DataFrame,
    labels: Mapping[str, str],
) -> Figure:
    """Draw mean annual growth on the first log level, a panel a specification.

    Parameters
    ----------
    estimates
        Estimates of the chapter.
    panel
        Index (city_code, year).
    members
        Cities of each comparison and sample.
    specs
        Rows of the specifications to draw, at most six.
    labels
        Specification to its title.
    """
    count = (len(specs) + 1) // 2
    figure, axes = plt.subplots(
        count,
        2,
        figsize=(WIDTH, 0.34 * WIDTH * count),
        layout="constrained",
        squeeze=False,
    )
    for letter, axis, spec in zip("abcdef", axes.flat, specs.itertuples(), strict=False):
        key = {"analysis": "beta", "method": "cross-section", "term": "initial"}
        slopes = rows(estimates, **key, variant=spec.spec).set_index("sample")
        _draw_one(axis, panel, members, spec, slopes)
        axis.set_title(f"{letter}  {labels[spec.spec]}")
        axis.set_xlabel(f"Log level in {spec.first}")
    for axis in axes[:, 0]:
        axis.set_ylabel("Mean growth, log points × 100 a year")
    for axis in axes.flat[len(specs) :]:
        axis.set_visible(False)
    return figure


def _draw_one(axis, panel, members, spec, slopes: pd.DataFrame) -> None:
    chosen = members.query("comparison == @spec.comparison")
    points = {
        sample: growth_and_initial(values_of(panel, spec, sorted(group["city_code"])))
        for sample, group in chosen.groupby("sample")
    }
    nation = points["nation"]
    zone = points.get("zone", nation.head(0))  # no member of the zone may have data
    axis.scatter(
        nation["initial"],
        100 * nation["growth"],
        s=5,
        color="#BBBBBB",
        linewidths=0,
        zorder=1,
    )
    axis.scatter(
        zone["initial"],
        100 * zone["growth"],
        s=16,
        color=SAMPLE_COLOURS["zone"],
        zorder=3,
    )
    said = []
    for sample in ("nation", "zone"):
        if sample in slopes.index:
            _draw_line(axis, points[sample], slopes.loc[sample], sample)
            said.append(_say(slopes.loc[sample], sample))
    axis.text(
        0.98,
        0.98,
        "\n".join(said),
        transform=axis.transAxes,
        ha="right",
        va="top",
        size=6.5,
    )
    axis.margins(y=0.22)
    _name(axis, zone, panel)


def _draw_line(axis, points: pd.DataFrame, slope: pd.Series, sample: str) -> None:
    """Draw the estimated line; least squares passes through the means of the points."""
    x = np.array([points["initial"].min(), points["initial"].max()])
    y = points["growth"].mean() + slope["estimate"] * (x - points["initial"].mean())
    dark = SAMPLE_COLOURS["zone"] if sample == "zone" else BLACK
    axis.plot(
        x,
        100 * y,
        color=dark,
        linewidth=1,
        zorder=2,
        dashes=(4, 2) if sample == "zone" else (),
    )


def _say(slope: pd.Series, sample: str) -> str:
    low, mid, high = (100 * slope[name] for name in ("conf_low", "estimate", "conf_high"))
    text = f"{label('sample', sample)} (n = {slope['n_units']}): {mid:.2f} [{low:.2f}, {high:.2f}]"
    return text.replace("-", "−")


def _name(axis, zone: pd.DataFrame, panel: pd.DataFrame) -> None:
    """Name the zone's cities beside their points, moved off points, lines and one another."""
    from adjustText import adjust_text

    names = panel["name_en"].groupby(level="city_code").first()
    colour = SAMPLE_COLOURS["zone"]
    x, y = zone["initial"].to_numpy(), 100 * zone["growth"].to_numpy()
    texts = [
        axis.text(
            x[i],
            y[i],
            names[code],
            fontsize=6.5,
            color=colour,
            path_effects=HALO,
            zorder=4,
        )
        for i, code in enumerate(zone.index)
    ]
    adjust_text(
        texts,
        x=x,
        y=y,
        ax=axis,
        expand=(1.15, 1.5),
        force_text=(0.6, 0.9),
        force_static=(0.5, 0.8),
        iter_lim=100,  # a bound on iterations, not on time, keeps the bytes the same
        arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.4},
    )
