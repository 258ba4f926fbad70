"""How much the log t test and its clubs depend on choices that theory leaves open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product

import numpy as np
import pandas as pd

from regiometrics._arguments import one_of, real, several
from regiometrics._values import positive_panel
from regiometrics.convergence.clubs import DIVERGES, club_convergence
from regiometrics.convergence.filters import METHODS, remove_common_trend, trend
from regiometrics.convergence.log_t import CRITICAL, TRIM
from regiometrics.errors import EstimationError

CHOICES = ["unit", "trim", "last", "filter", "common_trend"]
RESULTS = [
    "beta",
    "std_error",
    "t",
    "converges",
    "n_periods",
    "n_clubs",
    "n_diverging",
    "agreement",
]


def log_t_sensitivity(
    values: pd.DataFrame,
    units: Mapping[str, float] | None = None,
    trims: Iterable[float] = (0.2, 0.25, 0.3, TRIM),
    lasts: Iterable[int] | None = None,
    filters: Iterable[str] = ("hodrick-prescott", "hamilton", "none"),
    common_trends: Iterable[str] = ("kept", "removed"),
    critical: float = CRITICAL,
    merge: str | None = "phillips-sul",
) -> pd.DataFrame:
    """Run log t and its clustering under every combination of choices.

    Parameters
    ----------
    values : DataFrame, shape (T, n)
        Positive **levels**, periods in rows, units in columns, complete.
    units
        Name of a unit of measurement -> what the levels are divided by; the levels as they are
        where it is not given.
    trims
        Shares r of the first periods left out.
    lasts
        Last periods of the panel; the last there is where it is not given.
    filters
        Methods of :func:`regiometrics.convergence.filters.trend`, with their defaults.
    common_trends
        ``"kept"``, ``"removed"`` (:func:`regiometrics.convergence.filters.remove_common_trend`).
    critical, merge
        The critical value and the rule for merging clubs, as in
        :func:`regiometrics.convergence.clubs.club_convergence`.

    Returns
    -------
    DataFrame
        One row per combination, in the order given: the columns `CHOICES`; of all units together
        ``beta, std_error, t, converges``; ``n_periods``; ``n_clubs`` and ``n_diverging``;
        ``agreement``, the adjusted Rand index with the clubs of the first combination that ran
        (1 = the same clubs, 0 = no more similar than by chance; a diverging unit is a club alone);
        ``note``, why a combination could not be run (its numbers are then missing).

    Notes
    -----
    Log t divides logs by their cross-section mean. A smaller unit of measurement adds a constant to
    all logs, and a common trend adds to their mean: both shrink the relative distances. Where the
    verdict turns on them it is no evidence.

    Examples
    --------
    >>> t = np.arange(1, 31)[:, None]
    >>> panel = pd.DataFrame(np.exp(10 + 0.02 * t + np.array([[-1, 0, 1.0]]) * t**-0.5))
    >>> log_t_sensitivity(panel, filters=["none"], trims=[0.3])[["common_trend", "converges"]]
      common_trend  converges
    0         kept       True
    1      removed       True
    """
    values = positive_panel(values, units=2, periods=4).astype("float64")
    critical = real("critical", critical)
    trims, filters = several("trims", trims), several("filters", filters)
    common_trends = several("common_trends", common_trends)
    for name in filters:
        one_of("A filter", name, METHODS)
    for common in common_trends:
        one_of("A common trend", common, ("kept", "removed"))
    units = {"as given": 1.0} if units is None else units
    if not isinstance(units, Mapping) or not units:
        raise ValueError("units is no mapping of names to numbers; expected one.")
    for name, size in units.items():
        real(f"The unit {name}", size, above=0)
    lasts = [values.index[-1]] if lasts is None else several("lasts", lasts)
    absent = [last for last in lasts if last not in values.index]
    if absent:
        raise ValueError(f"Period {absent[0]} is not in the panel.")
    # Dividing shifts every filter by the same log, so one trend serves all units of measurement.
    trends = {
        (last, name): _attempt(trend, np.log(values.loc[:last]), name)
        for last, name in product(lasts, filters)
    }
    rows, first = [], None
    for unit, trim, last, name, common in product(units, trims, lasts, filters, common_trends):
        outcome, members = _run(
            trends[last, name], float(np.log(units[unit])), trim, common, critical, merge
        )
        first = members if first is None else first
        if members is not None:
            outcome["agreement"] = adjusted_rand(first, members)
        choices = dict(zip(CHOICES, (unit, trim, last, name, common), strict=True))
        rows.append({**choices, **outcome})
    return pd.DataFrame(rows, columns=[*CHOICES, *RESULTS, "note"])


def adjusted_rand(first: pd.Series, second: pd.Series) -> float:
    """Compare two partitions into clubs: adjusted Rand index (Hubert and Arabie 1985)."""
    rows = np.unique(_partition(first), return_inverse=True)[1]
    columns = np.unique(_partition(second.reindex(first.index)), return_inverse=True)[1]
    table = np.zeros((rows.max() + 1, columns.max() + 1))
    np.add.at(table, (rows, columns), 1)

    def pairs(counts: np.ndarray) -> float:
        return float((counts * (counts - 1) / 2).sum())

    both, similar, close = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    chance = similar * close / pairs(np.array([len(first)]))
    most = (similar + close) / 2
    return 1.0 if most == chance else (both - chance) / (most - chance)


def _partition(members: pd.Series) -> np.ndarray:
    """Clubs, with each diverging unit alone."""
    alone = -1 - np.arange(len(members))
    return np.where(members == DIVERGES, alone, members)


def _attempt(function, *arguments):
    """Return what the function returns, or the sentence with which it refuses."""
    try:
        return function(*arguments)
    except EstimationError as error:
        return str(error)


def _run(
    logs: pd.DataFrame | str, shift: float, trim: float, common: str, critical, merge
) -> tuple[dict, pd.Series | None]:
    if isinstance(logs, str):
        return {"note": logs}, None
    logs = logs - shift
    if common == "removed":
        logs = remove_common_trend(logs)
    result = _attempt(club_convergence, logs, trim, critical, merge)
    if isinstance(result, str):
        return {"n_periods": len(logs), "note": result}, None
    return {
        "beta": result.overall.beta,
        "std_error": result.overall.std_error,
        "t": result.overall.t,
        "converges": result.overall.converges,
        "n_periods": len(logs),
        "n_clubs": len(result.tests),
        "n_diverging": int((result.members == DIVERGES).sum()),
        "note": "",
    }, result.members
