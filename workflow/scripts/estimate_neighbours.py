"""Panel and weights in; autocorrelation, local Moran and spatial growth cross-sections out."""

import pandas as pd

from _job import job
from guantian.chapters.dynamics.estimate.cases import make_cases
from guantian.chapters.dynamics.estimate.neighbours import run_neighbours
from guantian.estimates import round_significant, write_estimates
from regiometrics.weights.weights import Weights

with job(snakemake):
    choices = snakemake.params.choices
    cases = make_cases(
        pd.read_parquet(snakemake.input.panel),
        pd.read_csv(snakemake.input.specs, sep="\t"),
        pd.read_csv(snakemake.input.members, dtype="str"),
        choices["specs"],
    )
    weights = Weights.load(snakemake.input.weights)
    estimates, lisa, islands = run_neighbours(cases, weights, choices, snakemake.params.confidence)
    write_estimates([estimates], snakemake.output.estimates)
    round_significant(lisa).to_csv(snakemake.output.lisa, index=False, lineterminator="\n")
    islands.to_csv(snakemake.output.islands, index=False, lineterminator="\n")
