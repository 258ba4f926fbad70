"""Estimates of neighbours and dynamics in; tables, figures and the text's numbers out."""

from pathlib import Path

import geopandas as gpd
import pandas as pd

from _job import job
from guantian.chapters.dynamics.figures import draw_distribution, draw_paths
from guantian.chapters.dynamics.figures_lisa_map import draw_lisa_map
from guantian.chapters.dynamics.numbers import dynamics_numbers
from guantian.chapters.dynamics.tables import dynamics_tables, titles_of
from guantian.chapters.dynamics.tables_neighbours import neighbour_tables
from guantian.present.style import apply_style, forms_by_figure, save
from guantian.present.tables import write_numbers, write_table
from guantian.results import read_estimates

with job(snakemake):
    source, params = snakemake.input, snakemake.params
    dynamics, near = read_estimates(source.dynamics), read_estimates(source.neighbours)
    paths = {Path(path).stem.split("_")[1]: path for path in [*source.series, source.lisa]}
    made = {
        name: pd.read_csv(path, dtype={"city_code": "str", "unit": "str"})
        for name, path in paths.items()
    }
    names = pd.read_parquet(source.names).set_index("city_code")["name_en"].to_dict()
    specs, main = pd.read_csv(source.specs, sep="\t").set_index("spec"), params.choices["main"]
    titles = titles_of(specs, params.choices["specs"])
    tables = dynamics_tables(dynamics, made["sensitivity"], titles, main, params.confidence)
    tables += neighbour_tables(near, made, names, titles, main, params.confidence)
    for table in tables:
        write_table(table, Path(snakemake.output.tables[0]).parent)
    numbers = dynamics_numbers(
        dynamics, near, made, names, specs, params.choices, params.members, params.core
    )
    write_numbers(numbers, snakemake.output.numbers)
    apply_style(source.fonts)
    layers = [gpd.read_parquet(path) for path in (source.prefectures, source.provinces)]
    labels = specs["label"][params.choices["specs"]].to_dict()
    figures = [
        draw_lisa_map(made["lisa"], near, *layers, params.members, labels, main),
        draw_distribution(made["kernels"], made["relative"], params.choices["chains"]["horizon"]),
        draw_paths(made["paths"], names, main),
    ]
    for figure, forms in zip(figures, forms_by_figure(snakemake.output.figures), strict=True):
        save(figure, forms)
