"""Dated acts of cooperation between the cities' governments, read and checked."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from guantian.side_files import read_side

KINDS = ("agreement", "plan", "approval", "railway")
COLUMNS = ["id", "date", "kind", "act", "members", "source"]


@dataclass(frozen=True)
class Act:
    """A dated act: its name in the list, the year of its date, the cities it names, its title."""

    id: str
    year: int
    cities: tuple[str, ...]
    title: str


def acts_of(acts: pd.DataFrame, members: Collection[str]) -> pd.DataFrame:
    """Return the acts that concern a zone: they name one of its cities, or no city at all.

    Those without a city are kept only beside one that names a member.
    """
    named = cities_named(acts)
    own = [bool(set(codes) & set(members)) for codes in named]
    kept = [mine or (not codes and any(own)) for mine, codes in zip(own, named, strict=True)]
    return acts[kept]


def read_acts(path: str | Path) -> pd.DataFrame:
    """Read acts: ``id``, ``date`` (ISO, to the month or the day), ``kind``, ``act``, ``source``.

    ``members`` are the codes of the cities that the act names, and of a railway those that have a
    station on it; empty where none is named.

    Returns
    -------
    DataFrame
        `COLUMNS` in the order of dates, with ``time``: the date as a fraction of years, the
        middle of the month where no day is known.

    Raises
    ------
    ValueError
        For other columns, an id that appears twice, a kind not in `KINDS`, a date of another form,
        a member that is no code, or no source.
    """
    acts = read_side(path)
    name = Path(path).name
    if list(acts.columns) != COLUMNS:
        raise ValueError(f"{name} has the columns {list(acts.columns)}, not {COLUMNS}.")
    for row in acts.itertuples(index=False):
        if row.kind not in KINDS:
            raise ValueError(
                f"{name}, {row.act!r}: the kind is {row.kind!r}; expected {', '.join(KINDS)}."
            )
        if not row.source:
            raise ValueError(
                f"{name}, {row.act!r}: no source; expected where the act is on record."
            )
        for code in row.members.split():
            if not re.fullmatch("[0-9]{6}", code):
                raise ValueError(
                    f"{name}, {row.act!r}: the member is {code!r}; expected six digits."
                )
    twice = acts["id"][acts["id"].duplicated() | (acts["id"] == "")]
    if len(twice):
        raise ValueError(f"{name}: the id {twice.iloc[0]!r} is empty or appears twice.")
    dates = [_date(text, name) for text in acts["date"]]
    acts["time"] = [date.year + (date.day_of_year - 1) / 365.25 for date in dates]
    return acts.sort_values("time", kind="stable", ignore_index=True)


def cities_named(acts: pd.DataFrame) -> list[list[str]]:
    """List the codes of the cities that each act names; none where it names no city.

    Examples
    --------
    >>> cities_named(pd.DataFrame({"members": ["610100 610400", ""]}))
    [['610100', '610400'], []]
    """
    return [codes.split() for codes in acts["members"]]


def pick_acts(acts: pd.DataFrame, ids: Iterable[str]) -> list[Act]:
    """Pick acts by their ids, in the order asked for.

    Parameters
    ----------
    acts
        As `read_acts` returns them.
    ids
        Of acts that name cities.

    Raises
    ------
    ValueError
        For an id that is not in the list, or of an act that names no city.
    """
    rows = {row.id: row for row in acts.itertuples(index=False)}
    picked = []
    for wanted in ids:
        if wanted not in rows:
            raise ValueError(f"The act {wanted!r} is not among {', '.join(sorted(rows))}.")
        row = rows[wanted]
        if not row.members:
            raise ValueError(f"The act {wanted!r} names no city; expected one that does.")
        picked.append(Act(row.id, int(row.date[:4]), tuple(row.members.split()), row.act))
    return picked


def _date(text: str, name: str) -> pd.Timestamp:
    full = f"{text}-15" if len(text) == 7 else text
    try:
        return pd.to_datetime(full, format="%Y-%m-%d")
    except ValueError:
        raise ValueError(
            f"{name}: the date {text!r} is none; expected the form 2009-06 or 2009-06-25."
        ) from None
