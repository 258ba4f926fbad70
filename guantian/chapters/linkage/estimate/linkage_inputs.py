"""Masses and distances of linkage, by year, from the study's tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from guantian.chapters.linkage.estimate.linkage import (
    INDICATORS,
    entropy_weights,
    filled,
    linked_population,
)
from regiometrics.gravity.grid import Array
from regiometrics.weights.pairs import pair_matrix

COLUMNS = {
    "gdp": "gdp_100m_yuan",
    "secondary": "secondary_10k_yuan",
    "tertiary": "tertiary_10k_yuan",
    "budget_revenue": "budget_revenue_100m_yuan",
    "budget_expenditure": "budget_expenditure_100m_yuan",
}


def yearly_values(tables: Mapping[str, pd.DataFrame], codes: Sequence[str]) -> dict:
    """Collect data by year and city, before the panel's first year from the tables.

    Parameters
    ----------
    tables
        ``panel`` (index city_code, year), ``accounts``, ``fiscal``, ``residents``, ``people``:
        corrected tables with ``city_code`` and ``year``.
    codes
        Cities, the columns.

    Returns
    -------
    dict
        Name to years by cities: `INDICATORS`, and ``deflator``, consumer prices of the province.
    """
    panel = tables["panel"].reset_index()
    start = panel["year"].min()

    def wide(table: pd.DataFrame, column: str, before: int | None = None) -> pd.DataFrame:
        chosen = table if before is None else table[table["year"] < before]
        by_year = chosen.pivot(index="year", columns="city_code", values=column)
        return by_year.reindex(columns=list(codes)).astype("float64").sort_index()

    values = {}
    for name, column in COLUMNS.items():
        early = tables["fiscal" if name.startswith("budget") else "accounts"]
        values[name] = pd.concat([wide(early, column, start), wide(panel, column)])
    residents = pd.concat(
        [
            wide(tables["residents"], "resident_population_10k", start),
            wide(panel, "resident_population_10k"),
        ]
    )
    registered = wide(tables["people"], "registered_population_10k")
    years = range(int(registered.index.min()), int(panel["year"].max()) + 1)
    values = {name: filled(frame.reindex(years)) for name, frame in values.items()}
    values["population"] = linked_population(residents.reindex(years), registered.reindex(years))
    values["deflator"] = wide(panel, "cpi_level").reindex(years)
    return values


def masses(values: Mapping[str, pd.DataFrame], years: Sequence[int]) -> tuple[dict, pd.Series]:
    """Return the masses by name, years by cities, and the weights of the index.

    ``root`` is the root of population times GDP at current prices, ``root_real`` the same at
    constant consumer prices of each province, ``index`` the entropy-weighted mean of indicators.
    """
    cut = {name: frame.loc[years[0] : years[1]] for name, frame in values.items()}
    root = np.sqrt(cut["population"] * cut["gdp"])
    real = np.sqrt(cut["population"] * cut["gdp"] / cut["deflator"])
    index, weights = entropy_weights({name: cut[name] for name in INDICATORS})
    return {"root": root, "root_real": real, "index": index}, weights


def distances(
    pairs: pd.DataFrame, times: pd.DataFrame, codes: Sequence[str], years: Sequence[int]
) -> dict[str, dict[int, Array]]:
    """Return distances by measure and year, shape (n, n).

    ``circle``: great circle between points inside the cities, in km (seats of government are not
    in the data); ``road``, ``rail``: modelled hours; ``hours``: their geometric mean. Hours
    only where every pair has them.
    """
    span = range(years[0], years[1] + 1)
    found = {"circle": dict.fromkeys(span, pair_matrix(pairs, "distance_km", codes))}
    hours: dict[str, dict[int, Array]] = {"road": {}, "rail": {}, "hours": {}}
    off = ~np.eye(len(codes), dtype=bool)
    for year in span:
        chosen = times[times["year"] == year]
        road = pair_matrix(chosen, "road_hours_modelled", codes)
        rail = pair_matrix(chosen, "rail_hours_modelled", codes)
        if np.isfinite(road[off]).all() and np.isfinite(rail[off]).all():
            hours["road"][year], hours["rail"][year] = road, rail
            hours["hours"][year] = np.sqrt(road * rail)
    return found | {name: by_year for name, by_year in hours.items() if by_year}
