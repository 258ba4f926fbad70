# Sources of growth: accounts, regressions over declared controls, the provincial border.

GROWTH = f"{RESULTS}/estimates/growth.parquet"
COUNTY_GROWTH = f"{RESULTS}/estimates/county_growth.csv"
GROWTH_NUMBERS = f"{RESULTS}/paper/numbers/growth.json"
GROWTH_FIGURES = {
    "accounting": "Growth accounts",
    "determinants": "Which controls go with growth",
    "county_border": "Growth of counties at the border",
}
GROWTH_TABLES = {
    "accounting": "Growth accounts",
    "growth_regressions": "Growth regressions",
    "growth_spillovers": "Own and neighbours' government and investment",
    "growth_uncertainty": "Extreme bounds and model averages",
    "county_border": "Growth of counties at the provincial border",
}
ESTIMATES += [GROWTH, COUNTY_GROWTH]
FIGURES += [path for name in GROWTH_FIGURES for path in figure_forms(name)]
TABLES += [path for name in GROWTH_TABLES for path in table_forms(name)]
CHAPTER_NUMBERS.append(GROWTH_NUMBERS)


rule estimate_growth:
    input:
        panel=PANEL,
        finance=f"{PROCESSED}/tables/city_investment_fiscal.parquet",
        investment=f"{PROCESSED}/tables/city_fdi.parquet",
        leaders=f"{PROCESSED}/tables/city_leaders.parquet",
        counties=f"{PROCESSED}/tables/county_gdp.parquet",
        weights=f"{PROCESSED}/weights/{config['growth']['weights']}.npz",
        pairs=PAIRS,
        zones=PLACEBO_ZONES,
        code=code_of("workflow/scripts/estimate_growth.py"),
    output:
        estimates=GROWTH,
        counties=COUNTY_GROWTH,
    log:
        f"{LOGS}/estimate_growth.log",
    benchmark:
        f"{BENCHMARKS}/estimate_growth.tsv"
    conda:
        ENVIRONMENT
    params:
        spec=config["growth"],
        confidence=config["confidence"],
    message:
        "Accounting for growth and regressing it on what came before"
    script:
        "../scripts/estimate_growth.py"


rule show_growth:
    input:
        estimates=GROWTH,
        counties=COUNTY_GROWTH,
        names=f"{PROCESSED}/tables/city_names.parquet",
        provinces=f"{PROCESSED}/tables/province_names.parquet",
        fonts=FONTS,
        code=code_of("workflow/scripts/show_growth.py"),
    output:
        figures=[
            shown(figure_forms(name), "Sources of growth", title)
            for name, title in GROWTH_FIGURES.items()
        ],
        tables=[
            shown(table_forms(name), "Sources of growth", title)
            for name, title in GROWTH_TABLES.items()
        ],
        numbers=GROWTH_NUMBERS,
    log:
        f"{LOGS}/show_growth.log",
    benchmark:
        f"{BENCHMARKS}/show_growth.tsv"
    conda:
        ENVIRONMENT
    params:
        spec=config["growth"],
        confidence=config["confidence"],
    message:
        "Drawing and tabulating the sources of growth"
    script:
        "../scripts/show_growth.py"
