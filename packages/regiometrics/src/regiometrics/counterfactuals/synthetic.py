"""Counterfactuals from weighted donors: differences, synthetic control and its relatives.

All run many treated groups at a time over one matrix of outcomes, so that a thousand placebo groups
cost about what one does elsewhere. A treated group is the mean of its units.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regiometrics.counterfactuals.simplex import simplex_weights

METHODS = ("did", "sc", "asc", "difp", "sdid")
METHOD_NAMES = {
    "did": "difference in differences",
    "sc": "synthetic control",
    "asc": "ridge-augmented synthetic control",
    "difp": "synthetic control with intercept",
    "sdid": "synthetic difference-in-differences",
}
SMALL = 0.03  # of the noise: the penalty that makes synthetic control's weights unique
RIDGE_GRID = np.logspace(-4, 1, 11)  # of the donors' mean squared deviation a period


@dataclass(frozen=True)
class Counterfactuals:
    """Treated groups against their counterfactuals.

    Attributes
    ----------
    gaps : ndarray, shape (groups, periods)
        Outcome less counterfactual, less its weighted mean before the treatment (as the method's
        period weights have it; none for synthetic control).
    effects : ndarray, shape (groups,)
        Mean gap after the treatment.
    fit : ndarray, shape (groups,)
        Root mean squared gap before it, about its mean where the method has an intercept.
    donor_weights : ndarray, shape (groups, units)
    period_weights : ndarray, shape (groups, periods before)
    method : str
    """

    gaps: np.ndarray
    effects: np.ndarray
    fit: np.ndarray
    donor_weights: np.ndarray
    period_weights: np.ndarray
    method: str


def counterfactuals(
    outcomes: np.ndarray,
    treated: np.ndarray,
    donors: np.ndarray,
    before: int,
    method: str,
) -> Counterfactuals:
    """Estimate the effect of a treatment that starts after `before` periods.

    Parameters
    ----------
    outcomes
        Shape (units, periods), complete.
    treated
        Members of each group, boolean, shape (groups, units), or weights whose rows sum to one.
    donors
        Units that each group's counterfactual may use, boolean, same shape.
    before
        Periods before the treatment, at least 2.
    method
        "did": equal weights. "sc": weights over the simplex that fit the level before (Abadie,
        Diamond and Hainmueller 2010, outcomes only). "asc": the same, its misfit removed by a
        ridge regression over the donors (Ben-Michael, Feller and Rothstein 2021, equation 6), its
        penalty by leaving out a period at a time. "difp": "sc" with an intercept (Doudchenko and
        Imbens 2016; Ferman and Pinto 2021). "sdid": weights of donors with intercept and ridge,
        and weights of periods (Arkhangelsky et al. 2021, algorithm 1).

    Raises
    ------
    ValueError
        If the method is unknown, shapes do not fit, a figure is missing, there are fewer than two
        periods before or none after, or a unit is both treated and donor.

    Notes
    -----
    An objective is ||residual||² + rows zeta² ||w||². With s the standard deviation of the donors'
    first differences before the treatment, zeta is (n_treated × periods after)^(1/4) s for the
    donors' weights of "sdid" and 1e-6 s for its period weights, as in the authors' R package
    synthdid 0.0.9. For "sc", "asc" and "difp" it is `SMALL` s, where the package has 1e-6 s: where
    donors outnumber the periods many weights fit exactly, and this takes the most even of them.
    """
    outcomes, donors = np.asarray(outcomes, float), np.asarray(donors, bool)
    treated = np.asarray(treated)
    _check(outcomes, treated, donors, before, method)
    shares = treated / treated.sum(axis=1, keepdims=True)
    series = shares @ outcomes
    counts = 1 / np.square(shares).sum(axis=1)  # treated units, where shares are equal
    after = outcomes.shape[1] - before
    noise = donor_noise(outcomes[:, :before], donors)
    early = outcomes[:, :before]
    equal = donors / donors.sum(axis=1, keepdims=True)
    periods = np.full((len(series), before), 1 / before)
    if method == "did":
        weights = equal
    elif method == "sdid":
        zeta = (counts * after) ** 0.25 * noise
        weights = simplex_weights(
            early.T, series[:, :before], donors, before * zeta**2, intercept=True
        )
        periods = _period_weights(outcomes, donors, before, noise)
    else:
        small = before * (SMALL * noise) ** 2
        weights = simplex_weights(
            early.T, series[:, :before], donors, small, intercept=method == "difp"
        )
    if method == "asc":
        weights = weights + _ridge_correction(early, series[:, :before], donors, weights, small)
    if method in ("sc", "asc"):
        periods = np.zeros_like(periods)
    raw = series - weights @ outcomes
    gaps = raw - (raw[:, :before] * periods).sum(axis=1, keepdims=True)
    centre = 0.0 if method in ("sc", "asc") else gaps[:, :before].mean(axis=1, keepdims=True)
    return Counterfactuals(
        gaps=gaps,
        effects=gaps[:, before:].mean(axis=1),
        fit=np.sqrt(np.square(gaps[:, :before] - centre).mean(axis=1)),
        donor_weights=weights,
        period_weights=periods,
        method=method,
    )


def donor_noise(early: np.ndarray, donors: np.ndarray) -> np.ndarray:
    """Return the standard deviation of each group's donors' first differences, over all of them.

    Parameters
    ----------
    early
        Outcomes before the treatment, shape (units, periods).
    donors
        Boolean, shape (groups, units).
    """
    steps = np.diff(early, axis=1)
    count = donors.sum(axis=1) * steps.shape[1]
    total = donors @ steps.sum(axis=1)
    squares = donors @ np.square(steps).sum(axis=1)
    return np.sqrt(np.maximum(squares - total**2 / count, 0) / (count - 1))


def _period_weights(outcomes, donors, before, noise) -> np.ndarray:
    """Weights of the periods before, by which donors' late mean is best told."""
    weights = np.empty((len(donors), before))
    late = outcomes[:, before:].mean(axis=1)
    for row, chosen in enumerate(donors):
        rows = outcomes[chosen, :before]
        rows = rows - rows.mean(axis=0)
        target = late[chosen] - late[chosen].mean()
        # The same problem in as many rows as periods: a factor of its cross-products.
        factor = np.linalg.qr(np.column_stack([rows, target]), mode="r")
        ridge = len(rows) * (1e-6 * noise[row]) ** 2
        weights[row] = simplex_weights(factor[:, :-1], factor[None, :, -1], ridge=ridge)[0]
    return weights


