"""What log t and its clubs say of cities that wander: random walks fitted to the panel."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from regiometrics.convergence.clubs import ClubResult, club_convergence
from regiometrics.convergence.filters import remove_common_trend, trend
from regiometrics.convergence.log_t import log_t_test
from regiometrics.errors import EstimationError


def random_walks(logs: pd.DataFrame, draws: int, seed: int) -> np.ndarray:
    """Panels that start where the cities start and then wander.

    Parameters
    ----------
    logs : DataFrame, shape (T, n)
        Logs, periods in rows.
    draws, seed
        Panels, by ``numpy.random.default_rng(seed)``.

    Returns
    -------
    ndarray, shape (draws, T, n)
        First values as seen; growth is each period's mean over units plus a deviation drawn with
        replacement from those of all units and periods. No unit is drawn to any other.
    """
    values = logs.to_numpy(dtype="float64")
    growth = np.diff(values, axis=0)
    mean = growth.mean(axis=1)
    pool = (growth - mean[:, None]).ravel()
    rng = np.random.default_rng(seed)
    steps = rng.choice(pool, size=(draws, *growth.shape)) + mean[:, None]
    start = np.broadcast_to(values[0], (draws, 1, values.shape[1]))
    return np.concatenate([start, values[0] + steps.cumsum(axis=1)], axis=1)


def walk_rows(logs: pd.DataFrame, seen: ClubResult, choices: Mapping) -> list[dict]:
    """Share of random walks in which log t rejects, the clubs found in them, the zone's rank.

    Parameters
    ----------
    logs : DataFrame, shape (T, n)
        Logs before filtering.
    seen
        Result of the panel itself.
    choices
        ``random_walks``, ``seed``, ``filter``, ``trim``, ``critical_value``, ``merge``.

    Returns
    -------
    list of dict
        Rows: ``share_rejecting``, ``share_with_club`` (some cities form a club, or all converge),
        ``mean_clubs``, and ``rank`` by ``method`` (estimate: the panel's slope, common trend
        kept or removed; p_value: its rank among the walks' from below).
    """
    panels = random_walks(logs, choices["random_walks"], choices["seed"])
    draws, periods, n = panels.shape
    flat = pd.DataFrame(panels.transpose(1, 0, 2).reshape(periods, draws * n), index=logs.index)
    smooth = trend(flat, choices["filter"])
    slopes, rejected, clubs, free = [], [], [], []
    for draw in range(draws):
        panel = smooth.iloc[:, draw * n : (draw + 1) * n]
        try:
            result = club_convergence(
                panel, choices["trim"], choices["critical_value"], choices["merge"]
            )
        except EstimationError:  # a walk below zero has no relative path
            continue
        slopes.append(result.overall.beta)
        rejected.append(not result.overall.converges)
        clubs.append(len(result.tests))
        free.append(_unit_free(panel, choices))
    if not slopes:
        return [{"term": "rank", "note": "no random walk has positive logs"}]
    slopes, free = np.array(slopes), np.array(free)
    own_free = _unit_free(trend(logs, choices["filter"]), choices)
    common = {
        "estimator": "random walks fitted to the panel",
        "n_draws": len(slopes),
    }
    return [
        {"term": "share_rejecting", "estimate": np.mean(rejected), **common},
        {"term": "share_with_club", "estimate": np.mean(np.array(clubs) > 0), **common},
        {"term": "mean_clubs", "estimate": np.mean(clubs), **common},
        {
            "term": "rank",
            "method": "common trend kept",
            "estimate": seen.overall.beta,
            "p_value": (1 + (slopes <= seen.overall.beta).sum()) / (1 + len(slopes)),
            "note": "p-value: share of walks with a slope as low",
            **common,
        },
        {
            "term": "rank",
            "method": "common trend removed",
            "estimate": own_free,
            "p_value": (1 + (free <= own_free).sum()) / (1 + len(free)),
            "note": "p-value: share of walks with a slope as low",
            **common,
        },
    ]


def _unit_free(logs: pd.DataFrame, choices: Mapping) -> float:
    return log_t_test(remove_common_trend(logs), choices["trim"], choices["critical_value"]).beta
