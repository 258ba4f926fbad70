"""Panel in; the figure of implied deflators out."""

from _job import job

import pandas as pd

from guantian.chapters.data.figures_deflator import draw_deflator
from guantian.present.captions import caption
from guantian.present.figures import apply_style, save

with job(snakemake):
    apply_style(snakemake.input.fonts)
    panel = pd.read_parquet(snakemake.input.panel)
    figure, data = draw_deflator(panel, snakemake.params.limits, snakemake.params.core)
    save(figure, data, snakemake.output, alt=caption("data", "deflator").alt)
