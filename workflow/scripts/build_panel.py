"""Corrected tables in; the panel, its codebook, its coverage and its doubtful steps out."""

from pathlib import Path

import pandas as pd

from _job import job
from guantian.data.breaks import read_breaks
from guantian.data.panel import PanelSpec, build_panel, codebook, coverage, splice
from guantian.data.population import boundary_years
from guantian.data.prices import impossible_deflators
from guantian.estimates import round_significant

with job(snakemake):
    tables = {Path(path).stem: pd.read_parquet(path) for path in snakemake.input.tables}
    spec = PanelSpec.from_config(snakemake.params.choices, snakemake.params.zone)
    breaks = read_breaks(snakemake.input.breaks)
    panel = build_panel(tables, boundary_years(snakemake.input.changes), spec, breaks)
    round_significant(panel).to_parquet(snakemake.output.panel)
    made = {
        snakemake.output.codebook: codebook(panel),
        snakemake.output.coverage: coverage(panel, breaks, spec.variables),
        snakemake.output.deflators: impossible_deflators(panel),
        snakemake.output.splice: splice(tables, spec).reset_index(),
    }
    for path, frame in made.items():
        round_significant(frame).to_csv(path, index=False, lineterminator="\n")
