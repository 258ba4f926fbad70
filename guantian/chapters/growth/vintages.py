"""The chapter's main table: every result on growth in every vintage, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from guantian.data.growth import HEADLINE, OUTPUTS, VINTAGES
from guantian.labels import label
from guantian.present.captions import caption
from guantian.present.format import as_text, bounds, by, fixed
from guantian.present.tables import Column, Table, TableSpec, build
from guantian.results import rows

#: Outcome of a row of results to its vintage.
VINTAGE_OF = {name: name for name in VINTAGES} | {
    output: vintage for vintage, output in OUTPUTS.items()
}
HEADERS = dict(zip(VINTAGES, ("Yearbook", "First published", "Retrospective"), strict=True))
INTERVAL = ("conf_low", "conf_high")


@dataclass(frozen=True)
class Quantity:
    """A result on growth that is printed in every vintage.

    Attributes
    ----------
    title
        As printed.
    key
        Columns of results that single it out, but for the outcome.
    places, scale
        Digits after the point, and what estimates are multiplied by.
    """

    title: str
    key: Mapping[str, object]
    places: int = 2
    scale: float = 1
    group: str = field(default="")


def quantities(spec: Mapping) -> list[Quantity]:
    """The rows of the table, from the configuration's section."""
    first, last = (spec["speed"][name] for name in ("first", "last"))
    mean = {"variant": "S1.1a", "term": "mean", "errors": None, "weights": None}
    mean |= {"first_year": first, "last_year": last}
    start, end = spec["accounting"]["windows"]["whole"]
    accounts = {"analysis": "accounting", "sample": "zone", "unit": None}
    accounts |= {"first_year": start, "last_year": end}
    two_way = {"analysis": "growth_two_way", "variant": "core", "errors": "city"}
    slope = two_way | {"sample": "nation"}
    durbin = {"analysis": "growth_spillovers", "sample": "nation"}
    segmented = {"variant": "S2.b", "term": "segmentation", "errors": None, "lags": 1}
    segmented |= {"effect": None, "measure": None}
    neighbours = durbin | {"variable": "government", "effect": "indirect"}
    return [
        Quantity("Mean, China", mean | {"sample": "china"}, group="Growth, percent a year"),
        Quantity("Mean, zone", mean | {"sample": "zone"}, group="Growth, percent a year"),
        *(
            Quantity(f"{title}, zone", accounts | {"term": term}, 1, 100, "Growth accounts")
            for term, title in (("growth", "Growth"), ("residual", "Residual"))
        ),
        Quantity(
            "Elasticity in capital, China",
            {"analysis": "production", "sample": "nation", "term": "capital"},
            group="Growth accounts",
        ),
        *(
            Quantity(
                label("determinant", term, "short"),
                slope | {"term": term},
                group="Slopes of annual growth, China",
            )
            for term in ("government", "investment")
        ),
        Quantity("Neighbours' expenditure", neighbours, group="Slopes of annual growth, China"),
        Quantity(
            "Neighbours' growth (ρ)",
            durbin | {"term": "rho"},
            group="Slopes of annual growth, China",
        ),
        Quantity(
            "Segmentation of markets",
            segmented | {"measure": None},
            group="Slopes of annual growth, China",
        ),
    ]


def of_headline(found: pd.DataFrame) -> pd.DataFrame:
    """Drop the rows of results whose outcome is of another vintage than the headline."""
    others = [name for name, vintage in VINTAGE_OF.items() if vintage != HEADLINE]
    return found[~found["outcome"].isin(others)]


def vintage_table(estimates: pd.DataFrame, spec: Mapping, confidence: float) -> Table:
    """Return the table of results by vintage.

    Parameters
    ----------
    estimates
        Results of the chapter, in every vintage.
    spec
        The configuration's section.
    confidence
        Of the intervals, named in the headers.
    """
    shown = quantities(spec)
    printed = {one.title: fixed(one.places, one.scale) for one in shown}
    ranges = {one.title: bounds(one.places, one.scale) for one in shown}
    columns = [Column("part", "Part"), Column("quantity", "Quantity", as_text())]
    for vintage, header in HEADERS.items():
        where = {"vintage": vintage}
        columns.append(Column(("quantity", "estimate"), header, by(printed), where=where))
        interval = f"{header}, {{level}}%"
        columns.append(Column(("quantity", *INTERVAL), interval, by(ranges), where=where))
    table = TableSpec(
        "growth_vintages",
        columns=tuple(columns),
        index={"part": None, "quantity": None},
        group="Part",
    )
    found = pd.concat(list(_chosen(estimates, shown)), ignore_index=True)
    level = f"{100 * confidence:g}"
    return build(table, found, caption("growth", table.name, "tables"), level=level)


def _chosen(estimates: pd.DataFrame, shown: list[Quantity]) -> Iterator[pd.DataFrame]:
    for one in shown:
        found = rows(estimates, **one.key, outcome=list(VINTAGE_OF))
        vintages = found["outcome"].map(VINTAGE_OF)
        yield found.assign(part=one.group, quantity=one.title, vintage=vintages)
