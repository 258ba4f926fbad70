"""Estimates of the sources of growth in; figures, tables and numbers of the text out."""

from pathlib import Path

import pandas as pd

from _job import job
from guantian.chapters.growth.figures import draw_accounting, draw_border, draw_determinants
from guantian.chapters.growth.tables import growth_numbers, growth_tables
from guantian.estimates import read_estimates
from guantian.present.style import apply_style, forms_by_figure, save
from guantian.present.tables import write_numbers, write_table

with job(snakemake):
    estimates = read_estimates(snakemake.input.estimates)
    names = pd.read_parquet(snakemake.input.names).set_index("city_code")["name_en"]
    provinces = pd.read_parquet(snakemake.input.provinces).set_index("province_code")["name_en"]
    known = provinces.to_dict() | names.to_dict()
    counties = pd.read_csv(snakemake.input.counties, dtype={"county_code": str, "city_code": str})
    spec, level = snakemake.params.spec, snakemake.params.confidence
    for table in growth_tables(estimates, known, spec, level):
        write_table(table, Path(snakemake.output.tables[0]).parent)
    apply_style(snakemake.input.fonts)
    drawn = (
        draw_accounting(estimates, names, list(spec["accounting"]["windows"].values())),
        draw_determinants(estimates, spec["regressors"]),
        draw_border(counties, names, spec["border"]),
    )
    for figure, forms in zip(drawn, forms_by_figure(snakemake.output.figures), strict=True):
        save(figure, forms)
    write_numbers(growth_numbers(estimates, known, spec, level), snakemake.output.numbers)
