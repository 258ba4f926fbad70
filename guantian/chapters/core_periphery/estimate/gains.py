"""The game of gains: solved at the estimates, under their uncertainty, and over a grid of costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from math import nan
from typing import Any

import numpy as np
import pandas as pd

from guantian.results import find, one
from regiometrics.errors import EstimationError
from regiometrics.games.coalition import (
    convex,
    gately_value,
    propensity_to_disrupt,
    shapley_value,
    superadditive,
)
from regiometrics.games.core import balanced, nucleolus
from regiometrics.games.gains import Cities, GainParameters, coalition_values, solution_shares

Row = dict[str, Any]
MOST_PLAYERS = 12  # each further one doubles the coalitions: 12 have 4096
SMALLEST_GAME = 3
COSTS = ("coordination", "returns", "province", "congestion")
SOLUTIONS: dict[str, Callable] = {
    "shapley": shapley_value,
    "nucleolus": nucleolus,
    "gately": gately_value,
}
PROPERTIES: dict[str, Callable] = {
    "superadditive": superadditive,
    "convex": convex,
    "core": lambda codes, values: balanced(codes, values).balanced,  # whether it is not empty
}
CALIBRATED = {"cov_type": "draws of rho and backwash"}


class NoGameError(ValueError):
    """The zone has no game of gains: an estimate or too many cities' data are missing."""


def spillover_estimate(spillovers: pd.DataFrame, key: Mapping[str, str]) -> tuple[float, float]:
    """Read the spillover of growth and its error from the results of the chapter spillovers.

    Parameters
    ----------
    spillovers
        Its estimates.
    key
        ``variant``, ``weights`` and ``sample`` of the model.
    """
    row = one(spillovers, analysis="growth", term="rho", **key)
    return row.estimate, row.std_error


def calibrate(spillover: tuple[float, float], slopes: pd.DataFrame) -> dict:
    """Return the two estimated parameters with their errors.

    Parameters
    ----------
    spillover
        Its estimate and its error.
    slopes
        Estimates of spread-backwash: the slope on the share of links at once is used.

    Raises
    ------
    NoGameError
        If an estimate is missing or has no error.
    """
    row = find(slopes, analysis="spread_backwash", variable="links", horizon=0)
    # A slope above zero is spread: what the core draws is its negative.
    backwash = (nan, nan) if row is None else (-row.estimate, row.std_error)
    found = {"rho": spillover, "backwash": backwash}
    for name, estimate in found.items():
        if not np.isfinite(estimate).all():
            raise NoGameError(f"The zone has no estimate of {name} with an error.")
    return found


def players(
    panel: pd.DataFrame, members: Sequence[str], core: str, year: int
) -> tuple[list[str], str]:
    """Return the cities that play, and a sentence where they are not all members.

    Parameters
    ----------
    panel
        Index (city_code, year).
    members
        Codes of the zone's cities.
    core
        Code; it plays in any case.
    year
        Of output and residents, which a player must have.

    Raises
    ------
    NoGameError
        If the core or all but one of the cities have no data.
    """
    columns = ["gdp_100m_yuan", "resident_population_10k"]
    known = panel.xs(year, level="year").reindex(members)[columns].dropna()["gdp_100m_yuan"]
    if core not in known or len(known) < SMALLEST_GAME:
        raise NoGameError(
            f"{len(known)} of the zone's {len(members)} cities have output and residents in "
            f"{year}; the game needs {SMALLEST_GAME}, the core among them."
        )
    largest = known.drop(core).nlargest(MOST_PLAYERS - 1).index
    chosen = sorted([core, *largest])
    if len(chosen) == len(members):
        return chosen, ""
    return chosen, (
        f"{len(chosen)} of the zone's {len(members)} cities play: those with data, and of more "
        f"than {MOST_PLAYERS} the largest with the core"
    )


