# Weights between cities.

WEIGHT_NAMES = [
    "queen",
    f"nearest_{config['weights']['nearest']}",
    f"inverse_distance_{config['weights']['cutoff_km']:g}km",
    "economic",
]
WEIGHTS = expand(f"{PROCESSED}/weights/{{name}}.npz", name=WEIGHT_NAMES)
# Made of what moves between cities: for the chapters on cooperation, not exogenous to growth.
MOVEMENT_WEIGHTS = expand(
    f"{PROCESSED}/weights/{{name}}.npz", name=["flow", "travel_time"]
)


rule build_weights:
    input:
        boundaries=source("data/raw/prefectures.gpkg"),
        panel=PANEL,
        flows=f"{PROCESSED}/tables/city_pair_flows_2021h1.parquet",
        times=f"{PROCESSED}/tables/zone_pair_travel_time.parquet",
        code=code_of("workflow/scripts/build_weights.py"),
    output:
        weights=WEIGHTS,
        movement=MOVEMENT_WEIGHTS,
        description=f"{PROCESSED}/weights/description.csv",
    log:
        f"{LOGS}/build_weights.log",
    benchmark:
        f"{BENCHMARKS}/build_weights.tsv"
    priority: 50
    conda:
        ENVIRONMENT
    params:
        choices=config["weights"],
    message:
        "Building weights between cities by border, distance and similarity"
    script:
        "../scripts/build_weights.py"
