"""The trend of beta convergence, and what of it goes through correlates of growth.

Kremer, Willis and You (2022, *NBER Macroeconomics Annual* 36, 337-412): the slope of later growth
on the log level, period by period, its trend, and its decomposition by omitted-variable algebra.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from regiometrics import _laws as laws
from regiometrics._arguments import confidence as check_confidence
from regiometrics._arguments import frame, whole
from regiometrics._checks import check_even_steps
from regiometrics._values import positive_panel
from regiometrics.convergence.beta import FEW_CLUSTERS
from regiometrics.errors import EstimationError
from regiometrics.inference import Inference


@dataclass(frozen=True, eq=False)
class BetaTrendResult(Inference):
    """Slopes by period and their trend; inference from t with ``df`` degrees of freedom.

    Attributes
    ----------
    params : pandas.Series
        "beta", the slope in the middle of the periods, and "trend", its change per period.
    cov : pandas.DataFrame
        Clustered by unit.
    slopes : pandas.DataFrame
        One row per first period: ``beta``, ``std_error`` (HC3), ``conf_low``, ``conf_high``.
    decomposition : pandas.DataFrame or None
        One row per first period: ``beta``, the slope beside all correlates (``conditional``), and
        for each correlate its slope on the log level times its coefficient for growth. Columns add
        up to ``beta``.
    n_obs, n_units, n_periods, span, df : int
        The size of the panel, the periods of each growth rate, and the degrees of freedom.
    confidence : float
        The confidence level of the intervals by period.
    cov_type : str
        The name of the covariance estimator.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> levels = np.exp(9 + rng.normal(size=8) + rng.normal(0.05, 0.03, (12, 8)).cumsum(axis=0))
    >>> panel = pd.DataFrame(levels, range(2000, 2012), list("abcdefgh"))
    >>> found = beta_trend(panel, span=3)
    >>> found.params.index.tolist(), len(found.slopes), found.df
    (['beta', 'trend'], 9, 7)
    """

    params: pd.Series
    cov: pd.DataFrame
    slopes: pd.DataFrame
    decomposition: pd.DataFrame | None
    n_obs: int
    n_units: int
    n_periods: int
    span: int
    df: int
    confidence: float
    cov_type: str

    @property
    def _distribution(self):
        return laws.t(self.df)


def beta_trend(
    values: pd.DataFrame,
    span: int = 10,
    confidence: float = 0.95,
    correlates: Mapping[str, pd.DataFrame] | None = None,
) -> BetaTrendResult:
    """Estimate how the slope of growth on the initial level changes over time.

    Parameters
    ----------
    values : DataFrame, shape (T, n)
        Equally spaced periods in rows, units in columns, positive levels, complete.
    span : int, default 10
        Periods over which growth is averaged; windows overlap.
    confidence : float, default 0.95
        The confidence level of the intervals by period.
    correlates : mapping of str to DataFrame, optional
        Correlates of growth (institutions, schooling, investment), of the shape of `values`,
        complete in the first periods of all windows.

    Returns
    -------
    BetaTrendResult

    Raises
    ------
    ValueError
        If the span or the confidence is out of range, or a correlate is no table of numbers.
    EstimationError
        If a value is missing or not positive, a period is skipped, there are fewer than 5 units or
        3 windows, levels do not vary in a period, or a correlate is missing or collinear.

    Notes
    -----
    g_it = a_t + (beta + trend (t - middle)) log y_it + e_it with g the mean growth per period over
    the span. Errors are clustered by unit, because windows overlap. With correlates z the slope is
    beta = conditional + sum_k delta_k lambda_k, delta the slope of z_k on log y and lambda its
    coefficient beside the others: what converges because correlates do, and what does so given
    them.

    With fewer than 10 units a warning says that clustered errors are too small.

    Examples
    --------
    Units whose gaps halve faster and faster:

    >>> gaps, rows = np.array([-2.0, -1.0, 0.5, 1.0, 1.5, 2.5]), []
    >>> for t in range(20):
    ...     rows.append(9 + gaps)
    ...     gaps = gaps * (1 - 0.01 * t)
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     found = beta_trend(pd.DataFrame(np.exp(np.array(rows)), range(2000, 2020)), span=1)
    >>> found.params.round(6).to_dict()
    {'beta': -0.09, 'trend': -0.01}
    """
    check_confidence(confidence)
    values = positive_panel(values, units=5, periods=4).astype("float64")
    check_even_steps(values.index)
    span = whole("span", span, 1, len(values) - 3)
    logs = np.log(values).to_numpy()
    start = logs[:-span]
    growth = (logs[span:] - start) / span
    windows, n = start.shape
    level = start - start.mean(axis=1, keepdims=True)
    if (np.abs(level).max(axis=1) <= 1e-10 * np.abs(start).max(axis=1)).any():
        period = values.index[int(np.abs(level).max(axis=1).argmin())]
        raise EstimationError(f"All units have the same level in {period}; no slope is defined.")
    net = growth - growth.mean(axis=1, keepdims=True)
    time = np.arange(windows) - (windows - 1) / 2
    X = np.stack([level, level * time[:, None]], axis=-1)
    flat = X.reshape(-1, 2)
    bread = np.linalg.inv(flat.T @ flat)
    params = bread @ (flat.T @ net.ravel())
    residuals = net - X @ params
    scores = np.einsum("tik,ti->ik", X, residuals)
    count = windows * n
    factor = n / (n - 1) * (count - 1) / (count - windows - 2)
    cov = factor * bread @ (scores.T @ scores) @ bread
    if (cov.diagonal() <= 1e-20 * params**2).any():
        cov = np.full_like(cov, np.nan)
        warnings.warn(
            "Every unit's distance from the mean is a multiple of the others', or growth is fitted "
            "exactly: errors clustered by unit would be zero and are missing.",
            stacklevel=2,
        )
    if n < FEW_CLUSTERS:
        warnings.warn(
            f"The errors are clustered by {n} units; tests with fewer than {FEW_CLUSTERS} reject "
            "too often.",
            stacklevel=2,
        )
    names = ["beta", "trend"]
    return BetaTrendResult(
        params=pd.Series(params, names, name="estimate"),
        cov=pd.DataFrame(cov, names, names),
        slopes=_slopes(level, net, values.index[:-span], confidence),
        decomposition=None
        if correlates is None
        else _decomposition(level, net, _correlates(correlates, values, span)).set_index(
            values.index[:-span].rename("period")
        ),
        n_obs=count,
        n_units=n,
        n_periods=windows,
        span=span,
        df=n - 1,
        confidence=confidence,
        cov_type="clustered by unit",
    )


def _slopes(level, net, periods: pd.Index, confidence: float) -> pd.DataFrame:
    """Slope of each window with HC3 errors."""
    squares = np.square(level).sum(axis=1)
    beta = (level * net).sum(axis=1) / squares
    n = level.shape[1]
    leverage = 1 / n + np.square(level) / squares[:, None]
    scaled = level * (net - beta[:, None] * level) / np.maximum(1 - leverage, 1e-8)
    error = np.sqrt(np.square(scaled).sum(axis=1)) / squares
    half_width = laws.t.ppf(0.5 + confidence / 2, n - 2) * error
    return pd.DataFrame(
        {
            "beta": beta,
            "std_error": error,
            "conf_low": beta - half_width,
            "conf_high": beta + half_width,
        },
        index=periods.rename("period"),
    )


def _correlates(correlates, values: pd.DataFrame, span: int) -> dict[str, np.ndarray]:
    if not isinstance(correlates, Mapping) or not correlates:
        raise ValueError("correlates is no mapping of names to tables; expected one.")
    found = {}
    for name, table in correlates.items():
        table = frame(f"The correlate {name}", table, missing=True)
        table = table.reindex(index=values.index[:-span], columns=values.columns)
        gaps = table.isna().to_numpy()
        if gaps.any():
            row, column = np.argwhere(gaps)[0]
            raise EstimationError(
                f"The correlate {name} is missing in {table.index[row]} for unit "
                f"{table.columns[column]}; expected it in the first period of every window."
            )
        array = table.to_numpy()
        found[str(name)] = array - array.mean(axis=1, keepdims=True)
    return found


def _decomposition(level, net, correlates: dict[str, np.ndarray]) -> pd.DataFrame:
    rows = []
    names = list(correlates)
    for t in range(len(level)):
        Z = np.column_stack([level[t], *(correlates[name][t] for name in names)])
        if np.linalg.matrix_rank(Z) < Z.shape[1] or len(Z) <= Z.shape[1] + 1:
            raise EstimationError(
                f"The log level and the correlates {', '.join(names)} are collinear or too many "
                f"for {len(Z)} units in window {t + 1}; expected fewer."
            )
        together = np.linalg.lstsq(Z, net[t], rcond=None)[0]
        on_level = Z.T @ level[t] / (level[t] @ level[t])
        parts = on_level[1:] * together[1:]
        rows.append([together[0] + parts.sum(), together[0], *parts])
    return pd.DataFrame(rows, columns=["beta", "conditional", *names])
