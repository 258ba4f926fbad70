# The ledger: every primary test of the claims, decided by rule from the chapters' estimates.

from guantian.registry import estimating, results as results_file

CLAIMS = f"{RESULTS}/claims.json"
CLAIM_TESTS = f"{RESULTS}/estimates/claim_tests.parquet"
CLAIM_EVIDENCE = f"{RESULTS}/estimates/claim_evidence.parquet"
CLAIM_ILLUSTRATIONS = f"{RESULTS}/estimates/claim_illustrations.parquet"
CLAIM_NUMBERS = f"{RESULTS}/paper/numbers/claims.json"
LEDGER_TEXTS = f"{RESULTS}/paper/ledger.json"
CLAIMS_TABLES = [
    "claims",
    "claim_tests",
    "claim_results",
    "claim_remarks",
    "claim_sizes",
    "claim_evidence",
    "claim_illustrations",
]
CLAIMS_FIGURES = ["claims"]


rule decide_claims:
    input:
        registry=source(config["claims"]["registry"]),
        more=files_in("guantian", "chapters/*/claims.yaml"),
        estimates=[place(results_file("estimates", name)) for name in estimating()],
        code=code_of("workflow/scripts/decide_claims.py"),
    output:
        ledger=CLAIMS,
        claims=f"{RESULTS}/claims.csv",
        tests=CLAIM_TESTS,
        evidence=CLAIM_EVIDENCE,
        illustrations=CLAIM_ILLUSTRATIONS,
        number_keys=f"{RESULTS}/paper/keys/ledger.json",
    log:
        f"{LOGS}/decide_claims.log",
    benchmark:
        f"{BENCHMARKS}/decide_claims.tsv"
    priority: 5
    conda:
        ENVIRONMENT
    params:
        alpha=config["claims"]["alpha"],
        absent=config["claims"]["absent"],
        confidence=config["confidence"],
        own=GIVEN.own,
    message:
        "Deciding the claims by rule from the estimates"
    script:
        "../scripts/decide_claims.py"


rule show_claims:
    input:
        ledger=CLAIMS,
        tests=CLAIM_TESTS,
        evidence=CLAIM_EVIDENCE,
        illustrations=CLAIM_ILLUSTRATIONS,
        fonts=FONTS,
        code=code_of("workflow/scripts/show_claims.py"),
    output:
        tables=claims_shown("tables", CLAIMS_TABLES),
        figures=claims_shown("figures", CLAIMS_FIGURES),
        numbers=CLAIM_NUMBERS,
        texts=LEDGER_TEXTS,
    log:
        f"{LOGS}/show_claims.log",
    benchmark:
        f"{BENCHMARKS}/show_claims.tsv"
    priority: 5
    conda:
        ENVIRONMENT
    params:
        figures=CLAIMS_FIGURES,
        rule=dict(
            alpha=config["claims"]["alpha"],
            confidence=config["confidence"],
        ),
        words=GIVEN.words,
    message:
        "Printing and drawing the ledger of claims"
    script:
        "../scripts/show_claims.py"


ESTIMATES += [
    CLAIMS,
    f"{RESULTS}/claims.csv",
    CLAIM_TESTS,
    CLAIM_EVIDENCE,
    CLAIM_ILLUSTRATIONS,
]
TABLES += [path for name in CLAIMS_TABLES for path in table_forms(name)]
FIGURES += [path for name in CLAIMS_FIGURES for path in figure_forms(name)]
CHAPTER_NUMBERS += [CLAIM_NUMBERS, LEDGER_TEXTS]
