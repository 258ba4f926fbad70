"""The three modes as games calibrated on the study's estimates, and what measures would change."""

from guantian.registry import FONTS, NAMES, PAIRS, PANEL, ZONES, Chapter, Stage, results, table

RESULTS = {kind: results(kind, "games") for kind in ("estimates", "series")}

CHAPTER = Chapter(
    name="games",
    title="Games",
    question="What would the measures change, if the cities played as calibrated?",
    stages=(
        Stage(
            verb="estimate",
            call="guantian.chapters.games.estimate.run:estimate",
            inputs={
                "panel": PANEL,
                "residents": table("city_resident_population"),
                "leaders": table("city_leaders"),
                "flows": "{processed}/flows.parquet",
                "pairs": PAIRS,
                "weights": "{processed}/weights/{config:games.weights}.npz",
                "zones": ZONES,
                # Results of other chapters: each is read by one function of `estimate.inputs`.
                "spillovers": results("estimates", "spillovers"),
                "gravity": results("estimates", "linkage"),
                "reactions": results("estimates", "reactions"),
                "similarity": results("estimates", "similarity_pairs"),
            },
            outputs=RESULTS,
            options=("zone", "games", "confidence"),
            message="Calibrating the games on the study's estimates",
        ),
        Stage(
            verb="show",
            call="guantian.chapters.games.show:show",
            inputs={**RESULTS, "names": NAMES, "fonts": FONTS},
            outputs={
                "numbers": "{results}/paper/numbers/games.json",
                "number_keys": "{results}/paper/keys/games.json",
            },
            options=("games", "confidence"),
            figures=("games_modes", "games_restraint", "games_tornado"),
            tables=(
                "games_measures",
                "games_pairs",
                "games_parameters",
                "games_contest",
                "games_tax",
                "games_market",
                "games_sharing",
                "games_zones",
            ),
            message="Drawing and tabulating the games",
        ),
    ),
)
