"""Covariances of panel estimates under dependence, from scores.

A score is a regressor (in two-stage least squares: its first-stage fit) times a residual. Every
covariance here is a sandwich: bread × meat × bread, the meat estimating the variance of the sum
of scores. Small-sample factors never hide in a meat: multiply by :func:`small_sample_factor`.

statsmodels has the one-way, panel Newey–West and Driscoll–Kraay meats too and the tests hold
these to them; they are kept here because they are three lines each, take scores of any
estimator, and cost no import.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from regiometrics._arguments import numbers, real, whole
from regiometrics.errors import PanelError

EARTH_RADIUS_KM = 6371.0088
Array = np.ndarray


def sandwich(bread: Array, meat: Array) -> Array:
    """Bread × meat × bread, symmetric to the last bit.

    Parameters
    ----------
    bread : numpy.ndarray, shape (k, k)
        The inverse of the scores' derivative; (X'X)⁻¹ for least squares.
    meat : numpy.ndarray, shape (k, k)
        Estimated variance of the sum of scores.

    Returns
    -------
    numpy.ndarray, shape (k, k)

    Raises
    ------
    ValueError
        If the two are not square matrices of one size, or a value is not finite.
    """
    bread = numbers("bread", bread, (None, None))
    meat = numbers("meat", meat, (bread.shape[1], bread.shape[1]))
    covariance = bread @ meat @ bread.T
    return (covariance + covariance.T) / 2


def small_sample_factor(n_obs: int, n_params: int, n_groups: int | None = None) -> float:
    """(N - 1)/(N - K) × G/(G - 1), or N/(N - K) without groups.

    Parameters
    ----------
    n_obs, n_params : int
        N and K. Whether K counts absorbed effects is the caller's choice and changes results:
        Stata's xtreg and fixest leave out effects nested in the clusters, plm leaves out all.
    n_groups : int, optional
        G: clusters, or periods for Driscoll and Kraay.

    Returns
    -------
    float

    Raises
    ------
    PanelError
        If no degree of freedom or fewer than two groups are left.
    """
    n_obs, n_params = whole("n_obs", n_obs), whole("n_params", n_params, 0)
    if n_groups is not None:
        n_groups = whole("n_groups", n_groups, 0)
    if n_obs <= n_params:
        raise PanelError(f"{n_obs} observations leave no degree of freedom for {n_params} terms.")
    if n_groups is None:
        return n_obs / (n_obs - n_params)
    if n_groups < 2:
        raise PanelError(f"There are {n_groups} groups; expected at least two to cluster by.")
    return (n_obs - 1) / (n_obs - n_params) * n_groups / (n_groups - 1)


def white_meat(scores: Array) -> Array:
    """Independent, heteroskedastic observations (White 1980).

    Parameters
    ----------
    scores : numpy.ndarray, shape (N, k)
        The scores (regressors times residuals) of N observations.

    Returns
    -------
    numpy.ndarray, shape (k, k)

    Notes
    -----
    With unit effects and few periods this is inconsistent (Stock and Watson 2008): cluster by
    unit instead.
    """
    scores = numbers("scores", scores, (None, None))
    return scores.T @ scores


def cluster_meat(scores: Array, *groups: Sequence | Array) -> Array:
    """Dependence within clusters, one-way or two-way.

    Parameters
    ----------
    scores : numpy.ndarray, shape (N, k)
        The scores (regressors times residuals) of N observations.
    *groups : sequence of length N
        Labels; one set of clusters, or two.

    Returns
    -------
    numpy.ndarray, shape (k, k)

    Raises
    ------
    PanelError
        If more than two sets of clusters are given, or lengths differ.

    Notes
    -----
    Two-way: V₁ + V₂ - V₁₂ (Cameron, Gelbach and Miller 2011); it need not be positive
    semi-definite.
    """
    scores = numbers("scores", scores, (None, None))
    codes = [_codes(group, len(scores)) for group in groups]
    if len(codes) == 1:
        return _sum_of_groups(scores, codes[0])
    if len(codes) != 2:
        raise PanelError(f"{len(codes)} sets of clusters are given; expected one or two.")
    crossed = _codes(codes[0] * (codes[1].max() + 1) + codes[1], len(scores))
    return (
        _sum_of_groups(scores, codes[0])
        + _sum_of_groups(scores, codes[1])
        - _sum_of_groups(scores, crossed)
    )


def newey_west_meat(scores: Array, lags: int) -> Array:
    """Heteroskedasticity and autocorrelation within units (Newey and West 1987, for panels).

    Parameters
    ----------
    scores : numpy.ndarray, shape (T, n, k)
        The scores (regressors times residuals) by period and unit.
    lags : int
        Bartlett weights 1 - l/(lags + 1).

    Returns
    -------
    numpy.ndarray, shape (k, k)

    Raises
    ------
    PanelError
        If `lags` is negative or not below the number of periods.
    """
    return _bartlett(numbers("scores", scores, (None, None, None)), lags)


def driscoll_kraay_meat(scores: Array, lags: int | None = None) -> Array:
    """Any dependence across units, fading over time (Driscoll and Kraay 1998).

    Parameters
    ----------
    scores : numpy.ndarray, shape (T, n, k)
        The scores (regressors times residuals) by period and unit.
    lags : int, optional
        Bartlett weights 1 - l/(lags + 1); by default the whole part of T^(1/4), plm's rule.

    Returns
    -------
    numpy.ndarray, shape (k, k)

    Raises
    ------
    PanelError
        If `lags` is negative or not below the number of periods.

    Notes
    -----
    Consistent as T grows; with T below some 20 it understates errors.
    """
    scores = numbers("scores", scores, (None, None, None))
    lags = int(len(scores) ** 0.25) if lags is None else lags
    return _bartlett(scores.sum(axis=1, keepdims=True), lags)


def conley_meat(scores: Array, kernel: sparse.sparray, lags: int = 0) -> Array:
    """Dependence fading with distance, and over time within units (Conley 1999).

    Parameters
    ----------
    scores : numpy.ndarray, shape (T, n, k)
        The scores (regressors times residuals) by period and unit.
    kernel : scipy sparse array, shape (n, n)
        Symmetric weights of pairs of units, one on the diagonal: see :func:`distance_kernel`.
    lags : int, default 0
        Bartlett weights for a unit's own past (Hsiang 2010).

    Returns
    -------
    numpy.ndarray, shape (k, k)

    Raises
    ------
    PanelError
        If the kernel's shape does not match the units.
    """
    scores = numbers("scores", scores, (None, None, None))
    T, n, k = scores.shape
    if not sparse.issparse(kernel) and not isinstance(kernel, np.ndarray):
        raise PanelError(f"The kernel is a {type(kernel).__name__}; expected a sparse array.")
    if kernel.shape != (n, n):
        raise PanelError(f"The kernel has shape {kernel.shape}; expected {(n, n)}.")
    if sparse.issparse(kernel):
        numbers("kernel", np.append(kernel.tocoo().data, 0.0))
    else:
        kernel = numbers("kernel", kernel, (n, n))
    wide = scores.transpose(1, 0, 2).reshape(n, T * k)
    smooth = (kernel @ wide).reshape(n, T, k)
    meat = np.einsum("itk,itl->kl", wide.reshape(n, T, k), smooth)
    lags = whole("lags", lags, 0)
    own_past = newey_west_meat(scores, lags) - newey_west_meat(scores, 0) if lags else 0.0
    return (meat + meat.T) / 2 + own_past


def panel_corrected_meat(X: Array, residuals: Array, dependence: str = "units") -> Array:
    """One covariance matrix shared by all periods, or by all units (Beck and Katz 1995).

    Parameters
    ----------
    X : numpy.ndarray, shape (T, n, k)
        The regressors by period and unit.
    residuals : numpy.ndarray, shape (T, n)
        The residuals by period and unit.
    dependence : {"units", "periods"}
        "units": one n × n covariance across units, the same in each period (Beck and Katz's
        panel-corrected errors, plm's cluster="time"). "periods": one T × T covariance over
        time, the same for each unit (plm's cluster="group").

    Returns
    -------
    numpy.ndarray, shape (k, k)

    Raises
    ------
    PanelError
        If `dependence` is neither.
    """
    X = numbers("X", X, (None, None, None))
    residuals = numbers("residuals", residuals, X.shape[:2])
    if dependence == "periods":
        X, residuals = X.transpose(1, 0, 2), residuals.T
    elif dependence != "units":
        raise PanelError(f"Dependence is among {dependence!r}; expected units or periods.")
    omega = residuals.T @ residuals / len(residuals)
    return np.einsum("tik,ij,tjl->kl", X, omega, X, optimize=True)


def distance_kernel(
    coordinates: Array, cutoff_km: float, shape: str = "bartlett"
) -> sparse.csr_array:
    """Weights of pairs of places by great-circle distance.

    Parameters
    ----------
    coordinates : numpy.ndarray, shape (n, 2)
        Longitude and latitude in degrees.
    cutoff_km : float
        Beyond it the weight is zero.
    shape : {"bartlett", "uniform"}
        1 - d/cutoff, or 1. The uniform one, common in software, can give negative variances.

    Returns
    -------
    scipy.sparse.csr_array, shape (n, n)

    Raises
    ------
    PanelError
        If a coordinate is not a finite longitude or latitude, the cutoff is not positive or the
        shape unknown.
    """
    coordinates = numbers("coordinates", coordinates, (None, 2), missing=True, infinite=True)
    bad = ~(np.abs(coordinates) <= (180.0, 90.0)).all(axis=1)
    if bad.any():
        row = int(bad.argmax())
        raise PanelError(
            f"Row {row} of the coordinates is {coordinates[row].tolist()}; "
            "expected a longitude within ±180 and a latitude within ±90."
        )
    cutoff_km = real("cutoff_km", cutoff_km)
    if not cutoff_km > 0:
        raise PanelError(f"The cutoff is {cutoff_km} km; expected a positive number.")
    if not isinstance(shape, str) or shape not in ("bartlett", "uniform"):
        raise PanelError(f"The kernel's shape is {shape!r}; expected bartlett or uniform.")
    from scipy.spatial import cKDTree

    longitude, latitude = np.radians(coordinates).T
    points = np.column_stack(
        [
            np.cos(latitude) * np.cos(longitude),
            np.cos(latitude) * np.sin(longitude),
            np.sin(latitude),
        ]
    )
    chord = 2 * np.sin(min(cutoff_km / EARTH_RADIUS_KM, np.pi) / 2)
    tree = cKDTree(points)
    pairs = tree.sparse_distance_matrix(tree, chord, output_type="coo_matrix")
    distance = 2 * EARTH_RADIUS_KM * np.arcsin(np.clip(pairs.data / 2, 0, 1))
    weight = np.ones_like(distance) if shape == "uniform" else 1 - distance / cutoff_km
    return sparse.csr_array((np.maximum(weight, 0), (pairs.row, pairs.col)), shape=pairs.shape)


def _codes(labels: Sequence | Array, length: int) -> Array:
    values = np.asarray(labels)
    if values.shape != (length,):
        raise PanelError(f"The clusters have shape {values.shape}; expected {(length,)}.")
    return np.unique(values, return_inverse=True)[1]


def _sum_of_groups(scores: Array, codes: Array) -> Array:
    rows = sparse.csr_array(
        (np.ones(len(codes)), (codes, np.arange(len(codes)))), shape=(codes.max() + 1, len(codes))
    )
    sums = rows @ scores
    return sums.T @ sums


def _bartlett(scores: Array, lags: int) -> Array:
    if not 0 <= whole("lags", lags, 0) < len(scores):
        raise PanelError(f"There are {lags} lags and {len(scores)} periods; expected fewer lags.")
    k = scores.shape[-1]
    meat = scores.reshape(-1, k).T @ scores.reshape(-1, k)
    for lag in range(1, lags + 1):
        gamma = scores[lag:].reshape(-1, k).T @ scores[:-lag].reshape(-1, k)
        meat = meat + (1 - lag / (lags + 1)) * (gamma + gamma.T)
    return meat
