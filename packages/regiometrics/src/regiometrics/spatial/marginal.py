"""Bayesian comparison of weights matrices and models by their marginal likelihoods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import optimize
from scipy.special import gammaln, logsumexp

from regiometrics.spatial.crossproducts import CrossProducts
from regiometrics.spatial.errors import (
    ConvergenceError,
    NonNormalisedWeightsError,
    SpecificationError,
)
from regiometrics.spatial.likelihood import Determinant
from regiometrics.spatial.logdet import log_determinant
from regiometrics.spatial.model import SpatialPanel
from regiometrics.spatial.panel_data import TERMS, choose, take_out
from regiometrics.spatial.rank import check_fit, check_rank
from regiometrics.spatial.weights_checks import is_mapping

Array = np.ndarray
_NODES = 60
_WIDTH = 8.0
_COMPARABLE = (("sar", "sem"), ("slx", "sdm", "sdem"))


def compare_weights(
    dependent: pd.Series,
    exog: pd.DataFrame,
    weights: Mapping[str, object],
    *,
    models: str | Sequence[str] = ("sdm",),
    effects: str = "twoway",
    islands: bool = False,
) -> pd.DataFrame:
    """Posterior probabilities of weights matrices, and of models, that have equal prior ones.

    Parameters
    ----------
    dependent : pandas.Series
        The outcome on a (unit, period) index, balanced.
    exog : pandas.DataFrame
        The regressors on (unit, period).
    weights : mapping of str to object
        Candidates by name; see :class:`regiometrics.spatial.SpatialPanel`.
    models : str or sequence of str, default ("sdm",)
        Some of "slx", "sdm", "sdem", or some of "sar", "sem": models with the same number of
        coefficients, whose flat priors cancel.
    effects : {"twoway", "none", "unit", "time"}
        The fixed effects that are taken out.
    islands : bool, default False
        Whether units without neighbours are kept.

    Returns
    -------
    pandas.DataFrame
        Indexed (weights, model), most probable first: log_marginal (up to a constant that all
        share), probability, spatial_mean and spatial_std of the posterior of rho or lambda (not a
        number for "slx").

    Raises
    ------
    SpatialError, PanelError
        If models cannot be compared, or time effects meet weights with rows of different sums.

    Notes
    -----
    Flat priors on coefficients, 1/sigma on sigma, uniform on the spatial parameter over the part
    of its admissible interval within one over the spectral bound. Coefficients and variance are
    integrated out in closed form, the spatial parameter by Gauss-Legendre quadrature (LeSage and
    Pace 2009, section 6.3; LeSage 2014; effects by the transformation of Lee and Yu 2010).

    Examples
    --------
    >>> from regiometrics.spatial import compare_weights, rook_lattice, simulate_panel
    >>> data = simulate_panel(n=36, T=6, model="sdm", effects="twoway", rho=0.5, seed=1)
    >>> far = rook_lattice(1, 36)
    >>> table = compare_weights(data.dependent, data.exog, {"rook": data.weights, "line": far})
    >>> table.index[0]
    ('rook', 'sdm')
    """
    choose("effects", effects, ("none", "unit", "time", "twoway"))
    choose("islands", islands, (True, False))
    if not is_mapping(weights) or not weights:
        raise SpecificationError(
            f"The weights are a {type(weights).__name__}; expected a mapping of names to matrices."
        )
    models = (models,) if isinstance(models, str) else models
    if not isinstance(models, Sequence) or not models:
        raise SpecificationError(f"models is {models!r}; expected names of models.")
    for model in models:
        choose("models", model, tuple(TERMS))
    if not any(set(models) <= set(group) for group in _COMPARABLE):
        raise SpecificationError(
            f"The models are {', '.join(models)}; expected some of 'slx', 'sdm', 'sdem', or some "
            "of 'sar', 'sem': others differ in the number of coefficients, whose flat priors do "
            "not cancel then."
        )
    rows = {}
    for name, W in weights.items():
        for model in dict.fromkeys(models):
            panel = SpatialPanel(dependent, exog, W, model=model, effects=effects, islands=islands)
            rows[str(name), model] = _marginal(panel, str(name))
    table = pd.DataFrame.from_dict(
        rows, orient="index", columns=["log_marginal", "spatial_mean", "spatial_std"]
    )
    table.index = pd.MultiIndex.from_tuples(rows, names=["weights", "model"])
    share = np.exp(table["log_marginal"] - logsumexp(table["log_marginal"]))
    table.insert(1, "probability", share)
    return table.sort_values("log_marginal", ascending=False, kind="stable")


def _marginal(panel: SpatialPanel, name: str) -> tuple[float, float, float]:
    design = panel.design
    if panel.observed is not None or design.by_period is not None:
        raise SpecificationError(
            "The panel lacks rows; expected a balanced panel to compare weights by their marginal "
            "likelihoods."
        )
    unit, time = panel.effects in ("unit", "twoway"), panel.effects in ("time", "twoway")
    W = design.weights
    spatial = panel.has_lag or panel.has_error
    if time and spatial and W.row_sum is None:
        raise NonNormalisedWeightsError(
            f"The rows of the weights '{name}' have different sums; expected one sum with time "
            "effects: row-standardise the weights."
        )
    T, n = design.y.shape
    k = len(design.names)
    heads = [design.y[:, :, None], *([design.Wy[:, :, None]] if panel.has_lag else [])]
    data = take_out(np.concatenate([*heads, design.Z], axis=2), unit, time)
    check_rank(design.Z, data[:, :, data.shape[2] - k :], design.names, panel.effects)
    products = CrossProducts(data, False, W if panel.has_error else None)
    check_fit(products.matrix(), k, float((design.y**2).sum()), design.outcome)
    N = (T - unit) * (n - time)
    h, df = len(heads), N - k

    def density(r: float) -> float:
        """Log of the likelihood at r, coefficients and variance integrated out."""
        C = products.matrix(r if panel.has_error else 0.0)
        v = np.array([1.0, -r])[:h]
        target = C[:h, :h] @ v @ v
        Z, cross = C[h:, h:], C[h:, :h] @ v
        sse = target - (cross @ np.linalg.solve(Z, cross) if k else 0.0)
        logdet = np.linalg.slogdet(Z)[1] if k else 0.0
        return gammaln(df / 2) - 0.5 * df * np.log(np.pi * sse) - 0.5 * logdet

    if not spatial:
        return density(0.0), np.nan, np.nan
    part = Determinant(log_determinant(W), T - unit, W.row_sum if time else None)
    low, high = part.interval
    low, high = max(low, -part.scale), min(high, part.scale)

    def log_posterior(r: float) -> float:
        return density(r) + part.value(r)

    found = optimize.minimize_scalar(
        lambda r: -log_posterior(r), bounds=(low, high), method="bounded", options={"xatol": 1e-6}
    )
    if not found.success:
        raise ConvergenceError(
            f"The posterior of a spatial parameter was not maximised: {found.message}"
        )
    mode, step = float(found.x), 1e-3 * part.scale
    middle = min(max(mode, low + step), high - step)
    bend = log_posterior(middle - step) - 2 * log_posterior(middle) + log_posterior(middle + step)
    spread = step / np.sqrt(-bend) if bend < 0 else (high - low) / _WIDTH
    a, b = max(low, mode - _WIDTH * spread), min(high, mode + _WIDTH * spread)
    nodes, shares = np.polynomial.legendre.leggauss(_NODES)
    at = (a + b) / 2 + (b - a) / 2 * nodes
    logs = np.array([log_posterior(r) for r in at]) + np.log(shares * (b - a) / 2)
    total = logsumexp(logs)
    mass = np.exp(logs - total)
    mean = float(mass @ at)
    # The uniform prior's density over the interval.
    return total - np.log(high - low), mean, float(np.sqrt(mass @ (at - mean) ** 2))
