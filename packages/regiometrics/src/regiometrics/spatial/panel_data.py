"""From labelled panels to the arrays of a model: dependent variable, spatial lags, regressors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from regiometrics._arguments import one_level
from regiometrics.errors import DuplicateObservationError, PanelError, label
from regiometrics.panel.within import check_levels, demean, to_arrays
from regiometrics.spatial.along_time import TRANSFORMS, along_time, within_of
from regiometrics.spatial.errors import ConvergenceError, SpecificationError, UnsupportedPanelError
from regiometrics.spatial.rank import once_taken_out
from regiometrics.spatial.spacing import check_spacing
from regiometrics.spatial.weights import SpatialWeights
from regiometrics.spatial.weights_checks import panel_weights

# Which of the three spatial terms each model has: W y, W x, and W u.
TERMS = {
    "slx": (False, True, False),
    "sar": (True, False, False),
    "sem": (False, False, True),
    "sdm": (True, True, False),
    "sdem": (False, True, True),
    "sac": (True, False, True),
    "gns": (True, True, True),
}
EFFECTS = ("none", "unit", "time", "twoway", "random", *TRANSFORMS)
CONSTANT = "const"
# Labels of the estimates that every result may have.
RESERVED = ("rho", "lambda")
_MAX_ROUNDS = 10_000
# Units that are handled at a time.
_UNITS = 4096
# An outcome of which less remains has been, too: rounding of means leaves up to 1e-15.
_NO_OUTCOME = 1e-13


@dataclass(frozen=True, eq=False)
class Design:
    """The equation y = rho W y + Z delta + effects + u, as arrays.

    Attributes
    ----------
    y, Wy : numpy.ndarray, shape (T, n)
        The outcome and its spatial lag, one row per period.
    Z : numpy.ndarray, shape (T, n, k)
        The regressors, one row per period.
    names : tuple of str, length k
        The names of Z's columns: L.y and W.L.y where dynamic, const, x, W.x.
    base, lagged : tuple of str
        Regressors that enter, and those of them that enter spatially lagged too.
    weights : SpatialWeights
        The spatial weights of the units.
    units, periods : pandas.Index
        Named as the levels of the panel's index are.
    outcome : str
        The name of the outcome.
    dynamic : str or None
        The lags of the outcome in the model.
    gaps : numpy.ndarray of bool, shape (T, n), or None
        Rows of which outcome and regressors are both missing.
    by_period : tuple of SpatialWeights, length T, or None
        The weights of each period where they differ; `weights` is their average then.
    """

    y: np.ndarray
    Wy: np.ndarray
    Z: np.ndarray
    names: tuple[str, ...]
    base: tuple[str, ...]
    lagged: tuple[str, ...]
    weights: SpatialWeights
    units: pd.Index
    periods: pd.Index
    outcome: str
    dynamic: str | None = None
    gaps: np.ndarray | None = None
    by_period: tuple[SpatialWeights, ...] | None = None

    @property
    def own_names(self) -> list[str]:
        """Regressors as given: neither lags of the outcome nor spatial lags the model makes."""
        head = {None: 0, "time": 1, "space-time": 2}[self.dynamic]
        made = {f"W.{name}" for name in self.lagged}
        return [name for name in self.names[head:] if name not in made]

    @property
    def index(self) -> pd.MultiIndex:
        """The panel's rows, units outermost, with the names of its own index."""
        return pd.MultiIndex.from_product(
            [self.units, self.periods], names=[self.units.name, self.periods.name]
        )


