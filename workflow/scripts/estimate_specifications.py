"""Panel and distances in; the specification curve of beta and its joint test out."""

import pandas as pd
import yaml

from _job import job
from guantian.chapters.inequality.estimate.run import run_curves
from guantian.estimates import write_estimates

with job(snakemake):
    with open(snakemake.input.specs, encoding="utf-8") as text:
        specs = yaml.safe_load(text)
    estimates = run_curves(
        pd.read_parquet(snakemake.input.panel),
        pd.read_parquet(snakemake.input.pairs),
        specs,
        *(snakemake.params.study[name] for name in ("choices", "confidence")),
    )
    write_estimates([estimates], snakemake.output.estimates)
