# Guantian: from published figures to a paper. `snakemake --cores all` builds everything;
# `snakemake --cores all figures` (tables, estimates, paper, report) a part.

import gc
from os.path import relpath

# As in workflow/scripts/_job.py: what is imported and parsed stays, and is not searched for cycles.
gc.disable()

from guantian.files import UnreadableError, read_mapping
from guantian.machine import MachineError, check_machine
from snakemake.exceptions import WorkflowError
from snakemake.utils import min_version

min_version("9.11")

# Before Snakemake reads the choices itself: its own errors are no sentences.
try:
    check_machine(workflow.current_basedir)
    read_mapping(f"{workflow.current_basedir}/config/study.yaml", "config/study.yaml")
except (MachineError, UnreadableError) as error:
    raise WorkflowError(str(error))


configfile: relpath(f"{workflow.current_basedir}/config/study.yaml")


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/geography.smk"
include: "workflow/rules/weights.smk"
include: "workflow/rules/chapters.smk"
include: "workflow/rules/quality.smk"
include: "workflow/rules/recovery.smk"
include: "workflow/rules/claims.smk"
include: "workflow/rules/paper.smk"
include: "workflow/rules/site.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/verify.smk"


localrules:
    all,
    figures,
    tables,
    estimates,
    paper,
    site,
    clean_results,


rule all:
    default_target: True
    input:
        PAPERS,
        SITE,
        REPORT,
        ESTIMATES,
        FIGURES,
        TABLES,
        DATA_TABLES,
        LONG_TABLES,
        COUNTIES,
    message:
        f"Done: open {' and '.join([*PAPERS, REPORT])}"


rule figures:
    input:
        FIGURES,
    message:
        f"Done: the figures are in {RESULTS}/figures"


rule tables:
    input:
        TABLES,
        DATA_TABLES,
    message:
        f"Done: the tables are in {RESULTS}/tables"


rule estimates:
    input:
        ESTIMATES,
    message:
        f"Done: the estimates are in {RESULTS}/estimates"


rule paper:
    input:
        PAPER,
        APPENDIX,
        SUMMARY,
    message:
        f"Done: open {PAPER}, {APPENDIX} and {SUMMARY}"


rule site:
    input:
        SITE,
    message:
        f"Done: open {SITE}"


rule clean_results:
    log:
        ".snakemake/log/clean_results.log",
    conda:
        "environment.yml"
    params:
        python=sys.executable,
        made=[PROCESSED, RESULTS, LOGS, BENCHMARKS],
    message:
        "Removing what the study made"
    shell:
        "{params.python:q} -m guantian.folders --remove {params.made:q} 2>&1 | tee {log}"


gc.freeze()
gc.set_threshold(50_000, 20, 20)
gc.enable()


onstart:
    mark_folders()
    stop_timers()
    fork_workers()


onsuccess:
    describe_run()
