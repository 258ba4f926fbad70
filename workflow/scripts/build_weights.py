"""Boundaries and panel in; row-standardised weights between cities out, with their spectra."""

from pathlib import Path

from _job import job

import pandas as pd

from guantian.files import write_csv
from guantian.geography.boundaries import (
    distances_km,
    read_prefectures,
    representative_points,
    shared_borders,
)
from regiometrics.weights.adjacency import adjacency_matrix
from regiometrics.weights.builders import (
    economic_weights,
    flow_weights,
    inverse_distance_weights,
    nearest_weights,
    queen_weights,
    travel_time_weights,
)

with job(snakemake):
    choices = snakemake.params.choices
    panel = pd.read_parquet(snakemake.input.panel)
    cities = sorted(panel.index[panel["in_nation"] == 1].unique("city_code"))
    boundaries = read_prefectures(snakemake.input.boundaries, units=cities)
    distances = distances_km(representative_points(boundaries))
    near = inverse_distance_weights(distances, choices["cutoff_km"])
    output = panel["gdp_per_capita_yuan"].xs(choices["economic_year"], level="year").dropna()
    made = [
        queen_weights(adjacency_matrix(shared_borders(boundaries), cities), cities),
        nearest_weights(distances, choices["nearest"]),
        near,
        economic_weights(output, within=near).reindex(cities),
    ]
    times = pd.read_parquet(snakemake.input.times)
    latest = times[times["year"] == times["year"].max()]
    connected = sorted({*latest["code_a"], *latest["code_b"]})
    made += [
        flow_weights(pd.read_parquet(snakemake.input.flows), cities),
        travel_time_weights(latest, connected),
    ]
    rows = {}
    paths = [*snakemake.output.weights, *snakemake.output.movement]
    for weights, path in zip(made, paths, strict=True):
        standardised = weights.standardise("row")
        rows[Path(path).stem] = standardised.describe()
        standardised.save(path)
    description = pd.DataFrame(rows).T.rename_axis("weights").reset_index()
    description.insert(1, "note", [weights.note for weights in made])
    write_csv(description, snakemake.output.description)
