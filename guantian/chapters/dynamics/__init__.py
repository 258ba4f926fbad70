"""Similarity of neighbours, convergence clubs, and the whole distribution of output per head."""

from guantian.registry import (
    FONTS,
    NAMES,
    PANEL,
    PLACEBO_ZONES,
    PREFECTURES,
    PROVINCES,
    Chapter,
    Stage,
    option,
    results,
)

RESULTS = {kind: results(kind, "dynamics") for kind in ("estimates", "series", "tests")}
LISTS = {
    name: f"{{results}}/estimates/dynamics_{name}.csv"
    for name in ("clubs", "paths", "sensitivity", "kernels", "relative", "lisa", "islands")
}
SPECS = option("convergence.specs")

CHAPTER = Chapter(
    name="dynamics",
    title="Dynamics",
    question="Do neighbours resemble each other, do clubs form, and where do cities move?",
    stages=(
        Stage(
            verb="estimate",
            call="guantian.chapters.dynamics.estimate.run:estimate",
            inputs={
                "panel": PANEL,
                "specs": SPECS,
                "members": "{results}/estimates/convergence_members.csv",
                "weights": "{processed}/weights/queen.npz",
                "placebo_zones": PLACEBO_ZONES,
            },
            outputs={**RESULTS, **LISTS},
            options=("dynamics", "confidence"),
            message="Seeking clubs, following the distribution and comparing neighbours",
            again={
                "dynamics.specs": ["chained"],
                "dynamics.main": "chained",
                "dynamics.neighbours.permutations": 99,
                "dynamics.neighbours.local_permutations": 999,
                "dynamics.clubs.specs": ["chained"],
                "dynamics.clubs.random_walks": 20,
                "dynamics.chains.draws": 49,
                "dynamics.trends.specs": ["chained"],
                "dynamics.unit_roots.specs": ["chained"],
                "dynamics.unit_roots.draws": 100,
            },
        ),
        Stage(
            verb="show",
            call="guantian.chapters.dynamics.show:show",
            inputs={
                **RESULTS,
                **LISTS,
                "specs": SPECS,
                "names": NAMES,
                "prefectures": PREFECTURES,
                "provinces": PROVINCES,
                "fonts": FONTS,
            },
            outputs={"numbers": "{results}/paper/numbers/dynamics.json"},
            options=("dynamics", "confidence", "zone"),
            figures=("dynamics_map", "dynamics_distribution", "dynamics_paths"),
            tables=(
                "dynamics_log_t",
                "dynamics_trends",
                "dynamics_cities",
                "dynamics_sensitivity",
                "dynamics_autocorrelation",
                "dynamics_lisa",
                "dynamics_models",
                "dynamics_model_tests",
                "dynamics_transitions",
                "dynamics_mobility",
                "dynamics_unit_roots",
            ),
            message="Drawing and tabulating neighbours, clubs and the distribution",
        ),
    ),
)
