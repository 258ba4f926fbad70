"""Say where a sample is so small that simulated tests of 5% reject more often.

The limits are those of the table `benchmarks/recovery_spatial.csv`.
"""

from __future__ import annotations

import warnings

from regiometrics.spatial.errors import SmallSampleWarning

LEAST_DF = 50  # observations minus effects and regressors
FEW_UNITS = 10  # for errors of any kind, and for residuals' dependence
DYNAMIC_PERIODS = 10  # for bias-corrected dynamic models with unit effects
SUMMED_PERIODS = 20  # for sums of autocovariances
WEIGHTED_UNITS = 100  # for two-step weights, and for moments of spatial errors
NEIGHBOURING_UNITS = 50  # for sums over neighbours in space
INDEPENDENT_PERIODS = 10  # for White's errors beside unit effects
ABSORBED = {
    "unit": lambda n, T: n,
    "time": lambda n, T: T,
    "twoway": lambda n, T: n + T - 1,
}
HETEROSKEDASTIC = ("robust", "HC0", "HC1", "HC2", "HC3", "clustered")


def degrees_of_freedom(n: int, T: int, effects: str, k: int) -> int:
    """Count observations minus effects and regressors.

    Parameters
    ----------
    n, T : int
        The numbers of units and periods.
    effects : str
        The effects that are taken out; names without absorbed effects count none.
    k : int
        The number of regressors and spatial parameters.

    Returns
    -------
    int
    """
    return n * T - ABSORBED.get(effects, lambda n, T: 0)(n, T) - k


def reason(
    n: int,
    T: int,
    effects: str,
    k: int,
    kind: str,
    *,
    dynamic: bool = False,
    method: str = "",
    model: str = "",
) -> str | None:
    """Return why intervals by a formula are too short in a panel, or None.

    Parameters
    ----------
    n, T, effects, k
        The sample, as for :func:`degrees_of_freedom`.
    kind : str
        The kind of covariance.
    dynamic : bool, default False
        Whether the model has time lags whose bias is subtracted.
    method : str
        "ols" or "2sls"; "gmm" or "gmm-quadratic" where moments have estimated weights, those of
        spatial errors included. Empty for likelihood models.
    model : str
        The model of the family, where it matters: "gns".

    Returns
    -------
    str or None

    Notes
    -----
    White's errors beside unit effects: Stock and Watson (2008, *Econometrica* 76).
    """
    df = degrees_of_freedom(n, T, effects, k)
    if dynamic and effects in ("unit", "twoway") and T < DYNAMIC_PERIODS:
        return f"the bias of a dynamic model with {T} periods is not all subtracted"
    if df < LEAST_DF:
        return f"{n} units and {T} periods leave {df} degrees of freedom"
    white = kind in HETEROSKEDASTIC and kind != "clustered" and method
    if white and effects in ("unit", "twoway") and T < INDEPENDENT_PERIODS:
        return (
            f"errors of kind '{kind}' beside unit effects of {T} periods ignore what taking these "
            "out leaves within units; errors clustered by unit do not"
        )
    if n < FEW_UNITS:
        return f"errors of kind '{kind}' are estimated from {n} units"
    if method.startswith("gmm") and n < WEIGHTED_UNITS:
        return f"the moments' weights are estimated from {n} units"
    if kind in ("driscoll-kraay", "newey-west") and T < SUMMED_PERIODS:
        return f"autocovariances are summed over {T} periods"
    if kind == "conley" and n < NEIGHBOURING_UNITS:
        return f"covariances over space are summed over {n} units"
    if model == "gns":
        return (
            f"{n} units and {T} periods hardly tell rho from lambda where regressors are lagged "
            "too; profile_interval('rho') holds"
        )
    return None


def warn_of_small_sample(why: str | None, stacklevel: int = 3) -> None:
    """Warn of a sample in which nominal tests of 5% reject more often.

    Parameters
    ----------
    why : str or None
        What :func:`reason` says; None is no warning.
    stacklevel : int, default 3
        The frame of the caller whom the warning names.

    Warns
    -----
    SmallSampleWarning
        With the reason.
    """
    if why is not None:
        warnings.warn(
            f"The sample is small: {why}; in such samples nominal tests of 5% reject in 7 to 20%.",
            SmallSampleWarning,
            stacklevel=stacklevel,
        )
