"""Flows inside approved zones and across provinces, a term per zone (claim S1.8)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from guantian.chapters.linkage.estimate.borders import ESTIMATOR, RULES, analysis_of
from guantian.chapters.linkage.estimate.calibration import calibrate, described, inferred
from guantian.chapters.linkage.estimate.fixed_weights import FixedWeights, fixed_weights
from guantian.chapters.linkage.estimate.placebo_draws import grown_zone
from guantian.chapters.linkage.estimate.primary_inputs import (
    CONTROLS,
    EPIDEMIC,
    Primary,
    flexible,
)
from guantian.chapters.linkage.estimate.regressors import together
from regiometrics.counterfactuals.pooling import PooledEffects, pool_effects
from regiometrics.gravity.grid import Array
from regiometrics.inference import inference_row

Row = dict[str, Any]
CLAIM = "S1.8"
INSIDE = "same_zone_inside_province"
TERM = "same_zone_across_provinces"
SEED = 18
POOLS = 2000  # drawn from placebo zones, one of each size
SHARE = 8  # of the draws: placebo zones of each size
FEWEST = 2  # zones that a meta-analysis needs
BY_PAIR = "clustered by pair"
META = "random effects over zones (Hartung and Knapp)"


@dataclass(frozen=True)
class ZoneFit:
    """The terms of approved zones.

    Attributes
    ----------
    params, errors
        By zone, with errors clustered by pair.
    working
        The fit, to which terms can be added.
    """

    params: pd.Series
    errors: pd.Series
    working: FixedWeights

    def pooled(self) -> PooledEffects:
        """Pool the terms."""
        return pool_effects(self.params.to_numpy(), self.errors.to_numpy())


@dataclass(frozen=True)
class ZoneModel:
    """The gravity model with a term for each approved zone.

    Attributes
    ----------
    data
        Flows and regressors.
    approved
        Members of each zone; the first that holds a pair has it.
    terms
        Zone to its pairs across provinces, shape (n, n).
    inside
        Pairs of one zone and one province, shape (n, n).
    """

    data: Primary
    approved: Mapping[str, Collection[str]]
    terms: Mapping[str, Array]
    inside: Array
    _fits: dict[str, ZoneFit] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Primary, approved: Mapping[str, Collection[str]]) -> ZoneModel:
        """Build the terms."""
        return cls(data, approved, *crossing_terms(data, approved))

    def fit(self, flow: str) -> ZoneFit:
        """Fit a flow with flexible distance, once."""
        if flow not in self._fits:
            self._fits[flow] = self.fit_on(flow, self.data.mask(flow))
        return self._fits[flow]

    def fit_on(self, flow: str, mask: NDArray[np.bool_], bent: bool = True) -> ZoneFit:
        """Fit a flow on some pairs.

        Parameters
        ----------
        flow
            Name of the flow.
        mask
            Pairs that may enter.
        bent
            Whether distance is flexible, or has a single slope.
        """
        names = self.data.controls if bent else CONTROLS
        extra = {**(flexible(self.data.grid) if bent else {}), INSIDE: self.inside, **self.terms}
        known = {name: values for name, values in extra.items() if values[mask].any()}
        grid, fit = self.data.fit((*names, *known), flow, mask, known)
        working = fixed_weights(grid, fit)
        errors = pd.Series(working.pair_errors(), index=fit.params.index)
        kept = [name for name in self.terms if name in errors.index]
        return ZoneFit(fit.params[kept], errors[kept], working)

    def size(self, name: str) -> int:
        """Count the members of a zone that have flows."""
        return int(np.isin(self.data.grid.codes, list(self.approved[name])).sum())


def zone_rows(data: Primary, model: ZoneModel) -> Iterator[Row]:
    """Estimate whether flows inside approved zones exceed what gravity predicts.

    Each approved zone has a term for its pairs of cities of different provinces; a pair that
    several zones hold counts for the first approved. Pairs of one zone and one province have a
    term of their own, so that they do not enter the provincial border. The terms are pooled by
    random effects. Size and expected error come from placebo zones (`grown_zone`): contiguous
    groups of as many cities as each approved zone has, across a provincial border, in the same
    model with the true terms in it, at fixed weights; pools are drawn from them, one of each size.

    Distance is flexible (`flexible`). With a single slope placebo zones lie a quarter of a log
    point above the prediction, because borders cost less between near cities: any contiguous group
    would look like a zone. That model, which the protocol named, is secondary (``log_distance``).

    Parameters
    ----------
    data
        Flows and regressors.
    model
        With a term for each approved zone.

    Yields
    ------
    dict
        Estimates of the analyses ``primary``, ``secondary`` and ``falsification``; the rows of
        single zones name the zone in ``group``.
    """
    flow = data.options["flow"]
    if len(model.terms) < FEWEST:
        return
    fit = model.fit(flow)
    pooled, found = fit.pooled(), list(fit.params.index)
    sizes = [model.size(name) for name in found]
    calibration = calibrate(*_placebo_pools(data, fit.working, sizes), pooled.df)
    key = {"variant": CLAIM, "sample": "china", "term": TERM}
    counts = {"n_obs": fit.working.n_obs, "n_units": len(found), "n_clusters": len(found)}
    yield {
        **key,
        **counts,
        "analysis": "primary",
        "outcome": flow,
        "estimator": f"{ESTIMATOR}; {META}",
        **inferred(pooled.means[0], pooled.std_errors[0], pooled.df, calibration, data.confidence),
        **described(calibration, "Hartung and Knapp"),
    }
    yield {
        **key,
        "analysis": "secondary",
        "method": "between_zones",
        "outcome": flow,
        "measure": "standard_deviation",
        "estimate": float(np.sqrt(pooled.between[0])),
        "n_units": len(found),
        "estimator": "DerSimonian and Laird",
    }
    yield from _single(data, model, fit)
    errors = described(calibration, "Hartung and Knapp")["cov_type"]
    for label, name, other in _others(data, model):
        pooled, kept = other.pooled(), len(other.params)
        error = pooled.std_errors[0] * calibration.factor
        yield {
            **key,
            **label,
            "analysis": "secondary" if label else analysis_of(data, name),
            "outcome": name,
            "estimator": f"{ESTIMATOR}; {META}",
            "cov_type": errors,
            "n_obs": other.working.n_obs,
            "n_units": kept,
            "n_clusters": kept,
            "df": pooled.df,
            **inference_row(pooled.means[0], error, data.confidence, pooled.df),
            **({"note": RULES} if name == EPIDEMIC else {}),
        }


def _others(data: Primary, model: ZoneModel) -> Iterator[tuple[Row, str, ZoneFit]]:
    """Fits of other flows, of near pairs alone, and with a single slope on distance."""
    flow = data.options["flow"]
    for name in (*data.options["other_flows"], *data.options["searches"]):
        yield {}, name, model.fit(name)
    for km in data.options["near_km"]:
        label = {"method": "near_pairs", "parameter": "near_km", "setting": km}
        yield label, flow, model.fit_on(flow, data.mask(flow) & (data.distance <= km))
    yield {"method": "log_distance"}, flow, model.fit_on(flow, data.mask(flow), bent=False)


def _single(data: Primary, model: ZoneModel, fit: ZoneFit) -> Iterator[Row]:
    """The term of each zone, with errors that are not scaled."""
    for name, estimate in fit.params.items():
        members = model.size(name)
        yield {
            "analysis": "secondary",
            "variant": CLAIM,
            "sample": "china",
            "group": name,
            "term": TERM,
            "outcome": data.options["flow"],
            "estimator": ESTIMATOR,
            "cov_type": BY_PAIR,
            "n_obs": fit.working.n_obs,
            "n_units": members,
            "df": members - 1,
            **inference_row(estimate, fit.errors[name], data.confidence, members - 1),
        }


def crossing_terms(
    data: Primary, approved: Mapping[str, Collection[str]]
) -> tuple[dict[str, Array], Array]:
    """Return a term per zone for its pairs across provinces, and one for all pairs within.

    Parameters
    ----------
    data
        Cities and provinces.
    approved
        Members of each zone; the first that holds a pair has it.

    Returns
    -------
    terms : dict
        Zone to values, shape (n, n); zones without a pair on the primary flow are left out.
    inside : ndarray
        Pairs of one zone and one province, shape (n, n).
    """
    codes, counted = data.grid.codes, data.mask(data.options["flow"])
    same = data.provinces[:, None] == data.provinces
    taken = np.zeros(same.shape, dtype=bool)
    inside, terms = np.zeros(same.shape), {}
    for name, members in approved.items():
        both = together([members], codes) > 0
        np.fill_diagonal(both, False)
        inside[both & same] = 1.0
        own = both & ~same & ~taken
        taken |= own
        if (own & counted).any():
            terms[name] = own.astype("float64")
    return terms, inside


def _placebo_pools(
    data: Primary, working: FixedWeights, sizes: Sequence[int]
) -> tuple[Array, Array]:
    """Pooled estimates and errors of sets of placebo zones, one of each size."""
    rng, drawn = data.random(SEED), []
    for size in sizes:
        many = max(2 * len(sizes), data.options["draws"] // SHARE)
        drawn.append(np.array(placebo_zones(data, working, size, many, rng)))
    chosen = [[each[:, rng.integers(each.shape[1])] for each in drawn] for _ in range(POOLS)]
    pooled = pool_effects(*np.moveaxis(np.array(chosen), 2, 0))
    return pooled.means, pooled.std_errors


def placebo_zones(
    data: Primary, working: FixedWeights, size: int, draws: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Estimates and errors of contiguous groups across a border, those that have an estimate."""
    same = data.provinces[:, None] == data.provinces
    counted = np.zeros(same.shape, dtype=bool)
    counted[np.ix_(working.rows, working.rows)] = working.inside
    found = []
    for _ in range(draws):
        members = grown_zone(data.neighbours, size, rng, data.provinces)
        cut = np.ix_(members, members)
        own = np.zeros(same.shape)
        own[cut] = ~same[cut]
        if own[counted].any():
            params, cov = working.add(own[None], by_pair=True)
            if np.isfinite(params[0]) and cov[0, 0] > 0:
                found.append((params[0], np.sqrt(cov[0, 0])))
    estimates, errors = np.array(found).T
    return estimates, errors
