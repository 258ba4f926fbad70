"""Replicator dynamics of two and three strategies.

Shares x of a large population of governments move by dx_k/dt = x_k ((A x)_k - x'A x) (Taylor and
Jonker 1978; Hofbauer and Sigmund 1998, ch. 7): what earns more than the mean is imitated more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regiometrics._arguments import numbers, real, whole

Array = np.ndarray
STABLE = 2.0  # largest step, in units of one over the range of pay-offs; Runge-Kutta's is 2.8
STRATEGIES = ("push", "restrain", "reciprocate")
TOLERANCE = 1e-10


@dataclass(frozen=True, eq=False)
class RestPoint:
    """A rest point of the replicator dynamics.

    Attributes
    ----------
    shares : ndarray, shape (k,)
        The share of each strategy, adding up to one.
    stable : bool
        Whether small deviations die out: all eigenvalues of the linearised dynamics on the simplex
        have a negative real part. A neutral point is not stable.

    Examples
    --------
    >>> points = rest_points(np.array([[0.0, 1.0], [2.0, 0.0]]))
    >>> [(point.shares.round(3).tolist(), point.stable) for point in points]
    [([1.0, 0.0], False), ([0.0, 1.0], False), ([0.333, 0.667], True)]
    """

    shares: Array
    stable: bool


def replicator_change(matrix, shares) -> Array:
    """Give the change of the shares per unit of time.

    Parameters
    ----------
    matrix : array_like, shape (..., k, k)
        Pay-off of the row's strategy against the column's.
    shares : array_like, shape (..., k)
        Not negative, adding up to one.

    Returns
    -------
    ndarray, shape (..., k)
        Sums to zero.

    Raises
    ------
    ValueError
        If the matrix is not square or the shares are none.

    Examples
    --------
    >>> replicator_change([[0.0, 1.0], [2.0, 0.0]], [0.5, 0.5]).tolist()
    [-0.125, 0.125]
    """
    return _change(*_population(matrix, shares))


def replicator_path(matrix, start, time: float, steps: int) -> Array:
    """Follow the shares by Runge-Kutta's fourth-order method.

    Parameters
    ----------
    matrix : array_like, shape (..., k, k)
        The pay-off of the row's strategy against the column's.
    start : array_like, shape (..., k)
        Shares, not negative, adding up to one.
    time : float
        Length of the period that is followed, above zero.
    steps : int
        So many that a step is at most 2 over the range of a column's pay-offs.

    Returns
    -------
    ndarray, shape (steps + 1, ..., k)
        Every row adds up to one.

    Raises
    ------
    ValueError
        If the matrix is not square, the start is no distribution, or steps are too few to follow
        the dynamics.

    Notes
    -----
    A constant added to a column of pay-offs changes nothing in the dynamics. It is taken out first,
    and shares are scaled to one after each step: without that, rounding grows where the mean
    pay-off is negative, and the path leaves the simplex.
    """
    matrix, shares = _population(matrix, start)
    time, steps = real("time", time, above=0), whole("steps", steps)
    matrix = matrix - matrix.min(axis=-2, keepdims=True)
    h = time / steps
    if h * matrix.max() > STABLE:
        raise ValueError(
            f"{steps} steps over a time of {time:g} are too few for pay-offs with a range of "
            f"{matrix.max():g}; expected at least {int(np.ceil(time * matrix.max() / STABLE))}."
        )
    path = [shares]
    for _ in range(steps):
        first = _change(matrix, shares)
        second = _change(matrix, shares + h / 2 * first)
        third = _change(matrix, shares + h / 2 * second)
        fourth = _change(matrix, shares + h * third)
        shares = np.maximum(shares + h / 6 * (first + 2 * second + 2 * third + fourth), 0.0)
        shares = shares / shares.sum(-1, keepdims=True)
        path.append(shares)
    return np.array(path)


def _change(matrix: Array, shares: Array) -> Array:
    fitness = (matrix @ shares[..., None])[..., 0]
    return shares * (fitness - (shares * fitness).sum(-1, keepdims=True))


def _population(matrix, shares) -> tuple[Array, Array]:
    """Check pay-offs and shares against each other."""
    matrix, shares = _square(matrix), numbers("shares", shares)
    if shares.ndim < 1 or shares.shape[-1] != matrix.shape[-1]:
        raise ValueError(
            f"shares has shape {shares.shape}; expected a last axis of {matrix.shape[-1]}."
        )
    if (shares < 0).any() or not np.allclose(shares.sum(-1), 1, atol=1e-9):
        raise ValueError(
            f"shares run from {shares.min():g} and add up to {shares.sum(-1).min():g} to "
            f"{shares.sum(-1).max():g}; expected none below zero and sums of one."
        )
    shape = np.broadcast_shapes(matrix.shape[:-2], shares.shape[:-1])
    return matrix, np.broadcast_to(shares, (*shape, shares.shape[-1]))


def _square(matrix) -> Array:
    matrix = numbers("matrix", matrix)
    if matrix.ndim < 2 or matrix.shape[-1] != matrix.shape[-2]:
        raise ValueError(f"matrix has shape {matrix.shape}; expected (..., k, k).")
    return matrix


def rest_points(matrix) -> list[RestPoint]:
    """Find the isolated rest points: corners, and one in each face whose strategies earn the same.

    Parameters
    ----------
    matrix : array_like, shape (k, k)
        The pay-off of the row's strategy against the column's.

    Returns
    -------
    list of RestPoint
        Corners first. Faces on which the strategies earn the same everywhere (a continuum) are left
        out.

    Raises
    ------
    ValueError
        If the matrix is not one square matrix of numbers.
    """
    matrix = _square(matrix)
    if matrix.ndim != 2:
        raise ValueError(f"matrix has shape {matrix.shape}; expected one square matrix.")
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
        The pay-off of the row's strategy against the column's.
    """
    (a11, a12), (a21, a22) = numbers("matrix", matrix, (2, 2))
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

    Raises
    ------
    ValueError
        If a part is no finite number or the discount factor is outside [0, 1).
    """
    own, loss, external = (
        real(name, value) for name, value in (("own", own), ("loss", loss), ("external", external))
    )
    discount = real("discount", discount, 0.0, below=1.0)
    both = own - loss + external
    return np.array(
        [
            [both, own, (1 - discount) * own + discount * both],
            [external, 0.0, 0.0],
            [(1 - discount) * external + discount * both, 0.0, 0.0],
        ]
    )


def _equal_earnings(matrix: Array, support: list[int]) -> Array | None:
    """Shares over the support that earn the same, or None."""
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
    # On the simplex: the last share is one minus the others.
    reduced = jacobian[: k - 1, : k - 1] - jacobian[: k - 1, k - 1 :]
    return bool((np.linalg.eigvals(reduced).real < -TOLERANCE).all()) if k > 1 else True
