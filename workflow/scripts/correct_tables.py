"""Raw tables, errata and the concordance in; corrected tables on today's codes out."""

from pathlib import Path

import pandas as pd

from _job import job
from guantian.data.concordance import read_concordance
from guantian.data.correct import correct_tables
from guantian.data.described import tables_codebook, tables_coverage
from guantian.data.errata import read_errata
from guantian.data.package import read_package
from guantian.data.read import read_tables

with job(snakemake):
    package = read_package(snakemake.input.package)
    errata, second_reading = (
        read_errata(path) for path in (snakemake.input.errata, snakemake.input.second_reading)
    )
    corrected, dropped = correct_tables(
        read_tables(package),
        package,
        errata=errata,
        concordance=read_concordance(snakemake.input.concordance),
        second_reading=second_reading,
    )
    folder = Path(snakemake.output.tables[0]).parent
    for name, table in corrected.items():
        table.to_parquet(folder / f"{name}.parquet", index=False)
    zone = snakemake.params.zone
    described = {
        snakemake.output.dropped: dropped,
        snakemake.output.codebook: tables_codebook(
            package, corrected, pd.concat([errata, second_reading]), zone
        ),
        snakemake.output.coverage: tables_coverage(package, corrected, zone),
    }
    for path, frame in described.items():
        frame.to_csv(path, index=False, lineterminator="\n")
