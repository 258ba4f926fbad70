"""From the study's tables and estimates to the games' setting and parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from guantian.chapters.games.estimate.calibration import Parameter
from guantian.chapters.games.estimate.counterfactuals import Sweep
from guantian.chapters.games.estimate.run import Study
from guantian.chapters.games.estimate.setting import Setting, build_setting
from regiometrics.weights.weights import Weights

#: Each parameter's label and bounds. A spillover within 0.6 keeps the multiplier's series, which is
#: cut off, exact to rounding (`calibration.responses`); a programme above its size would drive
#: rivals out (`programme_effects`).
MEANING = {
    "spillover": ("Spillover of growth, ρ", -0.59, 0.59),
    "distance": ("Flows on log distance", -np.inf, -0.1),
    "province": ("Flows within a province", -np.inf, np.inf),
    "adjacency": ("Flows over a shared border", -np.inf, np.inf),
    "programme": ("Size of a programme, u", 0.05, 1.0),
    "turnover": ("Secretaries who leave in a year", 0.0, 0.95),
    "promotion": ("Promotion on relative growth", -np.inf, np.inf),
    "slope_inside": ("Reaction to rivals in the province", -0.99, 0.99),
    "slope_across": ("Reaction to rivals across its border", -0.99, 0.99),
}
GRAVITY = {"distance": "log_distance", "province": "same_province", "adjacency": "adjacent"}


def build_study(
    tables: Mapping[str, pd.DataFrame],
    estimates: Mapping[str, pd.DataFrame],
    weights: Weights,
    zone: Mapping,
    choices: Mapping,
    confidence: float,
) -> Study:
    """Put everything together.

    Parameters
    ----------
    tables
        ``panel`` (index city_code, year), ``residents`` (land area), ``pairs``, ``flows``,
        ``leaders``, as the study makes them.
    estimates
        ``spatial``, ``gravity``, ``reactions``, ``contest`` (tidy) and ``similarity`` (a row a pair
        of cities, index, source and year).
    weights
        Under which the spillover was estimated.
    zone
        ``codes`` and ``core``.
    choices
        The configuration's section.
    confidence
        Of the intervals.
    """
    panel = tables["panel"]
    year = panel.xs(choices["year"], level="year")
    codes = _players(year, zone["codes"], choices["max_cities"])
    setting = _setting(tables, estimates["similarity"], weights, year, codes, choices)
    parameters = _parameters(tables, estimates, codes, choices)
    capital = panel["capital_100m_yuan"].unstack("city_code")[codes]
    invested = capital.loc[choices["year"]] - capital.loc[choices["year"] - 1]
    return Study(
        setting=setting,
        parameters=parameters,
        sweep=_sweep(choices),
        choices=choices,
        centres=_centres(year, codes, zone["core"], choices["centres"]),
        programme=float(invested.sum()),
        confidence=confidence,
        alternatives=_alternatives(estimates["spatial"], choices["spillover"]),
    )


def _players(year: pd.DataFrame, codes: Sequence[str], most: int) -> list[str]:
    """Cities with output and capital, the largest where there are too many."""
    known = year.reindex(codes)[["real_gdp_100m_yuan", "capital_100m_yuan"]].dropna()
    if len(known) < 3:
        raise ValueError(
            f"{len(known)} cities of the zone have output and capital; the games need three."
        )
    return sorted(known["real_gdp_100m_yuan"].nlargest(most).index)


def _setting(tables, similarity, weights: Weights, year, codes, choices) -> Setting:
    area = tables["residents"].dropna(subset=["land_area_km2"]).sort_values("year")
    cities = pd.DataFrame(
        {
            "name_en": year["name_en"],
            "output": year["real_gdp_100m_yuan"],
            "capital": year["capital_100m_yuan"],
            "area_km2": area.groupby("city_code")["land_area_km2"].last().reindex(year.index),
        }
    )[year["in_nation"] == 1]
    column = f"in_{choices['spillover']['sample']}"
    sample = [code for code in weights.ids if code in year.index and year.at[code, column] == 1]
    chosen = similarity[
        (similarity["index"] == choices["similarity"]["index"])
        & (similarity["agriculture"] == choices["similarity"]["agriculture"])
    ]
    measure = chosen["source"].astype(str) + " " + chosen["year"].astype(str)
    flows = tables["flows"].rename(
        columns={
            "origin_code": "origin",
            "destination_code": "destination",
            "flow_index": "value",
        }
    )
    return build_setting(
        codes,
        cities,
        tables["pairs"],
        chosen.assign(measure=measure),
        weights.subset(sample).standardise("row"),
        flows,
    )


def _parameters(tables, estimates, codes, choices) -> dict[str, Parameter]:
    """Every parameter with its error and where it stands."""
    spatial, reaction, promotion = (
        choices[name] for name in ("spillover", "reaction", "promotion")
    )
    found = {"spillover": _read(estimates["spatial"], "spatial_growth", term="rho", **spatial)}
    for name, term in GRAVITY.items():
        found[name] = _read(estimates["gravity"], "gravity", term=term, **choices["gravity"])
    found["programme"] = _programme(tables["panel"], codes, choices["programme"])
    found["turnover"] = _turnover(tables["leaders"], codes)
    found["promotion"] = _read(estimates["contest"], "promotion", **promotion)
    for side in ("inside", "across"):
        found[f"slope_{side}"] = _read(estimates["reactions"], "reaction", term=side, **reaction)
    return {
        name: Parameter(*found[name][:2], low, high, found[name][2], label, *found[name][3:])
        for name, (label, low, high) in MEANING.items()
    }


def _alternatives(spatial: pd.DataFrame, chosen: Mapping) -> list[Parameter]:
    """The spillover as the other samples give it, where they do."""
    rows = spatial[
        (spatial["analysis"] == "spatial_growth")
        & (spatial["term"] == "rho")
        & (spatial["spec"] == chosen["spec"])
        & (spatial["sample"] != chosen["sample"])
    ].dropna(subset=["estimate", "std_error"])
    label = MEANING["spillover"][0]
    return [
        Parameter(
            row.estimate,
            row.std_error,
            -np.inf,  # told beside the one used, not played with: not cut
            np.inf,
            f"spatial_growth, rho, {row.spec}, {row.sample}",
            f"{label}, in another sample",
            (row.conf_low, row.conf_high),
        )
        for row in rows.itertuples()
    ]


def _read(
    frame: pd.DataFrame, analysis: str, **key
) -> tuple[float, float, str, tuple[float, float]]:
    """One estimate with its error, place and interval; a sentence where it is not there."""
    rows = frame[frame["analysis"] == analysis]
    for column, value in key.items():
        rows = rows[rows[column] == value]
    where = f"{analysis}, " + ", ".join(str(value) for value in key.values())
    if len(rows) != 1 or rows[["estimate", "std_error"]].isna().any(axis=None):
        raise ValueError(
            f"The games need one estimate at {where}; {len(rows)} rows stand there with figures."
        )
    row = rows.iloc[0]
    limits = float(row["conf_low"]), float(row["conf_high"])
    return float(row["estimate"]), float(row["std_error"]), where, limits


def _programme(panel: pd.DataFrame, codes, choices) -> tuple[float, float, str]:
    """Growth of real output over a plan's years, mean of the cities and its error."""
    output = panel["real_gdp_100m_yuan"].unstack("city_code")[list(codes)]
    first, last = choices["last"] - choices["years"], choices["last"]
    growth = (output.loc[last] / output.loc[first] - 1).dropna()
    error = float(growth.std() / np.sqrt(len(growth)))
    return float(growth.mean()), error, f"panel, real GDP {first} to {last}, mean of cities"


def _turnover(leaders: pd.DataFrame, codes) -> tuple[float, float, str]:
    """Share of city-years in which the secretary is in the first year, and its binomial error."""
    tenure = leaders[leaders["city_code"].isin(codes)]["secretary_tenure_years"].dropna()
    share = float((tenure == 0).mean())
    error = float(np.sqrt(share * (1 - share) / len(tenure)))
    return share, error, f"leaders, {len(tenure)} city-years of the zone"


def _sweep(choices: Mapping) -> Sweep:
    grids = {
        name: np.linspace(grid["first"], grid["last"], grid["points"])
        for name, grid in choices["sensitivity"].items()
    }
    latest = choices["vat"][-1]
    return Sweep(**grids, penalty=choices["penalty"], tax_motive=latest["rate"] * latest["share"])


def _centres(year: pd.DataFrame, codes, core: str, wanted: Sequence[str]) -> list[str]:
    """The core, the centres that are named and play, and then the largest."""
    largest = year.loc[codes, "real_gdp_100m_yuan"].sort_values(ascending=False).index
    order = [core, *wanted, *largest]
    return [code for code in dict.fromkeys(order) if code in codes][:3]
