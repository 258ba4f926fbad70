"""Counterfactuals from weighted donors: differences, synthetic control and its relatives.

All run many treated groups at a time over one matrix of outcomes, so that a thousand placebo groups
cost about what one does elsewhere. A treated group is the mean of its units.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from regiometrics._arguments import flags, numbers, one_of, whole
from regiometrics._labels import same_labels
from regiometrics.counterfactuals.augmented import ridge_correction
from regiometrics.counterfactuals.covariates import without_covariates
from regiometrics.counterfactuals.simplex import one_problem, simplex_weights
from regiometrics.errors import EstimationError

METHODS = ("did", "sc", "asc", "difp", "sdid")
METHOD_NAMES = {
    "did": "difference in differences",
    "sc": "synthetic control",
    "asc": "ridge-augmented synthetic control",
    "difp": "synthetic control with intercept",
    "sdid": "synthetic difference-in-differences",
}
SMALL = 0.03  # of the noise: the penalty that makes synthetic control's weights unique


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
        The weight of each unit in each group's counterfactual.
    period_weights : ndarray, shape (groups, periods before)
        The weight of each period before the treatment.
    method : str
        The method of the weights.
    penalties : ndarray, shape (groups,)
        Ridge penalty of "asc"; missing for other methods and where donors do not differ.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> y = rng.normal(size=(12, 15)).cumsum(axis=1)
    >>> first = np.arange(12) == 0
    >>> found = counterfactuals(y, first[None], ~first[None], before=10, method="sc")
    >>> found.gaps.shape, bool(np.isclose(found.donor_weights.sum(), 1))
    ((1, 15), True)
    """

    gaps: np.ndarray
    effects: np.ndarray
    fit: np.ndarray
    donor_weights: np.ndarray
    period_weights: np.ndarray
    method: str
    penalties: np.ndarray


