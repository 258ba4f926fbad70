"""Tables, figures and numbers of the chapter, from its results."""

from __future__ import annotations

import pandas as pd

from guantian.chapters.core_periphery.figures import (
    draw_core_periphery,
    draw_shares,
    draw_stability,
)
from guantian.chapters.core_periphery.numbers import core_periphery_numbers
from guantian.chapters.core_periphery.tables import core_periphery_tables
from guantian.present.captions import caption
from guantian.present.figures import apply_style, forms, save
from guantian.present.numbers import write
from guantian.present.tables import write_table
from guantian.registry import Job
from guantian.results import read


def show(job: Job) -> None:
    """Write everything that the chapter shows."""
    estimates, series = read(job.inputs.estimates), read(job.inputs.series)
    confidence, choices = job.options["confidence"], job.options["core_periphery"]
    names = pd.read_parquet(job.inputs.names).set_index("city_code")["name_en"]
    for table in core_periphery_tables(estimates, series, names, confidence):
        write_table(table, job.tables)
    texts, keys = core_periphery_numbers(
        estimates, series, names, job.options["zone"]["core"], choices
    )
    write(texts, keys, job.outputs.numbers, job.outputs.number_keys)
    apply_style(job.inputs.fonts)
    for name, (figure, data) in (
        ("core_periphery", draw_core_periphery(estimates, series)),
        ("gains_shares", draw_shares(estimates, series, names)),
        ("gains_stability", draw_stability(pd.read_csv(job.inputs.grid))),
    ):
        alt = caption("core_periphery", name).alt
        save(figure, data, forms(job.figures, name), alt=alt)
