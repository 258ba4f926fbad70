"""Raw tables, errata and the concordance in; corrected tables on today's codes out."""

from pathlib import Path

import pandas as pd

from _job import job
from guantian.data.concordance import read_concordance
from guantian.data.correct import correct_tables
from guantian.data.errata import read_errata
from guantian.data.package import read_package
from guantian.data.read import read_tables

with job(snakemake):
    package = read_package(snakemake.input.package)
    corrected, dropped = correct_tables(
        read_tables(package),
        package,
        errata=read_errata(snakemake.input.errata),
        concordance=read_concordance(snakemake.input.concordance),
        second_reading=read_errata(snakemake.input.second_reading),
    )
    folder = Path(snakemake.output.tables[0]).parent
    for name, table in corrected.items():
        table.to_parquet(folder / f"{name}.parquet", index=False)
    pd.DataFrame(dropped).to_csv(snakemake.output.dropped, index=False, lineterminator="\n")
