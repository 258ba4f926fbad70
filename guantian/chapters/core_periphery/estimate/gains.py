"""The coalition game of the zone: solved at the estimates, under their uncertainty, and swept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd

from guantian.estimates import tidy
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

SWEPT = ("coordination", "returns", "province", "congestion")


def calibrate(growth: pd.DataFrame, spread: pd.DataFrame, rho: Mapping) -> dict:
    """Read the two estimated parameters and their errors.

    Parameters
    ----------
    growth
        Estimates of growth with spillovers.
    spread
        Estimates of core and rest: the slope on the share of links, `spec` links, term h0.
    rho
        ``spec`` and ``sample`` of the spillover.

    Raises
    ------
    ValueError
        If an estimate is missing.
    """
    wanted = {
        "rho": growth[
            (growth["analysis"] == "growth")
            & (growth["variant"] == rho["variant"])
            & (growth["weights"] == rho["weights"])
            & (growth["sample"] == rho["sample"])
            & (growth["term"] == "rho")
        ],
        "backwash": spread[
            (spread["analysis"] == "spread")
            & (spread["spec"] == "links")
            & (spread["term"] == "h0")
        ],
    }
    for name, rows in wanted.items():
        if len(rows) != 1 or rows["std_error"].isna().any():
            raise ValueError(
                f"{len(rows)} estimates of {name} with an error were found; expected one."
            )
    found = {
        name: (float(rows["estimate"].iloc[0]), float(rows["std_error"].iloc[0]))
        for name, rows in wanted.items()
    }
    # A slope above zero is spread: what the core draws is its negative.
    found["backwash"] = (-found["backwash"][0], found["backwash"][1])
    return found


def centre_parameters(
    estimates: Mapping[str, tuple[float, float]], swept: Mapping
) -> GainParameters:
    """Parameters at the estimates and at the middle of each swept range."""
    middle = {name: swept[name][len(swept[name]) // 2] for name in SWEPT}
    return GainParameters(rho=estimates["rho"][0], backwash=estimates["backwash"][0], **middle)


def run_gains(
    cities: Cities,
    population: np.ndarray,
    estimates: Mapping[str, tuple[float, float]],
    swept: Mapping,
    draws: int,
    seed: int,
    confidence: float,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Solve the game of the group of all and of parts of it.

    Parameters
    ----------
    cities
        Players.
    population
        Shape (n,).
    estimates
        ``rho`` and ``backwash``, each with its standard error.
    swept
        Values of each of `SWEPT`.
    draws, seed
        Of the estimates' uncertainty.
    confidence
        Of the intervals.

    Returns
    -------
    estimates
        Tidy: analysis ``coalition_shares`` (term the city, spec the solution), ``coalition``
        (properties, value of all and of part coalitions).
    sweep
        A row a point of the grid of swept parameters: whether the game is superadditive, convex and
        balanced, the value of all, and the largest excess of a coalition over the nucleolus.
    values
        A row a coalition at the centre: members, value.
    """
    centre = centre_parameters(estimates, swept)
    values = coalition_values(cities, centre)
    rng = np.random.default_rng(seed)
    drawn = [
        replace(centre, rho=min(rho, 0.95), backwash=backwash)
        for rho, backwash in zip(
            rng.normal(*estimates["rho"], draws),
            rng.normal(*estimates["backwash"], draws),
            strict=True,
        )
    ]
    frames = [
        _shares(cities, values, [coalition_values(cities, p) for p in drawn], confidence),
        _reference_shares(cities, population),
        _properties(cities, centre, drawn, confidence),
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
    return pd.concat(frames, ignore_index=True), _sweep(cities, centre, swept), table


SOLUTIONS = {"shapley": shapley_value, "nucleolus": nucleolus, "gately": gately_value}


def _solve(cities: Cities, values: np.ndarray, name: str) -> np.ndarray:
    try:
        return solution_shares(SOLUTIONS[name](cities.codes, values)).to_numpy()
    except EstimationError:  # no gain to share
        return np.full(len(cities.codes), np.nan)


def _shares(
    cities: Cities, values: np.ndarray, drawn: list[np.ndarray], confidence: float
) -> pd.DataFrame:
    tail = 50 * (1 - confidence)
    frames = []
    for name in SOLUTIONS:
        point = _solve(cities, values, name)
        some = drawn if name != "nucleolus" else drawn[:: max(1, len(drawn) // 100)]
        sample = np.array([_solve(cities, v, name) for v in some if v[-1] > 0])
        rows = []
        for place, code in enumerate(cities.codes):
            row = {"term": code, "estimate": point[place]}
            if len(sample) and np.isfinite(point[place]):
                low, high = np.nanpercentile(sample[:, place], [tail, 100 - tail])
                row |= {
                    "std_error": float(np.nanstd(sample[:, place])),
                    "conf_low": min(low, point[place]),
                    "conf_high": max(high, point[place]),
                }
            rows.append(row)
        frames.append(
            tidy(
                rows,
                analysis="coalition_shares",
                spec=name,
                sample="zone",
                outcome="share of the gain",
                n_obs=len(sample),
                n_units=len(cities.codes),
                estimator=f"{name}, calibrated",
                cov_type="draws of rho and backwash",
                note="draws in which all together gain nothing are left out",
            )
        )
    return pd.concat(frames, ignore_index=True)


def _reference_shares(cities: Cities, population: np.ndarray) -> pd.DataFrame:
    frames = []
    for spec, sizes in (("gdp", cities.output), ("population", population)):
        rows = [
            {"term": code, "estimate": share}
            for code, share in zip(cities.codes, sizes / sizes.sum(), strict=True)
        ]
        frames.append(
            tidy(
                rows,
                analysis="coalition_shares",
                spec=spec,
                sample="zone",
                outcome="share of the total",
                n_units=len(cities.codes),
                estimator="figures",
            )
        )
    return pd.concat(frames, ignore_index=True)


def _properties(
    cities: Cities, centre: GainParameters, drawn: list[GainParameters], confidence: float
) -> pd.DataFrame:
    """Value of all and of part coalitions, and the share of draws in which each property holds."""
    tail = 50 * (1 - confidence)
    masks = _named_coalitions(cities)
    point = coalition_values(cities, centre)
    sample = np.array([coalition_values(cities, p) for p in drawn])
    rows = []
    for name, mask in masks.items():
        low, high = np.percentile(sample[:, mask], [tail, 100 - tail])
        rows.append(
            {
                "term": f"value.{name}",
                "estimate": point[mask],
                "std_error": float(sample[:, mask].std(ddof=1)),
                "conf_low": min(low, point[mask]),
                "conf_high": max(high, point[mask]),
                "note": f"{bin(mask).count('1')} cities",
            }
        )
    checks = {
        "superadditive": lambda v: superadditive(cities.codes, v),
        "convex": lambda v: convex(cities.codes, v),
        "core": lambda v: balanced(cities.codes, v).balanced,
    }
    some = sample[:: max(1, len(sample) // 100)]
    for name, check in checks.items():
        share = float(np.mean([check(v) for v in some]))
        rows.append(
            {
                "term": name,
                "estimate": float(check(point)),
                "statistic": share,
                "note": f"holds in {100 * share:.0f}% of {len(some)} draws",
            }
        )
        rows.append({"term": f"{name}_share", "estimate": share, "n_obs": len(some)})
    disrupt = propensity_to_disrupt(cities.codes, point, shapley_value(cities.codes, point))
    rows += [{"term": f"disrupt.{code}", "estimate": value} for code, value in disrupt.items()]
    return tidy(
        rows,
        analysis="coalition",
        spec="centre",
        sample="zone",
        outcome="per cent of output a year",
        n_units=len(cities.codes),
        n_obs=len(sample),
        estimator="coalition game, calibrated",
        cov_type="draws of rho and backwash",
    )


def _named_coalitions(cities: Cities) -> dict[str, int]:
    """Coalitions that are asked about: all, without each, a province's, pairs with the core."""
    n = len(cities.codes)
    everyone = 2**n - 1
    named = {"all": everyone}
    home = cities.provinces[cities.core]
    named["home_province"] = sum(1 << i for i in range(n) if cities.provinces[i] == home)
    named["without_core"] = everyone ^ (1 << cities.core)
    for i, code in enumerate(cities.codes):
        if i != cities.core:
            named[f"core_and_{code}"] = (1 << cities.core) | (1 << i)
            named[f"without_{code}"] = everyone ^ (1 << i)
    return named


def _sweep(cities: Cities, centre: GainParameters, swept: Mapping) -> pd.DataFrame:
    rows = []
    for point in product(*(swept[name] for name in SWEPT)):
        parameters = replace(centre, **dict(zip(SWEPT, point, strict=True)))
        values = coalition_values(cities, parameters)
        best = int(values.argmax())
        rows.append(
            dict(zip(SWEPT, point, strict=True))
            | {
                "value": values[-1],
                "superadditive": int(superadditive(cities.codes, values)),
                "convex": int(convex(cities.codes, values)),
                "core": int(balanced(cities.codes, values).balanced),
                "best_value": values[best],
                "best_size": best.bit_count(),
                "best": " ".join(c for i, c in enumerate(cities.codes) if best >> i & 1),
            }
        )
    return pd.DataFrame(rows)
