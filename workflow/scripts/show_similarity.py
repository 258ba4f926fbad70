"""Estimates of likeness, markets, duplication and burden in; tables and the text's numbers out."""

from pathlib import Path

import pandas as pd

from _job import job
from guantian.chapters.similarity.numbers import similarity_numbers
from guantian.chapters.similarity.tables import similarity_tables
from guantian.chapters.similarity.tables_burden import burden_tables
from guantian.estimates import read_estimates
from guantian.present.tables import write_numbers, write_table

with job(snakemake):
    made, out, level = snakemake.input, snakemake.output, snakemake.params.confidence
    estimates = [read_estimates(path) for path in made.estimates]
    specs = pd.read_csv(made.specs, sep="\t", index_col="spec")
    labels = specs["label"].to_dict()
    tables = similarity_tables(estimates[0], labels, level)
    for table in tables + burden_tables(*estimates[1:], labels, level):
        write_table(table, Path(out.tables[0]).parent)
    gaps = pd.read_csv(made.gaps)
    prices = pd.read_csv(made.prices, dtype={"province_a": str, "province_b": str})
    provinces = pd.read_parquet(made.provinces).set_index("province_code")["name_en"].to_dict()
    numbers = similarity_numbers(*estimates, gaps, specs, provinces, prices, level)
    write_numbers(numbers, out.numbers)
