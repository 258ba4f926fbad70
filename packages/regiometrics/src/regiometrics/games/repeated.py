"""Restraint in the repeated stage game: the discount factors that sustain it.

Pay-offs of one city a period: `temptation` (it alone breaks the agreement), `reward` (nobody
does), `punishment` (all do, for ever or for some periods). Restraint is worth keeping where what
is won once is no more than what is lost later. Cities may differ; a pair's discount factor must
reach the larger of its two members' thresholds. All functions work elementwise.
"""

from __future__ import annotations

import numpy as np

from regiometrics._arguments import numbers

Array = np.ndarray
BISECTIONS = 60  # to 1e-18 of the unit interval


def grim_discount(temptation, reward, punishment) -> Array:
    """Smallest discount factor under grim trigger: (T - R) / (T - P) (Friedman 1971).

    Parameters
    ----------
    temptation, reward, punishment : array_like
        Pay-offs a period.

    Returns
    -------
    ndarray
        0 where breaking does not pay; infinity where the punishment is no worse than the reward,
        or better than it. Missing where a pay-off is.
    """
    return monitored_discount(temptation, reward, punishment)


def monitored_discount(
    temptation, reward, punishment, *, detection=1.0, penalty=0.0, false_alarm=0.0
) -> Array:
    """Smallest discount factor where breaches are seen with some probability and fined.

    After an alarm the breaker pays a fine and agreement is over for ever. With detection μ, false
    alarms η and fine F restraint holds where

        (T - R) - (μ - η) F <= δ ((T - R)(1 - η) + (μ - η)(R - P - F)),

    that is δ >= (T - R) / (T - P) for μ = 1, F = η = 0. See docs/methods/games-repeated.md.

    Parameters
    ----------
    temptation, reward, punishment : array_like
        Pay-offs a period.
    detection : array_like, default 1
        Probability μ of an alarm in a period in which the agreement is broken.
    penalty : array_like, default 0
        F >= 0, in the unit of the pay-offs, paid with every alarm.
    false_alarm : array_like, default 0
        Probability η of an alarm in a period in which it is kept.

    Returns
    -------
    ndarray
        The factor in [0, 1) from which on restraint holds: 0 where it holds for every factor;
        infinity where it holds for none, or only for impatient cities (false alarms, or a
        punishment that is better than the reward, make the agreement worth less than its end):
        :func:`monitored_range` gives that upper bound.

    Raises
    ------
    ValueError
        If a pay-off is infinite, a probability is outside [0, 1] or a fine is negative.

    Examples
    --------
    >>> float(monitored_discount(2.0, 1.0, 0.0))
    0.5
    """
    low, high = monitored_range(
        temptation,
        reward,
        punishment,
        detection=detection,
        penalty=penalty,
        false_alarm=false_alarm,
    )
    return np.where(high < 1, np.inf, low)


def monitored_range(
    temptation, reward, punishment, *, detection=1.0, penalty=0.0, false_alarm=0.0
) -> tuple[Array, Array]:
    """Smallest and largest discount factor for which restraint holds.

    Parameters and errors as :func:`monitored_discount`.

    Returns
    -------
    low, high : ndarray
        Restraint holds for factors from `low` to `high`. `high` is one where every patient city
        keeps it. `low` is infinite and `high` missing where no factor sustains it.

    Examples
    --------
    A false alarm ends an agreement that is worth keeping only to the impatient:

    >>> low, high = monitored_range(
    ...     0.53, 0.198, 0.1415, detection=0.8642, penalty=1.7, false_alarm=0.4326
    ... )
    >>> float(low), round(float(high), 4)
    (0.0, 0.7711)
    """
    mu = numbers("detection", detection)
    eta = numbers("false_alarm", false_alarm)
    fine = numbers("penalty", penalty)
    for name, value in (("detection", mu), ("false_alarm", eta)):
        if (value < 0).any() or (value > 1).any():
            raise ValueError(
                f"{name} runs from {value.min():g} to {value.max():g}; expected 0 to 1."
            )
    if (fine < 0).any():
        raise ValueError(f"The penalty is {fine.min():g}; expected none below zero.")
    gain, lost = _stakes(temptation, reward, punishment)
    edge = mu - eta
    now = gain - edge * fine
    later = gain * (1 - eta) + edge * (lost - fine)
    now, later = np.broadcast_arrays(now, later)
    # now <= δ later: for all δ, from now / later on, up to it, or for none.
    with np.errstate(divide="ignore", invalid="ignore"):
        limit = now / later
    always = (now <= 0) & (later >= now)
    upward = (now > 0) & (later > now)
    downward = (now <= 0) & (later < now)
    unknown = np.isnan(now) | np.isnan(later)
    low = np.select([unknown, always | downward, upward], [np.nan, 0.0, limit], np.inf)
    high = np.select([always | upward, downward], [1.0, limit], np.nan)
    return low, high


