"""Structure and placebo zones in; likeness of structures out, with all pairs and quotients."""

import pandas as pd

from _job import job
from guantian.chapters.similarity.estimate.profiles import quotient_table, run_counties
from guantian.chapters.similarity.estimate.similarity import pair_table, run_likeness
from guantian.estimates import round_significant, write_estimates

with job(snakemake):
    choices, zone = snakemake.params.choices, snakemake.params.zone
    confidence = snakemake.params.confidence
    structure = pd.read_parquet(snakemake.input.structure)
    placebo = pd.read_parquet(snakemake.input.placebo)
    specs = pd.read_csv(snakemake.input.specs, sep="\t")
    cities, series = run_likeness(
        structure, specs, zone, placebo, choices["min_known_share"], confidence
    )
    years = (choices["counties"]["first"], choices["counties"]["last"])
    counties = run_counties(structure, zone, years, confidence)
    write_estimates([cities, counties], snakemake.output.estimates)
    wanted = [(pair["source"], pair["year"]) for pair in choices["pairs"]]
    pair_table(structure, wanted).to_parquet(snakemake.output.pairs, index=False)
    tables = {"series": series, "quotients": quotient_table(structure, zone, wanted)}
    for name, table in tables.items():
        round_significant(table).to_csv(snakemake.output[name], index=False, lineterminator="\n")
