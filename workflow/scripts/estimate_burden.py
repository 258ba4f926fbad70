"""Panel, tables and structure in; duplicated construction and fiscal burden out."""

from pathlib import Path

import pandas as pd

from _job import job
from guantian.chapters.similarity.estimate.burden import BurdenChoices, fiscal_gaps, run_burden
from guantian.chapters.similarity.estimate.construction import ConstructionChoices, run_construction
from guantian.chapters.similarity.estimate.groups import Ranking
from guantian.estimates import round_significant, write_estimates
from guantian.geography.placebo_sets import members_of
from guantian.regression import ErrorChoices

with job(snakemake):
    choices, confidence = snakemake.params.choices, snakemake.params.confidence
    panel, pairs, placebo, structure = map(pd.read_parquet, snakemake.input.frames)
    tables = {Path(path).stem: pd.read_parquet(path) for path in snakemake.input.tables}
    ranking = Ranking(snakemake.params.zone, members_of(placebo), confidence)
    cutoff, draws = choices["conley_km"], choices["bootstrap"]
    errors = ErrorChoices.from_panel(panel, pairs, cutoff, draws, confidence)
    building = ConstructionChoices.from_config(choices)
    built, rates = run_construction(tables, panel, ranking, errors, building)
    specs = pd.read_csv(snakemake.input.specs, sep="\t")
    fiscal = BurdenChoices.from_config(choices)
    gaps = fiscal_gaps(tables["city_investment_fiscal"], panel)
    burden, series = run_burden(gaps, structure, specs, panel, pairs, ranking, errors, fiscal)
    write_estimates([built, burden], snakemake.output.estimates)
    series = pd.concat([rates.assign(outcome="investment_rate"), series], ignore_index=True)
    series = round_significant(
        series[["outcome", "year", "zone", "low", "median", "high", "draws"]]
    )
    series.to_csv(snakemake.output.series, index=False, lineterminator="\n")