def limited_discount(temptation, reward, punishment, periods) -> Array:
    """Smallest discount factor where a breach is followed by so many periods of punishment.

    The root of T - R = (R - P)(δ + ... + δ^k), found by bisection (the right side rises in δ).

    Parameters
    ----------
    temptation, reward, punishment
        Pay-offs a period.
    periods
        k, at least one; infinity gives `grim_discount`.

    Returns
    -------
    ndarray
        0 where breaking does not pay; infinity where even δ = 1 does not suffice.

    Raises
    ------
    ValueError
        If a pay-off is infinite or punishment lasts less than one period.

    Examples
    --------
    >>> round(float(limited_discount(2.0, 1.0, 0.0, 2)), 4)
    0.618
    """
    gain, lost = _stakes(temptation, reward, punishment)
    k = numbers("periods", periods, infinite=True)
    if (k < 1).any():
        raise ValueError(f"Punishment lasts {k.min():g} periods; expected at least one.")
    gain, lost, k = np.broadcast_arrays(gain, lost, k)
    low, high = np.zeros(gain.shape), np.ones(gain.shape)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        short = lost * _annuity(middle, k) < gain
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    reachable = np.where(np.isfinite(k), lost * k >= gain, lost > 0)
    found = np.where(gain <= 0, 0.0, np.where(reachable, high, np.inf))
    return np.where(np.isnan(gain) | np.isnan(lost), np.nan, found)


def penalty_frontier(temptation, reward, punishment, *, discount, detection) -> Array:
    """Smallest fine that sustains restraint: max(0, (T - R)/μ - δ (R - P)/(1 - δ)).

    Parameters
    ----------
    temptation, reward, punishment
        Pay-offs a period.
    discount
        δ in [0, 1).
    detection
        μ in (0, 1].

    Returns
    -------
    ndarray
        In the unit of the pay-offs.

    Raises
    ------
    ValueError
        If a pay-off is infinite, detection is outside (0, 1] or the discount factor outside [0, 1).

    Examples
    --------
    >>> float(penalty_frontier(2.0, 1.0, 0.0, discount=0.25, detection=0.5))
    1.6666666666666667
    """
    mu, delta = numbers("detection", detection), numbers("discount", discount)
    if (mu <= 0).any() or (mu > 1).any() or (delta < 0).any() or (delta >= 1).any():
        raise ValueError(
            f"detection runs from {mu.min():g} to {mu.max():g} and discount from {delta.min():g} "
            f"to {delta.max():g}; expected detection above 0 and at most 1, and a discount factor "
            "of at least 0 and below 1."
        )
    gain, lost = _stakes(temptation, reward, punishment)
    return np.clip(gain / mu - delta / (1 - delta) * lost, 0, None)


def dilemma_payoffs(own, loss, external) -> tuple[Array, Array, Array]:
    """Temptation, reward and punishment of restraint in the stage game: g, 0, g - d + e."""
    own, loss, external = (
        numbers(name, value, missing=True)
        for name, value in (("own", own), ("loss", loss), ("external", external))
    )
    return own, np.zeros_like(own), own - loss + external


def _stakes(temptation, reward, punishment) -> tuple[Array, Array]:
    """What breaking wins once, and what it loses in every later period."""
    temptation, reward, punishment = (
        numbers(name, value, missing=True)
        for name, value in (
            ("temptation", temptation),
            ("reward", reward),
            ("punishment", punishment),
        )
    )
    return temptation - reward, reward - punishment


def _annuity(delta: Array, periods: Array) -> Array:
    """δ + ... + δ^k."""
    with np.errstate(divide="ignore", invalid="ignore"):
        value = delta * (1 - delta**periods) / (1 - delta)
    return np.where(delta >= 1, periods, value)
