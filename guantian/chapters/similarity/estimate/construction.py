"""Duplicated construction in the zone against placebo zones: investment, land, capital."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from guantian.chapters.similarity.estimate.groups import Ranking
from guantian.estimates import tidy
from guantian.regression import ErrorChoices, two_way_rows
from regiometrics.structure.duplication import (
    benchmarked,
    capital_output,
    co_movement,
    common_years,
    dispersion,
    growth_net_of_years,
    outgrowth,
    wide,
)

CORRELATIONS = ("pearson", "spearman")
SAMPLES = ("zone", "region", "nation")
LEAST_CITIES = 5  # of a sample on which elasticities are estimated
WARNING = "reported investment exceeds GDP in places"


@dataclass(frozen=True)
class ConstructionChoices:
    """Years of the measures of duplication.

    Attributes
    ----------
    infrastructure
        First and last year of infrastructure investment.
    least_years
        Years of growth that a pair of cities must share.
    land
        Window name to first and last year, each on one satellite and one population model.
    investment
        First and last year of fixed investment as reported.
    span
        Years over which the incremental capital-output ratio runs.
    """

    infrastructure: tuple[int, int]
    least_years: int
    land: Mapping[str, tuple[int, int]]
    investment: tuple[int, int]
    span: int

    @classmethod
    def from_config(cls, section: Mapping) -> ConstructionChoices:
        """Read the configuration's section."""
        infrastructure, investment = section["infrastructure"], section["investment"]
        return cls(
            infrastructure=(infrastructure["first"], infrastructure["last"]),
            least_years=infrastructure["min_years"],
            land={name: (span["first"], span["last"]) for name, span in section["land"].items()},
            investment=(investment["first"], investment["last"]),
            span=investment["period"],
        )


