"""A zone's flows predicted without the zone's own pairs, and the same for placebo zones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from regiometrics._arguments import confidence as check_confidence
from regiometrics._arguments import numbers
from regiometrics.gravity.grid import Array, FlowGrid
from regiometrics.gravity.network import check_zones
from regiometrics.gravity.ppml import PoissonFit, poisson

PARTS = ("all", "without_core", "across_border")


def predict_left_out(grid: FlowGrid, fit: PoissonFit, zone: Sequence[int]) -> Array:
    """Refit without the pairs inside a zone and predict them, shape (size, size)."""
    zone = check_zones([zone], len(grid.codes))[0]
    inside = np.zeros_like(grid.off_diagonal)
    inside[np.ix_(zone, zone)] = True
    again = poisson(grid, fit.names, fit.mask & ~inside, start=fit, errors=False)
    return again.predict(grid)[np.ix_(zone, zone)]


def predict_left_out_fast(grid: FlowGrid, fit: PoissonFit, zones: Array) -> Array:
    """Predict the pairs inside each zone without them, in closed form, shape (d, size, size).

    Coefficients and the effects of the other cities stay as fitted with all pairs; the effect of a
    member solves its own first-order condition over the pairs that leave the zone, sum of fitted =
    sum of seen. A zone is a few of some hundred cities, so that the rest hardly moves; how much
    it does is shown by exact refits of some of the zones.

    Parameters
    ----------
    grid, fit
        Flows, and the model fitted to all pairs.
    zones
        Positions in the grid, shape (d, size).
    """
    zones = check_zones(zones, len(grid.codes))
    counted = fit.mask.astype("float64")
    seen, fitted = grid.flow * counted, fit.fitted
    rows, columns = zones[:, :, None], zones[:, None, :]
    seen_in, fitted_in = seen[rows, columns], fitted[rows, columns]
    with np.errstate(divide="ignore", invalid="ignore"):
        out = (seen.sum(axis=1)[zones] - seen_in.sum(axis=2)) / (
            fitted.sum(axis=1)[zones] - fitted_in.sum(axis=2)
        )
        into = (seen.sum(axis=0)[zones] - seen_in.sum(axis=1)) / (
            fitted.sum(axis=0)[zones] - fitted_in.sum(axis=1)
        )
    return fitted_in * out[:, :, None] * into[:, None, :]


def log_ratios(grid: FlowGrid, zones: Array, predicted: Array, province: Array) -> dict:
    """Return the log of flow seen over flow predicted within each zone, by `PARTS`.

    Parameters
    ----------
    grid
        The grid of flows.
    zones
        Positions, shape (d, size).
    predicted
        Shape (d, size, size).
    province
        Province of each city, shape (n,).

    Returns
    -------
    dict
        Part to values, shape (d,). The core of a zone is the member that sends and receives most
        in the nation; a zone within one province has no border, and its value is missing.
    """
    zones = check_zones(zones, len(grid.codes))
    predicted = numbers(
        "predicted", predicted, (*zones.shape, zones.shape[1]), missing=True, infinite=True
    )
    province = np.asarray(province)
    if province.shape != (len(grid.codes),):
        raise ValueError(
            f"province has shape {province.shape}; expected one for each of {len(grid.codes)} "
            "cities."
        )
    size = zones.shape[1]
    seen = grid.flow[zones[:, :, None], zones[:, None, :]]
    strength = (grid.flow.sum(axis=0) + grid.flow.sum(axis=1))[zones]
    is_core = np.arange(size) == strength.argmax(axis=1)[:, None]
    other = ~np.eye(size, dtype=bool)
    belongs = province[zones]
    parts = {
        "all": np.broadcast_to(other, seen.shape),
        "without_core": other & ~is_core[:, :, None] & ~is_core[:, None, :],
        "across_border": belongs[:, :, None] != belongs[:, None, :],
    }
    with np.errstate(divide="ignore", invalid="ignore"):
        values = {
            name: np.log(np.where(chosen, seen, 0).sum(axis=(1, 2)))
            - np.log(np.where(chosen, predicted, 0).sum(axis=(1, 2)))
            for name, chosen in parts.items()
        }
    return {name: np.where(np.isfinite(value), value, np.nan) for name, value in values.items()}


def zone_pairs(
    grid: FlowGrid,
    zone: Sequence[int],
    predicted: Array,
    placebo: Array,
    placebo_predicted: Array,
    confidence: float,
) -> pd.DataFrame:
    """Give each pair of the zone its flow seen, predicted, and the range of such predictions.

    The range is predicted times the quantiles of seen over predicted among the pairs inside
    placebo zones with the same standing (same province or not, adjacent or not): what pairs that
    were left out in the same way turned out to be.

    Parameters
    ----------
    grid
        Flows, and the regressors ``log_distance``, ``adjacent``, ``same_province``.
    zone, predicted
        Positions of the members, and their pairs' predicted flow, shape (size, size).
    placebo, placebo_predicted
        Positions, shape (d, size), and predicted flows, shape (d, size, size).
    confidence
        The confidence level of the range, between zero and one.
    """
    confidence = check_confidence(confidence)
    zone = check_zones([zone], len(grid.codes))[0]
    placebo = check_zones(placebo, len(grid.codes))
    predicted = numbers("predicted", predicted, (len(zone),) * 2, missing=True, infinite=True)
    placebo_predicted = numbers(
        "placebo_predicted",
        placebo_predicted,
        (*placebo.shape, placebo.shape[1]),
        missing=True,
        infinite=True,
    )
    one, other = np.triu_indices(len(zone), 1)
    a, b = np.asarray(zone)[one], np.asarray(zone)[other]
    both = predicted + predicted.T
    frame = pd.DataFrame(
        {
            "code_a": np.asarray(grid.codes)[a],
            "code_b": np.asarray(grid.codes)[b],
            "distance_km": np.exp(grid.regressors["log_distance"][a, b]),
            "adjacent": grid.regressors["adjacent"][a, b].astype("int64"),
            "same_province": grid.regressors["same_province"][a, b].astype("int64"),
            "flow_a_to_b": grid.flow[a, b],
            "flow_b_to_a": grid.flow[b, a],
            "flow": grid.flow[a, b] + grid.flow[b, a],
            "predicted_a_to_b": predicted[one, other],
            "predicted_b_to_a": predicted[other, one],
            "predicted": both[one, other],
        }
    )
    drawn = _placebo_pairs(grid, placebo, placebo_predicted)
    tail = (1 - confidence) / 2
    quantiles = drawn.groupby(["adjacent", "same_province"])["log_ratio"].quantile([tail, 1 - tail])
    quantiles = quantiles.unstack().set_axis(["low", "high"], axis=1)
    reach = frame[["adjacent", "same_province"]].join(quantiles, on=["adjacent", "same_province"])
    return frame.assign(
        predicted_low=frame["predicted"] * np.exp(reach["low"]),
        predicted_high=frame["predicted"] * np.exp(reach["high"]),
        ratio=frame["flow"] / frame["predicted"],
        ratio_low=frame["flow"] / (frame["predicted"] * np.exp(reach["high"])),
        ratio_high=frame["flow"] / (frame["predicted"] * np.exp(reach["low"])),
    )


def _placebo_pairs(grid: FlowGrid, zones: Array, predicted: Array) -> pd.DataFrame:
    """Log of seen over predicted of the unordered pairs inside placebo zones, each pair once."""
    one, other = np.triu_indices(np.shape(zones)[1], 1)
    a, b = zones[:, one].ravel(), zones[:, other].ravel()
    expected = (predicted[:, one, other] + predicted[:, other, one]).ravel()
    seen = grid.flow[a, b] + grid.flow[b, a]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log(seen / expected)
    frame = pd.DataFrame(
        {
            "a": a,
            "b": b,
            "adjacent": grid.regressors["adjacent"][a, b],
            "same_province": grid.regressors["same_province"][a, b],
            "log_ratio": ratio,
        }
    )
    frame = frame[np.isfinite(frame["log_ratio"])]
    # A pair that many placebo zones hold counts once, at its mean.
    return frame.groupby(["a", "b"], as_index=False).mean()
