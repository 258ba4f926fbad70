"""What the zone's own provincial border costs in flows (claim S1.2, the zone)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guantian.chapters.linkage.estimate.borders import (
    CLAIM,
    RULES,
    TERM,
    analysis_of,
    counts_of,
    together_in,
)
from guantian.chapters.linkage.estimate.calibration import calibrate, described, inferred
from guantian.chapters.linkage.estimate.fixed_weights import FixedWeights, fixed_weights
from guantian.chapters.linkage.estimate.placebo_draws import placebo_provinces
from guantian.chapters.linkage.estimate.primary_inputs import EPIDEMIC, Primary
from regiometrics.gravity.grid import Array

Row = dict[str, Any]
CROSSING = "across_own_border"
SEED = 13
CLOSEST = 3  # adjoining placebo provinces among whose borders one is drawn: most like in size
CONTRAST = np.array([1.0, -1.0])


def own_border_rows(data: Primary, border: Sequence[str]) -> Iterator[Row]:
    """Estimate what one border between two provinces costs in flows.

    The cost is the coefficient of being in one province minus that of pairs across the border.
    Size and expected error come from placebo borders in the same model with the true provinces in
    it: between two adjoining placebo provinces of about as many cities. Dyadic errors reject
    in two of five of them, because what is peculiar to two provinces is common to all their pairs;
    the errors are scaled accordingly. Least squares on logs, in which each pair counts the same,
    has no smaller expected error, so that the model stays the Poisson one.

    Parameters
    ----------
    data
        Flows and regressors.
    border
        The two provinces.

    Yields
    ------
    dict
        Estimates of the analyses ``primary``, ``secondary`` and ``falsification``, sample
        ``zone``.
    """
    sides = [int((data.provinces == side).sum()) for side in border]
    crossing, df = across(data.provinces, border), sum(sides) - 1
    options, calibration = data.options, None
    names, two = (*data.controls, CROSSING), [TERM, CROSSING]
    for name in (options["flow"], *options["other_flows"], *options["searches"]):
        grid, fit = data.fit(names, name, data.mask(name), {CROSSING: crossing})
        if calibration is None:
            calibration = calibrate(*_placebos(data, fixed_weights(grid, fit), sides), df)
        cov = fit.cov_dyadic.loc[two, two].to_numpy()
        error = float(np.sqrt(CONTRAST @ cov @ CONTRAST))
        estimate = float(CONTRAST @ fit.params[two].to_numpy())
        yield {
            "analysis": analysis_of(data, name),
            "variant": CLAIM,
            "sample": "zone",
            "term": TERM,
            "outcome": name,
            **counts_of(fit),
            "n_clusters": df + 1,
            **inferred(estimate, error, df, calibration, data.confidence),
            **described(calibration, "dyadic"),
            **({"note": RULES} if name == EPIDEMIC else {}),
        }


def across(provinces: NDArray, border: Sequence) -> Array:
    """Return 1 for pairs with one city on each side of a border, shape (n, n)."""
    one, other = (provinces == side for side in border)
    return (np.outer(one, other) | np.outer(other, one)).astype("float64")


def _placebos(data: Primary, working: FixedWeights, sides: Sequence[int]) -> tuple[Array, Array]:
    """Estimates and errors of borders between two adjoining placebo provinces."""
    rng, found = data.random(SEED), []
    adjacent = np.nan_to_num(data.grid.regressors["adjacent"])
    groups = len(set(data.provinces))
    small, large = sorted(sides)
    for group in placebo_provinces(data.distance, groups, data.options["draws"], rng):
        member = np.eye(groups)[group]
        one, other = np.nonzero(np.triu(member.T @ adjacent @ member, 1))
        sizes = member.sum(axis=0)
        least, most = np.minimum(sizes[one], sizes[other]), np.maximum(sizes[one], sizes[other])
        unlike = np.abs(np.log(least / small)) + np.abs(np.log(most / large))
        chosen = rng.choice(np.argsort(unlike, kind="stable")[:CLOSEST])
        terms = np.array([together_in(group), across(group, (one[chosen], other[chosen]))])
        params, cov = working.add(terms)
        found.append((CONTRAST @ params, np.sqrt(CONTRAST @ cov @ CONTRAST)))
    estimates, errors = np.array(found).T
    return estimates, errors
