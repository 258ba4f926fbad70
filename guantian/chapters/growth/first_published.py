"""What other chapters find on growth, with growth as first published beside the yearbooks'."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import SimpleNamespace

import pandas as pd

from guantian.chapters.growth.vintages import Quantity
from guantian.labels import label
from guantian.present.captions import caption
from guantian.present.format import Format, as_text, estimate_with_interval
from guantian.present.tables import Column, Table, TableSpec, build, captioned, write_table
from guantian.registry import Job
from guantian.results import read, rows

#: Where no second run was made: its years and draws are declared for one zone.
ELSEWHERE = "Estimated for the study’s own zone alone."
HEADERS = {"yearbook": "Yearbook", "first_published": "First published"}
CHINA, ZONE = {"sample": "china"}, {"sample": "zone"}
NATION = {"sample": "nation"}
PLAN = {"analysis": "effect", "method": "sdid", "donors": "main", "base": 0}
SLOPE = {"analysis": "beta_conditional", "term": "initial", "variant": "chained", "group": "none"}
RHO = {"analysis": "growth", "variant": "sdm", "term": "rho", "weights": "queen"}
TREND = {"analysis": "weak_sigma", "variant": "chained", "term": "trend"}
LOG_T = {"analysis": "log_t", "variant": "chained", "method": "common trend removed"}
PLACEBO = {"analysis": "placebo", "variant": "chained", "placebo_set": "main"}
MOVED = {"analysis": "comovement", "variant": "change"}
SPENT = {"analysis": "government", "term": "impact", "effect": "total"}
COUNTY = {"variant": "median", "first_year": 2005}
FALL = {"analysis": "county_beta", "term": "initial", "effect": "none", "method": "cross-section"}
S1_6 = {"analysis": "primary", "variant": "S1.6"}

#: By the chapter whose results they are.
QUANTITIES: dict[str, tuple[Quantity, ...]] = {
    "inequality": (
        Quantity("Slope of growth on the level, China, × 100", SLOPE | NATION, 2, 100),
        Quantity("Slope of growth on the level, zone, × 100", SLOPE | ZONE, 2, 100),
        Quantity(
            "Change of dispersion, zone less placebo zones", PLACEBO | {"term": "sigma_change"}, 3
        ),
        Quantity(
            "Growth, zone less placebo zones",
            {"analysis": "placebo_growth", "variant": "real_growth", "placebo_set": "main"},
        ),
    ),
    "dynamics": (
        Quantity("Trend of dispersion, China", TREND | NATION, 4),
        Quantity("Trend of dispersion, zone", TREND | ZONE, 4),
        Quantity("log t slope, China", LOG_T | NATION),
        Quantity("log t slope, zone", LOG_T | ZONE),
        Quantity(
            "Moran’s I of 2016, China",
            {"analysis": "autocorrelation", "variant": "chained", "term": "moran", "year": 2016}
            | NATION,
        ),
    ),
    "spillovers": (
        Quantity("Spillover of growth (ρ), China", RHO | NATION),
        Quantity("Spillover of growth (ρ), region", RHO | {"sample": "region"}),
        Quantity("Spillover of growth (ρ), zone", RHO | ZONE),
    ),
    "reactions": (
        Quantity("Expenditure on growth, total impact", SPENT | {"variable": "expenditure"}),
        Quantity("Investment on growth, total impact", SPENT | {"variable": "investment"}),
        Quantity(
            "Promotion on growth after 2013 (S2.d)",
            {"analysis": "primary", "variant": "S2.d"} | CHINA,
        ),
    ),
    "core_periphery": (
        Quantity("Change of co-movement (correlation), zone", MOVED | {"term": "correlation"}),
        Quantity(
            "Change of co-movement (dynamic correlation), zone",
            MOVED | {"term": "dynamic_correlation"},
        ),
        Quantity(
            "Growth by nearness to the core",
            {"analysis": "spread_backwash", "sample": "sphere", "variable": "km", "horizon": 0},
        ),
        Quantity("Gain of all together, percent of output", {"analysis": "value", "group": "all"}),
    ),
    "plan": (
        Quantity("Effect on output (log)", PLAN | {"outcome": "gdp"}, 3),
        Quantity("Effect on growth, points", PLAN | {"outcome": "growth"}),
        Quantity(
            "Effect on output, zone (S1.10)", {"analysis": "primary", "variant": "S1.10"} | ZONE, 3
        ),
    ),
    "zones": (
        Quantity(
            "Trend of dispersion, zone, × 100", {"analysis": "zones", "term": "sigma_trend"}, 2, 100
        ),
        Quantity(
            "Slope of growth on the level, zone, × 100",
            {"analysis": "zones", "term": "beta"},
            2,
            100,
        ),
    ),
    "counties": (
        Quantity("Dispersion after approval, zones (S1.6)", S1_6 | CHINA, 3),
        Quantity("Dispersion after approval, zone (S1.6)", S1_6 | ZONE, 3),
        Quantity(
            "Polycentricity on growth (S2.c)", {"analysis": "primary", "variant": "S2.c"} | CHINA
        ),
        Quantity("Slope of growth on the level, China, × 100", FALL | COUNTY | CHINA, 2, 100),
        Quantity(
            "Last over first dispersion, zone",
            {"analysis": "county_sigma", "term": "ratio"} | COUNTY | ZONE,
        ),
    ),
}


def show(job: Job) -> None:
    """Write the table of other chapters' results in both vintages."""
    write_table(
        first_published_table(job.inputs, job.options["zone"]["id"], job.options["confidence"]),
        job.tables,
    )


