"""Estimates of reactions, contest and modes in; tables, figures and numbers out."""

from pathlib import Path

import geopandas as gpd
import pandas as pd

from _job import job
from guantian.chapters.reactions.figures import draw_contest, draw_shocks, draw_slopes
from guantian.chapters.reactions.figures_modes import draw_modes
from guantian.chapters.reactions.numbers import reaction_numbers
from guantian.chapters.reactions.tables import reaction_tables
from guantian.chapters.reactions.tables_contest import contest_tables
from guantian.estimates import read_estimates
from guantian.present.style import apply_style, forms_by_figure, save
from guantian.present.tables import write_numbers, write_table

with job(snakemake):
    given, confidence = snakemake.input, snakemake.params.confidence
    estimates, contest = read_estimates(given.estimates), read_estimates(given.contest)
    codes = {"city_code": str, "code_a": str, "code_b": str}
    cities, pairs = (pd.read_csv(given[name], dtype=codes) for name in ("cities", "pairs"))
    tables = reaction_tables(estimates, confidence)
    for table in tables + contest_tables(contest, cities, pairs, confidence):
        write_table(table, Path(snakemake.output.tables[0]).parent)
    numbers = reaction_numbers(estimates, contest, cities, snakemake.params.choices, confidence)
    write_numbers(numbers, snakemake.output.numbers)
    apply_style(given.fonts)
    layers = [gpd.read_parquet(given[name]) for name in ("prefectures", "provinces")]
    names = pd.read_parquet(given.names).set_index("city_code")
    figures = [draw_slopes(estimates), draw_shocks(estimates), draw_contest(contest)]
    figures.append(draw_modes(cities, pairs, *layers, names))
    for figure, forms in zip(figures, forms_by_figure(snakemake.output.figures), strict=True):
        save(figure, forms)
