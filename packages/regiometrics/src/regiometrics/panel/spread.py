"""Spread or backwash: growth of the core, and growth near it or at its cost.

g_it = mu_i + alpha_t + b g_ct x_ic + e_it over the cities around a core c, with x_ic how exposed a
city is to it: minus the log of distance or hours, or the share of its flows that go there. Year
effects take up what the core's growth does to all; b says whether it does more for the exposed
(b > 0, spread) or less (b < 0, backwash). The same is run for other cores, and the core ranked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Sphere:
    """The cities around a core.

    Attributes
    ----------
    core : int
        Position.
    around : ndarray of int
        Positions of the cities within the radius, the core left out.
    """

    core: int
    around: np.ndarray


def local_cores(sizes: np.ndarray, distances: np.ndarray, radius: float) -> np.ndarray:
    """Positions of cities that are the largest within a radius.

    Parameters
    ----------
    sizes
        Shape (n,); a missing one is no core.
    distances
        Shape (n, n), km.
    radius
        In km.
    """
    known = np.where(np.isnan(sizes), -np.inf, sizes)
    near = np.where(distances <= radius, known[None, :], -np.inf)
    return np.flatnonzero(np.isfinite(known) & (known >= near.max(axis=1)))


def spheres(
    cores: np.ndarray, distances: np.ndarray, radius: float, complete: np.ndarray, least: int
) -> list[Sphere]:
    """Spheres of the cores that have enough cities with figures around them.

    Parameters
    ----------
    cores
        Positions.
    distances
        Shape (n, n), km.
    radius
        In km.
    complete
        Which cities have all figures, shape (n,).
    least
        Cities that a sphere must hold.
    """
    found = []
    for core in cores:
        if not complete[core]:
            continue
        around = np.flatnonzero((distances[core] <= radius) & complete)
        around = around[around != core]
        if len(around) >= least:
            found.append(Sphere(int(core), around))
    return found


def exposure_slope(
    growth: np.ndarray, exposure: np.ndarray, sphere: Sphere, horizon: int = 0
) -> np.ndarray:
    """Estimate b of growth over a horizon, with errors clustered by city.

    Parameters
    ----------
    growth
        Annual log growth, shape (T, n), without gaps in the sphere.
    exposure
        Of each city to the core, shape (n,).
    sphere
        The core and its cities.
    horizon
        h: the sum of the cities' growth from t to t + h on the core's growth in t (a local
        projection: Jordà 2005, American Economic Review 95, 161-182).

    Returns
    -------
    ndarray, shape (2,)
        b and its error.
    """
    T = len(growth) - horizon
    total = np.lib.stride_tricks.sliding_window_view(growth[:, sphere.around], horizon + 1, axis=0)
    y = total.sum(axis=-1)[:T]
    exposed = exposure[sphere.around]
    core = growth[:T, sphere.core]
    x = np.outer(core - core.mean(), exposed - exposed.mean())  # demeaned both ways as it stands
    y = y - y.mean(axis=0) - y.mean(axis=1, keepdims=True) + y.mean()
    total_x = (x**2).sum()
    b = (x * y).sum() / total_x
    scores = (x * (y - b * x)).sum(axis=0)
    n = len(sphere.around)
    return np.array([b, np.sqrt(n / (n - 1) * (scores**2).sum()) / total_x])


def complete_cities(growth: pd.DataFrame) -> np.ndarray:
    """Tell which columns have no gap."""
    return growth.notna().all(axis=0).to_numpy()
