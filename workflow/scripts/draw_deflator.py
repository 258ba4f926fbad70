"""Panel in; the figure of implied deflators out."""

import pandas as pd

from _job import job
from guantian.chapters.data.figures_deflator import draw_deflator
from guantian.present.style import apply_style, save

with job(snakemake):
    apply_style(snakemake.input.fonts)
    panel = pd.read_parquet(snakemake.input.panel)
    save(draw_deflator(panel, snakemake.params.limits), snakemake.output)
