"""Estimates in; the chapter's tables (CSV, LaTeX, HTML) out."""

from pathlib import Path

import pandas as pd

from _job import job
from guantian.chapters.convergence.tables import changed_table, convergence_tables, excluded_table
from guantian.present.tables import write_table
from guantian.results import read_estimates

with job(snakemake):
    specs = pd.read_csv(snakemake.input.specs, sep="\t", index_col="spec")
    estimates = read_estimates(snakemake.input.estimates)
    folder = Path(snakemake.output[0]).parent
    tables = convergence_tables(estimates, specs, snakemake.params.confidence)
    excluded = pd.read_csv(snakemake.input.excluded, dtype={"city_code": "str"})
    uncorrected = read_estimates(snakemake.input.uncorrected)
    changed = changed_table(estimates, uncorrected, specs)
    for table in [*tables, excluded_table(excluded, specs), changed]:
        write_table(table, folder)
