"""Prices of provinces in; segmentation of neighbouring markets out, and what rounding does."""

import pandas as pd

from _job import job
from guantian.chapters.similarity.estimate.markets import Markets, run_markets
from guantian.estimates import round_significant, write_estimates

with job(snakemake):
    rounding = snakemake.params.rounding
    markets = Markets.build(
        pd.read_parquet(snakemake.input.prices),
        pd.read_parquet(snakemake.input.pairs),
        snakemake.params.zone,
    )
    estimates, series = run_markets(
        markets, rounding["draws"], rounding["seed"], snakemake.params.confidence
    )
    write_estimates([estimates], snakemake.output.estimates)
    series = round_significant(series)
    series.to_csv(snakemake.output.series, index=False, lineterminator="\n")
