"""All reaction functions of the study: outcomes, rivals, samples, windows, and tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse

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
    alike_weights,
    income_likeness,
    rival_weights,
    split_rows,
    structure_likeness,
    weight_lost,
    with_rivals,
)
from guantian.chapters.reactions.estimate.shocks import (
    city_slopes,
    clean_outcome,
    comovement,
    cross_border_rows,
    group_slopes,
    lead_rows,
    permuted_slopes,
)
from guantian.chapters.reactions.estimate.surroundings import Surroundings
from guantian.estimates import tidy
from regiometrics.placebo.ranks import placebo_rank, rank_row


def run_reactions(
    figures: pd.DataFrame,
    outcomes: Sequence[ReactionOutcome],
    around: Surroundings,
    settings: ReactionSettings,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimate the reaction functions of every outcome.

    Returns
    -------
    estimates
        Tidy. Analyses: ``reaction`` (slopes and other parameters; the slope's term is the rivals'
        name: inside, across, neighbours, like_income, like_structure), ``reaction_tests``
        (instruments, bootstrap, class probabilities), ``reaction_shocks`` (permuted labels,
        leads, placebo zones), ``reaction_city`` (each city's co-movement, sample = its code)
        and ``reaction_sample`` (weight lost, bridged cells).
    excluded
        Outcome, city and reason.
    """
    frames, excluded = [], []
    for outcome in outcomes:
        sample, reasons = usable_sample(figures, outcome, around)
        excluded.append(reasons.assign(outcome=outcome.name))
        frames += list(_outcome_frames(figures, outcome, sample, around, settings))
    joined = pd.concat(excluded, ignore_index=True)
    joined["name_en"] = joined["city_code"].map(around.cities["name_en"])
    columns = ["outcome", "city_code", "name_en", "reason"]
    return pd.concat(frames, ignore_index=True), joined[columns]


def usable_sample(
    figures: pd.DataFrame, outcome: ReactionOutcome, around: Surroundings
) -> tuple[ReactionSample, pd.DataFrame]:
    """Complete cities that have a neighbour among themselves, and why others are left out."""
    sample = reaction_sample(figures, outcome, around.members("nation"), around.bridge)
    kept = with_rivals(around.pairs, sample.cities)
    reasons = sample.excluded.to_dict()
    reasons |= {code: "no neighbour with figures" for code in sample.cities if code not in kept}
    listed = pd.DataFrame(sorted(reasons.items()), columns=["city_code", "reason"])
    return sample.only(kept), listed


def _outcome_frames(
    figures: pd.DataFrame,
    outcome: ReactionOutcome,
    sample: ReactionSample,
    around: Surroundings,
    settings: ReactionSettings,
) -> Iterator[pd.DataFrame]:
    builder = _Builder(outcome.name, around, settings)
    yield from builder.both("iv_sides", "nation", sample, builder.sides, thorough=True)
    yield from builder.both(
        "iv_neighbours", "nation", sample, builder.one("neighbours"), thorough=True
    )
    yield from builder.both("iv_like_income", "nation", sample, builder.one("like_income"))
    yield from builder.both("iv_like_structure", "nation", sample, builder.one("like_structure"))
    yield from builder.both("iv_dynamic", "nation", sample, builder.sides, dynamic="time")
    yield from builder.both("iv_zone", "nation", sample, builder.zone)
    region = sample.only(with_rivals(around.pairs, _within(sample, around.members("region"))))
    if region.cities:
        yield from builder.both("iv_sides", "region", region, builder.sides)
        yield from builder.likelihood("ml_neighbours", "region", region, "neighbours")
    if outcome.split is not None:
        before = sample.window(outcome.first, outcome.split)
        after = sample.window(outcome.split + 1, outcome.last)
        yield from builder.both("iv_before", "nation", before, builder.sides)
        yield from builder.both("iv_after", "nation", after, builder.sides)
    if outcome.bridge:
        strict, _ = usable_sample(figures, replace(outcome, bridge=0), around)
        yield from builder.both("iv_strict", "nation", strict, builder.sides)
    for rivals in ("neighbours", "like_income", "like_structure"):
        yield from builder.likelihood(f"ml_{rivals}", "nation", sample, rivals)
    yield from builder.likelihood("ml_dynamic", "nation", sample, "neighbours", "time")
    yield from builder.border(sample)
    yield from builder.shocks(sample)
    yield builder.losses(sample)


def _within(sample: ReactionSample, codes: Sequence[str]) -> list[str]:
    return [code for code in sample.cities if code in set(codes)]


