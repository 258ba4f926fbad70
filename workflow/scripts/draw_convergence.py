"""Panel and estimates in; the chapter's figures out."""

import pandas as pd

from _job import job
from guantian.chapters.convergence.figures.beta import draw_beta
from guantian.chapters.convergence.figures.levels import draw_levels
from guantian.chapters.convergence.figures.sigma import draw_sigma
from guantian.present.style import apply_style, save
from guantian.results import read_estimates

with job(snakemake):
    apply_style(snakemake.input.fonts)
    panel = pd.read_parquet(snakemake.input.panel)
    estimates = read_estimates(snakemake.input.estimates)
    members = pd.read_csv(snakemake.input.members, dtype={"city_code": "str"})
    specs = pd.read_csv(snakemake.input.specs, sep="\t").set_index("spec", drop=False)
    titles = pd.read_csv(snakemake.input.codebook).set_index("variable")["title"]
    years = specs["first"].astype("str") + "–" + specs["last"].astype("str")
    labels = specs["label"] + "\n" + years
    chosen = snakemake.params.chosen
    save(draw_levels(panel, chosen["levels"], titles), snakemake.output.levels)
    save(draw_sigma(estimates, chosen["sigma"], labels), snakemake.output.sigma)
    beta_specs = specs.loc[chosen["beta"]]
    save(draw_beta(estimates, panel, members, beta_specs, labels), snakemake.output.beta)
