"""Panel, tables, weights and placebo zones in; estimates of the sources of growth out."""

import pandas as pd

from _job import job
from guantian.chapters.growth.estimate.border import county_growth
from guantian.chapters.growth.estimate.run import run_accounting, run_border, run_regressions
from guantian.estimates import round_significant, write_estimates
from guantian.geography.placebo_sets import members_of
from regiometrics.weights.weights import Weights

with job(snakemake):
    read, spec = snakemake.input, snakemake.params.spec
    panel = pd.read_parquet(read.panel)
    key = ["city_code", "year"]
    tables = {
        name: pd.read_parquet(read[name]).set_index(key)
        for name in ("finance", "investment", "leaders")
    }
    counties = pd.read_parquet(read.counties)
    placebo, level = members_of(pd.read_parquet(read.zones)), snakemake.params.confidence
    write_estimates(
        [
            run_accounting(panel, placebo, spec["accounting"], spec["years"], level),
            run_regressions(panel, tables, Weights.load(read.weights), spec, level),
            run_border(counties, pd.read_parquet(read.pairs), spec, level),
        ],
        snakemake.output.estimates,
    )
    growth = county_growth(counties, spec["border"]["first"], spec["border"]["last"])
    round_significant(growth).to_csv(snakemake.output.counties, lineterminator="\n")
