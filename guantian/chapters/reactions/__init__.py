"""Do governments respond to their rivals? Reaction functions, modes and promotion."""

from guantian.registry import (
    FONTS,
    NAMES,
    PAIRS,
    PANEL,
    PLACEBO_ZONES,
    PREFECTURES,
    PROVINCES,
    Chapter,
    Stage,
    results,
    table,
)

RESULTS = {kind: results(kind, "reactions") for kind in ("estimates", "series", "tests")}

CHAPTER = Chapter(
    name="reactions",
    title="Reactions and contest",
    question="Do governments respond to their rivals, and does growth promote?",
    stages=(
        Stage(
            verb="estimate",
            call="guantian.chapters.reactions.estimate.run:estimate",
            inputs={
                "panel": PANEL,
                "pairs": PAIRS,
                "placebo_zones": PLACEBO_ZONES,
                "structure": "{processed}/structure.parquet",
                "investment": table("city_investment_fiscal"),
                "accounts": table("city_accounts"),
                "population": table("city_population_labour"),
                "tax": table("city_total_tax"),
                "targets": table("city_growth_targets"),
                "leaders": table("city_leaders"),
                "infrastructure": table("city_infrastructure_land"),
                "road": table("city_road_area"),
                "land": table("city_remote_sensing"),
                "debt": table("city_lgfv_debt"),
                "spells": table("leader_spells"),
                "later_targets": table("city_growth_targets_2008_2022"),
            },
            outputs={**RESULTS, "excluded": "{results}/estimates/reactions_excluded.csv"},
            options=("zone", "reactions", "confidence"),
            message="Estimating reactions to rivals, the promotion contest and modes",
        ),
        Stage(
            verb="show",
            call="guantian.chapters.reactions.show:show",
            inputs={
                **RESULTS,
                "prefectures": PREFECTURES,
                "provinces": PROVINCES,
                "names": NAMES,
                "fonts": FONTS,
            },
            outputs={"numbers": "{results}/paper/numbers/reactions.json"},
            options=("reactions", "confidence"),
            figures=("reaction_slopes", "reaction_shocks", "contest", "modes"),
            tables=(
                "reactions",
                "reactions_all",
                "reactions_instruments",
                "reactions_shocks",
                "reactions_samples",
                "contest",
                "contest_sensitivity",
                "leaders",
                "responses_careers",
                "government",
                "modes_cities",
                "modes_pairs",
            ),
            message="Drawing and tabulating reactions, the contest and modes",
        ),
    ),
)
