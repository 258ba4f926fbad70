"""Dispersion within a group of cities before and after, against placebo groups."""

from __future__ import annotations

from typing import Any

import numpy as np

from guantian.chapters.plan.estimate.design import Window, path_rows, ranked


def within_dispersion(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return the standard deviation over each group's members by period.

    Parameters
    ----------
    values
        Shape (units, periods).
    groups
        Boolean, shape (groups, units); at least two members each.

    Raises
    ------
    ValueError
        If a group has fewer than two members.
    """
    counts = groups.sum(axis=1, keepdims=True)
    if (counts < 2).any():
        raise ValueError("A group has fewer than two members; dispersion needs two.")
    weights = groups.astype(float)
    centre = values.mean(axis=0)
    total = weights @ (values - centre)
    squares = weights @ np.square(values - centre)
    return np.sqrt(np.maximum(squares - total**2 / counts, 0) / (counts - 1))


def dispersion_rows(window: Window, groups: np.ndarray, confidence: float) -> list[dict[str, Any]]:
    """Rows of the change of the zone's dispersion (first of the groups), ranked, and its path.

    The change is the mean after minus the mean before; the placebo groups' median change is what
    is taken off, as differences in differences would take off the mean.
    """
    series = within_dispersion(window.values, groups[:, window.keep])
    gaps = series - series[:, : window.before].mean(axis=1, keepdims=True)
    change = ranked(gaps[:, window.before :].mean(axis=1), groups[1:], confidence)
    common = {
        "estimator": "difference in differences of dispersion",
        "n_units": int((groups[0] & window.keep).sum()),
        "n_periods": len(window.years),
    }
    rows = [{"analysis": "effect", "term": "effect", **change, **common}]
    return rows + path_rows(gaps, window.years, confidence, common)
