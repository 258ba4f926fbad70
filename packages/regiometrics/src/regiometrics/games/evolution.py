"""Replicator dynamics of two and three strategies.

Shares x of a large population of governments move by dx_k/dt = x_k ((A x)_k - x'A x) (Taylor and
Jonker 1978; Hofbauer and Sigmund 1998, ch. 7): what earns more than the mean is imitated more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray
STRATEGIES = ("push", "restrain", "reciprocate")
TOLERANCE = 1e-10


@dataclass(frozen=True, eq=False)
class RestPoint:
    """A rest point of the replicator dynamics.

    Attributes
    ----------
    shares : ndarray, shape (k,)
    stable : bool
        Whether small deviations die out: all eigenvalues of the linearised dynamics on the simplex
        have a negative real part. A neutral point is not stable.
    """

    shares: Array
    stable: bool


def replicator_change(matrix, shares) -> Array:
    """Change of the shares.

    Parameters
    ----------
    matrix : array_like, shape (..., k, k)
        Pay-off of the row's strategy against the column's.
    shares : array_like, shape (..., k)

    Returns
    -------
    ndarray, shape (..., k)
        Sums to zero.
    """
    matrix, shares = np.asarray(matrix, float), np.asarray(shares, float)
    fitness = (matrix @ shares[..., None])[..., 0]
    return shares * (fitness - (shares * fitness).sum(-1, keepdims=True))


def replicator_path(matrix, start, time: float, steps: int) -> Array:
    """Follow the shares by Runge-Kutta's fourth-order method.

    Parameters
    ----------
    matrix : array_like, shape (..., k, k)
    start : array_like, shape (..., k)
    time, steps
        Span and number of steps.

    Returns
    -------
    ndarray, shape (steps + 1, ..., k)
    """
    shares = np.asarray(start, float)
    path = [shares]
    h = time / steps
    for _ in range(steps):
        first = replicator_change(matrix, shares)
        second = replicator_change(matrix, shares + h / 2 * first)
        third = replicator_change(matrix, shares + h / 2 * second)
        fourth = replicator_change(matrix, shares + h * third)
        shares = shares + h / 6 * (first + 2 * second + 2 * third + fourth)
        path.append(shares)
    return np.array(path)


def rest_points(matrix) -> list[RestPoint]:
    """Find the isolated rest points: corners, and one in each face whose strategies earn alike.

    Parameters
    ----------
    matrix : array_like, shape (k, k)

    Returns
    -------
    list of RestPoint
        Corners first. Faces on which the strategies earn alike everywhere (a continuum) are left
        out.
    """
    matrix = np.asarray(matrix, float)
    k = len(matrix)
    found = []
    for mask in sorted(range(1, 2**k), key=lambda m: (m.bit_count(), m)):
        support = [i for i in range(k) if mask >> i & 1]
        shares = _equal_earnings(matrix, support)
        if shares is not None:
            found.append(RestPoint(shares, _is_stable(matrix, shares)))
    return found


def threshold_share(matrix) -> float:
    """Share of the second of two strategies above which it takes over, from the first.

    Closed form: (a_11 - a_21) / (a_11 - a_21 + a_22 - a_12) where each strategy is a best answer
    to itself; 0 where the second always earns more, 1 where it never takes over.

    Parameters
    ----------
    matrix : array_like, shape (2, 2)
    """
    (a11, a12), (a21, a22) = np.asarray(matrix, float)
    entry, defence = a21 - a11, a22 - a12
    if defence <= 0:
        return 1.0
    return 0.0 if entry >= 0 else float(entry / (entry - defence))


def repeated_matrix(own: float, loss: float, external: float, discount: float) -> Array:
    """Mean pay-offs a period of push, restrain and reciprocate in the repeated stage game.

    Reciprocate restrains until the other has pushed and pushes ever after (grim trigger).

    Parameters
    ----------
    own, loss, external
        g, d and e of the stage game.
    discount
        δ in [0, 1): weight of the next period; pay-offs are times 1 - δ.

    Returns
    -------
    ndarray, shape (3, 3)
        In the order of `STRATEGIES`, the row's pay-off.
    """
    both = own - loss + external
    return np.array(
        [
            [both, own, (1 - discount) * own + discount * both],
            [external, 0.0, 0.0],
            [(1 - discount) * external + discount * both, 0.0, 0.0],
        ]
    )


def _equal_earnings(matrix: Array, support: list[int]) -> Array | None:
    """Shares over the support that earn alike, or None."""
    size = len(support)
    block = matrix[np.ix_(support, support)]
    system = np.zeros((size + 1, size + 1))
    system[:size, :size], system[:size, size], system[size, :size] = block, -1, 1
    if abs(np.linalg.det(system)) < TOLERANCE:
        return None
    inside = np.linalg.solve(system, np.append(np.zeros(size), 1.0))[:size]
    if (inside <= TOLERANCE).any():
        return None
    shares = np.zeros(len(matrix))
    shares[support] = inside
    return shares


def _is_stable(matrix: Array, shares: Array) -> bool:
    k = len(shares)
    fitness = matrix @ shares
    mean = shares @ fitness
    jacobian = np.diag(fitness - mean) + shares[:, None] * (matrix - (matrix + matrix.T) @ shares)
    # On the simplex: the last share is one less the others.
    reduced = jacobian[: k - 1, : k - 1] - jacobian[: k - 1, k - 1 :]
    return bool((np.linalg.eigvals(reduced).real < -TOLERANCE).all()) if k > 1 else True
