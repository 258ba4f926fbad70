"""Targets, promotions and leaders in; estimates of the contest out."""

import pandas as pd

from _job import job
from guantian.chapters.reactions.estimate.contest import ContestSettings, contest_data, run_contest
from guantian.chapters.reactions.estimate.leaders import (
    leader_data,
    leader_outcomes,
    overbid_rows,
    run_leaders,
)
from guantian.chapters.reactions.estimate.reaction_data import join_figures
from guantian.estimates import tidy, write_estimates
from guantian.geography.placebo_sets import members_of

with job(snakemake):
    given, choices = snakemake.input, snakemake.params.choices
    confidence, contest = snakemake.params.confidence, choices["contest"]
    panel = pd.read_parquet(given.panel)
    provinces = panel[panel["in_nation"] == 1].groupby(level="city_code")["province_code"].first()
    figures = join_figures([pd.read_parquet(path) for path in given.tables])
    settings = ContestSettings(
        confidence, contest["draws"], choices["seed"], contest["max_disagreement"]
    )
    targets = pd.read_parquet(given.targets)
    data = contest_data(targets, provinces, figures["gdp_growth_reported"])
    leaders = leader_data(pd.read_parquet(given.leaders), provinces, contest["late_age"])
    outcomes = leader_outcomes(figures)
    zones = members_of(pd.read_parquet(given.zones), "main")
    bids = overbid_rows(outcomes["overbid"], zones, snakemake.params.zone, confidence)
    frames = [run_contest(data, settings), run_leaders(leaders, outcomes, confidence)]
    frames.append(tidy(bids, analysis="overbid", spec="city_less_province", outcome="overbid"))
    write_estimates(frames, snakemake.output[0])
