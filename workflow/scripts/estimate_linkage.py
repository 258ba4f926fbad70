"""Figures by year, travel times and flows in; linkage, the network of flows, lockdown out."""

from pathlib import Path

import pandas as pd

from _job import job
from guantian.chapters.linkage.estimate.lockdown import run_lockdown
from guantian.chapters.linkage.estimate.run_linkage import (
    LinkageChoices,
    nation_correlation,
    run_linkage,
)
from guantian.chapters.linkage.estimate.run_network import run_network
from guantian.estimates import round_significant, tidy, write_estimates
from guantian.geography.zones import read_zones
from regiometrics.gravity.grid import flow_grid
from regiometrics.weights.pairs import pair_matrix

with job(snakemake):
    given, files, out = snakemake.params, snakemake.input, snakemake.output
    tables = {name: pd.read_parquet(path) for name, path in files.items() if name in given.tables}
    sets, choices = pd.read_parquet(files.placebo), LinkageChoices(**given.linkage)
    provinces = tables["names"].set_index("city_code")["province_code"].to_dict()
    grid = flow_grid(tables["flows"], {*tables["pairs"]["code_a"], *tables["pairs"]["code_b"]})
    zones = read_zones(Path(files.zones[0]).parent)
    approved = {name: zone.codes for name, zone in zones.items() if zone.kind in given.kinds}
    groups = {"zone": given.zone, given.second: zones[given.second].codes}
    linked, series, strength = run_linkage(tables, groups, grid, sets, choices, given.confidence)
    network, cities, labels = run_network(
        grid,
        given.zone,
        provinces,
        approved,
        sets,
        **given.network,
        confidence=given.confidence,
        distance=pair_matrix(tables["pairs"], "distance_km", grid.codes),
    )
    locked, months = run_lockdown(tables["monthly"], provinces, given.core, given.confidence)
    nation = tidy(nation_correlation(grid, tables, choices.income_year))
    write_estimates([linked, network, locked, nation], out.estimates)
    for frame, path in zip((series, strength, cities, labels, months), out.series, strict=True):
        round_significant(frame).to_csv(path, index=False, lineterminator="\n")
