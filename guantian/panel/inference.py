"""What every fitted panel model says of its estimates: errors, statistics, intervals, one table."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from guantian.panel.options import check_level


def inference_row(
    estimate: float,
    error: float,
    confidence: float,
    df: float = np.inf,
    null: float = 0.0,
) -> dict[str, float]:
    """Lay out an estimate and its error in the columns of `guantian.estimates`.

    Parameters
    ----------
    estimate, error
        An error of nought or less, or a missing one, leaves statistic and p-value missing.
    confidence
        Of the interval.
    df
        Degrees of freedom of the t distribution; normal where infinite.
    null
        The value against which the statistic and the two-sided p-value test.

    Examples
    --------
    >>> row = inference_row(1.0, 0.5, 0.95)
    >>> [round(row[name], 3) for name in ("statistic", "p_value", "conf_low", "conf_high")]
    [2.0, 0.046, 0.02, 1.98]
    """
    # The functions themselves: scipy's distributions cost forty times as much for one number.
    level = 0.5 + confidence / 2
    reach = (ndtri(level) if np.isinf(df) else stdtrit(df, level)) * error
    statistic = (estimate - null) / error if error > 0 else np.nan
    tail = abs(statistic)
    return {
        "estimate": float(estimate),
        "std_error": float(error),
        "statistic": float(statistic),
        "p_value": float(2 * (ndtr(-tail) if np.isinf(df) else stdtr(df, -tail))),
        "conf_low": float(estimate - reach),
        "conf_high": float(estimate + reach),
    }


class Inference:
    """Inference from named estimates and their covariance.

    A result class inherits this and has ``params`` (Series) and ``cov`` (DataFrame on the same
    labels). The reference distribution is normal unless the class says otherwise.
    """

    params: pd.Series
    cov: pd.DataFrame

    @property
    def _distribution(self) -> stats.rv_continuous:
        """Distribution of an estimate over its error."""
        return stats.norm()

    @property
    def std_errors(self) -> pd.Series:
        """Square roots of the covariance's diagonal."""
        return pd.Series(np.sqrt(np.diag(self.cov)), index=self.params.index, name="std_error")

    @property
    def tstats(self) -> pd.Series:
        """Estimates over their errors."""
        return (self.params / self.std_errors).rename("statistic")

    @property
    def pvalues(self) -> pd.Series:
        """Two-sided."""
        tails = self._distribution.sf(self.tstats.abs().to_numpy())
        return pd.Series(2 * tails, index=self.params.index, name="p_value")

    def conf_int(self, level: float = 0.95) -> pd.DataFrame:
        """Give confidence intervals, columns "lower" and "upper".

        Parameters
        ----------
        level : float, default 0.95
            Strictly between zero and one.

        Raises
        ------
        PanelError
            If the level is not between zero and one.
        """
        check_level(level)
        reach = self._distribution.isf((1 - level) / 2) * self.std_errors
        return pd.DataFrame({"lower": self.params - reach, "upper": self.params + reach})

    @property
    def table(self) -> pd.DataFrame:
        """Estimates, errors, statistics, p-values and 95% intervals, a row a coefficient."""
        interval = self.conf_int()
        return pd.DataFrame(
            {
                "estimate": self.params,
                "std_error": self.std_errors,
                "statistic": self.tstats,
                "p_value": self.pvalues,
                "conf_low": interval["lower"],
                "conf_high": interval["upper"],
            }
        )
