"""The variables of the panel, declared once: what is built, and what the codebook says of it.

A variable is either ``copied`` from a column of a corrected table or made by a ``formula`` of
other variables, evaluated as it stands here; so the codebook cannot differ from the code. What it
is made from is declared beside it: provenance, breaks and the trace of a value read it there.
"""

from __future__ import annotations

from dataclasses import replace

from guantian.data.derived import DERIVED
from guantian.data.variable import Variable


def _copied(table: str, *columns: tuple[str, str, str]) -> tuple[Variable, ...]:
    return tuple(Variable(n, title, unit, f"{table}.{n}") for n, title, unit in columns)


IDENTITY = (
    Variable("name_en", "Name of the city", "text", "city_names_en.name_en"),
    Variable("name_zh", "Chinese name of the city", "text", "city_names.name_zh"),
    Variable("province_code", "Code of the province", "code", "city_names.province_code"),
    Variable("province_zh", "Chinese name of the province", "text", "city_names.province_zh"),
    Variable("in_zone", "Whether the city is a member of the zone", "0 or 1", "config/zones"),
    Variable("in_region", "Whether the city's province is in the region", "0 or 1", "config"),
    Variable(
        "in_nation",
        "Whether the city is in mainland China",
        "0 or 1",
        "city_names.province_code; Taiwan, Hong Kong and Macao keep other accounts",
    ),
)

OUTPUT = (
    Variable(
        "gdp_100m_yuan",
        "Gross domestic product, current prices",
        "100 million yuan",
        "city_accounts.gdp_100m_yuan; city_accounts_2022_2023.gdp_100m_yuan",
    ),
    Variable(
        "gdp_splice",
        "Step of GDP from the yearbook (to 2021) to the bulletins (2022, 2023)",
        "continuous, break, sum (sectors do not add up) or untested",
        "log growth of gdp_100m_yuan against the province's other cities, in robust scales, and "
        "GDP against its sectors",
        inputs=("gdp_100m_yuan",),
        before=("gdp_100m_yuan",),
    ),
    Variable(
        "gdp_growth_pct",
        "Real growth of GDP over the year before (yearbook; revised in Shaanxi): the headline",
        "per cent",
        "city_accounts.gdp_growth_reported",
    ),
    Variable(
        "gdp_growth_first_published_pct",
        "Real growth of GDP over the year before, as first published",
        "per cent",
        "city_growth_targets.growth_actual_pct",
    ),
    Variable(
        "gdp_growth_retrospective_pct",
        "Real growth of GDP over the year before, as a later compilation has it",
        "per cent",
        "city_growth_and_sectors.gdp_index_previous_year_100 less 100",
        inputs=("city_growth_and_sectors.gdp_index_previous_year_100",),
    ),
    Variable(
        "real_gdp_100m_yuan",
        "Real gross domestic product, growth-chained",
        "100 million yuan at prices of the base year",
        "gdp_100m_yuan of the base year, chained by gdp_growth_pct; a gap is not bridged",
        inputs=("gdp_growth_pct",),
        window="chain",
        base="gdp_100m_yuan",
    ),
    Variable(
        "real_gdp_first_published_100m_yuan",
        "Real gross domestic product, chained by growth as first published",
        "100 million yuan at prices of the base year",
        "gdp_100m_yuan of the base year, chained by gdp_growth_first_published_pct or, in years "
        "that its source does not have, by gdp_growth_pct; a gap of both is not bridged",
        inputs=("gdp_growth_first_published_pct", "gdp_growth_pct"),
        window="chain",
        first_known=True,
        base="gdp_100m_yuan",
    ),
    Variable(
        "first_published_step",
        "Whether this year's step of the first-published chain is first-published growth",
        "0 or 1",
        "1 where gdp_growth_first_published_pct is known, 0 where gdp_growth_pct takes its place",
        inputs=("gdp_growth_first_published_pct", "gdp_growth_pct"),
        first_known=True,
    ),
    Variable(
        "real_gdp_retrospective_100m_yuan",
        "Real gross domestic product, chained by growth of a later compilation",
        "100 million yuan at prices of the base year",
        "gdp_100m_yuan of the base year, chained by gdp_growth_retrospective_pct; a gap is not "
        "bridged",
        inputs=("gdp_growth_retrospective_pct",),
        window="chain",
        base="gdp_100m_yuan",
    ),
    Variable(
        "implied_deflator_previous_year_100",
        "Deflator of GDP that the accounts imply",
        "previous year = 100",
        "growth of gdp_100m_yuan over gdp_growth_pct",
        inputs=("gdp_100m_yuan", "gdp_growth_pct"),
        before=("gdp_100m_yuan",),
    ),
    Variable(
        "cpi_previous_year_100",
        "Consumer prices of the province",
        "previous year = 100",
        "province_cpi.cpi_previous_year_100",
    ),
    Variable(
        "cpi_level",
        "Consumer prices of the province, chained",
        "base year = 1",
        "province_cpi.cpi_previous_year_100; a gap is not bridged",
        inputs=("cpi_previous_year_100",),
        window="chain",
    ),
    Variable(
        "implied_deflator_judgement",
        "Implied deflator against consumer prices",
        "near, far or impossible",
        "distance of the logs of both indices; the limits are in config, at accounts",
        inputs=("implied_deflator_previous_year_100", "cpi_previous_year_100"),
    ),
    Variable(
        "gdp_per_capita_yuan",
        "GDP per head as reported",
        "yuan, current prices; population basis in gdp_per_capita_basis",
        "city_accounts.gdp_per_capita_yuan",
    ),
    *(
        Variable(
            f"{sector}_10k_yuan",
            f"Value added of the {sector} sector, current prices",
            "10 thousand yuan",
            f"city_accounts.{sector}_10k_yuan; city_accounts_2022_2023.{sector}_100m_yuan",
        )
        for sector in ("primary", "secondary", "tertiary")
    ),
)

