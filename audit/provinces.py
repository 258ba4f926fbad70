"""What a whole province does in one year: copied years, other counts, other vintages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from .common import Panel, detrended, gather, log, median, propose, shifted, spike
from .repeats import digits, value_columns

#: A year repeats another where this part of a province's cities, and at least so many with so
#: many different figures, are equal to the last digit.
REPEATED = 0.8
CITIES = 5
DIFFERENT = 4
#: Rates with one decimal are equal by chance in a city, not in a province.
RATES = (
    ("city_accounts", "gdp_growth_reported"),
    ("city_growth_targets", "growth_actual_pct"),
    ("city_population_labour", "natural_growth_permille"),
    ("city_growth_and_sectors", "gdp_index_previous_year_100"),
)
#: The same growth in another table, and what is taken off there and here to make it a rate.
ELSEWHERE = {
    ("city_accounts", "gdp_growth_reported"): (
        ("city_growth_targets", "growth_actual_pct", 0.0),
        ("city_growth_and_sectors", "gdp_index_previous_year_100", 100.0),
    ),
    ("city_growth_targets", "growth_actual_pct"): (("city_accounts", "gdp_growth_reported", 0.0),),
    ("city_growth_and_sectors", "gdp_index_previous_year_100"): (
        ("city_accounts", "gdp_growth_reported", -100.0),
    ),
}
#: Of two equal years the one is right in which so many more of the cities have the other table's
#: growth, or whose median city is so much nearer (times) to its own years.
MORE = 0.3
NEARER = 3.0
#: Figures that move by less than this (logs) between the two years tell neither.
TOLD = 0.02
#: Figures of 0 and of 100 are no figures to compare.
TRIVIAL = (0.0, 100.0)

#: A stock falls or rises by this much (logs) and comes back within three years in this part of a
#: province's cities: another count (households for persons).
OTHER_COUNT = 0.4
COUNT_YEARS = 3
COUNT_BACK = 0.2
STOCKS = (
    ("city_population_labour", "registered_population_10k"),
    ("city_population_labour", "nonrural_population_10k"),
    ("city_resident_population", "resident_population_10k"),
    ("city_sector_employment", "units_total"),
)

#: Investment of most cities falls by this much (logs) and comes back, while the province's capital
#: formation does not.
DIP = 0.30
DIP_PART = 0.5
FORMATION = 0.10

#: Growth that equals the other table's to rounding, in most cities and years ...
SAME_RATE = 0.06
USUALLY = 0.7
#: ... is of another vintage in a province and year where this part at most does, and the median
#: city is off by this many points.
SELDOM = 0.25
VINTAGE_POINTS = 0.5
#: A province of which this part of the years is of another vintage is so in all.
ALWAYS = 0.5

#: A sector of a whole province steps by this much (logs, net of the nation's) and back.
VINTAGE_STEP = 0.12
VINTAGE_BACK = 0.08
SECTORS = ("primary_10k_yuan", "secondary_10k_yuan", "tertiary_10k_yuan")


def repeated(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Propose whole provinces that repeat another year, in every table of cities."""
    cities = [panel for panel in panels.values() if panel.unit == "city_code"]
    return gather([repeated_years(panel, panels) for panel in cities])


def members(panel: Panel) -> Iterator[np.ndarray]:
    """Yield the rows of each province with enough cities."""
    for code in np.unique(panel.provinces):
        member = np.flatnonzero(panel.provinces == code)
        if len(member) >= CITIES:
            yield member


