# Cooperation: gravity of flows, linkage over time, the network of flows, lockdown, acts.

GRAVITY = f"{RESULTS}/estimates/gravity.parquet"
ZONE_PAIRS = f"{RESULTS}/estimates/zone_pairs.parquet"
ESTIMATES += [GRAVITY, ZONE_PAIRS]


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
        zones=sorted(
            str(path.relative_to(ROOT))
            for path in (ROOT / "config/zones").glob("*.yaml")
        ),
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
