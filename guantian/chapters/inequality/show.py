"""Tables, figures and numbers of the chapter, from its results."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import yaml

from guantian.chapters.inequality.figures import (
    draw_curve,
    draw_placebo,
    draw_rolling,
    draw_series,
)
from guantian.chapters.inequality.numbers import inequality_numbers
from guantian.chapters.inequality.tables import inequality_tables
from guantian.present.captions import caption
from guantian.present.figures import apply_style, drawn_data, forms, save
from guantian.present.tables import write_numbers, write_table
from guantian.registry import Job
from guantian.results import read


def show(job: Job) -> None:
    """Write everything that the chapter shows."""
    given, confidence = job.inputs, job.options["confidence"]
    estimates, series, tests = (read(path) for path in (given.estimates, given.series, given.tests))
    specs = yaml.safe_load(Path(given.specs).read_text(encoding="utf-8"))
    series_specs = pd.read_csv(given.series_specs, sep="\t").set_index("spec")
    for table in inequality_tables(estimates, tests, specs, series_specs, confidence):
        write_table(table, job.tables)
    numbers = inequality_numbers(estimates, series, specs, series_specs)
    write_numbers(numbers, job.outputs.numbers)
    apply_style(given.fonts)
    for name, figure in (
        ("inequality_placebo", draw_placebo(estimates, specs)),
        ("inequality_series", draw_series(series, specs, series_specs)),
        ("inequality_rolling", draw_rolling(estimates, specs)),
    ):
        save(figure, drawn_data(figure), forms(job.figures, name))
    figure, data = draw_curve(estimates, specs)
    alt = caption("inequality", "inequality_curve").alt
    save(figure, data, forms(job.figures, "inequality_curve"), alt=alt)
