"""Secretaries and mayors: one person, one birth year, one more year of tenure a year."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from .common import Panel, gather, propose

#: Leading a prefecture earlier or later than this is not on record.
AGES = (33, 65)


def check(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Propose inconsistent cells of the leaders' table."""
    if "city_leaders" not in panels:
        return gather([])
    frame = panels["city_leaders"].frame.sort_values(["city_code", "year"])
    parts = [office(frame, post) for post in ("secretary", "mayor")]
    parts.append(both_posts(frame))
    return gather(parts)


def office(frame: pd.DataFrame, post: str) -> pd.DataFrame:
    """Run the checks of one office."""
    table = "city_leaders"
    first, tenure = f"{post}_first_year", f"{post}_tenure_years"
    birth, tie = f"{post}_birth_year", f"{post}_tied_to_provincial_secretary"
    parts = []

    rows = frame[frame[first].isna() & frame[tenure].isna() & frame[tie].notna()]
    parts.append(
        propose(
            "tie_without_leader",
            table,
            rows,
            tie,
            20.0,
            {"post": post},
        )
    )

    before = frame.groupby("city_code").shift(1)
    follows = frame["year"].eq(before["year"] + 1)
    stays = follows & frame[tenure].eq(before[tenure] + 1)
    for column in (birth, first):
        other = first if column == birth else birth
        rows = frame[
            stays
            & frame[column].ne(before[column])
            & frame[column].notna()
            & before[column].notna()
            & frame[other].eq(before[other])
        ]
        old = before.loc[rows.index, column]
        parts.append(
            propose(
                "one_person",
                table,
                rows,
                column,
                10.0,
                {"form": "same_post", "before": old},
            )
        )

    same = follows & frame[birth].eq(before[birth]) & frame[first].eq(before[first])
    rows = frame[same & frame[tenure].ne(before[tenure] + 1) & frame[tenure].gt(0)]
    old = before.loc[rows.index, tenure]
    parts.append(
        propose(
            "tenure_counts_years",
            table,
            rows,
            tenure,
            10.0,
            {"form": "steps", "before": old},
        )
    )

    rows = frame[(frame["year"] - frame[first] < frame[tenure])]
    parts.append(
        propose(
            "tenure_counts_years",
            table,
            rows,
            tenure,
            20.0,
            {"form": "too_long"},
        )
    )

    if post == "mayor":
        began = frame["year"] - frame[tenure]
        rows = frame[began.gt(frame[first])]
        parts.append(
            propose(
                "first_year_and_tenure",
                table,
                rows,
                first,
                2.0,
                {"tenure": rows[tenure], "began": began[rows.index]},
            )
        )

    for column, age in ((birth, frame["year"] - frame[birth]),):
        rows = frame[(age < AGES[0]) | (age > AGES[1])]
        parts.append(
            propose(
                "plausible_age",
                table,
                rows,
                column,
                20.0,
                {"age": age[rows.index]},
            )
        )

    # A tie is to the provincial secretary of the year: within a spell it can end when that
    # person leaves, and cannot begin, except in the first year, which two may share.
    rows = frame[stays & same & frame[tie].eq(1) & before[tie].eq(0) & before[tenure].ge(1)]
    parts.append(
        propose(
            "tie_begins_in_office",
            table,
            rows,
            tie,
            5.0,
        )
    )
    return gather(parts)


def both_posts(frame: pd.DataFrame) -> pd.DataFrame:
    """Propose a new secretary's first year where the mayor promoted has an earlier one."""
    before = frame.groupby("city_code").shift(1)
    new = frame["secretary_tenure_years"].eq(0)
    parts = []
    for mayor, word in ((before, "last year's"), (frame, "this year's")):
        person = (
            new
            & frame["secretary_birth_year"].eq(mayor["mayor_birth_year"])
            & frame["secretary_first_year"].eq(frame["year"])
            & mayor["mayor_first_year"].lt(frame["secretary_first_year"])
        )
        rows = frame[person]
        first = mayor.loc[rows.index, "mayor_first_year"]
        parts.append(
            propose(
                "one_person",
                "city_leaders",
                rows,
                "secretary_first_year",
                4.0,
                {"form": "promoted", "whose": word, "first": first},
                first,
            )
        )
    return gather(parts)
