# What was made, compared with the committed reference: what agrees, what differs.

REFERENCE = source("tests/reference/study")


localrules:
    verify,


rule verify:
    input:
        numbers=NUMBERS,
        made=[
            *CHAPTER_NUMBERS,
            *ESTIMATES,
            *[path for path in FIGURES if path.endswith(".csv")],
        ],
        reference=multiext(
            f"{REFERENCE}/",
            "estimates.csv",
            "illustrations.csv",
            "verdicts.csv",
            "texts.csv",
            "checksums.csv",
        ),
        code=code_of("guantian/verification.py"),
    log:
        f"{LOGS}/verify.log",
    conda:
        ENVIRONMENT
    params:
        python=sys.executable,
        results=lambda wildcards, input: str(Path(input.numbers).parents[1]),
        reference=lambda wildcards, input: str(Path(input.reference[0]).parent),
    message:
        "Holding the results against the reference"
    shell:
        "{params.python} -m guantian.verification {params.results} {params.reference} 2>&1"
        " | tee {log}"
