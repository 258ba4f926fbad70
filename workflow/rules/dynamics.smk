# Neighbours, clubs, the whole distribution and its persistence.

NEIGHBOURS = f"{RESULTS}/estimates/neighbours.parquet"
LISA = f"{RESULTS}/estimates/neighbours_lisa.csv"
ISLANDS = f"{RESULTS}/estimates/neighbours_islands.csv"
DYNAMICS = f"{RESULTS}/estimates/dynamics.parquet"
DYNAMICS_SERIES = expand(
    f"{RESULTS}/estimates/dynamics_{{name}}.csv",
    name=["clubs", "paths", "sensitivity", "kernels", "relative"],
)
DYNAMICS_NUMBERS = f"{RESULTS}/paper/numbers/dynamics.json"
DYNAMICS_FIGURES = {
    "dynamics_map": "Local Moran, first and last year",
    "dynamics_distribution": "The distribution and where cities go in it",
    "dynamics_paths": "Relative transition paths",
}
DYNAMICS_TABLES = {
    "dynamics_log_t": "Log t and clubs",
    "dynamics_cities": "The zone's cities: clubs, classes and neighbours",
    "dynamics_sensitivity": "Log t under other choices",
    "dynamics_autocorrelation": "Autocorrelation between neighbours",
    "dynamics_lisa": "Moves between states of local Moran",
    "dynamics_models": "Growth with spillovers, cross-section",
    "dynamics_model_tests": "Growth with spillovers, tests on the cross-section",
    "dynamics_transitions": "Transitions between classes of relative output",
    "dynamics_mobility": "Mobility and tests that transitions are the same",
    "dynamics_unit_roots": "Unit roots in relative output",
}
ESTIMATES += [NEIGHBOURS, LISA, ISLANDS, DYNAMICS, *DYNAMICS_SERIES]
FIGURES += [path for name in DYNAMICS_FIGURES for path in figure_forms(name)]
TABLES += [path for name in DYNAMICS_TABLES for path in table_forms(name)]
CHAPTER_NUMBERS += [DYNAMICS_NUMBERS]


rule estimate_neighbours:
    input:
        panel=PANEL,
        specs=SPECS,
        members=MEMBERS,
        weights=f"{PROCESSED}/weights/queen.npz",
        code=code_of("workflow/scripts/estimate_neighbours.py"),
    output:
        estimates=NEIGHBOURS,
        lisa=LISA,
        islands=ISLANDS,
    log:
        f"{LOGS}/estimate_neighbours.log",
    benchmark:
        f"{BENCHMARKS}/estimate_neighbours.tsv"
    conda:
        ENVIRONMENT
    params:
        choices=dict(
            specs=config["dynamics"]["specs"],
            main=config["dynamics"]["main"],
            seed=config["dynamics"]["seed"],
            **config["dynamics"]["neighbours"],
        ),
        confidence=config["confidence"],
    message:
        "Measuring how alike neighbours are, in all and place by place"
    script:
        "../scripts/estimate_neighbours.py"


rule estimate_dynamics:
    input:
        panel=PANEL,
        specs=SPECS,
        members=MEMBERS,
        weights=f"{PROCESSED}/weights/queen.npz",
        zones=PLACEBO_ZONES,
        code=code_of("workflow/scripts/estimate_dynamics.py"),
    output:
        estimates=DYNAMICS,
        series=DYNAMICS_SERIES,
    log:
        f"{LOGS}/estimate_dynamics.log",
    benchmark:
        f"{BENCHMARKS}/estimate_dynamics.tsv"
    conda:
        ENVIRONMENT
    params:
        choices=config["dynamics"],
        confidence=config["confidence"],
    message:
        "Seeking clubs, following the distribution and testing its persistence"
    script:
        "../scripts/estimate_dynamics.py"


rule show_dynamics:
    input:
        neighbours=NEIGHBOURS,
        lisa=LISA,
        dynamics=DYNAMICS,
        series=DYNAMICS_SERIES,
        specs=SPECS,
        names=f"{PROCESSED}/tables/city_names.parquet",
        prefectures=PREFECTURES,
        provinces=PROVINCES,
        fonts=FONTS,
        code=code_of("workflow/scripts/show_dynamics.py"),
    output:
        tables=[
            shown(table_forms(name), "Dynamics", title)
            for name, title in DYNAMICS_TABLES.items()
        ],
        figures=[
            shown(figure_forms(name), "Dynamics", title)
            for name, title in DYNAMICS_FIGURES.items()
        ],
        numbers=DYNAMICS_NUMBERS,
    log:
        f"{LOGS}/show_dynamics.log",
    benchmark:
        f"{BENCHMARKS}/show_dynamics.tsv"
    conda:
        ENVIRONMENT
    params:
        choices=config["dynamics"],
        members=ZONE_CODES,
        core=ZONE["core"],
        confidence=config["confidence"],
    message:
        "Drawing and tabulating neighbours, clubs and the distribution"
    script:
        "../scripts/show_dynamics.py"