def run_construction(
    tables: Mapping[str, pd.DataFrame],
    panel: pd.DataFrame,
    ranking: Ranking,
    errors: ErrorChoices,
    choices: ConstructionChoices,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Measure duplication and rank the zone.

    Parameters
    ----------
    tables
        ``city_infrastructure_land``, ``city_remote_sensing``, ``province_accounts`` and
        ``province_investment``.
    panel
        Index (city_code, year): GDP, fixed investment, capital, and the samples.
    ranking
        The zone and its placebo zones.
    errors
        Of the elasticities.
    choices
        Years.

    Returns
    -------
    estimates
        Analyses ``co_movement``, ``outgrowth``, ``land_elasticity``, ``investment_rate`` (as
        reported, and benchmarked to the provinces' accounts) and ``capital_efficiency``.
    series
        Reported investment over GDP by year: the zone's mean and the placebo quantiles.
    """
    codes = sorted(panel.index.get_level_values("city_code").unique())
    rows = list(_co_movement(tables["city_infrastructure_land"], codes, ranking, choices))
    sensing = {
        name: wide(tables["city_remote_sensing"], column, codes)
        for name, column in (
            ("land", "urban_built_km2"),
            ("population", "landscan_population"),
            ("lights", "night_lights_sum"),
        )
    }
    for window, (first, last) in choices.land.items():
        for other in ("population", "lights"):
            growth = outgrowth(sensing["land"], sensing[other], first, last)
            labels = {"analysis": "outgrowth", "spec": window, "outcome": f"land_per_{other}"}
            row = ranking.of_cities(growth)
            rows.append(labels | row | {"sample": "zone", "term": "growth"})
        rows += list(_elasticities(sensing, panel, window, (first, last), errors))
    formation = formation_rate(tables["province_accounts"], tables["province_investment"])
    found, series = _investment(panel, codes, formation, ranking, choices)
    return tidy(rows + found), series


def _co_movement(
    table: pd.DataFrame, codes: list[str], ranking: Ranking, choices: ConstructionChoices
) -> Iterator[dict]:
    levels = wide(table, "infrastructure_investment_yuan_per_capita", codes)
    growth = growth_net_of_years(levels.loc[slice(*choices.infrastructure)])
    for method in CORRELATIONS:
        matrix = co_movement(growth, method, choices.least_years)
        yield ranking.of_pairs(matrix, codes) | {
            "analysis": "co_movement",
            "spec": method,
            "sample": "zone",
            "outcome": "infrastructure_per_head",
            "term": "correlation",
            "n_periods": len(growth),
        }


def _elasticities(
    sensing: Mapping[str, pd.DataFrame],
    panel: pd.DataFrame,
    window: str,
    years: tuple[int, int],
    errors: ErrorChoices,
) -> Iterator[dict]:
    """Elasticities of built-up land in population and lights, two-way, by sample."""
    frames = {name: np.log(frame.where(frame > 0)) for name, frame in sensing.items()}
    cut = common_years({name: frame.loc[slice(*years)] for name, frame in frames.items()})
    samples = panel.groupby(level="city_code")[[f"in_{sample}" for sample in SAMPLES]].first()
    whole = pd.concat(cut).notna().all()
    for sample in SAMPLES:
        cities = [code for code in whole.index[whole] if samples.at[code, f"in_{sample}"] == 1]
        if len(cities) < LEAST_CITIES:
            continue
        frame = pd.DataFrame({name: table[cities].unstack() for name, table in cut.items()})
        for kind, row in two_way_rows(frame, "land", ["population", "lights"], errors):
            if kind == "city":
                labels = {"analysis": "land_elasticity", "spec": window, "sample": sample}
                yield labels | row | {"outcome": "land"}


def _investment(
    panel: pd.DataFrame,
    codes: list[str],
    formation: pd.DataFrame,
    ranking: Ranking,
    choices: ConstructionChoices,
) -> tuple[list[dict], pd.DataFrame]:
    """Investment over GDP by year, and how much output capital brings."""
    first, last = choices.investment
    table = panel.reset_index()
    names = {
        "investment": "fixed_investment_100m_yuan",
        "gdp": "gdp_100m_yuan",
        "capital": "capital_100m_yuan",
        "output": "real_gdp_100m_yuan",
        "imputed": "fixed_investment_imputed",
    }
    data = {name: wide(table, column, codes) for name, column in names.items()}
    reported = data["investment"].where(data["imputed"] == 0)
    provinces = panel["province_code"].groupby(level="city_code").first()
    rate = (reported / data["gdp"]).loc[first:last]
    rates = {
        "investment_over_gdp": rate,
        "investment_benchmarked": benchmarked(reported, data["gdp"], provinces, formation),
    }
    rows = []
    for outcome, values in rates.items():
        labels = {"analysis": "investment_rate", "sample": "zone", "outcome": outcome}
        for year in (first, last):
            row = ranking.of_cities(values.loc[year])
            rows.append(labels | row | {"spec": str(year), "term": "level"})
        change = (values.loc[last] - values.loc[first]) / (last - first)
        rows.append(labels | ranking.of_cities(change) | {"spec": "change", "term": "trend"})
    rows += _efficiency(data, ranking, codes, choices)
    return rows, pd.DataFrame({"year": year} | ranking.band(row) for year, row in rate.iterrows())


def formation_rate(accounts: pd.DataFrame, investment: pd.DataFrame) -> pd.DataFrame:
    """Fixed capital formation over GDP in the provinces' accounts; years by provinces."""
    output, formed = (
        table.pivot(index="year", columns="province_code", values=column)
        for table, column in (
            (accounts, "gdp_100m_yuan"),
            (investment, "fixed_capital_formation_100m_yuan"),
        )
    )
    return formed / output.where(output > 0)


def _efficiency(
    data: Mapping[str, pd.DataFrame],
    ranking: Ranking,
    codes: list[str],
    choices: ConstructionChoices,
) -> Iterator[dict]:
    """Capital-output ratios, and the dispersion of what capital yields."""
    last = choices.investment[1]
    # Perpetual inventory turned round: what was added is the stock's change and what wore out;
    # the net change is enough here, and needs no second rate of depreciation.
    added = data["capital"].diff()
    ratio = capital_output(added, data["output"], last, choices.span)
    labels = {"analysis": "capital_efficiency", "sample": "zone", "spec": f"to_{last}"}
    row = ranking.of_cities(np.log(ratio.where(ratio > 0)))
    note = f"{row.get('note', '')}; {WARNING}"
    yield labels | row | {"outcome": "log_icor", "term": "level", "note": note}
    yields = (data["output"] / data["capital"]).loc[last].to_numpy("float64")
    row = ranking.of_groups(lambda groups: dispersion(yields, groups), codes)
    note = f"{row.get('note', '')}; {WARNING}"
    yield labels | row | {"outcome": "output_per_capital", "term": "dispersion", "note": note}
