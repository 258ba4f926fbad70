"""Tables, figures and numbers of the chapter, from its results."""

from __future__ import annotations

import pandas as pd

from guantian.chapters.reactions.figures import (
    draw_contest,
    draw_modes,
    draw_shocks,
    draw_slopes,
)
from guantian.chapters.reactions.numbers import reaction_numbers
from guantian.chapters.reactions.tables import reaction_tables
from guantian.present.captions import caption
from guantian.present.figures import apply_style, forms, save
from guantian.present.tables import write_numbers, write_table
from guantian.registry import Job
from guantian.results import read


def show(job: Job) -> None:
    """Write everything that the chapter shows."""
    import geopandas as gpd

    given, choices, confidence = job.inputs, job.options["reactions"], job.options["confidence"]
    results = [read(getattr(given, kind)) for kind in ("estimates", "series", "tests")]
    estimates, series, _ = results
    names = pd.read_parquet(given.names).set_index("city_code")["name_en"]
    for table in reaction_tables(*results, names, choices, confidence):
        write_table(table, job.tables)
    write_numbers(reaction_numbers(*results, choices), job.outputs.numbers)
    apply_style(given.fonts)
    layers = [gpd.read_parquet(given.prefectures), gpd.read_parquet(given.provinces)]
    for name, (figure, data) in (
        ("reaction_slopes", draw_slopes(estimates)),
        ("reaction_shocks", draw_shocks(estimates)),
        ("contest", draw_contest(estimates)),
        ("modes", draw_modes(series, *layers, names)),
    ):
        save(figure, data, forms(job.figures, name), alt=caption("reactions", name).alt)
