"""Checked raw tables, errata and the concordance in; corrected tables on today's codes out."""

from pathlib import Path

from _job import job

from guantian.data.concordance import read_concordance
from guantian.data.correct import correct_tables
from guantian.data.described import tables_codebook, tables_coverage
from guantian.data.errata import read_errata
from guantian.data.package import read_package
from guantian.data.read import read_checked
from guantian.files import write_csv

with job(snakemake):
    package = read_package(snakemake.input.package)
    errata = read_errata(snakemake.input.errata)
    corrected, dropped = correct_tables(
        read_checked(package, Path(snakemake.input.tables[0]).parent),
        package,
        errata=errata,
        concordance=read_concordance(snakemake.input.concordance),
    )
    folder = Path(snakemake.output.tables[0]).parent
    for name, table in corrected.items():
        table.to_parquet(folder / f"{name}.parquet", index=False)
    zone = snakemake.params.zone
    described = {
        snakemake.output.dropped: dropped,
        snakemake.output.codebook: tables_codebook(package, corrected, errata, zone),
        snakemake.output.coverage: tables_coverage(package, corrected, zone),
    }
    for path, frame in described.items():
        write_csv(frame, path)
