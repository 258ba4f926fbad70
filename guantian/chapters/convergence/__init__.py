"""Do the cities converge? Dispersion between them, and growth against the initial level."""

from guantian.registry import (
    CHECKED_TABLES,
    CODEBOOK,
    FONTS,
    PANEL,
    Chapter,
    Stage,
    option,
    results,
)

SPECS = option("convergence.specs")
LISTS = {
    "excluded": "{results}/estimates/convergence_excluded.csv",
    "members": "{results}/estimates/convergence_members.csv",
}
UNCORRECTED = results("estimates", "convergence_uncorrected")

CHAPTER = Chapter(
    name="convergence",
    title="Convergence",
    question="Do the cities converge, in dispersion and towards the richer?",
    stages=(
        Stage(
            verb="estimate",
            call="guantian.chapters.convergence.estimate:estimate",
            inputs={"panel": PANEL, "specs": SPECS},
            outputs={
                "estimates": results("estimates", "convergence"),
                "series": results("series", "convergence"),
                **LISTS,
            },
            options=("confidence",),
            message="Estimating sigma and beta convergence for zone, region and nation",
        ),
        Stage(
            verb="estimate_uncorrected",
            call="guantian.chapters.convergence.estimate:estimate_uncorrected",
            inputs={
                "package": "data/raw/datapackage.json",
                "tables": CHECKED_TABLES,
                "errata": "data/raw/errata.csv",
                "concordance": "data/raw/code_concordance.csv",
                "boundary_changes": "data/raw/boundary_changes.csv",
                "specs": SPECS,
            },
            outputs={"estimates": UNCORRECTED},
            options=("panel_choices", "zone", "confidence"),
            message="Estimating convergence without the errata, to see what they change",
        ),
        Stage(
            verb="show",
            call="guantian.chapters.convergence.show:show",
            inputs={
                "panel": PANEL,
                "codebook": CODEBOOK,
                "estimates": results("estimates", "convergence"),
                "series": results("series", "convergence"),
                "uncorrected": UNCORRECTED,
                **LISTS,
                "specs": SPECS,
                "fonts": FONTS,
            },
            outputs={"numbers": "{results}/paper/numbers/convergence.json"},
            options=("convergence.figures", "confidence"),
            figures=("levels", "sigma", "beta"),
            tables=("sigma", "beta_cross_section", "beta_two_way", "excluded", "changed"),
            message="Drawing and tabulating dispersion and growth against the initial level",
        ),
    ),
)
