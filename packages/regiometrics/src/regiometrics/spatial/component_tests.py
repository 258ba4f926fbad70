"""Lagrange multiplier tests of random effects, spatial errors and serial correlation together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from regiometrics import _laws as laws
from regiometrics.spatial.errors import UnsupportedPanelError
from regiometrics.spatial.panel_data import build_design, choose
from regiometrics.spatial.random_effects import fit_random_components
from regiometrics.spatial.rank import check_rank, refuse_perfect

_ROWS = {
    "random_effects": ("sigma_mu² = 0", "lambda = 0, psi = 0"),
    "spatial_errors": ("lambda = 0", "sigma_mu² = 0, psi = 0"),
    "serial_correlation": ("psi = 0", "sigma_mu² = 0, lambda = 0"),
    "random_and_spatial": ("sigma_mu² = lambda = 0", "psi = 0"),
    "random_and_serial": ("sigma_mu² = psi = 0", "lambda = 0"),
    "joint": ("sigma_mu² = lambda = psi = 0", ""),
    "spatial_given_random": ("lambda = 0", "psi = 0, sigma_mu² estimated"),
}


def error_component_tests(
    dependent: pd.Series, exog: pd.DataFrame, weights: object, islands: bool = False
) -> pd.DataFrame:
    """Test the errors of a pooled panel regression for three kinds of dependence.

    Parameters
    ----------
    dependent : pandas.Series
        The outcome on a (unit, period) index, balanced, three periods or more.
    exog : pandas.DataFrame
        A constant is added where none is there.
    weights : object
        The weights, in a form that :func:`regiometrics.spatial.as_weights` reads.
    islands : bool, default False
        Whether units without neighbours are kept; their spatial lags are zero.

    Returns
    -------
    pandas.DataFrame
        A row per test: null, given (what is taken to hold), statistic, df, p_value (chi-squared).
        "random_effects", "spatial_errors", "serial_correlation" test one kind where the others
        are absent; "random_and_spatial" and "joint" are those of BSK and BSJK; where random
        effects are likely, read "spatial_given_random".

    Raises
    ------
    PanelError, SpatialError
        From the checks of the panel and weights, or for fewer than three periods.

    Notes
    -----
    Errors mu_i + u_it, u_t = lambda W u_t + v_t, v_it = psi v_i,t-1 + e_it. Breusch and Pagan
    (1980); Baltagi and Li (1995); Baltagi, Song and Koh (2003: BSK); Baltagi, Song, Jung and Koh
    (2007: BSJK).

    Examples
    --------
    >>> from regiometrics.spatial import error_component_tests, simulate_panel
    >>> data = simulate_panel(n=49, T=6, model="sem", effects="random", lambda_=0.5, seed=1)
    >>> table = error_component_tests(data.dependent, data.exog, data.weights)
    >>> bool(table.loc["joint", "p_value"] < 0.01)
    True
    """
    choose("islands", islands, (True, False))
    design = build_design(dependent, exog, weights, "none", None, False, None, islands)
    T, n = design.y.shape
    if T < 3:
        raise UnsupportedPanelError(
            f"The panel has {T} periods; expected three or more for tests of serial correlation "
            "beside random effects."
        )
    check_rank(design.Z, design.Z, design.names, "none")
    Z = design.Z.reshape(T * n, -1)
    Q = np.linalg.qr(Z)[0]
    y = design.y.ravel()
    u = y - Q @ (Q.T @ y)
    u = u - Q @ (Q.T @ u)
    refuse_perfect(float(u @ u), float(y @ y), design.outcome)
    u = u.reshape(T, n)
    W = design.weights
    b = float((W.matrix * W.matrix.T).sum() + (W.matrix * W.matrix).sum())
    squares = float((u**2).sum())
    A = float((u.sum(axis=0) ** 2).sum()) / squares - 1
    F = float((u[1:] * u[:-1]).sum()) / squares
    H = float((u * W.lag(u)).sum()) / squares
    random = n * T / (2 * (T - 1)) * A**2
    spatial = (n * T) ** 2 / (T * b) * H**2
    serial = n * T**2 / (T - 1) * F**2
    both = n * T**2 / (2 * (T - 1) * (T - 2)) * (A**2 - 4 * A * F + 2 * T * F**2)
    values = {
        "random_effects": (random, 1),
        "spatial_errors": (spatial, 1),
        "serial_correlation": (serial, 1),
        "random_and_spatial": (random + spatial, 2),
        "random_and_serial": (both, 2),
        "joint": (both + spatial, 3),
        "spatial_given_random": (_given_random(design.y, design.Z, W, b), 1),
    }
    table = pd.DataFrame(
        [(*_ROWS[name], *values[name]) for name in _ROWS],
        index=pd.Index(_ROWS, name="test"),
        columns=["null", "given", "statistic", "df"],
    )
    table["p_value"] = laws.chi2.sf(table["statistic"], table["df"])
    return table


def _given_random(y: np.ndarray, Z: np.ndarray, W, b: float) -> float:
    """Score of lambda at the random-effects maximum over its information."""
    T = len(y)
    delta, sigma2, phi = fit_random_components(y, Z)
    u = y - Z @ delta
    mean = np.broadcast_to(u.mean(axis=0), u.shape)
    shrink = 1 / (1 + T * phi)  # sigma_v² over sigma_1²
    # Between units the covariance is sigma_1² I, of which only u's own part moves with lambda.
    score = float(((u - mean) * W.lag(u - mean)).sum()) / sigma2
    score += shrink**2 * float((mean * W.lag(mean)).sum()) / sigma2
    return score**2 / ((T - 1 + shrink**2) * b)
