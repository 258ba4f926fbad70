# Boundaries in; map layers and the map of the zone out.

PREFECTURES = f"{PROCESSED}/geography/prefectures.parquet"
PROVINCES = f"{PROCESSED}/geography/provinces.parquet"
MAP = figure_forms("zone_map")
FIGURES += MAP
PAIRS = f"{PROCESSED}/geography/pairs.parquet"
PLACEBO_ZONES = f"{PROCESSED}/geography/placebo_zones.parquet"


rule prepare_boundaries:
    input:
        boundaries=source("data/raw/prefectures.gpkg"),
        names=f"{PROCESSED}/tables/city_names.parquet",
        code=code_of("workflow/scripts/prepare_boundaries.py"),
    output:
        prefectures=PREFECTURES,
        provinces=PROVINCES,
    log:
        f"{LOGS}/prepare_boundaries.log",
    benchmark:
        f"{BENCHMARKS}/prepare_boundaries.tsv"
    priority: 50
    conda:
        ENVIRONMENT
    message:
        "Projecting the boundaries and merging prefectures into provinces"
    script:
        "../scripts/prepare_boundaries.py"


rule draw_map:
    input:
        prefectures=PREFECTURES,
        provinces=PROVINCES,
        names=f"{PROCESSED}/tables/city_names.parquet",
        province_names=f"{PROCESSED}/tables/province_names.parquet",
        fonts=FONTS,
        code=code_of("workflow/scripts/draw_map.py"),
    output:
        shown(MAP, "Zone", "Map of the zone"),
    log:
        f"{LOGS}/draw_map.log",
    benchmark:
        f"{BENCHMARKS}/draw_map.tsv"
    conda:
        ENVIRONMENT
    params:
        members=ZONE_CODES,
        core=ZONE["core"],
    message:
        "Drawing the zone on its map"
    script:
        "../scripts/draw_map.py"


rule draw_placebo_zones:
    input:
        boundaries=source("data/raw/prefectures.gpkg"),
        panel=PANEL,
        zones=ZONE_FILES,
        code=code_of("workflow/scripts/draw_placebo_zones.py"),
    output:
        pairs=PAIRS,
        zones=PLACEBO_ZONES,
    log:
        f"{LOGS}/draw_placebo_zones.log",
    benchmark:
        f"{BENCHMARKS}/draw_placebo_zones.tsv"
    priority: 50
    conda:
        ENVIRONMENT
    params:
        members=ZONE_CODES,
        choices=config["placebo"],
    message:
        "Measuring distances between cities and drawing placebo zones"
    script:
        "../scripts/draw_placebo_zones.py"
