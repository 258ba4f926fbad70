"""Restraint in the repeated stage game: the patience that sustains it.

Pay-offs of one city a period: `temptation` (it alone breaks the agreement), `reward` (nobody
does), `punishment` (all do, for ever or for some periods). Restraint is worth keeping where what
is won once is no more than what is lost later. Cities may differ; a pair's patience must reach the
larger of its two members' thresholds. All functions work elementwise.
"""

from __future__ import annotations

import numpy as np

Array = np.ndarray
BISECTIONS = 60  # to 1e-18 of the unit interval


def grim_discount(temptation, reward, punishment) -> Array:
    """Smallest discount factor under grim trigger: (T - R) / (T - P) (Friedman 1971).

    Returns
    -------
    ndarray
        0 where breaking does not pay; infinity where the punishment is no worse than the reward.
    """
    return monitored_discount(temptation, reward, punishment)


def monitored_discount(
    temptation, reward, punishment, *, detection=1.0, penalty=0.0, false_alarm=0.0
) -> Array:
    """Smallest discount factor where breaches are seen with some probability and fined.

    After an alarm the breaker pays a fine and agreement is over for ever. With detection μ, false
    alarms η and fine F restraint holds where

        δ >= ((T - R) - (μ - η) F) / ((T - R)(1 - η) + (μ - η)(R - P - F)),

    which is (T - R) / (T - P) for μ = 1, F = η = 0. See docs/methods/games-repeated.md.

    Parameters
    ----------
    temptation, reward, punishment
        Pay-offs a period.
    detection
        Probability μ of an alarm in a period in which the agreement is broken.
    penalty
        F >= 0, in the unit of the pay-offs, paid with every alarm.
    false_alarm
        Probability η of an alarm in a period in which it is kept.

    Returns
    -------
    ndarray
        In [0, 1); 0 where restraint holds without a future, infinity where no patience suffices.

    Raises
    ------
    ValueError
        If a probability is outside [0, 1] or a fine is negative.
    """
    mu, eta, fine = (np.asarray(v, float) for v in (detection, false_alarm, penalty))
    for name, value in (("detection", mu), ("false_alarm", eta)):
        if (value < 0).any() or (value > 1).any():
            raise ValueError(f"{name} is {value.min():g} to {value.max():g}; expected 0 to 1.")
    if (fine < 0).any():
        raise ValueError(f"The penalty is {fine.min():g}; expected none below zero.")
    gain = np.asarray(temptation, float) - reward
    lost = np.asarray(reward, float) - punishment
    edge = mu - eta
    now = gain - edge * fine
    later = gain * (1 - eta) + edge * (lost - fine)
    with np.errstate(divide="ignore", invalid="ignore"):
        threshold = np.where(later > 0, now / later, np.inf)
    # now <= δ later with δ < 1 needs later > now; the bound binds only where breaking pays.
    return np.where(now <= 0, 0.0, np.where(threshold < 1, threshold, np.inf))


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
    """
    gain = np.asarray(temptation, float) - reward
    lost = np.asarray(reward, float) - punishment
    k = np.asarray(periods, float)
    if (k < 1).any():
        raise ValueError(f"Punishment lasts {k.min():g} periods; expected at least one.")
    gain, lost, k = np.broadcast_arrays(gain, lost, k)
    low, high = np.zeros(gain.shape), np.ones(gain.shape)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        short = lost * _annuity(middle, k) < gain
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    reachable = np.where(np.isfinite(k), lost * k >= gain, lost > 0)
    return np.where(gain <= 0, 0.0, np.where(reachable, high, np.inf))


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
    """
    mu, delta = np.asarray(detection, float), np.asarray(discount, float)
    if (mu <= 0).any() or (delta >= 1).any():
        raise ValueError("detection must be above 0 and discount below 1.")
    gain = np.asarray(temptation, float) - reward
    lost = np.asarray(reward, float) - punishment
    return np.clip(gain / mu - delta / (1 - delta) * lost, 0, None)


def dilemma_payoffs(own, loss, external) -> tuple[Array, Array, Array]:
    """Temptation, reward and punishment of restraint in the stage game: g, 0, g - d + e."""
    own = np.asarray(own, float)
    return own, np.zeros_like(own), own - loss + external


def _annuity(delta: Array, periods: Array) -> Array:
    """δ + ... + δ^k."""
    with np.errstate(divide="ignore", invalid="ignore"):
        value = delta * (1 - delta**periods) / (1 - delta)
    return np.where(delta >= 1, periods, value)
