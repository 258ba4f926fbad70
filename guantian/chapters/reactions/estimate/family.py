"""Tests of a whole family at once: Romano and Wolf's, by a joint bootstrap."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def romano_wolf(
    tests: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]], draws: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Step-down adjusted p-values of slopes that share clusters, by a joint wild bootstrap.

    Parameters
    ----------
    tests
        For each slope: outcome and regressor, both cleared of effects and other regressors
        (Frisch and Waugh), shape (N,), and cluster labels, shape (N,), drawn from one set.
    draws, seed
        Of the bootstrap: one Rademacher sign a cluster, the same in all tests, so that the
        dependence between them is kept. The null is imposed.

    Returns
    -------
    single, adjusted : ndarray, shape (m,)
        Symmetric bootstrap p-values, alone and for the family.

    Notes
    -----
    Romano and Wolf (2005, 2016), with the wild cluster bootstrap of Cameron, Gelbach and Miller
    (2008). A regressor cleared of the effects is orthogonal to them, so that the slope of a
    draw is exact; its standard error leaves out the effects' share of the draw's residuals.

    Raises
    ------
    ValueError
        If there is no test.
    """
    if not tests:
        raise ValueError("There is no test in the family; expected one or more.")
    names = np.unique(np.concatenate([labels for *_, labels in tests]))
    signs = np.random.default_rng(seed).choice((-1.0, 1.0), size=(draws, len(names)))
    actual, drawn = np.empty(len(tests)), np.empty((len(tests), draws))
    for m, (y, x, labels) in enumerate(tests):
        place = np.searchsorted(names, labels)
        scores = np.bincount(place, x * y, len(names))
        sizes = np.bincount(place, x * x, len(names))
        actual[m] = _t(scores[None], sizes)[0]
        drawn[m] = _t(signs * scores, sizes)
    return _adjust(np.abs(actual), np.abs(drawn))


def _t(scores: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    slope = scores.sum(axis=1) / sizes.sum()
    residual = scores - slope[:, None] * sizes
    return scores.sum(axis=1) / np.sqrt((residual**2).sum(axis=1))


def _adjust(actual: np.ndarray, drawn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    draws = drawn.shape[1]
    single = (1 + (drawn >= actual[:, None]).sum(axis=1)) / (draws + 1)
    adjusted, running = np.empty(len(actual)), 0.0
    order = np.argsort(-actual, kind="stable")
    for step, test in enumerate(order):
        largest = drawn[order[step:]].max(axis=0)
        running = max(running, (1 + (largest >= actual[test]).sum()) / (draws + 1))
        adjusted[test] = running
    return single, adjusted
