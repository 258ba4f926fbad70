"""What did the plan do? The approval of the zone as a treatment."""

from guantian.registry import (
    FONTS,
    NAMES,
    PAIRS,
    PANEL,
    PLACEBO_ZONES,
    ZONES,
    Chapter,
    Stage,
    option,
    results,
    table,
)

SPECS = option("plan.specs")
ACTS = "data/raw/acts.csv"
RESULTS = {kind: results(kind, "plan") for kind in ("estimates", "series", "tests")}

CHAPTER = Chapter(
    name="plan",
    title="Effects of the plan",
    question="What did the approval of the zone change, compared with placebo zones?",
    stages=(
        Stage(
            verb="estimate",
            call="guantian.chapters.plan.estimate.run:estimate",
            inputs={
                "panel": PANEL,
                "pairs": PAIRS,
                "placebo_zones": PLACEBO_ZONES,
                "prices": table("province_investment"),
                "times": table("zone_pair_travel_time"),
                "counties": "{processed}/county_panel.parquet",
                "specs": SPECS,
                "acts": ACTS,
                "zones": ZONES,
            },
            outputs=RESULTS,
            options=("zone", "placebo.kinds", "plan", "confidence"),
            message="Estimating what the plan did, and ranking it among placebo zones",
            again={
                "plan.specs": "config/specs/plan_outcomes_growth.tsv",
                "plan.bases": [0],
                "plan.placebo_dates": [2],
                "plan.n_placebos_slow": 60,
                "plan.n_placebos_curve": 40,
                "plan.n_placebos_completion": 20,
                "plan.curve": {
                    "method": ["did", "sdid"],
                    "donors": ["main"],
                    "after": [8],
                    "outcome": ["gdp"],
                    "members": ["all"],
                },
                "plan.approvals.outcomes": [
                    {"name": "gdp_retrospective", "variable": "real_gdp_retrospective_100m_yuan"}
                ],
                "plan.approvals.draws": 60,
                "plan.approvals.draws_secondary": 40,
            },
        ),
        Stage(
            verb="show",
            call="guantian.chapters.plan.show:show",
            inputs={
                **RESULTS,
                "specs": SPECS,
                "acts": ACTS,
                "names": NAMES,
                "zones": ZONES,
                "fonts": FONTS,
            },
            outputs={
                "numbers": "{results}/paper/numbers/plan.json",
                "number_keys": "{results}/paper/keys/plan.json",
            },
            options=("zone", "plan", "confidence"),
            figures=("plan_effect", "plan_curve", "plan_events", "plan_checks", "plan_zones"),
            tables=(
                "plan_effects",
                "plan_methods",
                "plan_checks",
                "plan_staggered",
                "plan_approvals",
                "plan_sensitivity",
                "plan_acts",
            ),
            message="Drawing and tabulating what the plan did",
        ),
    ),
)
