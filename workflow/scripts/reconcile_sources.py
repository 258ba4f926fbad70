"""Corrected tables, panel and the checks' results in; the tables of reconciliation out."""

from pathlib import Path

import pandas as pd

from _job import job
from guantian.chapters.data.figures_agreement import draw_agreement
from guantian.chapters.data.tables_quality import agreement_table, planted_table, precision_table
from guantian.data.reconciliation import agreement, lights_and_output
from guantian.estimates import round_significant
from guantian.present.style import apply_style, save
from guantian.present.tables import write_table

with job(snakemake):
    corrected = {Path(path).stem: pd.read_parquet(path) for path in snakemake.input.tables}
    panel = pd.read_parquet(snakemake.input.panel)
    by_year = round_significant(agreement(corrected))
    lights = round_significant(lights_and_output(panel))
    by_year.to_csv(snakemake.output.agreement, index=False, lineterminator="\n")
    lights.to_csv(snakemake.output.lights, index=False, lineterminator="\n")
    for table in (
        agreement_table(by_year),
        precision_table(pd.read_csv(snakemake.input.precision)),
        planted_table(pd.read_csv(snakemake.input.planted)),
    ):
        write_table(table, Path(snakemake.output.printed[0]).parent)
    apply_style(snakemake.input.fonts)
    save(draw_agreement(by_year, lights), snakemake.output.figure)
