# What the plan of 2009 did: the approval of the zone as a treatment.

PLAN = f"{RESULTS}/estimates/plan.parquet"
PLAN_PLACEBOS = f"{RESULTS}/estimates/plan_placebos.csv"
PLAN_NUMBERS = f"{RESULTS}/paper/numbers/plan.json"
PLAN_FIGURES = {
    "plan_effect": "The zone against its counterfactual",
    "plan_curve": "Specification curve of the plan's effect",
    "plan_events": "Event studies and what trends would do",
    "plan_checks": "Cities, rings, dates and other zones",
}
PLAN_TABLES = {
    "plan_effects": "Effect of the plan by outcome",
    "plan_methods": "Effect of the plan by method",
    "plan_checks": "Cities, rings, dates and other zones",
    "plan_staggered": "Approvals of all zones as staggered treatments",
    "plan_sensitivity": "Sensitivity to violations of parallel trends",
    "plan_acts": "Later acts, described",
}
ESTIMATES += [PLAN, PLAN_PLACEBOS]
FIGURES += [path for name in PLAN_FIGURES for path in figure_forms(name)]
TABLES += [path for name in PLAN_TABLES for path in table_forms(name)]
CHAPTER_NUMBERS += [PLAN_NUMBERS]


rule estimate_plan:
    input:
        panel=PANEL,
        pairs=PAIRS,
        placebo_zones=PLACEBO_ZONES,
        prices=f"{PROCESSED}/tables/province_investment.parquet",
        times=f"{PROCESSED}/tables/zone_pair_travel_time.parquet",
        specs=config["plan"]["specs"],
        acts="data/raw/acts.csv",
        zones=ZONE_FILES,
        code=code_of("workflow/scripts/estimate_plan.py"),
    output:
        estimates=PLAN,
        placebos=PLAN_PLACEBOS,
    log:
        f"{LOGS}/estimate_plan.log",
    benchmark:
        f"{BENCHMARKS}/estimate_plan.tsv"
    conda:
        ENVIRONMENT
    params:
        zone=config["zone"],
        kinds=config["placebo"]["kinds"],
        choices=config["plan"],
        confidence=config["confidence"],
    message:
        "Estimating what the plan did, and ranking it among placebo zones"
    script:
        "../scripts/estimate_plan.py"


rule show_plan:
    input:
        estimates=PLAN,
        placebos=PLAN_PLACEBOS,
        specs=config["plan"]["specs"],
        acts="data/raw/acts.csv",
        names=f"{PROCESSED}/tables/city_names.parquet",
        zones=ZONE_FILES,
        fonts=FONTS,
        code=code_of("workflow/scripts/show_plan.py"),
    output:
        numbers=PLAN_NUMBERS,
        tables=[
            shown(table_forms(name), "The plan of 2009", title)
            for name, title in PLAN_TABLES.items()
        ],
        figures=[
            shown(figure_forms(name), "The plan of 2009", title)
            for name, title in PLAN_FIGURES.items()
        ],
    log:
        f"{LOGS}/show_plan.log",
    benchmark:
        f"{BENCHMARKS}/show_plan.tsv"
    conda:
        ENVIRONMENT
    params:
        zone=config["zone"],
        choices=config["plan"],
        confidence=config["confidence"],
        parts=[
            part
            for entry in read_checked("config/claims/plan.yaml", "evidence")
            for part in entry["parts"]
        ],
        alpha=config["claims"]["alpha"],
    message:
        "Drawing and tabulating what the plan did"
    script:
        "../scripts/show_plan.py"
