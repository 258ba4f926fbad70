"""Tables of the games, declared by their columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from guantian import labels
from guantian.labels import label
from guantian.present.captions import caption
from guantian.present.declared import read_tables
from guantian.present.format import (
    as_text,
    estimate_with_interval,
    fixed,
    labelled,
    number,
)
from guantian.present.tables import Column, Table, TableSpec, build, literal
from guantian.results import rows

SPAN = ("estimate", "conf_low", "conf_high")
CITY = Column("city", "City", as_text())
#: Key columns of an estimate's source that do not speak for themselves.
SOURCES = {
    "main": "all pairs",
    "zero": "unlisted pairs as zero",
    "rho": "ρ",
    "sdm": "Durbin panel",
    "sar": "lag panel",
    "sem": "error panel",
    "slx": "SLX panel",
    "iv_sides": "instruments, rivals inside and across",
    "inside": "rivals inside the province",
    "across": "rivals across the border",
    "province_year": "province-year effects",
    "log_distance": "log distance",
    "same_province": "same province",
    "three_years": "three years",
    "nation": label("sample", "nation"),
}


SPECS = read_tables(__file__)


def _cell(header: str, decimals: int, scale: float = 1.0, **where: object) -> Column:
    return Column(SPAN, header, estimate_with_interval(decimals, scale), where=where)


def _value(header: str, decimals: int, scale: float = 1.0, **where: object) -> Column:
    return Column("estimate", header, fixed(decimals, scale), where=where)


def game_tables(
    estimates: pd.DataFrame, names: Mapping[str, str], confidence: float
) -> list[Table]:
    """Return all tables of the chapter.

    Parameters
    ----------
    estimates
        Estimates of the chapter.
    names
        City code to its English name.
    confidence
        Of the intervals.
    """
    found = estimates.assign(
        city=[names.get(unit, unit) or label("sample", "zone") for unit in estimates["unit"]],
        pair=[pair_name(row, names) for row in estimates[["unit", "partner"]].to_dict("records")],
        beside=estimates["sample"] != "zones",
    )
    cities = sorted(set(rows(found, analysis="measure")["unit"]) - {""})
    market = rows(found, analysis=("border", "centres"))
    market = market.sort_values("unit", key=_zone_last, kind="stable")
    shares = sorted(rows(found, analysis="tax")["setting"].unique())
    middle = rows(found, analysis="tax", setting=shares[len(shares) // 2])
    chosen = {"games_parameters": _with_sources(rows(found, analysis="parameter"))}
    chosen |= {"games_market": market, "games_tax": middle}
    specs = [_measures(cities, names), _market(market)]
    specs += SPECS.values()
    level = f"{100 * confidence:g}"
    return [
        build(
            spec,
            chosen.get(spec.name, found),
            caption("games", spec.name, "tables"),
            confidence=level,
        )
        for spec in specs
    ]


def pair_name(row: Mapping[str, str], names: Mapping[str, str]) -> str:
    """Name the two cities of a pair."""
    return "–".join(names.get(row[column], row[column]) for column in ("unit", "partner"))


def _zone_last(units: pd.Series) -> pd.Series:
    return units.replace({"": "~"})


def _measures(cities: list[str], names: Mapping[str, str]) -> TableSpec:
    """A column per city that plays."""
    return TableSpec(
        "games_measures",
        select={"analysis": "measure", "variant": tuple(labels.keys("reform"))},
        index={"variant": "reform"},
        columns=(
            Column("variant", "Measure", labelled("reform")),
            *(_value(literal(names.get(unit, unit)), 1, unit=unit, term="gain") for unit in cities),
            _cell(label("sample", "zone"), 1, unit="", term="gain"),
            _cell("Pairs", 1, unit="", term="pairs"),
            _value("Discount factor", 2, unit="", term="critical_discount"),
        ),
    )


def _market(found: pd.DataFrame) -> TableSpec:
    """A column per elasticity of trade and number of centres."""
    elasticities = sorted(rows(found, analysis="border")["setting"].unique())
    centres = [name for name in ("one", "two", "three", "best") if name in set(found["variant"])]
    return TableSpec(
        "games_market",
        index={"unit": None},
        columns=(
            CITY,
            *(_cell(f"Border, ε = {e:g}", 2, analysis="border", setting=e) for e in elasticities),
            *(
                _cell(name.capitalize(), 1, analysis="centres", variant=name, term="output")
                for name in centres
            ),
        ),
    )


def _with_sources(found: pd.DataFrame) -> pd.DataFrame:
    """Say of each parameter what it is and where its estimate is from."""
    return found.assign(
        label=[label("game_parameter", name) for name in found["parameter"]],
        source=[", ".join(_source(row)) for row in found.to_dict("records")],
    )


def _source(row: Mapping[str, object]) -> Iterator[str]:
    """Chapter, term, model, weights, method, sample and outcome of an estimate."""
    yield str(row["estimator"])
    if row["estimator"] == "panel":
        yield f"real GDP {row['first_year']} to {row['last_year']}, mean of cities"
    elif row["estimator"] == "leaders":
        yield f"{number(row['n_obs'], 0)} city-years of the zone"
    else:
        for column in ("term", "variant", "weights", "method", "sample", "outcome", "group"):
            value = row[column]
            if column == "weights" and value:
                yield label("weights", value, "short").lower()
            elif value:
                yield SOURCES.get(value, value)
