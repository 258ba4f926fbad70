"""Joint membership of approved zones on earlier gaps in output per head (claim S2.4)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from guantian.chapters.linkage.estimate.calibration import (
    Calibration,
    calibrate,
    described,
    inferred,
)
from guantian.chapters.linkage.estimate.placebo_draws import turned
from guantian.chapters.linkage.estimate.prediction import known_draws
from guantian.chapters.linkage.estimate.primary_inputs import Primary
from guantian.chapters.linkage.estimate.regressors import together
from regiometrics.gravity.grid import Array
from regiometrics.inference import inference_row

Row = dict[str, Any]
CLAIM, TERM, OUTCOME = "S2.4", "output_gap", "same_zone"
MARGINAL = "logit, average marginal effect"
SEED = 42
STEPS = 50


@dataclass(frozen=True)
class Pairs:
    """Pairs of cities, each once.

    Attributes
    ----------
    one, other
        Positions of the two cities, shape (p,).
    n_cities
        The number of cities.
    """

    one: NDArray[np.intp]
    other: NDArray[np.intp]
    n_cities: int

    def cities(self) -> Array:
        """Say which city is in which pair, shape (p, n)."""
        found = np.zeros((len(self.one), self.n_cities))
        rows = np.arange(len(self.one))
        found[rows, self.one] = found[rows, self.other] = 1.0
        return found

    def meat(self, scores: Array) -> Array:
        """Sum scores over every two pairs that share a city (Aronow, Samii and Assenova 2015).

        Parameters
        ----------
        scores
            Shape (p, k).
        """
        city = np.zeros((self.n_cities, scores.shape[1]))
        np.add.at(city, self.one, scores)
        np.add.at(city, self.other, scores)
        factor = self.used / (self.used - 1)
        return factor * (city.T @ city - scores.T @ scores)

    @property
    def used(self) -> int:
        """The number of cities that are in a pair."""
        return len(np.union1d(self.one, self.other))


def average_effect(y: Array, X: Array, pairs: Pairs) -> tuple[float, float]:
    """Return the average marginal effect of the first regressor in a logit, and its error.

    Parameters
    ----------
    y
        Zero or one, shape (p,).
    X
        Regressors, shape (p, k); the last is a constant.
    pairs
        Pairs that the rows are.

    Returns
    -------
    effect, error : float
        In probability per unit of the regressor; dyadic, by the delta method.
    """
    params = np.zeros(X.shape[1])
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-np.clip(X @ params, -30, 30)))
        information = (X * (p * (1 - p))[:, None]).T @ X
        step = np.linalg.solve(information, X.T @ (y - p))
        params = params + step
        if np.abs(step).max() < 1e-10:
            break
    slope = p * (1 - p)
    bread = np.linalg.inv((X * slope[:, None]).T @ X)
    cov = bread @ pairs.meat(X * (y - p)[:, None]) @ bread
    gradient = params[0] * (slope * (1 - 2 * p)) @ X / len(y)
    gradient[0] += slope.mean()
    return float(params[0] * slope.mean()), float(np.sqrt(max(gradient @ cov @ gradient, 0.0)))


def column_space(controls: Array) -> Array:
    """Return an orthonormal basis of the controls' columns, shape (p, rank).

    Columns that others explain, such as a constant beside the cities of pairs, cost nothing.
    """
    left, values, _ = np.linalg.svd(controls, full_matrices=False)
    return left[:, values > 1e-10 * values[0]]


def linear_effect(y: Array, x: Array, basis: Array, pairs: Pairs) -> tuple[float, float]:
    """Return the coefficient of a regressor by least squares, and its dyadic error.

    Parameters
    ----------
    y, x
        Outcome and regressor, shape (p,).
    basis
        Of the controls, as `column_space` gives it.
    pairs
        Pairs that the rows are.
    """
    x, y = (each - basis @ (basis.T @ each) for each in (x, y))
    slope = x @ y / (x @ x)
    meat = pairs.meat((x * (y - slope * x))[:, None])[0, 0]
    return float(slope), float(np.sqrt(max(meat, 0.0)) / (x @ x))


def membership_rows(
    data: Primary, approved: Mapping[str, Collection[str]], sets: pd.DataFrame
) -> Iterator[Row]:
    """Estimate whether neighbours with an earlier gap in output are less often in one zone.

    Adjacent pairs; outcome: both are members of one approved zone. The gap is the absolute
    difference of mean log output per head, before the first approval. Controls: one province, log
    distance, the pair's mean log output. The primary is a linear probability model with an effect
    per city, which compares the neighbours of one city. The logit without these effects, which the
    protocol named, is secondary: its expected error puts the minimum detectable effect at three
    times the smallest effect of interest, that with city effects at less than twice. Size and
    expected error come from turned maps of output (`turned`), the true gap kept in the model as a
    control. Falsification: how often geography alone puts the pair in one placebo zone, in place
    of the approved zones, scaled to the same mean.

    Parameters
    ----------
    data
        Cities, gaps, provinces and distances.
    approved
        Members of each approved zone.
    sets
        Placebo zones of the study.

    Yields
    ------
    dict
        Estimates of the analyses ``primary``, ``secondary`` and ``falsification``.
    """
    together_in = together(approved.values(), data.grid.codes)
    frequency = placebo_frequency(data, sets)
    key = {"variant": CLAIM, "sample": "china", "term": TERM, "outcome": OUTCOME}
    pairs, gap, controls = _sample(data, np.nan_to_num(data.grid.regressors["adjacent"]) > 0)
    y = together_in[pairs.one, pairs.other]
    df = pairs.used - 1
    counts = {"n_obs": len(y), "n_units": pairs.used, "n_clusters": pairs.used, "df": df}
    basis = column_space(np.column_stack([controls, pairs.cities()]))
    own = column_space(np.column_stack([gap, controls, pairs.cities()]))
    placebos = _placebos(data, pairs, lambda placebo: linear_effect(y, placebo, own, pairs))
    calibration = calibrate(*placebos, df)
    yield {
        **key,
        **counts,
        "analysis": "primary",
        "effect": "cities",
        "estimator": "linear probability model with city effects",
        **inferred(*linear_effect(y, gap, basis, pairs), df, calibration, data.confidence),
        **described(calibration, "dyadic"),
    }
    often = frequency[pairs.one, pairs.other]
    found = linear_effect(often * y.mean() / often.mean(), gap, basis, pairs)
    yield {**key, **counts, "analysis": "falsification", "effect": "cities"} | {
        "outcome": "same_placebo_zone",
        "estimator": "linear probability model with city effects",
        **_scaled(found, calibration, data.confidence, df),
    }
    logit = calibrate(
        *_placebos(
            data,
            pairs,
            lambda placebo: average_effect(y, np.column_stack([placebo, gap, controls]), pairs),
            "secondary",
        ),
        df,
    )
    yield {
        **key,
        **counts,
        "analysis": "secondary",
        "method": "logit",
        "estimator": MARGINAL,
        **inferred(
            *average_effect(y, np.column_stack([gap, controls]), pairs),
            df,
            logit,
            data.confidence,
        ),
        **described(logit, "dyadic"),
    }
    found = linear_effect(y, gap, column_space(controls), pairs)
    yield {**key, **counts, "analysis": "secondary", "method": "linear"} | {
        "estimator": "linear probability model",
        **_scaled(found, logit, data.confidence, df),
    }
    wide_km = data.options["wide_km"]
    pairs, gap, controls = _sample(data, data.distance <= wide_km)
    y = together_in[pairs.one, pairs.other]
    found = average_effect(y, np.column_stack([gap, controls]), pairs)
    yield {**key, "analysis": "secondary", "method": "wide_pairs", "parameter": "wide_km"} | {
        "setting": wide_km,
        "estimator": MARGINAL,
        "n_obs": len(y),
        "n_units": pairs.used,
        "n_clusters": pairs.used,
        "df": pairs.used - 1,
        **_scaled(found, logit, data.confidence, pairs.used - 1),
    }


def _sample(data: Primary, chosen: NDArray[np.bool_]) -> tuple[Pairs, Array, Array]:
    """Pairs, their gap, and the controls with a constant."""
    regressors = data.grid.regressors
    gap = regressors["output_gap"]
    usable = chosen & np.isfinite(gap) & np.isfinite(regressors["log_distance"])
    one, other = np.nonzero(np.triu(usable, 1))
    pairs = Pairs(one, other, len(data.grid.codes))
    level = (data.output[one] + data.output[other]) / 2
    columns = [
        regressors["same_province"][one, other],
        regressors["log_distance"][one, other],
        level,
        np.ones(len(one)),
    ]
    return pairs, gap[one, other], np.column_stack(columns)


def _placebos(
    data: Primary,
    pairs: Pairs,
    effect: Callable[[Array], tuple[float, float]],
    analysis: str = "primary",
) -> tuple[Array, Array]:
    """Estimates and errors of gaps of turned maps."""
    known = np.flatnonzero(np.isfinite(data.output))
    found, output = [], np.full(len(data.output), np.nan)
    for taken in turned(data.places[known], data.draws(analysis), data.random(SEED)):
        output[known] = data.output[known][taken]
        found.append(effect(np.abs(output[pairs.one] - output[pairs.other])))
    estimates, errors = np.array(found).T
    return estimates, errors


def placebo_frequency(data: Primary, sets: pd.DataFrame) -> Array:
    """Return in what share of placebo zones two cities are together, shape (n, n).

    Parameters
    ----------
    data
        Cities.
    sets
        Placebo zones of the study, of which the set ``main`` is used.
    """
    draws = known_draws(data.grid.codes, sets, "main")
    member = np.zeros((len(draws), len(data.grid.codes)))
    member[np.arange(len(draws))[:, None], draws] = 1.0
    return member.T @ member / len(draws)


def _scaled(
    found: tuple[float, float], calibration: Calibration, confidence: float, df: int
) -> Row:
    estimate, error = found
    return {
        **inference_row(estimate, error * calibration.factor, confidence, df),
        "cov_type": described(calibration, "dyadic")["cov_type"],
    }
