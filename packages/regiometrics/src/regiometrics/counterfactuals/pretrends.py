"""Paths before the treatment: a joint test, its power, and sensitivity to trends."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize

from regiometrics import _laws as laws
from regiometrics._arguments import confidence, instance, numbers, one_of, real, several, whole
from regiometrics._optional import require
from regiometrics.counterfactuals.honest import relative_magnitude_interval
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
        The effect in each of the years.
    cov : ndarray, shape (years, years)
        The covariance of the same path over placebo groups.
    before : int
        How many of the years lie before the reference year.
    statistics : ndarray, shape (groups,)
        The joint statistic of the years before, for the treated group and each placebo group.

    Examples
    --------
    >>> gaps = np.random.default_rng(0).normal(size=(80, 6))
    >>> path = event_path(gaps, range(2001, 2007), before=4)
    >>> path.years, path.before, path.cov.shape
    ([2001, 2002, 2003, 2005, 2006], 3, (5, 5))
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
    gaps : ndarray, shape (groups, years)
        Outcome minus counterfactual; the treated group first.
    years : sequence of int
        All years, ascending.
    before : int
        Years before the treatment, at least two; the last of them is the reference.

    Returns
    -------
    EventPath

    Raises
    ------
    ValueError
        If shapes do not fit, a gap is missing, years do not ascend, or no year lies after.
    EstimationError
        If there are not twice as many placebo groups as years, or a year does not vary over them.
    """
    gaps = numbers("gaps", gaps, (None, None))
    years = several("years", years)
    if len(years) != gaps.shape[1]:
        raise ValueError(f"There are {len(years)} years for {gaps.shape[1]} columns of gaps.")
    if (np.diff(numbers("years", years, (None,))) <= 0).any():
        raise ValueError(f"The years are {years}; expected them to ascend.")
    before = whole("before", before, 2, len(years) - 1)
    if len(gaps) - 1 < 2 * len(years):
        raise EstimationError(
            f"There are {len(gaps) - 1} placebo groups for {len(years)} years; expected twice as "
            "many, or their covariance is not known."
        )
    reference = before - 1
    relative = np.delete(gaps - gaps[:, [reference]], reference, axis=1)
    placebo = relative[1:]
    cov = np.cov(placebo, rowvar=False)
    values = np.linalg.eigvalsh(cov)
    if not values[0] > 1e-12 * values[-1]:
        raise EstimationError(
            "The gaps of the placebo groups are collinear over years; expected every year to vary "
            "apart from the others."
        )
    early = relative[:, :reference] - placebo[:, :reference].mean(axis=0)
    inverse = np.linalg.inv(cov[:reference, :reference])
    return EventPath(
        years=[year for place, year in enumerate(years) if place != reference],
        effects=relative[0] - placebo.mean(axis=0),
        cov=cov,
        before=reference,
        statistics=np.einsum("gi,ij,gj->g", early, inverse, early),
    )


def detectable_slope(path: EventPath, power: float, size: float = 0.05) -> float:
    """Return the linear trend per year that the joint test before finds with this power.

    Parameters
    ----------
    path : EventPath
        The path of effects.
    power : float
        Above the size and below one.
    size : float, default 0.05
        The size of the joint test.

    Raises
    ------
    ValueError
        If the power is not above the size, because even no trend is found so often.

    Notes
    -----
    Roth (2022): with effects normal around slope × (year - reference), the Wald statistic of the
    years before is noncentral chi-squared.
    """
    from scipy.stats import ncx2  # a second of imports

    instance("path", path, EventPath)
    size = real("size", size, above=0, below=1)
    power = real("power", power, above=size, below=1)
    distance = _distance(path)[: path.before]
    inverse = np.linalg.inv(path.cov[: path.before, : path.before])
    per_slope = float(distance @ inverse @ distance)
    limit = laws.chi2.ppf(1 - size, path.before)
    needed = optimize.brentq(lambda centre: ncx2.sf(limit, path.before, centre) - power, 0.0, 1e4)
    return float(np.sqrt(needed / per_slope))


def trend_bias(path: EventPath, slope: float) -> float:
    """Return the mean spurious effect after the treatment of a linear trend of this slope.

    Parameters
    ----------
    path : EventPath
        The path of effects.
    slope : float
        The slope of the trend per year.

    Raises
    ------
    ValueError
        If the slope is no finite number.
    """
    instance("path", path, EventPath)
    return real("slope", slope) * float(_distance(path)[path.before :].mean())


def sensitivity(
    path: EventPath, method: str, bounds: Sequence[float], alpha: float = 0.05
) -> pd.DataFrame:
    """Bound the mean effect under limited violations of parallel trends.

    Parameters
    ----------
    path : EventPath
        The path of effects.
    method : {"relative_magnitude", "smoothness"}
        "relative_magnitude": a step of the violation after is at most M times the largest before.
        "smoothness": the violation's slope changes by at most M per year.
    bounds : sequence of float
        The values of M, zero or more.
    alpha : float, default 0.05
        One minus the coverage.

    Returns
    -------
    DataFrame
        One row per bound, columns M, low, high: the robust interval of Rambachan and Roth (2023,
        *Review of Economic Studies* 90). Relative magnitudes: inversion of the conditional test
        with a least favourable first stage ("C-LF", their default), of this library; missing where
        every effect is rejected. Smoothness: the fixed-length interval of the package diff-diff.

    Raises
    ------
    ValueError
        If the method is unknown or a bound is negative.
    EstimationError
        If the covariance is not positive definite.
    """
    instance("path", path, EventPath)
    one_of("method", method, ("relative_magnitude", "smoothness"))
    bounds = numbers("bounds", bounds, (None,))
    if (bounds < 0).any():
        raise ValueError(f"A bound M is {bounds.min():g}; expected zero or more.")
    alpha = confidence(alpha, "alpha")
    after = len(path.years) - path.before
    loading = np.full(after, 1 / after)
    if method == "relative_magnitude":
        ends = [
            relative_magnitude_interval(path.effects, path.cov, path.before, loading, bound, alpha)
            for bound in bounds
        ]
    else:
        ends = _fixed_length(path, bounds, loading, alpha)
    return pd.DataFrame(ends, columns=["low", "high"]).assign(M=bounds)[["M", "low", "high"]]


def _fixed_length(path: EventPath, bounds, loading, alpha: float) -> list[tuple[float, float]]:
    """Intervals under smoothness, by the package diff-diff (an import of a second)."""
    diff_diff = require("diff_diff", extra="did")

    model = diff_diff.HonestDiD(method="smoothness", alpha=alpha, l_vec=loading)
    ends = []
    for bound in bounds:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = model.fit(_as_results(path), M=float(bound))
        ends.append((float(found.ci_lb), float(found.ci_ub)))
    return ends


def _distance(path: EventPath) -> np.ndarray:
    """Years from the reference year, which is missing between the last before and first after."""
    reference = path.years[path.before - 1] + 1
    return np.asarray(path.years, float) - reference


def _as_results(path: EventPath):
    """Dress the path as the package's own results."""
    results = require("diff_diff.results", extra="did")

    errors = np.sqrt(np.diag(path.cov))
    limit = laws.norm.ppf(0.975)
    periods = {}
    for year, effect, error in zip(path.years, path.effects, errors, strict=True):
        value = float(effect / error)
        ends = (float(effect - limit * error), float(effect + limit * error))
        p_value = float(2 * laws.norm.sf(abs(value)))
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
        avg_p_value=float(2 * laws.norm.sf(abs(mean / error))),
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
