"""Panel, counties and placebo zones in; inequality, beta convergence and ranks out."""

import pandas as pd
import yaml

from _job import job
from guantian.chapters.inequality.estimate.run import run_chapter, run_county_chapter
from guantian.estimates import write_estimates
from guantian.geography.placebo_sets import members_of

with job(snakemake):
    panel = pd.read_parquet(snakemake.input.panel)
    sets = pd.read_parquet(snakemake.input.zones)
    with open(snakemake.input.specs, encoding="utf-8") as text:
        specs = yaml.safe_load(text)
    study = snakemake.params.study
    estimates = run_chapter(
        panel,
        pd.read_csv(snakemake.input.series, sep="\t"),
        sets={name: members_of(sets, name) for name in sets["set"].unique()},
        specs=specs,
        **study,
    )
    counties, excluded = run_county_chapter(
        pd.read_parquet(snakemake.input.counties),
        pd.read_parquet(snakemake.input.census),
        specs,
        *(study[name] for name in ("zone", "choices", "confidence")),
    )
    write_estimates([estimates, counties], snakemake.output.estimates)
    excluded.to_csv(snakemake.output.excluded, index=False, lineterminator="\n")
