"""From the study's tables and estimates to the games' setting and parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from guantian.chapters.games.estimate.calibration import Parameter
from guantian.chapters.games.estimate.counterfactuals import Sweep
from guantian.chapters.games.estimate.setting import Setting, build_setting
from guantian.chapters.games.estimate.study import Study
from guantian.data.samples import SAMPLES
from guantian.results import ResultError, one
from regiometrics.weights.weights import Weights

#: Each parameter's bounds. A spillover within 0.6 keeps the multiplier's series, which is cut off,
#: exact to rounding (`calibration.responses`); a programme above its size would drive rivals out
#: (`programme_effects`).
BOUNDS = {
    "spillover": (-0.59, 0.59),
    "distance": (-np.inf, -0.1),
    "province": (-np.inf, np.inf),
    "adjacency": (-np.inf, np.inf),
    "programme": (0.05, 1.0),
    "turnover": (0.0, 0.95),
    "promotion": (-np.inf, np.inf),
    "slope_inside": (-0.99, 0.99),
    "slope_across": (-0.99, 0.99),
}
GRAVITY = {"distance": "log_distance", "province": "same_province", "adjacency": "adjacent"}


class NoGameError(ValueError):
    """The zone has no game: too few cities with data, or an estimate that is missing."""


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
        ``spillovers``, ``gravity``, ``reactions`` and ``similarity`` (one row per pair of cities,
        index, source and year).
    weights
        Under which the spillover was estimated.
    zone
        ``codes`` and ``core``.
    choices
        The configuration's section.
    confidence
        Of the intervals.

    Raises
    ------
    NoGameError
        If fewer than three cities have what the games need, or an estimate on which they rest is
        missing.
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
        alternatives=_alternatives(estimates["spillovers"], choices["spillover"]),
    )


def _players(year: pd.DataFrame, codes: Sequence[str], most: int) -> list[str]:
    """Cities with output and capital, the largest where there are too many."""
    known = year.reindex(codes)[["real_gdp_100m_yuan", "capital_100m_yuan"]].dropna()
    if len(known) < 3:
        raise NoGameError(
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
    """Every parameter with its error and its source."""
    reactions, gravity = estimates["reactions"], estimates["gravity"]
    found = {
        "spillover": spillover(estimates["spillovers"], choices["spillover"]),
        **{name: gravity_term(gravity, choices["gravity"], term) for name, term in GRAVITY.items()},
        "programme": _programme(tables["panel"], codes, choices["programme"]),
        "turnover": _turnover(tables["leaders"], codes),
        "promotion": promotion(reactions, choices["promotion"]),
        "slope_inside": reaction(reactions, choices["reaction"], "inside"),
        "slope_across": reaction(reactions, choices["reaction"], "across"),
    }
    return {name: replace(found[name], low=low, high=high) for name, (low, high) in BOUNDS.items()}


def _alternatives(spillovers: pd.DataFrame, chosen: Mapping) -> list[Parameter]:
    """The spillover as the other samples give it, where they do: printed, and not cut."""
    found = []
    for sample in SAMPLES:
        if sample != chosen["sample"]:
            try:
                found.append(spillover(spillovers, {**chosen, "sample": sample}))
            except NoGameError:
                continue
    return sorted(found, key=lambda each: each.source["sample"])


# One function for each chapter whose estimates are used.


def spillover(spillovers: pd.DataFrame, chosen: Mapping[str, str]) -> Parameter:
    """Read the spillover of growth: ``variant``, ``weights`` and ``sample`` of the model."""
    source = {"estimator": "growth with spillovers", "term": "rho", **chosen}
    return _read(spillovers, source, analysis="growth", term="rho", **chosen)


def gravity_term(gravity: pd.DataFrame, chosen: Mapping[str, str], term: str) -> Parameter:
    """Read a coefficient of the gravity model of flows: ``variant`` and ``method`` of the model."""
    key = {name: chosen[name] for name in ("variant", "method")}
    source = {"estimator": "gravity", "term": term, **key, "sample": ""}
    return _read(gravity, source, analysis="gravity", errors="dyadic", term=term, **key)


def reaction(reactions: pd.DataFrame, chosen: Mapping[str, str], term: str) -> Parameter:
    """Read the slope of the reaction to rivals ``inside`` or ``across`` the provincial border."""
    source = {"estimator": "reaction", "term": term, **chosen}
    return _read(reactions, source, analysis="reaction", term=term, **chosen)


def promotion(reactions: pd.DataFrame, chosen: Mapping[str, str]) -> Parameter:
    """Read the slope of an official's (``group``) promotion on relative growth."""
    source = {"estimator": "promotion", **chosen}
    return _read(reactions, source, analysis="promotion", **chosen)


def _read(frame: pd.DataFrame, source: Mapping, **key: str) -> Parameter:
    """One estimate with its error and interval; a sentence where it is not there."""
    try:
        row = one(frame, **key)
    except ResultError as error:
        raise NoGameError(f"The games need an estimate that is not there: {error}") from None
    if not np.isfinite([row.estimate, row.std_error]).all():
        asked = ", ".join(f"{name} {value!r}" for name, value in key.items())
        raise NoGameError(f"The games need an estimate with an error, but that of {asked} is none.")
    limits = float(row.conf_low), float(row.conf_high)
    return Parameter(float(row.estimate), float(row.std_error), source=source, interval=limits)


def _programme(panel: pd.DataFrame, codes, choices) -> Parameter:
    """Growth of real output over a plan's years, mean of the cities and its error."""
    output = panel["real_gdp_100m_yuan"].unstack("city_code")[list(codes)]
    first, last = choices["last"] - choices["years"], choices["last"]
    growth = (output.loc[last] / output.loc[first] - 1).dropna()
    error = float(growth.std() / np.sqrt(len(growth)))
    years = {"first_year": first, "last_year": last}
    source = {"estimator": "panel", "term": "growth", "outcome": "real_gdp_100m_yuan", **years}
    return Parameter(float(growth.mean()), error, source=source | {"n_units": len(growth)})


def _turnover(leaders: pd.DataFrame, codes) -> Parameter:
    """Share of city-years in which the secretary is in the first year, and its binomial error."""
    tenure = leaders[leaders["city_code"].isin(codes)]["secretary_tenure_years"].dropna()
    share = float((tenure == 0).mean())
    error = float(np.sqrt(share * (1 - share) / len(tenure)))
    source = {"estimator": "leaders", "term": "share_in_first_year", "n_obs": len(tenure)}
    return Parameter(share, error, source=source)


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
