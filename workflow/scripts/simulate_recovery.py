"""Specifications in; bias and coverage of the spatial estimators over simulated panels out."""

from pathlib import Path

from _job import job

import pandas as pd
import yaml

from guantian.chapters.spillovers.tables_recovery import recovery_table
from guantian.present.tables import write_table
from guantian.results import round_significant
from regiometrics.spatial.recovery import monte_carlo, monte_carlo_gmm

with job(snakemake):
    specs = yaml.safe_load(Path(snakemake.input.specs).read_text(encoding="utf-8"))
    size = {name: specs[name] for name in ("n", "T", "seed")}
    likelihood = monte_carlo(specs["specifications"], specs["replications"], **size)
    moments = monte_carlo_gmm(specs["gmm"], specs["replications"], **size)
    result = pd.concat(
        [likelihood.assign(estimator="QML"), moments.assign(estimator="2SLS/GMM")],
        ignore_index=True,
    )
    round_significant(result).to_parquet(snakemake.output.estimates, index=False)
    write_table(recovery_table(result, **size), Path(snakemake.output.estimates).parent)
