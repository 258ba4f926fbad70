"""Panel, weights and placebo zones in; clubs, chains, kernels and unit-root tests out."""

from pathlib import Path

import pandas as pd

from _job import job
from guantian.chapters.dynamics.estimate.cases import make_cases
from guantian.chapters.dynamics.estimate.run import run_dynamics
from guantian.estimates import round_significant, write_estimates
from guantian.geography.placebo_sets import members_of
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
    placebo = members_of(pd.read_parquet(snakemake.input.zones))
    estimates, series = run_dynamics(cases, weights, placebo, choices, snakemake.params.confidence)
    write_estimates([estimates], snakemake.output.estimates)
    for path in map(Path, snakemake.output.series):
        table = round_significant(series[path.stem.removeprefix("dynamics_")])
        table.to_csv(path, index=False, lineterminator="\n")
