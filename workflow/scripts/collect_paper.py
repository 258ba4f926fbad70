"""The chapters' estimates in; the numbers of the main paper out, as JSON, with their trails."""

from pathlib import Path

import pandas as pd

from _job import job
from guantian.paper import collect
from guantian.paper.declared import QUANTITIES
from guantian.present.numbers import write

with job(snakemake):
    wanted = {quantity.chapter for quantity in QUANTITIES}
    estimates = {
        Path(path).stem: pd.read_parquet(path)
        for path in snakemake.input.estimates
        if Path(path).stem in wanted
    }
    write(*collect(QUANTITIES, estimates), snakemake.output.numbers, snakemake.output.keys)
