"""Counties: does a plan bring them together, do they converge, and do many centres grow faster?"""

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
            outputs={"estimates": results("estimates", "counties")},
            options=("zone", "counties", "confidence"),
            message="Estimating from counties on constant territory",
        ),
    ),
)