def build_design(
    dependent: pd.Series,
    exog: pd.DataFrame,
    weights: object,
    effects: str,
    durbin: bool | str | Sequence[str] | None,
    lag_exog: bool,
    dynamic: str | None,
    islands: bool | None = False,
) -> Design:
    """Check the data and lay them out.

    Parameters
    ----------
    dependent : pandas.Series on (unit, period)
        The outcome of each observation.
    exog : pandas.DataFrame on (unit, period)
        The regressors of each observation.
    weights : object
        The weights, in a form that :func:`regiometrics.spatial.weights_checks.as_weights` reads.
    effects : str
        A constant is added where effects are "none", "random" or "between" and none is given.
    durbin : bool, str, sequence of str or None
        Regressors to lag in space; True and None mean all but a constant.
    lag_exog : bool
        Whether the model has spatial lags of regressors.
    dynamic : {None, "time", "space-time"}
        The lags of the outcome in the model.
    islands : bool, default False
        Whether units without neighbours are kept.

    Raises
    ------
    PanelError, SpatialError
        With the unit, period or variable at fault.
    """
    dependent, exog = check_frames(dependent, exog)
    outcome = str(dependent.name) if dependent.name is not None else "y"
    if not exog.index.equals(dependent.index):
        exog = _align(exog, dependent)
    left, *right = to_arrays([dependent, *([exog] if exog.shape[1] else [])])
    W = panel_weights(weights, left.units, islands)
    y = left.values[:, :, 0]
    X = right[0].values if right else np.empty((*y.shape, 0))
    names = right[0].names if right else ()
    for name in RESERVED:
        if name in names:
            raise SpecificationError(
                f"A regressor is called '{name}', as an estimate of the model is; expected another "
                "name."
            )
    periods = left.periods
    if effects in TRANSFORMS:
        y, X, periods = along_time(y, X, periods, effects)
    constant = [bool((X[:, :, j] == X[0, 0, j]).all()) for j in range(X.shape[2])]
    if effects in ("none", "random", "between") and not any(constant):
        X = np.concatenate([np.ones((*y.shape, 1)), X], axis=2)
        names, constant = (CONSTANT, *names), [True, *constant]
    lagged = _durbin_names(names, constant, durbin) if lag_exog else ()
    head, columns = [], []
    if dynamic is not None:
        check_spacing(periods)
        previous = y[:-1]
        head.append(f"L.{outcome}")
        columns.append(previous)
        if dynamic == "space-time":
            head.append(f"W.L.{outcome}")
            columns.append(W.lag(previous))
        y, X, periods = y[1:], X[1:], periods[1:]
    places = [names.index(name) for name in lagged]
    own = X if places == list(range(X.shape[2])) else X[:, :, places]
    Z = np.concatenate([*(c[:, :, None] for c in columns), X, W.lag(own)], axis=2)
    labels = (*head, *names, *(f"W.{name}" for name in lagged))
    if len(set(labels)) < len(labels):
        twice = next(name for name in labels if labels.count(name) > 1)
        raise SpecificationError(f"Two regressors are called '{twice}'; expected distinct names.")
    check_size(y.shape, y.size, effects, len(labels))
    check_outcome(demean(y, within_of(effects)), y, outcome, effects)
    base = tuple(n for n, c in zip(names, constant, strict=True) if not c)
    return Design(y, W.lag(y), Z, labels, base, lagged, W, left.units, periods, outcome, dynamic)


def take_out(values: np.ndarray, unit: bool, time: bool) -> np.ndarray:
    """Demean along periods, along units, or both."""
    effects = {(0, 0): "none", (1, 0): "unit", (0, 1): "time", (1, 1): "twoway"}
    return demean(values, effects[int(unit), int(time)])


def side_by_side(parts: Sequence[np.ndarray], unit: bool, time: bool) -> np.ndarray:
    """Join columns and take effects out of them; as one array of shape (T, n, m).

    Parameters
    ----------
    parts : sequence of numpy.ndarray, shape (T, n) or (T, n, k)
        The columns to join.
    unit, time : bool
        Which effects are taken out.
    """
    wide = [part[:, :, None] if part.ndim == 2 else part for part in parts]
    T, n = wide[0].shape[:2]
    m = sum(part.shape[2] for part in wide)
    out, sums = np.empty((T, n, m)), np.zeros((T, m))
    # Some units at a time stay in the processor's cache between the passes.
    for first in range(0, n, _UNITS):
        units = slice(first, first + _UNITS)
        block = np.concatenate([part[:, units] for part in wide], axis=2, out=out[:, units])
        if unit:
            block -= block.mean(axis=0)
        if time:
            sums += np.einsum("tik->tk", block)
    if time:
        out -= sums[:, None] / n
    return out


