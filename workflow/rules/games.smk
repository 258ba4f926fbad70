# The three modes as games, and what the measures would change.

GAMES = f"{RESULTS}/estimates/games.parquet"
GAMES_SERIES = {
    name: f"{RESULTS}/estimates/games_{name}.csv"
    for name in ["map", "frontier", "points", "zones"]
}
GAMES_NUMBERS = f"{RESULTS}/paper/numbers/games.json"
GAMES_TABLES = {
    "games_measures": "What the measures would change",
    "games_pairs": "The pairs as games",
    "games_parameters": "What the games are calibrated on",
    "games_contest": "Where relative rank stops a joint project",
    "games_tax": "Bids for capital under two principles",
    "games_market": "An open border and several centres",
    "games_sharing": "Side payments that hold all together",
    "games_zones": "Polycentricity and growth",
}
GAMES_FIGURES = {
    "games_modes": "The three modes, pair by pair",
    "games_restraint": "What sustains restraint, and whether it spreads",
    "games_tornado": "What matters in the games",
}
ESTIMATES += [GAMES, *GAMES_SERIES.values()]
FIGURES += [path for name in GAMES_FIGURES for path in figure_forms(name)]
TABLES += [path for name in GAMES_TABLES for path in table_forms(name)]
CHAPTER_NUMBERS.append(GAMES_NUMBERS)


rule estimate_games:
    input:
        panel=PANEL,
        residents=f"{PROCESSED}/tables/city_resident_population.parquet",
        leaders=f"{PROCESSED}/tables/city_leaders.parquet",
        flows=f"{PROCESSED}/flows.parquet",
        pairs=PAIRS,
        weights=f"{PROCESSED}/weights/{config['games']['weights']}.npz",
        zones=ZONE_FILES,
        spatial=f"{RESULTS}/estimates/spillovers.parquet",
        gravity=GRAVITY,
        reactions=REACTIONS,
        contest=CONTEST,
        similarity=SIMILARITY_PAIRS,
        code=code_of("workflow/scripts/estimate_games.py"),
    output:
        **GAMES_SERIES,
        estimates=GAMES,
    log:
        f"{LOGS}/estimate_games.log",
    benchmark:
        f"{BENCHMARKS}/estimate_games.tsv"
    conda:
        ENVIRONMENT
    params:
        zone=dict(codes=ZONE_CODES, core=ZONE["core"]),
        choices=config["games"],
        confidence=config["confidence"],
    message:
        "Calibrating the games on the study's estimates"
    script:
        "../scripts/estimate_games.py"


rule show_games:
    input:
        estimates=GAMES,
        map=GAMES_SERIES["map"],
        frontier=GAMES_SERIES["frontier"],
        points=GAMES_SERIES["points"],
        names=f"{PROCESSED}/tables/city_names.parquet",
        fonts=FONTS,
        code=code_of("workflow/scripts/show_games.py"),
    output:
        tables=[
            shown(table_forms(name), "Games", title)
            for name, title in GAMES_TABLES.items()
        ],
        figures=[
            shown(figure_forms(name), "Games", title)
            for name, title in GAMES_FIGURES.items()
        ],
        numbers=GAMES_NUMBERS,
    log:
        f"{LOGS}/show_games.log",
    benchmark:
        f"{BENCHMARKS}/show_games.tsv"
    conda:
        ENVIRONMENT
    params:
        choices=config["games"],
        confidence=config["confidence"],
    message:
        "Drawing and tabulating the games"
    script:
        "../scripts/show_games.py"
