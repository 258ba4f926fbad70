"""Do published results hold in this study's data? Every one beside ours, and why they differ."""

from guantian.registry import CHAPTERS, Chapter, Stage, option, results

CHAPTER = Chapter(
    name="external",
    title="External checks",
    question="Do published results on the same questions hold in this study's data?",
    stages=(
        Stage(
            verb="show",
            call="guantian.chapters.external.show:show",
            inputs={
                "checks": option("external.checks"),
                **{name: results("estimates", name) for name in CHAPTERS if name != "external"},
            },
            outputs={"numbers": "{results}/paper/numbers/external.json"},
            options=("external", "zone", "confidence"),
            tables=("external_checks",),
            message="Comparing published results with the study's own",
        ),
    ),
)
