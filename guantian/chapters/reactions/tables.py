"""The chapter's tables, declared in ``tables.yaml``: reactions to rivals, the contest, modes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from guantian.chapters.reactions.estimate.names import MODES
from guantian.chapters.reactions.tables_primary import primary_cells
from guantian.labels import label
from guantian.present.captions import caption
from guantian.present.declared import read_tables
from guantian.present.format import MINUS, Format, either, interval, number
from guantian.present.tables import Table, build, captioned, together
from guantian.results import find, one, rows

SIDES = ("inside", "across")
#: Terms of the table of government that are no side of the border.
PARTS = {"own": "Own", "direct": "Durbin, direct", "indirect": "Durbin, indirect"}
IN_LOGS = ("investment", "expenditure")  # outcomes of leaders that are shown times 100


def _drawn(own_value: float, benchmark: float, low: float, high: float) -> str:
    """Print the median and the central range of draws."""
    return f"{number(benchmark, 2)} {interval(own_value - high, own_value - low, 2)}"


def _part(part: str) -> str:
    return PARTS[part] if part in PARTS else label("rivals", part)


FORMATS = {
    "part": Format(_part, "left"),
    "drawn": Format(_drawn),
    "mode": Format(lambda mode: label("mode", mode).lower(), "left"),
    "adjacent": replace(either("yes", "no"), align="right"),
}


def reaction_tables(
    estimates: pd.DataFrame,
    series: pd.DataFrame,
    tests: pd.DataFrame,
    names: Mapping[str, str],
    choices: Mapping[str, Any],
    confidence: float,
) -> list[Table]:
    """Return the chapter's tables.

    Parameters
    ----------
    estimates, series, tests
        Results of the chapter.
    names
        Code of a city to its English name.
    choices
        The configuration's section.
    confidence
        Of the intervals.
    """
    found = together(estimates=_shown(estimates, names), series=series, tests=tests)
    found = found.assign(pair=found["partner"] != "", part=_parts(found))
    found = pd.concat([found, _sets(estimates, series, tests)], ignore_index=True)
    specs = read_tables(
        __file__,
        FORMATS,
        outcomes=outcomes_in(estimates, choices),
        expenditures=tuple(choices["expenditures"]),
    )
    level = f"{100 * confidence:g}"
    modes = {mode: label("mode", mode) for mode in MODES}
    columns = ["Claim", "Test", "Outcome", "Term", "Note"]
    primary = list(primary_cells(estimates, series, tests)) or pd.DataFrame(columns=columns)
    return [
        *(
            build(spec, found, caption("reactions", name, "tables"), confidence=level, **modes)
            for name, spec in specs.items()
        ),
        captioned(
            "reactions",
            "responses_careers",
            primary,
            *columns[1:],
            group="Claim",
            confidence=level,
        ),
    ]


def outcomes_in(estimates: pd.DataFrame, choices: Mapping[str, Any]) -> tuple[str, ...]:
    """Outcomes that have reaction functions, in the order of the configuration."""
    found = set(rows(estimates, analysis="reaction")["outcome"])
    return tuple(each["name"] for each in choices["outcomes"] if each["name"] in found)


def _shown(estimates: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Estimates as they are shown: of leaders' terms in points, of modes with the city's name."""
    points = (estimates["analysis"] == "leaders") & estimates["outcome"].isin(IN_LOGS)
    values = ["estimate", "conf_low", "conf_high"]
    found = estimates.copy()
    found.loc[points, values] *= 100
    adjusted = (found["analysis"] != "leaders") | (found["term"] == "late")
    found["p_adjusted"] = found["p_adjusted"].where(adjusted)
    codes = zip(found["unit"], found["partner"], strict=True)
    named = ["–".join(names.get(code, code) for code in pair if code) for pair in codes]
    return found.assign(name=named)


def _parts(found: pd.DataFrame) -> pd.Series:
    """Terms of the table of government: whose expenditure, or which impact of the Durbin model."""
    spillover = found["analysis"] == "spillover"
    return found["term"].where(spillover, found["effect"].where(found["analysis"] == "government"))


def _sets(estimates: pd.DataFrame, series: pd.DataFrame, tests: pd.DataFrame) -> pd.DataFrame:
    """Anderson–Rubin sets as text, one per equation and slope."""
    key = ["variant", "sample", "outcome"]
    slopes = rows(tests, analysis="instruments", sample="nation", term="first_stage")
    slopes = slopes[[*key, "variable"]]
    texts = [
        anderson_rubin_cell(estimates, series, tests, row.pop("variable"), row)
        for row in slopes.to_dict("records")
    ]
    return slopes.assign(analysis="instruments", term="set", resolution=texts)


def anderson_rubin_cell(
    estimates: pd.DataFrame,
    series: pd.DataFrame,
    tests: pd.DataFrame,
    rivals: str,
    key: Mapping[str, str],
) -> str:
    """Print an Anderson–Rubin set: as an interval where it is one around the slope."""
    test = find(tests, analysis="instruments", term="anderson_rubin_set", **key)
    if test is None:
        return ""
    ends = rows(series, analysis="anderson_rubin_set", **key)
    if ends.empty:
        return test.resolution
    slope = one(estimates, analysis="reaction", term=rivals, **key).estimate
    pieces = ends.pivot(index="setting", columns="term", values="value").sort_index()
    low, high = pieces[["low", "high"]].iloc[0]
    if len(pieces) == 1 and low <= slope <= high:
        return interval(low, high, 2)
    said = " and ".join(f"{piece.low:.3g} to {piece.high:.3g}" for piece in pieces.itertuples())
    return said.replace("-", MINUS).replace("inf", "∞")
