# Cooperation: gravity of flows, linkage over time, the network of flows, lockdown, acts.

GRAVITY = f"{RESULTS}/estimates/gravity.parquet"
ZONE_PAIRS = f"{RESULTS}/estimates/zone_pairs.parquet"
LINKAGE = f"{RESULTS}/estimates/linkage.parquet"
LINKAGE_SERIES = [
    f"{RESULTS}/estimates/{name}.csv"
    for name in [
        "linkage_series",
        "linkage_cities",
        "flow_cities",
        "flow_communities",
        "lockdown_pairs",
    ]
]
ESTIMATES += [GRAVITY, ZONE_PAIRS, LINKAGE, *LINKAGE_SERIES]
LINKAGE_FIGURES = {
    "linkage_acts": "Linkage and acts of cooperation",
    "zone_flows": "Flows inside the zone",
    "border": "What provincial borders cost",
    "flow_communities": "Communities of flows",
    "lockdown": "The lockdown of 2020",
}
LINKAGE_SHOWN = {
    "gravity": "Gravity of flows",
    "border_provinces": "Borders by province",
    "zone_pairs": "The zone's pairs",
    "zone_ranks": "The zone's cooperation among placebo zones",
    "flow_cities": "Members in the network",
    "linkage_change": "Parts of linkage",
    "linkage_flows": "Linkage and flows",
    "acts": "Acts of cooperation",
}
LINKAGE_NUMBERS = f"{RESULTS}/paper/numbers/linkage.json"
FIGURES += [path for name in LINKAGE_FIGURES for path in figure_forms(name)]
TABLES += [path for name in LINKAGE_SHOWN for path in table_forms(name)]
CHAPTER_NUMBERS += [LINKAGE_NUMBERS]
LINKAGE_TABLES = {
    "panel": PANEL,
    "pairs": PAIRS,
    "flows": f"{PROCESSED}/flows.parquet",
    "names": f"{PROCESSED}/tables/city_names.parquet",
    "accounts": f"{PROCESSED}/tables/city_accounts.parquet",
    "fiscal": f"{PROCESSED}/tables/city_investment_fiscal.parquet",
    "residents": f"{PROCESSED}/tables/city_resident_population.parquet",
    "people": f"{PROCESSED}/tables/city_population_labour.parquet",
    "times": f"{PROCESSED}/tables/zone_pair_travel_time.parquet",
    "monthly": f"{PROCESSED}/tables/zone_pair_flows_monthly.parquet",
}


rule estimate_gravity:
    input:
        flows=f"{PROCESSED}/flows.parquet",
        pairs=PAIRS,
        names=f"{PROCESSED}/tables/city_names.parquet",
        trains=f"{PROCESSED}/tables/city_pair_fast_trains_2016.parquet",
        times=f"{PROCESSED}/tables/zone_pair_travel_time.parquet",
        structure=f"{PROCESSED}/structure.parquet",
        panel=PANEL,
        placebo=PLACEBO_ZONES,
        specs=config["linkage"]["gravity_specs"],
        zones=ZONE_FILES,
        code=code_of("workflow/scripts/estimate_gravity.py"),
    output:
        estimates=GRAVITY,
        pairs=ZONE_PAIRS,
    log:
        f"{LOGS}/estimate_gravity.log",
    benchmark:
        f"{BENCHMARKS}/estimate_gravity.tsv"
    conda:
        ENVIRONMENT
    params:
        choices=config["linkage"],
        zone=ZONE_CODES,
        kinds=config["placebo"]["kinds"],
        confidence=config["confidence"],
    message:
        "Estimating the gravity of flows and predicting the zone's pairs without them"
    script:
        "../scripts/estimate_gravity.py"


rule estimate_linkage:
    input:
        **LINKAGE_TABLES,
        placebo=PLACEBO_ZONES,
        zones=ZONE_FILES,
        code=code_of("workflow/scripts/estimate_linkage.py"),
    output:
        estimates=LINKAGE,
        series=LINKAGE_SERIES,
    log:
        f"{LOGS}/estimate_linkage.log",
    benchmark:
        f"{BENCHMARKS}/estimate_linkage.tsv"
    conda:
        ENVIRONMENT
    params:
        tables=list(LINKAGE_TABLES),
        zone=ZONE_CODES,
        core=ZONE["core"],
        second=config["linkage"]["compare_with"],
        kinds=config["placebo"]["kinds"],
        linkage=dict(
            **config["linkage"]["years"],
            since=config["linkage"]["since"],
            until=config["linkage"]["until"],
            income_year=config["linkage"]["income_year"],
            draws=config["linkage"]["draws"],
            seed=config["linkage"]["seed"],
        ),
        network={
            key: config["linkage"][key] for key in ["resolutions", "seeds", "seed"]
        },
        confidence=config["confidence"],
    message:
        "Linkage by year, communities of flows, the lockdown"
    script:
        "../scripts/estimate_linkage.py"


rule show_linkage:
    input:
        gravity=GRAVITY,
        linkage=LINKAGE,
        pairs=ZONE_PAIRS,
        series=LINKAGE_SERIES,
        acts="data/raw/acts.csv",
        names=f"{PROCESSED}/tables/city_names.parquet",
        province_names=f"{PROCESSED}/tables/province_names.parquet",
        prefectures=PREFECTURES,
        provinces=PROVINCES,
        fonts=FONTS,
        code=code_of("workflow/scripts/show_linkage.py"),
    output:
        figures=[
            shown(figure_forms(name), "Cooperation", title)
            for name, title in LINKAGE_FIGURES.items()
        ],
        tables=[
            shown(table_forms(name), "Cooperation", title)
            for name, title in LINKAGE_SHOWN.items()
        ],
        numbers=LINKAGE_NUMBERS,
    log:
        f"{LOGS}/show_linkage.log",
    benchmark:
        f"{BENCHMARKS}/show_linkage.tsv"
    conda:
        ENVIRONMENT
    params:
        zone=ZONE_CODES,
        core=ZONE["core"],
        since=config["linkage"]["since"],
        mapped=config["linkage"]["mapped"],
        confidence=config["confidence"],
    message:
        "Drawing and tabulating cooperation"
    script:
        "../scripts/show_linkage.py"
