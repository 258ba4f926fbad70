"""Are structures similar, markets segmented and construction duplicated? Structures and prices."""

from guantian.registry import (
    FONTS,
    NAMES,
    PAIRS,
    PANEL,
    PLACEBO_ZONES,
    Chapter,
    Stage,
    option,
    results,
    table,
)

RESULTS = {kind: results(kind, "similarity") for kind in ("estimates", "series")}
SIMILARITY_PAIRS = results("estimates", "similarity_pairs")
SPECS = option("similarity.specs")
TABLES = (
    "city_district_sector_employment",
    "city_lgfv_debt",
    "city_infrastructure_land",
    "city_remote_sensing",
    "city_investment_fiscal",
    "province_accounts",
    "province_investment",
)

CHAPTER = Chapter(
    name="similarity",
    title="Similarity, markets and burden",
    question="Are structures similar, markets segmented and construction duplicated?",
    stages=(
        Stage(
            verb="estimate",
            call="guantian.chapters.similarity.estimate.run:estimate",
            inputs={
                "structure": "{processed}/structure.parquet",
                "prices": "{processed}/prices.parquet",
                "panel": PANEL,
                "pairs": PAIRS,
                "placebo_zones": PLACEBO_ZONES,
                "specs": SPECS,
                **{name: table(name) for name in TABLES},
            },
            outputs={**RESULTS, "pairs": SIMILARITY_PAIRS},
            options=("zone", "similarity", "confidence"),
            message="Measuring similarity, segmentation, duplication and the fiscal burden",
        ),
        Stage(
            verb="show",
            call="guantian.chapters.similarity.show:show",
            inputs={
                **RESULTS,
                "pairs": SIMILARITY_PAIRS,
                "specs": SPECS,
                "sectors": table("sector_concordance"),
                "cities": NAMES,
                "provinces": table("province_names"),
                "fonts": FONTS,
            },
            outputs={
                "numbers": "{results}/paper/numbers/similarity.json",
                "number_keys": "{results}/paper/keys/similarity.json",
            },
            options=("zone", "confidence"),
            figures=("similarity", "burden", "location_quotients"),
            tables=(
                "similarity_tests",
                "similarity",
                "similarity_indices",
                "specialisation",
                "county_similarity",
                "segmentation",
                "duplication",
                "fiscal_burden",
            ),
            message="Drawing and tabulating similarity, markets, duplication and the fiscal burden",
        ),
    ),
)
