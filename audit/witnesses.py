"""What speaks for a cell: identities that hold with the figure as printed.

An identity that holds confirms its members only where the others are not computed from the cell
and are themselves in line with their own years: a row that is another unit's is consistent too.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import pandas as pd

from .common import Panel, detrended, log, median, shifted, sides, spike
from .identities_accounts import TAX_GAP

#: Employed and the sum of the nineteen sectors: 0.2 per cent.
EMPLOYED = 0.002
#: Two tables' growth, equal to rounding.
GROWTH = 0.06
#: Tax over GDP times GDP is tax per head times people within this.
TAX = 0.05
#: Value added sums to GDP within this, and printed shares are the sector's within these points,
#: while GDP is within this (logs) of its own years, and no further from the years beside it.
SUM = 0.002
SHARE_POINTS = 0.3
CALM = 0.15
STILL = 0.40
#: The people of a row are the city's, resident or registered, within this (logs).
WHOLE = 0.10
PEOPLE = (
    ("city_resident_population", "resident_population_10k"),
    ("city_population_labour", "registered_population_10k"),
)
BUDGET = ("city_investment_fiscal", "budget_revenue_100m_yuan", "budget_expenditure_100m_yuan")
#: GDP over the years before and after agrees with real growth and the province's prices (logs).
PRICES = 0.05
#: A step of GDP that reported growth shows as well: this many points above its own years.
EVENT_POINTS = 15.0
PER_HEAD = 0.02

#: The median county of a city, of at least so many, leaves its own years by this part of the
#: county's own deviation, and by more than ordinary years do (logs).
COUNTIES = 4
ALIKE = 0.3
QUIET = 0.1
#: Both sides of a budget leave their own years by the same to this part, and by less than what is
#: no year's of any city (logs).
BOTH = 0.35
FAR = 0.92

Witnesses = dict[tuple[str, str], dict[str, np.ndarray]]
#: A table that has not changed is the same panel, and bears witness as before.
LAST_SEEN = lru_cache(maxsize=4)


def witnesses(panels: Mapping[str, Panel]) -> Witnesses:
    """Return, by table and column, where which identity confirms a cell (units x years)."""
    accounts, labour = panels.get("city_accounts"), panels.get("city_population_labour")
    sectors, targets = panels.get("city_sector_employment"), panels.get("city_growth_targets")
    tax, counties = panels.get("city_total_tax"), panels.get("county_panel")
    retrospective, budget = panels.get("city_growth_and_sectors"), panels.get(BUDGET[0])
    found: list[Witnesses] = []
    if budget is not None:
        found.append(_budget(budget))
    if retrospective is not None:
        found.append(_retrospective(retrospective, accounts))
    if counties is not None:
        found.append(_counties(counties))
    if accounts is not None:
        found.append(_sectors(accounts, *(panels.get(table) for table, _ in PEOPLE)))
        found.append(_output(accounts))
    if labour is not None and sectors is not None:
        found.append(_employed(labour, sectors))
    if accounts is not None and targets is not None:
        found.append(_growth(accounts, targets))
    if tax is not None and accounts is not None and labour is not None:
        found.append(_tax(tax, accounts, labour))
    out: Witnesses = {}
    for each in found:
        for cell, masks in each.items():
            out.setdefault(cell, {}).update(masks)
    return out


def confirmed(found: pd.DataFrame, panels: Mapping[str, Panel]) -> pd.Series:
    """Return what confirms each proposed cell, "" where nothing does."""
    result = pd.Series("", index=found.index, dtype=object)
    by_cell = witnesses(panels)
    for (table, column), part in found.groupby(["table", "column"], sort=False):
        named = by_cell.get((table, column), {})
        if not named:
            continue
        panel = panels[table]
        rows = part["key"].map(panel.place())
        known = rows.notna()
        rows = rows[known].astype(int)
        for name, mask in named.items():
            result.loc[rows.index[panel.at(mask)[rows.to_numpy()]]] = name
    return result


def _add(out: Witnesses, table: str, column: str, name: str, mask: np.ndarray) -> None:
    out.setdefault((table, column), {})[name] = mask


@LAST_SEEN
def _sectors(accounts: Panel, *people: Panel | None) -> Witnesses:
    out: Witnesses = {}
    gdp = accounts.matrix("gdp_100m_yuan")
    names = ("primary", "secondary", "tertiary")
    parts = [accounts.matrix(f"{name}_10k_yuan") for name in names]
    sums = np.abs(log(sum(parts)) - log(gdp * 1e4)) < SUM
    calm = np.abs(spike(detrended(log(gdp)))) < CALM
    # A row of another territory leaps as a whole: GDP must not leap with its sectors.
    change = detrended(log(gdp))
    still = np.fmax(
        np.nan_to_num(np.abs(change - shifted(change, 1))),
        np.nan_to_num(np.abs(change - shifted(change, -1))),
    )
    # Output over output per head is of the whole city's people, not of the city proper's.
    implied = log(gdp * 1e4) - accounts.log("gdp_per_capita_yuan")
    whole = np.zeros(gdp.shape, dtype=bool)
    for panel, (_, column) in zip(people, PEOPLE, strict=True):
        if panel is not None and column in panel:
            known = log(accounts.spread(panel.frame.set_index([panel.unit, "year"])[column]))
            whole |= np.abs(implied - known) < WHOLE
    calm = (calm & (still < STILL)) | whole
    for name, part in zip(names, parts, strict=True):
        share = accounts.matrix(f"{name}_share_pct")
        same = np.abs(share - part / gdp / 100) < SHARE_POINTS
        _add(out, accounts.table, f"{name}_10k_yuan", "sum_and_share", sums & same & calm)
    return out


@LAST_SEEN
def _retrospective(panel: Panel, accounts: Panel | None) -> Witnesses:
    """Sectors sum to their output, which is the row's own; or the accounts have the figure."""
    out: Witnesses = {}
    sectors = ("primary", "secondary", "tertiary")
    names = [f"{name}_100m_yuan" for name in sectors]
    whole, own = "gdp_of_sector_table_100m_yuan", "gdp_100m_yuan"
    added = log(sum(panel.matrix(name) for name in names))
    same = np.abs(added - panel.log(whole)) < SUM
    same &= np.abs(panel.log(whole) - panel.log(own)) < SUM
    for column in (*names, whole, own):
        _add(out, panel.table, column, "sum_and_output", same)
    if accounts is not None:
        frame = accounts.frame.set_index([accounts.unit, "year"])
        for name in sectors:
            theirs = panel.spread(frame[f"{name}_10k_yuan"] / 1e4)
            agree = np.abs(panel.log(f"{name}_100m_yuan") - log(theirs)) < SUM
            _add(out, panel.table, f"{name}_100m_yuan", "accounts", agree)
        index = "gdp_index_previous_year_100"
        theirs = panel.spread(frame["gdp_growth_reported"])
        agree = np.abs(panel.matrix(index) - 100 - theirs) < GROWTH
        _add(out, panel.table, index, "accounts", agree)
    return out


