# Raw figures in; corrected tables and the panel out.

with open(ROOT / "data/raw/datapackage.json", encoding="utf-8") as descriptor:
    RESOURCES = json.load(descriptor)["resources"]
TABLE_NAMES = sorted(resource["name"] for resource in RESOURCES if "schema" in resource)
RAW_TABLES = [source(f"data/raw/{name}.csv") for name in TABLE_NAMES]
CHECKED_TABLES = expand(f"{PROCESSED}/raw/{{table}}.parquet", table=TABLE_NAMES)
CORRECTED = expand(f"{PROCESSED}/tables/{{table}}.parquet", table=TABLE_NAMES)
PANEL = f"{PROCESSED}/panel.parquet"
PROVENANCE = f"{PROCESSED}/panel_provenance.parquet"
CODEBOOK = f"{PROCESSED}/codebook.csv"
SPECS = source(config["convergence"]["specs"])
MEMBERS = f"{RESULTS}/estimates/convergence_members.csv"
COVERAGE = f"{PROCESSED}/coverage.csv"
IMPLIED_DEFLATORS = f"{PROCESSED}/impossible_deflators.csv"
PANEL_CHOICES = ["region", "years", "base_year", "accounts", "population", "capital"]
SPLICE = f"{PROCESSED}/splice.csv"
LONG_TABLES = expand(
    f"{PROCESSED}/{{name}}.parquet", name=["structure", "prices", "flows"]
)


rule read_tables:
    input:
        package=source("data/raw/datapackage.json"),
        raw=RAW_TABLES,
        code=code_of("workflow/scripts/read_tables.py"),
    output:
        CHECKED_TABLES,
    log:
        f"{LOGS}/read_tables.log",
    benchmark:
        f"{BENCHMARKS}/read_tables.tsv"
    conda:
        ENVIRONMENT
    message:
        "Reading and checking the raw tables"
    script:
        "../scripts/read_tables.py"


rule correct_tables:
    input:
        package=source("data/raw/datapackage.json"),
        errata=source("data/raw/errata.csv"),
        concordance=source("data/raw/code_concordance.csv"),
        tables=CHECKED_TABLES,
        code=code_of("workflow/scripts/correct_tables.py"),
    output:
        tables=CORRECTED,
        dropped=f"{PROCESSED}/dropped_rows.csv",
        codebook=f"{PROCESSED}/tables_codebook.csv",
        coverage=f"{PROCESSED}/tables_coverage.csv",
    log:
        f"{LOGS}/correct_tables.log",
    benchmark:
        f"{BENCHMARKS}/correct_tables.tsv"
    priority: 100
    conda:
        ENVIRONMENT
    params:
        zone=ZONE_CODES,
    message:
        "Applying the errata and bringing the tables to today's codes"
    script:
        "../scripts/correct_tables.py"


rule build_panel:
    input:
        tables=CORRECTED,
        changes=source("data/raw/boundary_changes.csv"),
        breaks=source("data/raw/breaks.csv"),
        package=source("data/raw/datapackage.json"),
        errata=source("data/raw/errata.csv"),
        concordance=source("data/raw/code_concordance.csv"),
        checked=CHECKED_TABLES,
        raw=RAW_TABLES,
        code=code_of("workflow/scripts/build_panel.py"),
    output:
        panel=PANEL,
        provenance=PROVENANCE,
        codebook=CODEBOOK,
        coverage=COVERAGE,
        deflators=IMPLIED_DEFLATORS,
        splice=SPLICE,
    log:
        f"{LOGS}/build_panel.log",
    benchmark:
        f"{BENCHMARKS}/build_panel.tsv"
    priority: 100
    conda:
        ENVIRONMENT
    params:
        zone=ZONE_CODES,
        choices={key: config[key] for key in PANEL_CHOICES},
    message:
        "Building the panel of cities and years, with its provenance and codebook"
    script:
        "../scripts/build_panel.py"


COUNTY_PANEL = f"{PROCESSED}/county_panel.parquet"
COUNTY_NEIGHBOURS = f"{PROCESSED}/county_neighbours.parquet"
COUNTY_EVENTS = f"{PROCESSED}/county_events_read.csv"
COUNTY_CODEBOOK = f"{PROCESSED}/county_codebook.csv"
COUNTIES = [COUNTY_PANEL, COUNTY_NEIGHBOURS, COUNTY_EVENTS, COUNTY_CODEBOOK]


