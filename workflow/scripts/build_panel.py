"""Corrected tables in; the panel, its codebook and its coverage out."""

from pathlib import Path

import pandas as pd

from _job import job
from guantian.data.panel import PanelSpec, build_panel, codebook, coverage
from guantian.estimates import round_significant

with job(snakemake):
    tables = {Path(path).stem: pd.read_parquet(path) for path in snakemake.input.tables}
    panel = build_panel(tables, PanelSpec(**snakemake.params.spec))
    round_significant(panel).to_parquet(snakemake.output.panel)
    codebook(panel).to_csv(snakemake.output.codebook, index=False, lineterminator="\n")
    coverage(panel).to_csv(snakemake.output.coverage, index=False, lineterminator="\n")
