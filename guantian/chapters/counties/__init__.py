"""Counties: what plans did to them, whether they converge, and growth with many centres."""

from guantian.registry import PAIRS, PANEL, ZONES, Chapter, Stage, results

CHAPTER = Chapter(
    name="counties",
    title="Counties",
    question="What do counties on constant territory show that prefectures cannot?",
    stages=(
        Stage(
            verb="estimate",
            call="guantian.chapters.counties.estimate.run:estimate",
            inputs={
                "panel": PANEL,
                "counties": "{processed}/county_panel.parquet",
                "neighbours": "{processed}/county_neighbours.parquet",
                "pairs": PAIRS,
                "zones": ZONES,
            },
            outputs={kind: results(kind, "counties") for kind in ("estimates", "series")},
            options=("zone", "counties", "confidence"),
            message="Estimating from counties on constant territory",
            again={
                "counties.polycentricity.draws": 100,
                "counties.border.draws": 100,
            },
        ),
        Stage(
            verb="show",
            call="guantian.chapters.counties.show:show",
            inputs={"estimates": results("estimates", "counties")},
            options=("confidence",),
            tables=("county_convergence",),
            message="Tabulating convergence of counties",
        ),
    ),
)
