"""Spells of office: one person has one birth year, and one post one person at a time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from .common import gather, propose
from .leaders import AGES

TABLE = "leader_spells"
#: Secretaries and mayors of the four municipalities are national politicians, and older.
MUNICIPALITIES = ("11", "12", "31", "50")
OLDEST = 72
#: Two spells of one post share the year of the handover; a second shared year is one too many.
HANDOVER = 1
#: The rank of a vice-governor is not reached before this age.
RANK_AGE = 36


def check(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Run the checks of spells."""
    if TABLE not in tables:
        return gather([])
    frame = tables[TABLE].reset_index(drop=True)
    first = frame["first_year"].astype(float)
    return gather([ages(frame, first), persons(frame), overlaps(frame, first)])


def ages(frame: pd.DataFrame, first: pd.Series) -> pd.DataFrame:
    """Propose birth years that make a leader too young or too old, and ranks reached too early."""
    age = first - frame["birth_year"]
    oldest = np.where(frame["city_code"].str[:2].isin(MUNICIPALITIES), OLDEST, AGES[1])
    rows = frame[(age < AGES[0]) | (age > oldest)]
    parts = [propose("plausible_age", TABLE, rows, "birth_year", 20.0, {"age": age[rows.index]})]
    rank = "first_year_in_vice_provincial_rank"
    age = frame[rank] - frame["birth_year"]
    rows = frame[age < RANK_AGE]
    for column in (rank, "birth_year"):
        facts = {"age": age[rows.index]}
        parts.append(propose("rank_before_its_age", TABLE, rows, column, 5.0, facts))
    return gather(parts)


def persons(frame: pd.DataFrame) -> pd.DataFrame:
    """Propose the birth years of a person who has several."""
    usual = frame.groupby("person_id")["birth_year"].transform("median")
    several = frame.groupby("person_id")["birth_year"].transform("nunique") > 1
    rows = frame[several]
    facts = {"form": "spells", "before": usual[rows.index]}
    return propose("one_person", TABLE, rows, "birth_year", 4.0, facts)


def overlaps(frame: pd.DataFrame, first: pd.Series) -> pd.DataFrame:
    """Propose the end of a spell that reaches into the next one of the post."""
    ordered = frame.assign(_first=first).sort_values(["city_code", "post", "_first", "person_id"])
    groups = ordered.groupby(["city_code", "post"])
    after, who = groups["_first"].shift(-1), groups["person_id"].shift(-1)
    over = (ordered["last_year"] - after > HANDOVER) & who.ne(ordered["person_id"])
    rows = ordered[over]
    facts = {"next": after[rows.index]}
    return propose("spells_overlap", TABLE, rows, "last_year", 3.0, facts)
