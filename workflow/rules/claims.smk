# The ledger: every claim of the two documents, compared with the estimates by rule.

EVIDENCE = files_in(config["claims"]["evidence"], "*.yaml")
CLAIMS = f"{RESULTS}/claims.json"
CLAIM_PARTS = f"{RESULTS}/estimates/claim_parts.parquet"
CLAIM_ILLUSTRATIONS = f"{RESULTS}/estimates/claim_illustrations.parquet"
CLAIM_ALTERNATIVES = f"{RESULTS}/estimates/claim_alternatives.parquet"
CLAIMS_TABLES = {
    "claims": "The claims and their verdicts",
    "claim_parts": "Every part of the claims",
    "claim_illustrations": "Illustrations by calibrated models",
}


DOCUMENTS = sorted(
    {
        claim["source"]
        for claim in read_checked(config["claims"]["registry"], "registry")
    }
)
CLAIMS_FIGURES = {source: f"claims_{source.lower()}" for source in DOCUMENTS}


rule decide_claims:
    input:
        registry=source(config["claims"]["registry"]),
        evidence=EVIDENCE,
        estimates=estimates_behind(EVIDENCE),
        code=code_of("workflow/scripts/decide_claims.py"),
    output:
        ledger=CLAIMS,
        claims=f"{RESULTS}/claims.csv",
        parts=CLAIM_PARTS,
        illustrations=CLAIM_ILLUSTRATIONS,
        alternatives=CLAIM_ALTERNATIVES,
    log:
        f"{LOGS}/decide_claims.log",
    benchmark:
        f"{BENCHMARKS}/decide_claims.tsv"
    conda:
        ENVIRONMENT
    params:
        alpha=config["claims"]["alpha"],
        absent=config["claims"]["absent"],
        confidence=config["confidence"],
    message:
        "Deciding the claims by rule from the estimates"
    script:
        "../scripts/decide_claims.py"


rule show_claims:
    input:
        claims=rules.decide_claims.output.claims,
        parts=CLAIM_PARTS,
        illustrations=CLAIM_ILLUSTRATIONS,
        alternatives=CLAIM_ALTERNATIVES,
        fonts=FONTS,
        code=code_of("workflow/scripts/show_claims.py"),
    output:
        tables=[
            shown(table_forms(name), "Claims", title)
            for name, title in CLAIMS_TABLES.items()
        ],
        figures=[
            shown(figure_forms(name), "Claims", f"All evidence on {source}")
            for source, name in CLAIMS_FIGURES.items()
        ],
        numbers=f"{RESULTS}/paper/numbers/claims.json",
    log:
        f"{LOGS}/show_claims.log",
    benchmark:
        f"{BENCHMARKS}/show_claims.tsv"
    conda:
        ENVIRONMENT
    params:
        figures=CLAIMS_FIGURES,
        rule=dict(
            alpha=config["claims"]["alpha"],
            confidence=config["confidence"],
        ),
    message:
        "Printing and drawing the ledger of claims"
    script:
        "../scripts/show_claims.py"


ESTIMATES += [
    CLAIMS,
    f"{RESULTS}/claims.csv",
    CLAIM_PARTS,
    CLAIM_ILLUSTRATIONS,
    CLAIM_ALTERNATIVES,
]
TABLES += [path for name in CLAIMS_TABLES for path in table_forms(name)]
FIGURES += [path for name in CLAIMS_FIGURES.values() for path in figure_forms(name)]
CHAPTER_NUMBERS.append(f"{RESULTS}/paper/numbers/claims.json")
