"""Panel and specifications in; estimates of sigma and beta convergence out."""

import pandas as pd

from _job import job
from guantian.chapters.convergence.estimate import run_convergence
from guantian.results import write_estimates

with job(snakemake):
    estimates, excluded, members = run_convergence(
        pd.read_parquet(snakemake.input.panel),
        pd.read_csv(snakemake.input.specs, sep="\t"),
        snakemake.params.confidence,
    )
    write_estimates([estimates], snakemake.output.estimates)
    excluded.to_csv(snakemake.output.excluded, index=False, lineterminator="\n")
    members.to_csv(snakemake.output.members, index=False, lineterminator="\n")
