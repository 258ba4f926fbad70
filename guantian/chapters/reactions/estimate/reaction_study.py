"""All reaction functions of the study: outcomes, rivals, samples, windows, and tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy import sparse

from guantian.chapters.reactions.estimate.neighbourhood import Neighbourhood
from guantian.chapters.reactions.estimate.reaction import (
    ReactionSettings,
    attempt,
    instrument_rows,
    likelihood_rows,
)
from guantian.chapters.reactions.estimate.reaction_data import (
    ReactionOutcome,
    ReactionSample,
    reaction_sample,
)
from guantian.chapters.reactions.estimate.rivals import (
    income_similarity,
    rival_weights,
    similar_weights,
    split_rows,
    structure_similarity,
    weight_lost,
    with_rivals,
)
from guantian.chapters.reactions.estimate.rows import Rows
from guantian.chapters.reactions.estimate.shocks import (
    city_slopes,
    clean_outcome,
    comovement,
    cross_border_rows,
    group_slopes,
    lead_rows,
    permuted_slopes,
)
from guantian.results import placebo_columns
from regiometrics.placebo.ranks import placebo_rank


def run_reactions(
    data: pd.DataFrame,
    outcomes: Sequence[ReactionOutcome],
    around: Neighbourhood,
    settings: ReactionSettings,
) -> tuple[Rows, pd.DataFrame]:
    """Estimate the reaction functions of every outcome.

    Returns
    -------
    rows
        Estimates: analyses ``reaction`` (slopes and other parameters; the slope's term is the
        rivals' name: inside, across, neighbours, like_income, like_structure), ``permutation``
        (co-movement among that with permuted labels, by rivals in ``weights`` and by
        ``placebo_set``), ``leads`` (rivals' outcome of three years) and ``comovement`` (the zone
        among placebo zones). Series: ``class_probability``, ``anderson_rubin_set``,
        ``permutation`` (the share of co-movement that permuted labels give), ``comovement`` (of
        each city) and ``sample`` (weight lost, interpolated cells). Tests: ``instruments``.
    excluded
        Outcome, city and reason.
    """
    found, excluded = Rows(), []
    for outcome in outcomes:
        sample, reasons = usable_sample(data, outcome, around)
        excluded.append(reasons.assign(outcome=outcome.name))
        found.add(_outcome_rows(data, outcome, sample, around, settings))
    joined = pd.concat(excluded, ignore_index=True)
    joined["name_en"] = joined["city_code"].map(around.cities["name_en"])
    columns = ["outcome", "city_code", "name_en", "reason"]
    return found, joined[columns]


def usable_sample(
    data: pd.DataFrame, outcome: ReactionOutcome, around: Neighbourhood
) -> tuple[ReactionSample, pd.DataFrame]:
    """Complete cities that have a neighbour among themselves, and why others are left out."""
    sample = reaction_sample(data, outcome, around.members("nation"), around.bridge)
    kept = with_rivals(around.pairs, sample.cities)
    reasons = sample.excluded.to_dict()
    reasons |= {code: "no neighbour with data" for code in sample.cities if code not in kept}
    listed = pd.DataFrame(sorted(reasons.items()), columns=["city_code", "reason"])
    return sample.only(kept), listed


def _outcome_rows(
    data: pd.DataFrame,
    outcome: ReactionOutcome,
    sample: ReactionSample,
    around: Neighbourhood,
    settings: ReactionSettings,
) -> Rows:
    builder = _Builder(outcome.name, around, settings)
    builder.by_instruments("iv_sides", "nation", sample, builder.sides, thorough=True)
    for rivals in ("neighbours", "like_income", "like_structure"):
        thorough = rivals == "neighbours"
        builder.by_instruments(
            f"iv_{rivals}", "nation", sample, builder.one(rivals), thorough=thorough
        )
        builder.by_likelihood(f"ml_{rivals}", "nation", sample, rivals)
    builder.by_instruments("iv_dynamic", "nation", sample, builder.sides, dynamic="time")
    builder.by_likelihood("ml_dynamic", "nation", sample, "neighbours", "time")
    builder.by_instruments("iv_zone", "nation", sample, builder.zone)
    region = sample.only(with_rivals(around.pairs, _within(sample, around.members("region"))))
    if region.cities:
        builder.by_instruments("iv_sides", "region", region, builder.sides)
        builder.by_likelihood("ml_neighbours", "region", region, "neighbours")
    if outcome.split is not None:
        before = sample.window(outcome.first, outcome.split)
        after = sample.window(outcome.split + 1, outcome.last)
        builder.by_instruments("iv_before", "nation", before, builder.sides)
        builder.by_instruments("iv_after", "nation", after, builder.sides)
    if outcome.bridge:
        strict, _ = usable_sample(data, replace(outcome, bridge=0), around)
        builder.by_instruments("iv_strict", "nation", strict, builder.sides)
    builder.border(sample)
    builder.shocks(sample)
    builder.losses(sample)
    return builder.rows


def _within(sample: ReactionSample, codes: Sequence[str]) -> list[str]:
    return [code for code in sample.cities if code in set(codes)]


@dataclass(frozen=True)
class _Builder:
    """Collects the rows of one outcome."""

    outcome: str
    around: Neighbourhood
    settings: ReactionSettings
    rows: Rows = field(default_factory=Rows)

    def weights(self, sample: ReactionSample, rivals: str) -> sparse.csr_array:
        cities, around = sample.cities, self.around
        if rivals == "like_income":
            first = sample.controls["income"].groupby(level=0).first()
            similarity = income_similarity(first.reindex(cities))
        elif rivals == "like_structure":
            similarity = structure_similarity(around.shares.reindex(cities))
        else:
            return rival_weights(around.pairs, cities, rivals)
        return similar_weights(similarity, around.pairs, cities, around.nearest, around.within_km)

    def sides(self, sample: ReactionSample) -> dict[str, sparse.csr_array]:
        """Both kinds of rivals, where the sample has any of the kind."""
        found = {side: self.weights(sample, side) for side in ("inside", "across")}
        return {side: weights for side, weights in found.items() if weights.nnz}

    def zone(self, sample: ReactionSample) -> dict[str, sparse.csr_array]:
        parts = split_rows(
            self.weights(sample, "neighbours"), sample.cities, self.around.members("zone")
        )
        return {name: weights for name, weights in parts.items() if weights.nnz}

    def one(self, rivals: str):
        return lambda sample: {rivals: self.weights(sample, rivals)}

    def add(self, rows: Rows, used: ReactionSample, /, **key: str) -> None:
        """Add rows with the outcome and the size of the sample."""
        self.rows.add(
            rows,
            **key,
            outcome=self.outcome,
            n_units=len(used.cities),
            n_periods=used.outcome.index.unique("year").size,
            n_obs=len(used.outcome),
        )

    def by_instruments(self, variant, name, sample, weigh, dynamic=None, thorough=False) -> None:
        sample, weights = _without_islands(sample, weigh)
        rows = instrument_rows(
            sample.outcome, sample.controls, weights, self.around.provinces, self.settings,
            dynamic=dynamic, thorough=thorough,
        )  # fmt: skip
        rivals = {"weights": next(iter(weights))} if len(weights) == 1 else {}
        self.add(rows, sample, variant=variant, sample=name, **rivals)

    def by_likelihood(self, variant, name, sample, rivals, dynamic=None) -> None:
        sample, weights = _without_islands(sample, self.one(rivals))
        rows = likelihood_rows(
            sample.outcome, sample.controls, weights[rivals], self.settings, dynamic
        )
        rows = [{**row, "term": rivals if row["term"] == "rho" else row["term"]} for row in rows]
        self.add(Rows(rows), sample, variant=variant, sample=name, weights=rivals)

    def border(self, sample: ReactionSample) -> None:
        found = Rows()

        def fit() -> list[dict]:
            found.add(
                cross_border_rows(
                    sample.outcome, sample.controls, self.weights(sample, "across"),
                    self.around.provinces, self.settings,
                )
            )  # fmt: skip
            return found.estimates

        found.estimates = attempt(fit, analysis="reaction", term="across")
        self.add(found, sample, variant="iv_border", sample="nation", weights="across")

    def shocks(self, sample: ReactionSample) -> None:
        around, settings = self.around, self.settings
        values = clean_outcome(sample.outcome, sample.controls)
        provinces = around.provinces.reindex(sample.cities).to_numpy()
        for rivals in ("neighbours", "inside", "across"):
            weights = self.weights(sample, rivals)
            slope = comovement(values, weights)
            found = Rows()
            for name, groups in (("any_city", None), ("same_province", provinces)):
                drawn = permuted_slopes(values, weights, around.permutations, settings.seed, groups)
                if np.ptp(drawn) > 0:
                    ranked = placebo_columns(
                        placebo_rank(slope, drawn), drawn, settings.confidence
                    ) | {"estimator": "permuted labels"}
                    key = {"analysis": "permutation", "placebo_set": name}
                    found.estimates.append({**key, "term": "slope", **ranked})
                    share = ranked["benchmark"] / slope
                    found.series.append({**key, "term": "share", "value": share})
            leads = lead_rows(values, weights, provinces, settings)
            found.estimates += [{"analysis": "leads", **row} for row in leads]
            self.add(found, sample, sample="nation", weights=rivals)
        self.own_slopes(sample, values)

    def own_slopes(self, sample: ReactionSample, values: np.ndarray) -> None:
        """Each city's co-movement with its neighbours, and the zone's rank in it."""
        around = self.around
        top, bottom = city_slopes(values, self.weights(sample, "neighbours"))
        index = pd.Index(sample.cities)
        top, bottom = pd.Series(top, index), pd.Series(bottom, index)
        key = {"analysis": "comovement", "outcome": self.outcome, "weights": "neighbours"}
        self.rows.series += [
            {**key, "term": "slope", "unit": code, "value": top[code] / bottom[code]}
            for code in index
            if bottom[code] > 0
        ]
        zone = np.array([around.members("zone")], dtype=object)
        least = zone.size - 2
        own = group_slopes(top, bottom, zone, least)[0]
        others = group_slopes(top, bottom, around.groups, least)
        if np.isfinite(own) and np.isfinite(others).any():
            rank = placebo_rank(own, others, around.groups)
            ranked = placebo_columns(rank, others, self.settings.confidence)
            key |= {"sample": "zone", "term": "slope", "n_units": zone.size}
            self.rows.estimates.append({**key, **ranked})

    def losses(self, sample: ReactionSample) -> None:
        """How much of the cities' weights is lost, and how many cells are interpolated."""
        lost = weight_lost(self.around.pairs, self.around.members("nation"), sample.cities)
        zone = lost.reindex(_within(sample, self.around.members("zone")))
        over_half = {side: (lost[side].dropna() > 0.5).mean() for side in lost}
        found = [
            {"sample": name, "weights": side, "term": term, "value": value}
            for side in lost
            for name, term, value in (
                ("nation", "lost", lost[side].mean()),
                ("nation", "lost_over_half", over_half[side]),
                ("zone", "lost", zone[side].mean()),
            )
        ]
        found.append({"sample": "nation", "term": "interpolated", "value": sample.bridged})
        found.append({"sample": "zone", "term": "cities", "value": float(len(zone))})
        self.add(Rows(series=found), sample, analysis="sample")


def _without_islands(sample: ReactionSample, weigh):
    """Weights of the sample; with one matrix, of those of its cities that have a rival."""
    weights = weigh(sample)
    while len(weights) == 1:
        degree = np.diff(next(iter(weights.values())).indptr)
        if degree.all():
            break
        kept = [code for code, links in zip(sample.cities, degree, strict=True) if links]
        sample = sample.only(kept)
        weights = weigh(sample)
    return sample, weights
