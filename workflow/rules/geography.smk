# Boundaries in; map layers and the map of the zone out.

PREFECTURES = f"{PROCESSED}/geography/prefectures.parquet"
PROVINCES = f"{PROCESSED}/geography/provinces.parquet"
MAP = figure_forms("zone_map")


rule prepare_boundaries:
    input:
        boundaries="data/raw/prefectures.gpkg",
        names=f"{PROCESSED}/tables/city_names.parquet",
        library=library("geography"),
        script="workflow/scripts/prepare_boundaries.py",
    output:
        prefectures=PREFECTURES,
        provinces=PROVINCES,
    log:
        f"{LOGS}/prepare_boundaries.log",
    benchmark:
        f"{BENCHMARKS}/prepare_boundaries.tsv"
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
        library=library("figures"),
        script="workflow/scripts/draw_map.py",
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
