"""Transforms along time, the same for all units, that take effects or common factors out.

They commute with spatial lags, so that the spatial model of the transformed data is the model
itself: unit means ("between"), first differences, and what is orthogonal to the cross-section
averages of outcome and regressors, which are proxies of unobserved common factors whose effect
differs from unit to unit (Pesaran 2006; with spatial lags Yang 2021).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from regiometrics.spatial.errors import SpecificationError, UnsupportedPanelError
from regiometrics.spatial.spacing import check_spacing

Array = np.ndarray
TRANSFORMS = ("between", "first-difference", "factors")
# Share of an average that the constant and other averages leave unexplained.
_SPANNED = 1e-8


def within_of(effects: str) -> str:
    """Effects that remain to be demeaned once a transform along time is made.

    What is orthogonal to cross-section averages has none: as with time effects, one dimension of
    the units is used up.
    """
    if effects == "factors":
        return "time"
    return "none" if effects in ("random", *TRANSFORMS) else effects


def along_time(
    y: Array, X: Array, periods: pd.Index, effects: str
) -> tuple[Array, Array, pd.Index]:
    """Transform outcome and regressors.

    Parameters
    ----------
    y : numpy.ndarray, shape (T, n)
        The outcome, one row per period.
    X : numpy.ndarray, shape (T, n, k)
        The regressors, one row per period.
    periods : pandas.Index
        The labels of the periods.
    effects : {"between", "first-difference", "factors"}
        The transform along time.

    Returns
    -------
    y, X : numpy.ndarray, shapes (S, n) and (S, n, k)
        S is 1, T - 1, or T minus one and the number of averages that are independent.
    periods : pandas.Index, length S
        The last period for "between"; for "factors" numbers, since each component is made of all
        periods.

    Raises
    ------
    UnsupportedPanelError
        If too few periods are left.
    """
    T = len(y)
    if effects == "between":
        return y.mean(axis=0)[None], X.mean(axis=0)[None], periods[-1:]
    if T < 2:
        raise UnsupportedPanelError(
            f"The panel has {T} period(s); expected at least two with effects '{effects}'."
        )
    if effects == "first-difference":
        check_spacing(periods)
        return np.diff(y, axis=0), np.diff(X, axis=0), periods[1:]
    F = _complement(y, X)
    name = "component" if periods.name is None else f"{periods.name}_component"
    k, S = X.shape[2], F.shape[1]
    if S < 2:
        raise UnsupportedPanelError(
            f"The panel has {T} periods and {T - S} averages are proxies of common factors; "
            "expected two periods more at least: fewer regressors or more periods."
        )
    out = (F.T @ X.reshape(T, -1)).reshape(S, y.shape[1], k)
    left = F.T @ y
    # What is left of a constant is rounding of the size of what was taken out.
    left[np.abs(left) <= 1e-12 * np.abs(y).max()] = 0.0
    return left, out, pd.RangeIndex(S, name=name)


def check_transform(effects: str, dynamic: str | None, serial: str | None) -> None:
    """Refuse time lags and serial correlation beside a transform along time."""
    if effects in TRANSFORMS and (dynamic is not None or serial is not None):
        raise SpecificationError(
            f"effects is '{effects}' with dynamic {dynamic!r} and serial {serial!r}; expected a "
            "static model: the transform mixes periods."
        )


def _complement(y: Array, X: Array) -> Array:
    """Orthonormal basis (T, S) of what is orthogonal to a constant and the averages."""
    T = len(y)
    averages = np.column_stack([y.mean(axis=1), X.mean(axis=1)])
    kept = [np.ones(T) / np.sqrt(T)]
    for column in averages.T:
        size = np.linalg.norm(column)
        rest = column
        for _ in range(2):
            rest = rest - sum((basis * (basis @ rest) for basis in kept), start=np.zeros(T))
        if size > 0 and np.linalg.norm(rest) > _SPANNED * size:
            kept.append(rest / np.linalg.norm(rest))
    Q = np.column_stack(kept)
    full, _ = np.linalg.qr(np.column_stack([Q, np.eye(T)]))
    return full[:, Q.shape[1] : T]
