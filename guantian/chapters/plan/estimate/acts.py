"""Later acts, described: growth and travel times of the cities concerned, before and after."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from guantian.data.acts import Act


def describe_acts(
    growth: pd.DataFrame,
    acts: Sequence[Act],
    members: Collection[str],
    span: int,
) -> list[dict[str, Any]]:
    """Compare mean growth before and after each act, cities concerned minus the rest of the zone.

    Parameters
    ----------
    growth
        Reported growth in points, cities in rows, years in columns.
    acts
        The acts, with the cities concerned.
    members
        Codes of the zone.
    span
        Years before and after; the act's own year is left out.

    Returns
    -------
    list of dict
        Rows by ``group``, the act: values ``before``, ``after`` (the cities concerned),
        ``rest_before``, ``rest_after``, and the estimate ``difference`` (change minus the change
        of the rest), its p-value the rank
        among all choices of as many cities of the zone. Only a note where data are missing or
        none, or all, of the zone's cities are concerned.
    """
    rows: list[dict[str, Any]] = []
    zone = [code for code in sorted(members) if code in growth.index]
    for act in acts:
        common = {"group": act.id, "n_periods": 2 * span}
        concerned = [code for code in zone if code in act.cities]
        before = growth.reindex(index=zone, columns=range(act.year - span, act.year))
        after = growth.reindex(index=zone, columns=range(act.year + 1, act.year + span + 1))
        if not concerned or len(concerned) == len(zone):
            rows.append({**common, "term": "difference", "note": "no city, or every city"})
            continue
        if before.isna().any(axis=None) or after.isna().any(axis=None):
            rows.append({**common, "term": "difference", "note": "data are missing"})
            continue
        early, late = before.mean(axis=1), after.mean(axis=1)
        rest = [code for code in zone if code not in concerned]
        common |= {"n_units": len(concerned)}
        for term, value in (
            ("before", early[concerned].mean()),
            ("after", late[concerned].mean()),
            ("rest_before", early[rest].mean()),
            ("rest_after", late[rest].mean()),
        ):
            rows.append({**common, "term": term, "value": float(value)})
        change = (late - early).to_numpy()
        own = _less_rest(change, [zone.index(code) for code in concerned])
        others = np.array(
            [_less_rest(change, list(c)) for c in combinations(range(len(zone)), len(concerned))]
        )
        rows.append(
            {
                **common,
                "term": "difference",
                "estimate": own,
                "p_value": float((np.abs(others) >= abs(own) - 1e-12).mean()),
                "n_draws": len(others),
                "estimator": "means",
                "cov_type": "rank among all choices of as many cities",
            }
        )
    return rows


def describe_times(
    times: pd.DataFrame, acts: Sequence[Act], core: str, column: str
) -> list[dict[str, Any]]:
    """Return modelled hours to the core city a year before and a year after each act, as means.

    Parameters
    ----------
    times
        `code_a`, `code_b`, `year` and hours.
    acts
        As in `describe_acts`.
    core
        Code of the core city.
    column
        The hours to use.
    """
    ends = times[(times["code_a"] == core) | (times["code_b"] == core)]
    other = ends["code_a"].where(ends["code_a"] != core, ends["code_b"])
    hours = ends.assign(city=other).pivot(index="city", columns="year", values=column)
    rows = []
    for act in acts:
        cities = [code for code in act.cities if code in hours.index]
        for term, year in (("hours_before", act.year - 1), ("hours_after", act.year + 1)):
            if cities and year in hours.columns:
                value = float(hours.loc[cities, year].mean())
                rows.append(
                    {
                        "group": act.id,
                        "term": term,
                        "value": value,
                        "n_units": len(cities),
                    }
                )
    return rows


def _less_rest(change: np.ndarray, concerned: list[int]) -> float:
    chosen = np.zeros(len(change), bool)
    chosen[concerned] = True
    return float(change[chosen].mean() - change[~chosen].mean())
