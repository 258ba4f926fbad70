# One page, no network: what the study says, why, and how sure it is.

SITE = f"{RESULTS}/site/index.html"
SITE_PARTS = [
    source(f"guantian/site/{name}") for name in ("page.html", "page.js", "style.css")
]


rule build_site:
    input:
        panel=PANEL,
        codebook=CODEBOOK,
        prefectures=PREFECTURES,
        flows=f"{PROCESSED}/flows.parquet",
        ledger=CLAIMS,
        words=f"{RESULTS}/paper/numbers/claims.json",
        numbers=NUMBERS,
        curve=f"{RESULTS}/estimates/inequality.parquet",
        specs=source(config["inequality"]["specs"]),
        breaks=source("data/raw/breaks.csv"),
        chapters=expand(
            f"{RESULTS}/paper/numbers/{{name}}.json",
            name=["convergence", "inequality", "linkage", "plan"],
        ),
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
        variables=config["site"]["variables"],
    message:
        "Building the page of verdicts, map and series"
    script:
        "../scripts/build_site.py"
