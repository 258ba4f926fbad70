"""Estimates of what the plan did in; tables, figures and the numbers of its text out."""

from functools import partial
from pathlib import Path

import pandas as pd

from _job import job
from guantian.chapters.plan.estimate.names import PlanNames
from guantian.chapters.plan.figures import draw_plan_figures
from guantian.chapters.plan.tables import plan_numbers, plan_tables
from guantian.claims import verdict_in_place
from guantian.data.acts import pick_acts, read_acts
from guantian.geography.zones import read_zones
from guantian.present.style import apply_style, save
from guantian.present.tables import write_numbers, write_table
from guantian.results import read_estimates

with job(snakemake):
    estimates = read_estimates(snakemake.input.estimates)
    specs = pd.read_csv(snakemake.input.specs, sep="\t", index_col="outcome")
    cities = pd.read_parquet(snakemake.input.names).set_index("city_code")["name_en"]
    zones = read_zones(Path(snakemake.input.zones[0]).parent)
    params = snakemake.params
    acts = pick_acts(read_acts(snakemake.input.acts), params.choices["events"])
    names = PlanNames(zones[params.zone], zones, cities, specs["label"], params.choices, acts)
    for table in plan_tables(estimates, names, params.confidence):
        write_table(table, Path(snakemake.output.tables[0]).parent)
    judge = partial(verdict_in_place, params.parts, estimates, alpha=params.alpha)
    numbers = plan_numbers(estimates, names, params.confidence, judge)
    write_numbers(numbers, snakemake.output.numbers)
    apply_style(snakemake.input.fonts)
    placebos = pd.read_csv(snakemake.input.placebos)
    folder = Path(snakemake.output.figures[0]).parent
    drawn = draw_plan_figures(estimates, placebos, names, params.confidence)
    for name, figure in drawn.items():
        save(figure, [folder / f"{name}{ending}" for ending in (".png", ".svg", ".pdf", ".csv")])
