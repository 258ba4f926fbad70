"""Modes of the zone's cities and pairs, from the estimates and the cities' co-movement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.reactions.estimate.modes import Estimated, deviation_draws, mode_table
from guantian.chapters.reactions.estimate.names import MODES
from guantian.chapters.reactions.estimate.neighbourhood import Neighbourhood
from guantian.chapters.reactions.estimate.reaction import ReactionSettings
from guantian.chapters.reactions.estimate.reaction_data import ReactionOutcome
from guantian.chapters.reactions.estimate.reaction_study import usable_sample
from guantian.chapters.reactions.estimate.rivals import (
    SIDES,
    rival_weights,
    sector_shares,
    structure_similarity,
)
from guantian.chapters.reactions.estimate.rows import Rows
from guantian.chapters.reactions.estimate.shocks import clean_outcome
from guantian.results import rows

SLOPES = "iv_sides"  # the specification whose slopes are the centre of the draws


def run_modes(
    data: pd.DataFrame,
    outcomes: Sequence[ReactionOutcome],
    structure: pd.DataFrame,
    estimates: Iterable[Mapping[str, Any]],
    around: Neighbourhood,
    settings: ReactionSettings,
    choices: Mapping[str, Any],
) -> Rows:
    """Classify the zone's cities and pairs for each expenditure.

    Parameters
    ----------
    data, around, settings
        As for :func:`guantian.chapters.reactions.estimate.reaction_study.run_reactions`.
    outcomes
        The expenditures.
    structure
        Sector shares in long form.
    estimates
        Rows with analyses ``reaction`` and ``spillover``.
    choices
        ``structure_year``, ``block`` (years) and ``draws``.

    Returns
    -------
    Rows
        Analysis ``modes``, the variable is the expenditure, unit the city, partner the other city
        of a pair. Estimates: the ``slope``, with the interval of its draws. Series: ``spillover``,
        ``similarity``, ``inside_share`` (of cities), ``adjacent`` (of pairs, 0 or 1), the
        ``probability`` of each mode (group), the most probable ``mode`` (group) with its
        probability; of China the ``threshold`` of similarity and ``between_sd``, the standard
        deviation of slopes between cities. No rows where an expenditure has no estimate or no city
        of the zone has data.
    """
    found, frame = Rows(), pd.DataFrame(estimates)
    for outcome in outcomes:
        estimated = _estimated(frame, outcome.name)
        sample, _ = usable_sample(data, outcome, around)
        zone = [code for code in sample.cities if code in set(around.members("zone"))]
        if estimated is None or not zone:
            continue
        rng = np.random.default_rng(settings.seed)
        values = clean_outcome(sample.outcome, sample.controls)
        weights = rival_weights(around.pairs, sample.cities)
        # Levels that drift make spurious slopes in one city's few years: changes do not.
        changes = np.diff(values, axis=1)
        _, drawn, between = deviation_draws(
            changes, weights @ changes, choices["block"], choices["draws"], rng
        )
        similarity = pd.DataFrame(
            structure_similarity(
                sector_shares(structure, choices["structure_year"], sample.cities)
            ),
            index=sample.cities,
            columns=sample.cities,
        )
        touching = _listed(around.pairs, similarity, sample.cities)
        touching = touching[touching["adjacent"] == 1]
        threshold = float(touching["similarity"].median())
        place = pd.Index(sample.cities).get_indexer(zone)
        cities, pairs = mode_table(
            estimated, zone, drawn[:, place], _inside_share(around, sample.cities)[place],
            _mean_similarity(weights, similarity.to_numpy())[place],
            _listed(around.pairs, similarity, zone), threshold, settings.band,
            settings.confidence, rng,
        )  # fmt: skip
        about = {"analysis": "modes", "variable": outcome.name}
        for table in (cities, pairs):
            found.add(_mode_rows(table), **about, sample="zone", n_draws=choices["draws"])
        found.series += [
            {**about, "sample": "nation", "term": term, "value": value}
            for term, value in (("threshold", threshold), ("between_sd", between))
        ]
    return found


def _mode_rows(frame: pd.DataFrame) -> Rows:
    """Rows of the cities, or of the pairs, of `mode_table`."""
    found = Rows()
    for row in frame.to_dict("records"):
        if "city_code" in row:
            key, own = {"unit": row["city_code"]}, "inside_share"
        else:
            key, own = {"unit": row["code_a"], "partner": row["code_b"]}, "adjacent"
        limits = {"conf_low": row["slope_low"], "conf_high": row["slope_high"]}
        found.estimates.append({**key, "term": "slope", "estimate": row["slope"], **limits})
        found.series += [
            {**key, "term": term, "value": row[term]} for term in ("spillover", "similarity", own)
        ]
        found.series += [
            {**key, "term": "probability", "group": mode, "value": row[mode]} for mode in MODES
        ]
        if row["mode"] in MODES:
            most = {"group": row["mode"], "value": row["probability"]}
            found.series.append({**key, "term": "mode", **most})
    return found


def _estimated(estimates: pd.DataFrame, expenditure: str) -> Estimated | None:
    sides = rows(estimates, sample="nation", term=SIDES)
    slopes = rows(sides, analysis="reaction", variant=SLOPES, outcome=expenditure)
    spillovers = rows(sides, analysis="spillover", variant="province_year", variable=expenditure)
    found = [
        frame.set_index("term").reindex(SIDES)[column]
        for frame in (slopes, spillovers)
        for column in ("estimate", "std_error")
    ]
    return None if any(part.isna().any() for part in found) else Estimated(*found)


def _listed(pairs: pd.DataFrame, similarity: pd.DataFrame, cities: Sequence[str]) -> pd.DataFrame:
    """Pairs with both cities among these, and their similarity."""
    chosen = pairs[pairs["code_a"].isin(cities) & pairs["code_b"].isin(cities)]
    index = similarity.index
    a, b = index.get_indexer(chosen["code_a"]), index.get_indexer(chosen["code_b"])
    return chosen.assign(similarity=similarity.to_numpy()[a, b]).reset_index(drop=True)


def _inside_share(around: Neighbourhood, cities: Sequence[str]) -> np.ndarray:
    """Share of each city's neighbours that lie in its own province."""
    matrix = rival_weights(around.pairs, cities)
    provinces = around.provinces.reindex(cities).to_numpy()
    same = (provinces[:, None] == provinces[None, :]).astype("float64")
    return np.asarray((matrix.toarray() * same).sum(axis=1))


def _mean_similarity(weights, similarity: np.ndarray) -> np.ndarray:
    """Mean similarity with the rivals whose structure is known; missing where none is."""
    dense = weights.toarray() * np.isfinite(similarity)
    total = dense.sum(axis=1)
    mean = (dense * np.nan_to_num(similarity)).sum(axis=1)
    return np.divide(mean, total, out=np.full(len(dense), np.nan), where=total > 0)
