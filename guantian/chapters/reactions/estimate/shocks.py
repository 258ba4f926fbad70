"""What separates a response to rivals from a shock shared with them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import sparse

from guantian.chapters.reactions.estimate.reaction import ReactionSettings, deviations, set_rows
from guantian.chapters.reactions.estimate.rows import Rows
from guantian.regression import regress
from regiometrics.inference import inference_row
from regiometrics.panel.covariance import small_sample_factor
from regiometrics.panel.dependence import Dependence
from regiometrics.spatial.iv import Equation, iv_covariance, two_stage
from regiometrics.spatial.weak import anderson_rubin_set, first_stage


def clean_outcome(outcome: pd.Series, controls: pd.DataFrame) -> np.ndarray:
    """Outcome minus city and year means and what the controls explain, shape (n, T)."""
    clean = deviations(pd.concat([outcome.rename("outcome"), controls], axis=1))
    X, y = clean[controls.columns].to_numpy(), clean["outcome"].to_numpy()
    residual = y - X @ np.linalg.lstsq(X, y, rcond=None)[0]
    return residual.reshape(outcome.index.unique(0).size, -1)


def comovement(values: np.ndarray, weights: sparse.csr_array) -> float:
    """Least-squares slope of a city's cleaned outcome in its rivals' mean: no causal slope.

    Parameters
    ----------
    values : ndarray, shape (n, T)
        As `clean_outcome` returns it.
    weights : csr_array, shape (n, n)
    """
    lag = weights @ values
    return float((lag * values).sum() / (lag**2).sum())


def permuted_slopes(
    values: np.ndarray,
    weights: sparse.csr_array,
    draws: int,
    seed: int,
    groups: Sequence | None = None,
) -> np.ndarray:
    """Slopes in rivals drawn at random: cities' labels are permuted in the weights.

    Parameters
    ----------
    values : ndarray, shape (n, T)
    weights : csr_array, shape (n, n)
    draws, seed
        Of the permutations.
    groups
        Labels are permuted within these only: with provinces, a city keeps as many rivals in its
        own and in other provinces, but not its true neighbours. What is left of the slope is what
        a shock shared within the province gives.

    Returns
    -------
    ndarray, shape (draws,)
    """
    rng = np.random.default_rng(seed)
    n = len(values)
    codes = np.zeros(n, dtype=int) if groups is None else pd.factorize(np.asarray(groups))[0]
    order = np.argsort(codes, kind="stable")
    slopes = np.empty(draws)
    for draw in range(draws):
        # Sorting by group, then by noise, permutes within groups.
        shuffled = np.lexsort((rng.random(n), codes))
        permutation = np.empty(n, dtype=int)
        permutation[order] = shuffled
        slopes[draw] = comovement(values[permutation], weights)
    return slopes


def lead_rows(
    values: np.ndarray,
    weights: sparse.csr_array,
    provinces: np.ndarray,
    settings: ReactionSettings,
) -> list[dict]:
    """Least squares on the rivals' outcome of the year before, the same and the next year.

    A response looks back; a shared shock that lasts gives the next year's outcome as much weight
    as the last year's.
    """
    lag = weights @ values
    years = {"before": lag[:, :-2], "same": lag[:, 1:-1], "next": lag[:, 2:]}
    terms = {name: columns.ravel() for name, columns in years.items()}
    clusters = np.repeat(np.asarray(provinces), values.shape[1] - 2)
    fit = regress(values[:, 1:-1].ravel(), terms, clusters=clusters, constant=False)
    return [
        {**row, "estimator": "least squares, two-way effects", "cov_type": "clustered by province"}
        for row in fit.rows(settings.confidence)
    ]


def cross_border_rows(
    outcome: pd.Series,
    controls: pd.DataFrame,
    across: sparse.csr_array,
    provinces: pd.Series,
    settings: ReactionSettings,
) -> Rows:
    """Two-stage least squares on rivals across the border, with province-year effects.

    Province-year effects take out whatever a province does to all of its cities in a year; with
    them the mean of rivals inside is mechanically negative, so that only those across the border
    enter. In a balanced panel with cities nested in provinces, city and province-year effects are
    taken out exactly by demeaning both ways within each province.
    """
    cities = outcome.index.unique(0)
    labels = provinces.reindex(cities).to_numpy()
    shape = (len(cities), -1)
    clean = deviations(pd.concat([outcome.rename("outcome"), controls], axis=1))
    y = clean["outcome"].to_numpy().reshape(shape)
    X = [clean[name].to_numpy().reshape(shape) for name in controls]
    excluded = [across @ x for x in X] + [across @ (across @ x) for x in X]
    parts = [within_groups(part, labels).T.ravel() for part in (y, across @ y, *X, *excluded)]
    D = np.column_stack(parts[1 : 2 + len(X)])
    F = np.column_stack([*parts[2 : 2 + len(X)], *parts[2 + len(X) :]])
    T = y.shape[1]
    dependence = Dependence("clustered", (T, len(cities)), provinces.reindex(cities), units=cities)
    n_provinces = len(np.unique(labels))
    df = y.size - F.shape[1] - len(cities) - n_provinces * (T - 1)
    equation = Equation(parts[0], D, F, 1)
    fit = two_stage(equation)
    # Effects are nested in the clusters and do not count (as in fixest).
    factor = small_sample_factor(y.size, D.shape[1] + 1, n_provinces)
    error = float(np.sqrt(factor * iv_covariance(equation, fit, dependence)[0, 0]))
    about = {
        "estimator": "spatial 2SLS, city and province-year effects",
        "cov_type": "clustered by province",
    }
    strength = first_stage(equation, dependence, df, ("across",)).loc["across", "f_statistic"]
    row = inference_row(float(fit.params[0]), error, settings.confidence, n_provinces - 1)
    found = set_rows(anderson_rubin_set(equation, dependence, settings.confidence, points=500))
    found.estimates.append({"analysis": "reaction", "term": "across", **row, **about})
    found.tests.append({"term": "first_stage", "variable": "across", "statistic": strength})
    found.tests = [{"analysis": "instruments", **test, **about} for test in found.tests]
    return found


def city_slopes(values: np.ndarray, weights: sparse.csr_array) -> tuple[np.ndarray, np.ndarray]:
    """Numerator and denominator of each city's own least-squares slope, shape (n,) each."""
    lag = weights @ values
    return (lag * values).sum(axis=1), (lag**2).sum(axis=1)


def group_slopes(
    numerators: pd.Series, denominators: pd.Series, groups: np.ndarray, least: int
) -> np.ndarray:
    """Pooled slope of each group of cities; missing where fewer than `least` are known.

    Parameters
    ----------
    numerators, denominators
        By city.
    groups : ndarray of codes, shape (draws, size)
    least
        Fewest members with data.
    """
    place = numerators.index.get_indexer(groups.ravel()).reshape(groups.shape)
    known = place >= 0
    top = np.where(known, numerators.to_numpy()[place], 0.0).sum(axis=1)
    bottom = np.where(known, denominators.to_numpy()[place], 0.0).sum(axis=1)
    enough = (known.sum(axis=1) >= least) & (bottom > 0)
    return np.divide(top, bottom, out=np.full(len(groups), np.nan), where=enough)


def within_groups(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Take out city means and group-year means, exactly where the panel is balanced.

    Parameters
    ----------
    values : ndarray, shape (n, T)
    groups : ndarray, shape (n,)
        One group: two-way effects; provinces: city and province-year effects.
    """
    cleared = values - values.mean(axis=1, keepdims=True)
    for group in np.unique(groups):
        chosen = groups == group
        cleared[chosen] -= cleared[chosen].mean(axis=0)
    return cleared
