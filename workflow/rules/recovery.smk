# Do the spatial estimators find what was put in? Five minutes; asked for by name, not part of `all`.


localrules:
    recovery,


rule recovery:
    input:
        f"{RESULTS}/recovery/recovery.html",


rule simulate_recovery:
    input:
        specs=source("config/specs/recovery.yaml"),
        code=code_of("workflow/scripts/simulate_recovery.py"),
    output:
        estimates=f"{RESULTS}/recovery/recovery.parquet",
        table=multiext(f"{RESULTS}/recovery/recovery", ".html", ".csv", ".tex"),
    log:
        f"{LOGS}/simulate_recovery.log",
    benchmark:
        f"{BENCHMARKS}/simulate_recovery.tsv"
    conda:
        ENVIRONMENT
    message:
        "Simulating panels to see whether the spatial estimators find what was put in"
    script:
        "../scripts/simulate_recovery.py"
