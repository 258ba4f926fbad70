"""Corrected tables in; structure, relative prices and flows out as long tables."""

from pathlib import Path

from _job import job

import pandas as pd

from guantian.data.long_tables import listed_flows, relative_prices
from guantian.data.panel import join_accounts
from guantian.data.structure import build_structure
from guantian.results import round_significant

with job(snakemake):
    tables = {Path(path).stem: pd.read_parquet(path) for path in snakemake.input.tables}
    made = {
        snakemake.output.structure: build_structure(tables, join_accounts(tables)),
        snakemake.output.prices: relative_prices(tables["province_retail_prices"]),
        snakemake.output.flows: listed_flows(tables["city_pair_flows_2021h1"]),
    }
    for path, frame in made.items():
        round_significant(frame).to_parquet(path, index=False)
