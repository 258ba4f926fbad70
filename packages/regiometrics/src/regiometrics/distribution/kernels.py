"""Distribution dynamics without classes: densities by period, stochastic kernels, the long run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import log_softmax

from regiometrics._arguments import frame, numbers, real, whole
from regiometrics._checks import check_even_steps, finite_panel
from regiometrics.errors import EstimationError

REACH = 3.0  # bandwidths that a grid goes beyond the data


@dataclass(frozen=True)
class StochasticKernel:
    """Density of the value some periods later, given the value now.

    Attributes
    ----------
    density : DataFrame, shape (G, G)
        Given the value of the row, density at the value of the column; every row integrates to one
        over the grid (rectangles).
    ergodic : Series, shape (G,)
        Density that repeated application of the kernel tends to.
    marginal : Series, shape (G,)
        Density of the values now: where it is near zero, the kernel's row rests on no data.
    bandwidths : tuple
        The bandwidths of the value now and of the value later.
    step, n_obs
        Periods between now and later; pairs of values.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> levels = np.exp(9 + rng.normal(size=8) + rng.normal(0.05, 0.03, (12, 8)).cumsum(axis=0))
    >>> panel = pd.DataFrame(levels, range(2000, 2012), list("abcdefgh"))
    >>> found = stochastic_kernel(panel.div(panel.mean(axis=1), axis=0))
    >>> found.n_obs, found.step, found.density.shape[0] == len(found.ergodic)
    (88, 1, True)
    """

    density: pd.DataFrame
    ergodic: pd.Series
    marginal: pd.Series
    bandwidths: tuple[float, float]
    step: int
    n_obs: int


def silverman_bandwidth(values: np.ndarray, dimensions: int = 1) -> float:
    """Rule of thumb ``A (4 / ((d + 2) n))^(1 / (d + 4))``, A the lesser of sd and IQR / 1.349.

    Silverman (1986, sections 3.4.2 and 4.3.2); the normal reference with a scale that heavy tails
    do not inflate.
    """
    values = numbers("values", values).ravel()
    dimensions = whole("dimensions", dimensions)
    if len(values) < 2:
        raise EstimationError("There is one value; a bandwidth needs two or more.")
    low, high = np.quantile(values, [0.25, 0.75])
    scale = min(values.std(ddof=1), (high - low) / 1.349) or values.std(ddof=1)
    if not scale > 0:
        raise EstimationError("All values are equal; no bandwidth can be chosen from them.")
    return float(scale * (4 / ((dimensions + 2) * len(values))) ** (1 / (dimensions + 4)))


def even_grid(values: pd.DataFrame, points: int = 101, bandwidth: float | None = None):
    """Even grid from `REACH` bandwidths below the least value to as far above the greatest."""
    points = whole("points", points, 2)
    bandwidth = None if bandwidth is None else real("bandwidth", bandwidth, above=0)
    array = finite_panel(values).to_numpy()
    margin = REACH * (silverman_bandwidth(array) if bandwidth is None else bandwidth)
    return np.linspace(array.min() - margin, array.max() + margin, points)


def density_by_period(
    values: pd.DataFrame,
    grid: np.ndarray | None = None,
    bandwidth: float | None = None,
    weights: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Gaussian kernel density of each period, for ridgelines.

    Parameters
    ----------
    values : DataFrame, shape (T, n)
        Periods in rows, units in columns, complete; relative values or logs of them.
    grid : shape (G,), optional
        :func:`even_grid` where not given.
    bandwidth
        One for all periods; where not given, each period's by :func:`silverman_bandwidth`.
    weights : DataFrame, shape (T, n), optional
        Not negative, for instance population.

    Returns
    -------
    DataFrame, shape (T, G)
        Periods in rows, values of the grid in columns.
    """
    bandwidth = None if bandwidth is None else real("bandwidth", bandwidth, above=0)
    values = finite_panel(values)
    array = values.to_numpy()
    grid = even_grid(values) if grid is None else numbers("grid", grid, (None,))
    shares = np.ones_like(array)
    if weights is not None:
        weights = frame("weights", weights, missing=True).reindex_like(values)
        shares = numbers("weights", weights.to_numpy())
        if (shares < 0).any() or not (shares.sum(axis=1) > 0).all():
            raise ValueError(
                "A weight is negative or a period has none; expected none below zero, and a "
                "positive sum in each period."
            )
    shares = shares / shares.sum(axis=1, keepdims=True)
    rows = []
    for x, p in zip(array, shares, strict=True):
        h = silverman_bandwidth(x) if bandwidth is None else bandwidth
        rows.append(_gauss((grid[:, None] - x) / h) @ p / h)
    return pd.DataFrame(rows, index=values.index, columns=pd.Index(grid, name="value"))


