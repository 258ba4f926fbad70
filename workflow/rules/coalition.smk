# Core and rest, growth in step, and how the gains of cooperation would be shared.

CORE_AND_REST = f"{RESULTS}/estimates/core_and_rest.parquet"
COALITION = f"{RESULTS}/estimates/coalition.parquet"
COALITION_SERIES = {
    name: f"{RESULTS}/estimates/{name}.csv"
    for name in ["hierarchy_series", "coalition_sweep", "coalition_values"]
}
COALITION_NUMBERS = f"{RESULTS}/paper/numbers/coalition.json"
COALITION_FIGURES = {
    "core_and_rest": "Core and rest",
    "coalition_shares": "Shares in the gains of cooperation",
    "coalition_stability": "Where cooperation of all is stable",
}
COALITION_TABLES = {
    "core_and_rest": "Core and rest, growth in step",
    "spread": "Spread or backwash",
    "coalition_shares": "Shares in the gains",
    "coalition_values": "Values of coalitions",
}
ESTIMATES += [CORE_AND_REST, COALITION, *COALITION_SERIES.values()]
FIGURES += [path for name in COALITION_FIGURES for path in figure_forms(name)]
TABLES += [path for name in COALITION_TABLES for path in table_forms(name)]
CHAPTER_NUMBERS.append(COALITION_NUMBERS)


rule estimate_core_and_rest:
    input:
        panel=PANEL,
        flows=f"{PROCESSED}/flows.parquet",
        pairs=PAIRS,
        times=f"{PROCESSED}/tables/zone_pair_travel_time.parquet",
        zones=PLACEBO_ZONES,
        code=code_of("workflow/scripts/estimate_core_and_rest.py"),
    output:
        estimates=CORE_AND_REST,
        series=COALITION_SERIES["hierarchy_series"],
    log:
        f"{LOGS}/estimate_core_and_rest.log",
    benchmark:
        f"{BENCHMARKS}/estimate_core_and_rest.tsv"
    conda:
        ENVIRONMENT
    params:
        core=ZONE["core"],
        choices=config["core_periphery"],
        confidence=config["confidence"],
    message:
        "Primacy, polycentricity, spread from the core, growth in step"
    script:
        "../scripts/estimate_core_and_rest.py"


rule solve_coalition_game:
    input:
        panel=PANEL,
        flows=f"{PROCESSED}/flows.parquet",
        spread=CORE_AND_REST,
        growth=SPATIAL_GROWTH,
        code=code_of("workflow/scripts/solve_coalition_game.py"),
    output:
        estimates=COALITION,
        sweep=COALITION_SERIES["coalition_sweep"],
        values=COALITION_SERIES["coalition_values"],
    log:
        f"{LOGS}/solve_coalition_game.log",
    benchmark:
        f"{BENCHMARKS}/solve_coalition_game.tsv"
    conda:
        ENVIRONMENT
    params:
        core=ZONE["core"],
        members=ZONE_CODES,
        choices=config["core_periphery"],
        confidence=config["confidence"],
    message:
        "Solving the coalition game at the estimates and over the swept costs"
    script:
        "../scripts/solve_coalition_game.py"


rule show_coalition:
    input:
        core=CORE_AND_REST,
        coalition=COALITION,
        series=COALITION_SERIES.values(),
        names=f"{PROCESSED}/tables/city_names.parquet",
        fonts=FONTS,
        code=code_of("workflow/scripts/show_coalition.py"),
    output:
        figures=[
            shown(figure_forms(name), "Core and coalition", title)
            for name, title in COALITION_FIGURES.items()
        ],
        tables=[
            shown(table_forms(name), "Core and coalition", title, f"{name}_table")
            for name, title in COALITION_TABLES.items()
        ],
        numbers=COALITION_NUMBERS,
    log:
        f"{LOGS}/show_coalition.log",
    benchmark:
        f"{BENCHMARKS}/show_coalition.tsv"
    conda:
        ENVIRONMENT
    params:
        core=ZONE["core"],
        choices=config["core_periphery"],
    message:
        "Drawing and tabulating core, rest and the coalition game"
    script:
        "../scripts/show_coalition.py"
