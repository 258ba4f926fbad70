"""Tables, figures and numbers of the chapter, from its results."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from guantian.chapters.plan.figures import (
    draw_checks,
    draw_curve,
    draw_effect,
    draw_events,
    draw_zones,
)
from guantian.chapters.plan.names import PlanNames
from guantian.chapters.plan.numbers import plan_numbers
from guantian.chapters.plan.tables import plan_tables
from guantian.data.acts import pick_acts, read_acts
from guantian.geography.zones import read_zones
from guantian.present.captions import caption
from guantian.present.figures import apply_style, forms, save
from guantian.present.numbers import write
from guantian.present.tables import write_table
from guantian.registry import Job
from guantian.results import read


def show(job: Job) -> None:
    """Write everything that the chapter shows."""
    inputs, confidence = job.inputs, job.options["confidence"]
    results = read(inputs.estimates), read(inputs.series), read(inputs.tests)
    estimates, series, _ = results
    zones = read_zones(Path(inputs.zones[0]).parent)
    choices = job.options["plan"]
    names = PlanNames(
        zone=zones[job.options["zone"]["id"]],
        zones=zones,
        cities=pd.read_parquet(inputs.names).set_index("city_code")["name_en"],
        outcomes=pd.read_csv(inputs.specs, sep="\t", index_col="outcome")["label"],
        choices=choices,
        acts=pick_acts(read_acts(inputs.acts), choices["events"]),
    )
    for table in plan_tables(*results, names, confidence):
        write_table(table, job.tables)
    texts, keys = plan_numbers(*results, names, confidence)
    write(texts, keys, job.outputs.numbers, job.outputs.number_keys)
    apply_style(inputs.fonts)
    for name, (figure, data) in (
        ("plan_effect", draw_effect(estimates, series, names)),
        ("plan_curve", draw_curve(estimates, names)),
        ("plan_events", draw_events(estimates, names)),
        ("plan_checks", draw_checks(estimates, names)),
        ("plan_zones", draw_zones(estimates, names)),
    ):
        save(figure, data, forms(job.figures, name), alt=caption("plan", name).alt)
