# The three modes as games, and what the measures would change.

GAMES = f"{RESULTS}/estimates/games.parquet"
GAMES_SERIES = {
    name: f"{RESULTS}/estimates/games_{name}.csv"
    for name in ["map", "frontier", "points", "zones"]
}
ESTIMATES += [GAMES, *GAMES_SERIES.values()]


rule estimate_games:
    input:
        panel=PANEL,
        residents=f"{PROCESSED}/tables/city_resident_population.parquet",
        leaders=f"{PROCESSED}/tables/city_leaders.parquet",
        flows=f"{PROCESSED}/flows.parquet",
        pairs=PAIRS,
        weights=f"{PROCESSED}/weights/{config['games']['weights']}.npz",
        zones=sorted(
            str(path.relative_to(ROOT))
            for path in (ROOT / "config/zones").glob("*.yaml")
        ),
        spatial=SPATIAL_GROWTH,
        gravity=GRAVITY,
        reactions=REACTIONS,
        contest=CONTEST,
        similarity=SIMILARITY_PAIRS,
        library=library(
            "games", "geography/weights.py", "geography/zones.py"
        ),
        script="workflow/scripts/estimate_games.py",
    output:
        estimates=GAMES,
        **GAMES_SERIES,
    log:
        f"{LOGS}/estimate_games.log",
    benchmark:
        f"{BENCHMARKS}/estimate_games.tsv"
    conda:
        ENVIRONMENT
    params:
        zone=dict(codes=ZONE_CODES, core=ZONE["core"]),
        choices=config["games"],
        confidence=config["convergence"]["confidence"],
    message:
        "Calibrating the games on the study's estimates"
    script:
        "../scripts/estimate_games.py"
