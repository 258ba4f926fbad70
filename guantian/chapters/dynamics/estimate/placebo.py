"""The zone's log t, mobility and clubs among placebo zones."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from guantian.chapters.dynamics.estimate.cases import Case
from guantian.results import placebo_columns
from regiometrics.convergence.clubs import DIVERGES
from regiometrics.convergence.filters import trend
from regiometrics.convergence.log_t import log_t_regressions
from regiometrics.placebo.ranks import placebo_rank

MIN_GROUPS = 99  # placebo zones with complete data below which no rank is given


def placebo_rows(
    zone: Case,
    nation: Case,
    clubs: pd.DataFrame | None,
    placebo: np.ndarray,
    choices: Mapping,
    confidence: float,
) -> list[dict]:
    """Rank the zone among groups of as many cities with complete data.

    Parameters
    ----------
    zone, nation
        Cases of one specification.
    clubs
        Columns city_code and club of the nation's clubs; None leaves ``club_share`` out.
    placebo : shape (draws, size)
        Codes of the placebo zones; those with a city outside the nation's case are left out.
    choices
        ``filter``, ``trim``.
    confidence
        Of the intervals.

    Returns
    -------
    list of dict
        Rows ``slope`` (log t, by ``method``: common trend kept or removed),
        ``rank_mobility`` (mean absolute change of the cities' percentile rank in the nation from
        first to last year), ``club_share`` (largest share of the cities in one national club), as
        :func:`guantian.results.placebo_columns` gives them; a note where there is no rank.
    """
    cities = nation.values.columns
    groups = cities.get_indexer(placebo.ravel()).reshape(placebo.shape)
    complete = (groups >= 0).all(axis=1)
    groups = groups[complete]
    own = cities.get_indexer(zone.values.columns)
    if (own < 0).any() or len(own) != placebo.shape[1] or len(groups) < MIN_GROUPS:
        note = (
            f"no rank: the zone has {len(own)} cities with complete data of {placebo.shape[1]}, "
            f"and {len(groups)} placebo zones are complete"
        )
        return [{"term": "slope", "note": note}]
    zones = np.vstack([own, groups])
    logs = trend(nation.logs, choices["filter"]).to_numpy()
    values = {
        ("slope", method): log_t_regressions(_variance(logs, zones, kept), choices["trim"])[0]
        for method, kept in (("common trend kept", True), ("common trend removed", False))
    }
    values["rank_mobility", ""] = _rank_change(nation.values)[zones].mean(axis=1)
    if clubs is not None:
        club = clubs.set_index("city_code")["club"].reindex(cities).to_numpy()
        values["club_share", ""] = _largest_share(club[zones])
    rows = []
    for (term, method), statistic in values.items():
        ranked = placebo_rank(statistic[0], statistic[1:], placebo[complete])
        columns = placebo_columns(ranked, statistic[1:], confidence)
        rows.append({"term": term, "method": method, **columns})
    return rows


def _variance(logs: np.ndarray, zones: np.ndarray, kept: bool) -> np.ndarray:
    """H by zone and period, shape (zones, T); without the common trend up to a constant factor."""
    chosen = logs[:, zones]  # (T, zones, size)
    mean = chosen.mean(axis=2)
    variance = ((chosen - mean[..., None]) ** 2).mean(axis=2)
    return (variance / mean**2 if kept else variance).T


def _rank_change(values: pd.DataFrame) -> np.ndarray:
    share = values.iloc[[0, -1]].rank(axis=1, pct=True).to_numpy()
    return np.abs(share[1] - share[0])


def _largest_share(club: np.ndarray) -> np.ndarray:
    """Share of each row's most frequent club; a diverging city is alone."""
    shares = [(club == number).mean(axis=1) for number in np.unique(club) if number != DIVERGES]
    alone = np.full(len(club), 1 / club.shape[1])
    return np.max([*shares, alone], axis=0)