def counterfactuals(
    outcomes: np.ndarray,
    treated: np.ndarray,
    donors: np.ndarray,
    before: int,
    method: str,
    covariates: np.ndarray | None = None,
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
        penalty by leaving out a period at a time and the rule of one standard error; the same as
        "sc" where donors do not differ before the treatment. "difp": "sc" with an intercept
        (Doudchenko and Imbens 2016; Ferman and Pinto 2021). "sdid": weights of donors with
        intercept and ridge, and weights of periods (Arkhangelsky et al. 2021, algorithm 1).

    covariates : ndarray, shape (units, periods, k), optional
        Taken out of the outcome first, their slopes estimated for each group on its donors and on
        its members before the treatment
        (:func:`regiometrics.counterfactuals.covariates.without_covariates`).

    Raises
    ------
    ValueError
        If the method is unknown, shapes do not fit, a value is missing, there are fewer than two
        periods before or none after, a group has no donor, or a unit is both treated and donor.

    Notes
    -----
    An objective is ||residual||² + rows zeta² ||w||². With s the standard deviation of the donors'
    first differences before the treatment, zeta is (n_treated × periods after)^(1/4) s for the
    donors' weights of "sdid" and 1e-6 s for its period weights, as in the authors' R package
    synthdid 0.0.9. For "sc", "asc" and "difp" it is `SMALL` s, where the package has 1e-6 s: where
    donors outnumber the periods many weights fit exactly, and this takes the most even of them.
    """
    one_of("method", method, METHODS)
    outcomes, treated, donors = checked_design(outcomes, treated, donors, before)
    if covariates is not None:
        return _with_covariates(outcomes, treated, donors, before, method, covariates)
    shares = treated / treated.sum(axis=1, keepdims=True)
    series = shares @ outcomes
    counts = 1 / np.square(shares).sum(axis=1)  # treated units, where shares are equal
    after = outcomes.shape[1] - before
    noise = _noise(outcomes[:, :before], donors)
    early = outcomes[:, :before]
    equal = donors / donors.sum(axis=1, keepdims=True)
    periods = np.full((len(series), before), 1 / before)
    penalties = np.full(len(series), np.nan)
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
        added, penalties = ridge_correction(early, series[:, :before], donors, weights, small)
        weights = weights + added
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
        penalties=penalties,
    )


def _with_covariates(outcomes, treated, donors, before, method, covariates) -> Counterfactuals:
    """Take covariates out for each group alone, and put the groups together."""
    covariates = numbers("covariates", covariates, (*outcomes.shape, None))
    found = []
    for members, others in zip(treated, donors, strict=True):
        kept = (members > 0) | others
        untreated = np.ones(outcomes.shape, bool)
        untreated[members > 0, before:] = False
        rest = outcomes.copy()
        rest[kept] = without_covariates(outcomes[kept], covariates[kept], untreated[kept])
        found.append(counterfactuals(rest, members[None], others[None], before, method))
    names = ("gaps", "effects", "fit", "donor_weights", "period_weights", "penalties")
    together = {name: np.concatenate([getattr(each, name) for each in found]) for name in names}
    return Counterfactuals(method=method, **together)


def donor_noise(early: np.ndarray, donors: np.ndarray) -> np.ndarray:
    """Return the standard deviation of each group's donors' first differences, over all of them.

    Parameters
    ----------
    early : ndarray, shape (units, periods)
        Outcomes before the treatment, complete, at least two periods.
    donors : ndarray of bool, shape (groups, units)
        Which units are donors of each group.

    Returns
    -------
    ndarray, shape (groups,)

    Raises
    ------
    ValueError
        If shapes do not fit, a value is missing, or a group has fewer than two differences.
    """
    early = numbers("early", early, (None, None), least=(1, 2))
    donors = flags("donors", donors, (None, len(early)))
    if (donors.sum(axis=1) * (early.shape[1] - 1) < 2).any():
        raise EstimationError(
            "The donors of a group have fewer than two first differences; expected two or more."
        )
    return _noise(early, donors)


def _noise(early, donors) -> np.ndarray:
    """As :func:`donor_noise`, zero where a single difference has no deviation."""
    steps = np.diff(early, axis=1)
    count = donors.sum(axis=1) * steps.shape[1]
    total = donors @ steps.sum(axis=1)
    squares = donors @ np.square(steps).sum(axis=1)
    return np.sqrt(np.maximum(squares - total**2 / count, 0) / np.maximum(count - 1, 1))


def _period_weights(outcomes, donors, before, noise) -> np.ndarray:
    """Weights of the periods before, by which donors' late mean is best told."""
    weights = np.empty((len(donors), before))
    known: dict[bytes, int] = {}  # groups with the same donors have the same weights
    columns = np.column_stack([outcomes[:, :before], outcomes[:, before:].mean(axis=1)])
    upper = np.tri(before + 1, dtype=bool).T
    for row, chosen in enumerate(donors):
        same = known.setdefault(chosen.tobytes(), row)
        if same != row:
            weights[row] = weights[same]
            continue
        rows = columns[chosen]
        rows -= np.add.reduce(rows) / len(rows)
        # The same problem in as many rows as periods: a factor of its cross-products.
        factor = np.linalg.qr(rows, mode="raw")[0].T[: before + 1]
        factor = np.where(upper[: len(factor)], factor, 0.0)
        ridge = len(rows) * (1e-6 * noise[row]) ** 2
        weights[row] = one_problem(factor[:, :-1], factor[:, -1], float(ridge))
    return weights


def checked_design(outcomes, treated, donors, before) -> tuple[np.ndarray, ...]:
    """Check and return outcomes, treated groups and donors as :func:`counterfactuals` takes them.

    Raises
    ------
    ValueError
        As :func:`counterfactuals`.
    """
    if isinstance(treated, pd.Series) or isinstance(donors, pd.Series):
        same_labels(outcomes=outcomes, treated=treated, donors=donors)
    outcomes = numbers("outcomes", outcomes, (None, None), least=(2, 3), missing=True)
    if np.isnan(outcomes).any():
        unit, period = np.argwhere(np.isnan(outcomes))[0]
        raise EstimationError(
            f"outcomes hold a missing value (unit {unit}, period {period}); expected complete "
            "units."
        )
    n, T = outcomes.shape
    treated = numbers("treated", treated, (None, None))
    donors = numbers("donors", donors, (None, None))
    if treated.shape != donors.shape or treated.shape[1] != n:
        raise ValueError(
            f"treated has shape {treated.shape} and donors {donors.shape}; expected both "
            f"(groups, {n})."
        )
    donors = flags("donors", donors, treated.shape)
    whole("before", before, 2, T - 1)
    if (treated < 0).any() or not (treated.sum(axis=1) > 0).all():
        raise ValueError(
            "A group has no treated unit; expected weights of zero or more, one above."
        )
    if not donors.any(axis=1).all():
        group = int(np.flatnonzero(~donors.any(axis=1))[0])
        raise EstimationError(f"Group {group} has no donor; expected at least one.")
    if ((treated > 0) & donors).any():
        raise ValueError("A unit is treated and a donor of the same group; expected one of both.")
    return outcomes, treated, donors
