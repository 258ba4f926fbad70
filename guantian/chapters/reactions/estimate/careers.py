"""Who led a city, how near the end of the career, and whether the post led upwards."""

from __future__ import annotations

import numpy as np
import pandas as pd

#: The four municipalities rank as provinces: their posts are no steps of a city's official.
MUNICIPALITIES = ("110000", "120000", "310000", "500000")
SECRETARY, MAYOR = "secretary", "mayor"


def secretary_ages(leaders: pd.DataFrame, spells: pd.DataFrame, last: int) -> pd.DataFrame:
    """Ages of party secretaries, years in rows, cities in columns.

    Parameters
    ----------
    leaders
        ``city_code``, ``year``, ``secretary_birth_year``, to 2015.
    spells
        ``city_code``, ``post``, ``first_year``, ``last_year`` (missing: still in office) and
        ``birth_year``. In the year of a change the one who leaves counts: targets and budgets are
        made at the start of the year.
    last
        Last year.

    Returns
    -------
    DataFrame
        From the yearly table where it has the birth year, otherwise from the spells.
    """
    yearly = leaders.pivot(index="year", columns="city_code", values="secretary_birth_year")
    chosen = spells[(spells["post"] == SECRETARY) & spells["birth_year"].notna()]
    later = chosen.assign(last_year=chosen["last_year"].fillna(last))
    cells = {}
    for spell in later.sort_values("first_year", ascending=False).itertuples():
        for year in range(int(spell.first_year), min(int(spell.last_year), last) + 1):
            cells[(year, spell.city_code)] = spell.birth_year
    from_spells = pd.Series(cells, dtype="float64").unstack()
    births = yearly.combine_first(from_spells).loc[:last]
    return births.rsub(births.index.to_numpy(), axis=0)


def targets_to(early: pd.DataFrame, late: pd.DataFrame) -> pd.DataFrame:
    """Cities' growth targets in per cent, years in rows, cities in columns.

    Parameters
    ----------
    early
        ``city_code``, ``year``, ``target_city_pct``, to 2012.
    late
        ``city_code``, ``year``, ``growth_target_pct``, from 2008 for fewer cities; it comes first
        where both have a cell.
    """
    first = early.pivot(index="year", columns="city_code", values="target_city_pct")
    second = late.pivot(index="year", columns="city_code", values="growth_target_pct")
    return second.combine_first(first).dropna(how="all")


def promotions(spells: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Years in office of secretaries and mayors, and whether the post led upwards.

    Parameters
    ----------
    spells
        ``city_code``, ``post``, ``person_id``, ``first_year``, ``last_year``,
        ``first_year_in_vice_provincial_rank``.
    first, last
        Years.

    Returns
    -------
    DataFrame
        A row per city, year and post: ``promoted`` is 1 in the last year of a post that leads, in
        that year or the next, to vice-provincial rank or, for a mayor, to a city's secretaryship,
        and 0 in other years. Municipalities, and officials of vice-provincial rank already, are
        left out.
    """
    used = spells[~spells["city_code"].isin(MUNICIPALITIES)]
    rank = used["first_year_in_vice_provincial_rank"]
    used = used[~(rank <= used["first_year"])]
    secretaries = spells[spells["post"] == SECRETARY].groupby("person_id")["first_year"].apply(list)
    rows = []
    for spell in used.itertuples():
        open_ended = np.isnan(spell.last_year)
        end = last if open_ended else int(spell.last_year)
        steps = [spell.first_year_in_vice_provincial_rank]
        if spell.post == MAYOR:
            steps += [y for y in secretaries.get(spell.person_id, []) if y >= spell.first_year]
        upward = not open_ended and any(0 <= step - end <= 1 for step in steps)
        rows += [
            (spell.city_code, year, spell.post, float(upward and year == end))
            for year in range(max(int(spell.first_year), first), min(end, last) + 1)
        ]
    frame = pd.DataFrame(rows, columns=["city_code", "year", "post", "promoted"])
    # Two officials share a year of change: the post-year is promoted if either is.
    return frame.groupby(["city_code", "year", "post"], as_index=False)["promoted"].max()


def wide_growth(growth: pd.Series, years: int) -> pd.DataFrame:
    """Mean growth of so many years to the year itself, years in rows, cities in columns."""
    wide = growth.unstack("city_code").sort_index()
    wide = wide.reindex(range(int(wide.index.min()), int(wide.index.max()) + 1))
    return wide.rolling(years, min_periods=years).mean()


def completed(late: pd.DataFrame) -> pd.DataFrame:
    """Fill gaps of a path with its last, then its next value: for placebo paths alone."""
    return late.ffill().bfill()
