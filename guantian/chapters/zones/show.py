"""Tables, figure and numbers of the chapter, from its results."""

from __future__ import annotations

from pathlib import Path

from guantian.chapters.zones.figures import draw_zones
from guantian.chapters.zones.numbers import zones_numbers
from guantian.chapters.zones.tables import zones_tables
from guantian.geography.zones import read_zones
from guantian.present.captions import caption
from guantian.present.figures import apply_style, forms, save
from guantian.present.numbers import write
from guantian.present.tables import write_table
from guantian.registry import Job
from guantian.results import read


def show(job: Job) -> None:
    """Write everything that the chapter shows."""
    inputs, choices = job.inputs, job.options["zones"]
    own, confidence = job.options["zone"]["id"], job.options["confidence"]
    estimates, series = read(inputs.estimates), read(inputs.series)
    zones = read_zones(Path(inputs.zones[0]).parent)
    for table in zones_tables(estimates, zones, own, confidence):
        write_table(table, job.tables)
    texts, keys = zones_numbers(estimates, series, zones, own, choices)
    write(texts, keys, job.outputs.numbers, job.outputs.number_keys)
    apply_style(inputs.fonts)
    figure, data = draw_zones(estimates, zones, own, choices["growth_benchmark"])
    save(figure, data, forms(job.figures, "zones"), alt=caption("zones", "zones").alt)
