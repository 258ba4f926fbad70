"""Estimates and series of the games in; tables, figures and numbers out."""

from pathlib import Path

import pandas as pd

from _job import job
from guantian.chapters.games.figures import draw_modes_of_pairs, draw_restraint, draw_tornado
from guantian.chapters.games.numbers import game_numbers
from guantian.chapters.games.tables import game_tables
from guantian.estimates import read_estimates
from guantian.present.style import apply_style, forms_by_figure, save
from guantian.present.tables import write_numbers, write_table

with job(snakemake):
    given, confidence = snakemake.input, snakemake.params.confidence
    estimates = read_estimates(given.estimates)
    modes, frontier, points = (pd.read_csv(given[k]) for k in ("map", "frontier", "points"))
    names = pd.read_parquet(given.names).set_index("city_code")["name_en"]
    for table in game_tables(estimates, names, confidence):
        write_table(table, Path(snakemake.output.tables[0]).parent)
    numbers = game_numbers(estimates, modes, names, snakemake.params.choices, confidence)
    write_numbers(numbers, snakemake.output.numbers)
    apply_style(given.fonts)
    figures = [
        draw_modes_of_pairs(points, modes, estimates, names),
        draw_restraint(frontier, estimates, names),
        draw_tornado(estimates),
    ]
    for figure, forms in zip(figures, forms_by_figure(snakemake.output.figures), strict=True):
        save(figure, forms)
