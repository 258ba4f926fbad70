"""Tables that disagree about one thing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from .blame import unusual
from .common import (
    WINDOW,
    Panel,
    detrended,
    gather,
    level,
    log,
    median,
    propose,
    scale,
    shifted,
    sides,
    spike,
)

#: (table, column, other table, other column, check, gap in logs that no neighbouring year
#: shares): two tables' figures for one thing may differ by a vintage, not for one year.
PAIRS = (
    (
        "city_population_labour",
        "registered_population_10k",
        "city_resident_population",
        "resident_population_10k",
        "registered_near_resident",
        0.08,
    ),
    (
        "city_sector_employment",
        "units_total",
        "city_population_labour",
        "employed_persons_10k",
        "units_are_employed",
        0.005,
    ),
    (
        "city_retail",
        "retail_sales_100m_yuan",
        "city_accounts",
        "gdp_100m_yuan",
        "retail_over_gdp",
        0.35,
    ),
    (
        "city_fdi",
        "fdi_utilised_10k_usd",
        "city_accounts",
        "gdp_100m_yuan",
        "foreign_investment_over_gdp",
        2.5,
    ),
    (
        "city_investment_fiscal",
        "budget_expenditure_100m_yuan",
        "city_investment_fiscal",
        "budget_revenue_100m_yuan",
        "expenditure_over_revenue",
        0.6,
    ),
    (
        "city_investment_fiscal",
        "deposits_100m_yuan",
        "city_investment_fiscal",
        "loans_100m_yuan",
        "deposits_over_loans",
        0.35,
    ),
    (
        "city_population_labour",
        "staff_average_10k",
        "city_population_labour",
        "employed_persons_10k",
        "staff_below_employed",
        0.18,
    ),
    (
        "city_remote_sensing",
        "night_lights_sum",
        "city_remote_sensing",
        "night_lights_sum_urban",
        "urban_lights_below_all",
        0.6,
    ),
    (
        "province_accounts",
        "gross_fixed_capital_formation_100m_yuan",
        "province_investment",
        "fixed_capital_formation_100m_yuan",
        "capital_formation_agrees",
        0.12,
    ),
)

#: (table, part, whole): a part exceeds its whole by more than rounding.
PARTS = (
    ("city_population_labour", "nonrural_population_10k", "registered_population_10k"),
    ("city_population_labour", "employed_persons_10k", "registered_population_10k"),
    ("city_remote_sensing", "night_lights_sum_urban", "night_lights_sum"),
    ("city_remote_sensing", "landscan_population_urban", "landscan_population"),
)
PART_EXCESS = 1.002
#: Staff are part of the employed; two definitions and mid-year averages allow 15 per cent.
STAFF_EXCESS = 1.15

#: One side of the budget is this far (logs) from both years beside it, and the other side moves by
#: no more than this part of it; revenue above expenditure needs less.
BUDGET_LEAP = 0.40
ALONE = 0.30
ABOVE = 0.25
#: Years in a row that one side may be off.
BUDGET_YEARS = (1, 2)
#: Before the tax-sharing reform of 1994 cities collected more than they spent, and the revenue of
#: 1993 was the base of the transfers to come.
SHARED_FROM = 1996
#: Investment over GDP (logs), and above both years beside it by this.
INVESTMENT_OVER = 0.40
INVESTMENT_UP = 0.35
#: Retail and output are off by at least this (logs), and by the same to this part of it.
FACTOR = 0.25
FACTOR_SAME = 0.35

#: Reported and achieved growth: two vintages differ, but by alike amounts.
GROWTH_POINTS = 3.0


def matched(panels: Mapping[str, Panel], table: str, column: str, home: Panel) -> np.ndarray:
    """Return a column of another table in the order of ``home``."""
    other = panels[table]
    return home.spread(other.frame.set_index([other.unit, "year"])[column])


def disagreements(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Propose, of two figures that part company for a year, the one off its own years."""
    parts = []
    for table, column, other_table, other, name, least in PAIRS:
        if table not in panels or other_table not in panels:
            continue
        home = panels[table]
        if column not in home or other not in panels[other_table]:
            continue
        one = home.log(column)
        two = log(matched(panels, other_table, other, home))
        odd = unusual(one - two)
        where = np.abs(odd) > least
        off_one = np.nan_to_num(np.abs(detrended(one) - level(detrended(one))))
        off_two = np.nan_to_num(np.abs(detrended(two) - level(detrended(two))))
        ours = where & (off_one >= off_two)
        for mask, owner, name_of, logs, beside in (
            (ours, home, column, one, two),
            (where & ~ours, panels[other_table], other, two, one),
        ):
            i, j = np.nonzero(mask)
            rows = pd.DataFrame({owner.unit: home.units[i], "year": home.years[j]})
            rows[name_of] = np.exp(logs[i, j])
            rows = rows.drop(columns=name_of).merge(
                owner.frame[[owner.unit, "year", name_of]],
                on=[owner.unit, "year"],
                how="left",
            )
            facts = {
                "one": column,
                "other": other,
                "odd_pct": 100 * np.expm1(odd[i, j]),
                "beside": np.exp(beside[i, j]),
            }
            score = np.abs(odd[i, j]) / least
            parts.append(propose(name, owner.table, rows, name_of, score, facts))
    return gather(parts)


