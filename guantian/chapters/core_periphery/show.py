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
from guantian.present.style import apply_style, figure_paths, save
from guantian.present.tables import write_numbers, write_table
from guantian.registry import Job
from guantian.results import read


def show(job: Job) -> None:
    """Write everything that the chapter shows."""
    estimates, series = read(job.inputs.estimates), read(job.inputs.series)
    names = pd.read_parquet(job.inputs.names).set_index("city_code")["name_en"]
    for table in core_periphery_tables(estimates, series, names):
        write_table(table, job.tables)
    numbers = core_periphery_numbers(
        estimates, series, names, job.options["zone"]["core"], job.options["core_periphery"]
    )
    write_numbers(numbers, job.outputs.numbers)
    apply_style(job.inputs.fonts)
    for name, figure in (
        ("core_periphery", draw_core_periphery(estimates, series)),
        ("gains_shares", draw_shares(estimates, series, names)),
        ("gains_stability", draw_stability(pd.read_csv(job.inputs.grid))),
    ):
        save(figure, figure_paths(job.figures, name))
