"""Bargaining of two cities over feasible pay-offs: Nash, Kalai and Smorodinsky, alternating offers.

What can be agreed on is the convex hull of the pay-off profiles and whatever lies below it (free
disposal); money that may change hands widens it. The efficient edge is a chain of segments on
which every solution has a closed form.
"""

from __future__ import annotations

import numpy as np

from regiometrics._arguments import numbers, real

Array = np.ndarray
TOLERANCE = 1e-12


def frontier(points, threat, transfer: float = 0.0) -> Array:
    """Efficient and individually rational edge of what two players can agree on.

    Parameters
    ----------
    points : array_like, shape (m, 2)
        The pay-off profiles that can be reached (and mixed).
    threat : array_like, shape (2,)
        What each player has without agreement.
    transfer
        The largest amount of money that one may hand the other; infinity for transferable utility.

    Returns
    -------
    ndarray, shape (vertices, 2)
        Vertices by rising pay-off of the first player. The threat alone where nothing beats it.
    """
    points = numbers("points", points, (None, 2))
    threat = numbers("threat", threat, (2,))
    if not (np.isscalar(transfer) and transfer == np.inf):
        transfer = real("transfer", transfer)
    if np.isinf(transfer):
        total = max(points.sum(1).max(), threat.sum())
        return np.array([[threat[0], total - threat[0]], [total - threat[1], threat[1]]])
    if transfer < 0:
        raise ValueError(f"The transfer is {transfer:g}; expected none below zero.")
    moved = np.array([[-transfer, transfer], [transfer, -transfer]])
    edge = _upper_right(np.concatenate([points, *(points + shift for shift in moved)]))
    return _above(edge, threat)


def nash_bargain(points, threat, transfer: float = 0.0, power: float = 0.5) -> Array:
    """Pay-offs that maximise (u_1 - d_1)^power (u_2 - d_2)^(1 - power) (Nash 1950).

    Parameters
    ----------
    points, threat, transfer
        The feasible pay-offs, the threat point and the largest transfer, as for `frontier`.
    power
        The bargaining power of the first player, in (0, 1); one half is Nash's own, symmetric
        solution.

    Returns
    -------
    ndarray, shape (2,)
    """
    power = real("power", power, above=0, below=1)
    threat = numbers("threat", threat, (2,))
    edge = frontier(points, threat, transfer)
    if len(edge) == 1:
        return edge[0]
    gains = edge - threat
    start, step = gains[:-1], np.diff(gains, axis=0)
    # On a segment start + s step the product peaks where power/g_1 + (1 - power)/g_2 x slope = 0.
    with np.errstate(divide="ignore", invalid="ignore"):
        s = -(power * step[:, 0] * start[:, 1] + (1 - power) * step[:, 1] * start[:, 0]) / (
            step[:, 0] * step[:, 1]
        )
    s = np.clip(np.nan_to_num(s, nan=0.0, posinf=1.0, neginf=0.0), 0, 1)
    candidates = np.clip(np.concatenate([start + s[:, None] * step, gains]), 0, None)
    best = (candidates[:, 0] ** power * candidates[:, 1] ** (1 - power)).argmax()
    return candidates[best] + threat


def kalai_smorodinsky(points, threat, transfer: float = 0.0) -> Array:
    """Pay-offs in proportion to the most that each could have (Kalai and Smorodinsky 1975).

    Parameters
    ----------
    points, threat, transfer
        The feasible pay-offs, the threat point and the largest transfer, as for `frontier`.

    Returns
    -------
    ndarray, shape (2,)
    """
    threat = numbers("threat", threat, (2,))
    edge = frontier(points, threat, transfer)
    ideal = edge.max(0) - threat
    if len(edge) == 1 or (ideal <= TOLERANCE).any():
        # One of the two cannot gain: the other takes what there is.
        return edge[(edge - threat).sum(1).argmax()]
    # Along the edge g_1 / ideal_1 - g_2 / ideal_2 rises from below zero to above it.
    gap = ((edge - threat) / ideal) @ np.array([1.0, -1.0])
    k = int(np.clip(np.searchsorted(gap, 0.0) - 1, 0, len(edge) - 2))
    s = gap[k] / (gap[k] - gap[k + 1])
    return edge[k] + s * (edge[k + 1] - edge[k])