def centre_parameters(
    estimates: Mapping[str, tuple[float, float]], sensitivity: Mapping
) -> GainParameters:
    """Parameters at the estimates and at the middle of each grid."""
    middle = {name: sensitivity[name][len(sensitivity[name]) // 2] for name in COSTS}
    return GainParameters(rho=estimates["rho"][0], backwash=estimates["backwash"][0], **middle)


def solve_gains(
    cities: Cities,
    population: np.ndarray,
    estimates: Mapping[str, tuple[float, float]],
    sensitivity: Mapping,
    draws: int,
    seed: int,
    confidence: float,
) -> tuple[list[Row], pd.DataFrame, pd.DataFrame]:
    """Solve the game of all cities and of groups of them.

    Parameters
    ----------
    cities
        Players.
    population
        Shape (n,).
    estimates
        ``rho`` and ``backwash``, each with its standard error.
    sensitivity
        Values of each of `COSTS`.
    draws, seed
        Of the estimates' uncertainty.
    confidence
        Of the intervals.

    Returns
    -------
    rows
        Of results: analyses ``shares`` (by solution and city), ``value`` (by group of cities),
        ``properties``, ``disruption`` and ``grid``.
    grid
        One row per point of the grid of costs: whether the game is superadditive and convex and
        its core not empty, the value of all, and the group with the largest value.
    values
        One row per group of cities at the centre of the grid: members, value.
    """
    centre = centre_parameters(estimates, sensitivity)
    values = coalition_values(cities, centre)
    rng = np.random.default_rng(seed)
    drawn = np.array(
        [
            coalition_values(cities, replace(centre, rho=min(rho, 0.95), backwash=backwash))
            for rho, backwash in zip(
                rng.normal(*estimates["rho"], draws),
                rng.normal(*estimates["backwash"], draws),
                strict=True,
            )
        ]
    )
    grid = _grid(cities, centre, sensitivity)
    rows = [
        *_shares(cities, values, drawn, confidence),
        *_reference_shares(cities, population),
        *_values(cities, values, drawn, confidence),
        *_properties(cities, values, drawn),
        *_disruption(cities, values),
        *_over_the_grid(grid),
    ]
    table = pd.DataFrame(
        {
            "members": [
                " ".join(code for place, code in enumerate(cities.codes) if mask >> place & 1)
                for mask in range(1, 2 ** len(cities.codes))
            ],
            "value": values[1:],
        }
    )
    return rows, grid, table


def _solve(cities: Cities, values: np.ndarray, name: str) -> np.ndarray:
    try:
        return solution_shares(SOLUTIONS[name](cities.codes, values)).to_numpy()
    except EstimationError:  # no gain to share
        return np.full(len(cities.codes), np.nan)


def _interval(point: float, drawn: np.ndarray, confidence: float) -> dict[str, float]:
    """Quantiles of the draws, widened where the point itself lies outside of them."""
    tail = 50 * (1 - confidence)
    low, high = np.nanpercentile(drawn, [tail, 100 - tail])
    return {"conf_low": min(low, point), "conf_high": max(high, point)}


def _some(drawn: np.ndarray) -> np.ndarray:
    """About a hundred of the draws, for what takes long."""
    return drawn[:: max(1, len(drawn) // 100)]


def _shares(
    cities: Cities, values: np.ndarray, drawn: np.ndarray, confidence: float
) -> Iterator[Row]:
    for name in SOLUTIONS:
        point = _solve(cities, values, name)
        some = _some(drawn) if name == "nucleolus" else drawn
        sample = np.array([_solve(cities, v, name) for v in some if v[-1] > 0])
        for place, code in enumerate(cities.codes):
            row = {
                "analysis": "shares",
                "outcome": "gain",
                "method": name,
                "unit": code,
                "term": "share",
                "estimate": point[place],
                "n_draws": len(sample),
                "n_units": len(cities.codes),
                "estimator": f"{name}, calibrated",
                **CALIBRATED,
                "note": "draws in which all together gain nothing are left out",
            }
            if len(sample) and np.isfinite(point[place]):
                row |= _interval(point[place], sample[:, place], confidence)
                row["std_error"] = float(np.nanstd(sample[:, place]))
            yield row


def _reference_shares(cities: Cities, population: np.ndarray) -> Iterator[Row]:
    key = {"analysis": "shares", "outcome": "total", "term": "share"}
    for variable, sizes in (("gdp", cities.output), ("population", population)):
        for code, share in zip(cities.codes, sizes / sizes.sum(), strict=True):
            yield {**key, "variable": variable, "unit": code, "value": share}


def _values(
    cities: Cities, values: np.ndarray, drawn: np.ndarray, confidence: float
) -> Iterator[Row]:
    for (group, unit), mask in _named_coalitions(cities).items():
        yield {
            "analysis": "value",
            "outcome": "gain",
            "group": group,
            "unit": unit,
            "term": "percent_of_output",
            "estimate": values[mask],
            "std_error": float(drawn[:, mask].std(ddof=1)),
            **_interval(values[mask], drawn[:, mask], confidence),
            "n_draws": len(drawn),
            "n_units": mask.bit_count(),
            "estimator": "coalition game, calibrated",
            **CALIBRATED,
        }


def _properties(cities: Cities, values: np.ndarray, drawn: np.ndarray) -> Iterator[Row]:
    """Whether each property holds (1) or not (0), and the share of draws in which it holds."""
    some = _some(drawn)
    for name, check in PROPERTIES.items():
        key = {"analysis": "properties", "outcome": "gain", "term": name}
        key |= {"estimator": "coalition game, calibrated", **CALIBRATED}
        holds, share = float(check(cities.codes, values)), _share(check, cities, some)
        yield {**key, "measure": "holds", "estimate": holds}
        yield {**key, "measure": "share_of_draws", "estimate": share, "n_draws": len(some)}


def _share(check: Callable, cities: Cities, drawn: np.ndarray) -> float:
    return float(np.mean([check(cities.codes, values) for values in drawn]))


def _disruption(cities: Cities, values: np.ndarray) -> Iterator[Row]:
    shares = shapley_value(cities.codes, values)
    for code, value in propensity_to_disrupt(cities.codes, values, shares).items():
        yield {"analysis": "disruption", "unit": code, "term": "propensity", "value": value}


def _named_coalitions(cities: Cities) -> dict[tuple[str, str], int]:
    """Groups that are asked about (name, city): all, a province's, without each, with the core."""
    n = len(cities.codes)
    everyone = 2**n - 1
    named = {("all", ""): everyone}
    home = cities.provinces[cities.core]
    named["home_province", ""] = sum(1 << i for i in range(n) if cities.provinces[i] == home)
    named["without_core", ""] = everyone ^ (1 << cities.core)
    for i, code in enumerate(cities.codes):
        if i != cities.core:
            named["core_and", code] = (1 << cities.core) | (1 << i)
            named["without", code] = everyone ^ (1 << i)
    return named


def _grid(cities: Cities, centre: GainParameters, sensitivity: Mapping) -> pd.DataFrame:
    rows = []
    for point in product(*(sensitivity[name] for name in COSTS)):
        parameters = replace(centre, **dict(zip(COSTS, point, strict=True)))
        values = coalition_values(cities, parameters)
        best = int(values.argmax())
        rows.append(
            dict(zip(COSTS, point, strict=True))
            | {
                "value": values[-1],
                **{name: int(check(cities.codes, values)) for name, check in PROPERTIES.items()},
                "best_value": values[best],
                "best_size": best.bit_count(),
                "best": " ".join(c for i, c in enumerate(cities.codes) if best >> i & 1),
            }
        )
    return pd.DataFrame(rows)


def _over_the_grid(grid: pd.DataFrame) -> Iterator[Row]:
    """Shares of the points of the grid at which a property holds, or all are the best group."""
    best = grid["best_size"] == grid["best_size"].max()
    for term, holds in (*((name, grid[name]) for name in PROPERTIES), ("all_best", best)):
        yield {"analysis": "grid", "term": term, "value": float(holds.mean()), "n_obs": len(grid)}
