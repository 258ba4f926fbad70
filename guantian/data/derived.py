"""Variables of the panel that a formula of other variables makes."""

from __future__ import annotations

from guantian.data.variable import Variable

DERIVED = (
    Variable(
        "real_gdp_cpi_100m_yuan",
        "Real gross domestic product, deflated by consumer prices (no deflator of a city's GDP "
        "is published)",
        "100 million yuan at prices of the base year",
        formula="gdp_100m_yuan / cpi_level",
    ),
    Variable(
        "real_gdp_gap_pct",
        "Growth-chained over deflated real GDP, less one",
        "per cent",
        formula="100 * (real_gdp_100m_yuan / real_gdp_cpi_100m_yuan - 1)",
    ),
    *(
        Variable(
            f"{name}_per_head_yuan",
            f"{title} per head, on the study's basis",
            unit,
            formula=f"1e4 * {name}_100m_yuan / population_10k",
        )
        for name, title, unit in (
            ("gdp", "GDP", "yuan, current prices"),
            ("real_gdp", "Real GDP, growth-chained,", "yuan at prices of the base year"),
            ("real_gdp_cpi", "Real GDP, deflated,", "yuan at prices of the base year"),
            (
                "real_gdp_first_published",
                "Real GDP, chained by first-published growth,",
                "yuan at prices of the base year",
            ),
            (
                "real_gdp_retrospective",
                "Real GDP, chained by growth of a later compilation,",
                "yuan at prices of the base year",
            ),
            ("capital", "Capital", "yuan at prices of the base year"),
        )
    ),
    Variable(
        "value_added_10k_yuan",
        "Value added of the three sectors together",
        "10 thousand yuan",
        formula="primary_10k_yuan + secondary_10k_yuan + tertiary_10k_yuan",
    ),
    *(
        Variable(
            f"{sector}_share_pct",
            f"Share of the {sector} sector in value added",
            "per cent",
            formula=f"100 * {sector}_10k_yuan / value_added_10k_yuan",
        )
        for sector in ("primary", "secondary", "tertiary")
    ),
    Variable(
        "gdp_per_resident_yuan",
        "GDP per resident",
        "yuan, current prices",
        formula="1e4 * gdp_100m_yuan / resident_population_10k",
    ),
    Variable(
        "gdp_per_registered_yuan",
        "GDP per registered inhabitant",
        "yuan, current prices",
        formula="1e4 * gdp_100m_yuan / registered_population_10k",
    ),
    Variable(
        "real_gdp_per_resident_yuan",
        "Real GDP per resident, growth-chained",
        "yuan at prices of the base year",
        formula="1e4 * real_gdp_100m_yuan / resident_population_10k",
    ),
    *(
        Variable(
            f"real_gdp_{vintage}_per_resident_yuan",
            f"Real GDP per resident, chained by {title} growth",
            "yuan at prices of the base year",
            formula=f"1e4 * real_gdp_{vintage}_100m_yuan / resident_population_10k",
        )
        for vintage, title in (
            ("first_published", "first-published"),
            ("retrospective", "retrospective"),
        )
    ),
    Variable(
        "lights_per_1000",
        "Night lights per thousand inhabitants (LandScan)",
        "nW/cm2/sr per 1 000 persons",
        formula="1000 * night_lights_sum / landscan_population",
    ),
    Variable(
        "budget_expenditure_per_resident_yuan",
        "Budget expenditure per resident",
        "yuan, current prices",
        formula="1e4 * budget_expenditure_100m_yuan / resident_population_10k",
    ),
    Variable(
        "fiscal_gap_pct",
        "Budget expenditure not covered by own revenue",
        "per cent of expenditure",
        formula="100 * (1 - budget_revenue_100m_yuan / budget_expenditure_100m_yuan)",
    ),
)
