"""Values that stand out from the unit's own years, after the common movement is out."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from .common import (
    Panel,
    detrended,
    gather,
    median,
    propose,
    scale,
    shifted,
    sides,
    spike,
)

#: A cell is proposed when it stands out from both sides by this many robust scales, the
#: scale being the larger of the column's and the unit's own.
SCALES = 6.0

#: Cities under study are looked at more closely: both thresholds times this.
CLOSER = 0.6

#: A stock of people cannot rise and fall back: where a whole province's median stands out
#: from both sides by this much (logs), every city's figure of the year is proposed.
TOGETHER = {
    ("city_population_labour", "registered_population_10k"): 0.012,
    ("city_resident_population", "resident_population_10k"): 0.012,
}

#: A run of at most this many years at an end of a series, this far (logs) from the years
#: beside it, is of another territory or unit: nothing grows 2.5 times in a year.
END_RUN = 3
LEAP = 0.92
LEAP_COLUMNS = (
    ("city_accounts", "gdp_100m_yuan"),
    ("city_accounts", "primary_10k_yuan"),
    ("city_accounts", "secondary_10k_yuan"),
    ("city_accounts", "tertiary_10k_yuan"),
    ("city_population_labour", "registered_population_10k"),
    ("city_population_labour", "staff_average_10k"),
    ("city_population_labour", "staff_wage_bill_10k_yuan"),
    ("city_population_labour", "staff_average_wage_yuan"),
    ("city_investment_fiscal", "budget_revenue_100m_yuan"),
    ("city_investment_fiscal", "budget_expenditure_100m_yuan"),
    ("city_investment_fiscal", "loans_100m_yuan"),
    ("city_investment_fiscal", "deposits_100m_yuan"),
    ("city_sector_employment", "units_total"),
    ("city_retail", "retail_sales_100m_yuan"),
)

#: Counts of people are within this (logs) of the line between the nearest years known, up to so
#: many years away.
LINE = 0.08
LINE_REACH = 10

#: And by at least this much, in logs: below it, ordinary revisions and rounding of the
#: yearbooks would be proposed by the hundred. Stocks (people, area) move by a few per
#: cent a year; flows of money by tens; foreign investment by a multiple.
LOG_FLOOR: dict[str, dict[str, float]] = {
    "city_accounts": {
        "gdp_100m_yuan": 0.10,
        "primary_10k_yuan": 0.20,
        "secondary_10k_yuan": 0.20,
        "tertiary_10k_yuan": 0.15,
        "gdp_per_capita_yuan": 0.10,
    },
    "city_population_labour": {
        "registered_population_10k": 0.03,
        "nonrural_population_10k": 0.20,
        "density_per_km2": 0.04,
        "employed_persons_10k": 0.35,
        "staff_average_10k": 0.22,
        "staff_wage_bill_10k_yuan": 0.22,
        "staff_average_wage_yuan": 0.15,
    },
    "city_resident_population": {"resident_population_10k": 0.04},
    "city_investment_fiscal": {
        "fixed_investment_100m_yuan": 0.40,
        "budget_revenue_100m_yuan": 0.30,
        "budget_expenditure_100m_yuan": 0.25,
        "loans_100m_yuan": 0.22,
        "deposits_100m_yuan": 0.18,
    },
    "city_sector_employment": {
        "units_total": 0.25,
        "agriculture": 1.0,
        "mining": 1.0,
        "manufacturing": 0.5,
        "utilities": 0.6,
        "construction": 0.8,
        "transport_post": 0.6,
        "information": 0.8,
        "trade": 0.8,
        "hotels_catering": 0.9,
        "finance": 0.5,
        "real_estate": 0.9,
        "leasing_business": 1.2,
        "research_technical": 0.6,
        "water_environment": 0.6,
        "resident_services": 1.5,
        "education": 0.25,
        "health_social": 0.30,
        "culture_sports": 0.6,
        "public_management": 0.25,
    },
    "city_retail": {"retail_sales_100m_yuan": 0.20, "industrial_output_100m_yuan": 0.5},
    "city_total_tax": {"total_tax_pct_gdp": 0.5, "total_tax_yuan_per_capita": 0.4},
    "city_infrastructure_land": {
        "infrastructure_investment_yuan_per_capita": 2.3,
        "land_revenue_yuan_per_capita": 3.5,
    },
    "city_fdi": {"fdi_utilised_10k_usd": 2.3},
    "city_remote_sensing": {
        "night_lights_sum": 0.8,
        "night_lights_sum_urban": 0.8,
        "landscan_population": 0.15,
        "landscan_population_urban": 0.4,
        "cropland_km2": 0.5,
        "urban_built_km2": 0.10,
    },
    "city_growth_and_sectors": {
        "gdp_100m_yuan": 0.10,
        "gdp_of_sector_table_100m_yuan": 0.10,
        "primary_100m_yuan": 0.20,
        "secondary_100m_yuan": 0.20,
        "tertiary_100m_yuan": 0.15,
    },
    "city_district_sector_employment": {
        "agriculture": 1.5,
        "mining": 1.2,
        "manufacturing": 0.6,
        "utilities": 0.7,
        "construction": 0.9,
        "transport": 0.7,
        "wholesale_retail": 0.9,
        "leasing_business": 1.2,
        "hotels_catering": 1.0,
        "finance": 0.6,
        "real_estate": 1.0,
        "education": 0.35,
        "research_technical": 0.7,
        "information": 0.9,
        "water_environment": 0.7,
        "resident_services": 1.5,
        "health": 0.4,
        "culture_sport": 0.7,
        "public_management": 0.35,
    },
    "city_road_area": {"road_area_m2_per_head": 0.35},
    "city_lgfv_debt": {"lgfv_interest_bearing_debt_100m_yuan": 1.0},
    "county_panel": {
        "gdp_10k_yuan": 0.30,
        "primary_10k_yuan": 0.40,
        "secondary_10k_yuan": 0.40,
        "tertiary_10k_yuan": 0.40,
        "population_10k": 0.10,
        "lights": 1.0,
    },
    "province_accounts": {
        "gdp_100m_yuan": 0.07,
        "population_10k": 0.04,
        "employment_10k": 0.06,
        "gross_fixed_capital_formation_100m_yuan": 0.25,
        "capital_stock_100m_yuan_1997": 0.08,
    },
    "province_investment": {
        "fixed_capital_formation_100m_yuan": 0.8,
        "investment_price_1952_1": 0.10,
        "depreciation_100m_yuan": 0.25,
    },
}

#: The same in points, for shares, rates and growth.
POINT_FLOOR: dict[str, dict[str, float]] = {
    "city_accounts": {
        "primary_share_pct": 5.0,
        "secondary_share_pct": 8.0,
        "tertiary_share_pct": 8.0,
        "gdp_growth_reported": 10.0,
    },
    "city_population_labour": {
        "natural_growth_permille": 8.0,
        "employment_primary_pct": 2.0,
        "employment_secondary_pct": 8.0,
        "employment_tertiary_pct": 8.0,
    },
    "city_growth_and_sectors": {"gdp_index_previous_year_100": 10.0},
    "city_growth_targets_2008_2022": {"growth_target_pct": 5.0},
    "city_growth_targets": {
        "growth_actual_pct": 7.0,
        "target_city_pct": 5.0,
        "target_province_pct": 3.0,
    },
}


def unit_scale(values: np.ndarray) -> np.ndarray:
    """Return each unit's robust scale of annual change, as a column."""
    change = values - shifted(values, 1)
    return np.nan_to_num(1.4826 * median(np.abs(change), axis=1))[:, None]


