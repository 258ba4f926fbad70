"""Rivals of a similar rank in the province beside its neighbours (Yu, Zhou and Zhu 2016)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from guantian.chapters.reactions.estimate.neighbourhood import Neighbourhood
from guantian.chapters.reactions.estimate.quadratic import quadratic_slopes
from guantian.chapters.reactions.estimate.reaction_data import ReactionOutcome
from guantian.chapters.reactions.estimate.rival_tests import (
    BY_PAIRS,
    ESTIMATOR,
    NESTED,
    TestSettings,
    network,
)
from guantian.chapters.reactions.estimate.shocks import within_groups
from regiometrics.inference import inference_row

#: Terms, in the order of the weights.
RANKED = ("similar_rank", "neighbours_given_rank", "across_given_rank")
OUTPUT = "gdp_100m_yuan"


def rank_weights(output: np.ndarray, provinces: np.ndarray, places: int) -> sparse.csr_array:
    """Row-standardised weights of the cities next to a city in its province's ranking by output.

    Parameters
    ----------
    output : ndarray, shape (n,)
        By which cities are ranked; a city without a value has no rivals.
    provinces : ndarray of int, shape (n,)
    places
        As many places above and as many below are rivals.

    Returns
    -------
    csr_array, shape (n, n)

    Examples
    --------
    >>> rank_weights(np.array([3.0, 1.0, 2.0, 9.0]), np.array([0, 0, 0, 1]), 1).toarray().tolist()
    [[0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]
    """
    rank = pd.Series(output).groupby(provinces).rank(method="first").to_numpy()
    with np.errstate(invalid="ignore"):
        near = (np.abs(rank[:, None] - rank) <= places) & (provinces[:, None] == provinces)
    np.fill_diagonal(near, False)
    count = near.sum(axis=1, keepdims=True)
    return sparse.csr_array(np.divide(near, count, out=np.zeros(near.shape), where=count > 0))


def ranked_rival_rows(
    data: pd.DataFrame,
    outcome: ReactionOutcome,
    around: Neighbourhood,
    places: int,
    settings: TestSettings,
) -> Iterator[dict[str, Any]]:
    """Estimate responses to rivals of a similar rank in the province, and to its neighbours.

    The three lags, rivals next in the province's ranking by output in the first year, neighbours
    inside the province and neighbours across its border, are in one model.

    Parameters
    ----------
    data
        On (city_code, year), with output.
    outcome
        Investment per head, in levels.
    around
        Cities and pairs.
    places
        As many places above and below in the ranking are rivals.
    settings
        Confidence.

    Yields
    ------
    dict
        Estimates of the analysis ``external``, variant ``yu_zhou_zhu_2016``, terms `RANKED`, with
        two-way and with province-year effects.
    """
    net = network(data, outcome, around, growth=False)
    output = data[OUTPUT].xs(outcome.first, level="year").reindex(net.cities).to_numpy("float64")
    by_rank = rank_weights(output, net.provinces, places)
    weights = [by_rank, *net.weights.values()]
    kinds = {
        "two_way": (net.values, {}, ESTIMATOR),
        "province_year": (
            within_groups(net.values, net.provinces),
            {"cells": net.provinces},
            NESTED,
        ),
    }
    for effect, (values, cells, estimator) in kinds.items():
        found = quadratic_slopes(values, weights, net.provinces, **cells)
        for place, term in enumerate(RANKED):
            slope, error = float(found.params[place]), float(found.errors[place])
            yield {
                "analysis": "external",
                "variant": "yu_zhou_zhu_2016",
                "sample": "china",
                "outcome": outcome.name,
                "measure": "level",
                "term": term,
                "effect": effect,
                "parameter": "rank_places",
                "setting": places,
                "df": found.df,
                **net.counts,
                "estimator": estimator,
                "cov_type": BY_PAIRS,
                "note": "Rivals by rank, neighbours inside and neighbours across in one model.",
                **inference_row(slope, error, settings.confidence, found.df),
            }
