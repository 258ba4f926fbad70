# Everything that a reader may open, in one HTML file.

REPORT = f"{RESULTS}/report.html"


rule report:
    input:
        results=[PAPER, EXCLUDED, *FIGURES, *TABLES, *DATA_TABLES],
        overview="workflow/report/workflow.rst",
        captions=sorted(
            str(path.relative_to(ROOT))
            for path in (ROOT / "workflow/report").glob("*.rst")
        ),
    output:
        REPORT,
    log:
        f"{LOGS}/report.log",
    benchmark:
        f"{BENCHMARKS}/report.tsv"
    conda:
        ENVIRONMENT
    params:
        python=sys.executable,
        config=" ".join(
            quote(f"{key}={json.dumps(value)}") for key, value in config.items()
        ),
    log:
        f"{LOGS}/report.log",
    benchmark:
        f"{BENCHMARKS}/report.tsv"
    conda:
        ENVIRONMENT
    params:
        python=sys.executable,
        configfiles=" ".join(map(str, workflow.configfiles)),
    message:
        "Gathering every result with its caption in one page"
    shell:
        "{params.python} -m snakemake --report {output} --nolock --config {params.config} > {log} 2>&1"
