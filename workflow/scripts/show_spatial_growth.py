"""Estimates of growth with spillovers in; their tables and figure out."""

from pathlib import Path

import pandas as pd

from _job import job
from guantian.chapters.spillovers.figures import draw_spatial_impacts
from guantian.chapters.spillovers.tables import spatial_tables
from guantian.estimates import read_estimates
from guantian.present.style import apply_style, save
from guantian.present.tables import write_table

with job(snakemake):
    estimates = read_estimates(snakemake.input.estimates)
    titles = pd.read_csv(snakemake.input.codebook).set_index("variable")["title"]
    description = pd.read_csv(snakemake.input.description)
    confidence = snakemake.params.confidence
    for table in spatial_tables(estimates, description, titles, confidence):
        write_table(table, Path(snakemake.output.tables[0]).parent)
    apply_style(snakemake.input.fonts)
    save(draw_spatial_impacts(estimates), snakemake.output.figure)
