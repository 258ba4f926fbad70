"""Tables, figures and numbers of the chapter, from its results."""

from __future__ import annotations

import pandas as pd

from guantian.chapters.similarity.figures import (
    draw_burden,
    draw_location_quotients,
    draw_similarity,
    zone_pairs,
)
from guantian.chapters.similarity.numbers import similarity_numbers
from guantian.chapters.similarity.tables import similarity_tables
from guantian.chapters.similarity.tested import declared_table
from guantian.present.captions import caption
from guantian.present.figures import apply_style, forms, save
from guantian.present.numbers import write
from guantian.present.tables import write_table
from guantian.registry import Job
from guantian.results import read


def show(job: Job) -> None:
    """Write everything that the chapter shows."""
    inputs, confidence = job.inputs, job.options["confidence"]
    estimates, series = read(inputs.estimates), read(inputs.series)
    specs = pd.read_csv(inputs.specs, sep="\t", index_col="spec")
    provinces = pd.read_parquet(inputs.provinces).set_index("province_code")["name_en"]
    cities = pd.read_parquet(inputs.cities).set_index("city_code")["name_en"]
    names = cities[sorted(member["code"] for member in job.options["zone"]["members"])].to_dict()
    write_table(declared_table(estimates, specs["label"], confidence), job.tables)
    for table in similarity_tables(estimates, specs["label"], confidence):
        write_table(table, job.tables)
    texts, keys = similarity_numbers(estimates, series, specs.index, provinces)
    write(texts, keys, job.outputs.numbers, job.outputs.number_keys)
    apply_style(inputs.fonts)
    pairs = pd.read_parquet(inputs.pairs, filters=zone_pairs(names))
    sectors = pd.read_parquet(inputs.sectors)
    for name, (figure, data) in (
        ("similarity", draw_similarity(pairs, series, names)),
        ("burden", draw_burden(series, provinces)),
        ("location_quotients", draw_location_quotients(series, names, sectors)),
    ):
        save(figure, data, forms(job.figures, name), alt=caption("similarity", name).alt)