def parts_of_wholes(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Propose parts larger than their whole."""
    out = []
    checks = [(t, a, b, PART_EXCESS) for t, a, b in PARTS]
    checks.append(
        (
            "city_population_labour",
            "staff_average_10k",
            "employed_persons_10k",
            STAFF_EXCESS,
        )
    )
    for table, part, whole, excess in checks:
        if table not in panels:
            continue
        panel = panels[table]
        if part not in panel or whole not in panel:
            continue
        a, b = panel.log(part), panel.log(whole)
        over = a - b > np.log(excess)
        # One member is named where it is off its own years on both sides by most of the excess
        # and the other is not; otherwise both are proposed, and neither is.
        gap = np.abs(a - b)
        part_off, whole_off = (np.abs(spike(detrended(x))) for x in (a, b))
        part_named = over & (part_off > 0.5 * gap) & ~(whole_off > 0.25 * gap)
        whole_named = over & (whole_off > 0.5 * gap) & ~(part_off > 0.25 * gap)
        open_ = over & ~part_named & ~whole_named
        for mask, column, decided in (
            (part_named, part, True),
            (whole_named, whole, True),
            (open_, part, False),
            (open_, whole, False),
        ):
            rows = panel.rows(mask)
            far = panel.at(a - b)[rows.index]
            facts = {"part": part, "whole": whole, "times": np.exp(far), "decided": decided}
            out.append(propose("part_above_whole", table, rows, column, 5 + 10 * far, facts))
    return gather(out)


def growth(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Propose growth rates on which two tables part company for a year."""
    if "city_growth_targets" not in panels or "city_accounts" not in panels:
        return gather([])
    home = panels["city_growth_targets"]
    achieved = home.matrix("growth_actual_pct")
    reported = matched(panels, "city_accounts", "gdp_growth_reported", home)
    reported = np.where(reported > 60, reported - 100, reported)
    gap = achieved - reported
    odd = unusual(gap)
    where = (np.abs(odd) > GROWTH_POINTS) & (np.abs(gap) > GROWTH_POINTS)
    off = np.abs(achieved - level(achieved)) >= np.abs(reported - level(reported))
    parts = []
    for mask, owner, column, values in (
        (where & off, home, "growth_actual_pct", achieved),
        (where & ~off, panels["city_accounts"], "gdp_growth_reported", reported),
    ):
        i, j = np.nonzero(mask)
        rows = pd.DataFrame({"city_code": home.units[i], "year": home.years[j]})
        rows[column] = values[i, j]
        parts.append(
            propose(
                "growth_achieved_is_reported",
                owner.table,
                rows,
                column,
                np.abs(odd[i, j]) / GROWTH_POINTS,
                {"achieved": achieved[i, j], "reported": reported[i, j]},
            )
        )
    return gather(parts)


def provinces_of_cities(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Propose a province's GDP that its cities' sum contradicts for one year."""
    if "province_accounts" not in panels or "city_accounts" not in panels:
        return gather([])
    home, cities = panels["province_accounts"], panels["city_accounts"]
    frame = cities.frame.assign(province_code=cities.frame["city_code"].str[:2] + "0000")
    grouped = frame.groupby(["province_code", "year"])["gdp_100m_yuan"]
    total, count = grouped.sum(), grouped.count()
    together = home.spread(total.where(total > 0))
    number = home.spread(count)
    gap = log(together) - home.log("gdp_100m_yuan")
    full = number == median(number, axis=1)[:, None]
    odd = unusual(np.where(full, gap, np.nan))
    i, j = np.nonzero(np.abs(odd) > max(0.12, 6 * scale(odd)))
    rows = pd.DataFrame({"province_code": home.units[i], "year": home.years[j]})
    rows["gdp_100m_yuan"] = home.matrix("gdp_100m_yuan")[i, j]
    return propose(
        "cities_sum_to_province",
        home.table,
        rows,
        "gdp_100m_yuan",
        np.abs(odd[i, j]) / 0.12,
        {"times": np.exp(gap[i, j])},
    )


def runs_alone(one: np.ndarray, other: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Return how far runs of years leave the years beside them, and where they do so alone.

    Parameters
    ----------
    one, other : ndarray, units x years
        Two sides of a budget (logs, net of the common movement).
    length : int
        Years of the run: a fault of two years hides in itself, for each stands beside the other.

    Returns
    -------
    away, alone : ndarrays, units x years
        Of every year of a run the distance from the nearer of the two years beside the run; and
        whether all its years leave them to one side by `BUDGET_LEAP`, and the years around them,
        while the other side of the budget goes on.
    """
    away = np.full(one.shape, np.nan)
    alone = np.zeros(one.shape, dtype=bool)
    for first in range(1, one.shape[1] - length):
        years = range(first, first + length)
        beside = one[:, first - 1, None], one[:, first + length, None]
        left, right = (one[:, years] - side for side in beside)
        inner = np.isfinite(left + right) & (np.sign(left) == np.sign(right))
        far = np.where(inner, np.sign(left) * np.fmin(np.abs(left), np.abs(right)), np.nan)
        # A good year between two bad ones leaves them, but not the years around.
        around = np.stack([without_the_rest(one, years, year, WINDOW) for year in years], axis=1)
        calm = np.stack([without_the_rest(other, years, year, length) for year in years], axis=1)
        good = (np.abs(far) > BUDGET_LEAP) & (around * far > 0.7 * far**2)
        good &= np.abs(calm) < ALONE * np.abs(far)
        whole = good.all(axis=1) & (np.abs(np.sign(far).sum(axis=1)) == length)
        alone[np.ix_(whole, years)] = True
        away[np.ix_(whole, years)] = far[whole]
    return away, alone


def without_the_rest(values: np.ndarray, years: range, year: int, window: int) -> np.ndarray:
    """Return by how much a year stands out, the other years of its run left out."""
    first = max(year - window - len(years), 0)
    near = values[:, first : year + window + len(years) + 1].copy()
    near[:, [other - first for other in years if other != year]] = np.nan
    return spike(near, window)[:, year - first]


def budgets(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Propose one side of the budget that leaves its own years while the other does not.

    Revenue far above the years beside a year, or two, with expenditure as usual, is of all receipts
    (above expenditure, a smaller leap tells: a city spends more than it collects, with transfers).
    """
    panel = panels.get("city_investment_fiscal")
    if panel is None:
        return gather([])
    names = ("budget_revenue_100m_yuan", "budget_expenditure_100m_yuan")
    logs = {name: panel.log(name) for name in names}
    flat = {name: detrended(values) for name, values in logs.items()}
    ratio = logs[names[0]] - logs[names[1]]
    above = ratio > 0
    # Years of revenue above expenditure, one or several, against the years around them.
    others = np.where(above, np.nan, flat[names[0]])
    usual = level(np.where(above, np.nan, ratio))
    usual = np.where(np.isfinite(usual), usual, level(ratio))
    beside = [
        np.where(np.isfinite(without), without, plain)
        for without, plain in zip(sides(others), sides(flat[names[0]]), strict=True)
    ]
    up = np.fmin(flat[names[0]] - beside[0], flat[names[0]] - beside[1])
    run = above & (ratio > usual + ABOVE) & (up > ABOVE)
    shared = panel.years >= SHARED_FROM
    parts = []
    for name, other in (names, names[::-1]):
        away, mask = np.full(ratio.shape, np.nan), np.zeros(ratio.shape, dtype=bool)
        for length in BUDGET_YEARS:
            far, alone = runs_alone(flat[name], flat[other], length)
            mask |= alone
            away = np.where(alone & ~np.isfinite(away), far, away)
        if name == names[0]:
            mask |= run
            away = np.where(run, up, away)
        rows = panel.rows(mask & shared[None, :])
        size = panel.at(away)[rows.index]
        facts = {"away_pct": 100 * np.expm1(size), "other": other}
        score = np.abs(size) / ABOVE
        parts.append(propose("one_of_two_budgets", panel.table, rows, name, score, facts))
    return gather(parts)


def investment(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Propose investment above GDP that is far from both years beside it."""
    panel, accounts = panels.get("city_investment_fiscal"), panels.get("city_accounts")
    column = "fixed_investment_100m_yuan"
    if panel is None or accounts is None or column not in panel:
        return gather([])
    logs = panel.log(column)
    flat = detrended(logs)
    ratio = logs - log(
        matched({"city_accounts": accounts}, "city_accounts", "gdp_100m_yuan", panel)
    )
    up = np.fmin(flat - shifted(flat, 1), flat - shifted(flat, -1))
    mask = (up > INVESTMENT_UP) & (ratio > INVESTMENT_OVER)
    rows = panel.rows(mask)
    facts = {
        "times": np.exp(panel.at(ratio)[rows.index]),
        "away_pct": 100 * np.expm1(panel.at(up)[rows.index]),
    }
    score = panel.at(up)[rows.index] / INVESTMENT_UP
    return propose("investment_above_output", panel.table, rows, column, score, facts)


def shared_factors(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Propose rows of retail and output that are off both years beside them by one factor.

    The two series were deflated at the source and multiplied again by GDP: where that was
    another's or a wrong one, both columns leave their own years together.
    """
    panel = panels.get("city_retail")
    names = ("retail_sales_100m_yuan", "industrial_output_100m_yuan")
    if panel is None or not all(name in panel for name in names):
        return gather([])
    away = []
    for name in names:
        flat = detrended(panel.log(name))
        left, right = flat - shifted(flat, 1), flat - shifted(flat, -1)
        both = np.isfinite(left) & np.isfinite(right) & (np.sign(left) == np.sign(right))
        away.append(np.where(both, np.sign(left) * np.fmin(np.abs(left), np.abs(right)), np.nan))
    mask = (np.abs(np.array(away)) > FACTOR).all(axis=0) & (
        np.abs(away[0] - away[1]) < FACTOR_SAME * np.abs(away[0])
    )
    parts = []
    for name, size in zip(names, away, strict=True):
        rows = panel.rows(mask)
        facts = {"times": np.exp(panel.at(size)[rows.index])}
        score = np.abs(panel.at(size)[rows.index]) / FACTOR
        parts.append(propose("columns_share_a_factor", panel.table, rows, name, score, facts))
    return gather(parts)
