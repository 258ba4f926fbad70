"""Panel, zones and placebo zones in; estimates of what the plan did out."""

from pathlib import Path

import pandas as pd

from _job import job
from guantian.chapters.plan.estimate.run import run_acts, run_plan
from guantian.chapters.plan.estimate.study import make_study
from guantian.data.acts import pick_acts, read_acts
from guantian.geography.zones import read_zones
from guantian.results import write_estimates

with job(snakemake):
    study = make_study(
        pd.read_parquet(snakemake.input.panel),
        pd.read_parquet(snakemake.input.pairs),
        pd.read_parquet(snakemake.input.placebo_zones),
        pd.read_parquet(snakemake.input.prices),
        read_zones(Path(snakemake.input.zones[0]).parent),
        pd.read_csv(snakemake.input.specs, sep="\t"),
        **dict(snakemake.params.items()),
    )
    estimates, placebos = run_plan(study)
    picked = pick_acts(read_acts(snakemake.input.acts), study.choices["events"])
    acts = run_acts(study, picked, pd.read_parquet(snakemake.input.times))
    write_estimates([estimates, acts], snakemake.output.estimates)
    placebos.to_csv(
        snakemake.output.placebos, index=False, lineterminator="\n", float_format="%.10g"
    )
