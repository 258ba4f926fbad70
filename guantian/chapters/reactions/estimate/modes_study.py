"""Modes of the zone's cities and pairs, from the estimates and the cities' co-movement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.reactions.estimate.modes import Estimated, deviation_draws, mode_table
from guantian.chapters.reactions.estimate.reaction import ReactionSettings
from guantian.chapters.reactions.estimate.reaction_data import ReactionOutcome
from guantian.chapters.reactions.estimate.reaction_study import usable_sample
from guantian.chapters.reactions.estimate.rivals import (
    SIDES,
    rival_weights,
    sector_shares,
    structure_likeness,
)
from guantian.chapters.reactions.estimate.shocks import clean_outcome
from guantian.chapters.reactions.estimate.surroundings import Surroundings

SLOPES = "iv_sides"  # the specification whose slopes are the centre of the draws


def run_modes(
    figures: pd.DataFrame,
    outcomes: Sequence[ReactionOutcome],
    structure: pd.DataFrame,
    estimates: pd.DataFrame,
    around: Surroundings,
    settings: ReactionSettings,
    choices: Mapping[str, Any],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Classify the zone's cities and pairs for each outlay.

    Parameters
    ----------
    figures, around, settings
        As for :func:`guantian.chapters.reactions.estimate.reaction_study.run_reactions`.
    outcomes
        The outlays.
    structure
        Sector shares in long form.
    estimates
        With analyses ``reaction`` and ``spillover``.
    choices
        ``structure_year``, ``block`` (years) and ``draws``.

    Returns
    -------
    cities, pairs : DataFrame
        As :func:`mode_table` returns them, with ``outlay``,
        ``threshold`` and ``between`` (the standard deviation of slopes between the nation's
        cities); no rows where an outlay has no estimate or no city of the zone has figures.
    """
    city_frames, pair_frames = [], []
    for outcome in outcomes:
        estimated = _estimated(estimates, outcome.name)
        sample, _ = usable_sample(figures, outcome, around)
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
        likeness = pd.DataFrame(
            structure_likeness(sector_shares(structure, choices["structure_year"], sample.cities)),
            index=sample.cities,
            columns=sample.cities,
        )
        touching = _listed(around.pairs, likeness, sample.cities)
        touching = touching[touching["adjacent"] == 1]
        threshold = float(touching["similarity"].median())
        place = pd.Index(sample.cities).get_indexer(zone)
        cities, pairs = mode_table(
            estimated, zone, drawn[:, place], _inside_share(around, sample.cities)[place],
            _mean_likeness(weights, likeness.to_numpy())[place],
            _listed(around.pairs, likeness, zone), threshold, settings.band,
            settings.confidence, rng,
        )  # fmt: skip
        about = {"outlay": outcome.name, "threshold": threshold, "between": between}
        city_frames.append(cities.assign(**about))
        pair_frames.append(pairs.assign(**about))
    names = around.cities["name_en"]
    return _named(city_frames, ["city_code"], names), _named(
        pair_frames, ["code_a", "code_b"], names
    )


def _estimated(estimates: pd.DataFrame, outlay: str) -> Estimated | None:
    slopes = estimates[
        (estimates["analysis"] == "reaction")
        & (estimates["spec"] == SLOPES)
        & (estimates["sample"] == "nation")
        & (estimates["outcome"] == outlay)
    ].set_index("term")
    spill = estimates[
        (estimates["analysis"] == "spillover") & (estimates["spec"] == outlay)
    ].set_index("term")
    found = [
        frame.reindex(SIDES)[column]
        for frame in (slopes, spill)
        for column in ("estimate", "std_error")
    ]
    return None if any(part.isna().any() for part in found) else Estimated(*found)


def _listed(pairs: pd.DataFrame, likeness: pd.DataFrame, cities: Sequence[str]) -> pd.DataFrame:
    """Pairs with both cities among these, and their likeness."""
    chosen = pairs[pairs["code_a"].isin(cities) & pairs["code_b"].isin(cities)]
    index = likeness.index
    a, b = index.get_indexer(chosen["code_a"]), index.get_indexer(chosen["code_b"])
    return chosen.assign(similarity=likeness.to_numpy()[a, b]).reset_index(drop=True)


def _inside_share(around: Surroundings, cities: Sequence[str]) -> np.ndarray:
    """Share of each city's neighbours that lie in its own province."""
    matrix = rival_weights(around.pairs, cities)
    provinces = around.provinces.reindex(cities).to_numpy()
    same = (provinces[:, None] == provinces[None, :]).astype("float64")
    return np.asarray((matrix.toarray() * same).sum(axis=1))


def _mean_likeness(weights, likeness: np.ndarray) -> np.ndarray:
    """Mean likeness with the rivals whose structure is known; missing where none is."""
    dense = weights.toarray() * np.isfinite(likeness)
    total = dense.sum(axis=1)
    mean = (dense * np.nan_to_num(likeness)).sum(axis=1)
    return np.divide(mean, total, out=np.full(len(dense), np.nan), where=total > 0)


def _named(frames: list[pd.DataFrame], codes: list[str], names: pd.Series) -> pd.DataFrame:
    if not frames:
        return pd.DataFrame(columns=["outlay", *codes, "mode", "probability"])
    joined = pd.concat(frames, ignore_index=True)
    for code in codes:
        joined[code.replace("code", "name") if code != "city_code" else "name_en"] = joined[
            code
        ].map(names)
    return joined.sort_values(["outlay", *codes], ignore_index=True)
