"""The kept record of the benchmark in; its figure out."""

import json
from pathlib import Path

from _job import job
from guantian.chapters.spillovers.figures_speed import draw_speed
from guantian.present.style import apply_style, save

with job(snakemake):
    apply_style(snakemake.input.fonts)
    measured = json.loads(Path(snakemake.input.measured).read_text(encoding="utf-8"))
    save(draw_speed(measured), snakemake.output)
