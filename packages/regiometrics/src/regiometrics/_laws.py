"""Normal, t, chi-squared and F laws from scipy.special: scipy.stats takes a second to import.

Their methods take the arguments of those of scipy.stats and give the same numbers bit for bit; as
there, ``norm()`` and ``t(df)`` are laws whose parameters are set. What is not here is imported from
scipy.stats where it is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special


class _Normal:
    """Standard normal law."""

    def __call__(self) -> _Normal:
        return self

    def cdf(self, x: Any) -> Any:
        return special.ndtr(np.asarray(x))

    def sf(self, x: Any) -> Any:
        return special.ndtr(-np.asarray(x))

    def ppf(self, q: Any) -> Any:
        return special.ndtri(np.asarray(q))

    def isf(self, q: Any) -> Any:
        return -special.ndtri(np.asarray(q))


class _Student:
    """Student's law; unlimited degrees of freedom give the normal one."""

    def __call__(self, df: Any) -> _StudentOf:
        return _StudentOf(df)

    def cdf(self, x: Any, df: Any) -> Any:
        return special.stdtr(df, np.asarray(x))

    def sf(self, x: Any, df: Any) -> Any:
        return special.stdtr(df, -np.asarray(x))

    def ppf(self, q: Any, df: Any) -> Any:
        q = np.asarray(q)
        found = special.stdtrit(df, q)  # gives the upper end for a share of zero
        return np.where((q == 0) & ~np.isnan(found), -np.inf, found)[()]

    def isf(self, q: Any, df: Any) -> Any:
        return -self.ppf(q, df)


@dataclass(frozen=True)
class _StudentOf:
    """Student's law with given degrees of freedom."""

    df: Any

    def cdf(self, x: Any) -> Any:
        return t.cdf(x, self.df)

    def sf(self, x: Any) -> Any:
        return t.sf(x, self.df)

    def ppf(self, q: Any) -> Any:
        return t.ppf(q, self.df)

    def isf(self, q: Any) -> Any:
        return t.isf(q, self.df)


class _ChiSquared:
    """Chi-squared law."""

    def sf(self, x: Any, df: Any) -> Any:
        df = np.asarray(df, dtype=float)
        return np.where(df > 0, special.chdtrc(df, np.maximum(x, 0)), np.nan)[()]

    def ppf(self, q: Any, df: Any) -> Any:
        df = np.asarray(df, dtype=float)
        return np.where(df > 0, 2 * special.gammaincinv(df / 2, np.asarray(q)), np.nan)[()]


class _Fisher:
    """Fisher's law with limited degrees of freedom."""

    def sf(self, x: Any, dfn: Any, dfd: Any) -> Any:
        return special.fdtrc(dfn, dfd, np.maximum(x, 0))


norm, t, chi2, f = _Normal(), _Student(), _ChiSquared(), _Fisher()
