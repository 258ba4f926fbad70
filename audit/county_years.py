"""Counties year by year: sectors against output, and leaps from a year to the next."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from .blame import blamed
from .common import Panel, detrended, gather, log, propose, shifted
from .provinces import counted_otherwise

TABLE = "county_panel"
OUTPUT = "gdp_10k_yuan"
PEOPLE = "population_10k"
SECTORS = ("primary_10k_yuan", "secondary_10k_yuan", "tertiary_10k_yuan")
#: Sectors sum to output within this (logs): figures are rounded, output is often revised.
SUM = 0.02
#: Output moves by more than this (logs, net of the nation's) from a year to the next: another
#: territory or unit, or a slip. What is used of the series is decided by the panel of counties.
LEAP = 1.0
#: People of most counties of a city, of at least so many, go by this much (logs) and come back: no
#: count of residents is so far from the registered, households are (a third of the persons).
COUNTIES = 4
HOUSEHOLDS = 0.8
#: A part exceeds its whole by more than rounding.
EXCESS = 1.005


def sums(panel: Panel) -> pd.DataFrame:
    """Check that three sectors sum to output."""
    one, two, three = (panel.matrix(name) for name in SECTORS)
    whole = panel.matrix(OUTPUT)
    residual = log(one + two + three) - log(whole)
    members = {
        SECTORS[0]: whole - two - three,
        SECTORS[1]: whole - one - three,
        SECTORS[2]: whole - one - two,
        OUTPUT: one + two + three,
    }
    where = np.abs(residual) > SUM
    found = blamed("value_added_sums_to_gdp", panel, residual, where, members, SUM)
    return found.assign(proposed_value=np.nan)


def parts_above(panel: Panel) -> pd.DataFrame:
    """Propose a sector above output, and the output, where not all three are there to sum."""
    parts = []
    missing = ~np.isfinite(sum(panel.matrix(name) for name in SECTORS))
    for name in SECTORS:
        over = panel.log(name) - panel.log(OUTPUT)
        for column in (name, OUTPUT):
            rows = panel.rows(missing & (over > np.log(EXCESS)))
            times = np.exp(panel.at(over)[rows.index])
            facts = {"part": name, "whole": OUTPUT, "times": times, "decided": False}
            parts.append(
                propose("part_above_whole", panel.table, rows, column, 5 + 10 * (times - 1), facts)
            )
    return gather(parts)


def leaps(panel: Panel) -> pd.DataFrame:
    """Propose output more than a log point from the year before, net of the nation's movement."""
    flat = detrended(panel.log(OUTPUT))
    change = flat - shifted(flat, 1)
    rows = panel.rows(np.abs(change) > LEAP)
    facts = {
        "before": panel.at(shifted(panel.matrix(OUTPUT), 1))[rows.index],
        "times": np.exp(np.abs(panel.at(change)[rows.index])),
    }
    score = np.abs(panel.at(change)[rows.index]) / LEAP
    return propose("leap_from_the_year_before", panel.table, rows, OUTPUT, score, facts)


def counts(panel: Panel) -> pd.DataFrame:
    """Propose short runs of years in which most counties of a city are counted otherwise."""
    cities = np.array([str(code)[:4] for code in panel.units])
    groups = [np.flatnonzero(cities == city) for city in np.unique(cities)]
    mask, size = counted_otherwise(panel.log(PEOPLE), groups, COUNTIES, HOUSEHOLDS)
    rows = panel.rows(mask)
    facts = {"times": np.exp(panel.at(size)[rows.index])}
    return propose("counties_counted_otherwise", panel.table, rows, PEOPLE, 20.0, facts)


def check(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Run the checks of counties."""
    panel = panels.get(TABLE)
    if panel is None:
        return gather([])
    return gather([sums(panel), parts_above(panel), leaps(panel), counts(panel)])
