"""Similarity of structures, segmentation, duplication and burden, as typed results."""

from __future__ import annotations

import pandas as pd

from guantian.chapters.similarity import TABLES
from guantian.chapters.similarity.estimate.aggregates import fiscal_parts, run_zone_burden
from guantian.chapters.similarity.estimate.burden import BurdenChoices, fiscal_gaps, run_burden
from guantian.chapters.similarity.estimate.construction import ConstructionChoices, run_construction
from guantian.chapters.similarity.estimate.convergence import run_convergence
from guantian.chapters.similarity.estimate.debt import run_debt
from guantian.chapters.similarity.estimate.dispersion import run_dispersion
from guantian.chapters.similarity.estimate.groups import Ranking
from guantian.chapters.similarity.estimate.markets import run_markets
from guantian.chapters.similarity.estimate.profiles import quotient_rows, run_counties
from guantian.chapters.similarity.estimate.similarity import pair_table, run_similarity
from guantian.data.markets import Markets
from guantian.geography.placebo_sets import members_of
from guantian.registry import Job
from guantian.regression import ErrorChoices
from guantian.results import estimates, series, write

Rows = tuple[list[dict], list[dict]]


def estimate(job: Job) -> None:
    """Estimate from structures, prices, the panel and the tables of investment and budgets."""
    inputs, choices, confidence = job.inputs, job.options["similarity"], job.options["confidence"]
    zone = sorted(member["code"] for member in job.options["zone"]["members"])
    structure, panel, pairs, placebo = (
        pd.read_parquet(path)
        for path in (inputs.structure, inputs.panel, inputs.pairs, inputs.placebo_zones)
    )
    specs = pd.read_csv(inputs.specs, sep="\t")
    wanted = [(pair["source"], pair["year"]) for pair in choices["pairs"]]
    similar = run_similarity(
        structure, specs, zone, placebo, choices["min_known_share"], confidence
    )
    census = choices["counties"]["first"], choices["counties"]["last"]
    profiles = (
        run_counties(structure, zone, census, confidence),
        list(quotient_rows(structure, zone, wanted)),
    )
    rounding = choices["rounding"]
    prices = Markets.build(pd.read_parquet(inputs.prices), pairs, zone)
    markets = run_markets(prices, rounding["draws"], rounding["seed"], confidence)
    dispersed = run_dispersion(prices, choices["primary"], confidence)
    tables = {name: pd.read_parquet(getattr(inputs, name)) for name in TABLES}
    ranking = Ranking(zone, members_of(placebo), confidence)
    errors = ErrorChoices.from_panel(
        panel, pairs, choices["conley_km"], choices["bootstrap"], confidence
    )
    built = run_construction(
        tables, panel, ranking, errors, ConstructionChoices.from_config(choices)
    )
    gaps = fiscal_gaps(tables["city_investment_fiscal"], panel)
    fiscal = BurdenChoices.from_config(choices)
    burden = run_burden(gaps, structure, specs, panel, pairs, ranking, errors, fiscal)
    districts = tables["city_district_sector_employment"]
    members = members_of(placebo)
    converging = run_convergence(
        structure, districts, specs, pairs, zone, members, choices, confidence
    )
    output = panel.loc[panel["in_nation"] == 1, "gdp_100m_yuan"].unstack("city_code")
    ratios = fiscal_parts(tables["city_investment_fiscal"], tables["city_lgfv_debt"], output)
    owed = run_debt(ratios, structure, districts, pairs, output, choices, confidence)
    aggregate = run_zone_burden(ratios, zone, members, choices, confidence)
    tested = ([*converging, *owed, *dispersed], [])
    parts: tuple[Rows, ...] = (similar, profiles, markets, built, burden, tested, aggregate)
    common = {"chapter": "similarity"}
    estimated = [estimates(rows, **common) for rows, _ in parts]
    write(estimated, job.outputs.estimates, confidence=confidence)
    described = [series(rows, **common) for _, rows in parts if rows]
    write(described, job.outputs.series)
    pair_table(structure, wanted).to_parquet(job.outputs.pairs, index=False)
