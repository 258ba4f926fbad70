"""Core and periphery, co-movement, and the game of gains, as typed results."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from guantian.chapters.core_periphery.estimate.centrality import (
    centrality_rows,
    network_centrality,
)
from guantian.chapters.core_periphery.estimate.comovement import comovement_rows
from guantian.chapters.core_periphery.estimate.gains import (
    COSTS,
    PROPERTIES,
    NoGameError,
    calibrate,
    players,
    solve_gains,
    spillover_estimate,
)
from guantian.chapters.core_periphery.estimate.hierarchy import hierarchy_rows
from guantian.chapters.core_periphery.estimate.spread_backwash import hours_to, spread_rows
from guantian.files import write_csv
from guantian.geography.placebo_sets import members_of
from guantian.geography.zones import read_zones
from guantian.registry import Job
from guantian.results import estimates, round_significant, series, write
from regiometrics.games.gains import read_cities
from regiometrics.weights.pairs import pair_matrix

COMMON = {"chapter": "core_periphery", "sample": "zone"}


def estimate(job: Job) -> None:
    """Estimate from the panel, the flows, the distances and the placebo zones."""
    inputs, choices = job.inputs, job.options["core_periphery"]
    core, confidence = job.options["zone"]["core"], job.options["confidence"]
    panel = pd.read_parquet(inputs.panel)
    flows = pd.read_parquet(inputs.flows)
    described = _core_periphery(panel, flows, inputs, choices, core, confidence)
    described += centrality_rows(
        network_centrality(pd.read_parquet(inputs.degrees), pd.read_parquet(inputs.searches)),
        panel,
        {zone.core for zone in read_zones(Path(inputs.zones[0]).parent).values()},
        core,
        choices["centrality"],
        confidence,
    )
    estimated = estimates((row for row in described if "value" not in row), **COMMON)
    spillover = spillover_estimate(pd.read_parquet(inputs.spillovers), choices["rho"])
    members = sorted(member["code"] for member in job.options["zone"]["members"])
    window = choices["years"]["first"], choices["years"]["last"]
    year = choices["levels"]["last"]
    try:
        # As they are kept: with as many digits.
        found = calibrate(spillover, round_significant(estimated))
        playing, said = players(panel, members, core, year)
        solved, grid, values = solve_gains(
            read_cities(panel, flows, playing, core, window, year),
            panel.loc[playing].xs(year, level="year")["resident_population_10k"].to_numpy(float),
            found,
            choices["sensitivity"],
            choices["draws"],
            choices["seed"],
            confidence,
        )
        if said:
            solved = [row | {"note": said} if row["analysis"] == "value" else row for row in solved]
    except NoGameError as error:
        solved, grid, values = no_game(str(error))
    rows = [*described, *solved]
    gains = estimates((row for row in solved if "value" not in row), **COMMON)
    write([estimated, gains], job.outputs.estimates, confidence=confidence)
    write([series((row for row in rows if "value" in row), **COMMON)], job.outputs.series)
    for frame, path in ((grid, job.outputs.grid), (values, job.outputs.values)):
        write_csv(round_significant(frame), path)


def no_game(reason: str) -> tuple[list[dict], pd.DataFrame, pd.DataFrame]:
    """Return what `solve_gains` does, for a zone that has no game: one row that says why."""
    row = {"analysis": "value", "outcome": "gain", "group": "all", "term": "percent_of_output"}
    grid = pd.DataFrame(columns=[*COSTS, "value", *PROPERTIES, "best_value", "best_size", "best"])
    return [row | {"note": reason}], grid, pd.DataFrame(columns=["members", "value"])


def _core_periphery(panel, flows, inputs, choices, core: str, confidence: float) -> list[dict]:
    """Hierarchy, spread-backwash and co-movement, of the cities of China."""
    panel = panel.query("in_nation == 1")
    placebo = members_of(pd.read_parquet(inputs.placebo_zones))
    groups = {
        sample: sorted(panel.index[panel[f"in_{sample}"] == 1].unique("city_code"))
        for sample in ("zone", "region", "nation")
    }
    links = flows.pivot(index="origin_code", columns="destination_code", values="flow_index")
    kilometres = pd.DataFrame(
        pair_matrix(pd.read_parquet(inputs.pairs), "distance_km", groups["nation"]),
        groups["nation"],
        groups["nation"],
    )
    years, levels = choices["years"], choices["levels"]
    window = slice(years["first"], years["last"])
    growth = 100 * np.log1p(panel["gdp_growth_pct"].unstack("city_code").loc[window] / 100)
    sizes = panel["gdp_100m_yuan"].xs(levels["last"], level="year")
    exposures = {"km": kilometres, "links": links}
    hours = hours_to(pd.read_parquet(inputs.times), core, years["last"])
    ends = levels["first"], levels["last"]
    return [
        *hierarchy_rows(panel, links, groups, placebo, ends, confidence),
        *spread_rows(growth, sizes, exposures, hours, core, choices["spread_backwash"], confidence),
        *comovement_rows(
            growth, groups["zone"], placebo, choices["windows"], choices["cycles"], confidence
        ),
    ]
