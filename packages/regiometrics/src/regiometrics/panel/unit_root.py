"""Panel unit-root tests on panels with periods in rows and units in columns.

Both average Dickey-Fuller t-ratios over units. The null is a unit root in every unit; rejection
says that some units, not which or how many, return to their mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from numbers import Integral

import numpy as np
import pandas as pd

from regiometrics import _laws as laws
from regiometrics._arguments import frame
from regiometrics._values import check_labels
from regiometrics.errors import PanelError
from regiometrics.options import check_count
from regiometrics.panel.unit_root_moments import LENGTHS, MEANS, VARIANCES

Array = np.ndarray
LEVELS = (0.01, 0.05, 0.10)
# Pesaran (2007): bounds of a unit's t-ratio, (lower, upper), without and with a trend.
TRUNCATION = {False: (-6.19, 2.61), True: (-6.42, 1.70)}
BATCH = 2_000_000  # numbers simulated at once


@dataclass(frozen=True, eq=False)
class UnitRootResult:
    """A panel unit-root test.

    Attributes
    ----------
    test : str
        The name of the test.
    statistic : float
        W-t-bar (normal under the null) or the mean t-ratio; small values reject.
    p_value : float
        The probability of the lower tail.
    t_bar : float
        Mean of the units' t-ratios.
    units : pandas.DataFrame
        One row per unit: t, lags, n_obs (rows of its regression).
    critical_values : pandas.Series
        Critical values of the statistic, index 0.01, 0.05, 0.10.
    trend : bool
        Whether the regressions have a trend.
    n_units, n_periods : int
        The size of the panel.
    reference : str
        The source of the p-value.

    Examples
    --------
    >>> walks = np.random.default_rng(0).normal(size=(30, 6)).cumsum(axis=0)
    >>> found = im_pesaran_shin(pd.DataFrame(walks))
    >>> bool(found.p_value > 0.05)
    True
    """

    test: str
    statistic: float
    p_value: float
    t_bar: float
    units: pd.DataFrame
    critical_values: pd.Series
    trend: bool
    n_units: int
    n_periods: int
    reference: str


def im_pesaran_shin(
    values: pd.DataFrame,
    lags: int | str = 0,
    *,
    trend: bool = False,
    max_lags: int = 2,
    draws: int | None = None,
    seed: int | None = None,
) -> UnitRootResult:
    """Test for unit roots in heterogeneous panels (Im, Pesaran and Shin 2003).

    Parameters
    ----------
    values : pandas.DataFrame, shape (T, n)
        Periods (whole numbers, none skipped) in rows, units in columns. A unit may start late or
        end early, without holes.
    lags : int or {"aic", "bic"}, default 0
        Lagged differences in each regression, or the criterion by which each unit chooses up to
        `max_lags`, on one sample.
    trend : bool, default False
        A linear trend beside the constant.
    max_lags : int, default 2
        The largest number of lags to choose from.
    draws, seed : int, optional
        If both are given, p-value and critical values of the mean t-ratio come from that many
        simulated panels of random walks of the same lengths and the same lags, in place of the
        normal approximation; needed where a regression has fewer than 10 observations. Chosen lags
        are taken as given.

    Returns
    -------
    UnitRootResult

    Raises
    ------
    PanelError
        If the panel has a hole or too few periods, or a series does not vary.

    Notes
    -----
    W-t-bar, their equation 4.10, with the means and variances of their table 3 (interpolated in T;
    T = 100 beyond). Assumes units independent of each other: where they share shocks it rejects
    too often, and :func:`pesaran_cips` is the test to read. With some 20 periods either has power
    only against fast reversion: no rejection is no evidence of a unit root.
    """
    periods, series = _series(values)
    lags_of = {
        unit: int(lags)
        if isinstance(lags, Integral) and not isinstance(lags, bool)
        else _choose(y, lags, max_lags, trend, unit)
        for unit, y in series.items()
    }
    rows = {}
    for unit, y in series.items():
        _check_length(len(y), lags_of[unit], trend, cross=False, unit=unit)
        t = float(_t_ratios(y[None, None], lags_of[unit], trend, cross=False)[0, 0])
        rows[unit] = {"t": t, "lags": lags_of[unit], "n_obs": len(y) - 1 - lags_of[unit]}
    units = _table(rows)
    t_bar = float(units["t"].mean())
    if draws is not None:
        shape = list(zip(units["n_obs"] + units["lags"] + 1, units["lags"], strict=True))
        null = _null(shape, trend, draws, seed, cross=False)
        statistic, p_value, critical = t_bar, _rank(t_bar, null), np.quantile(null, LEVELS)
        reference = f"{draws} simulated panels of random walks, seed {seed}"
    else:
        mean, variance = np.array([_moments(r.n_obs, r.lags, trend) for r in units.itertuples()]).T
        statistic = float(np.sqrt(len(units)) * (t_bar - mean.mean()) / np.sqrt(variance.mean()))
        p_value, critical = float(laws.norm.cdf(statistic)), laws.norm.ppf(LEVELS)
        reference = "normal, moments of Im, Pesaran and Shin (2003), table 3"
    return UnitRootResult(
        test="W-t-bar" if draws is None else "t-bar",
        statistic=statistic,
        p_value=p_value,
        t_bar=t_bar,
        units=units,
        critical_values=pd.Series(critical, LEVELS, name="critical_value"),
        trend=trend,
        n_units=len(units),
        n_periods=periods,
        reference=reference,
    )


def pesaran_cips(
    values: pd.DataFrame,
    lags: int = 0,
    *,
    trend: bool = False,
    truncated: bool = True,
    draws: int = 5000,
    seed: int,
) -> UnitRootResult:
    """Test for unit roots under one common factor (Pesaran 2007).

    Parameters
    ----------
    values : pandas.DataFrame, shape (T, n)
        Periods (whole numbers, none skipped) in rows, units in columns, complete.
    lags : int, default 0
        Lagged differences, of the unit and of the mean over units.
    trend : bool, default False
        Whether the regressions have a trend.
    truncated : bool, default True
        Bound each unit's t-ratio, so that the mean exists in short panels.
    draws, seed : int
        Simulated panels for p-value and critical values.

    Returns
    -------
    UnitRootResult

    Raises
    ------
    PanelError
        If the panel is incomplete or too short, or a series does not vary.

    Notes
    -----
    Each regression adds the mean over units, lagged, and its differences (Pesaran 2007, equation
    54, without the trend 6). The null distribution is simulated for the panel's own n, T, lags and
    trend, from independent normal random walks as in his tables, which begin at n = 10 and T = 10.
    With seven units the mean over units is a poor stand-in for the factor, and each unit is a
    seventh of it: read the result with that in mind. On values relative to the cross-section's own
    mean the mean is nil and the test is void.
    """
    periods, series = _series(values)
    if values.isna().any(axis=None):
        row, column = np.argwhere(values.isna().to_numpy())[0]
        raise PanelError(
            f"Unit {values.columns[column]!r} has no value in period {values.index[row]}; "
            "expected a complete panel."
        )
    _check_length(periods, lags, trend, cross=True, unit=values.columns[0])
    Y = np.array(list(series.values()))
    spread = np.ptp(Y.mean(axis=0))
    if len(Y) < 2 or spread <= 1e-9 * np.ptp(Y):
        raise PanelError(
            f"The mean over the {len(Y)} units varies by {spread:.3g} in all; expected at least "
            "two units, not taken relative to their own mean."
        )
    t = _t_ratios(Y[None], lags, trend, cross=True)[0]
    rows = {
        unit: {"t": float(value), "lags": lags, "n_obs": periods - 1 - lags}
        for unit, value in zip(series, t, strict=True)
    }
    units = _table(rows)
    bounds = TRUNCATION[trend] if truncated else (-np.inf, np.inf)
    null = _null([(periods, lags)] * len(Y), trend, draws, seed, cross=True, bounds=bounds)
    statistic = float(np.clip(t, *bounds).mean())
    return UnitRootResult(
        test="CIPS*" if truncated else "CIPS",
        statistic=statistic,
        p_value=_rank(statistic, null),
        t_bar=float(t.mean()),
        units=units,
        critical_values=pd.Series(np.quantile(null, LEVELS), LEVELS, name="critical_value"),
        trend=trend,
        n_units=len(Y),
        n_periods=periods,
        reference=f"{draws} simulated panels of random walks, seed {seed}",
    )


def _t_ratios(Y: Array, lags: int, trend: bool, *, cross: bool) -> Array:
    """t-ratios of the lagged level, shape (panels, n), of panels of shape (panels, n, T)."""
    return _regress(Y, lags, trend, cross=cross)[0]


def _regress(Y: Array, lags: int, trend: bool, *, cross: bool) -> tuple[Array, Array]:
    """t-ratios of the lagged level, and sums of squared residuals."""
    change = np.diff(Y, axis=-1)
    target, level = change[..., lags:], Y[..., lags:-1]
    own = [change[..., lags - j : change.shape[-1] - j] for j in range(1, lags + 1)]
    T = target.shape[-1]
    fixed = [np.ones(T), np.arange(T) - (T - 1) / 2][: 1 + trend]
    common = [np.broadcast_to(x, (len(Y), T)) for x in fixed]
    if cross:
        common += [x.mean(axis=1) for x in (level, target, *own)]
    Q = np.linalg.qr(np.stack(common, axis=-1))[0]
    target, level, *own = (x - (x @ Q) @ Q.transpose(0, 2, 1) for x in (target, level, *own))
    if own:
        P = np.linalg.qr(np.stack(own, axis=-1))[0]
        target, level = (
            x - (P @ (P.swapaxes(-1, -2) @ x[..., None]))[..., 0] for x in (target, level)
        )
    xx, xy, yy = ((a * b).sum(axis=-1) for a, b in
                  ((level, level), (level, target), (target, target)))  # fmt: skip
    squares = np.maximum(yy - xy**2 / xx, 0.0)
    df = T - len(common) - lags - 1
    return xy / np.sqrt(xx * squares / df), squares


def _null(
    shape: list[tuple[int, int]],
    trend: bool,
    draws: int,
    seed: int | None,
    *,
    cross: bool,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> Array:
    """Mean t-ratios of simulated random walks; one (length, lags) a unit."""
    if seed is None or not isinstance(draws, Integral) or draws < 100:
        raise PanelError(
            f"{draws} draws and seed {seed} are given; expected at least 100 draws and a seed."
        )
    check_count("seed", seed, 0)
    rng = np.random.default_rng(seed)
    total = np.zeros(draws)
    # Units of one kind are drawn together; with a cross-section all are of one kind.
    for length, lags in sorted(set(shape)):
        n = shape.count((length, lags))
        for part in _batches(draws, n * length):
            walks = rng.standard_normal((part.stop - part.start, n, length)).cumsum(axis=-1)
            t = _t_ratios(walks, lags, trend, cross=cross)
            total[part] += np.clip(t, *bounds).sum(axis=1)
    return total / len(shape)


def _batches(draws: int, size: int) -> Iterator[slice]:
    step = max(1, BATCH // size)
    for start in range(0, draws, step):
        yield slice(start, min(start + step, draws))


def _rank(statistic: float, null: Array) -> float:
    """Share of the null at or below, the panel itself counted (Phipson and Smyth 2010)."""
    return float((1 + (null <= statistic).sum()) / (1 + len(null)))


def _choose(y: Array, criterion: object, max_lags: int, trend: bool, unit: object) -> int:
    check_count("max_lags", max_lags, 0)
    if not isinstance(criterion, str) or criterion not in ("aic", "bic"):
        raise PanelError(f"lags is {criterion!r}; expected a whole number, aic or bic.")
    _check_length(len(y), max_lags, trend, cross=False, unit=unit)
    T = len(y) - 1 - max_lags
    price = 2.0 if criterion == "aic" else np.log(T)
    scores = [
        T * np.log(_regress(y[None, None, max_lags - p :], p, trend, cross=False)[1][0, 0] / T)
        + price * p
        for p in range(max_lags + 1)
    ]
    return int(np.argmin(scores))


def _moments(n_obs: int, lags: int, trend: bool) -> tuple[float, float]:
    if n_obs < LENGTHS[0] or lags >= len(MEANS[trend]):
        raise PanelError(
            f"A regression has {n_obs} observations and {lags} lags; the moments are tabulated "
            f"from {LENGTHS[0]} observations and to {len(MEANS[trend]) - 1} lags: give draws and "
            "a seed to simulate."
        )
    mean, variance = MEANS[trend][lags], VARIANCES[trend][lags]
    first = int(np.argmax(np.isfinite(mean)))
    if n_obs < LENGTHS[first]:
        raise PanelError(
            f"With {lags} lags the moments are tabulated from {LENGTHS[first]} observations, a "
            f"regression has {n_obs}: use fewer lags, or give draws and a seed to simulate."
        )
    grid = LENGTHS[first:]
    return (
        float(np.interp(n_obs, grid, mean[first:])),
        float(np.interp(n_obs, grid, variance[first:])),
    )


def _series(values: pd.DataFrame) -> tuple[int, dict[object, Array]]:
    """Each unit's unbroken run of values, and the number of periods."""
    if not isinstance(values, pd.DataFrame):
        raise PanelError(
            f"values is of type {type(values).__name__}; expected a DataFrame with periods in rows "
            "and units in columns."
        )
    try:
        check_labels(values)
        values = frame("values", values, missing=True).sort_index()
    except ValueError as error:
        raise PanelError(str(error)) from None
    if not pd.api.types.is_integer_dtype(values.index.dtype):
        raise PanelError(f"The periods are of type {values.index.dtype}; expected whole numbers.")
    steps = np.diff(values.index.to_numpy())
    if (steps != 1).any():
        period = values.index[int(np.argmax(steps != 1))]
        raise PanelError(f"The period after {period} is missing; expected one after another.")
    series = {}
    for unit in values.columns:
        y = values[unit].to_numpy(dtype=float)
        seen = np.flatnonzero(np.isfinite(y))
        if not len(seen) or len(seen) != seen[-1] - seen[0] + 1:
            raise PanelError(
                f"Unit {unit!r} has {len(seen)} values with holes between them; "
                "expected one unbroken run."
            )
        y = y[seen[0] : seen[-1] + 1]
        if np.ptp(y) == 0:
            raise PanelError(f"Unit {unit!r} stays at {y[0]}; expected values that vary.")
        series[unit] = y
    names = list(series)
    for place, unit in enumerate(names):
        for other in names[:place]:
            same = series[unit].shape == series[other].shape
            if same and np.array_equal(series[unit], series[other]):
                raise PanelError(
                    f"Units {other!r} and {unit!r} have equal values; expected units of their own."
                )
    return len(values), series


def _check_length(length: int, lags: int, trend: bool, *, cross: bool, unit: object) -> None:
    if not isinstance(lags, Integral) or isinstance(lags, bool) or lags < 0:
        raise PanelError(f"There are {lags!r} lags; expected a whole number, none or more.")
    terms = 2 + trend + lags + cross * (2 + lags)
    least = terms + lags + 2
    if length < least:
        raise PanelError(f"Unit {unit!r} has {length} periods; {lags} lags need at least {least}.")


def _table(rows: dict[object, dict]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("unit")
