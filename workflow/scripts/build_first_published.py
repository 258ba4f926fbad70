"""The panel and the table of accounts in; the same with growth as first published out."""

from _job import job

import pandas as pd

from guantian.data.vintage import accounts_as_first_published, as_first_published
from guantian.results import round_significant

with job(snakemake):
    given, made = snakemake.input, snakemake.output
    round_significant(as_first_published(pd.read_parquet(given.panel))).to_parquet(made.panel)
    accounts = pd.read_parquet(given.accounts), pd.read_parquet(given.targets)
    accounts_as_first_published(*accounts).to_parquet(made.accounts, index=False)
