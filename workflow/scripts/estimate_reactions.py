"""Figures of cities and their pairs in; reaction functions, spillovers and modes out."""

import pandas as pd

from _job import job
from guantian.chapters.reactions.estimate.modes_study import run_modes
from guantian.chapters.reactions.estimate.reaction import ReactionSettings
from guantian.chapters.reactions.estimate.reaction_data import ReactionOutcome, join_figures
from guantian.chapters.reactions.estimate.reaction_study import run_reactions
from guantian.chapters.reactions.estimate.spillover import run_spillovers
from guantian.chapters.reactions.estimate.surroundings import surroundings
from guantian.estimates import write_estimates

with job(snakemake):
    given, choices = snakemake.input, snakemake.params.choices
    frames = [pd.read_parquet(given[name]) for name in ("panel", "pairs", "structure", "zones")]
    around = surroundings(*frames, choices)
    figures = join_figures([pd.read_parquet(path) for path in given.tables])
    limits = {key: choices[key] for key in ("draws", "seed")}
    limits["band"] = choices["equivalence_bound"]
    settings = ReactionSettings(confidence=snakemake.params.confidence, **limits)
    outcomes = [ReactionOutcome(**outcome) for outcome in choices["outcomes"]]
    outlays = [outcome for outcome in outcomes if outcome.name in choices["expenditures"]]
    estimates, excluded = run_reactions(figures, outcomes, around, settings)
    growth = ReactionOutcome(**choices["growth"])
    spillovers = run_spillovers(figures, growth, outlays, around, settings)
    estimates = pd.concat([estimates, spillovers], ignore_index=True)
    write_estimates([estimates], snakemake.output.estimates)
    modes = run_modes(figures, outlays, frames[2], estimates, around, settings, choices["modes"])
    for frame, name in zip((excluded, *modes), ("excluded", "cities", "pairs"), strict=True):
        frame.to_csv(snakemake.output[name], index=False, lineterminator="\n", float_format="%.10g")
