"""Estimates of the other chapters in; games calibrated on them, and polycentricity, out."""

from pathlib import Path

import pandas as pd

from _job import job
from guantian.chapters.games.estimate.inputs import build_study
from guantian.chapters.games.estimate.polycentric_growth import polycentric_growth
from guantian.chapters.games.estimate.run import run_games
from guantian.estimates import tidy, write_estimates
from guantian.geography.zones import read_zones
from regiometrics.weights.weights import Weights

with job(snakemake):
    given, choices = snakemake.input, snakemake.params.choices
    names = ("panel", "residents", "pairs", "flows", "leaders")
    tables = {name: pd.read_parquet(given[name]) for name in names}
    sources = ("spatial", "gravity", "reactions", "contest", "similarity")
    estimates = {name: pd.read_parquet(given[name]) for name in sources}
    confidence = snakemake.params.confidence
    weights = Weights.load(given.weights)
    study = build_study(tables, estimates, weights, snakemake.params.zone, choices, confidence)
    found, series = run_games(study)
    output = tables["panel"]["real_gdp_100m_yuan"].unstack("city_code")
    zones = read_zones(Path(given.zones[0]).parent)
    rows, centres = polycentric_growth(
        output, zones, **choices["polycentric"], confidence=confidence
    )
    association = tidy(rows, analysis="polycentricity", outcome="growth")
    write_estimates([found, association], snakemake.output.estimates)
    for name, frame in {**series, "zones": centres.reset_index()}.items():
        path = snakemake.output[name]
        frame.to_csv(path, index=False, lineterminator="\n", float_format="%.10g")
