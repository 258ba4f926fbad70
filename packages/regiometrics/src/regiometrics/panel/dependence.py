"""What errors are assumed to depend on, as one object that turns scores into a covariance."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from regiometrics.errors import PanelError, label
from regiometrics.panel.covariance import (
    cluster_meat,
    conley_meat,
    driscoll_kraay_meat,
    newey_west_meat,
    small_sample_factor,
    white_meat,
)

KINDS = ("unadjusted", "robust", "clustered", "newey-west", "driscoll-kraay", "conley")


@dataclass(frozen=True, eq=False)
class Dependence:
    """Dependence of the errors of a balanced panel.

    Attributes
    ----------
    kind : {"unadjusted", "robust", "clustered", "newey-west", "driscoll-kraay", "conley"}
        "unadjusted" has no meat of scores: the estimator knows its classical covariance.
    shape : tuple of int
        (T, n); scores have T n rows, periods outermost.
    clusters : str or pandas.Series, optional
        The clusters of "clustered": "unit" (the default), "time", "twoway" (unit and time), or a
        label for each unit (a Series indexed by unit), such as provinces, or for each observation
        (a Series on (unit, period)).
    lags : int, optional
        The lags of "newey-west", "driscoll-kraay" (default T^(1/4)) and "conley" (default 0).
    kernel : scipy sparse array, numpy array or DataFrame, shape (n, n), optional
        The kernel of "conley": :func:`regiometrics.panel.covariance.distance_kernel`. Symmetric,
        ones on the diagonal, nothing above one. A DataFrame is put in the units' order by its
        labels; without labels the units must be sorted.
    units, periods : pandas.Index, optional
        Names of the units and periods, where clusters are a Series or the kernel has labels.

    Examples
    --------
    >>> scores = np.arange(6.0)[:, None]
    >>> Dependence("robust", (2, 3)).meat(scores).tolist()
    [[55.0]]
    >>> Dependence("clustered", (2, 3)).meat(scores).tolist()
    [[83.0]]
    """

    kind: str
    shape: tuple[int, int]
    clusters: str | pd.Series | None = None
    lags: int | None = None
    kernel: sparse.csr_array | None = None
    units: pd.Index | None = None
    periods: pd.Index | None = None

    def __post_init__(self) -> None:
        """Refuse what does not go together."""
        if not isinstance(self.kind, str) or self.kind not in KINDS:
            raise PanelError(
                f"The covariance is {self.kind!r}; expected one of {', '.join(KINDS)}."
            )
        if self.kind == "conley" and self.kernel is None:
            raise PanelError("A Conley covariance has no kernel; expected one of distances.")
        if self.kind == "conley":
            kernel = read_kernel(self.kernel, self.shape[1], self.units)
            object.__setattr__(self, "kernel", kernel)
        lags: Any = self.lags
        if lags is not None and not (isinstance(lags, Integral) and 0 <= int(lags) < self.shape[0]):
            raise PanelError(
                f"There are {self.lags!r} lags and {self.shape[0]} periods; expected a whole "
                "number, zero or more and less than the periods."
            )
        if self.kind == "newey-west" and self.lags is None:
            raise PanelError("A Newey-West covariance has no lags; expected a number.")
        if self.kind == "clustered":
            groups = self.n_groups  # Refuses labels that do not fit the units.
            if groups is not None and groups < 2:
                raise PanelError(f"There are {groups} groups; expected at least two to cluster by.")

    def meat(self, scores: np.ndarray) -> np.ndarray:
        """Estimate the variance of the sum of scores.

        Parameters
        ----------
        scores : numpy.ndarray, shape (T n, k)
            The scores of the observations, periods outermost.

        Returns
        -------
        numpy.ndarray, shape (k, k)
        """
        panel = scores.reshape(*self.shape, -1)
        if self.kind == "clustered":
            return cluster_meat(scores, *self.labels)
        if self.kind == "newey-west":
            assert self.lags is not None  # refused above
            return newey_west_meat(panel, self.lags)
        if self.kind == "driscoll-kraay":
            return driscoll_kraay_meat(panel, self.lags)
        if self.kind == "conley":
            return conley_meat(panel, self.kernel, self.lags or 0)
        return white_meat(scores)

    def factor(self, n_params: int, effects: str, rows: int | None = None) -> float:
        """Small-sample factor, counting absorbed effects that no cluster nests (as fixest does).

        Parameters
        ----------
        n_params : int
            The number of estimated slopes.
        effects : {"none", "unit", "time", "twoway"}
            The effects that were taken out.
        rows : int, optional
            Observations, where fewer than n T.

        Returns
        -------
        float
        """
        T, n = self.shape
        nested = (
            "" if self.kind != "clustered" else "unit" if self.clusters is None else self.clusters
        )
        by_unit = nested in ("unit", "twoway") if isinstance(nested, str) else self._nests_units
        by_time = isinstance(nested, str) and nested in ("time", "twoway")
        absorbed = int(effects != "none")
        if effects in ("unit", "twoway") and not by_unit:
            absorbed += n - 1
        if effects in ("time", "twoway") and not by_time:
            absorbed += T - 1
        size = T * n if rows is None else rows
        return small_sample_factor(size, n_params + absorbed, self.n_groups)

    @property
    def _nests_units(self) -> bool:
        """Whether each unit is in one cluster."""
        labels = self.labels[0].reshape(self.shape)
        return bool((labels == labels[0]).all())

    @property
    def n_groups(self) -> int | None:
        """Clusters (the fewer of two ways), periods for Driscoll and Kraay, None otherwise."""
        if self.kind == "clustered":
            return min(len(np.unique(labels)) for labels in self.labels)
        return self.shape[0] if self.kind == "driscoll-kraay" else None

    @property
    def labels(self) -> tuple[np.ndarray, ...]:
        """Cluster of each observation, whole numbers from zero, for each way of clustering."""
        T, n = self.shape
        unit, time = np.tile(np.arange(n), T), np.repeat(np.arange(T), n)
        chosen = "unit" if self.clusters is None else self.clusters
        if isinstance(chosen, pd.DataFrame) and chosen.shape[1] == 1:
            chosen = chosen.iloc[:, 0]
        if isinstance(chosen, pd.Series) and isinstance(chosen.index, pd.MultiIndex):
            return (self._by_observation(chosen),)
        if isinstance(chosen, pd.Series):
            if self.units is not None:
                if not chosen.index.is_unique:
                    twice = chosen.index[chosen.index.duplicated()][0]
                    raise PanelError(
                        f"The clusters have two labels for unit {label(twice)}; expected one."
                    )
                chosen = chosen.reindex(self.units)
            if len(chosen) != n or chosen.isna().any():
                lacking = chosen.index[chosen.isna()]
                what = (
                    f"none for unit {label(lacking[0])}"
                    if len(lacking)
                    else f"{len(chosen)} labels"
                )
                raise PanelError(f"The clusters have {what}; expected one for each of {n} units.")
            return (pd.factorize(chosen)[0][unit],)
        known = {"unit": (unit,), "time": (time,), "twoway": (unit, time)}
        if not isinstance(chosen, str) or chosen not in known:
            what = repr(chosen) if isinstance(chosen, str) else f"a {type(chosen).__name__}"
            raise PanelError(
                f"The clusters are {what}; expected unit, time, twoway or a Series by unit."
            )
        return known[chosen]

    def _by_observation(self, chosen: pd.Series) -> np.ndarray:
        """Read clusters given for each observation, periods outermost."""
        if self.units is None or self.periods is None or chosen.index.nlevels != 2:
            raise PanelError(
                "The clusters are on an index of observations that are not known here; expected "
                "a Series by unit."
            )
        if not chosen.index.is_unique:
            unit, period = chosen.index[chosen.index.duplicated()][0]
            raise PanelError(
                f"The clusters have two labels for unit {label(unit)} in period {label(period)}; "
                "expected one."
            )
        # Rows of a first period that a lag uses up are not asked for.
        rows = pd.MultiIndex.from_product([self.periods, self.units]).swaplevel()
        wanted = chosen.reindex(rows)
        if wanted.isna().any():
            unit, period = rows[int(np.argmax(wanted.isna()))]
            raise PanelError(
                f"The clusters have no label for unit {label(unit)} in period {label(period)}; "
                "expected one for each observation."
            )
        return pd.factorize(wanted.to_numpy())[0]


def read_kernel(kernel: Any, n: int, units: pd.Index | None) -> sparse.csr_array:
    """Check the weights of pairs of units in a Conley covariance.

    Parameters
    ----------
    kernel : scipy sparse array, numpy array or DataFrame, shape (n, n)
        The weights of pairs of units, ones on the diagonal.
    n : int
        The number of units.
    units : pandas.Index or None
        Whose order the result has.

    Returns
    -------
    scipy.sparse.csr_array, shape (n, n)

    Raises
    ------
    PanelError
        If it is no square matrix of numbers between -1 and 1, not symmetric, without ones on its
        diagonal, or its labels are not the units.
    """
    if isinstance(kernel, pd.DataFrame):
        if units is not None:
            texts = [
                pd.Index([str(one) for one in axis]) for axis in (kernel.index, kernel.columns)
            ]
            wanted = pd.Index([str(unit) for unit in units])
            for axis, which in zip(texts, ("rows", "columns"), strict=True):
                if not axis.is_unique:
                    raise PanelError(
                        f"The kernel's {which} name {axis[axis.duplicated()][0]!r} twice; expected "
                        "each unit once."
                    )
            rows, columns = (axis.get_indexer(wanted) for axis in texts)
            lacking = (rows < 0) | (columns < 0)
            if lacking.any():
                raise PanelError(
                    f"The kernel has no row or no column of unit "
                    f"{label(units[int(np.argmax(lacking))])}; expected every unit on both sides."
                )
            kernel = kernel.iloc[rows, columns]
        kernel = kernel.to_numpy()
    elif np.ma.isMaskedArray(kernel) or not (
        sparse.issparse(kernel) or isinstance(kernel, np.ndarray)
    ):
        raise PanelError(
            f"The kernel is a {type(kernel).__name__}; expected a sparse matrix, an array or a "
            "DataFrame: see distance_kernel."
        )
    elif units is not None:
        _check_sorted(units)
    if kernel.ndim != 2 or kernel.shape != (n, n):
        raise PanelError(f"The kernel has shape {kernel.shape}; expected {(n, n)}.")
    if np.dtype(kernel.dtype).kind not in "fiub":
        raise PanelError(f"The kernel is of type {kernel.dtype}; expected real numbers.")
    kernel = sparse.csr_array(kernel, dtype=float)
    names = range(n) if units is None else units
    if not np.isfinite(kernel.data).all() or (np.abs(kernel.data) > 1 + 1e-12).any():
        bad = ~(np.abs(kernel.data) <= 1 + 1e-12)
        raise PanelError(
            f"The kernel has the weight {kernel.data[bad][0]:g}; expected finite weights of at "
            "most one."
        )
    own = kernel.diagonal()
    if (np.abs(own - 1) > 1e-9).any():
        k = int(np.argmax(np.abs(own - 1) > 1e-9))
        raise PanelError(
            f"The kernel weighs unit {label(names[k])} with itself by {own[k]:g}; expected one on "
            "the diagonal: spatial weights are no kernel."
        )
    gap = abs(kernel - kernel.T)
    if gap.nnz and gap.max() > 1e-9:
        i, j = (int(place[0]) for place in (gap > 1e-9).nonzero())
        raise PanelError(
            f"The kernel weighs units {label(names[i])} and {label(names[j])} by "
            f"{kernel[i, j]:g} one way and {kernel[j, i]:g} the other; expected a symmetric kernel."
        )
    return kernel


def _check_sorted(units: pd.Index) -> None:
    plain = units.astype(units.categories.dtype) if hasattr(units, "categories") else units
    if not pd.Index(plain).is_monotonic_increasing:
        first = ", ".join(repr(unit) for unit in units[:6].tolist())
        raise PanelError(
            f"The kernel has no labels and the panel's units are not sorted ({first}, …); expected "
            "labels, as a DataFrame with the units on both sides, or sorted units."
        )
