"""Tests for spatial dependence in panels: Lagrange multipliers, Moran's I, cross-section CD."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from regiometrics import _laws as laws
from regiometrics.errors import label
from regiometrics.options import check_count, check_seed
from regiometrics.panel.within import demean, to_array
from regiometrics.spatial.errors import NonNormalisedWeightsError, SpecificationError
from regiometrics.spatial.moments import degrees, traces
from regiometrics.spatial.panel_data import build_design, choose
from regiometrics.spatial.rank import check_rank, refuse_perfect
from regiometrics.spatial.small_samples import FEW_UNITS, warn_of_small_sample
from regiometrics.spatial.weights import SpatialWeights
from regiometrics.spatial.weights_checks import panel_weights

Array = np.ndarray
# A unit that varies by less than this share of the largest one's size is constant to rounding.
_NO_VARIATION = 1e-13


@dataclass(frozen=True)
class _Regression:
    """Least squares with effects, and what tests of its residuals need."""

    y: Array  # (T, n), as given
    basis: Array  # (T, n, k), orthonormal basis of the regressors less effects
    residuals: Array  # (T, n)
    weights: SpatialWeights
    effects: str


def lm_tests(
    dependent: pd.Series,
    exog: pd.DataFrame,
    weights: object,
    effects: str = "twoway",
    bias_correction: str | None = "lee-yu",
    islands: bool = False,
) -> pd.DataFrame:
    """Lagrange multiplier tests for a spatial lag and for spatial errors.

    Parameters
    ----------
    dependent : pandas.Series
        The outcome on a (unit, period) index, balanced.
    exog : pandas.DataFrame
        Regressors; a constant is added where effects are "none" and none is given.
    weights : see :func:`regiometrics.spatial.weights_checks.as_weights`
        The spatial weights of the units.
    effects : {"none", "unit", "time", "twoway"}
        The fixed effects that are taken out.
    bias_correction : {"lee-yu", None}
        None takes residuals as they are (Elhorst 2010: published tables). "lee-yu" counts the
        degrees of freedom that effects use and, with time effects, centres the scores, which
        the demeaning shifts by the row sum of W a period: without it the tests reject too often
        when T or n is small.
    islands : bool, default False
        Whether units without neighbours are kept; their spatial lags are zero.

    Returns
    -------
    pandas.DataFrame
        Rows lm_lag, lm_error, robust_lm_lag, robust_lm_error, sarma; columns statistic, df,
        p_value (chi-squared). The robust ones and sarma are not a number where the spatial
        lag of the fitted values is spanned by the regressors (a constant alone, say): lag
        and error cannot be distinguished then.

    Raises
    ------
    PanelError, WeightsError
        From the checks of the panel and of the weights.
    AbsorbedRegressorError, CollinearRegressorsError
        If a regressor is spanned by the effects or by the others.
    NonNormalisedWeightsError
        If the correction meets time effects and rows of W with different sums.
    SpecificationError
        If an option is unknown.

    Notes
    -----
    Anselin (1988); robust to the other form: Anselin, Bera, Florax and Yoon (1996); panels:
    Anselin, Le Gallo and Jayet (2008), Elhorst (2010, 2014); effects taken out by
    orthonormal transforms: Debarsy and Ertur (2010).
    """
    if bias_correction not in (None, "lee-yu"):
        raise SpecificationError(
            f"The bias correction is {bias_correction!r}; expected lee-yu or None."
        )
    fit = _regress(dependent, exog, weights, effects, islands)
    W, e = fit.weights, fit.residuals
    kept = effects if bias_correction else "none"
    # Rows of islands sum to zero: the traces below are those of any weights.
    if kept in ("time", "twoway") and W.row_sum is None and not len(W.islands):
        raise NonNormalisedWeightsError(
            "The rows of the weights have different sums; expected one sum, as the correction "
            "with time effects needs: row-normalise, or set bias_correction=None."
        )
    periods, units = degrees(e.shape, kept)
    trace, trace_square, trace_cross = traces(W.matrix, kept)
    sigma2 = (e**2).sum() / (periods * units)
    score_error = (e * W.lag(e)).sum() / sigma2 - periods * trace
    score_lag = (e * W.lag(fit.y)).sum() / sigma2 - periods * trace
    information = periods * (trace_square + trace_cross)
    signal = _project_out(demean(W.lag(fit.y - e), effects), fit.basis)
    total = (signal**2).sum() / sigma2 + information
    excess = total - information
    lm_lag, lm_error = score_lag**2 / total, score_error**2 / information
    robust_lag = robust_error = np.nan
    if excess > 1e-10 * total:
        robust_lag = (score_lag - score_error) ** 2 / excess
        robust_error = (score_error - information / total * score_lag) ** 2 / (
            information * excess / total
        )
    table = pd.DataFrame(
        {
            "statistic": [lm_lag, lm_error, robust_lag, robust_error, lm_error + robust_lag],
            "df": [1, 1, 1, 1, 2],
        },
        index=pd.Index(
            ["lm_lag", "lm_error", "robust_lm_lag", "robust_lm_error", "sarma"], name="test"
        ),
    )
    table["p_value"] = laws.chi2.sf(table["statistic"], table["df"])
    return table


def moran_test(
    dependent: pd.Series,
    exog: pd.DataFrame,
    weights: object,
    effects: str = "twoway",
    islands: bool = False,
) -> pd.Series:
    """Moran's I of the residuals of a panel regression.

    Parameters
    ----------
    dependent, exog, weights, effects, islands
        The data and the model, as in :func:`lm_tests`.

    Returns
    -------
    pandas.Series
        statistic (I), expected, variance, z, p_value (two-sided, normal).

    Raises
    ------
    PanelError, WeightsError, AbsorbedRegressorError, CollinearRegressorsError
        As for :func:`lm_tests`.

    Notes
    -----
    Exact moments under normal errors (Cliff and Ord 1981) of the stacked
    panel, the effects counted among the regressors.
    """
    fit = _regress(dependent, exog, weights, effects, islands)
    W, e, basis = fit.weights, fit.residuals, fit.basis
    periods, units = degrees(e.shape, effects)
    trace, trace_square, trace_cross = traces(W.matrix, effects)
    k = basis.shape[-1]
    lagged = demean(W.lag(basis), effects).reshape(e.size, k)
    back = SpatialWeights(W.matrix.T.tocsr(), W.units)
    lagged_back = demean(back.lag(basis), effects).reshape(e.size, k)
    within = basis.reshape(e.size, k).T @ lagged
    first = periods * trace - np.trace(within)
    square = periods * trace_square - 2 * (lagged_back * lagged).sum() + (within * within.T).sum()
    cross = periods * trace_cross - (lagged**2).sum() - (lagged_back**2).sum() + (within**2).sum()
    df = periods * units - k
    scale = e.size / (len(e) * W.matrix.sum())
    statistic = scale * (e * W.lag(e)).sum() / (e**2).sum()
    expected = scale * first / df
    variance = scale**2 * (square + cross + first**2) / (df * (df + 2)) - expected**2
    z = (statistic - expected) / np.sqrt(variance)
    return pd.Series(
        {
            "statistic": statistic,
            "expected": expected,
            "variance": variance,
            "z": z,
            "p_value": 2 * laws.norm.sf(abs(z)),
        },
        name="moran",
    )


def pesaran_cd(
    values: pd.Series, weights: object | None = None, islands: bool = False
) -> pd.Series:
    """Pesaran's CD test of cross-section dependence.

    Parameters
    ----------
    values : pandas.Series
        Residuals or a variable on a (unit, period) index, balanced.
    weights : optional
        Weights whose neighbours alone are compared: CD(p), Pesaran (2004).
    islands : bool, default False
        Whether units without neighbours are left out of the comparison, rather than refused.

    Returns
    -------
    pandas.Series
        statistic, p_value (two-sided, normal), mean_correlation, mean_absolute_correlation
        (over all pairs, or over neighbours; the absolute one is left out above 2,000 units).

    Raises
    ------
    PanelError, WeightsError
        From the checks of the panel and of the weights.
    SpecificationError
        If a unit does not vary over time, there is one unit only, or the values are no Series.

    Notes
    -----
    Pesaran (2004, 2015). After time effects are taken out, average correlation is near zero by
    construction and CD is not normal under the null (Juodis and Reese 2022): use
    :func:`randomised_cd` for such residuals.
    """
    z, units = _standardised(values)
    T, n = z.shape
    if weights is None:
        total = (z.sum(axis=1) ** 2).sum() - n
        pairs = n * (n - 1)
        statistic = np.sqrt(T / (2 * pairs)) * total
        absolute = (np.abs(z.T @ z).sum() - n) / pairs if n <= 2000 else np.nan
        mean = total / pairs
    else:
        W = panel_weights(weights, units, islands).matrix
        near = sparse.coo_array((W != 0) + (W.T != 0))
        rho = np.einsum("tp,tp->p", z[:, near.row], z[:, near.col])
        statistic = np.sqrt(T / (2 * len(rho))) * rho.sum()
        mean, absolute = rho.mean(), np.abs(rho).mean()
    return pd.Series(
        {
            "statistic": statistic,
            "p_value": 2 * laws.norm.sf(abs(statistic)),
            "mean_correlation": mean,
            "mean_absolute_correlation": absolute,
        },
        name="pesaran_cd",
    )


def randomised_cd(values: pd.Series, draws: int = 30, *, seed: int) -> pd.Series:
    """Test cross-section dependence of residuals left by time effects or common factors.

    Parameters
    ----------
    values : pandas.Series
        Residuals on a (unit, period) index, balanced.
    draws : int, default 30
        Rademacher weights are drawn this often and the statistics averaged.
    seed : int
        The seed of the random draws.

    Returns
    -------
    pandas.Series
        statistic, p_value (two-sided, normal).

    Raises
    ------
    PanelError, SpecificationError
        As for :func:`pesaran_cd`.

    Notes
    -----
    CD with residuals multiplied by a random sign a unit, which restores normality under the
    null (Juodis and Reese 2022); the average of draws is scaled by their root.
    """
    check_count("draws", draws, 1, SpecificationError)
    check_seed(seed, SpecificationError)
    z, _ = _standardised(values)
    T, n = z.shape
    if n < FEW_UNITS:
        warn_of_small_sample(f"signs are drawn for {n} units")
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(draws, n))
    totals = ((signs @ z.T) ** 2).sum(axis=1) - n
    statistic = np.sqrt(T / (2 * n * (n - 1))) * totals.sum() / np.sqrt(draws)
    return pd.Series(
        {"statistic": statistic, "p_value": 2 * laws.norm.sf(abs(statistic))},
        name="randomised_cd",
    )


def _regress(
    dependent: pd.Series, exog: pd.DataFrame, weights: object, effects: str, islands: bool
) -> _Regression:
    choose("effects", effects, ("none", "unit", "time", "twoway"))
    choose("islands", islands, (True, False))
    design = build_design(dependent, exog, weights, effects, None, False, None, islands)
    within = demean(design.Z, effects)
    check_rank(design.Z, within, design.names, effects)
    k = len(design.names)
    flat = within.reshape(design.y.size, k)
    basis = np.linalg.qr(flat / np.sqrt((flat**2).sum(axis=0)))[0].reshape(within.shape)
    residuals = _project_out(demean(design.y, effects), basis)
    # Once more: the first pass leaves rounding of the size of what it took out.
    again = _project_out(residuals, basis)
    refuse_perfect(float((again**2).sum()), float((design.y**2).sum()), design.outcome)
    return _Regression(design.y, basis, residuals, design.weights, effects)


def _project_out(values: Array, basis: Array) -> Array:
    return values - basis @ np.einsum("tik,ti->k", basis, values)


def _standardised(values: pd.Series) -> tuple[Array, pd.Index]:
    """Demean each unit over time and scale it to length one: products are correlations."""
    if not isinstance(values, pd.Series):
        raise SpecificationError(
            f"The values are a {type(values).__name__}; expected a pandas Series of one variable."
        )
    panel = to_array(values)
    if len(panel.units) < 2:
        raise SpecificationError(
            f"The panel has one unit, {label(panel.units[0])}; expected two or more to be "
            "correlated."
        )
    raw = panel.values[..., 0]
    z = demean(raw, "unit")
    length = np.sqrt((z**2).sum(axis=0))
    # What rounding leaves of a unit's mean varies by 1e-16 of the largest values.
    if (length <= _NO_VARIATION * np.sqrt((raw**2).sum(axis=0)).max()).any():
        unit = panel.units[int(np.argmin(length))]
        raise SpecificationError(
            f"Unit {label(unit)} does not vary over time; expected variation for its correlations."
        )
    return z / length, panel.units
