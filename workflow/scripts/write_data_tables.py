"""Description, codebook, coverage and errata in; the tables of the data section out."""

from pathlib import Path

from _job import job

import pandas as pd

from guantian.chapters.data.tables import data_tables
from guantian.data.errata import read_errata
from guantian.data.package import read_package
from guantian.present.tables import write_table

with job(snakemake):
    tables = data_tables(
        read_package(snakemake.input.package),
        pd.read_csv(snakemake.input.codebook),
        pd.read_csv(snakemake.input.coverage, dtype={"city_code": "str"}),
        read_errata(snakemake.input.errata),
    )
    for table in tables:
        write_table(table, Path(snakemake.output[0]).parent)
