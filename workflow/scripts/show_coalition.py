"""Estimates of core, rest and the coalition game in; figures, tables and numbers out."""

from pathlib import Path

import pandas as pd

from _job import job
from guantian.chapters.core_periphery.figures import draw_core_and_rest, draw_shares, draw_stability
from guantian.chapters.core_periphery.tables import coalition_numbers, coalition_tables
from guantian.estimates import read_estimates
from guantian.present.style import apply_style, forms_by_figure, save
from guantian.present.tables import write_numbers, write_table

with job(snakemake):
    core = read_estimates(snakemake.input.core)
    coalition = read_estimates(snakemake.input.coalition)
    series, sweep = (pd.read_csv(path) for path in snakemake.input.series[:2])
    names = pd.read_parquet(snakemake.input.names).set_index("city_code")["name_en"]
    for table in coalition_tables(core, coalition, names):
        write_table(table, Path(snakemake.output.tables[0]).parent)
    apply_style(snakemake.input.fonts)
    drawn = (draw_core_and_rest(series, core), draw_shares(coalition, names), draw_stability(sweep))
    for figure, forms in zip(drawn, forms_by_figure(snakemake.output.figures), strict=True):
        save(figure, forms)
    numbers = coalition_numbers(
        core, coalition, sweep, names, snakemake.params.core, snakemake.params.choices
    )
    write_numbers(numbers, snakemake.output.numbers)