def alternating_offers(surplus, first_discount, second_discount) -> Array:
    """Shares of a surplus when the two make offers by turns (Rubinstein 1982).

    Parameters
    ----------
    surplus
        The amount to be shared, in money.
    first_discount, second_discount
        The discount factors, in [0, 1), of who makes the first offer and of the other.

    Returns
    -------
    ndarray, shape (..., 2)
        (1 - δ2) / (1 - δ1 δ2) of the surplus to the first, the rest to the second.
    """
    surplus = numbers("surplus", surplus)
    first = numbers("first_discount", first_discount)
    second = numbers("second_discount", second_discount)
    if (first < 0).any() or (second < 0).any() or (first >= 1).any() or (second >= 1).any():
        raise ValueError(
            f"The discount factors run from {min(first.min(), second.min()):g} to "
            f"{max(first.max(), second.max()):g}; expected at least 0 and below 1."
        )
    part = (1 - second) / (1 - first * second)
    return surplus[..., None] * np.stack([part, 1 - part], axis=-1)


def equal_split(points, threat) -> tuple[Array, Array]:
    """Nash's solution with money, for many pairs at once, and the payment to each.

    Parameters
    ----------
    points : array_like, shape (..., m, 2)
        Profiles that can be reached.
    threat : array_like, shape (..., 2)
        What each player receives without agreement.

    Returns
    -------
    agreed : ndarray, shape (..., 2)
        The threat plus half the surplus: also Kalai and Smorodinsky's solution.
    payment : ndarray, shape (..., 2)
        What each receives (below zero: pays) beside its part of the best profile; sums to zero.
    """
    points, threat = numbers("points", points), numbers("threat", threat)
    if points.ndim < 2 or points.shape[-1] != 2 or threat.shape[-1:] != (2,):
        raise ValueError(
            f"points has shape {points.shape} and threat {threat.shape}; expected (..., m, 2) and "
            "(..., 2)."
        )
    totals = points.sum(-1)
    best = np.take_along_axis(points, totals.argmax(-1)[..., None, None], axis=-2)[..., 0, :]
    surplus = best.sum(-1) - threat.sum(-1)
    agreed = threat + np.clip(surplus, 0, None)[..., None] / 2
    payment = np.where(surplus[..., None] > 0, agreed - best, 0.0)
    return agreed, payment


def _upper_right(points: Array) -> Array:
    """Vertices of the convex hull's efficient edge, by rising first coordinate."""
    order = np.lexsort((points[:, 1], points[:, 0]))
    chain: list[Array] = []
    for point in points[order]:
        while chain and chain[-1][1] <= point[1] + TOLERANCE:
            chain.pop()
        while len(chain) >= 2 and _turn(chain[-2], chain[-1], point) >= -TOLERANCE:
            chain.pop()
        chain.append(point)
    return np.array(chain)


def _turn(a: Array, b: Array, c: Array) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _above(edge: Array, threat: Array) -> Array:
    """Cut an efficient edge to what gives both at least the threat."""
    if not (edge >= threat - TOLERANCE).all(1).any() and not _crosses(edge, threat):
        return threat[None, :]
    # Free disposal: level to the left of the chain, steep to the right of it.
    low, high = threat[0], threat[1]
    left = np.array([low, np.interp(low, edge[:, 0], edge[:, 1], left=edge[0, 1])])
    right = np.array(
        [np.interp(-high, -edge[:, 1], edge[:, 0], left=edge[0, 0], right=edge[-1, 0]), high]
    )
    keep = edge[(edge[:, 0] > low + TOLERANCE) & (edge[:, 1] > high + TOLERANCE)]
    start = [] if low < edge[0, 0] else [left]
    end = [] if high < edge[-1, 1] else [right]
    return np.array([*start, *keep, *end])


def _crosses(edge: Array, threat: Array) -> bool:
    """Whether the edge passes above the threat between two vertices."""
    if not edge[0, 0] <= threat[0] <= edge[-1, 0]:
        return False
    return bool(np.interp(threat[0], edge[:, 0], edge[:, 1]) >= threat[1])
