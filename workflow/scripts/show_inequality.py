"""Estimates of inequality, beta and ranks in; their tables, figures and numbers out."""

from pathlib import Path

import pandas as pd
import yaml

from _job import job
from guantian.chapters.inequality.figures import draw_placebo, draw_rolling, draw_series
from guantian.chapters.inequality.numbers import inequality_numbers
from guantian.chapters.inequality.tables import inequality_tables
from guantian.estimates import read_estimates
from guantian.present.specification_curve import draw_specification_curve
from guantian.present.style import apply_style, save
from guantian.present.tables import write_numbers, write_table

with job(snakemake):
    estimates, curve = map(read_estimates, (snakemake.input.estimates, snakemake.input.curve))
    specs = yaml.safe_load(Path(snakemake.input.specs).read_text(encoding="utf-8"))
    series = pd.read_csv(snakemake.input.series, sep="\t").set_index("spec")
    for table in inequality_tables(estimates, specs, series, snakemake.params.confidence):
        write_table(table, Path(snakemake.output.tables[0]).parent)
    apply_style(snakemake.input.fonts)
    save(draw_placebo(estimates, specs), snakemake.output.placebo)
    save(draw_specification_curve(curve, specs), snakemake.output.curve)
    save(draw_series(estimates, specs, series), snakemake.output.series)
    save(draw_rolling(estimates, specs), snakemake.output.rolling)
    numbers = inequality_numbers(estimates, curve, specs, series)
    write_numbers(numbers, snakemake.output.numbers)
