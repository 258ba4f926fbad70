"""Tables, figures and numbers of the chapter, from its results."""

from __future__ import annotations

import pandas as pd

from guantian.chapters.games.figures import draw_modes_of_pairs, draw_restraint, draw_tornado
from guantian.chapters.games.numbers import game_numbers
from guantian.chapters.games.tables import game_tables
from guantian.present.captions import caption
from guantian.present.figures import apply_style, forms, save
from guantian.present.numbers import write
from guantian.present.tables import write_table
from guantian.registry import Job
from guantian.results import read


def show(job: Job) -> None:
    """Write everything that the chapter shows."""
    estimates, series = read(job.inputs.estimates), read(job.inputs.series)
    names = pd.read_parquet(job.inputs.names).set_index("city_code")["name_en"]
    for table in game_tables(estimates, names, job.options["confidence"]):
        write_table(table, job.tables)
    texts, keys = game_numbers(estimates, series, names, job.options["games"])
    write(texts, keys, job.outputs.numbers, job.outputs.number_keys)
    apply_style(job.inputs.fonts)
    for name, (figure, data) in (
        ("games_modes", draw_modes_of_pairs(estimates, series, names)),
        ("games_restraint", draw_restraint(estimates, series, names)),
        ("games_tornado", draw_tornado(estimates)),
    ):
        save(figure, data, forms(job.figures, name), alt=caption("games", name).alt)
