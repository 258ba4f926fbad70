"""Corrected tables, panel and the checks' results in; the tables of reconciliation out."""

from pathlib import Path

from _job import job

import pandas as pd

from guantian.chapters.data.figures_agreement import draw_agreement
from guantian.chapters.data.tables import quality_tables
from guantian.data.reconciliation import agreement, lights_and_output
from guantian.files import write_csv
from guantian.present.captions import caption
from guantian.present.figures import apply_style, save
from guantian.present.tables import write_table
from guantian.results import round_significant

with job(snakemake):
    corrected = {Path(path).stem: pd.read_parquet(path) for path in snakemake.input.tables}
    panel = pd.read_parquet(snakemake.input.panel)
    by_year = round_significant(agreement(corrected))
    lights = round_significant(lights_and_output(panel))
    write_csv(by_year, snakemake.output.agreement)
    write_csv(lights, snakemake.output.lights)
    for table in quality_tables(
        by_year, pd.read_csv(snakemake.input.precision), pd.read_csv(snakemake.input.planted)
    ):
        write_table(table, Path(snakemake.output.printed[0]).parent)
    apply_style(snakemake.input.fonts)
    figure, data = draw_agreement(by_year, lights)
    save(figure, data, snakemake.output.figure, alt=caption("data", "agreement").alt)
