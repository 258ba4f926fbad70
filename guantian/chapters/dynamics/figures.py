"""The whole distribution and where cities go in it; relative transition paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from guantian.present.figures.layout import apart, height_with_names
from guantian.present.figures.style import HALO, WIDTH
from guantian.present.palette import (
    BLACK,
    BLUE,
    CATEGORIES,
    GREY,
    ORANGE,
    SAMPLE_COLOURS,
    SAMPLE_NAMES,
)

RIDGES = 7  # years drawn
INSIDE = 0.03  # share of a density's peak below which there are hardly any cities
LINES = ("-", "--", ":", "-.")


def draw_distribution(kernels: pd.DataFrame, relative: pd.DataFrame, step: int) -> Figure:
    """Draw densities by year, the stochastic kernel, and the long run.

    Parameters
    ----------
    kernels
        Columns kind (density, kernel, ergodic, marginal), at, value, density.
    relative
        Columns city_code, year, relative: the zone's cities.
    step
        Years that the kernel looks ahead.
    """
    figure, axes = plt.subplots(
        1, 3, figsize=(WIDTH, 0.43 * WIDTH), layout="constrained", width_ratios=(1, 1, 0.9)
    )
    by_year = kernels[kernels["kind"] == "density"]
    by_year = by_year.pivot(index="at", columns="value", values="density")
    _ridges(axes[0], by_year, relative)
    _contours(axes[1], kernels, relative, step)
    _long_run(axes[2], by_year, kernels)
    for letter, axis, title in zip(
        "abc", axes, ("By year", f"{step} years on", "First, last, long run"), strict=True
    ):
        axis.set_title(f"{letter}  {title}")
    return figure


def draw_paths(paths: pd.DataFrame, names: Mapping[str, str], main: str) -> Figure:
    """Draw relative transition paths: the zone's cities and the clubs of the larger samples.

    Parameters
    ----------
    paths
        Columns spec, sample, unit, year, path.
    names
        City code -> name.
    main
        The specification drawn.
    """
    chosen = paths[paths["spec"] == main]
    samples = [name for name in SAMPLE_NAMES if name in set(chosen["sample"])]
    cities = chosen.loc[chosen["sample"] == "zone", "unit"].nunique()
    height = height_with_names(0.4 * WIDTH, cities)
    figure, axes = plt.subplots(
        1,
        len(samples),
        figsize=(WIDTH, height),
        layout="constrained",
        squeeze=False,
        sharey=True,
        width_ratios=[1.5 if name == "zone" else 1 for name in samples],
    )
    for letter, axis, sample in zip("abc", axes[0], samples, strict=False):
        rows = chosen[chosen["sample"] == sample]
        wide = rows.pivot(index="year", columns="unit", values="path")
        codes = [f"_{unit}" for unit in wide] if sample == "zone" else None
        if sample == "zone":
            wide = wide.rename(columns=names)
            title = "The zone's cities"
        else:
            wide = wide.rename(columns=_club_name)
            title = f"{SAMPLE_NAMES[sample]}: means of clubs"
        _lines(axis, wide, codes, gap=0.062 * (0.4 * WIDTH / height))
        axis.set_title(f"{letter}  {title}", fontsize=8)
    axes[0, 0].set_ylabel("Log over the mean log")
    return figure


def _ridges(axis, by_year: pd.DataFrame, relative: pd.DataFrame) -> None:
    years = np.unique(np.linspace(by_year.index[0], by_year.index[-1], RIDGES).round())
    height = 0.6 * by_year.to_numpy().max()
    grid = by_year.columns.to_numpy()
    inside = _inside(by_year.loc[years])
    for place, year in enumerate(years[::-1]):
        base = place * height
        axis.fill_between(
            grid, base, base + by_year.loc[year], color="#CFE3F1", zorder=2 * (len(years) - place)
        )
        axis.plot(
            grid, base + by_year.loc[year], color=BLUE, linewidth=0.8,
            zorder=2 * (len(years) - place),
        )  # fmt: skip
        cities = relative.loc[relative["year"] == year, "relative"]
        axis.plot(
            cities, np.full(len(cities), base + 0.09 * height), "|", color=SAMPLE_COLOURS["zone"],
            markersize=6, markeredgewidth=1.1, zorder=2 * len(years) + 2,
        )  # fmt: skip
    axis.set_yticks(np.arange(len(years)) * height, [f"{year:.0f}" for year in years[::-1]])
    axis.set_xlim(inside)
    axis.set_ylim(-0.02 * height, None)
    axis.spines["left"].set_visible(False)
    axis.tick_params(axis="y", length=0)
    axis.set_xlabel("Log relative to China's mean")


def _contours(axis, kernels: pd.DataFrame, relative: pd.DataFrame, step: int) -> None:
    kernel = kernels[kernels["kind"] == "kernel"]
    kernel = kernel.pivot(index="at", columns="value", values="density")
    marginal = kernels[kernels["kind"] == "marginal"].set_index("value")["density"]
    seen = marginal.to_numpy() > INSIDE * marginal.max()
    density = kernel.to_numpy().T.copy()
    density[:, ~seen] = np.nan
    grid = kernel.columns.to_numpy()
    top = np.nanmax(density)
    levels = top * np.array([0.05, 0.15, 0.3, 0.5, 0.7, 0.9])
    axis.contourf(grid, grid, density, [*levels, top], cmap="Blues", alpha=0.85)
    axis.contour(grid, grid, density, levels, colors=BLUE, linewidths=0.4)
    low, high = grid[seen].min(), grid[seen].max()
    axis.plot([low, high], [low, high], color=BLACK, linewidth=0.7, linestyle="--")
    cities = relative.pivot(index="year", columns="city_code", values="relative")
    ahead = cities.shift(-step)
    axis.plot(
        cities.to_numpy().ravel(),
        ahead.to_numpy().ravel(),
        ".",
        color=SAMPLE_COLOURS["zone"],
        markersize=2.2,
    )
    axis.set(xlim=(low, high), ylim=(low, high), aspect="equal")
    axis.set_xlabel("Log relative to China's mean")
    axis.set_ylabel(f"The same, {step} years on")


def _long_run(axis, by_year: pd.DataFrame, kernels: pd.DataFrame) -> None:
    ergodic = kernels[kernels["kind"] == "ergodic"].set_index("value")["density"]
    first, last = by_year.index[[0, -1]]
    for label, line, colour, style in (
        (f"{first:.0f}", by_year.loc[first], GREY, "--"),
        (f"{last:.0f}", by_year.loc[last], BLUE, "-"),
        ("Long run", ergodic, ORANGE, "-"),
    ):
        axis.plot(line.index, line, color=colour, linestyle=style, label=label)
    axis.set_xlim(_inside(by_year))
    axis.set_ylim(0, 1.28 * axis.get_ylim()[1])
    axis.set_ylabel("Density")
    axis.set_xlabel("Log relative to China's mean")
    axis.legend(loc="upper right", handlelength=1.5, borderaxespad=0)


def _inside(by_year: pd.DataFrame) -> tuple[float, float]:
    """Where any density is more than a trace."""
    grid = by_year.columns.to_numpy()
    seen = grid[by_year.to_numpy().max(axis=0) > INSIDE * by_year.to_numpy().max()]
    return float(seen.min()), float(seen.max())


def _lines(axis, wide: pd.DataFrame, codes: Sequence[str] | None, gap: float) -> None:
    """Draw lines with their names at the ends, apart by a share of the range of all values."""
    last = wide.index[-1]
    span = wide.to_numpy().max() - wide.to_numpy().min()
    places = apart(wide.loc[last].to_numpy(), gap * span)
    width = last - wide.index[0]
    for number, (name, place) in enumerate(zip(wide.columns, places, strict=True)):
        colour = CATEGORIES[number % len(CATEGORIES)]
        style = LINES[number // len(CATEGORIES) % len(LINES)]
        code = codes[number] if codes else None
        axis.plot(wide.index, wide[name], color=colour, linestyle=style, label=code)
        axis.text(
            last + 0.03 * width, place, name, color=colour, size=7, va="center",
            path_effects=HALO,
        )  # fmt: skip
    axis.axhline(1, color=GREY, linewidth=0.6, zorder=0)
    axis.set_xlim(wide.index[0], last + 0.36 * width)
    axis.set_xticks(_years(wide.index))
    axis.yaxis.set_major_locator(MaxNLocator(5))


def _years(index: Sequence[int]) -> list[int]:
    return sorted({int(index[0]), int(index[len(index) // 2]), int(index[-1])})


def _club_name(club: str) -> str:
    return "Diverging" if club == "0" else f"Club {club}"
