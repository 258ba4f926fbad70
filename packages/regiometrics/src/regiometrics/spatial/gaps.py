"""Panels some of whose rows are missing, and weights that differ between periods, laid out."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import scipy.sparse as sp

from regiometrics.errors import label
from regiometrics.panel.within import to_array
from regiometrics.spatial.errors import UnbalancedWarning, WeightsMismatchError
from regiometrics.spatial.panel_data import Design
from regiometrics.spatial.weights import SpatialWeights
from regiometrics.spatial.weights_checks import panel_weights

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Gaps:
    """A panel some of whose rows are missing, brought to every unit in every period.

    Attributes
    ----------
    dependent : pandas.Series
        The outcome on (unit, period).
    exog : pandas.DataFrame
        What is missing is filled by a column's first value, to be masked.
    observed : numpy.ndarray of bool, shape (T, n)
        Whether unit and period are observed.
    """

    dependent: pd.Series
    exog: pd.DataFrame
    observed: Array


def find_gaps(dependent: pd.Series, exog: pd.DataFrame) -> Gaps | None:
    """Complete a panel whose outcome and regressors lack the same rows; None where none lack.

    Parameters
    ----------
    dependent : pandas.Series
        The outcome on (unit, period).
    exog : pandas.DataFrame
        The regressors on (unit, period).
    """
    index = dependent.index
    two = isinstance(index, pd.MultiIndex) and index.nlevels == 2
    # Balanced, or with a row twice, which is refused later: the usual case, told at once.
    if two and len(index.levels[0]) * len(index.levels[1]) == len(index):
        return None
    if len(index) != len(exog) or not index.is_unique or not len(index):
        return None
    units, periods = (index.get_level_values(level).unique() for level in (0, 1))
    if len(units) * len(periods) == len(index) or not exog.index.isin(index).all():
        return None
    whole = pd.MultiIndex.from_product([units, periods], names=index.names)
    seen = pd.Series(1.0, index=index).reindex(whole).fillna(0.0)
    missing = seen.to_numpy() == 0
    filled = []
    for frame in (dependent.to_frame(), exog):
        frame = frame.reindex(whole)
        for j in range(frame.shape[1]):
            column = frame.iloc[:, j].copy()
            column[missing] = column[~missing].iloc[0]
            frame.isetitem(j, column)
        filled.append(frame)
    observed = to_array(seen).values[:, :, 0] == 1
    outcome = filled[0].iloc[:, 0].rename(dependent.name)
    return Gaps(outcome, filled[1], observed)


def select(
    design: Design, observed: Array, by_period: Sequence[SpatialWeights] | None = None
) -> Design:
    """Lag outcome and regressors over the neighbours observed in the same period.

    Parameters
    ----------
    design : Design
        The outcome, regressors and weights.
    observed : numpy.ndarray of bool, shape (T, n)
        Whether unit and period are observed.
    by_period : sequence of SpatialWeights, optional
        The weights of each period; by default the design's in all.
    """
    each = [design.weights] * len(observed) if by_period is None else by_period
    shown = observed.astype(float)

    def lagged(values: Array) -> Array:
        return np.array([W.matrix @ row for W, row in zip(each, values, strict=True)])

    reached = lagged(shown)
    c = np.array([np.nan if W.row_sum is None else W.row_sum for W in each])[:, None]
    scale = np.ones_like(reached)
    # Where a row's neighbours are all there it is left as it is.
    short = np.isfinite(c) & (np.abs(reached - c) > 1e-12 * np.abs(c))
    np.divide(c, reached, out=scale, where=short & (reached > 0))
    Z = design.Z.copy()
    for name in design.lagged:
        own = design.Z[:, :, design.names.index(name)] * shown
        Z[:, :, design.names.index(f"W.{name}")] = lagged(own) * scale
    missing = np.where(observed, 0.0, np.nan)
    return replace(
        design,
        y=design.y + missing,
        Wy=lagged(design.y * shown) * scale,
        Z=Z,
        gaps=None if observed.all() else ~observed,
        by_period=None if by_period is None else tuple(by_period),
    )


def read_by_period(
    weights: Mapping, periods: pd.Index, units: pd.Index, islands: bool | None
) -> list[SpatialWeights]:
    """Weights of each period, in the order of the periods.

    Parameters
    ----------
    weights : mapping of period to weights
        The spatial weights of each period.
    periods, units : pandas.Index
        The labels of periods and units.
    islands : bool or None
        Whether units without neighbours are kept.

    Raises
    ------
    WeightsMismatchError
        If a period has no weights, or weights belong to no period.
    """
    strange = [key for key in weights if key not in periods]
    lacking = [period for period in periods if period not in weights]
    if weights and len(strange) == len(weights) and all(isinstance(k, str) for k in strange):
        raise WeightsMismatchError(
            f"Weights are given by the names {', '.join(map(repr, strange))}, none of which is a "
            "period; expected one matrix, or one for each period: for several spatial lags use "
            "SeveralLags or Spatial2SLS."
        )
    if strange or lacking:
        which = (
            f"period {label(lacking[0])} has none"
            if lacking
            else f"{label(strange[0])} is no period of the panel"
        )
        raise WeightsMismatchError(
            f"Weights are given by period, and {which}; expected a matrix for each of the "
            f"{len(periods)} periods, {label(periods[0])} to {label(periods[-1])}."
        )
    made: dict[int, SpatialWeights] = {}
    out = []
    for period in periods:
        given = weights[period]
        if id(given) not in made:
            made[id(given)] = panel_weights(given, units, islands)
        out.append(made[id(given)])
    return out


def mean_weights(each: Sequence[SpatialWeights]) -> SpatialWeights:
    """Average of the periods' weights, for summaries and averages of least squares."""
    total = sum((W.matrix for W in each[1:]), start=each[0].matrix)
    return SpatialWeights(sp.csr_array(total / len(each)), each[0].units)


def warn_of_gaps(observed: Array, weights: SpatialWeights) -> None:
    """Say how much is missing and what that does to spatial lags."""
    missing = int((~observed).sum())
    warnings.warn(
        f"{missing} of {observed.size} observations are missing: spatial lags are over the "
        f"neighbours observed in the same period ({weights.standardisation}), so that neighbours "
        "without a record have no influence.",
        UnbalancedWarning,
        stacklevel=4,
    )
