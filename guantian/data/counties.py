"""Counties on constant territory, 2000-2022: output, population and night lights.

Values are sums of what is printed, or missing; nothing is filled. What is printed and not used has
a status that says why, and stays beside it in the ``_printed`` columns.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from guantian.data.territory import Territory, constant_territory
from guantian.errors import DataError

KEY = ["unit_code", "year"]
OUTPUT = ("gdp_10k_yuan", "primary_10k_yuan", "secondary_10k_yuan", "tertiary_10k_yuan")
POPULATION = "population_10k"
STATUSES = ("ok", "missing", "incomplete", "territory", "spike", "jump")
# A county's output does not grow or shrink by the factor e in a year: the printed unit, scope or
# territory changed. Over a gap, a fifth more is allowed for each year without a value.
JUMP = 1.0
JUMP_PER_GAP_YEAR = 0.2
COLUMNS = {
    "county_codes": ("Counties of today that make the unit", "codes"),
    "counties": ("How many counties make the unit", "number"),
    "city_code": ("City of today of the unit's first county", "code"),
    "name_zh": ("Chinese names of the counties", "text"),
    "in_zone": ("Whether the unit is in a city of the zone", "0 or 1"),
    "in_plan": ("Whether the zone's plan names the unit's counties", "0 or 1"),
    "gdp_10k_yuan": ("Gross domestic product, current prices, as first published", "10k yuan"),
    "primary_10k_yuan": ("Value added of the primary sector, current prices", "10k yuan"),
    "secondary_10k_yuan": ("Value added of the secondary sector, current prices", "10k yuan"),
    "tertiary_10k_yuan": ("Value added of the tertiary sector, current prices", "10k yuan"),
    "population_10k": ("Population, mostly registered", "10 thousand persons"),
    "lights": ("Sum of night lights (two satellites: break 2012-2013)", "nW/cm2/sr"),
    "gdp_status": ("Whether the output is used, or why not", ", ".join(STATUSES)),
    "population_status": ("Whether the population is used, or why not", ", ".join(STATUSES)),
    "gdp_printed_10k_yuan": ("Output as printed or corrected, whatever its status", "10k yuan"),
    "population_printed_10k": (
        "People as printed or corrected, whatever the status",
        "10k persons",
    ),
    "territory_change": ("Whether part of a county moved in the year, extent unknown", "0 or 1"),
}


@dataclass(frozen=True)
class Counties:
    """The panel of counties, what the events mean for it, and its codebook."""

    panel: pd.DataFrame
    territory: Territory


def build_counties(
    tables: Mapping[str, pd.DataFrame],
    decisions: pd.DataFrame,
    members: Collection[str],
    parts: Mapping[str, Collection[str]],
) -> Counties:
    """Build the panel of counties on constant territory.

    Parameters
    ----------
    tables
        Corrected tables: ``county_panel``, ``county_events``, ``city_names``.
    decisions
        Readings of events by hand, as `guantian.data.territory.read_decisions` gives them.
    members
        Codes of the zone's cities.
    parts
        Of cities that belong to the zone in part: codes of the counties that do.

    Returns
    -------
    Counties
        ``panel``: index (unit_code, year), every unit in every year, columns `COLUMNS`.

        A value is the sum over the unit's counties. Its status is ``missing`` where none is
        printed, ``incomplete`` where one that existed is not, ``territory`` where what is printed
        is of another territory, ``spike`` for a single year that leaves and comes back (one step
        of more than a log point, the other of more than half), ``jump`` for the years beyond a
        step of that size from the longest comparable run, which need not be the right one; else
        ``ok``.
    """
    counties = tables["county_panel"]
    years = (int(counties["year"].min()), int(counties["year"].max()))
    territory = constant_territory(
        _units(counties),
        tables["county_events"],
        decisions,
        tables["city_names"].set_index("name_zh")["city_code"].to_dict(),
        years,
    )
    frame = counties.assign(unit_code=counties["county_code"].map(territory.units))
    panel = _attributes(
        frame, zone_counties(counties, members, {}), zone_counties(counties, members, parts)
    )
    for column in (*OUTPUT, POPULATION):
        value, status = _sum(frame, column, territory)
        panel[column] = value
        if column in ("gdp_10k_yuan", POPULATION):
            stem = column.split("_", 1)[0]
            panel[column.replace(stem, f"{stem}_printed", 1)] = value
            panel[f"{stem}_status"] = _jumps(value, status)
    for column in OUTPUT:
        panel[column] = panel[column].where(panel["gdp_status"] == "ok")
    panel[POPULATION] = panel[POPULATION].where(panel["population_status"] == "ok")
    panel["lights"] = frame.groupby(KEY)["lights"].sum(min_count=1)
    moved = territory.events[territory.events["action"] == "transfer"]
    moved = pd.MultiIndex.from_arrays([moved["county_code"].map(territory.units), moved["year"]])
    panel["territory_change"] = panel.index.isin(moved).astype("int64")
    return Counties(panel[list(COLUMNS)].sort_index(), territory)


def zone_counties(
    counties: pd.DataFrame, members: Collection[str], parts: Mapping[str, Collection[str]]
) -> list[str]:
    """List the counties of a zone: all of its cities', or the named ones of a city that is in part.

    Parameters
    ----------
    counties
        ``county_code`` and ``city_code``, any number of rows for each.
    members
        Codes of the zone's cities.
    parts
        Of cities that belong in part: codes of the counties that do (none where unknown).

    Raises
    ------
    DataError
        For a city without counties, or a county that is not its city's.
    """
    pairs = counties[["county_code", "city_code"]].drop_duplicates()
    found: list[str] = []
    for city in members:
        own = set(pairs.loc[pairs["city_code"] == city, "county_code"])
        wanted = set(parts.get(city, own))
        if not own or wanted - own:
            odd = sorted(wanted - own)
            raise DataError(f"The city {city} has no county {odd[0] if odd else 'at all'}.")
        found += sorted(wanted)
    return sorted(found)


def codebook(panel: pd.DataFrame) -> pd.DataFrame:
    """Describe every column of the panel of counties."""
    rows = []
    for name, (title, unit) in COLUMNS.items():
        known = panel[name].dropna()
        years = known.index.get_level_values("year")
        rows.append(
            {
                "variable": name,
                "title": title,
                "unit": unit,
                "source": f"county_panel.{name}" if name in (*OUTPUT, POPULATION, "lights") else "",
                "first": years.min(),
                "last": years.max(),
                "units": known.index.get_level_values("unit_code").nunique(),
                "values": len(known),
                "values_zone": int(panel.loc[known.index, "in_zone"].sum()),
            }
        )
    return pd.DataFrame(rows)


def _units(counties: pd.DataFrame) -> pd.DataFrame:
    """One row for each county, with the first year that prints output or population."""
    known = counties[["gdp_10k_yuan", POPULATION]].notna().any(axis=1)
    first = counties[known].groupby("county_code")["year"].min()
    units = counties.drop_duplicates("county_code")[["county_code", "city_code", "county_name_zh"]]
    return units.assign(first_year=units["county_code"].map(first))


def _attributes(frame: pd.DataFrame, zone: Collection[str], plan: Collection[str]) -> pd.DataFrame:
    """Index (unit_code, year) with what does not change over the years."""
    rows = frame.drop_duplicates("county_code").sort_values("county_code")
    flags = {"in_zone": list(zone), "in_plan": list(plan)}
    rows = rows.assign(**{name: rows["county_code"].isin(codes) for name, codes in flags.items()})
    units = rows.groupby("unit_code").agg(
        county_codes=("county_code", " ".join),
        counties=("county_code", "size"),
        city_code=("city_code", "first"),
        name_zh=("county_name_zh", "、".join),
        in_zone=("in_zone", "all"),
        in_plan=("in_plan", "all"),
    )
    units = units.astype(dict.fromkeys(flags, "int64"))
    years = range(frame["year"].min(), frame["year"].max() + 1)
    every = pd.MultiIndex.from_product([units.index, years], names=KEY)
    return units.reindex(every, level="unit_code")


def _sum(frame: pd.DataFrame, column: str, territory: Territory) -> tuple[pd.Series, pd.Series]:
    """Sum a column over the counties of each unit; also return the status but for jumps."""
    events = territory.events
    begun = events[(events["action"] == "split") & (events["role"] == "created")]
    begun = frame["county_code"].map(begun.groupby("county_code")["year"].min())
    # Before it began, a county was part of one that prints it.
    wanting = frame[column].isna() & ~(frame["year"] < begun)
    groups = frame.assign(wanting=wanting).groupby(KEY)
    value = groups[column].sum(min_count=1)
    status = pd.Series("ok", index=value.index, dtype="object")
    status[groups["wanting"].any()] = "incomplete"
    absorbed = events[events["action"] == "absorbed"].groupby("county_code")["year"].max()
    off = frame["year"] < frame["county_code"].map(absorbed)
    if column in OUTPUT:
        left = events[events["action"] == "left"].groupby("county_code")["year"].min()
        off |= frame["year"] >= frame["county_code"].map(left)
    off = off.groupby([frame[name] for name in KEY]).any()
    status[off.reindex(status.index)] = "territory"
    status[value.isna()] = "missing"
    return value, status


def _jumps(value: pd.Series, status: pd.Series) -> pd.Series:
    """Mark spikes and the shorter sides of jumps among the values whose status is ok."""
    marked = status.copy()
    logs = np.log(value.where((status == "ok") & (value > 0))).dropna()
    marked[(value <= 0) & (status == "ok")] = "spike"  # printed as zero: nothing is
    step = logs.groupby(level="unit_code").diff().abs()
    for unit in step[step > JUMP].index.get_level_values("unit_code").unique():
        series = logs.loc[unit]
        found = _mark(series.index.to_numpy(), series.to_numpy())
        for year, word in found.items():
            marked[unit, year] = word
    return marked


def _mark(years: np.ndarray, logs: np.ndarray) -> dict[int, str]:
    """Find the years of one series that are not comparable with the rest, with the word for each.

    Examples
    --------
    >>> _mark(np.arange(2000, 2005), np.array([1.0, 1.1, 3.0, 1.3, 1.4]))
    {2002: 'spike'}
    >>> _mark(np.arange(2000, 2005), np.array([1.0, 1.1, 3.0, 3.1, 3.2]))
    {2000: 'jump', 2001: 'jump'}
    """
    found: dict[int, str] = {}
    for i in range(1, len(logs) - 1):
        before, after = logs[i] - logs[i - 1], logs[i + 1] - logs[i]
        back = abs(before + after) <= JUMP / 2 and before * after < 0
        far = max(abs(before), abs(after)) > JUMP and min(abs(before), abs(after)) > JUMP / 2
        # Of two in a row neither is known to be the spike.
        if back and far and int(years[i - 1]) not in found:
            found[int(years[i])] = "spike"
    kept = [i for i in range(len(logs)) if int(years[i]) not in found]
    runs: list[list[int]] = [[]]
    for i in kept:
        if runs[-1] and _apart(years, logs, runs[-1][-1], i):
            runs.append([])
        runs[-1].append(i)
    at = max(range(len(runs)), key=lambda number: (len(runs[number]), number))
    used = list(runs[at])
    for run in reversed(runs[:at]):  # what fits the longest run again, beyond an excursion
        used = run + used if not _apart(years, logs, run[-1], used[0]) else used
    for run in runs[at + 1 :]:
        used = used + run if not _apart(years, logs, used[-1], run[0]) else used
    found |= {int(years[i]): "jump" for i in kept if i not in used}
    return dict(sorted(found.items()))


def _apart(years: np.ndarray, logs: np.ndarray, i: int, j: int) -> bool:
    limit = JUMP + JUMP_PER_GAP_YEAR * (years[j] - years[i] - 1)
    return bool(abs(logs[j] - logs[i]) > limit)
