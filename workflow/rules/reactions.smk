# Reaction functions, the promotion contest, and modes of competition.

REACTIONS = f"{RESULTS}/estimates/reactions.parquet"
REACTIONS_EXCLUDED = f"{RESULTS}/estimates/reactions_excluded.csv"
MODES_CITIES = f"{RESULTS}/estimates/modes_cities.csv"
MODES_PAIRS = f"{RESULTS}/estimates/modes_pairs.csv"
CONTEST = f"{RESULTS}/estimates/contest.parquet"
REACTION_TABLES = {
    "reactions": "Reaction functions",
    "reactions_all": "Reaction functions, all specifications",
    "reactions_instruments": "Strength of the instruments",
    "reactions_shocks": "Answer or shared shock",
    "reactions_samples": "Samples and weight lost",
    "contest": "Promotion on growth",
    "contest_sensitivity": "Promotion on growth under known errors of the data",
    "leaders": "Leaders near retirement",
    "government": "Outlays and growth",
    "modes_cities": "Modes by city",
    "modes_pairs": "Modes by pair",
}
REACTION_FIGURES = {
    "reaction_slopes": "Slopes of reaction",
    "reaction_shocks": "Answer or shared shock",
    "contest": "The promotion contest",
    "modes": "Modes of competition",
}
REACTION_NUMBERS = f"{RESULTS}/paper/numbers/reactions.json"
FIGURED_TABLES = (
    "city_investment_fiscal",
    "city_accounts",
    "city_population_labour",
    "city_total_tax",
    "city_growth_targets",
)
FIGURED = [f"{PROCESSED}/tables/{name}.parquet" for name in FIGURED_TABLES]
ESTIMATES += [REACTIONS, REACTIONS_EXCLUDED, MODES_CITIES, MODES_PAIRS, CONTEST]
FIGURES += [path for name in REACTION_FIGURES for path in figure_forms(name)]
TABLES += [path for name in REACTION_TABLES for path in table_forms(name)]
CHAPTER_NUMBERS += [REACTION_NUMBERS]

stop_on_unknown(
    {
        field["name"]
        for resource in RESOURCES
        if resource["name"] in FIGURED_TABLES
        for field in resource["schema"]["fields"]
    },
    f"the columns of {', '.join(FIGURED_TABLES)}",
    "reactions.outcomes.*.variable",
    "reactions.growth.variable",
)


rule estimate_reactions:
    input:
        panel=PANEL,
        pairs=PAIRS,
        structure=f"{PROCESSED}/structure.parquet",
        zones=PLACEBO_ZONES,
        tables=FIGURED,
        code=code_of("workflow/scripts/estimate_reactions.py"),
    output:
        estimates=REACTIONS,
        excluded=REACTIONS_EXCLUDED,
        cities=MODES_CITIES,
        pairs=MODES_PAIRS,
    log:
        f"{LOGS}/estimate_reactions.log",
    benchmark:
        f"{BENCHMARKS}/estimate_reactions.tsv"
    conda:
        ENVIRONMENT
    params:
        choices=config["reactions"],
        confidence=config["confidence"],
    message:
        "Estimating how local governments answer their rivals"
    script:
        "../scripts/estimate_reactions.py"


rule estimate_contest:
    input:
        panel=PANEL,
        zones=PLACEBO_ZONES,
        leaders=f"{PROCESSED}/tables/city_leaders.parquet",
        targets=f"{PROCESSED}/tables/city_growth_targets.parquet",
        tables=FIGURED,
        code=code_of("workflow/scripts/estimate_contest.py"),
    output:
        CONTEST,
    log:
        f"{LOGS}/estimate_contest.log",
    benchmark:
        f"{BENCHMARKS}/estimate_contest.tsv"
    conda:
        ENVIRONMENT
    params:
        zone=ZONE_CODES,
        choices=config["reactions"],
        confidence=config["confidence"],
    message:
        "Estimating whether growth promotes and what leaders near retirement do"
    script:
        "../scripts/estimate_contest.py"


rule show_reactions:
    input:
        estimates=REACTIONS,
        contest=CONTEST,
        cities=MODES_CITIES,
        pairs=MODES_PAIRS,
        prefectures=PREFECTURES,
        provinces=PROVINCES,
        names=f"{PROCESSED}/tables/city_names.parquet",
        fonts=FONTS,
        code=code_of("workflow/scripts/show_reactions.py"),
    output:
        tables=[
            shown(table_forms(name), "Reactions and contest", title)
            for name, title in REACTION_TABLES.items()
        ],
        figures=[
            shown(figure_forms(name), "Reactions and contest", title)
            for name, title in REACTION_FIGURES.items()
        ],
        numbers=REACTION_NUMBERS,
    log:
        f"{LOGS}/show_reactions.log",
    benchmark:
        f"{BENCHMARKS}/show_reactions.tsv"
    conda:
        ENVIRONMENT
    params:
        choices=config["reactions"],
        confidence=config["confidence"],
    message:
        "Drawing and tabulating reactions, the contest and modes"
    script:
        "../scripts/show_reactions.py"