def sum_of_squares(values: np.ndarray) -> float:
    """Sum of squares of an array, for which no thread of a BLAS library is woken."""
    flat = values.ravel()
    return float(np.einsum("i,i->", flat, flat))


def take_out_observed(
    values: np.ndarray, observed: np.ndarray, unit: bool, time: bool
) -> np.ndarray:
    """Take out means over observed rows, in turn until nothing moves; zero elsewhere.

    Parameters
    ----------
    values : numpy.ndarray, shape (T, n, k)
        The variables, one row per period.
    observed : numpy.ndarray of bool, shape (T, n)
        Whether unit and period are observed.
    unit, time : bool
        Which effects are taken out.

    Raises
    ------
    ConvergenceError
        If the means of units and periods do not settle.
    """
    weight = observed[:, :, None].astype(float)
    values = values * weight
    scale = np.maximum(np.abs(values).max(axis=(0, 1)), np.finfo(float).tiny)
    for _ in range(_MAX_ROUNDS):
        moved = 0.0
        for used, axis in ((unit, 0), (time, 1)):
            if used:
                mean = values.sum(axis=axis, keepdims=True) / weight.sum(axis=axis, keepdims=True)
                values = values - mean * weight
                moved = max(moved, float((np.abs(mean).max(axis=(0, 1)) / scale).max()))
        if moved <= 1e-14 or not (unit and time):
            return values
    raise ConvergenceError(f"The two-way means did not settle in {_MAX_ROUNDS} rounds.")


def check_frames(dependent: object, exog: object) -> tuple[pd.Series, pd.DataFrame]:
    """Refuse what is no Series and no DataFrame, or has a row twice.

    Parameters
    ----------
    dependent : pandas.Series
        The outcome on (unit, period).
    exog : pandas.DataFrame or pandas.Series
        The regressors on (unit, period).

    Returns
    -------
    dependent : pandas.Series
    exog : pandas.DataFrame

    Raises
    ------
    PanelError
        With what was given, the observation at fault, or names of several levels.
    """
    if isinstance(dependent, pd.DataFrame) and dependent.shape[1] == 1:
        dependent = dependent.iloc[:, 0]
    if not isinstance(dependent, pd.Series):
        raise PanelError(
            f"The outcome is a {type(dependent).__name__}; expected a pandas Series on "
            "(unit, period)."
        )
    if isinstance(exog, pd.Series):
        exog = exog.to_frame()
    if not isinstance(exog, pd.DataFrame):
        raise PanelError(
            f"The regressors are a {type(exog).__name__}; expected a pandas DataFrame on "
            "(unit, period), without columns where there are none."
        )
    try:
        one_level("The regressors", exog.columns)
    except ValueError as error:
        raise PanelError(str(error)) from None
    for frame, whose in ((dependent, "outcome"), (exog, "regressors")):
        index = frame.index
        if not isinstance(index, pd.MultiIndex) or index.nlevels != 2:
            raise PanelError(
                f"The index of the {whose} has {index.nlevels} level(s); expected a MultiIndex of "
                "two, unit and period."
            )
        check_levels(index)
        # Where both have one index its rows are counted later, at no extra cost.
        if exog.index is not dependent.index and not index.is_unique:
            unit, period = index[index.duplicated()][0]
            raise DuplicateObservationError(
                f"Unit {label(unit)} has more than one row in period {label(period)} of the "
                f"{whose}; expected one."
            )
    return dependent, exog


def read_durbin(durbin: object) -> bool | tuple[str, ...]:
    """Bring `durbin` into one form: all, none, or these.

    Parameters
    ----------
    durbin : bool, str, sequence of str or None
        None means True.

    Raises
    ------
    SpecificationError
        If it is none of these or names a regressor twice.
    """
    if durbin is None or isinstance(durbin, bool):
        return durbin is None or durbin
    if not isinstance(durbin, Iterable):
        raise SpecificationError(
            f"durbin is {durbin!r}; expected True, False, None or names of regressors."
        )
    chosen = (durbin,) if isinstance(durbin, str) else tuple(str(name) for name in durbin)
    for name in chosen:
        if chosen.count(name) > 1:
            raise SpecificationError(f"durbin names '{name}' more than once; expected once.")
    return chosen


