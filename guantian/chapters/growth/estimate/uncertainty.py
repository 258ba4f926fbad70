"""Which controls? Extreme bounds and Bayesian model averaging over all subsets.

Every subset of the candidates is a model. Effects are taken out once; a model then costs a solve
of its own size.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from scipy.special import logsumexp

from guantian.chapters.growth.estimate.design import GrowthData
from guantian.regression import without_effects
from regiometrics import _laws as laws
from regiometrics.panel.covariance import cluster_meat, sandwich, small_sample_factor


def extreme_bounds(data: GrowthData, most: int, confidence: float, sample: str) -> list[dict]:
    """Extreme bounds of each candidate over sets of the others.

    Parameters
    ----------
    data
        Complete cases.
    most
        Other candidates in a model, at most.
    confidence
        Of the intervals whose outer ends are the bounds.
    sample
        Label.

    Returns
    -------
    list of dict
        Rows of ``growth_bounds`` by ``measure``. ``mean``: the likelihood-weighted mean, its
        interval from the lowest to the highest end of any model's interval (Leamer 1985, American
        Economic Review 75, 308-313). ``cdf``: the weighted share of models' normal distributions
        on the mean's side of zero (Sala-i-Martin 1997, American Economic Review 87, 178-183,
        "CDF(0)"). ``rejecting``: models that reject zero, of ``n_draws`` models.
    """
    y, X, cities = _partialled(data)
    names = list(data.exog)
    effects = len(np.unique(data.years))
    rows = []
    for focus, name in enumerate(names):
        others = [place for place in range(len(names)) if place != focus]
        sets = [chosen for size in range(most + 1) for chosen in combinations(others, size)]
        fits = np.array([_clustered(y, X[:, [focus, *chosen]], cities, effects) for chosen in sets])
        df = len(np.unique(cities)) - 1
        rows += [{"term": name, **row} for row in _bounds(fits, confidence, df)]
    common = {
        "analysis": "growth_bounds",
        "sample": sample,
        "outcome": data.variable,
        "n_obs": len(y),
        "n_units": len(np.unique(cities)),
        "n_periods": effects,
        "estimator": f"extreme bounds, two-way panel, up to {most} other regressors",
        "cov_type": "clustered by city",
    }
    return [{**common, **row} for row in rows]


def _partialled(data: GrowthData) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    y = without_effects(data.outcome, data.cities, data.years)[:, 0]
    return y, without_effects(data.exog, data.cities, data.years), data.cities


def _clustered(y, X, cities, effects: int) -> tuple[float, float, float]:
    """Coefficient and clustered error of the first column, and the log-likelihood."""
    bread = np.linalg.inv(X.T @ X)
    beta = bread @ X.T @ y
    residuals = y - X @ beta
    meat = cluster_meat(X * residuals[:, None], cities)
    factor = small_sample_factor(len(y), X.shape[1] + effects, len(np.unique(cities)))
    error = np.sqrt(factor * sandwich(bread, meat)[0, 0])
    return beta[0], error, -0.5 * len(y) * np.log(residuals @ residuals)


def _bounds(fits: np.ndarray, confidence: float, df: int) -> list[dict]:
    estimates, errors, loglik = fits.T
    weights = np.exp(loglik - logsumexp(loglik))
    mean = float(weights @ estimates)
    half_width = laws.t.ppf(0.5 + confidence / 2, df) * errors
    above = float(weights @ laws.norm.cdf(estimates / errors))
    rejected = int((np.abs(estimates) > half_width).sum())
    return [
        {
            "measure": "mean",
            "estimate": mean,
            "conf_low": float((estimates - half_width).min()),
            "conf_high": float((estimates + half_width).max()),
        },
        {"measure": "cdf", "estimate": max(above, 1 - above)},
        {"measure": "rejecting", "estimate": rejected, "n_draws": len(estimates)},
    ]


def model_average(data: GrowthData, sample: str, prior: str = "bric") -> list[dict]:
    """Average over all subsets of the candidates under Zellner's g-prior.

    Parameters
    ----------
    data
        Complete cases, N of them, k candidates: 2^k models.
    sample
        Label.
    prior
        ``"bric"``: g = max(N, k²) (Fernández, Ley and Steel 2001, Journal of Econometrics 100,
        381-427); ``"uip"``: g = N.

    Returns
    -------
    list of dict
        Rows of ``growth_bma`` by ``measure``. ``mean``: the posterior mean with the posterior
        standard deviation, both unconditional; no interval, since the posterior has a mass at
        zero. ``inclusion``: the posterior probability of inclusion (every model has the same prior
        probability).

    Raises
    ------
    ValueError
        If the prior is unknown.
    """
    y, X, cities = _partialled(data)
    n, k = X.shape
    if prior not in ("bric", "uip"):
        raise ValueError(f"prior is {prior!r}; expected 'bric' or 'uip'.")
    g = float(max(n, k**2) if prior == "bric" else n)
    # Effects taken out count as observations spent.
    df = n - len(np.unique(cities)) - len(np.unique(data.years)) + 1
    means, variances, log_marginal = _all_models(y, X, g, df)
    weights = np.exp(log_marginal - logsumexp(log_marginal))
    included = (means != 0).astype(float)
    mean = weights @ means
    second = weights @ (variances + means**2)
    error = np.sqrt(np.maximum(second - mean**2, 0.0))
    common = {
        "analysis": "growth_bma",
        "variant": prior,
        "sample": sample,
        "outcome": data.variable,
        "n_obs": n,
        "n_units": len(np.unique(cities)),
        "n_periods": len(np.unique(data.years)),
        "estimator": f"Bayesian model averaging, {2**k} models",
        "cov_type": "posterior",
    }
    found = []
    for j, name in enumerate(data.exog):
        key = {**common, "term": name}
        found.append({**key, "measure": "mean", "estimate": mean[j], "std_error": error[j]})
        share = float(weights @ included[:, j])
        found.append({**key, "measure": "inclusion", "estimate": share})
    return found


def _all_models(
    y: np.ndarray, X: np.ndarray, g: float, df: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Posterior means, variances and log marginal likelihoods, shapes (2^k, k), (2^k, k), (2^k,).

    With shrinkage s = g / (1 + g): mean s b, variance s (y'y - s y'Xb) / df (X'X)^(-1), and
    marginal (1 + g)^(-q/2) (1 - s R²)^(-df/2) up to a constant.
    """
    k = X.shape[1]
    shrink = g / (1 + g)
    products, right, total = X.T @ X, X.T @ y, float(y @ y)
    means, variances = np.zeros((2, 2**k, k))
    log_marginal = np.zeros(2**k)
    for model in range(1, 2**k):
        chosen = np.flatnonzero([model >> j & 1 for j in range(k)])
        inverse = np.linalg.inv(products[np.ix_(chosen, chosen)])
        beta = inverse @ right[chosen]
        fitted = float(right[chosen] @ beta)
        means[model, chosen] = shrink * beta
        variances[model, chosen] = shrink * (total - shrink * fitted) / (df - 2) * np.diag(inverse)
        log_marginal[model] = -0.5 * len(chosen) * np.log1p(g) - 0.5 * df * np.log1p(
            -shrink * fitted / total
        )
    return means, variances, log_marginal
