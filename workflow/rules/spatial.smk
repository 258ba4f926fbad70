# Weights between cities, and growth with spillovers.

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
SPATIAL_GROWTH = f"{RESULTS}/estimates/spatial_growth.parquet"
SPATIAL_EXCLUDED = f"{RESULTS}/estimates/spatial_growth_excluded.csv"
SPATIAL_TABLES = {
    "weights": "Spatial weights",
    "spatial_models": "Models of growth with spillovers",
    "spatial_tests": "Tests between models",
    "spatial_impacts": "Direct, indirect and total impacts",
}
ESTIMATES += [SPATIAL_GROWTH, SPATIAL_EXCLUDED]
FIGURES += figure_forms("spatial_impacts")
TABLES += [path for name in SPATIAL_TABLES for path in table_forms(name)]


rule build_weights:
    input:
        boundaries="data/raw/prefectures.gpkg",
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
    conda:
        ENVIRONMENT
    params:
        choices=config["weights"],
    message:
        "Building weights between cities by border, distance and likeness"
    script:
        "../scripts/build_weights.py"


rule estimate_spatial_growth:
    input:
        panel=PANEL,
        weights=WEIGHTS,
        code=code_of("workflow/scripts/estimate_spatial_growth.py"),
    output:
        estimates=SPATIAL_GROWTH,
        excluded=SPATIAL_EXCLUDED,
    log:
        f"{LOGS}/estimate_spatial_growth.log",
    benchmark:
        f"{BENCHMARKS}/estimate_spatial_growth.tsv"
    conda:
        ENVIRONMENT
    params:
        spec=config["spillovers"],
        confidence=config["confidence"],
    message:
        "Estimating growth with spillovers for zone, region and nation under four weights"
    script:
        "../scripts/estimate_spatial_growth.py"


rule show_spatial_growth:
    input:
        estimates=SPATIAL_GROWTH,
        description=f"{PROCESSED}/weights/description.csv",
        codebook=CODEBOOK,
        fonts=FONTS,
        code=code_of("workflow/scripts/show_spatial_growth.py"),
    output:
        tables=[
            shown(table_forms(name), "Growth with spillovers", title, f"{name}_table")
            for name, title in SPATIAL_TABLES.items()
        ],
        figure=shown(
            figure_forms("spatial_impacts"),
            "Growth with spillovers",
            "Impacts of the initial level",
        ),
    log:
        f"{LOGS}/show_spatial_growth.log",
    benchmark:
        f"{BENCHMARKS}/show_spatial_growth.tsv"
    conda:
        ENVIRONMENT
    params:
        confidence=config["confidence"],
    message:
        "Drawing and tabulating growth with spillovers"
    script:
        "../scripts/show_spatial_growth.py"


FIGURES += figure_forms("speed")


rule draw_speed:
    input:
        measured="benchmarks/results_spatial.json",
        fonts=FONTS,
        code=code_of("workflow/scripts/draw_speed.py"),
    output:
        shown(figure_forms("speed"), "Growth with spillovers", "Speed of the estimator"),
    log:
        f"{LOGS}/draw_speed.log",
    benchmark:
        f"{BENCHMARKS}/draw_speed.tsv"
    conda:
        ENVIRONMENT
    message:
        "Drawing the kept benchmark of the spatial estimator"
    script:
        "../scripts/draw_speed.py"
