"""Tables, figures and numbers of the chapter, from its results."""

from __future__ import annotations

import pandas as pd

from guantian.chapters.growth.figures import draw_accounting, draw_border, draw_determinants
from guantian.chapters.growth.numbers import growth_numbers
from guantian.chapters.growth.tables import growth_tables
from guantian.chapters.growth.vintages import of_headline, vintage_table
from guantian.present.figures import apply_style, drawn_data, forms, save
from guantian.present.tables import write_numbers, write_table
from guantian.registry import Job
from guantian.results import read


def show(job: Job) -> None:
    """Write everything that the chapter shows."""
    given, options, confidence = job.inputs, job.options["growth"], job.options["confidence"]
    every, tests = read(given.estimates), of_headline(read(given.tests))
    estimates = of_headline(every)
    names = pd.read_parquet(given.names).set_index("city_code")["name_en"].to_dict()
    provinces = pd.read_parquet(given.provinces).set_index("province_code")["name_en"].to_dict()
    known = provinces | names
    write_table(vintage_table(every, options, confidence), job.tables)
    for table in growth_tables(estimates, tests, known, options, confidence):
        write_table(table, job.tables)
    numbers = growth_numbers(estimates, tests, known, options)
    write_numbers(numbers, job.outputs.numbers)
    apply_style(given.fonts)
    counties = pd.read_csv(given.county_growth, dtype={"county_code": str, "city_code": str})
    windows = list(options["accounting"]["windows"].values())
    # Figures print the first word of a name; it is one city's among those that they show.
    shown = set(estimates["unit"]) | set(counties["city_code"])
    codes = {name.partition(" ")[0]: code for code, name in names.items() if code in shown}
    codes |= {name: code for code, name in names.items() if code in shown}
    for name, figure in (
        ("accounting", draw_accounting(estimates, names, windows)),
        ("determinants", draw_determinants(estimates, options["regressors"])),
        ("county_border", draw_border(counties, names, options["border"])),
    ):
        save(figure, drawn_data(figure, codes), forms(job.figures, name))
