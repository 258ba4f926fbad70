"""Corrected tables, events and boundaries in; counties on constant territory out."""

from _job import job

import pandas as pd

from guantian.data.counties import build_counties, codebook
from guantian.data.territory import read_decisions
from guantian.files import write_csv
from guantian.geography.counties import county_neighbours, read_counties
from guantian.results import round_significant

with job(snakemake):
    given, made = snakemake.input, snakemake.output
    names = ("county_panel", "county_events", "city_names")
    counties = build_counties(
        {name: pd.read_parquet(given[name]) for name in names},
        read_decisions(given.decisions),
        snakemake.params.members,
        snakemake.params.parts,
    )
    round_significant(counties.panel).to_parquet(made.panel)
    neighbours = county_neighbours(read_counties(given.boundaries), counties.territory.units)
    round_significant(neighbours).to_parquet(made.neighbours, index=False)
    write_csv(counties.territory.events, made.events)
    write_csv(codebook(counties.panel), made.codebook)
