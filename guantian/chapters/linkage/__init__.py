"""Flows between cities: gravity and borders, networks, linkage, and agreements."""

from guantian.registry import (
    FONTS,
    NAMES,
    PAIRS,
    PANEL,
    PLACEBO_ZONES,
    PREFECTURES,
    PROVINCES,
    ZONES,
    Chapter,
    Stage,
    option,
    results,
    table,
)

RESULTS = {kind: results(kind, "linkage") for kind in ("estimates", "series")}
SPECS = option("linkage.gravity_specs")
ACTS = "data/raw/acts.csv"

CHAPTER = Chapter(
    name="linkage",
    title="Flows and linkages",
    question="What holds flows between cities back, and is cooperation inside the zone thin?",
    stages=(
        Stage(
            verb="estimate",
            call="guantian.chapters.linkage.estimate.run:estimate",
            inputs={
                "panel": PANEL,
                "pairs": PAIRS,
                "flows": "{processed}/flows.parquet",
                "structure": "{processed}/structure.parquet",
                "names": NAMES,
                "trains": table("city_pair_fast_trains_2016"),
                "times": table("zone_pair_travel_time"),
                "monthly": table("zone_pair_flows_monthly"),
                "accounts": table("city_accounts"),
                "fiscal": table("city_investment_fiscal"),
                "residents": table("city_resident_population"),
                "people": table("city_population_labour"),
                "search_travel": table("city_pair_search_travel"),
                "dialect": table("dialect_points"),
                "trade": table("province_trade_shares"),
                "prefectures": PREFECTURES,
                "placebo_zones": PLACEBO_ZONES,
                "specs": SPECS,
                "zones": ZONES,
                "acts": ACTS,
            },
            outputs=RESULTS,
            options=("zone", "linkage", "placebo.kinds", "confidence"),
            message="Estimating gravity and borders, linkage, communities of flows, the lockdown",
        ),
        Stage(
            verb="show",
            call="guantian.chapters.linkage.show:show",
            inputs={
                **RESULTS,
                "specs": SPECS,
                "zones": ZONES,
                "acts": ACTS,
                "names": NAMES,
                "province_names": table("province_names"),
                "prefectures": PREFECTURES,
                "provinces": PROVINCES,
                "fonts": FONTS,
            },
            outputs={"numbers": "{results}/paper/numbers/linkage.json"},
            options=("zone", "linkage.since", "linkage.mapped", "confidence"),
            figures=("linkage_acts", "zone_flows", "border", "flow_communities", "lockdown"),
            tables=(
                "gravity",
                "border_provinces",
                "zone_pairs",
                "zone_ranks",
                "flow_cities",
                "linkage_change",
                "linkage_flows",
                "acts",
                "borders_and_flows",
            ),
            message="Drawing and tabulating flows and linkages",
        ),
    ),
)
