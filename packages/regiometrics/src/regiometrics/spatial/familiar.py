"""Names of linearmodels for what results have under our own, where the meaning is the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd


class TestStatistic(pd.Series):
    """A test: statistic, df, p_value, which linearmodels calls `stat`, `df` and `pval`.

    Examples
    --------
    >>> test = TestStatistic({"statistic": 3.84, "df": 1, "p_value": 0.05}, dtype=object)
    >>> float(test.stat), float(test.pval)
    (3.84, 0.05)
    """

    __test__ = False  # no test of pytest's

    @property
    def _constructor(self) -> type[pd.Series]:
        return pd.Series

    @property
    def stat(self) -> float:
        """The statistic."""
        return float(self["statistic"])

    @property
    def pval(self) -> float:
        """The p-value."""
        return float(self["p_value"])


class FamiliarNames:
    """What users of linearmodels type, on a result with `resids`, `fitted` and `_effects_name`."""

    @property
    def wresids(self: Any) -> pd.Series:
        """Residuals; observations have no weights, so that these are `resids`."""
        return self.resids

    @property
    def idiosyncratic(self: Any) -> pd.DataFrame:
        """Residuals in linearmodels' form, a frame."""
        return self.resids.rename("idiosyncratic").to_frame()

    @property
    def resid_ss(self: Any) -> float:
        """Sum of squared residuals."""
        return float(np.nansum(np.square(self.resids.to_numpy())))

    @property
    def rsquared_inclusive(self: Any) -> float:
        """One minus the residuals' share of the variance, effects included: `rsquared` here."""
        return self.rsquared

    @property
    def f_statistic_robust(self: Any) -> pd.Series:
        """The F statistic under the covariance of the result: `f_statistic` here."""
        return self.f_statistic

    @property
    def included_effects(self: Any) -> list[str]:
        """The fixed effects: "Entity", "Time" or both."""
        both = {"unit": ["Entity"], "time": ["Time"], "twoway": ["Entity", "Time"]}
        return both.get(self._effects_name(), [])

    @property
    def entity_info(self: Any) -> pd.Series:
        """Observations per unit: mean, median, max, min and the number of units."""
        return _counts(self.resids, 0, "Observations per entity")

    @property
    def time_info(self: Any) -> pd.Series:
        """Observations per period: mean, median, max, min and the number of periods."""
        return _counts(self.resids, 1, "Observations per time period")


def _counts(resids: pd.Series, level: int, name: str) -> pd.Series:
    counts = resids.dropna().groupby(level=level).size()
    return pd.Series(
        {
            "mean": counts.mean(),
            "median": counts.median(),
            "max": counts.max(),
            "min": counts.min(),
            "total": len(counts),
        },
        name=name,
    )
