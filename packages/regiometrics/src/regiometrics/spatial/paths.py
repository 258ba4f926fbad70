"""Impacts over time: what a change of a regressor does period by period in a dynamic model.

With S = I - rho W and A = S^(-1) (gamma I + eta W) a change in one period moves outcomes h periods
later by A^h S^(-1) (beta I + theta W), and a change that lasts by the sum up to h (Debarsy, Ertur
and LeSage 2012). All are functions of W: own effects need its eigenvalues, totals solves with ones.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtri

from regiometrics.options import check_count, check_level
from regiometrics.spatial.bias import check_stable
from regiometrics.spatial.errors import SpecificationError
from regiometrics.spatial.impacts import ImpactSource
from regiometrics.spatial.logdet import log_determinant
from regiometrics.spatial.solvers import solver

Array = np.ndarray
_STEP = 1e-5


def impact_path(
    result: ImpactSource, horizons: int, cumulative: bool, level: float
) -> pd.DataFrame:
    """Tabulate impacts by horizon; see :meth:`SpatialPanelResult.impact_path`."""
    check_count("horizons", horizons, 0, SpecificationError)
    check_level(level, SpecificationError)
    if not isinstance(cumulative, bool):
        raise SpecificationError(f"cumulative is {cumulative!r}; expected True or False.")
    if result.specification.dynamic is None:
        raise SpecificationError(
            "Impacts over time were asked of a static model; expected dynamic='time' or "
            "'space-time': static impacts are those of `impacts`."
        )
    design = result.design
    if not design.base:
        raise SpecificationError("The model has no regressor; expected one to have impacts.")
    index = list(result.params.index)
    values = result.params.to_numpy()
    omega = design.weights.eigenvalues
    logdet = result.structure.lag or log_determinant(design.weights)
    places = _Places(design, index, result.specification.dynamic)
    check_stable(design.weights, *places.spatial(values))

    def table(theta: Array) -> Array:
        return _paths(theta, places, omega, design.weights, logdet, horizons, cumulative)

    base = table(values)
    jacobian = np.empty((base.size, len(values)))
    for j in range(len(values)):
        h = _STEP * max(1.0, abs(values[j]))
        step = np.zeros(len(values))
        step[j] = h
        jacobian[:, j] = (table(values + step) - table(values - step)).ravel() / (2 * h)
    errors = np.sqrt(np.einsum("ij,jk,ik->i", jacobian, result.cov.to_numpy(), jacobian))
    out = pd.DataFrame(
        {"estimate": base.ravel(), "std_error": errors},
        index=pd.MultiIndex.from_product(
            [range(horizons + 1), design.base, ("direct", "indirect", "total")],
            names=["horizon", "variable", "effect"],
        ),
    )
    half_width = ndtri(0.5 + level / 2) * out["std_error"]
    out["conf_low"], out["conf_high"] = out["estimate"] - half_width, out["estimate"] + half_width
    return out


class _Places:
    """Places of coefficients in the vector of estimates."""

    def __init__(self, design, index: list[str], dynamic: str) -> None:
        find = {name: j for j, name in enumerate(index)}
        self.rho = find.get("rho")
        self.gamma = find[f"L.{design.outcome}"]
        self.eta = find[f"W.L.{design.outcome}"] if dynamic == "space-time" else None
        lagged = set(design.lagged)
        self.pairs = [
            (find[name], find[f"W.{name}"] if name in lagged else None) for name in design.base
        ]

    def spatial(self, values: Array) -> tuple[float, float, float]:
        """rho, gamma and eta, zero where absent."""
        rho, gamma, eta = (
            0.0 if place is None else float(values[place])
            for place in (self.rho, self.gamma, self.eta)
        )
        return rho, gamma, eta


def _paths(
    values: Array, places: _Places, omega: Array, W, logdet, horizons: int, cumulative: bool
) -> Array:
    """Direct, indirect and total impacts, shape (horizons + 1, variables, 3)."""
    rho, gamma, eta = places.spatial(values)
    n = W.n
    solve = solver(logdet, rho).solve if rho else (lambda b: b)
    factor = (gamma + eta * omega) / (1 - rho * omega)
    own = 1 / (1 - rho * omega)
    # Two vectors that carry 1 and W 1 forward.
    ones = np.ones(n)
    carried = [solve(ones), solve(W.matrix @ ones)]
    out = np.empty((horizons + 1, len(places.pairs), 3))
    for h in range(horizons + 1):
        direct = [float(own.sum().real) / n, float((own * omega).sum().real) / n]
        total = [float(vector.mean()) for vector in carried]
        for i, (b, t) in enumerate(places.pairs):
            beta, theta = values[b], 0.0 if t is None else values[t]
            first = beta * direct[0] + theta * direct[1]
            whole = beta * total[0] + theta * total[1]
            out[h, i] = first, whole - first, whole
        own = own * factor
        carried = [solve(gamma * v + eta * (W.matrix @ v)) for v in carried]
    return out.cumsum(axis=0) if cumulative else out