@LAST_SEEN
def _budget(panel: Panel) -> Witnesses:
    """Revenue and expenditure leave their own years together: an event, and no slip of one."""
    out: Witnesses = {}
    names = [name for name in BUDGET[1:] if name in panel]
    if len(names) < len(BUDGET[1:]):
        return out
    one, two = (spike(detrended(panel.log(name))) for name in names)
    # At an end of the series both may be of another scope.
    inner = np.isfinite(np.array([sides(panel.log(name)) for name in names])).all(axis=(0, 1))
    one = np.where(inner, one, np.nan)
    alike = np.abs(one - two) < BOTH * np.fmax(np.abs(one), np.abs(two))
    alike &= (np.fmin(np.abs(one), np.abs(two)) > QUIET) & (np.abs(one + two) < 2 * FAR)
    for name in names:
        _add(out, panel.table, name, "both_sides", alike)
    return out


@LAST_SEEN
def _counties(panel: Panel) -> Witnesses:
    """Other counties of the city leave their own years to the same side: an event, or a count."""
    out: Witnesses = {}
    cities = np.array([str(code)[:4] for code in panel.units])
    columns = ("gdp", "primary", "secondary", "tertiary")
    for column in (*(f"{name}_10k_yuan" for name in columns), "population_10k"):
        moved = spike(detrended(panel.log(column), panel.provinces))
        alike = np.zeros(moved.shape, dtype=bool)
        for city in np.unique(cities):
            member = np.flatnonzero(cities == city)
            if len(member) < COUNTIES:
                continue
            middle = median(moved[member], axis=0)
            near = np.sign(middle) * moved[member] > 0
            near &= np.abs(middle) > ALIKE * np.abs(moved[member])
            alike[member] = near & (np.abs(middle) > QUIET)
        _add(out, panel.table, column, "counties_alike", alike)
    return out


