"""What a row of results is made from: variables of the panel, and columns of raw tables.

A row names its outcome, and often a specification, a second variable or a measure. A name that is a
variable of the panel says it by itself; chapters' own names are read from the tables of
specifications that the configuration gives, or are in `NAMED`. Where none of them says it, the
row is made from what its rule reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from guantian.data.variables import VARIABLES
from guantian.errors import DataError
from guantian.registry import PANEL, Stage

PANEL_TABLE = "panel"
#: A variable of the panel (table ``panel``), or a column of a raw table.
Read = tuple[str, str]

GROWTH: Read = (PANEL_TABLE, "gdp_growth_pct")
GDP: Read = (PANEL_TABLE, "gdp_100m_yuan")
REAL: Read = (PANEL_TABLE, "real_gdp_100m_yuan")
RESIDENTS: Read = ("city_resident_population", "resident_population_10k")
FLOWS: Read = ("city_pair_flows_2021h1", "flow_index")
INVESTMENT: Read = (PANEL_TABLE, "fixed_investment_100m_yuan")
PRICE: Read = ("province_investment", "investment_price_1952_1")
COUNTY: Read = ("county_panel", "gdp_10k_yuan")
COUNTY_PEOPLE: Read = ("county_panel", "population_10k")
PRICES: Read = ("province_retail_prices", "rpi_previous_year_100")
TARGET: Read = ("city_growth_targets", "target_city_pct")
TARGET_ABOVE: Read = ("city_growth_targets", "target_province_pct")

#: Chapters' own names of outcomes and variables, by chapter (``""``: in any).
NAMED: dict[tuple[str, str], tuple[Read, ...]] = {
    ("", "county_gdp_growth"): (COUNTY,),
    ("", "county_growth"): (COUNTY,),
    ("", "current_gdp"): (GDP,),
    ("", "deflated"): ((PANEL_TABLE, "real_gdp_cpi_100m_yuan"),),
    ("", "expenditure"): ((PANEL_TABLE, "budget_expenditure_per_resident_yuan"),),
    ("", "flow"): (FLOWS,),
    ("", "flow_index"): (FLOWS,),
    ("", "gdp"): (REAL,),
    ("", "gdp_deflated"): ((PANEL_TABLE, "real_gdp_cpi_100m_yuan"),),
    ("", "growth"): (GROWTH,),
    ("", "investment"): (INVESTMENT, PRICE),
    ("", "lights"): ((PANEL_TABLE, "night_lights_sum"),),
    ("", "log_flow"): (FLOWS,),
    ("", "log_flow_on_next_year"): (("zone_pair_flows_monthly", "flow_index"),),
    ("", "overbid"): (TARGET, TARGET_ABOVE),
    ("", "promotion"): (
        ("city_growth_targets", "secretary_promoted"),
        ("city_growth_targets", "mayor_promoted"),
    ),
    ("", "price_dispersion"): (PRICES,),
    ("", "price_variance"): (PRICES,),
    ("", "real_investment"): (INVESTMENT, PRICE),
    ("", "residents"): (RESIDENTS,),
    ("", "target"): (TARGET, TARGET_ABOVE),
    ("", "tax"): (
        ("city_total_tax", "total_tax_pct_gdp"),
        ("city_total_tax", "total_tax_yuan_per_capita"),
    ),
    ("", "travel"): (("city_pair_search_travel", "travel_2019"),),
    ("", "times"): (("zone_pair_travel_time", "rail_hours_modelled"),),
    ("counties", "dispersion_printed"): (COUNTY, COUNTY_PEOPLE),
    ("counties", "output"): (COUNTY,),
    ("counties", "output_per_head"): (COUNTY, COUNTY_PEOPLE),
    ("counties", "polycentricity"): (COUNTY,),
    ("core_periphery", "gain"): (GDP, FLOWS, RESIDENTS),
    ("games", "gain"): (REAL, FLOWS),
    ("games", "investment"): (INVESTMENT, PRICE),
    ("games", "pairs"): (REAL, FLOWS),
    ("inequality", "combined"): (
        REAL,
        (PANEL_TABLE, "night_lights_sum"),
        (PANEL_TABLE, "landscan_population"),
    ),
    ("inequality", "per_resident"): (COUNTY, COUNTY_PEOPLE),
    ("inequality", "total"): (COUNTY,),
    ("linkage", "log_linkage"): (GDP, RESIDENTS, ("zone_pair_travel_time", "rail_hours_modelled")),
    ("plan", "dispersion"): ((PANEL_TABLE, "real_gdp_per_resident_yuan"),),
    ("similarity", "branches"): (
        ("city_accounts", "primary_10k_yuan"),
        ("city_accounts", "secondary_10k_yuan"),
        ("city_accounts", "tertiary_10k_yuan"),
    ),
    ("similarity", "census"): (("census_industry_prefecture", "*"),),
    ("similarity", "units_early"): (("city_sector_employment", "*"),),
    ("similarity", "units_late"): (("city_sector_employment", "*"),),
    ("similarity", "infrastructure_per_head"): (
        ("city_infrastructure_land", "infrastructure_investment_yuan_per_capita"),
    ),
    ("similarity", "land"): (("city_infrastructure_land", "land_revenue_yuan_per_capita"),),
    ("similarity", "log_variance"): (("province_retail_prices", "rpi_previous_year_100"),),
    ("similarity", "log_icor"): (INVESTMENT, REAL),
    ("similarity", "output_per_capital"): (REAL, (PANEL_TABLE, "capital_100m_yuan")),
    ("similarity", "investment_over_gdp"): (INVESTMENT, GDP),
}
#: Columns of a row that may name what it is made from, the first that does decides.
COLUMNS = ("outcome", "variable", "variant", "measure", "parameter")
#: Made files that are not the panel, and the columns of raw tables that they hold.
MADE: dict[str, tuple[Read, ...]] = {
    "{processed}/flows.parquet": (FLOWS,),
    "{processed}/prices.parquet": (("province_retail_prices", "rpi_previous_year_100"),),
    "{processed}/county_panel.parquet": (COUNTY, ("county_panel", "population_10k")),
    "{processed}/structure.parquet": (
        ("city_sector_employment", "units_total"),
        ("census_industry_prefecture", "employed_sample_total"),
        ("city_accounts", "primary_10k_yuan"),
        ("city_accounts", "secondary_10k_yuan"),
        ("city_accounts", "tertiary_10k_yuan"),
    ),
}
VARIABLE = {variable.name: variable for variable in VARIABLES}


def reads(
    chapter: str, row: Mapping[str, Any], stage: Stage, specs: pd.DataFrame | None = None
) -> tuple[tuple[Read, ...], str]:
    """Return what a row of results is made from, and which of its columns says so.

    Parameters
    ----------
    chapter
        That made the row.
    row
        Its columns that are not empty.
    stage
        The stage that made it.
    specs
        The chapter's table of specifications: ``spec`` or ``outcome`` to a variable.

    Returns
    -------
    reads : tuple
        Of (``panel``, variable) or (table, column).
    said_by : str
        The column of the row; empty where only the rule's inputs say it.
    """
    told = _told_by_specs(specs)
    for column in COLUMNS:
        name = row.get(column)
        if not isinstance(name, str):
            continue
        name = told.get(name, name)
        if name in VARIABLE:
            return ((PANEL_TABLE, name),), column
        known = NAMED.get((chapter, name)) or NAMED.get(("", name))
        if known:
            return known, column
    return tuple(dict.fromkeys(_of_inputs(stage))), ""


def read_specs(root: str | Path, name: object) -> pd.DataFrame | None:
    """Read a chapter's table of specifications; None where it has none, or not as a table."""
    if not isinstance(name, str) or not name.endswith(".tsv"):
        return None
    path = Path(root) / name
    if not path.exists():
        raise DataError(f"{path} is missing; the configuration names it as specifications.")
    return pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)


def _told_by_specs(specs: pd.DataFrame | None) -> dict[str, str]:
    if specs is None:
        return {}
    first = specs.columns[0]
    second = next((name for name in ("variable", "outcome") if name in specs.columns[1:]), None)
    return {} if second is None else dict(zip(specs[first], specs[second], strict=True))


def _of_inputs(stage: Stage) -> Iterator[Read]:
    """What the rule reads: the panel's output and people, and each table's first figures."""
    for path in stage.inputs.values():
        if path == PANEL:
            yield from (REAL, (PANEL_TABLE, "resident_population_10k"))
        elif path in MADE:
            yield from MADE[path]
        elif path.startswith("{processed}/tables/"):
            table = path.removeprefix("{processed}/tables/").removesuffix(".parquet")
            yield (table, "*")