def stochastic_kernel(
    values: pd.DataFrame,
    step: int = 1,
    grid: np.ndarray | None = None,
    bandwidths: tuple[float, float] | None = None,
) -> StochasticKernel:
    """Estimate the density of the value ``step`` periods later given the value now.

    Parameters
    ----------
    values : DataFrame, shape (T, n)
        Consecutive periods in rows, units in columns, complete; relative values or logs of them.
    step
        Periods between now and later.
    grid : shape (G,), optional
        Even grid for both; :func:`even_grid` where not given.
    bandwidths
        The bandwidths of the value now and of the value later; the default is
        :func:`silverman_bandwidth` for two dimensions.

    Returns
    -------
    StochasticKernel

    Raises
    ------
    ValueError
        Where a value is missing, the step leaves no pair of periods, or the grid is not even.

    Notes
    -----
    Quah (1997); the conditional density is that of Rosenblatt (1969), the Gaussian product kernel
    of both over the kernel of now, and rows are scaled to integrate to one over the grid. Pairs of
    all periods are pooled: the kernel is taken as constant over time. Far from the data a row is
    that of the nearest values. The ergodic density is the fixed point of the kernel on the grid
    (Johnson 2005); it extrapolates the sample's dynamics and is no forecast.

    Examples
    --------
    Values that halve their distance from zero, with noise of standard deviation one, tend to a
    normal density with variance 4/3:

    >>> rng = np.random.default_rng(0)
    >>> now = rng.normal(0, (4 / 3) ** 0.5, 2000)
    >>> kernel = stochastic_kernel(pd.DataFrame([now, now / 2 + rng.normal(size=2000)]))
    >>> at = kernel.ergodic.index.to_numpy()
    >>> mean = np.average(at, weights=kernel.ergodic)
    >>> bool(abs(mean) < 0.15)
    True
    """
    step = whole("step", step)
    values = finite_panel(values)
    array = values.to_numpy()
    if step >= len(array):
        raise EstimationError(
            f"A step of {step} periods does not fit a panel of {len(array)} periods."
        )
    check_even_steps(values.index)
    now, later = array[:-step].ravel(), array[step:].ravel()
    if bandwidths is None:
        bandwidths = (silverman_bandwidth(now, 2), silverman_bandwidth(later, 2))
    bandwidths = tuple(numbers("bandwidths", bandwidths, (2,)).tolist())
    if not min(bandwidths) > 0:
        raise ValueError(f"bandwidths is {bandwidths}; expected two numbers above zero.")
    grid = even_grid(values) if grid is None else numbers("grid", grid, (None,), least=(2,))
    widths = np.diff(grid)
    if not (widths > 0).all() or not np.allclose(widths, widths[0]):
        raise ValueError(
            f"The grid's steps run from {widths.min():g} to {widths.max():g}; expected an even "
            "grid that ascends."
        )
    h_now, h_later = bandwidths
    # Weights of the pairs for each value of now; in logs, so that a row far from the data is safe.
    near = np.exp(log_softmax(-0.5 * ((grid[:, None] - now) / h_now) ** 2, axis=1))
    density = near @ _gauss((grid[:, None] - later) / h_later).T / h_later
    mass = density.sum(axis=1, keepdims=True) * widths[0]
    if not (mass > 0).all():
        raise EstimationError(
            f"The grid from {grid[0]:g} to {grid[-1]:g} has no density where values lie, from "
            f"{later.min():g} to {later.max():g}; expected a grid that covers them."
        )
    density /= mass
    index = pd.Index(grid, name="now")
    return StochasticKernel(
        density=pd.DataFrame(density, index=index, columns=pd.Index(grid, name="later")),
        ergodic=pd.Series(_fixed_point(density * widths[0]) / widths[0], index=index),
        marginal=pd.Series(_gauss((grid[:, None] - now) / h_now).mean(axis=1) / h_now, index=index),
        bandwidths=(float(h_now), float(h_later)),
        step=step,
        n_obs=len(now),
    )


def _fixed_point(transition: np.ndarray) -> np.ndarray:
    """Stationary distribution of a positive stochastic matrix: one linear system."""
    n = len(transition)
    system = np.vstack([transition.T - np.eye(n), np.ones(n)])
    solution = np.linalg.lstsq(system, np.append(np.zeros(n), 1.0), rcond=None)[0]
    solution = np.maximum(solution, 0.0)
    return solution / solution.sum()


def _gauss(z: np.ndarray) -> np.ndarray:
    return np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)
