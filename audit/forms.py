"""Figures printed in another form: indices among percentages, zeros for gaps, fractions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from .common import Panel, gather, level, median, propose

#: A growth rate of 85 to 160 is an index (last year = 100): the highest true growth of a
#: city-year here is 66 per cent, the deepest fall 42.
INDEX_RANGE = (85.0, 160.0)
GROWTH_COLUMNS = (
    ("city_accounts", "gdp_growth_reported"),
    ("city_growth_targets", "growth_actual_pct"),
    ("city_growth_targets", "target_city_pct"),
    ("city_growth_targets", "target_province_pct"),
    ("city_growth_targets_2008_2022", "growth_target_pct"),
)
#: A figure below this in a column of indices is a rate: no city's output fell by three quarters.
INDEX_COLUMNS = (
    ("city_growth_and_sectors", "gdp_index_previous_year_100"),
    ("province_cpi", "cpi_previous_year_100"),
    ("province_retail_prices", "rpi_previous_year_100"),
)
RATE_LIMIT = 25.0
#: Above this no growth rate is credible and no index either.
GROWTH_LIMIT = 160.0
#: A price index must lie here (last year = 100); the inflation of 1994 and the early
#: sixties stays inside.
PRICE_RANGE = (80.0, 140.0)
PRICE_COLUMNS = (
    ("province_cpi", "cpi_previous_year_100"),
    ("province_retail_prices", "rpi_previous_year_100"),
)
SHARE_MARKS = (
    "_share_pct",
    "employment_primary_pct",
    "employment_secondary_pct",
    "employment_tertiary_pct",
)
#: Columns in which a true zero cannot be told from a gap, or is impossible.
ZERO_COLUMNS = (
    ("city_infrastructure_land", "land_revenue_yuan_per_capita"),
    ("city_infrastructure_land", "infrastructure_investment_yuan_per_capita"),
    ("city_fdi", "fdi_utilised_10k_usd"),
    ("city_accounts", "gdp_100m_yuan"),
    ("city_accounts", "gdp_per_capita_yuan"),
    ("city_accounts", "primary_10k_yuan"),
    ("city_accounts", "secondary_10k_yuan"),
    ("city_accounts", "tertiary_10k_yuan"),
    ("city_population_labour", "registered_population_10k"),
    ("city_population_labour", "employed_persons_10k"),
    ("city_population_labour", "staff_average_10k"),
    ("city_population_labour", "staff_wage_bill_10k_yuan"),
    ("city_population_labour", "staff_average_wage_yuan"),
    ("city_population_labour", "density_per_km2"),
    ("city_resident_population", "resident_population_10k"),
    ("city_resident_population", "land_area_km2"),
    ("city_investment_fiscal", "fixed_investment_100m_yuan"),
    ("city_investment_fiscal", "budget_revenue_100m_yuan"),
    ("city_investment_fiscal", "budget_expenditure_100m_yuan"),
    ("city_investment_fiscal", "loans_100m_yuan"),
    ("city_investment_fiscal", "deposits_100m_yuan"),
    ("city_retail", "retail_sales_100m_yuan"),
    ("city_total_tax", "total_tax_pct_gdp"),
    ("city_total_tax", "total_tax_yuan_per_capita"),
)
#: A year in which everyone has 0, among years in which at least this part has 1.
PROMOTED = 0.01
#: A province prints one digit more than in the years on both sides for this part of its
#: cities, and disagrees with the growth that the accounts report.
DIGIT_SHARE = 0.6
DIGIT_SHARE_BESIDE = 0.35
#: Two tables' growth is the same to this (points).
SAME_GROWTH = 0.15
#: Reported growth is that of nominal GDP where it equals it to this and leaves every other table's
#: by more than the second (points).
NOMINAL = 0.06
OTHER_GROWTH = 1.5
#: Prices of a province moved by this (per cent, the median of so many cities).
PRICES = 2.5
PRICED = 5


def indices(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Propose growth rates printed as indices, with 100 taken off."""
    parts = []
    for table, column in GROWTH_COLUMNS:
        if table not in panels or column not in panels[table]:
            continue
        frame = panels[table].frame
        value = frame[column]
        rows = frame[value.between(*INDEX_RANGE)]
        parts.append(
            propose(
                "index_among_percentages",
                table,
                rows,
                column,
                rows[column] / 10,
                {"rate": rows[column] - 100},
                np.round(rows[column] - 100, 6),
            )
        )
        rows = frame[value > GROWTH_LIMIT]
        parts.append(
            propose(
                "impossible_rate",
                table,
                rows,
                column,
                50.0,
            )
        )
    return gather(parts)


