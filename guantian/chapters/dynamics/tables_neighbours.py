"""Tables of autocorrelation, local Moran and of the zone's cities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import product

import pandas as pd

from guantian.data.samples import SAMPLES
from guantian.labels import label
from guantian.present.cells import with_p
from guantian.present.format import MISSING, number, p_value, per_cent
from guantian.present.tables import Table, captioned
from guantian.results import find, one, rows

STATES = ("HH", "LH", "LL", "HL", "ns")
QUADRANTS = {"HH": "high, high", "LH": "low, high", "LL": "low, low", "HL": "high, low"}
HEADS = {
    "cities": (
        *("City", "First", "Last", "Club, zone", "Club, China"),
        *("Quadrant first", "Quadrant last"),
    ),
    "autocorrelation": (
        *("Outcome", "Sample", "Cities", "I, first", "I, last", "C, first", "C, last"),
        *STATES[:-1],
    ),
    "lisa": ("States", "From", *STATES, "Moves"),
}


def neighbour_tables(
    estimates: pd.DataFrame,
    series: pd.DataFrame,
    made: Mapping[str, pd.DataFrame],
    names: Mapping[str, str],
    labels: Mapping[str, str],
    main: str,
    confidence: float,
) -> list[Table]:
    """Return the tables of neighbours and of the zone's cities.

    Parameters
    ----------
    estimates, series
        Results of the chapter.
    made
        ``lisa``, local Moran of China; ``clubs`` by city; ``relative``, logs of the zone's
        cities minus China's mean.
    names
        City code -> name.
    labels
        Specification -> title, in order.
    main
        The specification looked at most closely.
    confidence
        Of the intervals.
    """
    percent = f"{100 * confidence:g}"
    table = partial(captioned, "dynamics", confidence=percent)
    return [
        table(
            "dynamics_cities",
            _cities(made["lisa"], made["clubs"], made["relative"], names, main),
            "City",
            heads=HEADS["cities"],
        ),
        table(
            "dynamics_autocorrelation",
            _autocorrelation(estimates, series, labels),
            "Sample",
            group="Outcome",
            heads=HEADS["autocorrelation"],
        ),
        table(
            "dynamics_lisa",
            _lisa_moves(estimates, main),
            "From",
            group="States",
            heads=HEADS["lisa"],
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
            cells[f"Club, {'zone' if sample == 'zone' else 'China'}"] = (
                MISSING if club == 0 else number(club, 0)
            )
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
            "Sample": label("sample", sample),
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
