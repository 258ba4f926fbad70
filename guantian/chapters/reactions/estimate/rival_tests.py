"""Primary tests of responses to rivals: infrastructure (S1.4) and types of pairs (S1.7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from guantian.chapters.reactions.estimate.neighbourhood import Neighbourhood
from guantian.chapters.reactions.estimate.quadratic import (
    LagSlopes,
    permuted_slopes,
    quadratic_slopes,
    typed_weights,
)
from guantian.chapters.reactions.estimate.reaction_data import (
    ReactionOutcome,
    ReactionSample,
    reaction_sample,
)
from guantian.chapters.reactions.estimate.rivals import (
    SIDES,
    rival_weights,
    structure_similarity,
)
from guantian.chapters.reactions.estimate.shocks import clean_outcome, within_groups
from guantian.placebo_inference import (
    LEVEL,
    calibrated_size,
    placebo_row,
)
from guantian.results import placebo_columns
from regiometrics import _laws as laws
from regiometrics.inference import holm, inference_row
from regiometrics.placebo.ranks import placebo_rank

ESTIMATOR = "quadratic moments (Lin and Lee 2010), two-way effects"
NESTED = "quadratic moments (Lin and Lee 2010), city and province-year effects"
BY_PAIRS = "clustered by pairs of provinces"
#: Analysis of a row by whether it is of the first outcome, its side and its effects.
KINDS = {
    (True, "inside", "two_way"): "primary",
    (True, "across", "province_year"): "falsification",
}


@dataclass(frozen=True)
class TestSettings:
    """What the primary tests share: placebo draws, their seed, and confidence."""

    draws: int
    seed: int
    confidence: float


@dataclass(frozen=True)
class Network:
    """An outcome on a network of cities.

    Attributes
    ----------
    cities : list of str
        Codes.
    values : ndarray, shape (n, T)
        The outcome without city and year means and what the controls explain.
    provinces : ndarray of int, shape (n,)
        From 0.
    weights : dict of str to csr_array
        Rivals ``inside`` the province and ``across`` its border.
    """

    cities: list[str]
    values: np.ndarray
    provinces: np.ndarray
    weights: Mapping[str, sparse.csr_array]

    @property
    def counts(self) -> dict[str, int]:
        """Columns of results."""
        n, periods = self.values.shape
        groups = int(self.provinces.max()) + 1
        return {"n_obs": n * periods, "n_units": n, "n_periods": periods, "n_clusters": groups}


def growth_of(sample: ReactionSample) -> tuple[pd.Series, pd.DataFrame]:
    """Difference an outcome and its controls from year to year."""
    both = pd.concat([sample.outcome.rename("outcome"), sample.controls], axis=1)
    changes = both.groupby(level=0).diff().dropna()
    return changes["outcome"], changes[list(sample.controls)]


def network(
    data: pd.DataFrame, outcome: ReactionOutcome, around: Neighbourhood, *, growth: bool
) -> Network:
    """Gather an outcome, in growth or in levels, and its network."""
    sample = reaction_sample(data, outcome, around.members("nation"), around.bridge)
    values = clean_outcome(*growth_of(sample)) if growth else clean_outcome(
        sample.outcome, sample.controls
    )  # fmt: skip
    cities = sample.cities
    provinces = pd.factorize(around.provinces.reindex(cities))[0]
    weights = {side: rival_weights(around.pairs, cities, side) for side in SIDES}
    return Network(cities, values, provinces, weights)


def infrastructure_rows(
    data: pd.DataFrame,
    primary: ReactionOutcome,
    others: Sequence[ReactionOutcome],
    around: Neighbourhood,
    settings: TestSettings,
) -> Iterator[dict[str, Any]]:
    """Test whether infrastructure investment responds to rivals' in the same province (S1.4).

    Parameters
    ----------
    data
        On (city_code, year).
    primary
        Infrastructure investment per head.
    others
        Road area, built-up land, debt and the like.
    around
        Cities, pairs and placebo zones.
    settings
        Draws, seed and confidence.

    Yields
    ------
    dict
        Estimates, variant ``S1.4``. Primary: the slope in rivals ``inside``, given those across.
        The expected error and the size come from permuted labels of the cities, under which no
        city has its true rivals. Falsification: rivals ``across`` the border with province-year
        effects, which take out what a province does to all its cities. Secondary: the slope
        inside with province-year effects; the slope beyond that of permutations within provinces
        (``same_province``), which keep what a province's cities share; levels; other outcomes.

    Notes
    -----
    No slope is causal: a shock shared by neighbours within a province gives one as well. Growth is
    primary because its expected error, from permuted labels, is 0.025; that of levels is 0.033.
    """
    for outcome in (primary, *others):
        for growth in (True, False):
            net = network(data, outcome, around, growth=growth)
            form = "growth" if growth else "level"
            about = {"sample": "china", "outcome": outcome.name, "measure": form}
            head = about | {"variant": "S1.4", **net.counts, "estimator": ESTIMATOR}
            first = outcome is primary and growth
            yield from _side_rows(net, head, settings, first=first)
            if first:
                yield _beyond_province(net, head, settings)
                yield from _zone_rows(net, around, head, settings)


def _side_rows(
    net: Network, head: Mapping[str, Any], settings: TestSettings, *, first: bool
) -> Iterator[dict[str, Any]]:
    """Slopes inside and across, under both kinds of effects; placebos for the first outcome."""
    both, provinces = list(net.weights.values()), net.provinces
    kinds = {
        "two_way": (net.values, {}, ESTIMATOR),
        "province_year": (within_groups(net.values, provinces), {"cells": provinces}, NESTED),
    }
    for effect, (values, cells, estimator) in kinds.items():
        found = quadratic_slopes(values, both, provinces, **cells)
        within = provinces if cells else None
        drawn = first and permuted_slopes(
            values, both, provinces, settings.draws, settings.seed, **cells, within=within
        )
        for place, side in enumerate(net.weights):
            yield _slope_row(found, drawn, place, settings, head) | {
                "analysis": KINDS.get((first, side, effect), "secondary"),
                "term": side,
                "effect": effect,
                "estimator": estimator,
            }


def _slope_row(
    found: LagSlopes,
    drawn: Sequence[LagSlopes] | bool,
    place: int,
    settings: TestSettings,
    head: Mapping[str, Any],
) -> dict[str, Any]:
    """One slope, with size and power where there are placebo draws."""
    slope, error = float(found.params[place]), float(found.errors[place])
    about = {**head, "cov_type": BY_PAIRS}
    if not drawn:
        return about | inference_row(slope, error, settings.confidence, found.df)
    drawn_slopes = np.array([each.params[place] for each in drawn])
    ratios = np.array([each.ratios[place] for each in drawn])
    return placebo_row(slope, error, found.df, drawn_slopes, ratios, settings.confidence, about)


def _beyond_province(
    net: Network, head: Mapping[str, Any], settings: TestSettings
) -> dict[str, Any]:
    """Compare the slope inside with those of cities permuted within their provinces."""
    both = list(net.weights.values())
    slope = quadratic_slopes(net.values, both, net.provinces).params[0]
    drawn = permuted_slopes(
        net.values, both, net.provinces, settings.draws, settings.seed, within=net.provinces
    )
    values = np.array([each.params[0] for each in drawn])
    ranked = placebo_columns(placebo_rank(slope, values), values, settings.confidence)
    return {
        **head,
        **ranked,
        "analysis": "secondary",
        "term": "inside",
        "effect": "two_way",
        "placebo_set": "same_province",
        "estimator": f"{ESTIMATOR}, minus permutations within provinces",
    }


def _zone_rows(
    net: Network, around: Neighbourhood, head: Mapping[str, Any], settings: TestSettings
) -> Iterator[dict[str, Any]]:
    """Mean correlation of growth over the pairs of the zone, ranked among placebo zones."""
    index = pd.Index(net.cities)
    correlation = np.corrcoef(net.values)
    members = around.members("zone")

    def means(groups: np.ndarray) -> np.ndarray:
        places = index.get_indexer(groups.ravel()).reshape(groups.shape)
        known = (places >= 0).astype("float64")
        both = known[:, :, None] * known[:, None, :] * (1 - np.eye(groups.shape[1]))
        block = correlation[places[:, :, None], places[:, None, :]]
        enough = known.sum(axis=1) >= max(3, len(members) - 2)
        total = (block * both).sum(axis=(1, 2))
        return np.where(enough, total / np.maximum(both.sum(axis=(1, 2)), 1), np.nan)

    own = means(np.array([members], dtype="object"))[0]
    others = means(around.groups)
    if np.isfinite(own) and np.isfinite(others).any():
        rank = placebo_rank(own, others, around.groups)
        yield {
            **{name: head[name] for name in ("variant", "outcome", "measure")},
            **placebo_columns(rank, others, settings.confidence),
            "analysis": "secondary",
            "sample": "zone",
            "term": "correlation",
            "n_units": int(index.isin(members).sum()),
            "n_periods": head["n_periods"],
        }


def pair_type_rows(
    data: pd.DataFrame,
    outcomes: Sequence[ReactionOutcome],
    around: Neighbourhood,
    classes: int,
    settings: TestSettings,
) -> Iterator[dict[str, Any]]:
    """Test whether slopes differ by type of pair: same province × class of similarity (S1.7).

    Parameters
    ----------
    data, around, settings
        As `infrastructure_rows` takes them.
    outcomes
        The first is primary.
    classes
        Classes of similarity of structure, of equal numbers of adjacent pairs.

    Yields
    ------
    dict
        Estimates, variant ``S1.7``. Primary, term ``difference``: the largest difference between
        the slopes of two types, with the p-value of the Wald test that all slopes are equal. A
        largest difference is above zero by chance: ``difference_by_chance``, secondary, is its
        mean under placebos. Secondary, term ``slope``: each type's slope, group the side of the
        border, setting the class of similarity (1 the least similar), ``p_adjusted`` by Holm over
        the types: three modes need one slope above and one below zero.

    Notes
    -----
    A slope is that in the mean of the city's rivals of the type, as in `infrastructure_rows`: where
    pairs weigh one over the number of all neighbours, the expected error of a difference is three
    times as large. Placebo: types are permuted among the pairs. The error of the difference takes
    the two types as given; the p-value does not.
    """
    for outcome in outcomes:
        full = network(data, outcome, around, growth=True)
        net, pairs = _with_types(full, around, classes)
        found = _typed_slopes(net, pairs, pairs.types)
        rng = np.random.default_rng(settings.seed)
        drawn = [
            _typed_slopes(net, pairs, rng.permutation(pairs.types)) for _ in range(settings.draws)
        ]
        head = {"variant": "S1.7", "sample": "china", "outcome": outcome.name, "measure": "growth"}
        head |= {**net.counts, "estimator": ESTIMATOR}
        analysis = "primary" if outcome is outcomes[0] else "secondary"
        yield {"analysis": analysis, **_difference_row(found, drawn, settings, head)}
        yield from _type_slopes(found, drawn, classes, settings, head)
        by_chance = np.array([np.ptp(each.params) for each in drawn])
        low, high = np.quantile(by_chance, [1 - settings.confidence, settings.confidence])
        yield head | {
            "analysis": "secondary",
            "term": "difference_by_chance",
            "estimate": float(by_chance.mean()),
            "std_error": float(by_chance.std(ddof=1)),
            "conf_low": float(low),
            "conf_high": float(high),
            "n_draws": settings.draws,
            "cov_type": "permuted types",
        }


@dataclass(frozen=True)
class _Pairs:
    """Directed pairs: rows, columns, and the undirected pair; the type of each of these."""

    rows: np.ndarray
    columns: np.ndarray
    pair: np.ndarray
    types: np.ndarray


def _with_types(net: Network, around: Neighbourhood, classes: int) -> tuple[Network, _Pairs]:
    """Keep the cities whose structure is known, and class their adjacent pairs."""
    known = around.shares.reindex(net.cities).notna().all(axis=1).to_numpy()
    cities = [code for code, keep in zip(net.cities, known, strict=True) if keep]
    values = net.values[known] - net.values[known].mean(axis=0)
    provinces = pd.factorize(around.provinces.reindex(cities))[0]
    everyone = rival_weights(around.pairs, cities).tocoo()
    low = np.minimum(everyone.row, everyone.col).astype(np.int64)
    high = np.maximum(everyone.row, everyone.col).astype(np.int64)
    names, pair = np.unique(low * len(cities) + high, return_inverse=True)
    a, b = names // len(cities), names % len(cities)
    similarity = structure_similarity(around.shares.reindex(cities))[a, b]
    level = pd.qcut(similarity, classes, labels=False)
    same = provinces[a] == provinces[b]
    types = np.where(same, 0, classes) + level
    net = Network(cities, values, provinces, {"neighbours": sparse.csr_array(everyone)})
    return net, _Pairs(everyone.row, everyone.col, pair, types)


def _typed_slopes(net: Network, pairs: _Pairs, types: np.ndarray) -> LagSlopes:
    """Slopes in the mean of a city's rivals of each type."""
    weights = typed_weights(pairs.rows, pairs.columns, types[pairs.pair], len(net.cities))
    return quadratic_slopes(net.values, weights, net.provinces)


