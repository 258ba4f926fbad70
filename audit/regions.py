"""Totals of a region under the name of one of its units."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from .common import Panel, detrended, gather, level, log, propose

#: Amounts that add over units.
COLUMNS = {
    "city_accounts": (
        "gdp_100m_yuan",
        "primary_10k_yuan",
        "secondary_10k_yuan",
        "tertiary_10k_yuan",
    ),
    "city_growth_and_sectors": ("gdp_100m_yuan", "gdp_of_sector_table_100m_yuan"),
    "city_investment_fiscal": (
        "budget_revenue_100m_yuan",
        "budget_expenditure_100m_yuan",
        "loans_100m_yuan",
        "deposits_100m_yuan",
    ),
    "city_population_labour": (
        "registered_population_10k",
        "employed_persons_10k",
        "staff_average_10k",
        "staff_wage_bill_10k_yuan",
    ),
    "city_resident_population": ("resident_population_10k",),
    "city_retail": ("retail_sales_100m_yuan", "industrial_output_100m_yuan"),
    "city_sector_employment": ("units_total",),
    "county_panel": ("gdp_10k_yuan", "population_10k"),
}
#: What the provinces' own table prints of the same.
PRINTED = {
    ("city_accounts", "gdp_100m_yuan"): "gdp_100m_yuan",
    ("city_population_labour", "registered_population_10k"): "population_10k",
    ("city_resident_population", "resident_population_10k"): "population_10k",
}
#: A total is this many times (logs) what the unit's own years suggest, at the least, ...
OFF = 1.0
#: ... and within this (logs) of the sum of the other units and of that, or of the printed total.
SUM = 0.01
TOTAL = 0.001
#: Other units with a figure.
UNITS = 3


def totals(panel: Panel, column: str, province: Panel | None) -> pd.DataFrame:
    """Propose figures of a unit that are the sum of its region.

    The region is the province, and of counties their city. A figure that is nearer to a power of
    ten of the unit's own years is left to that.
    """
    logs = panel.log(column)
    flat = detrended(logs)
    own = level(flat) + logs - flat
    away = flat - level(flat)
    slip = np.abs(away - np.round(away / np.log(10)) * np.log(10))
    counties = panel.unit == "county_code"
    regions = np.array([str(unit)[:4] for unit in panel.units]) if counties else panel.provinces
    values = panel.matrix(column)
    gap = np.full(values.shape, np.inf)
    for region in np.unique(regions):
        member = regions == region
        there = np.isfinite(values[member])
        others = np.nansum(values[member], axis=0) - np.nan_to_num(values[member])
        enough = there.sum(axis=0) - there >= UNITS
        found = np.abs(logs[member] - log(others + np.exp(own[member])))
        gap[member] = np.where(enough & np.isfinite(found), found, np.inf)
    hit = (away > OFF) & (gap < np.minimum(SUM, slip / 2))
    name = PRINTED.get((panel.table, column))
    if name and province is not None:
        printed = province.frame.set_index(["province_code", "year"])[name].unstack()
        codes = [f"{code}0000" for code in panel.provinces]
        whole = printed.reindex(index=codes, columns=panel.years).to_numpy(dtype=float)
        hit |= (away > OFF) & (np.abs(logs - log(whole)) < TOTAL)
    rows = panel.rows(hit)
    facts = {"times": np.exp(panel.at(away)[rows.index])}
    return propose("total_of_its_region", panel.table, rows, column, 20.0, facts)


def check(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Look for totals of a region in every table whose amounts add."""
    province = panels.get("province_accounts")
    return gather(
        [
            totals(panels[table], column, province)
            for table, columns in COLUMNS.items()
            if table in panels
            for column in columns
            if column in panels[table]
        ]
    )