def standing_out(
    panel: Panel, column: str, logs: bool, close: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return (deviation, score): how far each cell stands out, and in how many scales.

    In logs the deviation is the smaller of two: net of the nation's movement, and net
    of the nation's and the province's. What moved a whole province is not one unit's
    fault, and a province whose rows were shifted cannot hide its own shift.
    """
    if logs:
        raw = panel.log(column)
        nation, province = detrended(raw), detrended(raw, panel.provinces)
        one, two = spike(nation), spike(province)
        deviation = np.where(np.abs(one) <= np.abs(two), one, two)
        own = np.fmin(unit_scale(nation), unit_scale(province))
    else:
        raw = panel.matrix(column)
        deviation = spike(raw)
        own = unit_scale(raw)
    common = scale(deviation)
    # A unit looked at closely is not excused by its own restlessness beyond twice the
    # column's: a series with several faults is restless because of them.
    own = np.where(close, np.minimum(own, 2 * common), own)
    width = np.maximum(own, common)
    with np.errstate(divide="ignore", invalid="ignore"):
        return deviation, np.abs(deviation) / width


def together(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Propose the year in which a whole province's people rise and fall back."""
    parts = []
    for (table, column), least in TOGETHER.items():
        if table not in panels or column not in panels[table]:
            continue
        panel = panels[table]
        deviation = spike(detrended(panel.log(column)), 2)
        # The first and the last year have one side only: nothing falls back there.
        values = panel.log(column)
        inner = np.isfinite(sides(values, 2)[0]) & np.isfinite(sides(values, 2)[1])
        deviation = np.where(inner, deviation, np.nan)
        mask = np.zeros(deviation.shape, dtype=bool)
        moved = np.full(deviation.shape, np.nan)
        for province in np.unique(panel.provinces):
            member = panel.provinces == province
            here = deviation[member]
            count = np.isfinite(here).sum(axis=0)
            middle = median(here, axis=0)
            alike = (np.sign(here) == np.sign(middle)).sum(axis=0)
            year = (count >= 5) & (np.abs(middle) > least) & (alike >= 0.8 * count)
            mask[np.ix_(member, year)] = np.isfinite(here[:, year])
            moved[member] = middle
        rows = panel.rows(mask)
        far = panel.at(moved)[rows.index]
        parts.append(
            propose(
                "province_rises_and_falls_back",
                table,
                rows,
                column,
                np.abs(far) / least,
                {"median_pct": 100 * np.expm1(far)},
            )
        )
    return gather(parts)


def leaps(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Propose short runs at an end of a series, a leap away from the years beside them."""
    parts = []
    for table, column in LEAP_COLUMNS:
        if table not in panels or column not in panels[table]:
            continue
        panel = panels[table]
        flat = detrended(panel.log(column))
        change = flat - shifted(flat, 1)
        there = np.isfinite(flat)
        so_far = np.cumsum(there, axis=1)
        to_come = so_far[:, -1:] - so_far
        mask = np.zeros(flat.shape, dtype=bool)
        size = np.zeros(flat.shape)
        for unit, year in np.argwhere(np.abs(change) > LEAP):
            before, after = so_far[unit, year - 1], to_come[unit, year] + 1
            if before <= END_RUN and after > 2 * END_RUN:
                run, others = slice(0, year), slice(year, None)
            elif after <= END_RUN and before > 2 * END_RUN:
                run, others = slice(year, None), slice(0, year)
            else:
                continue
            # The leap may be the others' own: the run must be off the series as a whole.
            away = np.abs(flat[unit, run] - np.nanmedian(flat[unit, others]))
            # The run is of one level: a single wrong year does not take the others with it.
            known = np.flatnonzero(there[unit, run])
            edge = flat[unit, run][known[-1] if before <= END_RUN else known[0]]
            one = np.abs(flat[unit, run] - edge) < LEAP / 2
            # Nor is it the leap of a single wrong year beside the run.
            rest = flat[unit, others][there[unit, others]]
            beside = np.median(rest[:END_RUN] if before <= END_RUN else rest[-END_RUN:])
            first = flat[unit, year if before <= END_RUN else year - 1]
            one &= (np.abs(edge - beside) > LEAP) & (np.abs(first - beside) < LEAP)
            mask[unit, run] |= there[unit, run] & (away > LEAP) & one
            size[unit, run] = away
        rows = panel.rows(mask)
        far = panel.at(size)[rows.index]
        facts = {"longest": END_RUN, "times": np.exp(far)}
        parts.append(propose("leap_at_the_end", table, rows, column, far / LEAP, facts))
    return gather(parts)


def off_the_line(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Propose counts of people far from the line between the nearest years known on both sides."""
    parts = []
    for table, column in TOGETHER:
        if table not in panels or column not in panels[table]:
            continue
        panel = panels[table]
        logs = panel.log(column)
        sides_ = []
        for step in (1, -1):
            wide = pd.DataFrame(logs[:, ::step]).ffill(axis=1, limit=LINE_REACH)
            known = np.where(np.isfinite(logs), panel.years[None, :], np.nan)
            place = pd.DataFrame(known[:, ::step])
            place = place.ffill(axis=1, limit=LINE_REACH)
            sides_.append(
                (
                    shifted(wide.to_numpy(), 1)[:, ::step],
                    shifted(place.to_numpy(), 1)[:, ::step],
                )
            )
        (before, first), (after, last) = sides_
        weight = (panel.years[None, :] - first) / (last - first)
        away = logs - (before + weight * (after - before))
        off = np.fmin(np.abs(logs - before), np.abs(logs - after))
        outside = np.sign(logs - before) == np.sign(logs - after)
        mask = (np.abs(away) > LINE) & (off > LINE) & outside
        rows = panel.rows(mask)
        facts = {
            "away_pct": 100 * np.expm1(panel.at(away)[rows.index]),
            "first": panel.at(first)[rows.index],
            "last": panel.at(last)[rows.index],
        }
        score = np.abs(panel.at(away)[rows.index]) / LINE
        parts.append(propose("off_the_line", table, rows, column, score, facts))
    return gather(parts)


def check(panels: Mapping[str, Panel], focus: Collection[str] = ()) -> pd.DataFrame:
    """Propose every cell that stands out from the years before and after it.

    ``focus`` names units looked at more closely (thresholds times :data:`CLOSER`).
    """
    parts = [together(panels), leaps(panels), off_the_line(panels)]
    for floors, logs in ((LOG_FLOOR, True), (POINT_FLOOR, False)):
        for table, columns in floors.items():
            for column, floor in columns.items():
                if table not in panels or column not in panels[table]:
                    continue
                panel = panels[table]
                close = np.isin(panel.units, list(focus))[:, None]
                deviation, score = standing_out(panel, column, logs, close)
                factor = np.where(close, CLOSER, 1.0)
                mask = (np.abs(deviation) > floor * factor) & (score > SCALES * factor)
                rows = panel.rows(mask)
                if rows.empty:
                    continue
                far, times = (
                    panel.at(deviation)[rows.index],
                    panel.at(score)[rows.index],
                )
                before, after = (
                    shifted(panel.matrix(column), 1),
                    shifted(panel.matrix(column), -1),
                )
                left, right = sides(panel.matrix(column))
                facts = {
                    "two_sided": panel.at(np.isfinite(left) & np.isfinite(right))[rows.index],
                    "before": panel.at(before)[rows.index],
                    "after": panel.at(after)[rows.index],
                    "deviation": far,
                    "measure": "in logs" if logs else "points",
                    "scales": times,
                }
                parts.append(propose("neighbours_in_time", table, rows, column, times, facts))
    return gather(parts)