def _frame(
    panel: Panel, column: str, mask: np.ndarray
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    i, j = np.nonzero(mask & np.isfinite(panel.matrix(column)))
    rows = pd.DataFrame({panel.unit: panel.units[i], "year": panel.years[j]})
    rows[column] = panel.matrix(column)[i, j]
    return rows, i, j


def repeated_years(panel: Panel, panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Propose the year whose figures repeat another year's across a province.

    Of the two years the one is proposed whose growth another table, or the movement of GDP and
    prices, contradicts, or whose figures leave the cities' own years; the later where none tells.
    """
    rates = [column for table, column in RATES if table == panel.table and column in panel]
    parts = []
    for column in (*value_columns(panel), *rates):
        values = np.where(np.isin(panel.matrix(column), TRIVIAL), np.nan, panel.matrix(column))
        if column not in rates:
            enough = np.zeros(values.shape, dtype=bool)
            there = np.isfinite(values)
            enough[there] = digits(values[there]) >= 3
            values = np.where(enough, values, np.nan)
        mask = np.zeros(values.shape, dtype=bool)
        source = np.zeros(values.shape, dtype=int)
        there = np.isfinite(values)
        # Units are in order, so a province is a block of rows.
        starts = np.flatnonzero(np.r_[True, panel.provinces[1:] != panel.provinces[:-1]])
        for lag in range(1, values.shape[1]):
            same = values[:, :-lag] == values[:, lag:]
            both = np.add.reduceat((there[:, :-lag] & there[:, lag:]).astype(int), starts, axis=0)
            equal = np.add.reduceat(same.astype(int), starts, axis=0)
            for block, year in np.argwhere((both >= CITIES) & (equal >= REPEATED * both)):
                member = np.flatnonzero(panel.provinces == panel.provinces[starts[block]])
                hit = member[same[member, year]]
                if len(np.unique(values[hit, year])) < DIFFERENT:
                    continue
                wrong, right = _less_likely(panel, column, panels, member, (year, year + lag))
                mask[hit, wrong] = True
                source[hit, wrong] = panel.years[right]
        if mask.any():
            rows, i, j = _frame(panel, column, mask)
            facts = {"other_year": source[i, j]}
            parts.append(propose("province_repeats_year", panel.table, rows, column, 20.0, facts))
    return gather(parts)


def _less_likely(
    panel: Panel,
    column: str,
    panels: Mapping[str, Panel],
    member: np.ndarray,
    years: tuple[int, int],
) -> tuple[int, int]:
    """Return (wrong, right) of two equal years.

    Another table, the cities' own years and nominal growth tell, in this order; where none does,
    the later year is wrong.
    """
    early, late = years
    for table, name, taken in ELSEWHERE.get((panel.table, column), ()):
        if table not in panels or name not in panels[table]:
            continue
        other = panels[table]
        theirs = panel.spread(other.frame.set_index([other.unit, "year"])[name]) - taken
        both = panel.matrix(column)[member][:, list(years)] - theirs[member][:, list(years)]
        known = np.isfinite(both)
        if (known.sum(axis=0) >= CITIES).all():
            part = (np.abs(both) < SAME_RATE).sum(axis=0) / known.sum(axis=0)
            if abs(part[1] - part[0]) > MORE:
                return (early, late) if part[1] > part[0] else (late, early)
    if (panel.table, column) not in RATES:
        # The path of the other provinces is no part of the fault.
        logs = panel.log(column)
        rest = np.setdiff1d(np.arange(len(logs)), member)
        flat = logs - np.nancumsum(median((logs - shifted(logs, 1))[rest], axis=0))
        off = [
            median(np.abs(spike(np.where(_but(flat, o), np.nan, flat))[member, y]), axis=0)
            for y, o in ((early, late), (late, early))
        ]
        if np.isfinite(off).all() and max(off) > max(TOLD, NEARER * min(off)):
            return (early, late) if off[0] > off[1] else (late, early)
    accounts = panels.get("city_accounts")
    if (panel.table, column) in RATES[:2] and accounts is not None:
        gdp = accounts.log("gdp_100m_yuan")
        nominal = pd.DataFrame(
            100 * np.expm1(gdp - shifted(gdp, 1)), index=accounts.units, columns=accounts.years
        ).reindex(index=panel.units, columns=panel.years)
        # Growth and nominal growth move together between cities in the year that is right.
        rank = [
            _rank_correlation(panel.matrix(column)[member, year], nominal.to_numpy()[member, year])
            for year in years
        ]
        if np.isfinite(rank).all() and rank[1] > rank[0] + 0.3:
            return early, late
    return late, early


def _rank_correlation(one: np.ndarray, other: np.ndarray) -> float:
    pairs = pd.DataFrame({"one": one, "other": other}).dropna().rank()
    return pairs["one"].corr(pairs["other"])


def _but(values: np.ndarray, year: int) -> np.ndarray:
    """Return a mask of one year of a matrix."""
    mask = np.zeros(values.shape, dtype=bool)
    mask[:, year] = True
    return mask


def counted_otherwise(
    logs: np.ndarray, groups: Sequence[np.ndarray], least: int = CITIES, step: float = OTHER_COUNT
) -> tuple[np.ndarray, np.ndarray]:
    """Find short runs of years in which whole groups of units are counted otherwise.

    Parameters
    ----------
    logs : ndarray, units x years
        Logs of a stock.
    groups : sequence of ndarray of int
        The units of each group.
    least : int
        Units of a group with a figure, at the least.
    step : float
        How far (logs) the figures go and come back.

    Returns
    -------
    mask, size : ndarrays, units x years
        The cells, and how far (logs) they are from the years beside the run.
    """
    mask = np.zeros(logs.shape, dtype=bool)
    size = np.full(logs.shape, np.nan)
    for length in range(1, COUNT_YEARS + 1):
        for first in range(1, logs.shape[1] - length):
            before, after = logs[:, first - 1], logs[:, first + length]
            back = np.abs(after - before) < COUNT_BACK
            run = logs[:, first : first + length] - ((before + after) / 2)[:, None]
            # Every year of the run is off to one side.
            off = (np.abs(run) > step).all(axis=1) & back
            off &= np.abs(np.sign(run).sum(axis=1)) == length
            for member in groups:
                known = np.isfinite(run[member]).all(axis=1) & np.isfinite(before + after)[member]
                if known.sum() >= least and off[member].sum() >= REPEATED * known.sum():
                    hit = member[off[member]]
                    mask[np.ix_(hit, range(first, first + length))] = True
                    size[np.ix_(hit, range(first, first + length))] = run[hit]
    return mask, size


def other_counts(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Propose short runs of years in which a whole province is counted otherwise."""
    parts = []
    for table, column in STOCKS:
        panel = panels.get(table)
        if panel is None or column not in panel:
            continue
        mask, size = counted_otherwise(panel.log(column), list(members(panel)))
        rows, i, j = _frame(panel, column, mask)
        facts = {"times": np.exp(size[i, j])}
        parts.append(propose("province_counts_otherwise", table, rows, column, 20.0, facts))
    return gather(parts)


def dips(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Propose investment of another scope: most cities dip, and the province does not."""
    panel, home = panels.get("city_investment_fiscal"), panels.get("province_accounts")
    column, formation = "fixed_investment_100m_yuan", "gross_fixed_capital_formation_100m_yuan"
    if panel is None or home is None or column not in panel or formation not in home:
        return gather([])
    logs = panel.log(column)
    if "fixed_investment_imputed" in panel:
        # What was imputed tells nothing of the years beside it.
        logs = np.where(panel.matrix("fixed_investment_imputed") == 1, np.nan, logs)
    flat = detrended(logs)
    deviation = np.where(np.isfinite(shifted(flat, 1) + shifted(flat, -1)), spike(flat, 1), np.nan)
    wide = log(home.matrix(formation))
    whole = pd.DataFrame(spike(detrended(wide), 1), index=home.units, columns=home.years)
    whole.index = [str(code)[:2] for code in whole.index]
    mask = np.zeros(deviation.shape, dtype=bool)
    for member in members(panel):
        code = panel.provinces[member[0]]
        calm = np.abs(whole.reindex(index=[code], columns=panel.years).to_numpy()[0]) < FORMATION
        for sign in (-1, 1):
            off = sign * deviation[member] > DIP
            count = np.isfinite(deviation[member]).sum(axis=0)
            years = np.flatnonzero(calm & (count >= CITIES) & (off.sum(axis=0) >= DIP_PART * count))
            for year in years:
                mask[member[off[:, year]], year] = True
    rows, i, j = _frame(panel, column, mask)
    facts = {"deviation": deviation[i, j]}
    score = np.abs(deviation[i, j]) / DIP
    return propose("province_of_another_scope", panel.table, rows, column, score, facts)


def growth_vintages(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Propose reported growth of another vintage than the rest of its column.

    Where the two tables of growth agree to rounding in most cities and years, a province that
    does not, in a year or in all, prints another vintage (revised for first published).
    """
    home, other = panels.get("city_accounts"), panels.get("city_growth_targets")
    column = "gdp_growth_reported"
    if home is None or other is None or column not in home:
        return gather([])
    values = home.matrix(column)
    values = np.where(values > 60, values - 100, values)
    theirs = home.spread(other.frame.set_index([other.unit, "year"])["growth_actual_pct"])
    gap = values - theirs
    known = np.isfinite(gap)
    same = np.abs(gap) <= SAME_RATE
    with np.errstate(invalid="ignore"):
        nation = same.sum(axis=0) / known.sum(axis=0)
    mask = np.zeros(gap.shape, dtype=bool)
    for member in members(home):
        count = known[member].sum(axis=0)
        with np.errstate(invalid="ignore"):
            part = same[member].sum(axis=0) / count
        far = median(np.abs(np.where(known, gap, np.nan)[member]), axis=0) > VINTAGE_POINTS
        years = (count >= CITIES) & (part <= SELDOM) & far & (nation >= USUALLY)
        if years.sum() > ALWAYS * (count >= CITIES).sum():
            years = count >= CITIES
        mask[np.ix_(member, years)] = True
    mask &= np.abs(gap) > SAME_RATE
    rows, i, j = _frame(home, column, mask)
    facts = {"other": theirs[i, j]}
    score = np.abs(gap[i, j]) / VINTAGE_POINTS
    return propose("province_of_another_vintage", home.table, rows, column, score, facts)


def sector_vintages(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Propose years in which a sector of a whole province steps and steps back."""
    panel = panels.get("city_accounts")
    if panel is None:
        return gather([])
    parts = []
    for column in SECTORS:
        logs = panel.log(column)
        flat = detrended(logs)
        change = flat - shifted(flat, 1)
        mask = np.zeros(flat.shape, dtype=bool)
        step = np.full(flat.shape, np.nan)
        for member in members(panel):
            moved = median(change[member], axis=0)
            count = np.isfinite(change[member]).sum(axis=0)
            moved = np.where(count >= CITIES, moved, np.nan)
            for year in np.flatnonzero(np.abs(moved) > VINTAGE_STEP):
                ends = [
                    back
                    for back in range(year + 1, min(year + COUNT_YEARS + 1, len(moved)))
                    if -np.sign(moved[year]) * moved[back] > VINTAGE_BACK
                ]
                if ends:
                    # It may come back in two years: the end is where most of the step is undone.
                    back = min(ends, key=lambda end: abs(moved[year : end + 1].sum()))
                    mask[np.ix_(member, range(year, back))] = True
                    step[np.ix_(member, range(year, back))] = moved[year]
        rows, i, j = _frame(panel, column, mask)
        facts = {"step_pct": 100 * np.expm1(step[i, j])}
        parts.append(propose("province_steps_and_back", panel.table, rows, column, 1.0, facts))
    return gather(parts)
