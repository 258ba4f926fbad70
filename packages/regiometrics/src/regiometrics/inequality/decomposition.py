"""Theil's indices split between and within groups of units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from regiometrics._arguments import one_of, whole
from regiometrics._values import positive_panel
from regiometrics.errors import EstimationError
from regiometrics.inequality.indices import PopulationWeights, generalised_entropy, shares

EQUAL = 1e-14  # an index below it is rounding: all units are equal


@dataclass(frozen=True)
class TheilDecomposition:
    """An index of Theil by period, and its parts.

    Attributes
    ----------
    parts : DataFrame
        The parts by period: ``total`` = ``between`` + ``within``, and ``between_share`` (missing
        where all units are equal).
    groups : DataFrame
        Values by (period, group): ``inequality`` inside the group, the ``weight`` that it has in
        ``within`` (share of income for T, of population for L), ``contribution`` (their product),
        and ``relative_mean`` (mean of the group over that of all).
    index, n_units, n_groups
        What was decomposed.

    Examples
    --------
    >>> values = pd.DataFrame([[1.0, 2.0, 4.0, 8.0]], [2000], list("abcd"))
    >>> found = theil_decomposition(values, None, pd.Series(list("xxyy"), list("abcd")))
    >>> found.parts.round(3).to_numpy().tolist()
    [[0.249, 0.193, 0.057, 0.773]]
    """

    parts: pd.DataFrame
    groups: pd.DataFrame
    index: str
    n_units: int
    n_groups: int


def theil_decomposition(
    values: pd.DataFrame,
    weights: PopulationWeights,
    groups: pd.Series | Mapping,
    index: Literal["T", "L"] = "T",
) -> TheilDecomposition:
    """Split Theil's T or L between and within groups.

    Parameters
    ----------
    values : DataFrame, shape (T, n)
        Periods in rows, units in columns; positive levels per head, complete.
    weights : DataFrame, Series by unit, or None
        Positive, usually population; equal where None.
    groups
        Unit -> group.
    index
        ``"T"`` or ``"L"`` (the mean log deviation).

    Returns
    -------
    TheilDecomposition

    Raises
    ------
    ValueError
        Where a value or weight is missing or not positive, or a unit has no group.

    Notes
    -----
    Theil (1967); Shorrocks (1980). With shares of population p and mean mu,
    ``T = sum p (x/mu) log(x/mu)``, between groups ``sum s_g log(mu_g/mu)``, within
    ``sum s_g T_g`` with shares of income ``s_g = p_g mu_g/mu``; for L, ``sum p_g log(mu/mu_g)``
    and ``sum p_g L_g``. Between and within add up exactly. A group of one unit has no inequality
    inside: its whole distance counts as between.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [10.0], "b": [10.0], "c": [40.0]})
    >>> split = theil_decomposition(values, None, {"a": "x", "b": "x", "c": "y"})
    >>> split.parts.round(4).loc[0].to_dict()
    {'total': 0.231, 'between': 0.231, 'within': 0.0, 'between_share': 1.0}
    """
    one_of("index", index, ("T", "L"))
    values = positive_panel(values, units=2, periods=1).astype("float64")
    labels = _labels(values, groups)
    p = shares(values, weights)
    alpha = 1 if index == "T" else 0
    total = generalised_entropy(values, alpha, p)
    rows = {}
    for group in _names(labels):
        inside = labels == group
        part, share = values.loc[:, inside], p.loc[:, inside]
        population = share.sum(axis=1)
        relative = (part * share).sum(axis=1) / population / (values * p).sum(axis=1)
        weight = population * relative if index == "T" else population
        inner = (
            generalised_entropy(part, alpha, share)
            if part.shape[1] > 1
            else pd.Series(0.0, index=values.index)
        )
        rows[group] = pd.DataFrame(
            {
                "inequality": inner,
                "weight": weight,
                "contribution": weight * inner,
                "relative_mean": relative,
            }
        )
    # In the order of periods and groups, whatever the type of their labels.
    by_group = pd.concat({name: rows[name] for name in rows}, names=["group"]).swaplevel()
    by_group = by_group.sort_index(level=0, sort_remaining=False, kind="stable")
    by_group.index.names = ["period", "group"]
    sign = 1 if index == "T" else -1
    distance = sign * by_group["weight"] * np.log(by_group["relative_mean"])
    parts = pd.DataFrame(
        {
            "total": total,
            "between": distance.groupby(level="period").sum(),
            "within": by_group["contribution"].groupby(level="period").sum(),
        }
    )
    # Of no inequality there is no share; rounding leaves some 1e-17 of it.
    parts["between_share"] = parts["between"] / parts["total"].where(parts["total"] > EQUAL)
    return TheilDecomposition(parts, by_group, index, values.shape[1], len(rows))


def between_rank(
    values: pd.DataFrame,
    weights: PopulationWeights,
    groups: pd.Series | Mapping,
    index: Literal["T", "L"] = "T",
    draws: int = 999,
    seed: int = 0,
) -> pd.Series:
    """Rank of inequality between groups among random groupings of the same sizes.

    Parameters
    ----------
    values, weights, groups, index
        The panel, its weights, the groups and the index, as for :func:`theil_decomposition`.
    draws, seed
        Random permutations of the groups over the units, by ``numpy.random.default_rng(seed)``.

    Returns
    -------
    Series
        By period, ``(1 + draws with as much between) / (1 + draws)``: small where the groups
        explain more than groups at random would (Rey 2004). Few units have few groupings: with one
        unit against six there are seven, and no rank can fall below one seventh.
    """
    one_of("index", index, ("T", "L"))
    draws, seed = whole("draws", draws), whole("seed", seed, 0)
    values = positive_panel(values, units=2, periods=1).astype("float64")
    labels = _labels(values, groups)
    if len(set(labels.tolist())) < 2:
        raise EstimationError("All units are in one group; expected two groups or more to rank.")
    p = shares(values, weights).to_numpy()
    income = p * values.to_numpy()
    income /= income.sum(axis=1, keepdims=True)
    dummies = (labels[:, None] == np.array(_names(labels), dtype=object)).astype("float64")
    seen = _between(income, p, dummies, index)
    rng = np.random.default_rng(seed)
    reached = np.zeros(len(values))
    for _ in range(draws):
        drawn = _between(income, p, rng.permutation(dummies), index)
        reached += drawn >= seen * (1 - 1e-12)  # the same grouping again, up to rounding
    return pd.Series((1 + reached) / (1 + draws), index=values.index, name="rank")


def _between(income: np.ndarray, p: np.ndarray, dummies: np.ndarray, index: str) -> np.ndarray:
    s, q = income @ dummies, p @ dummies
    return ((s if index == "T" else -q) * np.log(s / q)).sum(axis=1)


def _labels(values: pd.DataFrame, groups: pd.Series | Mapping) -> np.ndarray:
    if not isinstance(groups, Mapping | pd.Series):
        raise ValueError(f"groups is of type {type(groups).__name__}; expected unit -> group.")
    groups = pd.Series(groups)
    if groups.index.has_duplicates:
        twice = groups.index[groups.index.duplicated()][0]
        raise ValueError(f"Unit {twice} has more than one group; expected one.")
    labels = groups.reindex(values.columns)
    if labels.isna().any():
        raise ValueError(f"Unit {labels.index[labels.isna()][0]} of the panel has no group.")
    return labels.to_numpy()


def _names(labels: np.ndarray) -> list:
    """Groups in order; those of several types by type and text."""
    names = list(dict.fromkeys(labels.tolist()))
    try:
        return sorted(names)
    except TypeError:
        return sorted(names, key=lambda name: (type(name).__name__, str(name)))
