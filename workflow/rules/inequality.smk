# Inequality between cities, beta convergence by every road, and what placebo zones say of both.

INEQUALITY = f"{RESULTS}/estimates/inequality.parquet"
SPECIFICATION_CURVE = f"{RESULTS}/estimates/specification_curve.parquet"
COUNTIES_EXCLUDED = f"{RESULTS}/estimates/counties_excluded.csv"
INEQUALITY_NUMBERS = f"{RESULTS}/paper/numbers/inequality.json"
INEQUALITY_STUDY = dict(
    zone=ZONE_CODES,
    core=ZONE["core"],
    choices=config["inequality"],
    confidence=config["confidence"],
)
INEQUALITY_FIGURES = {
    "inequality_placebo": "The zone among placebo zones",
    "inequality_curve": "Specification curve of beta",
    "inequality_series": "Inequality by year",
    "inequality_rolling": "Beta in rolling windows",
}
INEQUALITY_TABLES = {
    "inequality_dynamic": "Dynamic panels",
    "inequality_change": "Change of inequality",
    "inequality_conditional": "Conditional beta convergence",
    "inequality_placebo": "The zone among placebo zones",
    "inequality_outcomes": "Beta by outcome, counties and lights",
}
ESTIMATES += [INEQUALITY, SPECIFICATION_CURVE, COUNTIES_EXCLUDED]
FIGURES += [path for name in INEQUALITY_FIGURES for path in figure_forms(name)]
TABLES += [path for name in INEQUALITY_TABLES for path in table_forms(name)]
CHAPTER_NUMBERS += [INEQUALITY_NUMBERS]


rule estimate_inequality:
    input:
        panel=PANEL,
        zones=PLACEBO_ZONES,
        counties=f"{PROCESSED}/tables/county_gdp.parquet",
        census=f"{PROCESSED}/tables/census_industry_county.parquet",
        series=SPECS,
        specs=config["inequality"]["specs"],
        code=code_of("workflow/scripts/estimate_inequality.py"),
    output:
        estimates=INEQUALITY,
        excluded=COUNTIES_EXCLUDED,
    log:
        f"{LOGS}/estimate_inequality.log",
    benchmark:
        f"{BENCHMARKS}/estimate_inequality.tsv"
    conda:
        ENVIRONMENT
    params:
        study=INEQUALITY_STUDY,
    message:
        "Estimating inequality and beta convergence, and ranking the zone among placebo zones"
    script:
        "../scripts/estimate_inequality.py"


rule estimate_specifications:
    input:
        panel=PANEL,
        pairs=PAIRS,
        specs=config["inequality"]["specs"],
        code=code_of("workflow/scripts/estimate_specifications.py"),
    output:
        estimates=SPECIFICATION_CURVE,
    log:
        f"{LOGS}/estimate_specifications.log",
    benchmark:
        f"{BENCHMARKS}/estimate_specifications.tsv"
    conda:
        ENVIRONMENT
    params:
        study=INEQUALITY_STUDY,
    message:
        "Estimating the specification curve of beta convergence and testing it as a whole"
    script:
        "../scripts/estimate_specifications.py"


rule show_inequality:
    input:
        estimates=INEQUALITY,
        curve=SPECIFICATION_CURVE,
        specs=config["inequality"]["specs"],
        series=SPECS,
        fonts=FONTS,
        code=code_of("workflow/scripts/show_inequality.py"),
    output:
        tables=[
            shown(table_forms(name), "Inequality and beta", title)
            for name, title in INEQUALITY_TABLES.items()
        ],
        placebo=shown(
            figure_forms("inequality_placebo"),
            "Inequality and beta",
            INEQUALITY_FIGURES["inequality_placebo"],
        ),
        curve=shown(
            figure_forms("inequality_curve"),
            "Inequality and beta",
            INEQUALITY_FIGURES["inequality_curve"],
        ),
        series=shown(
            figure_forms("inequality_series"),
            "Inequality and beta",
            INEQUALITY_FIGURES["inequality_series"],
        ),
        rolling=shown(
            figure_forms("inequality_rolling"),
            "Inequality and beta",
            INEQUALITY_FIGURES["inequality_rolling"],
        ),
        numbers=INEQUALITY_NUMBERS,
    log:
        f"{LOGS}/show_inequality.log",
    benchmark:
        f"{BENCHMARKS}/show_inequality.tsv"
    conda:
        ENVIRONMENT
    params:
        confidence=config["confidence"],
    message:
        "Drawing and tabulating inequality, beta convergence and the specification curve"
    script:
        "../scripts/show_inequality.py"
