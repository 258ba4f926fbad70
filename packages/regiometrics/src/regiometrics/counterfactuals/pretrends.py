"""What paths before the treatment can tell: a joint test, its power, and sensitivity to trends."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize, stats

from regiometrics._optional import require
from regiometrics.errors import EstimationError

POWERS = (0.5, 0.8)


@dataclass(frozen=True)
class EventPath:
    """Effects by year relative to the last year before the treatment, with their covariance.

    Attributes
    ----------
    years : list of int
        Without the reference year.
    effects : ndarray, shape (years,)
    cov : ndarray, shape (years, years)
        Of the same path over placebo groups.
    before : int
        How many of the years lie before the reference year.
    statistics : ndarray, shape (groups,)
        The joint statistic of the years before, for the treated group and each placebo group.
    """

    years: list[int]
    effects: np.ndarray
    cov: np.ndarray
    before: int
    statistics: np.ndarray


def event_path(gaps: np.ndarray, years: Sequence[int], before: int) -> EventPath:
    """Make a path relative to the last year before, and its covariance over placebo groups.

    Parameters
    ----------
    gaps
        Shape (groups, years); the treated group first.
    years
        All years.
    before
        Years before the treatment; the last of them is the reference.

    Raises
    ------
    ValueError
        If there are not twice as many placebo groups as years.
    """
    if len(gaps) - 1 < 2 * len(years):
        raise EstimationError(
            f"There are {len(gaps) - 1} placebo groups for {len(years)} years; expected twice as "
            "many, or their covariance is not known."
        )
    reference = before - 1
    relative = np.delete(gaps - gaps[:, [reference]], reference, axis=1)
    placebo = relative[1:]
    cov = np.cov(placebo, rowvar=False)
    early = relative[:, :reference] - placebo[:, :reference].mean(axis=0)
    statistics = np.einsum("gi,ij,gj->g", early, np.linalg.inv(cov[:reference, :reference]), early)
    return EventPath(
        years=[year for place, year in enumerate(years) if place != reference],
        effects=relative[0] - placebo.mean(axis=0),
        cov=cov,
        before=reference,
        statistics=statistics,
    )


def detectable_slope(path: EventPath, power: float, size: float = 0.05) -> float:
    """Return the linear trend a year that the joint test before would find with this power.

    Roth (2022): with effects normal around slope × (year - reference), the Wald statistic of the
    years before is noncentral chi-squared.
    """
    distance = _distance(path)[: path.before]
    inverse = np.linalg.inv(path.cov[: path.before, : path.before])
    per_slope = float(distance @ inverse @ distance)
    limit = stats.chi2.ppf(1 - size, path.before)
    needed = optimize.brentq(
        lambda centre: stats.ncx2.sf(limit, path.before, centre) - power, 1e-9, 1e4
    )
    return float(np.sqrt(needed / per_slope))


def trend_bias(path: EventPath, slope: float) -> float:
    """Return the mean spurious effect after the treatment of a linear trend of this slope."""
    return float(slope * _distance(path)[path.before :].mean())


def sensitivity(
    path: EventPath, method: str, bounds: Sequence[float], alpha: float = 0.05
) -> pd.DataFrame:
    """Bound the mean effect under limited violations of parallel trends.

    Parameters
    ----------
    path
        The path of effects.
    method
        "relative_magnitude": a step of the violation after is at most M times the largest before.
        "smoothness": the violation's slope changes by at most M a year.
    bounds
        The values of M.
    alpha
        One less the coverage.

    Returns
    -------
    DataFrame
        Columns M, low, high (of the robust interval of Rambachan and Roth 2023), by the package
        diff-diff.
    """
    diff_diff = require("diff_diff", extra="did")  # a second of imports

    after = len(path.years) - path.before
    model = diff_diff.HonestDiD(method=method, alpha=alpha, l_vec=np.full(after, 1 / after))
    rows = []
    for bound in bounds:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = model.fit(_as_results(path), M=bound)
        rows.append({"M": bound, "low": float(found.ci_lb), "high": float(found.ci_ub)})
    return pd.DataFrame(rows)


def _distance(path: EventPath) -> np.ndarray:
    """Years from the reference year, which lies between the last before and the first after."""
    reference = path.years[path.before - 1] + 1
    return np.asarray(path.years, float) - reference


def _as_results(path: EventPath):
    """Dress the path as the package's own results."""
    results = require("diff_diff.results", extra="did")

    errors = np.sqrt(np.diag(path.cov))
    limit = stats.norm.ppf(0.975)
    periods = {}
    for year, effect, error in zip(path.years, path.effects, errors, strict=True):
        value = float(effect / error)
        ends = (float(effect - limit * error), float(effect + limit * error))
        p_value = float(2 * stats.norm.sf(abs(value)))
        periods[year] = results.PeriodEffect(
            year, float(effect), float(error), value, p_value, ends
        )
    after = path.effects[path.before :]
    loading = np.zeros(len(path.years))
    loading[path.before :] = 1 / len(after)
    mean, error = float(after.mean()), float(np.sqrt(loading @ path.cov @ loading))
    return results.MultiPeriodDiDResults(
        period_effects=periods,
        avg_att=mean,
        avg_se=error,
        avg_t_stat=mean / error,
        avg_p_value=float(2 * stats.norm.sf(abs(mean / error))),
        avg_conf_int=(mean - limit * error, mean + limit * error),
        n_obs=len(path.years) + 1,
        n_treated=1,
        n_control=1,
        pre_periods=path.years[: path.before],
        post_periods=path.years[path.before :],
        vcov=path.cov,
        interaction_indices={year: place for place, year in enumerate(path.years)},
        reference_period=path.years[path.before - 1] + 1,
    )
