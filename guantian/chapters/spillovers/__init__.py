"""Does growth spill over between neighbours? The spatial Durbin panel of growth."""

from guantian.registry import CODEBOOK, FONTS, PANEL, Chapter, Stage, results

RESULTS = {kind: results(kind, "spillovers") for kind in ("estimates", "tests")}
EXCLUDED = "{results}/estimates/spillovers_excluded.csv"

CHAPTER = Chapter(
    name="spillovers",
    title="Growth with spillovers",
    question="Does growth spill over between neighbours?",
    stages=(
        Stage(
            verb="estimate",
            call="guantian.chapters.spillovers.estimate:estimate",
            inputs={"panel": PANEL, "weights": "{weights}"},
            outputs={**RESULTS, "excluded": EXCLUDED},
            options=("spillovers", "confidence"),
            message="Estimating growth with spillovers for zone, region and nation",
            again={},
        ),
        Stage(
            verb="show",
            call="guantian.chapters.spillovers.show:show",
            inputs={
                **RESULTS,
                "description": "{processed}/weights/description.csv",
                "codebook": CODEBOOK,
                "measured": "benchmarks/results_spatial.json",
                "fonts": FONTS,
            },
            outputs={"numbers": "{results}/paper/numbers/spillovers.json"},
            options=("confidence",),
            figures=("spatial_impacts", "speed"),
            tables=("weights", "spatial_models", "spatial_tests", "spatial_impacts"),
            message="Drawing and tabulating growth with spillovers",
        ),
    ),
)