def first_published_table(inputs: SimpleNamespace, zone: str, confidence: float) -> Table:
    """Return the table, a row for each quantity.

    Parameters
    ----------
    inputs
        Paths of estimates: of a chapter by its name, and in the other vintage by
        ``<chapter>_first_published``, empty where none was made.
    zone
        Of the study: the chapter ``zones`` has a row for each.
    confidence
        Of the intervals, named in the headers.
    """
    level = f"{100 * confidence:g}"
    if not all(getattr(inputs, f"{chapter}_first_published") for chapter in QUANTITIES):
        heads = ("Chapter", "Quantity")
        name = "growth_first_published"
        return captioned("growth", name, [], *heads, heads=heads, empty=ELSEWHERE)
    printed = {
        (chapter, one.title): estimate_with_interval(one.places, one.scale)
        for chapter, ones in QUANTITIES.items()
        for one in ones
    }
    cell = Format(lambda chapter, title, *values: printed[chapter, title](*values))
    columns = [
        Column("chapter", "Chapter", Format(lambda name: label("chapter", str(name)), "left")),
        Column("quantity", "Quantity", as_text()),
    ]
    for vintage, header in HEADERS.items():
        source = ("chapter", "quantity", "estimate", "conf_low", "conf_high")
        where = {"vintage": vintage}
        columns.append(Column(source, f"{header} [{{level}}%]", cell, where=where))
    table = TableSpec(
        "growth_first_published",
        columns=tuple(columns),
        index={"chapter": None, "quantity": None},
        group="Chapter",
    )
    found = pd.concat(list(_chosen(inputs, zone)), ignore_index=True)
    return build(table, found, caption("growth", table.name, "tables"), level=level)


def _chosen(inputs: SimpleNamespace, zone: str) -> Iterator[pd.DataFrame]:
    for chapter, ones in QUANTITIES.items():
        for vintage in HEADERS:
            name = chapter if vintage == "yearbook" else f"{chapter}_first_published"
            estimates = read(getattr(inputs, name))
            for one in ones:
                found = rows(estimates, **_key(one.key, chapter, zone))
                yield found.assign(chapter=chapter, quantity=one.title, vintage=vintage)


def _key(key: Mapping[str, object], chapter: str, zone: str) -> Mapping[str, object]:
    own = {"sample": "zone", "group": zone, "outcome": "real_gdp_per_resident_yuan"}
    return {**key, **own} if chapter == "zones" else key
