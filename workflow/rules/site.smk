# One page, no network: what the study says, why, and how sure it is.

SITE = f"{RESULTS}/site/index.html"
SITE_PARTS = [
    source(f"guantian/site/{name}")
    for name in ("page.html", "style.css", "strings.yaml")
] + files_in("guantian/site/script", "*.js")


rule build_site:
    input:
        panel=PANEL,
        codebook=CODEBOOK,
        provenance=PROVENANCE,
        prefectures=PREFECTURES,
        placebo=PLACEBO_ZONES,
        flows=f"{PROCESSED}/flows.parquet",
        counties=COUNTY_PANEL,
        county_codebook=COUNTY_CODEBOOK,
        outlines=source("data/raw/counties.gpkg"),
        ledger=CLAIMS,
        words=CLAIM_NUMBERS,
        numbers=NUMBERS,
        curve=f"{RESULTS}/estimates/inequality.parquet",
        zones=f"{RESULTS}/estimates/zones.parquet",
        plan=f"{RESULTS}/estimates/plan.parquet",
        core=f"{RESULTS}/estimates/core_periphery.parquet",
        clubs=f"{RESULTS}/estimates/dynamics_clubs.csv",
        estimates=CHAPTER_ESTIMATES,
        checks=source(config["external"]["checks"]),
        every_zone=ZONE_FILES,
        specs=source(config["inequality"]["specs"]),
        breaks=source("data/raw/breaks.csv"),
        errata=source("data/raw/errata.csv"),
        package=source("data/raw/datapackage.json"),
        sources=source("data/sources.csv"),
        citations=source("data/citations.bib"),
        rights=source("data/rights.csv"),
        citation=source("CITATION.cff"),
        parts=SITE_PARTS,
        code=code_of("workflow/scripts/build_site.py"),
    output:
        SITE,
    log:
        f"{LOGS}/build_site.log",
    benchmark:
        f"{BENCHMARKS}/build_site.tsv"
    conda:
        ENVIRONMENT
    params:
        zone=ZONE,
        about=read_zone(config["claims"]["about"]),
        base_year=config["base_year"],
        growth_years=list(config["zones"]["growth"].values()),
        alpha=config["claims"]["alpha"],
        confidence=config["confidence"],
        placebo_zones=1000,  # whose medians the bands are of
        variables=config["site"]["variables"],
        papers=[Path(path).stem for path in PAPERS],
        words=GIVEN.words,
    message:
        "Building the page of answers, zones, cities, map and trails"
    script:
        "../scripts/build_site.py"
