"""Weights from adjacency, distance, output, flows and travel times: raw, not standardised."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import sparse

from regiometrics._arguments import real, switch, whole
from regiometrics.errors import WeightsError
from regiometrics.weights.adjacency import check_adjacency
from regiometrics.weights.labels import as_index, check_columns, places, unique_index
from regiometrics.weights.weights import Weights


def queen_weights(adjacency, ids: Sequence[str], note: str = "") -> Weights:
    """Weight one for units that touch.

    Parameters
    ----------
    adjacency
        A symmetric matrix, dense or sparse; entries other than zero link units.
    ids
        The units, in the order of the adjacency.
    note
        A sentence that says how the weights were made.

    Raises
    ------
    ValueError
        If the adjacency is not symmetric or links a unit to itself.

    Examples
    --------
    >>> queen_weights([[0, 1], [1, 0]], [610100, 620500]).matrix.toarray().tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    return Weights(check_adjacency(adjacency), as_index(ids), "queen", note or "units that touch")


def nearest_weights(distances: pd.DataFrame, k: int) -> Weights:
    """Weight one for the `k` nearest units; ties go to the unit that comes first.

    Parameters
    ----------
    distances
        The distances of all pairs of units, a square table in km.
    k
        The number of neighbours per unit. The weights are not symmetric.

    Raises
    ------
    WeightsError
        If rows and columns differ, or k is not between 1 and the number of other units.

    Examples
    --------
    >>> apart = pd.DataFrame([[0, 1, 5], [1, 0, 2], [5, 2, 0]], list("xyz"), list("xyz"))
    >>> nearest_weights(apart, 1).matrix.toarray().tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    ids, table = _square(distances)
    if not 1 <= whole("k", k, 0) < len(ids):
        raise WeightsError(f"k is {k}; expected between 1 and {len(ids) - 1}.")
    table = table.copy()
    np.fill_diagonal(table, np.inf)
    near = np.isfinite(table).sum(axis=1)
    if (near < k).any():
        raise WeightsError(
            f"{ids[int(near.argmin())]} is at a finite distance from {near.min()} units; expected "
            f"{k} or more."
        )
    column = np.argsort(table, axis=1, kind="stable")[:, :k]
    row = np.repeat(np.arange(len(ids)), k)
    matrix = sparse.csr_array((np.ones(row.size), (row, column.ravel())), shape=table.shape)
    return Weights(matrix, ids, f"nearest_{k}", f"the {k} nearest units")


def inverse_distance_weights(
    distances: pd.DataFrame, cutoff_km: float, power: float = 1.0
) -> Weights:
    """Weight 1 / distance ** power for units at most `cutoff_km` apart.

    Parameters
    ----------
    distances
        The distances of all pairs of units, a square table in km.
    cutoff_km
        The largest distance at which two units are neighbours.
    power
        The exponent of the distance: how fast weights fall with it.

    Raises
    ------
    WeightsError
        If rows and columns differ, or a distance within the cutoff is not positive.

    Examples
    --------
    >>> apart = pd.DataFrame([[0, 1, 5], [1, 0, 2], [5, 2, 0]], list("xyz"), list("xyz"))
    >>> inverse_distance_weights(apart, cutoff_km=2).matrix.toarray().tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 0.5], [0.0, 0.5, 0.0]]
    """
    ids, table = _square(distances)
    power = real("power", power)
    if not (isinstance(cutoff_km, float) and cutoff_km == np.inf):
        cutoff_km = real("cutoff_km", cutoff_km, above=0.0)
    near = np.isfinite(table) & (table <= cutoff_km) & ~np.eye(len(ids), dtype=bool)
    _positive(table, near, ids, "distance")
    weight = np.where(near, np.where(near, table, 1.0) ** -power, 0.0)
    note = f"one over distance{_to_the(power)}, up to {cutoff_km:g} km"
    return Weights(sparse.csr_array(weight), ids, f"inverse_distance_{cutoff_km:g}km", note)


def economic_weights(
    gdp_per_head: pd.Series, floor: float = 0.01, within: Weights | None = None
) -> Weights:
    """Weight ``1 / |difference of log output per head|``: similar units weigh more.

    Parameters
    ----------
    gdp_per_head
        One positive value per unit, of a year before those under study, or the weights are
        endogenous.
    floor
        The smallest difference that counts, so that units that are nearly equal do not outweigh
        all others.
    within
        Weights whose pairs are kept (say, queen): neighbours by geography, weighted by similarity.
        None keeps all pairs.

    Raises
    ------
    WeightsError
        If a value or `floor` is not positive, or a unit is not among those of `within`.

    Examples
    --------
    >>> output = pd.Series({"x": 1.0, "y": np.e, "z": np.e**3})
    >>> economic_weights(output).matrix.toarray().round(2).tolist()
    [[0.0, 1.0, 0.33], [1.0, 0.0, 0.5], [0.33, 0.5, 0.0]]
    """
    if not isinstance(gdp_per_head, pd.Series) or gdp_per_head.empty:
        raise WeightsError("Output per head is no Series with units; expected one value each.")
    try:
        values = gdp_per_head.astype(float)
    except (TypeError, ValueError):
        raise WeightsError("Output per head holds no numbers; expected one per unit.") from None
    good = (values > 0) & np.isfinite(values)
    if not good.all():
        unit = values.index[~good][0]
        raise WeightsError(
            f"Output per head of {unit} is {values[unit]}; expected a positive number."
        )
    floor = real("floor", floor)
    if not floor > 0:
        raise WeightsError(f"floor is {floor}; expected a positive number.")
    logs = np.log(values.to_numpy())
    weight = 1 / np.maximum(np.abs(logs[:, None] - logs), floor)
    np.fill_diagonal(weight, 0)
    ids, name = tuple(values.index), "economic"
    note = f"one over the difference of log output per head, at least {floor:g}"
    matrix = sparse.csr_array(weight)
    if within is not None:
        pattern = replace(within, standardisation="none").subset(ids).matrix != 0
        matrix = matrix.multiply(pattern)
        name, note = (
            f"economic_{within.name}",
            f"{note}, among the pairs of {within.name!r}",
        )
    return Weights(matrix, ids, name, note)


def flow_weights(
    flows: pd.DataFrame,
    ids: Sequence[str],
    columns: tuple[str, str, str] = ("origin_code", "destination_code", "flow_index"),
    symmetric: bool = True,
) -> Weights:
    """Weight pairs by the flow between them; pairs that are not listed have none.

    Parameters
    ----------
    flows
        A table with one row per pair and direction.
    ids
        The units to keep, in this order; other pairs are left out.
    columns
        The names of the columns of origin, destination and flow.
    symmetric
        Whether a weight is the mean of both directions; otherwise entry (i, j) is the flow from i
        to j.

    Raises
    ------
    WeightsError
        If a column is missing or a pair appears twice.

    Examples
    --------
    >>> flows = pd.DataFrame({"from": ["x", "y"], "to": ["y", "x"], "people": [2.0, 4.0]})
    >>> flow_weights(flows, ["x", "y"], ("from", "to", "people")).matrix.toarray().tolist()
    [[0.0, 3.0], [3.0, 0.0]]
    """
    matrix = _from_pairs(flows, ids, columns)
    if switch("symmetric", symmetric):
        matrix = (matrix + matrix.T) / 2
    title = columns[2].replace("_", " ")
    note = f"{title}, {'mean of both directions' if symmetric else 'from row to column'}"
    return Weights(matrix, as_index(ids), "flow", note)


def travel_time_weights(
    times: pd.DataFrame,
    ids: Sequence[str],
    columns: tuple[str, str, str] = ("code_a", "code_b", "rail_hours_modelled"),
    power: float = 1.0,
) -> Weights:
    """Weight 1 / hours ** power for pairs with a travel time, the same both ways.

    Parameters
    ----------
    times
        A table with one row per unordered pair, of one year.
    ids
        The units to keep, in this order.
    columns
        The names of the columns of the two codes and of the hours.
    power
        The exponent of the hours: how fast weights fall with time.

    Raises
    ------
    WeightsError
        If a column is missing, a pair appears twice or hours are not positive.

    Examples
    --------
    >>> times = pd.DataFrame({"a": ["x"], "b": ["y"], "hours": [2.0]})
    >>> travel_time_weights(times, ["x", "y"], ("a", "b", "hours")).matrix.toarray().tolist()
    [[0.0, 0.5], [0.5, 0.0]]
    """
    power = real("power", power)

    def weigh(hours):
        if not (hours > 0).all():
            value = hours[~(hours > 0)][0]
            raise WeightsError(f"Column {columns[2]} holds {value}; expected positive hours.")
        return hours**-power

    matrix = _from_pairs(times, ids, columns, weigh)
    note = f"one over {columns[2].replace('_', ' ')}{_to_the(power)}"
    return Weights(matrix + matrix.T, as_index(ids), "travel_time", note)


def _to_the(power: float) -> str:
    return "" if power == 1 else f" to the power of {power:g}"


def _from_pairs(
    table: pd.DataFrame,
    ids: Sequence[str],
    columns: tuple[str, str, str],
    weigh: Callable[[np.ndarray], np.ndarray] = lambda value: value,
) -> sparse.csr_array:
    check_columns(table, columns)
    index = unique_index("ids", ids)
    row, column = (places(index, table[name]) for name in columns[:2])
    known = (row >= 0) & (column >= 0)
    row, column = row[known], column[known]
    key = row * len(index) + column
    if len(np.unique(key)) < len(key):
        twice = int(np.flatnonzero(pd.Series(key).duplicated())[0])
        raise WeightsError(
            f"The pair {index[row[twice]]}, {index[column[twice]]} appears twice; expected once."
        )
    try:
        value = table[columns[2]].to_numpy(float)[known]
    except (TypeError, ValueError):
        raise WeightsError(
            f"Column {columns[2]} holds no numbers; expected one per pair."
        ) from None
    value = weigh(value)
    return sparse.csr_array((value, (row, column)), shape=(len(index), len(index)))


def _square(distances: pd.DataFrame) -> tuple[tuple[str, ...], np.ndarray]:
    if not isinstance(distances, pd.DataFrame):
        raise WeightsError(
            f"The distances are a {type(distances).__name__}; expected a square DataFrame."
        )
    if not distances.index.equals(distances.columns):
        raise WeightsError("The distances' rows and columns differ; expected the same units.")
    try:
        table = distances.to_numpy(float)
    except (TypeError, ValueError):
        raise WeightsError("The distances hold no numbers; expected kilometres.") from None
    missing = np.argwhere(np.isnan(table) & ~np.eye(len(table), dtype=bool))
    if len(missing):
        i, j = missing[0]
        raise WeightsError(
            f"The distance between {distances.index[i]} and {distances.index[j]} is missing; "
            "expected a number, infinite where one cannot be reached."
        )
    return tuple(distances.index), table


def _positive(table: np.ndarray, where: np.ndarray, ids: tuple[str, ...], what: str) -> None:
    bad = np.argwhere(where & ~(table > 0))
    if len(bad):
        i, j = bad[0]
        raise WeightsError(
            f"The {what} between {ids[i]} and {ids[j]} is {table[i, j]}; expected more than zero."
        )
