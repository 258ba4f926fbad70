"""Convergence clubs: the clustering of Phillips and Sul, and the merging of its clubs.

Panels here hold logs, not levels: periods in rows, units in columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from regiometrics import _laws as laws
from regiometrics._arguments import one_of, real, whole
from regiometrics.convergence.log_t import (
    CRITICAL,
    TRIM,
    LogTResult,
    group_variance,
    log_panel,
    log_t_regressions,
    log_t_test,
    relative_transition,
)
from regiometrics.convergence.merging import MERGES, Club, absorb_divergent

DIVERGES = 0  # the club of units that belong to none


@dataclass(frozen=True)
class ClubResult:
    """Clubs of a panel.

    Attributes
    ----------
    members : Series
        Unit -> club; 1 is the club with the highest last values, 0 = diverges.
    tests : DataFrame
        Club -> beta, std_error, t, pvalue, n_units: the log t regression of each club's members.
    initial_members, initial_tests
        The same before merging.
    merged_from : Series
        Club -> tuple of the initial clubs that it was merged from.
    overall : LogTResult
        The test of all units together.
    trim, critical, merge
        What was asked for.

    Examples
    --------
    >>> t = np.arange(1, 31)[:, None]
    >>> low, high = (level + 0.02 * t + np.array([-1, 0.4, 0.6]) / t for level in (8, 10))
    >>> found = club_convergence(pd.DataFrame(np.hstack([low, high]), columns=list("abcdef")))
    >>> found.members.to_dict()
    {'a': 2, 'b': 2, 'c': 2, 'd': 1, 'e': 1, 'f': 1}
    """

    members: pd.Series
    tests: pd.DataFrame
    initial_members: pd.Series
    initial_tests: pd.DataFrame
    merged_from: pd.Series
    overall: LogTResult
    trim: float
    critical: float
    merge: str | None


def club_convergence(
    log_values: pd.DataFrame,
    trim: float = TRIM,
    critical: float = CRITICAL,
    merge: Literal["phillips-sul", "von-lyncker-thoennessen"] | None = "phillips-sul",
    sieve: float = 0.0,
    merge_divergent: bool = False,
    order_periods: int = 1,
) -> ClubResult:
    """Sort units into clubs within which the log t test does not reject convergence.

    Parameters
    ----------
    log_values : DataFrame, shape (T, n)
        The logs, one row per period, as :func:`regiometrics.convergence.log_t.log_t_test` takes
        them.
    trim, critical
        The share of first periods left out and the critical value, as in
        :func:`regiometrics.convergence.log_t.log_t_test`.
    merge
        How adjacent clubs are merged; None leaves them.
    sieve
        c*, the t that a unit must exceed when it is added to the core group. Phillips and Sul
        advise 0 for short panels, which keeps wrong members out at the cost of more clubs.
    merge_divergent
        Whether units without a club are then offered to the clubs (von Lyncker and Thoennessen
        2017, their second algorithm).
    order_periods
        Units are ordered by their mean over so many last periods; more than one for noisy series.

    Returns
    -------
    ClubResult

    Raises
    ------
    ValueError
        As :func:`regiometrics.convergence.log_t.log_t_test`, or for an unknown merge.

    Notes
    -----
    Phillips and Sul (2007, 2009). (1) Order units by their last value.
    (2) Core group: find the first adjacent pair with t above ``critical``, add units in order
    while t stays above it, keep the group with the largest t. (3) Add every other unit whose t
    with the core group is above c*; where the club so formed fails the test, raise c* to the
    weakest added unit, and repeat. (4) Where the rest together pass the test they are the last
    club; otherwise repeat with them. What is left without a core group diverges.

    Examples
    --------
    Two groups that close around trends of their own:

    >>> t = np.arange(1, 31)[:, None]
    >>> gaps = np.array([[-1, 0.2, 1.0]]) * t**-0.5
    >>> high, low = 10 + 0.05 * t + gaps, 9 + 0.01 * t + gaps
    >>> panel = pd.DataFrame(np.hstack([high, low]), columns=list("abcdef"))
    >>> club_convergence(panel).members.to_dict()
    {'a': 1, 'b': 1, 'c': 1, 'd': 2, 'e': 2, 'f': 2}
    """
    one_of("merge", merge, [None, *MERGES])
    critical, sieve = real("critical", critical), real("sieve", sieve)
    panel = log_panel(log_values, trim)
    order_periods = whole("order_periods", order_periods, 1, len(panel))
    tester = _Tester(panel, trim, critical)
    last = panel.iloc[-order_periods:].mean().to_numpy()
    groups, divergent = _cluster(tester, list(np.argsort(-last, kind="stable")), sieve)
    initial = [Club(tuple(units), (number,)) for number, units in enumerate(groups, 1)]
    clubs, left = initial, divergent
    if merge is not None:
        clubs = MERGES[merge](clubs, tester)
    if merge_divergent:
        clubs, left = absorb_divergent(clubs, left, tester)
    return ClubResult(
        members=_members(clubs, panel.columns),
        tests=_tests(clubs, tester),
        initial_members=_members(initial, panel.columns),
        initial_tests=_tests(initial, tester),
        merged_from=pd.Series(
            {number: club.origins for number, club in enumerate(clubs, 1)},
            name="merged_from",
            dtype="object",
        ),
        overall=log_t_test(panel, trim, critical),
        trim=trim,
        critical=critical,
        merge=merge,
    )


def transition_paths(log_values: pd.DataFrame, members: pd.Series | None = None) -> pd.DataFrame:
    """Mean relative transition path of each club, against the mean of the whole panel.

    Parameters
    ----------
    log_values : DataFrame, shape (T, n)
        Logs, periods in rows, units in columns.
    members : Series, optional
        Unit -> club; without it the paths of the units are returned.

    Returns
    -------
    DataFrame, shape (T, clubs) or (T, n)
        Paths that close on one are those of a panel that converges (Phillips and Sul 2009).

    Raises
    ------
    ValueError
        Where a unit has no club or more than one.
    EstimationError
        As :func:`regiometrics.convergence.log_t.relative_transition`.
    """
    paths = relative_transition(log_values)
    if members is None:
        return paths
    if not isinstance(members, pd.Series) or members.index.has_duplicates:
        raise ValueError("members is no Series with each unit once; expected unit -> club.")
    missing = paths.columns.difference(members.index[members.notna()])
    if len(missing):
        raise ValueError(f"Unit {missing[0]} of the panel has no club.")
    clubs = members.reindex(paths.columns).to_numpy()
    return paths.T.groupby(clubs).mean().T.rename_axis(columns="club")


class _Tester:
    """The log t regression of groups of one panel, groups given as positions of units."""

    def __init__(self, panel: pd.DataFrame, trim: float, critical: float):
        self.panel, self.trim, self.critical = panel, trim, critical

    def regressions(self, groups: Sequence[Sequence[int]]):
        masks = np.zeros((len(groups), self.panel.shape[1]), dtype=bool)
        for row, units in enumerate(groups):
            masks[row, list(units)] = True
        return log_t_regressions(group_variance(self.panel, masks), self.trim)

    def t(self, groups: Sequence[Sequence[int]]) -> np.ndarray:
        return self.regressions(groups)[2]

    def passes(self, units: list[int]) -> bool:
        return bool(self.t([units])[0] > self.critical)


def _cluster(
    tester: _Tester, ordered: list[int], sieve: float
) -> tuple[list[list[int]], list[int]]:
    """Clubs and divergent units, from units in descending order."""
    clubs: list[list[int]] = []
    rest = ordered
    while len(rest) > 1:
        if tester.passes(rest):
            return [*clubs, rest], []
        core = _core_group(tester, rest)
        if core is None:
            break
        club = _sift(tester, core, [unit for unit in rest if unit not in core], sieve)
        clubs.append(club)
        rest = [unit for unit in rest if unit not in club]
    return clubs, rest


def _core_group(tester: _Tester, ordered: list[int]) -> list[int] | None:
    pairs = [ordered[i : i + 2] for i in range(len(ordered) - 1)]
    passing = np.flatnonzero(tester.t(pairs) > tester.critical)
    if not len(passing):
        return None
    start = int(passing[0])
    best, best_t = None, -np.inf
    for end in range(start + 2, len(ordered) + 1):
        group = ordered[start:end]
        t = tester.t([group])[0]
        if not t > tester.critical:
            break
        if t > best_t:
            best, best_t = group, t
    return best


def _sift(tester: _Tester, core: list[int], others: list[int], sieve: float) -> list[int]:
    """Core group and the units that fit it, with c* raised until the club passes the test."""
    t = tester.t([[*core, unit] for unit in others]) if others else np.empty(0)
    while True:
        added = t > sieve
        club = [*core, *(unit for unit, fits in zip(others, added, strict=True) if fits)]
        if not added.any() or tester.passes(club):
            return club
        sieve = t[added].min()


def _members(clubs: list[Club], units: pd.Index) -> pd.Series:
    members = pd.Series(DIVERGES, index=units, name="club", dtype="int64")
    for number, club in enumerate(clubs, 1):
        members.iloc[list(club.units)] = number
    return members


def _tests(clubs: list[Club], tester: _Tester) -> pd.DataFrame:
    beta, error, t = tester.regressions([club.units for club in clubs])
    return pd.DataFrame(
        {
            "beta": beta,
            "std_error": error,
            "t": t,
            "pvalue": laws.norm.cdf(t),
            "n_units": [len(club.units) for club in clubs],
        },
        index=pd.RangeIndex(1, len(clubs) + 1, name="club"),
    )
