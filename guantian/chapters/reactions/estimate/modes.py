"""Modes of competition by city and by pair: one rule, with the probability of each mode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from guantian.chapters.reactions.estimate.names import MODES


@dataclass(frozen=True)
class Estimated:
    """What the draws of one expenditure start from.

    Attributes
    ----------
    slope, slope_error : Series
        Slope of the reaction by side (inside, across) and its error, by instruments.
    spillover, spillover_error : Series
        Association of the rivals' expenditure with own growth, by side.
    """

    slope: pd.Series
    slope_error: pd.Series
    spillover: pd.Series
    spillover_error: pd.Series


def classify(
    slope: np.ndarray, spillover: np.ndarray, similar: np.ndarray, band: float
) -> np.ndarray:
    """Apply the rule; arrays broadcast.

    - |slope| at most the band: no response.
    - slope below minus the band: differentiated (one steps back where the other goes ahead).
    - slope above the band, and the rival's expenditure is associated with more own
      growth: cooperative.
    - slope above the band, and it is associated with no more or less: confrontational between
      cities that are similar, differentiated between others (they match expenditures but serve
      different lines).

    Returns
    -------
    ndarray of int
        Positions in `MODES`.

    Examples
    --------
    >>> [MODES[i] for i in classify(np.array([0.3, 0.3, -0.3, 0.0]), np.array([-1, 1, 0, 0]),
    ...                             np.array([True, True, True, True]), 0.1)]
    ['confrontational', 'cooperative', 'differentiated', 'no_response']
    """
    slope, spillover, similar = np.broadcast_arrays(slope, spillover, similar)
    return np.select(
        [np.abs(slope) <= band, slope < 0, spillover > 0, similar], [3, 1, 2, 0], default=1
    )


def year_blocks(years: int, length: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Moving blocks of years (Künsch 1989), shape (draws, years): positions drawn."""
    starts = rng.integers(0, years - length + 1, size=(draws, -(-years // length)))
    return (starts[..., None] + np.arange(length)).reshape(draws, -1)[:, :years]


def deviation_draws(
    values: np.ndarray, lags: np.ndarray, length: int, draws: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, float]:
    """Each city's slope minus the pooled one, shrunk, with draws from blocks of years.

    Parameters
    ----------
    values, lags : ndarray, shape (n, T)
        Cleaned outcomes and their rivals' means.
    length, draws
        Of the blocks of years; the same years are drawn for all cities, so that what binds
        cities in a year stays.
    rng
        Source of the draws.

    Returns
    -------
    shrunk, drawn : ndarray, shape (n,), (draws, n)
        Shrunk towards the pooled slope by the share of the variance between cities that is not
        the bootstrap's own (normal-normal empirical Bayes, moments as in DerSimonian and Laird).
    between : float
        The standard deviation of true slopes between cities.
    """
    top, bottom = values * lags, lags**2
    pooled = top.sum() / bottom.sum()
    enough = bottom.sum(axis=1) > 0
    raw = np.where(enough, _ratio(top.sum(axis=1), bottom.sum(axis=1)) - pooled, 0.0)
    chosen = year_blocks(values.shape[1], length, draws, rng)
    counts = np.stack([np.bincount(row, minlength=values.shape[1]) for row in chosen])
    tops, bottoms = counts @ top.T, counts @ bottom.T
    star = np.where(enough, _ratio(tops, bottoms), pooled)
    star = star - (tops.sum(axis=1) / bottoms.sum(axis=1))[:, None]
    noise = star.var(axis=0)
    between = max(0.0, float(np.median(raw[enough] ** 2 - noise[enough])))
    weight = np.where(enough, between / np.maximum(between + noise, 1e-300), 0.0)
    return weight * raw, weight * star, float(np.sqrt(between))


def mode_table(
    estimated: Estimated,
    cities: Sequence[str],
    deviations: np.ndarray,
    inside_share: np.ndarray,
    similarity: np.ndarray,
    pairs: pd.DataFrame,
    threshold: float,
    band: float,
    confidence: float,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Modes of cities and pairs, with their probabilities over the draws.

    Parameters
    ----------
    estimated
        Slopes and spillovers by side: estimated over China.
    cities
        Codes.
    deviations : ndarray, shape (draws, n)
        Of each city's slope, calibrated: shrunk co-movement, not identified by instruments.
    inside_share, similarity : ndarray, shape (n,)
        Share of a city's rivals in its own province; mean similarity of structure with its rivals.
    pairs
        ``code_a``, ``code_b``, ``same_province``, ``adjacent``, ``similarity`` of the pairs to
        be classified, both cities among `cities`.
    threshold
        Similarity from which cities count as similar.
    band
        Slopes within it are no response.
    confidence
        Of the slopes' intervals over the draws.
    rng
        Source of the draws.

    Returns
    -------
    cities, pairs : DataFrame
        Mean slope and spillover over the draws, similarity, one column per mode with its
        probability, ``mode`` (the most probable; missing where the similarity is not known).
    """
    draws = len(deviations)
    slope, spillover = {}, {}
    for side in ("inside", "across"):
        slope[side] = rng.normal(estimated.slope[side], estimated.slope_error[side], draws)
        spillover[side] = rng.normal(
            estimated.spillover[side], estimated.spillover_error[side], draws
        )

    def mixed(parts: dict[str, np.ndarray], share: np.ndarray) -> np.ndarray:
        return parts["inside"][:, None] * share + parts["across"][:, None] * (1 - share)

    city_frame = pd.DataFrame({"city_code": list(cities), "inside_share": inside_share})
    by_city = _probabilities(
        mixed(slope, inside_share) + deviations, mixed(spillover, inside_share), similarity,
        threshold, band, confidence,
    )  # fmt: skip
    index = pd.Index(cities)
    a, b = index.get_indexer(pairs["code_a"]), index.get_indexer(pairs["code_b"])
    same = pairs["same_province"].to_numpy(dtype="float64")
    by_pair = _probabilities(
        mixed(slope, same) + (deviations[:, a] + deviations[:, b]) / 2,
        mixed(spillover, same), pairs["similarity"].to_numpy(), threshold, band, confidence,
    )  # fmt: skip
    kept = pairs[["code_a", "code_b", "same_province", "adjacent"]].reset_index(drop=True)
    return city_frame.join(by_city), kept.join(by_pair)


def _probabilities(
    slope, spillover, similarity, threshold: float, band: float, confidence: float
) -> pd.DataFrame:
    tail = (1 - confidence) / 2
    kinds = classify(slope, spillover, similarity >= threshold, band)
    shares = {name: (kinds == place).mean(axis=0) for place, name in enumerate(MODES)}
    frame = pd.DataFrame(
        {
            "slope": slope.mean(axis=0),
            "slope_low": np.quantile(slope, tail, axis=0),
            "slope_high": np.quantile(slope, 1 - tail, axis=0),
            "spillover": spillover.mean(axis=0),
            "similarity": similarity,
            **shares,
        }
    )
    frame["mode"] = frame[list(MODES)].idxmax(axis=1)
    frame["probability"] = frame[list(MODES)].max(axis=1)
    unknown = np.isnan(similarity)
    frame.loc[unknown, "mode"] = None
    return frame


def _ratio(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    return np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)
