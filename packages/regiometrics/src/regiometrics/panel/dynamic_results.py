"""What estimators of dynamic panels have in common once they are fitted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from regiometrics import _laws as laws
from regiometrics.errors import PanelError
from regiometrics.inference import Inference


@dataclass(frozen=True, eq=False)
class DynamicPanelResult(Inference):
    """Named estimates with a covariance; inference from the normal distribution.

    Attributes
    ----------
    params : pandas.Series
        "L1.y" and so on for lags of the dependent variable, the regressors, "const",
        "time.1979" and so on for periods.
    cov : pandas.DataFrame
        The covariance of `params`, on the same labels.
    nobs, n_units, n_periods : int
        Observations used, units with at least one, periods in which some unit has one.
    cov_type : str
        The kind of covariance.
    estimator : str
        The name of the estimator.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> index = pd.MultiIndex.from_product([range(40), range(9)], names=["unit", "year"])
    >>> y = pd.Series(rng.normal(size=360), index, name="y")
    >>> from regiometrics.panel import DynamicPanelGMM
    >>> fit = DynamicPanelGMM(y, collapse=True).fit()
    >>> fit.params.index.tolist(), fit.wald(["L1.y"])["df"].item()
    (['L1.y'], 1.0)
    """

    params: pd.Series
    cov: pd.DataFrame
    nobs: int
    n_units: int
    n_periods: int
    cov_type: str
    estimator: str

    def wald(self, names: list[str]) -> pd.Series:
        """Test that the named coefficients are all zero.

        Parameters
        ----------
        names : list of str
            The names of the coefficients that are zero under the null.

        Returns
        -------
        pandas.Series
            statistic (chi-squared), df, p_value.

        Raises
        ------
        PanelError
            If a name is not among the coefficients.
        """
        for name in names:
            if name not in self.params.index:
                raise PanelError(
                    f"'{name}' is no coefficient; expected one of {', '.join(self.params.index)}."
                )
        b = self.params[names].to_numpy()
        statistic = b @ np.linalg.solve(self.cov.loc[names, names].to_numpy(), b)
        return chi_squared(statistic, len(names))


def chi_squared(statistic: float, df: int) -> pd.Series:
    """Statistic, degrees of freedom and upper-tail probability; no degrees of freedom, no test.

    Parameters
    ----------
    statistic : float
        The value of the statistic.
    df : int
        The degrees of freedom of its distribution.

    Returns
    -------
    pandas.Series
        statistic, df, p_value.
    """
    p_value = laws.chi2.sf(statistic, df) if df > 0 else np.nan
    return pd.Series({"statistic": float(statistic), "df": df, "p_value": float(p_value)})
