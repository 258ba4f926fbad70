# The results with their captions in one HTML file, beside it the paper and the page.

import os

REPORT = f"{RESULTS}/report.html"
# The report is made by a second snakemake. Its Python is no parameter: another path to it would
# make the report anew.
os.environ["GUANTIAN_PYTHON"] = sys.executable


envvars:
    "GUANTIAN_PYTHON",


rule report:
    input:
        results=[*PAPERS, SITE, *FIGURES, *TABLES, *DATA_TABLES],
        overview=source("workflow/report/workflow.rst"),
        captions=files_in("workflow/report", "*.rst"),
        stylesheet=source("workflow/report/report.css"),
        code=code_of("guantian/report.py"),
    output:
        REPORT,
    log:
        f"{LOGS}/report.log",
    benchmark:
        f"{BENCHMARKS}/report.tsv"
    conda:
        ENVIRONMENT
    params:
        config=quote(json.dumps(config, sort_keys=True)),
    message:
        "Gathering every result with its caption in one page"
    shell:
        # The second snakemake must see the same choices.
        """
        choices=$(mktemp --suffix=.json)
        trap 'rm -f "$choices"' EXIT
        printf '%s' {params.config} >"$choices"
        "$GUANTIAN_PYTHON" -m snakemake --report {output} --report-stylesheet {input.stylesheet} \\
        --nolock --configfile "$choices" >{log} 2>&1
        "$GUANTIAN_PYTHON" -m guantian.report {output} 2>&1 | tee -a {log} >&2
        """


# The report's first page sees nothing but the configuration. Set after the rule, whose second
# snakemake holds what it is given against the schema.
config["zone_name"] = rest_text(ZONE["name_en"])
