"""Inequality between cities, beta convergence by several methods, and ranks among placebo zones."""

from guantian.registry import (
    FONTS,
    PAIRS,
    PANEL,
    PLACEBO_ZONES,
    Chapter,
    Stage,
    option,
    results,
    table,
)

RESULTS = {kind: results(kind, "inequality") for kind in ("estimates", "series", "tests")}
SPECS = {"specs": option("inequality.specs"), "series_specs": option("convergence.specs")}

CHAPTER = Chapter(
    name="inequality",
    title="Inequality and beta",
    question="Is the zone's convergence unusual among groups of Chinese cities?",
    stages=(
        Stage(
            verb="estimate",
            call="guantian.chapters.inequality.estimate.run:estimate",
            inputs={
                "panel": PANEL,
                "placebo_zones": PLACEBO_ZONES,
                "pairs": PAIRS,
                "counties": table("county_gdp"),
                "census": table("census_industry_county"),
                **SPECS,
            },
            outputs={**RESULTS, "excluded": "{results}/estimates/counties_excluded.csv"},
            options=("inequality", "zone", "confidence"),
            message="Estimating inequality and beta convergence, and ranking the zone",
            again={
                "inequality.specs": "config/specs/inequality_growth.yaml",
                "convergence.specs": "config/specs/convergence_growth.tsv",
                "inequality.draws": {"curve": 19, "corrected": 20, "counties": 19},
            },
        ),
        Stage(
            verb="show",
            call="guantian.chapters.inequality.show:show",
            inputs={**RESULTS, **SPECS, "fonts": FONTS},
            outputs={"numbers": "{results}/paper/numbers/inequality.json"},
            options=("confidence",),
            figures=(
                "inequality_placebo",
                "inequality_curve",
                "inequality_series",
                "inequality_rolling",
            ),
            tables=(
                "inequality_dynamic",
                "inequality_change",
                "inequality_conditional",
                "inequality_placebo",
                "inequality_outcomes",
            ),
            message="Drawing and tabulating inequality, beta convergence and placebo ranks",
        ),
    ),
)
