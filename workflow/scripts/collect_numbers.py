"""Panel, estimates and corrections in; the numbers of the paper's text out, as JSON."""

from _job import job

import pandas as pd

from guantian.chapters.data.paper_numbers import paper_numbers
from guantian.data.errata import read_errata
from guantian.present.tables import write_numbers

with job(snakemake):
    numbers = paper_numbers(
        pd.read_parquet(snakemake.input.panel),
        read_errata(snakemake.input.errata),
        pd.read_csv(snakemake.input.dropped),
        {name: pd.read_csv(snakemake.input[name]) for name in ("precision", "planted")},
        snakemake.params.study,
    )
    write_numbers(numbers, snakemake.output[0])
