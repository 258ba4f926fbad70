"""What errors are assumed to depend on, as one object that turns scores into a covariance."""

from __future__ import annotations

from dataclasses import dataclass

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
        For "clustered": "unit" (the default), "time", "twoway" (unit and time), or a label
        for each unit (a Series indexed by unit): coarser clusters such as provinces.
    lags : int, optional
        For "newey-west", "driscoll-kraay" (default T^(1/4)) and "conley" (default 0).
    kernel : scipy.sparse.csr_array, shape (n, n), optional
        For "conley": :func:`regiometrics.panel.covariance.distance_kernel`.
    units : pandas.Index, optional
        Names of the units, where clusters are a Series.
    """

    kind: str
    shape: tuple[int, int]
    clusters: str | pd.Series | None = None
    lags: int | None = None
    kernel: sparse.csr_array | None = None
    units: pd.Index | None = None

    def __post_init__(self) -> None:
        """Refuse what does not go together."""
        if self.kind not in KINDS:
            raise PanelError(
                f"The covariance is {self.kind!r}; expected one of {', '.join(KINDS)}."
            )
        if self.kind == "conley" and self.kernel is None:
            raise PanelError("A Conley covariance has no kernel; expected one of distances.")
        if self.kind == "newey-west" and self.lags is None:
            raise PanelError("A Newey-West covariance has no lags; expected a number.")
        if self.kind == "clustered":
            _ = self.labels  # Refuses labels that do not fit the units.

    def meat(self, scores: np.ndarray) -> np.ndarray:
        """Estimate the variance of the sum of scores.

        Parameters
        ----------
        scores : numpy.ndarray, shape (T n, k)

        Returns
        -------
        numpy.ndarray, shape (k, k)
        """
        panel = scores.reshape(*self.shape, -1)
        if self.kind == "clustered":
            return cluster_meat(scores, *self.labels)
        if self.kind == "newey-west":
            return newey_west_meat(panel, self.lags)
        if self.kind == "driscoll-kraay":
            return driscoll_kraay_meat(panel, self.lags)
        if self.kind == "conley":
            return conley_meat(panel, self.kernel, self.lags or 0)
        return white_meat(scores)

    def factor(self, n_params: int, effects: str) -> float:
        """Small-sample factor, counting absorbed effects that no cluster nests (as fixest does).

        Parameters
        ----------
        n_params : int
            Estimated slopes.
        effects : {"none", "unit", "time", "twoway"}

        Returns
        -------
        float
        """
        T, n = self.shape
        nested = (
            "" if self.kind != "clustered" else "unit" if self.clusters is None else self.clusters
        )
        by_unit = not isinstance(nested, str) or nested in ("unit", "twoway")
        by_time = isinstance(nested, str) and nested in ("time", "twoway")
        absorbed = int(effects != "none")
        if effects in ("unit", "twoway") and not by_unit:
            absorbed += n - 1
        if effects in ("time", "twoway") and not by_time:
            absorbed += T - 1
        return small_sample_factor(T * n, n_params + absorbed, self.n_groups)

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
