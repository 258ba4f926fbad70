"""Figures of similarity, location quotients, markets and the burden."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from guantian import labels
from guantian.present.figures import canvas, draw_band, draw_matrix, gather, title
from guantian.present.figures.band import name_lines, with_range
from guantian.present.figures.matrix import colour_bar
from guantian.present.format import number
from guantian.results import rows

LARGEST_MATRIX = 12  # cities whose cells still hold a printed number
FARTHEST = 2  # log2 of the largest quotient that has a colour of its own
PRINTED = 0.8  # log2 from which a quotient is printed
DARK = 1.3  # log2 from which the cell is dark
#: Panels of time: their titles, and the specifications of structure that they show.
STRUCTURES = {
    "c": ("Urban units, nineteen sectors", ("units_early", "units_late")),
    "d": ("Value added, three sectors", ("branches",)),
}
#: Panels of the burden: outcome, and what its values are multiplied by.
BURDEN = {"b": ("investment_over_gdp", 100), "c": ("gap", 1), "d": ("gap_gdp", 1)}

Drawn = tuple[Figure, pd.DataFrame]


def zone_pairs(members: Collection[str]) -> list[tuple[str, str, object]]:
    """Return the filters by which `pandas.read_parquet` reads the zone's pairs in the censuses."""
    wanted = {"source": "census", "index": "krugman", "agriculture": "with"}
    ends = [(name, "in", sorted(members)) for name in ("code_a", "code_b")]
    return [(name, "==", value) for name, value in wanted.items()] + ends


def draw_similarity(pairs: pd.DataFrame, series: pd.DataFrame, names: Mapping[str, str]) -> Drawn:
    """Draw pairs of the zone's cities at two censuses, and the mean over pairs by year.

    Parameters
    ----------
    pairs
        ``code_a``, ``code_b``, ``year``, ``value``: those that :func:`zone_pairs` chooses.
    series
        Results of the chapter.
    names
        Code to the city's name, in the order to be drawn.
    """
    figure, axes = canvas(mosaic="ab;cd", height=5.0, heights=(1.25, 1))
    pairs = pairs.assign(city=pairs["code_b"].map(names), partner=pairs["code_a"].map(names))
    order, shown = list(names.values()), {}
    for letter, year in zip("ab", sorted(pairs["year"].unique())[:2], strict=False):
        shown[letter] = draw_matrix(
            axes[letter],
            pairs[pairs["year"] == year],
            row="city",
            column="partner",
            value="value",
            limits=(0, pairs["value"].max()),
            decimals=2 if len(names) <= LARGEST_MATRIX else None,
            row_order=order,
            column_order=order,
            lower=True,
        )
        title(axes[letter], f"Census of {year}", letter)
    colour_bar(figure, [axes[letter] for letter in "ab"], "Krugman's index")
    key = {"analysis": "similarity", "measure": "krugman", "group": "with"}
    drawn = [name for _, variants in STRUCTURES.values() for name in variants]
    top = rows(series, **key, variant=drawn)["value"].max()
    for letter, (text, variants) in STRUCTURES.items():
        parts = [with_range(rows(series, **key, variant=name)) for name in variants]
        shown[letter] = draw_band(
            axes[letter],
            pd.concat(parts, ignore_index=True),
            line="sample",
            line_kind="sample",
            breaks=[part["year"].min() for part in parts[1:]],
            limits=(0, 1.05 * top),
        )
        title(axes[letter], text, letter)
        axes[letter].set_xlabel("Year")
    axes["c"].set_ylabel("Krugman's index, mean over pairs")
    data = gather(shown)
    _name_samples(figure, rows(data, panel=["c", "d"]))
    return figure, data


def draw_burden(series: pd.DataFrame, provinces: Mapping[str, str]) -> Drawn:
    """Draw markets by pair of provinces, and the zone's investment and fiscal gap over time.

    Parameters
    ----------
    series
        Results of the chapter.
    provinces
        Code to name.
    """
    figure, axes = canvas(2, 2, height=4.4)
    shown = {"a": _draw_markets(axes["a"], rows(series, analysis="segmentation"), provinces)}
    title(axes["a"], "Relative prices of neighbouring provinces", "a")
    for letter, (outcome, scale) in BURDEN.items():
        found = rows(series, analysis=["fiscal_gap", "investment_rate"], outcome=outcome)
        shown[letter] = draw_band(
            axes[letter],
            with_range(found, scale),
            line="sample",
            line_kind="sample",
            from_zero=True,
        )
        title(axes[letter], labels.label("outcome", outcome), letter)
        scale_name = labels.unit("outcome", outcome)
        axes[letter].set_ylabel(scale_name[0].upper() + scale_name[1:])
    for letter in "cd":
        axes[letter].set_xlabel("Year")
    data = gather(shown)
    _name_samples(figure, rows(data, panel=["b", "c", "d"]))
    return figure, data


