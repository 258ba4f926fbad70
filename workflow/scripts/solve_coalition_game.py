"""Panel, flows and estimates in; the coalition game solved and swept out."""

import pandas as pd

from _job import job
from guantian.chapters.core_periphery.estimate.gains import calibrate, run_gains
from guantian.results import read_estimates, round_significant, write_estimates
from regiometrics.games.gains import read_cities

with job(snakemake):
    read, choices = snakemake.input, snakemake.params.choices
    codes, year = snakemake.params.members, choices["levels"]["last"]
    panel, flows = pd.read_parquet(read.panel), pd.read_parquet(read.flows)
    window = choices["years"]["first"], choices["years"]["last"]
    cities = read_cities(panel, flows, codes, snakemake.params.core, window, year)
    parameters = calibrate(read_estimates(read.growth), read_estimates(read.spread), choices["rho"])
    estimates, sweep, values = run_gains(
        cities,
        panel.loc[codes].xs(year, level="year")["resident_population_10k"].to_numpy(float),
        parameters,
        choices["sensitivity"],
        choices["draws"],
        choices["seed"],
        snakemake.params.confidence,
    )
    write_estimates([estimates], snakemake.output.estimates)
    for frame, path in ((sweep, snakemake.output.sweep), (values, snakemake.output.values)):
        round_significant(frame).to_csv(path, index=False, lineterminator="\n")
