"""Flows and what may explain them in; the gravity model and the zone's pairs out."""

from pathlib import Path

import pandas as pd

from _job import job
from guantian.chapters.linkage.estimate.gravity import run_gravity
from guantian.chapters.linkage.estimate.inputs import FLOW_YEAR, TABLES, gravity_grid, with_hours
from guantian.chapters.linkage.estimate.placebo_flows import run_zone_prediction
from guantian.estimates import round_significant, write_estimates
from guantian.geography.zones import read_zones

with job(snakemake):
    choices, files = snakemake.params.choices, snakemake.input
    confidence, zone = snakemake.params.confidence, snakemake.params.zone
    zones = read_zones(Path(files.zones[0]).parent).values()
    approved = [other.codes for other in zones if other.kind in snakemake.params.kinds]
    frames = {name: pd.read_parquet(files[name]) for name in TABLES}
    grid, provinces = gravity_grid(frames, zone, approved, choices["income_year"])
    specs = pd.read_csv(files.specs, sep="\t", index_col="spec")
    estimates, fits = run_gravity(grid, specs, choices["near_km"], confidence)
    predicting = {name: fits[name] for name in choices["predict_by"]}
    sets = pd.read_parquet(files.placebo)
    ranked, pairs = run_zone_prediction(
        grid, predicting, zone, sets, provinces, choices["exact_draws"], confidence
    )
    write_estimates([estimates, ranked], snakemake.output.estimates)
    pairs = with_hours(pairs, pd.read_parquet(files.times), FLOW_YEAR)
    round_significant(pairs).to_parquet(snakemake.output.pairs, index=False)
