"""Tables, figures and numbers of the chapter, from its results."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from guantian.chapters.dynamics import LISTS
from guantian.chapters.dynamics.figures import draw_distribution, draw_paths
from guantian.chapters.dynamics.figures_lisa_map import draw_lisa_map
from guantian.chapters.dynamics.numbers import dynamics_numbers
from guantian.chapters.dynamics.tables import dynamics_tables, titles_of
from guantian.chapters.dynamics.tables_neighbours import neighbour_tables
from guantian.present.figures import apply_style, drawn_data, forms, save
from guantian.present.tables import write_numbers, write_table
from guantian.registry import Job
from guantian.results import read


def show(job: Job) -> None:
    """Write everything that the chapter shows."""
    given, options, zone = job.inputs, job.options["dynamics"], job.options["zone"]
    results = [read(path) for path in (given.estimates, given.series, given.tests)]
    made = {
        name: pd.read_csv(getattr(given, name), dtype={"city_code": "str", "unit": "str"})
        for name in LISTS
    }
    names = pd.read_parquet(given.names).set_index("city_code")["name_en"].to_dict()
    specs, main = pd.read_csv(given.specs, sep="\t").set_index("spec"), options["main"]
    titles = titles_of(specs, options["specs"])
    confidence = job.options["confidence"]
    tables = dynamics_tables(*results, made["sensitivity"], titles, main, confidence)
    tables += neighbour_tables(*results[:2], made, names, titles, main, confidence)
    for table in tables:
        write_table(table, job.tables)
    members = [member["code"] for member in zone["members"]]
    numbers = dynamics_numbers(*results, made, names, specs, options, members, zone["core"])
    write_numbers(numbers, job.outputs.numbers)
    apply_style(given.fonts)
    layers = [gpd.read_parquet(path) for path in (given.prefectures, given.provinces)]
    labels = specs["label"][options["specs"]].to_dict()
    for name, figure in (
        ("dynamics_map", draw_lisa_map(made["lisa"], results[0], *layers, members, labels, main)),
        (
            "dynamics_distribution",
            draw_distribution(made["kernels"], made["relative"], options["chains"]["horizon"]),
        ),
        ("dynamics_paths", draw_paths(made["paths"], names, main)),
    ):
        save(figure, drawn_data(figure), forms(job.figures, name))
