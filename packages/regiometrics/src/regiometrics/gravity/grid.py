"""Flows between all cities as a square grid, and least squares with a city's two effects on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import linalg, sparse
from scipy.sparse import csgraph

from regiometrics._arguments import flags, numbers, several
from regiometrics.errors import EstimationError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class FlowGrid:
    """Every ordered pair of n cities; the diagonal is not used.

    Attributes
    ----------
    codes
        The codes of the n cities, ascending; rows are origins, columns destinations.
    flow
        Index of flow, shape (n, n); 0 where the pair is not listed.
    listed
        Whether the pair is listed, shape (n, n).
    regressors
        Name to values, each of shape (n, n), missing where a city has no value.

    Examples
    --------
    >>> flow = np.array([[0, 2.0, 1.0], [3.0, 0, 4.0], [1.0, 5.0, 0]])
    >>> grid = FlowGrid(["a", "b", "c"], flow, flow > 0, {"km": np.ones((3, 3))})
    >>> grid.check(["km"]), grid.positions(["c"]).tolist()
    (('km',), [2])
    """

    codes: Sequence[str]
    flow: Array
    listed: NDArray[np.bool_]
    regressors: Mapping[str, Array] = field(default_factory=dict)

    @property
    def off_diagonal(self) -> NDArray[np.bool_]:
        """True for every pair of two cities."""
        return ~np.eye(len(self.codes), dtype=bool)

    def check(self, names: Sequence[str], flow: Array | None = None) -> tuple[str, ...]:
        """Refuse flows and regressors that cannot be what they are called.

        Parameters
        ----------
        names : sequence of str
            Regressors, at least one.
        flow : ndarray, shape (n, n), optional
            Flows that are used in place of the grid's own.

        Returns
        -------
        tuple of str
            The names.

        Raises
        ------
        ValueError
            If a flow is missing, infinite or negative (the message names the pair), a regressor is
            unknown, infinite, or no array of n by n numbers, or a name occurs twice.
        """
        n = len(self.codes)
        codes = pd.Index(self.codes)
        if codes.has_duplicates or codes.hasnans:
            bad = codes[codes.duplicated() | codes.isna()][0]
            raise ValueError(f"The city {bad} is missing or listed twice; expected each code once.")
        if isinstance(names, str):
            raise ValueError(f"names is {names!r}; expected a list of regressors.")
        names = tuple(several("names", names))
        if not names or len(set(names)) < len(names):
            raise ValueError(f"names is {list(names)}; expected one regressor or more, each once.")
        flow = self.flow if flow is None else flow
        flow = numbers("flow", flow, (n, n), missing=True, infinite=True)
        bad = ~(np.isfinite(flow) & (flow >= 0)) & self.off_diagonal
        if bad.any():
            one, other = np.argwhere(bad)[0]
            raise ValueError(
                f"The flow from {self.codes[one]} to {self.codes[other]} is {flow[one, other]}; "
                "expected zero or a positive number."
            )
        for name in names:
            if name not in self.regressors:
                known = ", ".join(map(str, self.regressors)) or "none"
                raise ValueError(f"The grid has no regressor {name!r}; expected one of {known}.")
            values = numbers(
                f"The regressor {name!r}",
                self.regressors[name],
                (n, n),
                missing=True,
                infinite=True,
            )
            bad = np.isinf(values) & self.off_diagonal
            if bad.any():
                one, other = np.argwhere(bad)[0]
                raise ValueError(
                    f"The regressor {name!r} from {self.codes[one]} to {self.codes[other]} is "
                    f"{values[one, other]}; expected a finite number or a missing value."
                )
        return names

    def positions(self, codes: Sequence[str]) -> NDArray[np.intp]:
        """Rows of some cities; ValueError with the first that is not in the grid."""
        found = pd.Index(self.codes).get_indexer(list(codes))
        if (found < 0).any():
            missing = next(code for code, row in zip(codes, found, strict=True) if row < 0)
            raise ValueError(f"The city {missing} has no flows; a city of the grid was expected.")
        return found

    def thresholds(self) -> Array:
        """Return what flows that are not listed lie below, shape (n, n).

        It is the smallest listed flow of the pair's origin (Eaton and Kortum 2001, who take the
        smallest observed trade of an importer as the point of censoring).
        """
        smallest = np.where(self.listed, self.flow, np.inf).min(axis=1)
        return np.broadcast_to(smallest[:, None], self.flow.shape)


def flow_grid(flows: pd.DataFrame, cities: Sequence[str]) -> FlowGrid:
    """Build the grid of the cities that have flows.

    Parameters
    ----------
    flows
        ``origin_code``, ``destination_code``, ``flow_index``, ``listed``: every ordered pair.
    cities
        Codes that may enter.
    """
    if not isinstance(flows, pd.DataFrame):
        raise ValueError(f"flows is of type {type(flows).__name__}; expected a DataFrame.")
    absent = {"origin_code", "destination_code", "flow_index"} - set(flows.columns)
    if absent:
        raise ValueError(f"flows has no column {min(absent)!r}; expected one.")
    twice = flows.duplicated(["origin_code", "destination_code"])
    if twice.any():
        row = flows[twice].iloc[0]
        raise ValueError(
            f"The pair {row['origin_code']} to {row['destination_code']} occurs more than once in "
            "flows; expected each once."
        )
    if not pd.api.types.is_numeric_dtype(flows["flow_index"].dtype):
        raise ValueError(f"flow_index is of type {flows['flow_index'].dtype}; expected numbers.")
    codes = sorted(set(flows["origin_code"]) & set(several("cities", cities)))
    if not codes:
        raise EstimationError("No city has flows and may enter; expected some.")
    square = flows.pivot(index="origin_code", columns="destination_code", values="flow_index")
    flow = square.reindex(index=codes, columns=codes).to_numpy(dtype="float64")
    return FlowGrid(codes, np.nan_to_num(flow), np.isfinite(flow))


class TwoWayEffects:
    """Weighted least squares on origin and destination effects, solved exactly.

    With weights W on the grid the normal equations of n origin and n destination effects are
    [[diag(W 1), W], [W', diag(W' 1)]]; the origins are eliminated, one destination is the base
    of each group of cities that pairs join.

    Parameters
    ----------
    weights
        Shape (n, n), zero where a pair does not count. Every row and column with a weight.
    bases
        Destinations whose effect is zero, as `bases` finds them; by default the first.

    Examples
    --------
    >>> values = np.add.outer([0.0, 1.0, 2.0], [0.0, 3.0, 5.0])
    >>> both = TwoWayEffects(1 - np.eye(3)).effects(values)
    >>> np.allclose(both[0], [0, 1, 2]), np.allclose(both[1], [0, 3, 5])
    (True, True)
    """

    def __init__(self, weights: Array, bases: ArrayLike = (0,)):
        self.weights = weights
        self._free = np.setdiff1d(np.arange(len(weights)), bases)
        self.out, self.into = weights.sum(axis=1), weights.sum(axis=0)
        if (self.out <= 0).any() or (self.into <= 0).any():
            raise ValueError("A city has no pair with a weight; its effect cannot be estimated.")
        scaled = weights / self.out[:, None]
        schur = np.diag(self.into) - weights.T @ scaled
        self._factor = linalg.cho_factor(schur[np.ix_(self._free, self._free)])

    def effects(self, values: Array) -> tuple[Array, Array]:
        """Return the origin and destination effects of values, shape (n, n)."""
        weighted = self.weights * values
        return self.from_sums(weighted.sum(axis=1), weighted.sum(axis=0))

    def from_sums(self, rows: Array, columns: Array) -> tuple[Array, Array]:
        """Return the effects of values whose weighted sums are known.

        Parameters
        ----------
        rows, columns
            Weighted sums by origin and by destination, shape (n,) or (k, n).

        Returns
        -------
        origin, destination : ndarray
            Of the same shape.
        """
        right = columns - (rows / self.out) @ self.weights
        destination = np.zeros_like(right)
        free = self._free
        destination[..., free] = linalg.cho_solve(self._factor, right[..., free].T).T
        return (rows - destination @ self.weights.T) / self.out, destination

    def residual(self, values: Array) -> Array:
        """Return values minus their two effects."""
        origin, destination = self.effects(values)
        return values - origin[:, None] - destination


def bases(mask) -> NDArray[np.intp]:
    """Find one destination in each part of the network of pairs that no pair joins to another."""
    mask = flags("mask", mask, (None, None))
    n = len(mask)
    links = sparse.coo_array(mask)
    both = sparse.coo_array((links.data, (links.row, links.col + n)), shape=(2 * n, 2 * n))
    _, labels = csgraph.connected_components(both, directed=False)
    return np.unique(labels[n:], return_index=True)[1]


def usable(grid: FlowGrid, names: Sequence[str], mask: NDArray[np.bool_], flow: Array):
    """Cut a mask of pairs to those with all regressors and with cities that send and receive.

    A city whose flows that count are all zero has no finite Poisson effect (Santos Silva and
    Tenreyro 2010); it is left out, again and again, until every one sends and receives.

    Returns
    -------
    mask : (n, n)
        Pairs that count.
    kept : (n,)
        Cities that are left.
    """
    mask = flags("mask", mask, (len(grid.codes),) * 2) & grid.off_diagonal
    for name in names:
        mask = mask & np.isfinite(grid.regressors[name])
    kept = np.ones(len(grid.codes), dtype=bool)
    while True:
        moved = np.where(mask, flow, 0.0)
        good = kept & (moved.sum(axis=1) > 0) & (moved.sum(axis=0) > 0)
        if (good == kept).all():
            return mask, kept
        kept = good
        mask = mask & kept[:, None] & kept
