"""Panel, flows, distances and placebo zones in; estimates of core and rest out."""

import numpy as np
import pandas as pd

from _job import job
from guantian.chapters.core_periphery.estimate.run import (
    hours_to,
    run_comovement,
    run_hierarchy,
    run_spread,
)
from guantian.results import round_significant, write_estimates
from regiometrics.weights.pairs import pair_matrix

with job(snakemake):
    read, choices = snakemake.input, snakemake.params.choices
    core, level = snakemake.params.core, snakemake.params.confidence
    panel = pd.read_parquet(read.panel).query("in_nation == 1")
    sets = pd.read_parquet(read.zones)
    groups = {
        sample: sorted(panel.index[panel[f"in_{sample}"] == 1].unique("city_code"))
        for sample in ("zone", "region", "nation")
    }
    flows = pd.read_parquet(read.flows)
    flows = flows.pivot(index="origin_code", columns="destination_code", values="flow_index")
    pairs = pd.read_parquet(read.pairs)
    kilometres = pd.DataFrame(
        pair_matrix(pairs, "distance_km", groups["nation"]), groups["nation"], groups["nation"]
    )
    years = slice(choices["years"]["first"], choices["years"]["last"])
    growth = 100 * np.log1p(panel["gdp_growth_pct"].unstack("city_code").loc[years] / 100)
    sizes = panel["gdp_100m_yuan"].xs(choices["levels"]["last"], level="year")
    exposures = {"km": kilometres, "links": flows}
    hours = hours_to(pd.read_parquet(read.times), core, choices["years"]["last"])
    ends = choices["levels"]["first"], choices["levels"]["last"]
    hierarchy, series = run_hierarchy(panel, flows, groups, sets, ends, level)
    spread = run_spread(growth, sizes, exposures, hours, core, choices["spread_backwash"], level)
    step = run_comovement(
        growth, groups["zone"], sets, choices["windows"], choices["cycles"], level
    )
    write_estimates([hierarchy, spread, step], snakemake.output.estimates)
    round_significant(series).to_csv(snakemake.output.series, index=False, lineterminator="\n")
