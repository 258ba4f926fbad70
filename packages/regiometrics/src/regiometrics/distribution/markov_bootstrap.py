"""Intervals for what is computed from a Markov chain, by resampling units with their histories."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from regiometrics._arguments import confidence as check_confidence
from regiometrics._arguments import whole
from regiometrics.distribution.markov import markov_chain, state_codes
from regiometrics.errors import EstimationError

FEW_UNITS = 20  # below them the intervals are too short, and a warning says so


def bootstrap_chain(
    states: pd.DataFrame,
    statistic: Callable[[pd.DataFrame], pd.Series],
    draws: int = 999,
    seed: int = 0,
    confidence: float = 0.95,
    labels: Sequence | None = None,
) -> pd.DataFrame:
    """Resample units, with all their moves, and recompute a statistic.

    Parameters
    ----------
    states : DataFrame, shape (T, n)
        The states by period and unit, as for :func:`regiometrics.distribution.markov.markov_chain`.
    statistic
        A function of the transition probabilities that returns a Series, for instance
        :func:`regiometrics.distribution.markov.mobility` or ``ergodic_distribution``.
    draws, seed
        The number of resamples, and the seed of ``numpy.random.default_rng``.
    confidence
        The confidence level of the percentile intervals, between zero and one.
    labels
        The labels of the states, as for :func:`regiometrics.distribution.markov.markov_chain`.

    Returns
    -------
    DataFrame
        One row per element of the statistic: ``estimate``, ``std_error``, ``conf_low``,
        ``conf_high`` and ``draws``, the resamples in which it exists (a class may be left empty,
        or the long run may depend on the start).

    Raises
    ------
    ValueError
        Where the statistic does not exist for the units as they are, or in fewer than half of the
        resamples.

    Notes
    -----
    A block bootstrap over units: moves of one unit may depend on each other, those of different
    units may not. Shocks that neighbours share make the intervals too short.
    """
    draws, seed = whole("draws", draws, 2), whole("seed", seed, 0)
    confidence = check_confidence(confidence)
    if isinstance(states, pd.DataFrame) and states.shape[1] < FEW_UNITS:
        warnings.warn(
            f"{states.shape[1]} units are resampled: with fewer than {FEW_UNITS} intervals of 95% "
            "miss in 17% of samples.",
            stacklevel=2,
        )
    if not callable(statistic):
        raise ValueError(f"statistic is of type {type(statistic).__name__}; expected a function.")
    chain = markov_chain(states, labels)
    k = len(chain.counts)
    estimate = statistic(chain.probabilities)
    codes, _ = state_codes(states, labels)
    n = codes.shape[1]
    moves = np.arange(n) * k**2 + codes[:-1] * k + codes[1:]
    by_unit = np.bincount(moves.ravel(), minlength=n * k**2).reshape(n, k**2)
    rng = np.random.default_rng(seed)
    times = rng.multinomial(n, np.full(n, 1 / n), size=draws)
    results = []
    counts = (times @ by_unit).reshape(draws, k, k)
    with np.errstate(invalid="ignore"):  # a state that is never left has no probabilities
        probabilities = counts / counts.sum(axis=2, keepdims=True)
    for drawn in probabilities:
        try:
            frame = pd.DataFrame(drawn, chain.counts.index, chain.counts.columns)
            results.append(statistic(frame).to_numpy())
        except EstimationError:  # no long run in this resample
            continue
    if len(results) < draws / 2:
        raise EstimationError(f"The statistic exists in {len(results)} of {draws} resamples only.")
    drawn_values = np.array(results)
    tail = (1 - confidence) / 2
    return pd.DataFrame(
        {
            "estimate": estimate,
            "std_error": drawn_values.std(axis=0, ddof=1),
            "conf_low": np.quantile(drawn_values, tail, axis=0),
            "conf_high": np.quantile(drawn_values, 1 - tail, axis=0),
            "draws": len(results),
        },
        index=estimate.index,
    )
