"""Panel, flows and estimates in; the coalition game solved and swept out."""

import numpy as np
import pandas as pd

from _job import job
from guantian.estimates import read_estimates, round_significant, write_estimates
from guantian.games.gains import Cities
from guantian.games.run_gains import calibrate, run_gains

with job(snakemake):
    read, choices = snakemake.input, snakemake.params.choices
    codes, year = snakemake.params.members, choices["levels"]["last"]
    panel = pd.read_parquet(read.panel).loc[codes]
    flows = pd.read_parquet(read.flows)
    square = flows.pivot(index="origin_code", columns="destination_code", values="flow_index")
    square = square.reindex(index=codes, columns=codes).fillna(0).to_numpy(float)
    links = (square + square.T) * (1 - np.eye(len(codes)))
    now = panel.xs(year, level="year")
    cities = Cities(
        tuple(codes),
        now["gdp_100m_yuan"].to_numpy(float),
        panel["gdp_growth_pct"].mean() / 100,
        links,
        now["province_code"].to_numpy(),
        codes.index(snakemake.params.core),
    )
    parameters = calibrate(read_estimates(read.growth), read_estimates(read.spread), choices["rho"])
    estimates, sweep, values = run_gains(
        cities,
        now["resident_population_10k"].to_numpy(float),
        parameters,
        choices["swept"],
        choices["draws"],
        choices["seed"],
        snakemake.params.confidence,
    )
    write_estimates([estimates], snakemake.output.estimates)
    for frame, path in ((sweep, snakemake.output.sweep), (values, snakemake.output.values)):
        round_significant(frame).to_csv(path, index=False, lineterminator="\n")
