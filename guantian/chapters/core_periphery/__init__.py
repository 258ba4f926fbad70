"""Whether the core spreads growth or draws it, and how the gains of cooperation are shared."""

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

RESULTS = {kind: results(kind, "core_periphery") for kind in ("estimates", "series")}
GRID = "{results}/estimates/gains_grid.csv"

CHAPTER = Chapter(
    name="core_periphery",
    title="Core, periphery and gains",
    question="Does the core spread growth or draw it, and how would gains be shared?",
    stages=(
        Stage(
            verb="estimate",
            call="guantian.chapters.core_periphery.estimate.run:estimate",
            inputs={
                "panel": PANEL,
                "flows": "{processed}/flows.parquet",
                "pairs": PAIRS,
                "times": table("zone_pair_travel_time"),
                "placebo_zones": PLACEBO_ZONES,
                "degrees": table("city_network_degrees"),
                "searches": table("city_pair_search_travel"),
                "zones": ZONES,
                "spillovers": results("estimates", "spillovers"),
            },
            outputs={
                **RESULTS,
                "grid": GRID,
                "values": "{results}/estimates/gains_values.csv",
            },
            options=("zone", "core_periphery", "confidence"),
            message="Estimating primacy, spread-backwash, co-movement and the gains of cooperation",
            again={
                "core_periphery.spread_backwash.draws": 99,
                "core_periphery.centrality.draws": 100,
            },
        ),
        Stage(
            verb="show",
            call="guantian.chapters.core_periphery.show:show",
            inputs={**RESULTS, "grid": GRID, "names": NAMES, "fonts": FONTS},
            outputs={
                "numbers": "{results}/paper/numbers/core_periphery.json",
                "number_keys": "{results}/paper/keys/core_periphery.json",
            },
            options=("zone", "core_periphery", "confidence"),
            figures=("core_periphery", "gains_shares", "gains_stability"),
            tables=("core_periphery", "spread_backwash", "gains_shares", "gains_values"),
            message="Drawing and tabulating core, periphery and the gains of cooperation",
        ),
    ),
)