def _ridge_correction(early, series, donors, weights, small) -> np.ndarray:
    """What ridge regression adds to synthetic control's weights, the penalty by leave-one-out."""
    before = early.shape[1]
    errors = np.zeros((len(series), len(RIDGE_GRID)))
    for held in range(before):
        kept = np.delete(np.arange(before), held)
        base = simplex_weights(early[:, kept].T, series[:, kept], donors, small)
        for row, chosen in enumerate(donors):
            x0, x1 = _centred(early[chosen], series[row])
            full = base[row, chosen] + _ridge(x0[:, kept], x1[kept], base[row, chosen], RIDGE_GRID)
            errors[row] += np.square(x1[held] - full @ x0[:, held])
    added = np.zeros_like(weights)
    for row, chosen in enumerate(donors):
        x0, x1 = _centred(early[chosen], series[row])
        best = RIDGE_GRID[[errors[row].argmin()]]
        added[row, chosen] = _ridge(x0, x1, weights[row, chosen], best)[0]
    return added


def _centred(early, series):
    centre = early.mean(axis=0)
    return early - centre, series - centre


def _ridge(x0, x1, weights, penalties) -> np.ndarray:
    """The correction under each penalty (times the mean squared deviation a period)."""
    values, vectors = np.linalg.eigh(x0.T @ x0)
    misfit = vectors.T @ (x1 - x0.T @ weights)
    scale = np.square(x0).sum() / x0.shape[1]
    return (misfit / (values + penalties[:, None] * scale)) @ (x0 @ vectors).T


def _check(outcomes, treated, donors, before, method) -> None:
    if method not in METHODS:
        raise ValueError(f"method is {method!r}; expected one of {', '.join(METHODS)}.")
    if treated.shape != donors.shape or treated.shape[-1] != len(outcomes):
        raise ValueError(
            f"treated has shape {treated.shape} and donors {donors.shape}; expected both "
            f"(groups, {len(outcomes)})."
        )
    if np.isnan(outcomes).any():
        raise ValueError("outcomes hold missing figures; expected complete units.")
    if not 2 <= before < outcomes.shape[1]:
        raise ValueError(
            f"before is {before}; expected between 2 and {outcomes.shape[1] - 1} periods."
        )
    if ((treated > 0) & donors).any():
        raise ValueError("A unit is treated and a donor of the same group; expected one of both.")
