"""Regressors and instruments of a spatial reaction function, as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from regiometrics.panel.within import demean, to_array
from regiometrics.spatial.along_time import within_of
from regiometrics.spatial.errors import SpecificationError
from regiometrics.spatial.panel_data import build_design, check_frames, read_durbin
from regiometrics.spatial.rank import check_rank
from regiometrics.spatial.spacing import check_spacing
from regiometrics.spatial.weights import SpatialWeights
from regiometrics.spatial.weights_checks import as_weights, check_order, is_mapping

# Squared share of an instrument that those before it leave unexplained; below, it adds nothing.
_SPANNED = 1e-10


@dataclass(frozen=True, eq=False)
class Columns:
    """Named columns of a panel.

    Attributes
    ----------
    values : numpy.ndarray, shape (T, n, k)
        The variables, one row per period.
    names : tuple of str, length k
        The names of the columns.
    """

    values: np.ndarray
    names: tuple[str, ...]

    def __add__(self, other: Columns) -> Columns:
        """Set two blocks of columns side by side."""
        return Columns(
            np.concatenate([self.values, other.values], axis=2), self.names + other.names
        )

    def take(self, names: Sequence[str]) -> Columns:
        """Choose columns by name."""
        return Columns(self.values[:, :, [self.names.index(name) for name in names]], tuple(names))

    def without(self, names: Sequence[str]) -> Columns:
        """Leave columns out by name."""
        return self.take([name for name in self.names if name not in set(names)])

    def periods(self, which: slice, prefix: str = "") -> Columns:
        """Choose periods, and say so in the names."""
        return Columns(self.values[which], tuple(prefix + name for name in self.names))

    def lag(self, weights: Mapping[str, SpatialWeights]) -> Columns:
        """Lag in space by each weights matrix."""
        blocks = [W.lag(self.values) for W in weights.values()] or [self.values[:, :, :0]]
        names = tuple(f"{label}.{name}" for label in weights for name in self.names)
        return Columns(np.concatenate(blocks, axis=2), names)


@dataclass(frozen=True, eq=False)
class IVDesign:
    """A linear equation with instruments, before effects are taken out.

    Attributes
    ----------
    y : numpy.ndarray, shape (T, n)
        The outcome, one row per period.
    endog, exog, excluded : Columns
        Instrumented regressors (spatial lags of y first), other regressors, and instruments
        that are no regressors.
    dropped : tuple of str
        Instruments left out because those before them and the regressors span them.
    weights : dict of str to SpatialWeights
        The spatial weights by name.
    units, periods : pandas.Index
        The labels of units and periods.
    outcome : str
        The name of the outcome.
    n_lags : int
        Spatial lags of y among the instrumented regressors.
    variables, durbin : tuple of str
        Regressors whose impacts can be asked for, and those of them lagged in space.
    dynamic : str or None
        The lags of the outcome in the model.
    """

    y: np.ndarray
    endog: Columns
    exog: Columns
    excluded: Columns
    dropped: tuple[str, ...]
    weights: dict[str, SpatialWeights]
    units: pd.Index
    periods: pd.Index
    outcome: str
    n_lags: int
    variables: tuple[str, ...]
    durbin: tuple[str, ...]
    dynamic: str | None


def build_iv_design(
    dependent: pd.Series,
    exog: pd.DataFrame,
    weights: object,
    effects: str,
    durbin: bool | str | Sequence[str] | None = False,
    endog: pd.DataFrame | pd.Series | None = None,
    instruments: pd.DataFrame | pd.Series | None = None,
    order: int = 2,
    dynamic: str | None = None,
    lag: bool = True,
    islands: bool | None = None,
) -> IVDesign:
    """Lay out regressors and instruments; see :class:`regiometrics.spatial.gmm.Spatial2SLS`.

    Raises
    ------
    PanelError, SpatialError
        With the unit, period or variable at fault.
    """
    if dynamic not in (None, "time", "space-time"):
        raise SpecificationError(f"dynamic is {dynamic!r}; expected None, time or space-time.")
    if isinstance(order, bool) or not isinstance(order, int | np.integer) or order < 1:
        raise SpecificationError(
            f"instruments_order is {order!r}; expected a whole number, one or more."
        )
    frames = (exog, endog, instruments)
    exog, endog, extra = (f if f is None else check_frames(dependent, f)[1] for f in frames)
    dependent, exog = check_frames(dependent, exog)
    if is_mapping(weights) and len(weights) == 1:
        weights = next(iter(weights.values()))
    several = _several(weights, to_array(dependent).units, islands)
    total = weights if several is None else _union(several)
    within = within_of(effects)
    joined = pd.concat([f for f in (exog, endog, extra) if f is not None], axis=1)
    read = build_design(dependent, joined, total, effects, None, False, None, islands)
    every = Columns(read.Z, read.names)
    matrices = several or {"W": read.weights}
    apart = _names(endog) + _names(extra)
    regressors = every.without(apart)
    base = every.take([*read.base])  # A constant is no instrument of itself in space or time.
    base = base.without(_names(endog))
    lagged = _durbin(False if durbin is None else durbin, base.without(apart).names)

    y = Columns(read.y[:, :, None], (read.outcome,))
    now, before = slice(None), None
    if dynamic is not None:
        if len(read.periods) < 3:
            raise SpecificationError(
                f"The panel has {len(read.periods)} periods; expected three or more where dynamic."
            )
        check_spacing(read.periods)
        now, before = slice(1, None), slice(None, -1)
    instrumented = y.periods(now).lag(matrices if lag else {})
    source = base.periods(now)
    made = list(instrumented.names)
    if before is not None:
        past = y.periods(before, "L.")
        instrumented = instrumented + past
        if dynamic == "space-time":
            instrumented = instrumented + past.lag(matrices)
        earlier = base.periods(before, "L.")
        made = [*instrumented.names, *earlier.names]
        source = source + earlier
    if endog is not None:
        instrumented = instrumented + every.take(_names(endog)).periods(now)
    regressors = regressors.periods(now)
    if lagged:
        regressors = regressors + base.take(lagged).periods(now).lag(matrices)

    if not (instrumented.names or regressors.names):
        raise SpecificationError(
            "The equation has neither regressors nor lags of the outcome; expected one or more."
        )
    excluded = source.without(regressors.names)
    level = source
    for _ in range(order if instrumented.names else 0):
        level = level.lag(matrices)
        made += level.names
        excluded = excluded + level.without(regressors.names)
    made += [name for name in regressors.names if name not in {*every.names, *made}]
    made += [f"rho.{name}" for name in several or ()]
    _check_names(every.names, made)
    check_rank(regressors.values, demean(regressors.values, within), regressors.names, within)
    kept = independent(demean(regressors.values, within), demean(excluded.values, within))
    if len(kept) < len(instrumented.names):
        raise SpecificationError(
            f"There are {len(kept)} instruments for {len(instrumented.names)} instrumented "
            f"regressors ({', '.join(instrumented.names)}); expected at least as many."
        )
    names = [excluded.names[j] for j in kept]
    return IVDesign(
        y=y.periods(now).values[..., 0],
        endog=instrumented,
        exog=regressors,
        excluded=excluded.take(names),
        dropped=tuple(name for name in excluded.names if name not in set(names)),
        weights=matrices,
        units=read.units,
        periods=read.periods[now],
        outcome=read.outcome,
        n_lags=len(matrices) if lag else 0,
        variables=tuple(name for name in read.base if name not in _names(extra)),
        durbin=lagged,
        dynamic=dynamic,
    )


def independent(first: np.ndarray, then: np.ndarray) -> list[int]:
    """Positions of the columns of `then` that neither `first` nor earlier ones span.

    Parameters
    ----------
    first, then : numpy.ndarray, shapes (T, n, k) and (T, n, m)
        The columns that are kept, and those of which independent ones are chosen.

    Returns
    -------
    list of int
        Ascending.
    """
    k = first.shape[2]
    columns = np.concatenate([first, then], axis=2)
    columns = columns.reshape(len(columns) * columns.shape[1], columns.shape[2])
    length = np.sqrt((columns**2).sum(axis=0))
    columns = columns / np.where(length > 0, length, 1.0)
    if k:
        # Regressors that are nearly collinear span well what they span: by QR, not by products.
        Q = np.linalg.qr(columns[:, :k])[0]
        rest = columns[:, k:] - Q @ (Q.T @ columns[:, k:])
    else:
        rest = columns
    C = rest.T @ rest
    kept = []
    for j in range(len(C)):
        pivot = C[j, j]
        if length[k + j] == 0 or pivot <= _SPANNED:
            continue
        C = C - np.outer(C[:, j], C[j]) / pivot
        kept.append(j)
    return kept


def _check_names(given: Sequence[str], made: Sequence[str]) -> None:
    """Refuse names that two columns would share: columns are identified by name."""
    for name in made:
        if name in given:
            raise SpecificationError(
                f"A regressor or instrument is called '{name}', as a lag that the model makes is; "
                "expected another name."
            )
        if made.count(name) > 1:
            raise SpecificationError(
                f"Two lags that the model makes are called '{name}'; expected names of the "
                "outcome, regressors and weights that keep them apart."
            )


def _names(frame: pd.DataFrame | None) -> list[str]:
    return [] if frame is None else [str(column) for column in frame.columns]


def _several(
    weights: object, units: pd.Index, islands: bool | None
) -> dict[str, SpatialWeights] | None:
    if not is_mapping(weights):
        return None
    if not weights:
        raise SpecificationError("There is no weights matrix; expected one or more.")
    for W in weights.values():
        if sparse.issparse(W) or isinstance(W, np.ndarray):
            check_order(units)
    keep = True if islands is None else islands
    return {str(name): as_weights(W, units, keep) for name, W in weights.items()}


def _union(matrices: dict[str, SpatialWeights]) -> SpatialWeights:
    """Sum the matrices: a unit that is an island in all of them is still refused."""
    first, *rest = matrices.values()
    total = sum((W.matrix for W in rest), start=first.matrix)
    return SpatialWeights(total, first.units)


def _durbin(durbin: bool | str | Sequence[str], names: tuple[str, ...]) -> tuple[str, ...]:
    chosen = read_durbin(durbin)
    if isinstance(chosen, bool):
        return names if chosen else ()
    for name in chosen:
        if name not in names:
            raise SpecificationError(
                f"durbin names '{name}'; expected some of the regressors {', '.join(names)}."
            )
    return chosen
