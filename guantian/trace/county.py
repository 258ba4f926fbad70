"""Follow a value of the panel of counties to its raw cells and to what was read of the events."""

from __future__ import annotations

import difflib
from pathlib import Path

import pandas as pd

from guantian.data.counties import COLUMNS, OUTPUT, POPULATION
from guantian.errors import DataError
from guantian.trace.follow import Cell, Value
from guantian.trace.records import Break, Records

TABLE = "county_panel"
STATUS_OF = {
    **{column: "gdp_status" for column in OUTPUT},
    POPULATION: "population_status",
}
WHY = {
    "ok": "as_printed",
    "missing": "missing",
    "incomplete": "not used: a county of the unit is missing",
    "territory": "not used: of another territory",
    "spike": "not used: a spike",
    "jump": "not used: beyond a jump from the longest comparable run",
}


def county_value(folder: str | Path, county: str, year: int, column: str) -> Value:
    """Follow a value of a county, or of the unit of constant territory that it is part of.

    Parameters
    ----------
    folder
        The data folder, with ``raw`` and ``processed``.
    county
        Code of a county, or its Chinese name where no other has it.
    year
        The year.
    column
        Output, a sector, population or lights, as in ``county_codebook.csv``.

    Raises
    ------
    DataError
        Where the panel has not been made, or has no such county, year or column.
    """
    folder = Path(folder)
    made = folder / "processed"
    if not (made / "county_panel.parquet").exists():
        raise DataError(
            f"{made / 'county_panel.parquet'} is missing: make it first, by `make` in this project."
        )
    panel = pd.read_parquet(made / "county_panel.parquet")
    events = pd.read_csv(made / "county_events_read.csv", dtype={"county_code": "str"})
    return follow_county(panel, events, Records(folder), county, year, column)


def follow_county(
    panel: pd.DataFrame,
    events: pd.DataFrame,
    records: Records,
    county: str,
    year: int,
    column: str,
) -> Value:
    """Follow a value of the panel of counties, given what was made; see `county_value`."""
    traced = [*OUTPUT, POPULATION, "lights"]
    if column not in traced:
        raise DataError(f"The counties have no column {column!r}; there are {', '.join(traced)}.")
    first = panel[["county_codes", "name_zh"]].groupby(level="unit_code").first()
    here = [county in members.split() for members in first["county_codes"]]
    unit = first.index[here] if any(here) else first.index[first["name_zh"] == county]
    if len(unit) > 1:
        raise DataError(
            f"{len(unit)} counties are called {county!r}: give a code, such as "
            f"{' or '.join(unit[:3])}."
        )
    if not len(unit):
        known = sorted({code for members in first["county_codes"] for code in members.split()})
        names = difflib.get_close_matches(county, first["name_zh"].unique(), n=3)
        same = [code for code in known if len(county) == len(code) and code[:4] == county[:4]]
        near = same[:3] + names
        hint = f"; near it: {', '.join(near)}" if near else ", by its code or its Chinese name"
        raise DataError(f"The panel of counties has no county {county!r}{hint}.")
    if (unit[0], year) not in panel.index:
        years = panel.index.get_level_values("year")
        raise DataError(
            f"The panel of counties has no county {county!r} in {year}; it holds {years.min()} to "
            f"{years.max()}."
        )
    row = panel.loc[(unit[0], year)]
    status = row[STATUS_OF[column]] if column in STATUS_OF else "ok"
    title, measure = COLUMNS[column]
    members = row["county_codes"].split()
    said = _said_of_events(records.folder / "raw")
    breaks: dict[str, list[Break]] = {code: [] for code in members}
    for event in events[events["county_code"].isin(members)].itertuples():
        reason, evidence = said[event.event_id]
        word = f"{event.year}, {event.action}"
        breaks[event.county_code].append(Break(event.event_id, word, reason, evidence))
    value = None if pd.isna(row[column]) else float(row[column])
    raw = pd.read_csv(
        records.folder / "raw" / f"{TABLE}.csv", dtype={"county_code": "str", "city_code": "str"}
    )
    raw = raw[raw["county_code"].isin(members) & (raw["year"] == year)]
    return Value(
        city=unit[0],
        name=row["name_zh"],
        year=int(year),
        variable=column,
        title=title,
        unit=measure,
        value=value,
        status="O" if value is None else "A",
        how=_how(len(members), WHY[status]),
        inputs=tuple(
            _cell(
                records,
                cell.county_code,
                int(year),
                column,
                int(cell.Index) + 2,
                getattr(cell, column),
                WHY[status],
                tuple(breaks[cell.county_code]),
            )
            for cell in raw.itertuples()
        ),
    )


def _cell(
    records: Records,
    county: str,
    year: int,
    column: str,
    line: int,
    printed: float,
    why: str,
    breaks: tuple[Break, ...],
) -> Cell:
    """Describe a raw cell: what is printed, its correction, and what became of it."""
    mark, corrected = records.correction(TABLE, f"county_code={county};year={year}", column)
    raw = None if pd.isna(printed) else float(printed)
    used = raw if not mark else float(corrected) if corrected else None
    changed = "replaced" if corrected else "emptied"
    action = changed if mark else "missing" if raw is None else why
    return Cell(
        table=TABLE,
        column=column,
        unit=county,
        year=year,
        file=records.file(TABLE),
        line=line,
        raw_value=raw,
        used_value=used,
        status="O" if used is None or action.startswith("not used") else "E" if mark else "A",
        action=action,
        vintage="first published" if column in OUTPUT else "",
        erratum=records.erratum(mark),
        breaks=breaks,
        source=records.source(TABLE, column),
    )


def _how(counties: int, why: str) -> str:
    over = "of one county" if counties == 1 else f"the sum over {counties} counties"
    return f"{over}; {why.replace('_', ' ')}"


def _said_of_events(raw: Path) -> dict[str, tuple[str, str]]:
    """What is written of each event, and where; manual decisions precede the list."""
    listed = pd.read_csv(raw / "county_events.csv", dtype="str", keep_default_na=False)
    decided = pd.read_csv(raw / "county_territory.csv", dtype="str", keep_default_na=False)
    said = {
        row.event_id: (f"{row.event_type} of {row.county_names}", row.source_title)
        for row in listed.itertuples()
    }
    return said | {row.event_id: (row.reason, row.source) for row in decided.itertuples()}
