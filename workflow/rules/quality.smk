# How good the figures are: what the checks find, decide and miss, and how sources agree.

CHECKED = {name: f"{PROCESSED}/quality/{name}.csv" for name in ("precision", "planted")}
QUALITY_TABLES = {
    "agreement": "Agreement of sources",
    "precision": "What the checks proposed",
    "planted": "Planted faults found",
}
DATA_TABLES += [path for name in QUALITY_TABLES for path in table_forms(name)]
FIGURES += figure_forms("agreement")


rule check_figures:
    input:
        package=source("data/raw/datapackage.json"),
        acts=source("data/raw/acts.csv"),
        tables=CHECKED_TABLES,
        errata=source("data/raw/errata.csv"),
        examined=source("data/raw/examined.csv"),
        code=code_of("workflow/scripts/check_figures.py"),
    output:
        CHECKED["precision"],
    log:
        f"{LOGS}/check_figures.log",
    benchmark:
        f"{BENCHMARKS}/check_figures.tsv"
    conda:
        ENVIRONMENT
    params:
        choices=config["checks"],
    message:
        "Checking that every doubtful figure has been decided"
    script:
        "../scripts/check_figures.py"


rule plant_faults:
    input:
        package=source("data/raw/datapackage.json"),
        acts=source("data/raw/acts.csv"),
        tables=CHECKED_TABLES,
        code=code_of("workflow/scripts/plant_faults.py"),
    output:
        CHECKED["planted"],
    log:
        f"{LOGS}/plant_faults.log",
    benchmark:
        f"{BENCHMARKS}/plant_faults.tsv"
    priority: 20
    conda:
        ENVIRONMENT
    params:
        choices=config["checks"],
    message:
        "Planting faults to see which the checks find"
    script:
        "../scripts/plant_faults.py"


rule reconcile_sources:
    input:
        tables=CORRECTED,
        panel=PANEL,
        precision=CHECKED["precision"],
        planted=CHECKED["planted"],
        fonts=FONTS,
        code=code_of("workflow/scripts/reconcile_sources.py"),
    output:
        agreement=f"{PROCESSED}/quality/agreement.csv",
        lights=f"{PROCESSED}/quality/lights_and_output.csv",
        printed=[
            shown(table_forms(name), "Data", title)
            for name, title in QUALITY_TABLES.items()
        ],
        figure=shown(figure_forms("agreement"), "Data", "Agreement over the years"),
    log:
        f"{LOGS}/reconcile_sources.log",
    benchmark:
        f"{BENCHMARKS}/reconcile_sources.tsv"
    conda:
        ENVIRONMENT
    message:
        "Holding sources against each other"
    script:
        "../scripts/reconcile_sources.py"
