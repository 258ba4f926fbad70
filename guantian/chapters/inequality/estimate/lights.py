"""Growth of reported output and of night lights combined, each measured with error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Combination:
    """Reported growth z and lights' growth x combined.

    Attributes
    ----------
    growth : Series
        ``weight * z + (1 - weight) * fitted z``, by unit.
    weight : float
        Of reported growth.
    slope : float
        Of z on x: what a log point of lights predicts of reported growth.
    correlation : float
        Of z and x.
    signal_share : float
        Share of the variance of z that is true growth, as assumed.
    note : str
        Where the assumption and the data disagree.
    """

    growth: pd.Series
    weight: float
    slope: float
    correlation: float
    signal_share: float
    note: str


def combine_growth(reported: pd.Series, lights: pd.Series, signal_share: float) -> Combination:
    """Combine two measures of growth with errors that are independent of each other.

    Parameters
    ----------
    reported, lights : Series, shape (n,)
        Log growth over the same span of the same units.
    signal_share
        Var(true growth) / Var(reported growth), above 0 and at most 1. Nothing in the two series
        tells it: three moments, four unknowns. It is assumed, and to be varied.

    Returns
    -------
    Combination

    Raises
    ------
    ValueError
        Where a growth is missing, fewer than 10 units are given or the share is out of range.

    Notes
    -----
    Henderson, Storeygard and Weil (2012, equations 3 to 9): true growth y, reported z = y + e_z,
    lights x = b y + e_x, with e_z, e_x and y independent. Lights predict ``psi x``, psi being the
    slope of z on x; ``lambda z + (1 - lambda) psi x`` has the least error variance at
    ``lambda = v / (v + Var(e_z))`` with ``v = Var(y) (1 - r^2 / phi)``, which is
    ``(phi - r^2) / (1 - r^2)`` in the share phi and the correlation r. A share at or below
    r^2 says that lights alone are as good as can be: lambda is 0, and the note says so.
    Independence fails where the same fault (a population, a territory) enters both measures.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> true = pd.Series(rng.normal(size=2000))
    >>> z, x = true + rng.normal(size=2000), 0.5 * true + 0.3 * rng.normal(size=2000)
    >>> both = combine_growth(z, x, signal_share=0.5)
    >>> bool(np.var(both.growth - true) < min(np.var(z - true), 0.3**2 / 0.25))
    True
    """
    if not 0 < signal_share <= 1:
        raise ValueError(f"The share of signal is {signal_share}; expected above 0, at most 1.")
    z, x = reported.align(lights, join="outer")
    if len(z) < 10 or not (np.isfinite(z).all() and np.isfinite(x).all()):
        raise ValueError(
            f"{int((np.isfinite(z) & np.isfinite(x)).sum())} of {len(z)} units have both growth "
            "rates; all of at least 10 were expected."
        )
    slope = float(np.cov(z, x)[0, 1] / np.var(x, ddof=1))
    r = float(np.corrcoef(z, x)[0, 1])
    weight = (signal_share - r**2) / (1 - r**2)
    note = ""
    if weight <= 0:
        weight, note = 0.0, f"a share of signal of {signal_share:g} is below r2 = {r**2:.2f}"
    fitted = z.mean() + slope * (x - x.mean())
    return Combination(weight * z + (1 - weight) * fitted, weight, slope, r, signal_share, note)