def _difference_row(
    found: LagSlopes, drawn: Sequence[LagSlopes], settings: TestSettings, head: Mapping[str, Any]
) -> dict[str, Any]:
    low, high = int(found.params.argmin()), int(found.params.argmax())
    contrast = np.zeros(len(found.params))
    contrast[high], contrast[low] = 1.0, -1.0
    error = float(np.sqrt(contrast @ found.cov @ contrast))
    wald = found.equality()
    walds = np.array([each.equality() for each in drawn])
    restrictions = len(found.params) - 1
    raw = (laws.f.sf(walds / restrictions, restrictions, found.df) < LEVEL).mean()
    p_value = (1 + int((walds >= wald).sum())) / (1 + len(walds))
    differences = np.array([each.params[high] - each.params[low] for each in drawn])
    row = inference_row(float(np.ptp(found.params)), error, settings.confidence, found.df)
    size = calibrated_size(walds)
    return {
        **head,
        **row,
        "term": "difference",
        "df": found.df,
        "p_value": p_value,
        "expected_std_error": float(differences.std(ddof=1)),
        "size_at_5pct": size,
        "n_draws": len(walds),
        "cov_type": f"{BY_PAIRS}; Wald test calibrated by permuted types",
        "note": "The interval takes the two types as given, the p-value does not. Before it was "
        f"calibrated the F test rejected {raw:.1%} of placebos.",
    }


def _type_slopes(
    found: LagSlopes,
    drawn: Sequence[LagSlopes],
    classes: int,
    settings: TestSettings,
    head: Mapping[str, Any],
) -> Iterator[dict[str, Any]]:
    rows = [
        inference_row(slope, error, settings.confidence, found.df)
        for slope, error in zip(found.params, found.errors, strict=True)
    ]
    adjusted = holm([row["p_value"] for row in rows])
    for place, row in enumerate(rows):
        yield {
            **head,
            **row,
            "analysis": "secondary",
            "term": "slope",
            "group": SIDES[place // classes],
            "setting": place % classes + 1,
            "df": found.df,
            "p_adjusted": adjusted[place],
            "expected_std_error": float(np.std([each.params[place] for each in drawn], ddof=1)),
            "cov_type": BY_PAIRS,
        }
