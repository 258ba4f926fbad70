"""Panel and weights in; estimates of growth with spillovers out."""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from _job import job
from guantian.chapters.spillovers.estimate import GrowthSpec, run_spatial_growth
from guantian.estimates import write_estimates
from regiometrics.weights.weights import Weights

with job(snakemake):
    choices = snakemake.params.spec
    spec = GrowthSpec(choices["outcome"], choices["controls"], **choices["years"])
    weights = [
        replace(Weights.load(path), name=Path(path).stem) for path in snakemake.input.weights
    ]
    estimates, excluded = run_spatial_growth(
        pd.read_parquet(snakemake.input.panel), weights, spec, snakemake.params.confidence
    )
    write_estimates([estimates], snakemake.output.estimates)
    excluded.to_csv(snakemake.output.excluded, index=False, lineterminator="\n")