rule build_counties:
    input:
        county_panel=f"{PROCESSED}/tables/county_panel.parquet",
        county_events=f"{PROCESSED}/tables/county_events.parquet",
        city_names=f"{PROCESSED}/tables/city_names.parquet",
        decisions=source("data/raw/county_territory.csv"),
        boundaries=source("data/raw/counties.gpkg"),
        code=code_of("workflow/scripts/build_counties.py"),
    output:
        panel=COUNTY_PANEL,
        neighbours=COUNTY_NEIGHBOURS,
        events=COUNTY_EVENTS,
        codebook=COUNTY_CODEBOOK,
    log:
        f"{LOGS}/build_counties.log",
    benchmark:
        f"{BENCHMARKS}/build_counties.tsv"
    conda:
        ENVIRONMENT
    params:
        members=ZONE_CODES,
        parts={
            member["code"]: member.get("counties", [])
            for member in ZONE["members"]
            if member.get("part")
        },
    message:
        "Bringing counties to constant territory and finding their neighbours"
    script:
        "../scripts/build_counties.py"


rule build_long_tables:
    input:
        tables=CORRECTED,
        code=code_of("workflow/scripts/build_long_tables.py"),
    output:
        structure=LONG_TABLES[0],
        prices=LONG_TABLES[1],
        flows=LONG_TABLES[2],
    log:
        f"{LOGS}/build_long_tables.log",
    benchmark:
        f"{BENCHMARKS}/build_long_tables.tsv"
    priority: 100
    conda:
        ENVIRONMENT
    message:
        "Building the long tables of structure, relative prices and flows"
    script:
        "../scripts/build_long_tables.py"


DEFLATOR = figure_forms("deflator")
FIGURES += DEFLATOR


rule draw_deflator:
    input:
        panel=PANEL,
        fonts=FONTS,
        code=code_of("workflow/scripts/draw_deflator.py"),
    output:
        shown(DEFLATOR, "Data", "Implied deflators"),
    log:
        f"{LOGS}/draw_deflator.log",
    benchmark:
        f"{BENCHMARKS}/draw_deflator.tsv"
    conda:
        ENVIRONMENT
    params:
        limits=config["accounts"]["deflator"],
        core=ZONE["core"],
    message:
        "Drawing the deflators that the accounts imply"
    script:
        "../scripts/draw_deflator.py"


DATA_TABLE_TITLES = {
    "sources": "Sources and rights",
    "codebook": "Codebook of the panel",
    "coverage": "Coverage by city",
    "errata": "Corrections",
}


DATA_TABLES = [path for name in DATA_TABLE_TITLES for path in table_forms(name)]


rule write_data_tables:
    input:
        package=source("data/raw/datapackage.json"),
        errata=source("data/raw/errata.csv"),
        codebook=CODEBOOK,
        coverage=COVERAGE,
        code=code_of("workflow/scripts/write_data_tables.py"),
    output:
        [
            shown(table_forms(name), "Data", title)
            for name, title in DATA_TABLE_TITLES.items()
        ],
    log:
        f"{LOGS}/write_data_tables.log",
    benchmark:
        f"{BENCHMARKS}/write_data_tables.tsv"
    conda:
        ENVIRONMENT
    message:
        "Writing the tables of sources, codebook, coverage and corrections"
    script:
        "../scripts/write_data_tables.py"


rule build_first_published:
    input:
        panel=PANEL,
        accounts=f"{PROCESSED}/tables/city_accounts.parquet",
        targets=f"{PROCESSED}/tables/city_growth_targets.parquet",
        code=code_of("workflow/scripts/build_first_published.py"),
    output:
        panel=f"{PROCESSED}/first_published/panel.parquet",
        accounts=f"{PROCESSED}/first_published/tables/city_accounts.parquet",
    log:
        f"{LOGS}/build_first_published.log",
    benchmark:
        f"{BENCHMARKS}/build_first_published.tsv"
    conda:
        ENVIRONMENT
    message:
        "Building the panel with growth as first published"
    script:
        "../scripts/build_first_published.py"
