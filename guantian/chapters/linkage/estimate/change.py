"""Change of flows between two years with an effect per pair: a binomial model on the grid.

With two years, Poisson regression with an effect per pair and effects of origin and destination by
year is, conditional on each pair's total, a logit of the later year's part (Hausman, Hall and
Griliches 1984, *Econometrica* 52): y_later / (y_earlier + y_later) has the index x b + a_i + d_j.
A pair's effect cancels, as does whatever scales all flows of a year.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from guantian.chapters.linkage.estimate.fixed_weights import FixedWeights, prepared
from regiometrics.errors import EstimationError
from regiometrics.gravity.errors_dyadic import covariance, dyadic_meat
from regiometrics.gravity.grid import Array, FlowGrid, TwoWayEffects, bases, usable

STEPS = 40
TOLERANCE = 1e-9


@dataclass(frozen=True)
class ChangeFit:
    """Coefficients of what changed flows, in log points of the later year's flow.

    Attributes
    ----------
    params, cov
        By regressor, with dyadic errors.
    n_obs, n_cities
        The numbers of pairs and of cities.
    working
        The fit at its last weights, to which terms can be added.
    """

    params: pd.Series
    cov: pd.DataFrame
    n_obs: int
    n_cities: int
    working: FixedWeights


def change_fit(
    grid: FlowGrid, names: Sequence[str], earlier: Array, later: Array, mask: Array
) -> ChangeFit:
    """Fit the later year's flows given both years' sum.

    Parameters
    ----------
    grid
        Cities and regressors; its own flows are not used.
    names
        Regressors, at least one.
    earlier, later
        Flows of two years, shape (n, n), zero or positive where the mask is true.
    mask
        Pairs that may enter, shape (n, n).

    Raises
    ------
    EstimationError
        If the iteration does not settle.
    """
    names = grid.check(names, np.where(mask, later, 0.0))
    scale = earlier[mask].sum() / later[mask].sum()
    later = np.where(mask, later * scale, 0.0)
    total = np.where(mask, earlier, 0.0) + later
    mask = mask & (total > 0)
    while True:  # every city must send and receive in both years
        mask, kept = usable(grid, names, mask, later)
        other, also = usable(grid, names, mask, total - later)
        if (other == mask).all() and (also == kept).all():
            break
        mask = other
    rows = np.flatnonzero(kept)
    cut = np.ix_(rows, rows)
    inside, base = mask[cut], bases(mask[cut])
    y, n = np.where(inside, later[cut], 0.0), np.where(inside, total[cut], 0.0)
    X = np.array([np.where(inside, grid.regressors[name][cut], 0.0) for name in names])
    index, params = np.zeros_like(y), np.zeros(len(names))
    for _ in range(STEPS):
        share = 1 / (1 + np.exp(-index))
        weights = n * share * (1 - share)
        effects = TwoWayEffects(weights, base)
        target = index + np.where(inside, (y - n * share) / np.where(inside, weights, 1.0), 0.0)
        flat = np.array([effects.residual(x) for x in X])[:, inside]
        weighted = flat * weights[inside]
        before = params
        params = np.linalg.solve(weighted @ flat.T, weighted @ target[inside])
        explained = np.tensordot(params, X, axes=1)
        origin, destination = effects.effects(target - explained)
        last, index = index, np.clip(explained + origin[:, None] + destination, -30, 30)
        moved = np.abs((index - last) * weights).sum() / weights.sum()
        if np.abs(params - before).max() < TOLERANCE**0.5 and moved < TOLERANCE**0.5:
            break
    else:
        raise EstimationError(f"The change of flows with {list(names)} did not settle.")
    share = 1 / (1 + np.exp(-index))
    residual = np.where(inside, y - n * share, 0.0)
    working = prepared(rows, inside, n * share * (1 - share), residual, X, curved=False)
    meat = dyadic_meat(working.influence())
    cov = covariance(np.eye(len(names)), meat, int(inside.sum()), len(rows))
    labels = list(names)
    return ChangeFit(
        params=pd.Series(params, index=labels, name="estimate"),
        cov=pd.DataFrame(cov, labels, labels),
        n_obs=int(inside.sum()),
        n_cities=len(rows),
        working=working,
    )
