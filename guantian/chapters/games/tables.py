"""Tables of the games, declared by their columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from guantian import labels
from guantian.labels import label
from guantian.present.captions import caption
from guantian.present.format import (
    as_text,
    count,
    estimate_with_interval,
    fixed,
    labelled,
    number,
)
from guantian.present.tables import Column, Table, TableSpec, build, literal
from guantian.results import rows

SPAN = ("estimate", "conf_low", "conf_high")
PAIR = {"unit": None, "partner": None}
NAME = Column("pair", "Pair", as_text())
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


def _cell(header: str, decimals: int, scale: float = 1.0, **where: object) -> Column:
    return Column(SPAN, header, estimate_with_interval(decimals, scale), where=where)


def _value(header: str, decimals: int, scale: float = 1.0, **where: object) -> Column:
    return Column("estimate", header, fixed(decimals, scale), where=where)


PAIRS = TableSpec(
    "games_pairs",
    select={"analysis": "pair"},
    index=PAIR,
    columns=(
        NAME,
        _value("γ", 2, term="substitution"),
        _value("Spillover to first", 2, term="spillover_to_first"),
        _value("Spillover to second", 2, term="spillover_to_second"),
        _cell("Stolen", 2, term="stolen"),
        _cell("Duplication", 2, term="duplication"),
        _cell("Dilemma from", 0, 100, term="lower"),
        _cell("to", 0, 100, term="upper"),
        _cell("Discount factor", 2, term="critical_discount"),
    ),
)
PARAMETERS = TableSpec(
    "games_parameters",
    order={"label": None, "source": None},
    columns=(
        Column("label", "Parameter", as_text()),
        Column("source", "Source", as_text()),
        _cell("Estimate", 3),
    ),
)
CONTEST = TableSpec(
    "games_contest",
    select={"analysis": "contest"},
    index=PAIR,
    columns=(
        NAME,
        _cell("Weight, in one city", 2, variant="one", term="weight"),
        _cell("Prize", 0, variant="one", term="prize"),
        _cell("Weight, in both", 2, variant="both", term="weight"),
    ),
)
TAX = TableSpec(
    "games_tax",
    index={"variant": None, "setting_2": None},
    columns=(
        Column("rule", "Rule", as_text()),
        Column("setting_2", "Cost of funds", fixed(1)),
        _value("Origin", 1, 100, term="origin"),
        _value("Destination", 1, 100, term="destination"),
        _value("Difference", 1, 100, term="difference"),
        _value("Welfare", 2, 100, term="welfare"),
    ),
)
SHARING = TableSpec(
    "games_sharing",
    index={"unit": None},
    columns=(
        CITY,
        _cell("Alone", 1, term="alone"),
        _cell("Together", 1, term="together"),
        _cell("Nucleolus", 1, term="nucleolus"),
        _cell("Shapley", 1, term="shapley"),
        _cell("Side payment", 1, term="payment"),
    ),
)
ZONES = TableSpec(
    "games_zones",
    select={"analysis": "polycentricity"},
    order={"sample": None, "measure": "measure", "variant": None},
    group="Sample",
    columns=(
        Column("samples", "Sample", as_text()),
        Column("measure", "Measure", labelled("measure")),
        Column("control", "Control", as_text()),
        Column("n_units", "Zones", count()),
        _cell("Slope", 2, 100),
        Column("p_value", "p", fixed(2)),
    ),
)


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
    )
    analysis = {name: each for name, each in found.groupby("analysis")}
    cities = sorted(set(analysis["measure"]["unit"]) - {""})
    market = pd.concat([analysis[name] for name in ("border", "centres") if name in analysis])
    tax = analysis["tax"]
    middle = sorted(tax["setting"].unique())[tax["setting"].nunique() // 2]
    tax = rows(tax, setting=middle)
    zones = analysis["polycentricity"]
    return [
        build(
            spec,
            each,
            caption("games", spec.name, "tables"),
            confidence=f"{100 * confidence:g}",
        )
        for spec, each in (
            (_measures(cities, names), found),
            (PAIRS, found),
            (PARAMETERS, _with_sources(analysis["parameter"])),
            (CONTEST, found),
            (TAX, tax.assign(rule=[label("tax_rule", rule) for rule in tax["variant"]])),
            (_market(market), market.sort_values("unit", key=_zone_last, kind="stable")),
            (SHARING, rows(analysis["sharing"], unit=cities)),
            (
                ZONES,
                zones.assign(
                    samples=[label("sample", sample) for sample in zones["sample"]],
                    control=[variant or "log output" for variant in zones["variant"]],
                    sample=(zones["sample"] != "zones").astype("int64"),
                ),
            ),
        )
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
