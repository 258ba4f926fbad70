"""Tables, figures and numbers of the chapter, from its results."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from guantian.chapters.spillovers.figures import draw_spatial_impacts
from guantian.chapters.spillovers.figures_speed import draw_speed
from guantian.chapters.spillovers.numbers import spillover_numbers
from guantian.chapters.spillovers.tables import spatial_tables
from guantian.present.figures import apply_style, drawn_data, forms, save
from guantian.present.tables import write_numbers, write_table
from guantian.registry import Job
from guantian.results import read

MAIN = "queen"  # the weights of which the text speaks


def show(job: Job) -> None:
    """Write everything that the chapter shows."""
    estimates, tests = read(job.inputs.estimates), read(job.inputs.tests)
    titles = pd.read_csv(job.inputs.codebook).set_index("variable")["title"]
    description = pd.read_csv(job.inputs.description)
    confidence = job.options["confidence"]
    for table in spatial_tables(estimates, tests, description, titles, confidence):
        write_table(table, job.tables)
    write_numbers(spillover_numbers(estimates, tests, MAIN), job.outputs.numbers)
    apply_style(job.inputs.fonts)
    measured = json.loads(Path(job.inputs.measured).read_text(encoding="utf-8"))
    for name, figure in (
        ("spatial_impacts", draw_spatial_impacts(estimates)),
        ("speed", draw_speed(measured)),
    ):
        save(figure, drawn_data(figure), forms(job.figures, name))
