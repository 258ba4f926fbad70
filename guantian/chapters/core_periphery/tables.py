"""The chapter's tables, from its results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from guantian.present.format import MISSING, interval, number, p_value, per_cent
from guantian.present.tables import Table
from guantian.results import Row, find, one, rows

MEASURES = {
    "primacy": "Primacy (share of the largest)",
    "polycentricity": "Polycentricity",
    "functional_polycentricity": "Functional polycentricity",
    "correlation": "Correlation of growth",
    "concordance": "Concordance of growth",
    "dynamic_correlation": "Dynamic correlation of growth",
}
OUTCOMES = {
    "gdp": "GDP",
    "residents": "Residents",
    "flow_index": "Flows, 2021",
    "gdp_growth_pct": "Real growth",
}
VARIANTS = {"after": "After", "before": "Before", "change": "Change", "level": "Level"}
EXPOSURES = {"hours": "Hours (zone's cities)", "km": "Nearness", "links": "Share of flows"}
GAINS = {"shapley": "Shapley", "nucleolus": "Nucleolus", "gately": "Gately"}
TOTALS = {"gdp": "GDP", "population": "Residents"}
GROUPS = {
    "all": "All",
    "home_province": "Those of the core's province",
    "without_core": "Without the core",
    "core_and": "Core and {}",
    "without": "Without {}",
}


def core_periphery_tables(
    estimates: pd.DataFrame, series: pd.DataFrame, names: Mapping[str, str]
) -> list[Table]:
    """Return the tables.

    Parameters
    ----------
    estimates, series
        Results of the chapter.
    names
        City code to its English name.
    """
    return [
        Table(
            "core_periphery",
            "Core and periphery, co-movement of growth",
            pd.DataFrame(_ranks(estimates)),
            "The zone's statistic, its distance from the median of placebo zones with the interval "
            "from their quantiles, and its rank. Growth net of the mean of all cities in the year. "
            "A rank among overlapping groups is not a test of known size.",
            group="Measure",
            text=("Of", "What"),
        ),
        Table(
            "spread_backwash",
            "Spread or backwash",
            pd.DataFrame(_slopes(estimates)),
            "Slope of a city's growth in the core's growth times its exposure to the core, with "
            "city and year effects; positive: spread. Horizon: years over which growth is summed. "
            "Exposure: minus log km, minus log hours, or the share of flows. Rank: among placebo "
            "cores, cities that are the largest around.",
            group="Exposure",
            text=("Horizon",),
        ),
        Table(
            "gains_shares",
            "Shares in the gains",
            pd.DataFrame(_shares(estimates, series, names)),
            "Per cent of the gain of all, with intervals from draws of the two estimated "
            "parameters at the middle of the grid of costs. An illustration: costs are not known.",
            text=("City",),
        ),
        Table(
            "gains_values",
            "Values of coalitions",
            pd.DataFrame(_values(estimates, names)),
            "Per cent of the zone's output a year at the middle of the grid of costs, with "
            "intervals from draws of the two estimated parameters.",
            text=("Coalition",),
        ),
    ]


def rank_text(row: Row | None) -> str:
    """Print a rank among placebo zones, from the nearer end."""
    return f"{row['rank']} of {row.n_draws + 1} from {row.rank_from}" if row else MISSING


def _ranks(estimates: pd.DataFrame) -> Iterator[dict[str, str]]:
    for term, title in MEASURES.items():
        found = rows(estimates, analysis=["hierarchy_rank", "comovement"], term=term)
        for _, each in found.sort_values(["variant", "outcome"]).iterrows():
            row = Row(each.to_dict())
            yield {
                "Measure": title,
                "Of": OUTCOMES[row.outcome],
                "What": VARIANTS[row.variant],
                "Zone": number(row.own_value, 3),
                "Minus median": number(row.estimate, 3),
                "Interval": interval(row.conf_low, row.conf_high, 3),
                "p (rank)": p_value(row.p_value),
                "Rank": rank_text(row),
            }


def _slopes(estimates: pd.DataFrame) -> Iterator[dict[str, str]]:
    found = rows(estimates, analysis="spread_backwash").sort_values(["variable", "horizon"])
    for row in found.itertuples():
        key = {"variable": row.variable, "horizon": row.horizon}
        yield {
            "Exposure": EXPOSURES[row.variable],
            "Horizon": number(row.horizon, 0),
            "Slope": number(row.estimate, 2),
            "Error": number(row.std_error, 2),
            "Interval": interval(row.conf_low, row.conf_high, 2),
            "p": p_value(row.p_value),
            "Cities": number(row.n_units, 0),
            "Rank": rank_text(find(estimates, analysis="spread_backwash_rank", **key)),
        }


def _shares(
    estimates: pd.DataFrame, series: pd.DataFrame, names: Mapping[str, str]
) -> Iterator[dict[str, str]]:
    totals = rows(series, analysis="shares")
    for unit in sorted(totals["unit"].unique()):
        key = {"analysis": "shares", "unit": unit}
        cells = {"City": names[unit]}
        for method, title in GAINS.items():
            row = one(estimates, **key, method=method)
            cells[title] = per_cent(row.estimate, 1)
            if not pd.isna(row.conf_low):
                cells[title] += f" {interval(100 * row.conf_low, 100 * row.conf_high, 1)}"
        for variable, title in TOTALS.items():
            cells[title] = per_cent(one(totals, **key, variable=variable).value, 1)
        yield cells


def _values(estimates: pd.DataFrame, names: Mapping[str, str]) -> Iterator[dict[str, str]]:
    found = rows(estimates, analysis="value").sort_values(["group", "unit"], kind="stable")
    for row in found.sort_values("n_units", ascending=False, kind="stable").itertuples():
        yield {
            "Coalition": GROUPS[row.group].format(names.get(row.unit, "")),
            "Cities": number(row.n_units, 0),
            "Value": number(row.estimate, 2),
            "Interval": interval(row.conf_low, row.conf_high, 2),
        }
