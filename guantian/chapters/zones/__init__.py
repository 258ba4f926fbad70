"""Where does each approved zone stand? The main statistics of the study for all of them."""

from guantian.registry import FONTS, PAIRS, PANEL, ZONES, Chapter, Stage, results, table

RESULTS = {kind: results(kind, "zones") for kind in ("estimates", "series")}

CHAPTER = Chapter(
    name="zones",
    title="All approved zones",
    question="Where is each approved zone in growth, convergence, flows and effects of its plan?",
    stages=(
        Stage(
            verb="estimate",
            call="guantian.chapters.zones.estimate.run:estimate",
            inputs={
                "panel": PANEL,
                "structure": "{processed}/structure.parquet",
                "pairs": PAIRS,
                "flows": table("city_pair_search_travel"),
                "zones": ZONES,
            },
            outputs=RESULTS,
            options=("zones", "confidence"),
            message="Estimating the main statistics of every approved zone",
            again={"zones.draws": 100},
        ),
        Stage(
            verb="show",
            call="guantian.chapters.zones.show:show",
            inputs={**RESULTS, "zones": ZONES, "fonts": FONTS},
            outputs={
                "numbers": "{results}/paper/numbers/zones.json",
                "number_keys": "{results}/paper/keys/zones.json",
            },
            options=("zone", "zones", "confidence"),
            figures=("zones",),
            tables=("zones", "zones_detail"),
            message="Drawing and tabulating all approved zones",
        ),
    ),
)
