"""Boundaries, panel and approved zones in; pairs of cities and placebo zones out."""

from pathlib import Path

from _job import job

import pandas as pd

from guantian.geography.boundaries import city_pairs, read_prefectures, shared_borders
from guantian.geography.placebo_sets import placebo_sets
from guantian.geography.zones import read_zones
from regiometrics.weights.adjacency import adjacency_matrix

with job(snakemake):
    panel = pd.read_parquet(snakemake.input.panel)
    nation = panel[panel["in_nation"] == 1]
    cities = sorted(nation.index.unique("city_code"))
    boundaries = read_prefectures(snakemake.input.boundaries, units=cities)
    borders = shared_borders(boundaries)
    provinces = nation.groupby(level="city_code")["province_code"].first()
    city_pairs(boundaries, borders, provinces).to_parquet(snakemake.output.pairs, index=False)
    placebo_sets(
        adjacency_matrix(borders, cities),
        cities,
        snakemake.params.members,
        read_zones(Path(snakemake.input.zones[0]).parent),
        **snakemake.params.choices,
    ).to_parquet(snakemake.output.zones, index=False)
