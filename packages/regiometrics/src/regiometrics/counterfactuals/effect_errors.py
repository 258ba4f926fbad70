"""Standard errors of counterfactual effects."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

from regiometrics import _laws as laws
from regiometrics._arguments import flags, one_of, whole
from regiometrics.counterfactuals.synthetic import METHODS, checked_design, counterfactuals
from regiometrics.errors import EstimationError
from regiometrics.inference import Inference

Array = np.ndarray
KINDS = ("placebo", "jackknife")


@dataclass(frozen=True, eq=False)
class EffectResult(Inference):
    """An effect with its standard error.

    Inference is from t: with one degree of freedom fewer than placebo groups that share no unit,
    for placebo errors, and than treated units for the jackknife, whose error these determine. The
    normal distribution rejects a true null in 11% of samples with six placebo groups.

    Attributes
    ----------
    params : pandas.Series
        The one term "effect".
    cov : pandas.DataFrame
        The variance of the effect, one row and one column.
    cov_type : str
        "placebo" or "jackknife".
    method : str
        The method of the weights.
    n_treated, n_donors, draws : int
        The number of treated units, of donors and of placebo groups.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> y = rng.normal(size=(12, 15)).cumsum(axis=1)
    >>> first = np.arange(12) == 0
    >>> found = effect_with_error(y, first, ~first, before=10)
    >>> found.draws, found.tidy()["term"].tolist()
    (11, ['effect'])
    """

    params: pd.Series
    cov: pd.DataFrame
    cov_type: str
    method: str
    n_treated: int
    n_donors: int
    draws: int

    @property
    def _distribution(self):
        if self.cov_type == "jackknife":
            return laws.t(self.n_treated - 1)
        return laws.t(max(1, self.n_donors // self.n_treated - 1))


def effect_with_error(
    outcomes: Array,
    treated: Array,
    donors: Array,
    before: int,
    method: str = "sdid",
    kind: str = "placebo",
    draws: int = 200,
    seed: int = 0,
) -> EffectResult:
    """Estimate the effect on one treated group, with a standard error.

    Parameters
    ----------
    outcomes : ndarray, shape (units, periods)
        The outcomes without missing values.
    treated, donors : ndarray of bool, shape (units,)
        Which units are treated, and which are donors.
    before : int
        Periods before the treatment.
    method : str, default "sdid"
        The method of the weights, as in
        :func:`regiometrics.counterfactuals.synthetic.counterfactuals`.
    kind : {"placebo", "jackknife"}
        "placebo": the standard deviation of the effects on groups of as many donors, drawn at
        random, with the other donors as theirs. It assumes that treated units are as noisy as
        donors. "jackknife": leaving out a unit at a time with the weights as they are; it needs
        two treated units. It does not count that weights are estimated, and a warning says so: for
        "sdid" with 6 treated units of 40 and 12 periods its 95% interval covers 83%.
    draws, seed : int
        The number of placebo groups and the seed that draws them; all single donors are used where
        they are no more than the draws.

    Returns
    -------
    EffectResult

    Raises
    ------
    ValueError
        As :func:`regiometrics.counterfactuals.synthetic.counterfactuals`, or for an unknown kind.
    EstimationError
        If donors are not more than treated units (placebo), or one unit is treated (jackknife).

    Notes
    -----
    Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021, *American Economic Review* 111,
    algorithms 3 and 4).
    """
    one_of("kind", kind, KINDS)
    one_of("method", method, METHODS)
    treated, donors = flags("treated", treated, (None,)), flags("donors", donors, (None,))
    draws, seed = whole("draws", draws, 2), whole("seed", seed, 0)
    outcomes, _, _ = checked_design(outcomes, treated[None], donors[None], before)
    whole_fit = counterfactuals(outcomes, treated[None], donors[None], before, method)
    n1, n0 = int(treated.sum()), int(donors.sum())
    if kind == "placebo":
        if n0 <= n1:
            raise EstimationError(
                f"There are {n1} treated units and {n0} donors; placebo errors need more donors."
            )
        groups = _placebo_groups(donors, n1, draws, seed)
        found = counterfactuals(outcomes, groups, donors & ~groups, before, method).effects
        error, used = float(found.std()), len(found)
        if error <= 1e-12 * max(np.abs(outcomes).max(), 1e-300):
            raise EstimationError(
                f"The effects on all {used} placebo groups are equal; they give no error. Expected "
                "donors that differ."
            )
    else:
        if n1 < 2:
            raise EstimationError("One unit is treated; the jackknife needs two or more.")
        if method != "did":
            warnings.warn(
                "The jackknife keeps the weights as they are: in short panels its error is too "
                "small. Placebo errors count their estimation.",
                stacklevel=2,
            )
        found = _left_out(outcomes, treated, donors, before, whole_fit)
        m = len(found)
        error, used = float(np.sqrt((m - 1) / m * np.square(found - found.mean()).sum())), m
    return EffectResult(
        params=pd.Series([float(whole_fit.effects[0])], index=["effect"], name="estimate"),
        cov=pd.DataFrame([[error**2]], index=["effect"], columns=["effect"]),
        cov_type=kind,
        method=method,
        n_treated=n1,
        n_donors=n0,
        draws=used,
    )


def _placebo_groups(donors: Array, size: int, draws: int, seed: int) -> Array:
    places = np.flatnonzero(donors)
    if size == 1 and len(places) <= draws:
        chosen = places[:, None]
    else:
        rng = np.random.default_rng(seed)
        chosen = np.array([rng.choice(places, size, replace=False) for _ in range(draws)])
    groups = np.zeros((len(chosen), len(donors)), bool)
    np.put_along_axis(groups, chosen, True, axis=1)
    return groups


def _left_out(outcomes, treated, donors, before, fit) -> Array:
    """Effects without each unit in turn, the weights of the others scaled to one."""
    weights, periods = fit.donor_weights[0], fit.period_weights[0]
    found = []
    for unit in np.flatnonzero(treated | donors):
        share = treated & (np.arange(len(treated)) != unit)
        left = np.where(np.arange(len(treated)) == unit, 0.0, weights)
        if treated[unit]:
            left = weights
        elif not abs(left.sum()) > 1e-12:
            raise EstimationError("One donor has all the weight; the jackknife is not defined.")
        gap = outcomes[share].mean(axis=0) - left / left.sum() @ outcomes
        found.append(gap[before:].mean() - gap[:before] @ periods)
    return np.array(found)
