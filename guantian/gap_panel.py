"""A regression of one regressor on a panel with gaps, with effects of units and of years.

Years may have an effect for each group of units, such as a province.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from guantian.regression import wild_row
from regiometrics.inference import inference_row

FEWEST_YEARS = 3  # of a unit: fewer hardly say more than its own mean
FEWEST_UNITS = 20


@dataclass(frozen=True)
class GapPanel:
    """An outcome, a regressor of interest and controls, by positions in a panel.

    Attributes
    ----------
    outcome : ndarray, shape (N,)
    regressor : ndarray, shape (T, n)
        Complete, divided by ``scale``.
    controls : ndarray, shape (N, k)
    units, periods : int arrays, shape (N,)
        Column and row of ``regressor`` of each observation.
    cells : int array, shape (N,)
        The effect of each observation beside that of its unit: of the year, or of year and group.
    clusters : int array, shape (n,)
        Of each unit.
    years : sequence of int, length T
    names : Index, length n
        Codes of the units.
    scale : float
        What the regressor was divided by.
    """

    outcome: np.ndarray
    regressor: np.ndarray
    controls: np.ndarray
    units: np.ndarray
    periods: np.ndarray
    cells: np.ndarray
    clusters: np.ndarray
    years: Sequence[int]
    names: pd.Index
    scale: float

    @classmethod
    def build(
        cls,
        outcome: pd.DataFrame,
        regressor: pd.DataFrame,
        controls: Sequence[pd.DataFrame] = (),
        scale: float | None = None,
        groups: Mapping[str, str] | None = None,
    ) -> GapPanel | None:
        """Join tables of years and units on the regressor's; None where too few units are left.

        Parameters
        ----------
        outcome, controls
            Shape (years, units), with gaps; a row counts where all are known.
        regressor
            The same, complete; units with fewer than `FEWEST_YEARS` rows are left out. Its columns
            are codes (GB/T 2260), whose first two digits, the province, are the clusters.
        scale
            What the regressor is divided by; by default its standard deviation over the rows.
        groups
            Code to group, where each group of units has its own effect of a year.
        """
        tables = [
            table.reindex(index=regressor.index, columns=regressor.columns)
            for table in (outcome, *controls)
        ]
        known = np.all([table.notna() for table in tables], axis=0)
        chosen = known.sum(axis=0) >= FEWEST_YEARS
        known = known[:, chosen]
        used = known.any(axis=1)
        if known.shape[1] < FEWEST_UNITS:
            return None
        known = known[used]
        values = regressor.to_numpy(float)[used][:, chosen]
        periods, units = np.nonzero(known)
        found = [table.to_numpy(float)[used][:, chosen][known] for table in tables]
        names = regressor.columns[chosen]
        clusters = pd.factorize(names.str[:2])[0]
        rest = np.stack(found[1:], axis=1) if controls else np.empty((len(units), 0))
        scale = float(values[known].std(ddof=1)) if scale is None else scale
        years = regressor.index[used].tolist()
        of = names.map(groups or {})
        group = pd.factorize(of, use_na_sentinel=False)[0]  # those without one are one group
        cells = np.unique(periods * (group.max() + 1) + group[units], return_inverse=True)[1]
        return cls(
            found[0], values / scale, rest, units, periods, cells, clusters, years, names, scale
        )

    @cached_property
    def _cells_within(self) -> np.ndarray:
        """Orthonormal columns that span the cells' dummies without the units' means."""
        dummies = (self.cells[:, None] == np.arange(1, self.cells.max() + 1)).astype(float)
        columns, lengths, _ = np.linalg.svd(self._without_units(dummies), full_matrices=False)
        return columns[:, lengths > 1e-8 * lengths.max(initial=1.0)]

    def _without_units(self, values: np.ndarray) -> np.ndarray:
        counts = np.bincount(self.units)
        means = np.stack([np.bincount(self.units, one) / counts for one in values.T], axis=1)
        return values - means[self.units]

    def _residuals(self, values: np.ndarray) -> np.ndarray:
        """Take effects of units and cells out of columns, shape (N, k)."""
        within = self._without_units(values)
        return within - self._cells_within @ (self._cells_within.T @ within)

    @cached_property
    def _within(self) -> np.ndarray:
        return self._residuals(np.column_stack([self.outcome, self.controls]))

    def slope(self, regressor: np.ndarray | None = None) -> tuple[float, float]:
        """Slope and its error clustered by the units' clusters.

        Parameters
        ----------
        regressor : ndarray, shape (T, n), optional
            In place of the panel's own.
        """
        regressor = self.regressor if regressor is None else regressor
        x = self._residuals(regressor[self.periods, self.units][:, None])[:, 0]
        y, controls = self._within[:, 0], self._within[:, 1:]
        if controls.shape[1]:
            both = np.column_stack([x, y])
            fitted, *_ = np.linalg.lstsq(controls, both, rcond=None)
            x, y = (both - controls @ fitted).T
        squares = x @ x
        slope = (x @ y) / squares
        sums = np.bincount(self.clusters[self.units], x * (y - slope * x))
        error = np.sqrt(sums @ sums * len(sums) / (len(sums) - 1)) / squares
        return float(slope), float(error)

    def row(self, confidence: float) -> dict:
        """Slope with its inference and counts, in columns of `guantian.results.estimates`."""
        count = len(np.unique(self.clusters))
        slope, error = self.slope()
        inference = inference_row(slope, error, confidence, count - 1)
        clustered = {"df": count - 1, "n_clusters": count, "cov_type": "clustered by province"}
        return self.counts | inference | clustered

    @property
    def two_way(self) -> bool:
        """Whether all units share the effect of a year."""
        return int(self.cells.max()) + 1 == len(self.years)

    @property
    def counts(self) -> dict:
        """Years, observations, units and periods."""
        return {
            "first_year": self.years[0],
            "last_year": self.years[-1],
            "n_obs": len(self.outcome),
            "n_units": len(self.clusters),
            "n_periods": len(self.years),
            "estimator": "two-way panel" if self.two_way else "panel, effects of year and group",
        }

    def wild(self, draws: int, seed: int, confidence: float) -> dict:
        """Wild cluster bootstrap; effects of units nest in the clusters, cells are regressors."""
        column = self.regressor[self.periods, self.units]
        both = self._without_units(np.column_stack([self.outcome, column, self.controls]))
        both = np.column_stack([both, self._cells_within])
        clusters = self.clusters[self.units]
        row = wild_row(both[:, 0], both[:, 1:], clusters, 0, draws, seed, confidence)
        return self.counts | {"errors": "wild", **row}