@LAST_SEEN
def _output(accounts: Panel) -> Witnesses:
    out: Witnesses = {}
    gdp = log(accounts.matrix("gdp_100m_yuan"))
    real = accounts.matrix("gdp_growth_reported")
    deflator = gdp - shifted(gdp, 1) - log(1 + real / 100)
    usual = median(deflator, axis=0)[None, :] * np.ones(gdp.shape)
    for code in np.unique(accounts.provinces):
        member = accounts.provinces == code
        if (np.isfinite(deflator[member]).sum(axis=0) >= 4).any():
            own = median(deflator[member], axis=0)
            usual[member] = np.where(np.isfinite(own), own, usual[member])
    off = np.abs(deflator - usual)
    both = (off < PRICES) & (shifted(off, -1) < PRICES)
    _add(out, accounts.table, "gdp_100m_yuan", "growth_and_prices", both)
    people = gdp - accounts.log("gdp_per_capita_yuan")
    per_head = np.fmin(*(np.abs(people - shifted(people, k)) for k in (1, -1))) < PER_HEAD
    event = (spike(real) > EVENT_POINTS) & (gdp - shifted(gdp, 1) > log(1 + real / 100))
    step = (shifted(off, -1) < 2 * PRICES) & per_head & event
    _add(out, accounts.table, "gdp_100m_yuan", "growth_steps_too", step)
    _add(out, accounts.table, "secondary_10k_yuan", "growth_steps_too", step)
    return out


@LAST_SEEN
def _employed(labour: Panel, sectors: Panel) -> Witnesses:
    out: Witnesses = {}
    names = [c for c in sectors.frame.columns if c not in (sectors.unit, "year", "units_total")]
    added = sectors.frame[names].sum(axis=1, min_count=1)
    index = pd.MultiIndex.from_frame(sectors.frame[[sectors.unit, "year"]])
    total = labour.spread(pd.Series(added.to_numpy(), index=index))
    employed = labour.matrix("employed_persons_10k")
    same = np.abs(log(employed) - log(total)) < EMPLOYED
    _add(out, labour.table, "employed_persons_10k", "nineteen_sectors", same)
    return out


@LAST_SEEN
def _growth(accounts: Panel, targets: Panel) -> Witnesses:
    out: Witnesses = {}
    reported, achieved = "gdp_growth_reported", "growth_actual_pct"
    for home, other, column, theirs in (
        (targets, accounts, achieved, reported),
        (accounts, targets, reported, achieved),
    ):
        values = home.spread(other.frame.set_index([other.unit, "year"])[theirs])
        same = np.abs(home.matrix(column) - values) < GROWTH
        _add(out, home.table, column, "other_table", same)
    return out


@LAST_SEEN
def _tax(tax: Panel, accounts: Panel, labour: Panel) -> Witnesses:
    out: Witnesses = {}
    gdp = tax.spread(accounts.frame.set_index([accounts.unit, "year"])["gdp_100m_yuan"])
    people = tax.spread(labour.frame.set_index([labour.unit, "year"])["registered_population_10k"])
    pct, head = tax.log("total_tax_pct_gdp"), tax.log("total_tax_yuan_per_capita")
    holds = np.abs(pct + log(gdp * 100) - head - log(people)) < min(TAX, TAX_GAP)
    for column in ("total_tax_pct_gdp", "total_tax_yuan_per_capita"):
        _add(out, tax.table, column, "tax_identity", holds)
    return out