def check_outcome(within: np.ndarray, y: np.ndarray, outcome: str, effects: str) -> None:
    """Refuse an outcome of which nothing is left once effects and a mean are taken out.

    Parameters
    ----------
    within, y : numpy.ndarray
        After and before effects are taken out.
    outcome, effects : str
        The names of the outcome and of the effects.
    """
    left = within - within.mean()
    if sum_of_squares(left) <= _NO_OUTCOME**2 * sum_of_squares(y):
        raise SpecificationError(
            f"Outcome '{outcome}' does not vary{once_taken_out(effects)}; expected "
            "variation to be explained."
        )


def check_size(shape: tuple[int, int], rows: int, effects: str, k: int) -> None:
    """Refuse a panel with no more observations than parameters.

    Parameters
    ----------
    shape : tuple of int
        The number of periods and of units.
    rows : int
        Observed outcomes: T n in a balanced panel.
    effects : str
        The effects of the model.
    k : int
        The number of regressors.
    """
    T, n = shape
    unit, time = effects in ("unit", "twoway"), effects in ("time", "twoway")
    if (unit or effects == "random") and T < 2:
        raise UnsupportedPanelError(
            f"The panel has {T} usable period(s); expected at least two with {effects} effects."
        )
    absorbed = unit * n + time * T - (unit and time)
    if rows <= k + absorbed + 2:
        raise UnsupportedPanelError(
            f"The panel has {rows} observed outcomes for {k} regressors and {effects} effects; "
            "expected more observations than parameters."
        )


def _align(exog: pd.DataFrame, dependent: pd.Series) -> pd.DataFrame:
    missing = dependent.index.difference(exog.index)
    extra = exog.index.difference(dependent.index)
    if len(missing) or len(extra):
        where, whose = (missing[0], "exog") if len(missing) else (extra[0], "dependent")
        raise UnsupportedPanelError(
            f"Unit {label(where[0])} in period {label(where[1])} is missing from {whose}; "
            "expected the same units and periods on both sides: the neighbours' values of a "
            "missing observation are not known, so that spatial models need a balanced panel."
        )
    return exog.reindex(dependent.index)


def _durbin_names(names: tuple[str, ...], constant: list[bool], durbin: object) -> tuple[str, ...]:
    chosen = read_durbin(durbin)
    if isinstance(chosen, bool):
        return tuple(n for n, c in zip(names, constant, strict=True) if not c) if chosen else ()
    for name in chosen:
        if name not in names:
            raise SpecificationError(
                f"durbin names '{name}', which is not among the regressors "
                f"({', '.join(names)}); expected one of them."
            )
        if constant[names.index(name)]:
            raise SpecificationError(
                f"durbin names the constant '{name}'; expected a regressor that varies."
            )
    return chosen


def read_effects(effects: str | None, entity: bool | None, time: bool | None) -> str:
    """One word for the effects, from ours or linearmodels' two flags; by default "twoway"."""
    if entity is None and time is None:
        effects = "twoway" if effects is None else effects
        choose("effects", effects, EFFECTS)
        return effects
    if effects is not None:
        raise SpecificationError(
            f"effects is {effects!r} beside entity_effects or time_effects; expected one or the "
            "other."
        )
    for name, value in (("entity_effects", entity), ("time_effects", time)):
        choose(name, value, (None, True, False))
    names = {(0, 0): "none", (1, 0): "unit", (0, 1): "time", (1, 1): "twoway"}
    return names[int(bool(entity)), int(bool(time))]


def choose(name: str, value: object, allowed: tuple) -> None:
    """Refuse an option that does not exist."""
    known = isinstance(value, str | bool | np.bool_) or value is None
    if not known or value not in allowed:
        listed = ", ".join(repr(a) for a in allowed)
        raise SpecificationError(f"{name} is {value!r}; expected one of {listed}.")