COPIED = (
    *_copied(
        "city_population_labour",
        (
            "registered_population_10k",
            "Registered (hukou) population, end of year",
            "10 thousand persons",
        ),
    ),
    *_copied(
        "city_resident_population",
        (
            "resident_population_10k",
            "Resident population, end of year",
            "10 thousand persons",
        ),
    ),
    *_copied(
        "city_investment_fiscal",
        (
            "fixed_investment_100m_yuan",
            "Investment in fixed assets",
            "100 million yuan",
        ),
        (
            "fixed_investment_imputed",
            "Investment is interpolated by the source",
            "0 or 1",
        ),
        (
            "budget_revenue_100m_yuan",
            "General public budget revenue",
            "100 million yuan",
        ),
        ("budget_revenue_imputed", "Revenue is interpolated by the source", "0 or 1"),
        (
            "budget_expenditure_100m_yuan",
            "General public budget expenditure",
            "100 million yuan",
        ),
        (
            "budget_expenditure_imputed",
            "Expenditure is interpolated by the source",
            "0 or 1",
        ),
    ),
    *_copied(
        "city_remote_sensing",
        (
            "night_lights_sum",
            "Sum of night lights (two satellites: break 2012-2013)",
            "nW/cm2/sr",
        ),
        ("landscan_population", "Population modelled by LandScan", "persons"),
    ),
)

CAPITAL = (
    Variable(
        "capital_100m_yuan",
        "Capital, by perpetual inventory from investment in fixed assets",
        "100 million yuan at prices of the base year",
        "city_investment_fiscal.fixed_investment_100m_yuan; "
        "province_investment.investment_price_1952_1 or province_cpi; config, at capital",
        inputs=(
            "city_investment_fiscal.fixed_investment_100m_yuan",
            "province_investment.investment_price_1952_1",
        ),
        window="run",
    ),
    Variable(
        "capital_start_year",
        "Year in which the stock of capital starts",
        "year",
        "first year of the longest unbroken run of investment",
        inputs=("capital_100m_yuan",),
    ),
    Variable(
        "capital_initial_share_pct",
        "How much of the stock is still the first guess",
        "per cent",
        "initial stock less its depreciation, over capital_100m_yuan",
        inputs=("capital_100m_yuan",),
    ),
    Variable(
        "capital_imputed",
        "Whether the stock rests on imputed investment",
        "0 or 1",
        "city_investment_fiscal.fixed_investment_imputed: 1 from the first such year on",
        inputs=("city_investment_fiscal.fixed_investment_imputed",),
        window="run",
    ),
)

POPULATION = (
    Variable(
        "population_10k",
        "Population on the study's basis",
        "10 thousand persons",
        "resident or registered population, or gdp_100m_yuan / gdp_per_capita_yuan; config, at "
        "population",
        inputs=("resident_population_10k",),
    ),
    Variable(
        "population_interpolated",
        "Whether the population is interpolated between two censuses",
        "0 or 1",
        "config, at population.between_censuses",
        inputs=("population_10k",),
    ),
    Variable(
        "boundary_change",
        "Whether the tables follow a change of the city's territory from this year on",
        "0 or 1",
        "data/raw/boundary_changes.csv",
    ),
)

BASIS = Variable(
    "gdp_per_capita_basis",
    "Population that the reported GDP per head divides by",
    "resident, registered, either or neither",
    "gdp_100m_yuan / gdp_per_capita_yuan compared with both populations (mean of two year ends, "
    "or the year's end), within 1 per cent",
    inputs=(
        "gdp_100m_yuan",
        "gdp_per_capita_yuan",
        "resident_population_10k",
        "registered_population_10k",
    ),
    before=("resident_population_10k", "registered_population_10k"),
)

# Of which variable each flag tells the breaks.
FLAGGED = {
    "gdp_break": "gdp_100m_yuan",
    "growth_break": "gdp_growth_pct",
    "population_break": "population_10k",
    "lights_break": "night_lights_sum",
}
FLAGS = tuple(
    Variable(
        flag,
        f"Whether a break of {variable} starts in this year",
        "0 or 1",
        f"data/raw/breaks.csv, of what {variable} is made from",
    )
    for flag, variable in FLAGGED.items()
)

VARIABLES = (*IDENTITY, *OUTPUT, *COPIED, *CAPITAL, *POPULATION, *DERIVED, BASIS, *FLAGS)


def resolved(population_basis: str, capital_price: str) -> tuple[Variable, ...]:
    """Return the variables with the inputs that the study's choices give them.

    Parameters
    ----------
    population_basis
        ``resident``, ``registered`` or ``reported``: config, at population.basis.
    capital_price
        ``investment`` or ``consumer``: config, at capital.price.
    """
    population = {
        "resident": ("resident_population_10k",),
        "registered": ("registered_population_10k",),
        "reported": ("gdp_100m_yuan", "gdp_per_capita_yuan"),
    }[population_basis]
    price = {
        "investment": "province_investment.investment_price_1952_1",
        "consumer": "cpi_level",
    }[capital_price]
    chosen = {
        "population_10k": population,
        "capital_100m_yuan": ("city_investment_fiscal.fixed_investment_100m_yuan", price),
    }
    return tuple(
        replace(variable, inputs=chosen.get(variable.name, variable.inputs))
        for variable in VARIABLES
    )
