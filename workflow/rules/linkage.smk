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
ZONE_FILES = sorted(
    str(path.relative_to(ROOT)) for path in (ROOT / "config/zones").glob("*.yaml")
)


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
        library=library("cooperation", "geography"),
        script="workflow/scripts/estimate_gravity.py",
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
        confidence=config["convergence"]["confidence"],
    message:
        "Estimating the gravity of flows and predicting the zone's pairs without them"
    script:
        "../scripts/estimate_gravity.py"


rule estimate_linkage:
    input:
        **LINKAGE_TABLES,
        placebo=PLACEBO_ZONES,
        zones=ZONE_FILES,
        library=library("cooperation", "geography"),
        script="workflow/scripts/estimate_linkage.py",
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
            income_year=config["linkage"]["income_year"],
            draws=config["linkage"]["draws"],
            seed=config["linkage"]["seed"],
        ),
        network={key: config["linkage"][key] for key in ["resolutions", "seeds", "seed"]},
        confidence=config["convergence"]["confidence"],
    message:
        "Linkage by year, communities of flows, the lockdown"
    script:
        "../scripts/estimate_linkage.py"
