"""Which controls? Extreme bounds and Bayesian model averaging over all subsets.

Every subset of the candidates is a model. Effects are taken out once; a model then costs a solve
of its own size.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import logsumexp

from guantian.chapters.growth.estimate.design import GrowthData, without_effects
from guantian.estimates import tidy
from regiometrics.panel.covariance import cluster_meat, sandwich, small_sample_factor


def extreme_bounds(data: GrowthData, most: int, confidence: float, sample: str) -> pd.DataFrame:
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
    DataFrame
        Tidy: analysis ``growth_bounds``. The estimate is the likelihood-weighted mean, the interval
        runs from the lowest to the highest end of any model's interval (Leamer 1985, American
        Economic Review 75, 308-313); `statistic` is the weighted share of models' normal
        distributions on the mean's side of zero (Sala-i-Martin 1997, American Economic Review 87,
        178-183, "CDF(0)"); `n_obs` observations; the note counts models and those that reject zero.
    """
    y, X, cities = _partialled(data)
    names = list(data.exog)
    effects = len(np.unique(data.years))
    rows = []
    for focus, name in enumerate(names):
        others = [place for place in range(len(names)) if place != focus]
        sets = [chosen for size in range(most + 1) for chosen in combinations(others, size)]
        fits = np.array([_clustered(y, X[:, [focus, *chosen]], cities, effects) for chosen in sets])
        rows.append({"term": name, **_bounds(fits, confidence, len(np.unique(cities)) - 1)})
    return tidy(
        rows,
        analysis="growth_bounds",
        spec=f"up_to_{most}_others",
        sample=sample,
        outcome="gdp_growth_pct",
        n_obs=len(y),
        n_units=len(np.unique(cities)),
        n_periods=effects,
        estimator="extreme bounds, two-way panel",
        cov_type="clustered by city",
        weights="none",
    )


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


def _bounds(fits: np.ndarray, confidence: float, df: int) -> dict:
    estimates, errors, loglik = fits.T
    weights = np.exp(loglik - logsumexp(loglik))
    mean = float(weights @ estimates)
    reach = stats.t.ppf(0.5 + confidence / 2, df) * errors
    above = float(weights @ stats.norm.cdf(estimates / errors))
    rejected = int((np.abs(estimates) > reach).sum())
    return {
        "estimate": mean,
        "statistic": max(above, 1 - above),
        "conf_low": float((estimates - reach).min()),
        "conf_high": float((estimates + reach).max()),
        "note": f"{rejected} of {len(estimates)} models reject zero",
    }


def model_average(data: GrowthData, sample: str, prior: str = "bric") -> pd.DataFrame:
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
    DataFrame
        Tidy: analysis ``growth_bma``. The estimate is the posterior mean, the error the posterior
        standard deviation, both unconditional; `statistic` is the posterior probability of
        inclusion (every model has the same prior probability). No interval: the posterior has a
        mass at zero.

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
    rows = [
        {
            "term": name,
            "estimate": mean[j],
            "std_error": float(np.sqrt(max(second[j] - mean[j] ** 2, 0.0))),
            "statistic": float(weights @ included[:, j]),
        }
        for j, name in enumerate(data.exog)
    ]
    return tidy(
        rows,
        analysis="growth_bma",
        spec=prior,
        sample=sample,
        outcome="gdp_growth_pct",
        n_obs=n,
        n_units=len(np.unique(cities)),
        n_periods=len(np.unique(data.years)),
        estimator=f"Bayesian model averaging, {2**k} models",
        cov_type="posterior",
        weights="none",
    )


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