def rates(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Propose rates printed in a column of indices, with 100 added."""
    parts = []
    for table, column in INDEX_COLUMNS:
        if table not in tables or column not in tables[table]:
            continue
        frame = tables[table]
        rows = frame[frame[column].abs() < RATE_LIMIT]
        index = np.round(rows[column] + 100, 6)
        parts.append(
            propose("rate_among_indices", table, rows, column, 20.0, {"index": index}, index)
        )
    return gather(parts)


def ranges(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Propose price indices and shares outside what they can be, and negative amounts."""
    parts = []
    for table, column in PRICE_COLUMNS:
        if table not in tables:
            continue
        frame = tables[table]
        rows = frame[~frame[column].between(*PRICE_RANGE) & frame[column].notna()]
        parts.append(
            propose(
                "impossible_index",
                table,
                rows,
                column,
                50.0,
            )
        )
    for table in ("city_accounts", "city_population_labour"):
        if table not in tables:
            continue
        frame = tables[table]
        for column in frame.columns:
            if not any(mark in column for mark in SHARE_MARKS):
                continue
            rows = frame[(frame[column] < 0) | (frame[column] > 100)]
            parts.append(
                propose(
                    "impossible_share",
                    table,
                    rows,
                    column,
                    50.0,
                )
            )
    free = {
        "city_accounts": {"gdp_growth_reported"},
        "city_population_labour": {"natural_growth_permille"},
    }
    for table, frame in tables.items():
        if not table.startswith(
            (
                "city_accounts",
                "city_population",
                "city_resident",
                "city_investment",
                "city_sector",
                "city_retail",
                "city_total",
                "city_infrastructure",
                "city_fdi",
                "city_remote",
                "county_gdp",
            )
        ):
            continue
        for column in frame.columns:
            if frame[column].dtype.kind != "f" or column in free.get(table, set()):
                continue
            rows = frame[frame[column] < 0]
            if len(rows):
                parts.append(
                    propose(
                        "negative_amount",
                        table,
                        rows,
                        column,
                        50.0,
                    )
                )
    return gather(parts)


def zeros(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Propose zeros that stand for a gap."""
    parts = []
    for table, column in ZERO_COLUMNS:
        if table not in panels or column not in panels[table]:
            continue
        panel = panels[table]
        values = panel.matrix(column)
        rows = panel.rows(values == 0)
        if rows.empty:
            continue
        with np.errstate(invalid="ignore"):
            positive = np.where(values > 0, values, np.nan)
        usual = panel.at(level(positive, 5))[rows.index]
        parts.append(propose("zero_for_a_gap", table, rows, column, 5.0, {"usual": usual}))
    return gather(parts)


def empty_years(panel: Panel) -> pd.DataFrame:
    """Propose a year in which no city's leader was promoted at all."""
    parts = []
    for column in ("secretary_promoted", "mayor_promoted"):
        if column not in panel:
            continue
        rate = panel.frame.groupby("year")[column].mean()
        if (rate > PROMOTED).mean() < 0.5:
            continue
        years = rate.index[rate == 0]
        rows = panel.frame[panel.frame["year"].isin(years)]
        facts = {"usual_pct": 100 * rate[rate > 0].mean()}
        parts.append(propose("year_of_zeros", panel.table, rows, column, 20.0, facts))
    return gather(parts)


def other_digits(targets: Panel, accounts: Panel) -> pd.DataFrame:
    """Propose growth printed to other digits than before and after, in a whole province.

    Real growth is announced to one decimal. A province whose cities all have two, in one
    year only and beside the growth that the accounts report, was computed from something
    else: growth of nominal GDP.
    """
    column = "growth_actual_pct"
    values = targets.matrix(column)
    reported = targets.spread(
        accounts.frame.set_index(["city_code", "year"])["gdp_growth_reported"]
    )
    reported = np.where(reported > 60, reported - 100, reported)
    nominal_level = targets.spread(accounts.frame.set_index(["city_code", "year"])["gdp_100m_yuan"])
    nominal = np.full_like(values, np.nan)
    nominal[:, 1:] = 100 * (nominal_level[:, 1:] / nominal_level[:, :-1] - 1)
    # More than float noise away from one decimal (8.199997 is 8.2).
    fine = np.abs(values * 10 - np.round(values * 10)) > 0.02
    differs = ~(np.abs(values - reported) <= SAME_GROWTH)
    odd = np.zeros(values.shape, dtype=bool)
    for province in np.unique(targets.provinces):
        member = targets.provinces == province
        there = np.isfinite(values[member])
        count = there.sum(axis=0)
        with np.errstate(invalid="ignore"):
            part = fine[member].sum(axis=0) / count
            other = (fine & differs)[member].sum(axis=0) / count
        for year in range(len(targets.years)):
            beside = [part[k] for k in (year - 1, year + 1) if 0 <= k < len(part) and count[k]]
            if other[year] >= DIGIT_SHARE and all(b <= DIGIT_SHARE_BESIDE for b in beside):
                odd[member, year] = there[:, year]
    exact = fine & (np.abs(values - nominal) < 0.06) & (np.abs(values - reported) > 1.0)
    # A figure that the accounts give as well is real growth, whatever its province prints.
    i, j = np.nonzero((odd & differs) | exact)
    rows = pd.DataFrame({targets.unit: targets.units[i], "year": targets.years[j]})
    rows[column] = values[i, j]
    facts = {"nominal": nominal[i, j], "reported": reported[i, j], "exact": exact[i, j]}
    return propose(
        "nominal_growth_under_real",
        targets.table,
        rows,
        column,
        np.where(exact[i, j], 20.0, 10.0),
        facts,
    )


def nominal_in_accounts(accounts: Panel, others: Sequence[np.ndarray]) -> pd.DataFrame:
    """Propose reported growth that is the growth of nominal GDP, and no other table's.

    ``others`` are the rates of other tables (units x years, in the accounts' order), one of which
    at least must be known and all of which must disagree. Prices must have moved in the province's
    other cities: where they stood still, nominal growth is real growth.
    """
    column = "gdp_growth_reported"
    values, level_ = accounts.matrix(column), accounts.matrix("gdp_100m_yuan")
    nominal = np.full_like(values, np.nan)
    nominal[:, 1:] = 100 * (level_[:, 1:] / level_[:, :-1] - 1)
    gaps = np.array([np.abs(values - other) for other in others])
    apart = np.isfinite(gaps).any(axis=0) & ~(gaps <= OTHER_GROWTH).any(axis=0)
    deflator = 100 * ((1 + nominal / 100) / (1 + values / 100) - 1)
    prices = np.full_like(values, np.nan)
    for code in np.unique(accounts.provinces):
        member = accounts.provinces == code
        enough = np.isfinite(deflator[member]).sum(axis=0) >= PRICED
        prices[member] = np.where(enough, median(deflator[member], axis=0), np.nan)
    mask = (np.abs(values - nominal) < NOMINAL) & apart & (np.abs(prices) > PRICES)
    rows = accounts.rows(mask)
    known = np.where(np.isfinite(others), others, np.nan)
    facts = {
        "nominal": accounts.at(nominal)[rows.index],
        "reported": accounts.at(np.nanmax(np.nan_to_num(known, nan=-99.0), axis=0))[rows.index],
        "exact": True,
    }
    return propose("nominal_growth_under_real", accounts.table, rows, column, 20.0, facts)


def growth(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Run the checks of form that compare the tables of growth."""
    accounts = panels.get("city_accounts")
    if accounts is None or "city_growth_targets" not in panels:
        return gather([])
    others = []
    for table, column, taken in (
        ("city_growth_targets", "growth_actual_pct", 0.0),
        ("city_growth_and_sectors", "gdp_index_previous_year_100", 100.0),
    ):
        panel = panels.get(table)
        if panel is not None and column in panel:
            theirs = panel.frame.set_index([panel.unit, "year"])[column]
            others.append(accounts.spread(theirs - taken))
    return gather(
        [
            other_digits(panels["city_growth_targets"], accounts),
            nominal_in_accounts(accounts, others),
        ]
    )


def check(tables: Mapping[str, pd.DataFrame], panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Run the checks of form."""
    parts = [indices(panels), rates(tables), ranges(tables), zeros(panels)]
    if "city_growth_targets" in panels:
        parts.append(empty_years(panels["city_growth_targets"]))
    return gather(parts)
