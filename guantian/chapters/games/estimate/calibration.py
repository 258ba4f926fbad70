"""The games' parameters: the study's own estimates, drawn with their uncertainty.

Nothing here is chosen for its result: a parameter is an estimate with its error, or is in the
configuration as a published value or a grid. Row 0 of all draws is the point estimate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from guantian.chapters.games.estimate.setting import Setting
from regiometrics.games.stage import programme_effects

Array = np.ndarray


@dataclass(frozen=True)
class Parameter:
    """An estimate on which the games are calibrated.

    Attributes
    ----------
    value, std_error : float
    low, high : float
        Bounds of what has a meaning; draws beyond them are set to them.
    source : Mapping
        The estimate that it is: key columns of results and how it was estimated.
    interval : (float, float), optional
        The estimate's own, as its chapter prints it; by the normal approximation where left out.
    """

    value: float
    std_error: float
    low: float = -np.inf
    high: float = np.inf
    source: Mapping[str, Any] = field(default_factory=dict)
    interval: tuple[float, float] | None = None

    def draw(self, random: np.random.Generator, draws: int) -> Array:
        """Draw from the normal approximation; the first is the estimate, shape (draws + 1,)."""
        values = self.value + self.std_error * random.standard_normal(draws)
        return np.clip(np.append(self.value, values), self.low, self.high)

    def printed(self, reach: float) -> tuple[float, float]:
        """Return the estimate's own interval, cut to the bounds."""
        if self.interval is None:
            return self.ends(reach)
        low, high = np.clip(self.interval, self.low, self.high)
        return float(low), float(high)

    def ends(self, reach: float) -> tuple[float, float]:
        """Return the estimate less and plus so many standard errors, within the bounds."""
        ends = self.value + reach * self.std_error * np.array([-1.0, 1.0])
        low, high = np.clip(ends, self.low, self.high)
        return float(low), float(high)


@dataclass(frozen=True, eq=False)
class Effects:
    """What the drawn parameters say of each pair; leading axis draws, row 0 the point.

    Attributes
    ----------
    response : ndarray, shape (draws, n, n)
        θ: what i receives of a unit of growth that starts in j.
    overlap, substitution : ndarray, shape (draws, n, n)
        Overlap of markets, and γ, its product with the shared structure.
    stolen, duplication : ndarray, shape (draws, n, n)
        As `regiometrics.games.stage.programme_effects` gives them.
    size : ndarray, shape (draws,)
        u.
    """

    response: Array
    overlap: Array
    substitution: Array
    stolen: Array
    duplication: Array
    size: Array

    @property
    def external(self) -> Array:
        """e: spillover less stolen business, shape (draws, n, n)."""
        return self.response - self.stolen


def draw_parameters(
    parameters: Mapping[str, Parameter], measures: int, draws: int, seed: int
) -> dict[str, Array]:
    """Draw all parameters independently, and for each draw one measure of shared structure.

    Parameters
    ----------
    parameters
        By name; `Setting` and these names together ask for ``spillover``, ``distance``,
        ``province``, ``adjacency`` and ``programme``.
    measures
        m of `Setting.similarity`; the draw -1 (row 0) is their mean.
    draws, seed
        How many, and from which seed.

    Returns
    -------
    dict
        Name to ndarray of shape (draws + 1,).
    """
    random = np.random.default_rng(seed)
    drawn = {name: parameters[name].draw(random, draws) for name in sorted(parameters)}
    return drawn | {"measure": np.append(-1, random.integers(measures, size=draws))}


def market_overlap(setting: Setting, distance, province, adjacency, open_border=False) -> Array:
    """Overlap of the markets of two cities: the cosine of their sales over all destinations.

    Sales of i in k follow the gravity model: market_k exp(b' x_ik), with the estimated
    coefficients of log distance, of one province and of a shared border.

    Parameters
    ----------
    setting
        The cities.
    distance, province, adjacency : ndarray, shape (draws,)
        Coefficients.
    open_border
        Whether borders of provinces between the cities of the game are taken away.

    Returns
    -------
    ndarray, shape (draws, n, n)
        Ones on the diagonal.
    """
    together = setting.same_province.copy()
    if open_border:
        together[:, setting.at] = 1
    access = (
        np.multiply.outer(distance, setting.log_distance)
        + np.multiply.outer(province, together)
        + np.multiply.outer(adjacency, setting.adjacent)
    )
    sales = np.exp(access - access.max((1, 2), keepdims=True)) * setting.market
    unit = sales / np.linalg.norm(sales, axis=-1, keepdims=True)
    return unit @ np.swapaxes(unit, -1, -2)


def responses(links: Array, spillover: Array) -> Array:
    """Spatial multiplier at the cities of the game: S_ij / S_jj with S = (I - ρ W)^-1.

    Parameters
    ----------
    links : ndarray, shape (K, n, n)
        Powers of W; the series is cut after them.
    spillover : ndarray, shape (draws,)
        ρ, smaller than 0.6 in absolute value for an error below 1e-13.

    Returns
    -------
    ndarray, shape (draws, n, n)
        Ones on the diagonal.
    """
    series = spillover[:, None] ** np.arange(len(links))
    multiplier = np.tensordot(series, links, axes=1)
    own = np.diagonal(multiplier, axis1=-2, axis2=-1)
    return multiplier / own[:, None, :]


def effects(setting: Setting, drawn: Mapping[str, Array], open_border: bool = False) -> Effects:
    """Turn drawn parameters into what one city's programme does to another's."""
    overlap = market_overlap(
        setting, drawn["distance"], drawn["province"], drawn["adjacency"], open_border
    )
    measure = drawn["measure"].astype(int)
    mean = setting.similarity.mean(0)
    shared = np.where((measure < 0)[:, None, None], mean, setting.similarity[measure])
    substitution = np.clip(shared * overlap, 0, 1) * (1 - np.eye(setting.n))
    stolen, duplication = programme_effects(substitution, drawn["programme"][:, None, None])
    return Effects(
        responses(setting.links, drawn["spillover"]) * (1 - np.eye(setting.n)),
        overlap,
        substitution,
        stolen,
        duplication,
        drawn["programme"],
    )


def at_end(
    parameters: Mapping[str, Parameter], name: str, reach: float
) -> tuple[dict[str, Parameter], dict[str, Parameter]]:
    """Give the parameters with one of them at the lower and upper end of its interval."""
    low, high = parameters[name].ends(reach)
    return tuple(
        {**parameters, name: replace(parameters[name], value=value)} for value in (low, high)
    )
