"""Tables of autocorrelation, local Moran, spatial cross-sections and of the zone's cities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from guantian.chapters.dynamics.tables import SAMPLES, body_of, cells_of, value_of, with_interval
from guantian.chapters.spillovers.tables import MODELS, TESTS
from guantian.present.format import number, p_value, per_cent
from guantian.present.tables import Table

STATES = ("HH", "LH", "LL", "HL", "ns")
QUADRANTS = {"HH": "high, high", "LH": "low, high", "LL": "low, low", "HL": "high, low"}
TEST_HEADS = {term: head for term, head in TESTS.items() if term != "cd"}
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
    "tests": ("Outcome", "Sample", "Moran", *TEST_HEADS.values()),
}


def neighbour_tables(
    estimates: pd.DataFrame,
    made: Mapping[str, pd.DataFrame],
    names: Mapping[str, str],
    labels: Mapping[str, str],
    main: str,
    confidence: float,
) -> list[Table]:
    """Return the tables of neighbours and of the zone's cities.

    Parameters
    ----------
    estimates
        Tidy estimates of neighbours.
    made
        ``lisa``, local Moran of the nation; ``clubs`` by city; ``relative``, logs of the zone's
        cities less the nation's mean.
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
            body_of(_autocorrelation(estimates, labels), HEADS["autocorrelation"]),
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
            body_of(_tests(estimates, labels), HEADS["tests"]),
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
            cells[f"Club, {sample}"] = "–" if club == 0 else number(club, 0)
        for year in (levels.columns[0], levels.columns[-1]):
            known = (code, year) in local.index
            cells[f"Quadrant {year}"] = (
                f"{QUADRANTS[local.at[(code, year), 'quadrant']]} "
                f"({p_value(local.at[(code, year), 'q_value'])})"
                if known
                else "no neighbour with figures"
            )
        yield cells


def _autocorrelation(estimates: pd.DataFrame, labels: Mapping[str, str]) -> Iterator[dict]:
    for spec in labels:
        for sample in SAMPLES:
            rows = cells_of(estimates, "autocorrelation", spec, sample)
            if rows.empty:
                continue
            local = cells_of(estimates, "local_moran", spec, sample)
            years = sorted({int(term[6:-1]) for term in rows.index})
            cells = {
                "Outcome": labels[spec],
                "Sample": sample.capitalize(),
                "Cities": number(rows["n_units"].iloc[0], 0),
            }
            for name, title in (("moran", "I"), ("geary", "C")):
                for when, year in (("first", years[0]), ("last", years[-1])):
                    term = f"{name}[{year}]"
                    p = p_value(value_of(rows, term, "p_value"))
                    cells[f"{title}, {when}"] = f"{number(value_of(rows, term), 2)} ({p})"
            for state in STATES[:-1]:
                counts = [
                    number(value_of(local, f"{state}[{year}]"), 0) for year in (years[0], years[-1])
                ]
                cells[state] = "" if local.empty else ", ".join(counts)
            yield cells


def _lisa_moves(estimates: pd.DataFrame, main: str) -> Iterator[dict]:
    for analysis, title, states in (
        ("lisa_transitions", "Five states", STATES),
        ("quadrant_transitions", "Quadrants", STATES[:-1]),
    ):
        rows = cells_of(estimates, analysis, main, "nation")
        for start in states if len(rows) else ():
            terms = {end: f"{start}>{end}" for end in STATES}
            yield {
                "States": title,
                "From": start,
                **{
                    end: per_cent(value_of(rows, term), 1) if end in states else ""
                    for end, term in terms.items()
                },
                "Moves": number(sum(value_of(rows, terms[end], "n_obs") for end in states), 0),
            }


def _models(estimates: pd.DataFrame, labels: Mapping[str, str]) -> Iterator[dict]:
    hundred = estimates.copy()
    scaled = hundred["term"].str.contains("initial")
    columns = ["estimate", "conf_low", "conf_high"]
    hundred.loc[scaled, columns] *= 100
    for spec in labels:
        for sample in SAMPLES:
            for model in MODELS:
                rows = cells_of(hundred, "growth_cross_section", f"{spec}_{model}", sample)
                if rows.empty:
                    continue
                spillover = "lambda" if model == "sem" else "rho"
                yield {
                    "Sample": f"{labels[spec]}, {sample}, {rows['n_units'].iloc[0]} cities",
                    "Model": model.upper(),
                    "ρ or λ": "" if model == "slx" else with_interval(rows, spillover, 2),
                    "Direct": with_interval(rows, "direct.initial", 2),
                    "Indirect": ""
                    if model == "sem"
                    else with_interval(rows, "indirect.initial", 2),
                    "Total": with_interval(rows, "total.initial", 2),
                    "AIC": number(value_of(rows, "aic"), 1),
                }


def _tests(estimates: pd.DataFrame, labels: Mapping[str, str]) -> Iterator[dict]:
    for spec in labels:
        for sample in SAMPLES:
            rows = cells_of(estimates, "growth_cross_section_tests", spec, sample)
            if rows.empty:
                continue
            moran = number(value_of(rows, "residual_moran"), 2)
            p = p_value(value_of(rows, "residual_moran", "p_value"))
            yield {
                "Outcome": labels[spec],
                "Sample": sample.capitalize(),
                "Moran": f"{moran} ({p})",
                **{
                    head: p_value(value_of(rows, term, "p_value"))
                    for term, head in TEST_HEADS.items()
                },
            }
