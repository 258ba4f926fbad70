# The ledger: every claim of the two documents, held against the estimates by rule.

EVIDENCE = sorted(
    str(Path(config["claims"]["evidence"]) / path.name)
    for path in (ROOT / config["claims"]["evidence"]).glob("*.yaml")
)
CLAIMS = f"{RESULTS}/claims.json"
CLAIM_PARTS = f"{RESULTS}/estimates/claim_parts.parquet"
CLAIM_ILLUSTRATIONS = f"{RESULTS}/estimates/claim_illustrations.parquet"
CLAIMS_TABLES = {
    "claims": "The claims and their verdicts",
    "claim_parts": "Every part of the claims",
    "claim_illustrations": "Illustrations by calibrated models",
}


def read_checked(path, kind):
    """Read claims or evidence and hold them against their schema; stop with one sentence."""
    schema = json.loads((ROOT / "workflow/schemas/claims.schema.json").read_text())
    schema = {"$ref": f"#/$defs/{kind}", "$defs": schema["$defs"]}
    read = yaml.safe_load((ROOT / path).read_text(encoding="utf-8")) or []
    errors = jsonschema.Draft202012Validator(schema).iter_errors(read)
    error = min(errors, key=lambda error: list(map(str, error.path)), default=None)
    if error:
        first, *where = error.path or ["the top level"]
        claim = read[first].get("id", first) if isinstance(first, int) else first
        place = ".".join(map(str, [claim, *where]))
        raise WorkflowError(f"{path} is wrong at {place}: {error.message}.")
    return read


def evidence_files():
    """The files of estimates on which the claims rest."""
    entries = [entry for path in EVIDENCE for entry in read_checked(path, "evidence")]
    parts = [
        part
        for entry in entries
        for kind in ("parts", "illustration")
        for part in entry.get(kind) or []
    ]
    names = sorted({part["estimate"]["file"] for part in parts})
    return [f"{RESULTS}/estimates/{name}.parquet" for name in names]


read_checked(config["claims"]["registry"], "registry")


rule decide_claims:
    input:
        registry=config["claims"]["registry"],
        evidence=EVIDENCE,
        estimates=evidence_files(),
        library=library("claims"),
        script="workflow/scripts/decide_claims.py",
    output:
        ledger=CLAIMS,
        claims=f"{RESULTS}/claims.csv",
        parts=CLAIM_PARTS,
        illustrations=CLAIM_ILLUSTRATIONS,
    log:
        f"{LOGS}/decide_claims.log",
    benchmark:
        f"{BENCHMARKS}/decide_claims.tsv"
    conda:
        ENVIRONMENT
    params:
        alpha=config["claims"]["alpha"],
        absent=config["claims"]["absent"],
        confidence=config["convergence"]["confidence"],
    message:
        "Deciding the claims by rule from the estimates"
    script:
        "../scripts/decide_claims.py"


rule show_claims:
    input:
        claims=rules.decide_claims.output.claims,
        parts=CLAIM_PARTS,
        illustrations=CLAIM_ILLUSTRATIONS,
        fonts=FONTS,
        library=library(
            "tables/claims.py",
            "tables/format.py",
            "tables/render.py",
            "figures/claims.py",
            "figures/style.py",
            "figures/drawn.py",
        ),
        script="workflow/scripts/show_claims.py",
    output:
        tables=[
            shown(table_forms(name), "Claims", title, f"{name}_table")
            for name, title in CLAIMS_TABLES.items()
        ],
        figure=shown(figure_forms("claims"), "Claims", "All evidence on one scale"),
        numbers=f"{RESULTS}/paper/numbers/claims.json",
    log:
        f"{LOGS}/show_claims.log",
    benchmark:
        f"{BENCHMARKS}/show_claims.tsv"
    conda:
        ENVIRONMENT
    params:
        rule=dict(
            alpha=config["claims"]["alpha"],
            confidence=config["convergence"]["confidence"],
        ),
    message:
        "Printing and drawing the ledger of claims"
    script:
        "../scripts/show_claims.py"


ESTIMATES += [CLAIMS, f"{RESULTS}/claims.csv", CLAIM_PARTS, CLAIM_ILLUSTRATIONS]
TABLES += [path for name in CLAIMS_TABLES for path in table_forms(name)]
FIGURES += figure_forms("claims")
CHAPTER_NUMBERS.append(f"{RESULTS}/paper/numbers/claims.json")
