"""Raw tables in; the same out, read strictly and checked once for all rules."""

from pathlib import Path

from _job import job

from guantian.data.package import read_package
from guantian.data.read import read_tables

with job(snakemake):
    folder = Path(snakemake.output[0]).parent
    for name, table in read_tables(read_package(snakemake.input.package)).items():
        table.to_parquet(folder / f"{name}.parquet", index=False)
