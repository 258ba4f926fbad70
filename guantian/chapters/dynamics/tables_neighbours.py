"""Tables of autocorrelation, local Moran, spatial cross-sections and of the zone's cities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

import pandas as pd

from guantian.chapters.dynamics.estimate.cross_section import MODELS
from guantian.chapters.dynamics.tables import body_of
from guantian.data.samples import SAMPLES
from guantian.present.cells import p_cell, value_cell, with_interval, with_p
from guantian.present.format import MISSING, number, p_value, per_cent
from guantian.present.tables import Table
from guantian.results import find, one, rows
from guantian.spatial_rows import TESTS

STATES = ("HH", "LH", "LL", "HL", "ns")
QUADRANTS = {"HH": "high, high", "LH": "low, high", "LL": "low, low", "HL": "high, low"}
HEADS = {
    "cities": (
        *("City", "First", "Last", "Club, zone", "Club, nation"),
        *("Quadrant first", "Quadrant last"),
    ),
    "autocorrelation": (
        *("Outcome", "Sample", "Cities", "I, first", "I, last", "C, first", "C, last"),
        *STATES[:-1],
    ),
    "lisa": ("States", "From", *STATES, "Moves"),
    "models": ("Sample", "Model", "ρ or λ", "Direct", "Indirect", "Total", "AIC"),
    "tests": ("Outcome", "Sample", "Moran", *TESTS.values()),
}


def neighbour_tables(
    estimates: pd.DataFrame,
    series: pd.DataFrame,
    tests: pd.DataFrame,
    made: Mapping[str, pd.DataFrame],
    names: Mapping[str, str],
    labels: Mapping[str, str],
    main: str,
    confidence: float,
) -> list[Table]:
    """Return the tables of neighbours and of the zone's cities.

    Parameters
    ----------
    estimates, series, tests
        Results of the chapter.
    made
        ``lisa``, local Moran of the nation; ``clubs`` by city; ``relative``, logs of the zone's
        cities minus the nation's mean.
    names
        City code -> name.
    labels
        Specification -> title, in order.
    main
        The specification looked at most closely.
    confidence
        Of the intervals.
    """
    level = f"{100 * confidence:g}%"
    return [
        Table(
            "dynamics_cities",
            "The zone's cities: level, clubs and neighbours",
            body_of(
                _cities(made["lisa"], made["clubs"], made["relative"], names, main), HEADS["cities"]
            ),
            "Log relative to the nation's mean; club in the zone and in the nation (– diverges); "
            "quadrant of Moran's scatter plot (own level, neighbours' mean) with the p-value of "
            "local Moran adjusted for false discoveries over all cities.",
            text=("City",),
        ),
        Table(
            "dynamics_autocorrelation",
            "Autocorrelation between neighbours, first and last year",
            body_of(_autocorrelation(estimates, series, labels), HEADS["autocorrelation"]),
            "Shared borders, row-standardised; two-sided p-values from random maps in brackets. "
            "HH, LL, LH, HL: cities (own level, neighbours' mean: high or low) whose local Moran "
            "differs from chance at the chosen rate of false discoveries, first and last year.",
            group="Outcome",
            text=("Sample",),
        ),
        Table(
            "dynamics_lisa",
            "Moves between states of local Moran, nation",
            body_of(_lisa_moves(estimates, main), HEADS["lisa"]),
            "Shares of yearly moves from the state of the row to that of the column, in per cent. "
            "Five states: a quadrant (own level, neighbours' mean) where local Moran differs from "
            "chance at the chosen rate of false discoveries, else ns. Quadrants: all cities.",
            group="States",
            text=("From",),
        ),
        Table(
            "dynamics_models",
            "Growth with spillovers: models on the cross-section",
            body_of(_models(estimates, labels), HEADS["models"]),
            "Mean annual log growth on the log of the first year's level, times 100, with "
            f"{level} intervals; maximum likelihood, sandwich errors, shared borders. SLX, lag "
            "(SAR), error (SEM) and Durbin (SDM) model.",
            group="Sample",
            text=("Model",),
        ),
        Table(
            "dynamics_model_tests",
            "Growth with spillovers: tests on the cross-section, p-values",
            body_of(_tests(estimates, tests, labels), HEADS["tests"]),
            "Moran's I of the residuals of least squares with its p-value; Lagrange multiplier "
            "tests of the model without spatial terms; likelihood-ratio and Wald tests of "
            "restrictions on the Durbin model.",
            group="Outcome",
            text=("Sample",),
        ),
    ]


def _cities(
    lisa: pd.DataFrame,
    clubs: pd.DataFrame,
    relative: pd.DataFrame,
    names: Mapping[str, str],
    main: str,
) -> Iterator[dict]:
    levels = relative[relative["spec"] == main].pivot(
        index="city_code", columns="year", values="relative"
    )
    local = lisa[lisa["spec"] == main].set_index(["city_code", "year"])
    member = clubs[clubs["spec"] == main].set_index(["sample", "city_code"])["club"]
    for code, row in levels.iterrows():
        cells = {"City": names[code]}
        for year in (levels.columns[0], levels.columns[-1]):
            cells[f"{year}"] = number(row[year], 2)
        for sample in ("zone", "nation"):
            club = member.get((sample, code), 0)
            cells[f"Club, {sample}"] = MISSING if club == 0 else number(club, 0)
        for year in (levels.columns[0], levels.columns[-1]):
            known = (code, year) in local.index
            cells[f"Quadrant {year}"] = (
                f"{QUADRANTS[local.at[(code, year), 'quadrant']]} "
                f"({p_value(local.at[(code, year), 'q_value'])})"
                if known
                else "no neighbour with data"
            )
        yield cells


def _autocorrelation(
    estimates: pd.DataFrame, series: pd.DataFrame, labels: Mapping[str, str]
) -> Iterator[dict]:
    for spec, sample in product(labels, SAMPLES):
        found = rows(estimates, analysis="autocorrelation", variant=spec, sample=sample)
        if found.empty:
            continue
        local = rows(series, analysis="local_moran", variant=spec, sample=sample)
        ends = {"first": found["year"].min(), "last": found["year"].max()}
        cells = {
            "Outcome": labels[spec],
            "Sample": sample.capitalize(),
            "Cities": number(found["n_units"].iloc[0], 0),
        }
        for name, title in (("moran", "I"), ("geary", "C")):
            for when, year in ends.items():
                cells[f"{title}, {when}"] = with_p(one(found, term=name, year=year), 2)
        for state in STATES[:-1]:
            counts = [find(local, group=state, year=year) for year in ends.values()]
            cells[state] = ", ".join(number(row.value, 0) for row in counts if row)
        yield cells


def _lisa_moves(estimates: pd.DataFrame, main: str) -> Iterator[dict]:
    for analysis, title, states in (
        ("lisa_transitions", "Five states", STATES),
        ("quadrant_transitions", "Quadrants", STATES[:-1]),
    ):
        found = rows(estimates, analysis=analysis, variant=main, sample="nation")
        for start in states if len(found) else ():
            moves = rows(found, group=start).set_index("target")
            yield {
                "States": title,
                "From": start,
                **{
                    end: per_cent(moves.at[end, "estimate"], 1) if end in states else ""
                    for end in STATES
                },
                "Moves": number(moves["n_obs"].sum(), 0),
            }


def _models(estimates: pd.DataFrame, labels: Mapping[str, str]) -> Iterator[dict]:
    growth = rows(estimates, analysis="growth_cross_section")
    for spec, sample, model in product(labels, SAMPLES, MODELS):
        found = rows(growth, variant=spec, sample=sample, method=model)
        if found.empty:
            continue
        spillover = find(found, term="lambda" if model == "sem" else "rho")
        direct, indirect, total = (
            with_interval(find(found, term="impact", effect=effect), 2, scale=100)
            for effect in ("direct", "indirect", "total")
        )
        yield {
            "Sample": f"{labels[spec]}, {sample}, {found['n_units'].iloc[0]} cities",
            "Model": model.upper(),
            "ρ or λ": "" if model == "slx" else with_interval(spillover, 2),
            "Direct": direct,
            "Indirect": "" if model == "sem" else indirect,
            "Total": total,
            "AIC": value_cell(find(found, term="aic"), 1),
        }


def _tests(
    estimates: pd.DataFrame, tests: pd.DataFrame, labels: Mapping[str, str]
) -> Iterator[dict]:
    for spec, sample in product(labels, SAMPLES):
        key = {"analysis": "growth_cross_section", "variant": spec, "sample": sample}
        found = rows(tests, **key)
        if found.empty:
            continue
        yield {
            "Outcome": labels[spec],
            "Sample": sample.capitalize(),
            "Moran": with_p(find(estimates, term="residual_moran", **key), 2),
            **{
                head: p_cell(find(found, group=group, term=term))
                for (group, term), head in TESTS.items()
            },
        }
