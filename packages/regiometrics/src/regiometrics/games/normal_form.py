"""Games in which each city either pushes or stays put, given by a table of pay-offs.

A table has the shape (..., 2^n, n): leading axes hold points of parameters, rows are profiles in
the order of `regiometrics.games.network.profiles` (bit i of the row's number is city i's action).
"""

from __future__ import annotations

import numpy as np

from regiometrics._arguments import numbers, whole

Array = np.ndarray
TOLERANCE = 1e-12


def deviation_gains(table: Array) -> Array:
    """What each city gains by another action, in every profile, shape (..., 2^n, n)."""
    table = _table(table)
    rows, n = table.shape[-2:]
    other = np.arange(rows)[:, None] ^ (1 << np.arange(n))
    return table[..., other, np.arange(n)] - table


def settle(table: Array, start: int | None = None) -> Array:
    """Follow best replies to an equilibrium, the city that gains most moving first.

    Parameters
    ----------
    table
        Pay-offs, shape (..., 2^n, n).
    start
        Row from which it begins; all cities pushing if None.

    Returns
    -------
    ndarray of int, shape (...)
        Row of the equilibrium; -1 where the replies go round in a circle.
    """
    table = _table(table)
    if start is not None:
        start = whole("start", start, 0, table.shape[-2] - 1)
    rows, n = table.shape[-2:]
    gains = deviation_gains(table).reshape(-1, rows, n)
    which = np.arange(len(gains))
    at = np.full(len(gains), rows - 1 if start is None else start)
    for _ in range(4 * rows):
        here = gains[which, at]
        mover = here.argmax(-1)
        moves = here[which, mover] > TOLERANCE
        if not moves.any():
            break
        at = np.where(moves, at ^ (1 << mover), at)
    settled = (gains[which, at] <= TOLERANCE).all(-1)
    return np.where(settled, at, -1).reshape(table.shape[:-2])


def efficient(table: Array, size: Array | None = None) -> Array:
    """Row with the largest sum of pay-offs, each times the city's size if given, shape (...)."""
    table = _table(table)
    size = _sizes(size, table.shape[-1])
    return (table * (1.0 if size is None else size)).sum(-1).argmax(-1)


def at_rows(table: Array, rows: Array) -> Array:
    """Pay-offs in the given rows, shape (..., n)."""
    table = _table(table)
    rows = _rows("rows", rows, table)
    if rows.shape not in ((), table.shape[:-2]):
        raise ValueError(f"rows has shape {rows.shape}; expected {table.shape[:-2]}.")
    rows = np.broadcast_to(rows, table.shape[:-2])
    return np.take_along_axis(table, np.asarray(rows)[..., None, None], -2)[..., 0, :]


def coalition_values(table: Array, outside: Array, size: Array | None = None) -> Array:
    """What each coalition secures while everybody else keeps to an action.

    v(S) = max over the members' actions of the sum of their pay-offs, outsiders acting as given.

    Parameters
    ----------
    table
        Pay-offs, shape (..., 2^n, n).
    outside
        Rows from which outsiders do not move, shape (...): the equilibrium, as a rule.
    size
        What a unit of pay-off is worth in money, shape (n,); ones if None.

    Returns
    -------
    ndarray, shape (..., 2^n)
        Bit i of the position says whether city i is a member, as in
        `regiometrics.games.coalition.Game`.
    """
    table = _table(table)
    outside, size = _rows("outside", outside, table), _sizes(size, table.shape[-1])
    rows, n = table.shape[-2:]
    numbers = np.arange(rows)
    members = ((numbers[:, None] >> np.arange(n)) & 1).astype(float)
    totals = (table * (1.0 if size is None else size)) @ members.T  # (..., profile, coalition)
    # Within S a profile may differ from the outsiders' action only in the members' bits.
    moved = numbers[:, None] ^ np.asarray(outside)[..., None, None]
    values = np.where((moved & ~numbers[None, :]) == 0, totals, -np.inf).max(-2)
    values[..., 0] = 0.0
    return values


def _table(table) -> Array:
    table = numbers("table", table)
    if table.ndim < 2 or table.shape[-2] != 2 ** table.shape[-1]:
        raise ValueError(
            f"table has shape {table.shape}; expected (..., 2^n, n): a row for each profile."
        )
    return table


def _sizes(size, n: int) -> Array | None:
    return None if size is None else numbers("size", size, (n,))


def _rows(name: str, rows, table: Array) -> Array:
    rows = np.asarray(rows)
    whole_numbers = rows.dtype.kind in "iu"
    if not whole_numbers or rows.min() < 0 or rows.max() >= table.shape[-2]:
        raise ValueError(
            f"{name} is of type {rows.dtype}; expected whole numbers from 0 to "
            f"{table.shape[-2] - 1}. (-1 marks replies that do not settle.)"
        )
    return rows
