# Competition: likeness of structures, markets, duplication and burden.

SIMILARITY = f"{RESULTS}/estimates/similarity.parquet"
SIMILARITY_PAIRS = f"{RESULTS}/estimates/similarity_pairs.parquet"
SIMILARITY_SERIES = f"{RESULTS}/estimates/similarity_series.csv"
QUOTIENTS = f"{RESULTS}/estimates/location_quotients.csv"
SEGMENTATION = f"{RESULTS}/estimates/segmentation.parquet"
SEGMENTATION_SERIES = f"{RESULTS}/estimates/segmentation_series.csv"
BURDEN = f"{RESULTS}/estimates/burden.parquet"
BURDEN_SERIES = f"{RESULTS}/estimates/burden_series.csv"
SIMILARITY_NUMBERS = f"{RESULTS}/paper/numbers/similarity.json"
SIMILARITY_TABLES = {
    "similarity": "Likeness of structures",
    "similarity_indices": "Likeness by every index",
    "specialisation": "Specialisation of the cities",
    "county_similarity": "Likeness between counties",
    "segmentation": "Segmentation of markets",
    "duplication": "Duplicated construction",
    "fiscal_burden": "Fiscal gap and likeness to neighbours",
}
SIMILARITY_FIGURES = {
    "similarity": "Likeness of structures",
    "burden": "Markets, investment and the fiscal gap",
    "location_quotients": "Location quotients by city",
}
ESTIMATES += [
    SIMILARITY,
    SIMILARITY_PAIRS,
    SIMILARITY_SERIES,
    QUOTIENTS,
    SEGMENTATION,
    SEGMENTATION_SERIES,
    BURDEN,
    BURDEN_SERIES,
]
FIGURES += [path for name in SIMILARITY_FIGURES for path in figure_forms(name)]
TABLES += [path for name in SIMILARITY_TABLES for path in table_forms(name)]
CHAPTER_NUMBERS.append(SIMILARITY_NUMBERS)
COMPETITION = "Likeness, markets and burden"


rule estimate_similarity:
    input:
        structure=LONG_TABLES[0],
        placebo=PLACEBO_ZONES,
        specs=config["similarity"]["specs"],
        code=code_of("workflow/scripts/estimate_similarity.py"),
    output:
        estimates=SIMILARITY,
        pairs=SIMILARITY_PAIRS,
        series=SIMILARITY_SERIES,
        quotients=QUOTIENTS,
    log:
        f"{LOGS}/estimate_similarity.log",
    benchmark:
        f"{BENCHMARKS}/estimate_similarity.tsv"
    conda:
        ENVIRONMENT
    params:
        zone=ZONE_CODES,
        choices={
            key: config["similarity"][key] for key in ["min_known_share", "pairs", "counties"]
        },
        confidence=config["confidence"],
    message:
        "Measuring likeness of structures and ranking the zone among placebo zones"
    script:
        "../scripts/estimate_similarity.py"


rule estimate_segmentation:
    input:
        prices=LONG_TABLES[1],
        pairs=PAIRS,
        code=code_of("workflow/scripts/estimate_segmentation.py"),
    output:
        estimates=SEGMENTATION,
        series=SEGMENTATION_SERIES,
    log:
        f"{LOGS}/estimate_segmentation.log",
    benchmark:
        f"{BENCHMARKS}/estimate_segmentation.tsv"
    conda:
        ENVIRONMENT
    params:
        zone=ZONE_CODES,
        rounding=config["similarity"]["rounding"],
        confidence=config["confidence"],
    message:
        "Measuring the segmentation of neighbouring provinces' markets"
    script:
        "../scripts/estimate_segmentation.py"


rule estimate_burden:
    input:
        frames=[PANEL, PAIRS, PLACEBO_ZONES, LONG_TABLES[0]],
        tables=expand(
            f"{PROCESSED}/tables/{{table}}.parquet",
            table=[
                "city_infrastructure_land",
                "city_remote_sensing",
                "city_investment_fiscal",
                "province_accounts",
                "province_investment",
            ],
        ),
        specs=config["similarity"]["specs"],
        code=code_of("workflow/scripts/estimate_burden.py"),
    output:
        estimates=BURDEN,
        series=BURDEN_SERIES,
    log:
        f"{LOGS}/estimate_burden.log",
    benchmark:
        f"{BENCHMARKS}/estimate_burden.tsv"
    conda:
        ENVIRONMENT
    params:
        zone=ZONE_CODES,
        choices=config["similarity"],
        confidence=config["confidence"],
    message:
        "Measuring duplicated construction and the fiscal burden"
    script:
        "../scripts/estimate_burden.py"


rule show_similarity:
    input:
        estimates=[SIMILARITY, SEGMENTATION, BURDEN],
        prices=SEGMENTATION_SERIES,
        gaps=BURDEN_SERIES,
        specs=config["similarity"]["specs"],
        provinces=f"{PROCESSED}/tables/province_names.parquet",
        code=code_of("workflow/scripts/show_similarity.py"),
    output:
        tables=[
            shown(table_forms(name), COMPETITION, title)
            for name, title in SIMILARITY_TABLES.items()
        ],
        numbers=SIMILARITY_NUMBERS,
    log:
        f"{LOGS}/show_similarity.log",
    benchmark:
        f"{BENCHMARKS}/show_similarity.tsv"
    conda:
        ENVIRONMENT
    params:
        confidence=config["confidence"],
    message:
        "Tabulating likeness, markets, duplication and burden"
    script:
        "../scripts/show_similarity.py"


rule draw_similarity:
    input:
        pairs=SIMILARITY_PAIRS,
        series=SIMILARITY_SERIES,
        quotients=QUOTIENTS,
        prices=SEGMENTATION_SERIES,
        gaps=BURDEN_SERIES,
        sectors=f"{PROCESSED}/tables/sector_concordance.parquet",
        cities=f"{PROCESSED}/tables/city_names.parquet",
        provinces=f"{PROCESSED}/tables/province_names.parquet",
        fonts=FONTS,
        code=code_of("workflow/scripts/draw_similarity.py"),
    output:
        similarity=shown(
            figure_forms("similarity"), COMPETITION, SIMILARITY_FIGURES["similarity"]
        ),
        burden=shown(figure_forms("burden"), COMPETITION, SIMILARITY_FIGURES["burden"]),
        location_quotients=shown(
            figure_forms("location_quotients"),
            COMPETITION,
            SIMILARITY_FIGURES["location_quotients"],
        ),
    log:
        f"{LOGS}/draw_similarity.log",
    benchmark:
        f"{BENCHMARKS}/draw_similarity.tsv"
    conda:
        ENVIRONMENT
    params:
        zone=ZONE_CODES,
        confidence=config["confidence"],
    message:
        "Drawing likeness, markets, investment and the fiscal gap"
    script:
        "../scripts/draw_similarity.py"
