"""Sources of growth: growth accounts, growth regressions, and county growth at the border."""

from guantian.registry import (
    FONTS,
    NAMES,
    PAIRS,
    PANEL,
    PLACEBO_ZONES,
    ZONES,
    Chapter,
    Stage,
    results,
    table,
)

RESULTS = {kind: results(kind, "growth") for kind in ("estimates", "tests")}
COUNTY_GROWTH = "{results}/estimates/county_growth.csv"

#: Chapters whose results rest on reported real growth, estimated a second time.
AGAIN = (
    "inequality",
    "dynamics",
    "spillovers",
    "reactions",
    "core_periphery",
    "plan",
    "zones",
    "counties",
)
SECOND = "{{results}}/first_published/estimates/{}.parquet"

CHAPTER = Chapter(
    name="growth",
    title="Sources of growth",
    question="What does growth come from, and does it differ at the provincial border?",
    stages=(
        Stage(
            verb="estimate",
            call="guantian.chapters.growth.estimate.run:estimate",
            inputs={
                "panel": PANEL,
                "finance": table("city_investment_fiscal"),
                "investment": table("city_fdi"),
                "leaders": table("city_leaders"),
                "counties": table("county_gdp"),
                "prices": "{processed}/prices.parquet",
                "accounts": table("province_accounts"),
                "consumer_prices": table("province_cpi"),
                "weights": "{processed}/weights/queen.npz",
                "pairs": PAIRS,
                "placebo_zones": PLACEBO_ZONES,
                "zones": ZONES,
            },
            outputs={**RESULTS, "county_growth": COUNTY_GROWTH},
            options=("growth", "confidence"),
            message="Accounting for growth and regressing it on what came before",
        ),
        Stage(
            verb="show",
            call="guantian.chapters.growth.show:show",
            inputs={
                **RESULTS,
                "county_growth": COUNTY_GROWTH,
                "names": NAMES,
                "provinces": table("province_names"),
                "fonts": FONTS,
            },
            outputs={"numbers": "{results}/paper/numbers/growth.json"},
            options=("growth", "confidence"),
            figures=("accounting", "determinants", "county_border"),
            tables=(
                "growth_vintages",
                "accounting",
                "growth_regressions",
                "growth_spillovers",
                "growth_uncertainty",
                "county_border",
            ),
            message="Drawing and tabulating the sources of growth",
        ),
        Stage(
            verb="compare",
            call="guantian.chapters.growth.first_published:show",
            inputs={
                **{name: results("estimates", name) for name in AGAIN},
                **{f"{name}_first_published": SECOND.format(name) for name in AGAIN},
            },
            options=("zone", "confidence"),
            tables=("growth_first_published",),
            message="Tabulating what other chapters find with growth as first published",
        ),
    ),
)