def _name_samples(figure: Figure, data: pd.DataFrame) -> None:
    """Name the zone and the placebo zones; nothing where every panel is empty."""
    if len(data):
        name_lines(figure, data, "sample", "sample")


def _draw_markets(axis: Axes, markets: pd.DataFrame, provinces: Mapping[str, str]) -> pd.DataFrame:
    """Draw the variance of the zone's pairs, with the median and range of the others."""
    own = rows(markets, sample="zone").rename(columns={"value": "estimate"})
    name = [
        f"{provinces[unit]}–{provinces[partner]}"
        for unit, partner in zip(own["unit"], own["partner"], strict=True)
    ]
    others = with_range(rows(markets, sample="other", term=["low", "median", "high"]))
    own = own[["unit", "partner", "year", "estimate"]].assign(role="zone", pair=name)
    data = pd.concat([own, others.assign(role="placebo", pair="placebo")], ignore_index=True)
    shown = draw_band(axis, data, line="pair", role="role", name="pair", log=True, direct=True)
    axis.set_ylabel("Variance × 10 000, log scale")
    return shown.replace({"pair": {"placebo": "other pairs"}, "role": {"placebo": "other"}})


def draw_location_quotients(
    series: pd.DataFrame, names: Mapping[str, str], concordance: pd.DataFrame
) -> Drawn:
    """Draw location quotients by city and sector on a log scale, a panel a source and year.

    Parameters
    ----------
    series
        Results of the chapter.
    names
        Code to name, in the order to be drawn.
    concordance
        ``table``, ``sector``, ``sector_title``: the sectors in their order.
    """
    units = concordance[concordance["table"] == "city_sector_employment"]
    # The head of a title says enough: what follows its first comma is left out.
    titles = units.set_index("sector")["sector_title"].str.replace(",.*", "", regex=True)
    found = rows(series, analysis="location_quotients", term="quotient")
    last = found.groupby("variant")["year"].max()
    figure, axes = canvas(1, max(len(last), 1), height=4.8, share_y=True)
    shown = {}
    for letter, (source, year) in zip(axes, last.items(), strict=False):
        chosen = rows(found, variant=source, year=year)
        with np.errstate(divide="ignore"):
            log = np.log2(chosen["value"]).clip(-10, 10)
        chosen = chosen.assign(log2=log, city=chosen["unit"].map(names))
        chosen = chosen.assign(sector=chosen["variable"].map(titles))
        shown[letter] = draw_matrix(
            axes[letter],
            chosen,
            row="sector",
            column="city",
            value="log2",
            centre=0.0,
            limits=(-FARTHEST, FARTHEST),
            row_order=list(titles),
            column_order=list(names.values()),
            square=False,
        )
        _print_quotients(axes[letter], chosen, list(titles), list(names.values()))
        label = labels.label("structure_source", source, "short")
        title(axes[letter], f"{label}, {year}", letter)
    colour_bar(figure, list(axes.values()), "Location quotient")
    scale = figure.axes[-1]
    scale.set_yticks(range(-FARTHEST, FARTHEST + 1), ["1/4", "1/2", "1", "2", "4"])
    return figure, gather(shown)


def _print_quotients(
    axis: Axes, chosen: pd.DataFrame, sectors: list[str], cities: list[str]
) -> None:
    """Print the quotients far from one."""
    if len(cities) > LARGEST_MATRIX:
        return
    for row in chosen[chosen["log2"].abs() > PRINTED].itertuples():
        axis.text(
            cities.index(row.city) + 0.5,
            sectors.index(row.sector) + 0.5,
            number(row.value, 1),
            ha="center",
            va="center",
            fontsize=6.5,
            color="white" if abs(row.log2) > DARK else "#222222",
        )
