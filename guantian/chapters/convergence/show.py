"""Tables, figures and numbers of the chapter, from its results."""

from __future__ import annotations

import pandas as pd

from guantian.chapters.convergence.figures.beta import draw_beta
from guantian.chapters.convergence.figures.levels import draw_levels
from guantian.chapters.convergence.figures.sigma import draw_sigma
from guantian.chapters.convergence.numbers import convergence_numbers
from guantian.chapters.convergence.tables import (
    changed_table,
    convergence_tables,
    excluded_table,
)
from guantian.present.figures import apply_style, drawn_data, forms, save
from guantian.present.tables import write_numbers, write_table
from guantian.registry import Job
from guantian.results import read


def show(job: Job) -> None:
    """Write everything that the chapter shows."""
    specs = pd.read_csv(job.inputs.specs, sep="\t").set_index("spec", drop=False)
    estimates, series = read(job.inputs.estimates), read(job.inputs.series)
    uncorrected = read(job.inputs.uncorrected)
    excluded = pd.read_csv(job.inputs.excluded, dtype={"city_code": "str"})
    for table in [
        *convergence_tables(estimates, series, specs, job.options["confidence"]),
        excluded_table(excluded, specs),
        changed_table(estimates, uncorrected, specs),
    ]:
        write_table(table, job.tables)
    numbers = convergence_numbers(estimates, series, uncorrected, specs)
    write_numbers(numbers, job.outputs.numbers)
    apply_style(job.inputs.fonts)
    panel = pd.read_parquet(job.inputs.panel)
    members = pd.read_csv(job.inputs.members, dtype={"city_code": "str"})
    titles = pd.read_csv(job.inputs.codebook).set_index("variable")["title"]
    labels = (
        specs["label"] + "\n" + specs["first"].astype("str") + "–" + specs["last"].astype("str")
    )
    chosen = job.options["convergence.figures"]
    for name, figure in (
        ("levels", draw_levels(panel, chosen["levels"], titles)),
        ("sigma", draw_sigma(estimates, series, chosen["sigma"], labels)),
        ("beta", draw_beta(estimates, panel, members, specs.loc[chosen["beta"]], labels)),
    ):
        save(figure, drawn_data(figure), forms(job.figures, name))