@dataclass(frozen=True)
class _Builder:
    """Frames of one outcome."""

    outcome: str
    around: Surroundings
    settings: ReactionSettings

    def weights(self, sample: ReactionSample, rivals: str) -> sparse.csr_array:
        cities, around = sample.cities, self.around
        if rivals == "like_income":
            first = sample.controls["income"].groupby(level=0).first()
            likeness = income_likeness(first.reindex(cities))
        elif rivals == "like_structure":
            likeness = structure_likeness(around.shares.reindex(cities))
        else:
            return rival_weights(around.pairs, cities, rivals)
        return alike_weights(likeness, around.pairs, cities, around.nearest, around.within_km)

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

    def labels(self, sample: ReactionSample, spec: str, name: str, rivals: str) -> dict:
        return {
            "spec": spec,
            "sample": name,
            "outcome": self.outcome,
            "weights": rivals,
            "n_obs": len(sample.outcome),
            "n_units": len(sample.cities),
            "n_periods": sample.outcome.index.unique("year").size,
        }

    def both(self, spec, name, sample, weigh, dynamic=None, thorough=False):
        sample, weights = _without_islands(sample, weigh)
        estimates, tests = instrument_rows(
            sample.outcome, sample.controls, weights, self.around.provinces, self.settings,
            dynamic=dynamic, thorough=thorough,
        )  # fmt: skip
        labels = self.labels(sample, spec, name, ", ".join(weights))
        yield tidy(estimates, analysis="reaction", **labels)
        if tests:
            yield tidy(tests, analysis="reaction_tests", **labels)

    def likelihood(self, spec, name, sample, rivals, dynamic=None):
        sample, weights = _without_islands(sample, self.one(rivals))
        rows = likelihood_rows(
            sample.outcome, sample.controls, weights[rivals], self.settings, dynamic
        )
        rows = [{**row, "term": rivals if row["term"] == "rho" else row["term"]} for row in rows]
        yield tidy(rows, analysis="reaction", **self.labels(sample, spec, name, rivals))

    def border(self, sample: ReactionSample):
        tests: list[dict] = []

        def fit() -> list[dict]:
            rows, found = cross_border_rows(
                sample.outcome, sample.controls, self.weights(sample, "across"),
                self.around.provinces, self.settings,
            )  # fmt: skip
            tests.extend(found)
            return rows

        labels = self.labels(sample, "iv_border", "nation", "across")
        yield tidy(attempt(fit, "across"), analysis="reaction", **labels)
        if tests:
            yield tidy(tests, analysis="reaction_tests", **labels)

    def shocks(self, sample: ReactionSample):
        around, settings = self.around, self.settings
        values = clean_outcome(sample.outcome, sample.controls)
        provinces = around.provinces.reindex(sample.cities).to_numpy()
        for rivals in ("neighbours", "inside", "across"):
            weights = self.weights(sample, rivals)
            slope = comovement(values, weights)
            rows = []
            for term, groups in (("any_city", None), ("same_province", provinces)):
                drawn = permuted_slopes(values, weights, around.permutations, settings.seed, groups)
                if np.ptp(drawn) > 0:
                    ranked = rank_row(placebo_rank(slope, drawn), drawn, settings.confidence)
                    rows.append({"term": term, **ranked, "estimator": "permuted labels"})
            spec = f"permuted_{rivals}"
            labels = self.labels(sample, spec, "nation", rivals)
            if rows:
                yield tidy(rows, analysis="reaction_shocks", **{**labels, "n_obs": None})
            leads = lead_rows(values, weights, provinces, settings)
            labels["spec"] = f"leads_{rivals}"
            yield tidy(leads, analysis="reaction_shocks", **labels)
        yield from self.own_slopes(sample, values)

    def own_slopes(self, sample: ReactionSample, values: np.ndarray):
        """Each city's co-movement with its neighbours, and the zone's rank in it."""
        around = self.around
        top, bottom = city_slopes(values, self.weights(sample, "neighbours"))
        index = pd.Index(sample.cities)
        top, bottom = pd.Series(top, index), pd.Series(bottom, index)
        labels = self.labels(sample, "least_squares", "", "neighbours")
        rows = [
            {"sample": code, "term": "slope", "estimate": top[code] / bottom[code]}
            for code in index
            if bottom[code] > 0
        ]
        labels.pop("sample")
        yield tidy(rows, analysis="reaction_city", **{**labels, "n_units": 1, "n_obs": None})
        zone = np.array([around.members("zone")], dtype=object)
        least = zone.size - 2
        own = group_slopes(top, bottom, zone, least)[0]
        others = group_slopes(top, bottom, around.groups, least)
        if np.isfinite(own) and np.isfinite(others).any():
            rank = placebo_rank(own, others, around.groups)
            row = {"term": "zone", **rank_row(rank, others, self.settings.confidence)}
            yield tidy(
                [row], analysis="reaction_shocks", spec="placebo_zones", sample="zone",
                outcome=self.outcome, weights="neighbours", n_units=zone.size,
            )  # fmt: skip

    def losses(self, sample: ReactionSample) -> pd.DataFrame:
        lost = weight_lost(self.around.pairs, self.around.members("nation"), sample.cities)
        zone = lost.reindex(_within(sample, self.around.members("zone")))
        rows = []
        for side in lost:
            rows += [
                {"term": f"lost.{side}", "estimate": lost[side].mean()},
                {"term": f"lost_half.{side}", "estimate": (lost[side].dropna() > 0.5).mean()},
                {"term": f"lost_zone.{side}", "estimate": zone[side].mean()},
            ]
        rows += [
            {"term": "bridged", "estimate": sample.bridged},
            {"term": "zone_cities", "estimate": float(len(zone))},
        ]
        return tidy(
            rows, analysis="reaction_sample", **self.labels(sample, "balanced", "nation", "")
        )


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
