"""The concentrated Gaussian (quasi) log-likelihood and its maximum.

With N effective observations and tau effective periods,

    l(rho, lambda) = -N/2 [ln(2 pi) + 1 + ln(SSE(rho, lambda) / N)]
                     + tau [ln|I - rho W| + ln|I - lambda M|],

delta and sigma² being concentrated out (Anselin 1988, ch. 12; Elhorst 2014, ch. 3). Under the
transformation of Lee and Yu (2010) N and tau lose the degrees of freedom of the effects, and the
determinants lose the eigenvalue that belongs to the period means.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import optimize

from regiometrics.spatial.crossproducts import Products
from regiometrics.spatial.errors import BoundaryError, ConvergenceError, FlatLikelihoodError
from regiometrics.spatial.logdet import LocalLogDet, LogDet

# Shares of an interval's length: its edges, which are left out, and what counts as at its end.
_EDGE, _AT_END = 1e-5, 1e-4
_COARSE_NODES = 25
# A likelihood that changes by less than this an observation over a whole interval is flat.
_FLAT = 1e-6
# A step shorter than this share of a parameter's scale ends the search.
_SETTLED = 1e-11


@dataclass(frozen=True)
class Determinant:
    """tau ln|I - rW| less the part of the eigenvalue that a transformation removes.

    Attributes
    ----------
    logdet : LogDet
        The log-determinant of one period.
    periods : int
        The number tau of periods that the transform leaves.
    removed : float or None
        Eigenvalue that the transform of the units removes: the row sum c.
    """

    logdet: LogDet
    periods: int
    removed: float | None

    @property
    def interval(self) -> tuple[float, float]:
        """Admissible interval of r, less its edges; bounded even where W has no negative root."""
        low, high = self.logdet.interval
        if not np.isfinite(low):
            low = -10 * high
        edge = _EDGE * (high - low)
        return low + edge, high - edge

    @property
    def scale(self) -> float:
        """One over the spectral bound: the unit in which r is large or small."""
        return 1 / self.logdet.weights.spectral_bound

    @cached_property
    def grid(self) -> np.ndarray:
        """Where a search starts: over the interval, and closer where r is of its own size.

        Weights that are similar to no symmetric matrix can have an interval fifty times as long.
        """
        spread = np.cos(np.pi * (np.arange(_COARSE_NODES) + 0.5) / _COARSE_NODES)
        low, high = self.interval
        near = max(low, -self.scale), min(high, self.scale)
        ends = {(low, high)} | ({near} if high - low > 4 * self.scale else set())
        return np.sort(np.concatenate([(a + b) / 2 + (b - a) / 2 * spread for a, b in ends]))

    def value(self, r: float) -> float:
        """Value at r, from a factor or eigenvalues."""
        return self.periods * (self.logdet.value(r) - self._removed(r))

    def rough(self, r: float) -> float:
        """Value at r, good enough to start a search from and cheap."""
        return self.periods * (self.logdet.rough(r) - self._removed(r))

    def local(self, r: float, at: LocalLogDet | None = None) -> tuple[float, float]:
        """Value and slope at r, from the local interpolant."""
        at = at or self.logdet.local(r)
        value = at.value(r) - self._removed(r)
        return self.periods * value, -self.periods * self.trace(r, at)

    def slope(self, r: float) -> float:
        """Slope at r, good enough to search with."""
        return -self.periods * self.trace(r, self.logdet.near(r))

    def trace(self, r: float, at: LocalLogDet | None = None) -> float:
        """Trace of G on the space that the transform leaves."""
        at = at or self.logdet.local(r)
        c = self.removed
        return at.trace(r) - (0.0 if c is None else c / (1 - r * c))

    def trace_square(self, r: float) -> float:
        """Trace of G² on the space that the transform leaves."""
        c = self.removed
        lost = 0.0 if c is None else (c / (1 - r * c)) ** 2
        return self.logdet.local(r).trace_square(r) - lost

    def _removed(self, r: float) -> float:
        return 0.0 if self.removed is None else float(np.log1p(-r * self.removed))


@dataclass(frozen=True)
class Maximum:
    """Where the concentrated likelihood is highest."""

    rho: float
    lambda_: float
    delta: np.ndarray
    sse: float
    sigma2: float
    loglik: float


class ConcentratedLikelihood:
    """The likelihood in (rho, lambda), for whichever of the two the model has.

    Parameters
    ----------
    products : Products
        The cross products of (y, Wy, Z) where there is a lag, of (y, Z) otherwise.
    observations : int
        The number N of observations.
    lag, error : Determinant or None
        The log-determinants of lag and error; None where the model has none.
    """

    def __init__(
        self,
        products: Products,
        observations: int,
        lag: Determinant | None,
        error: Determinant | None,
    ) -> None:
        self.products = products
        self.observations = observations
        self.lag = lag
        self.error = error
        self._parts = [part for part in (lag, error) if part is not None]
        self._last: tuple[float, np.ndarray, np.ndarray] | None = None

    def concentrate(self, rho: float, lam: float) -> tuple[np.ndarray, float]:
        """Coefficients delta and sum of squared residuals at given rho and lambda."""
        v, sse, _ = self._profile(rho, lam)
        return -v[2:] if self.lag is not None else -v[1:], sse

    def at(self, rho: float, lam: float) -> Maximum:
        """Everything that follows from given rho and lambda."""
        delta, sse = self.concentrate(rho, lam)
        point = self._point(rho, lam)
        determinant = sum(part.local(r)[0] for part, r in zip(self._parts, point, strict=True))
        return Maximum(
            rho, lam, delta, sse, sse / self.observations, self._gauss(sse) + determinant
        )

    def maximise(self, start: tuple[float, float] | None = None, inside: bool = True) -> Maximum:
        """Maximise over the admissible intervals.

        Parameters
        ----------
        start : (rho, lambda), optional
            The end of a previous search; it saves the coarse search.
        inside : bool, default True
            Whether a maximum at the end of an interval is refused.

        Raises
        ------
        BoundaryError
            If the maximum lies at the end of an interval.
        ConvergenceError
            If the gradient cannot be brought to zero.
        """
        if not self._parts:
            return self.at(0.0, 0.0)
        if start is not None:
            first = np.asarray(self._point(*start))
        else:
            search = self._search_line if len(self._parts) == 1 else self._search_plane
            first = np.asarray(search())
        point = self._polish(first, inside)
        settled = [part.logdet.settle(r) for part, r in zip(self._parts, point, strict=True)]
        if any(settled):
            point = self._polish(point, inside)
        return self.at(*self._pair(point))

    def _profile(self, rho: float, lam: float) -> tuple[np.ndarray, float, np.ndarray]:
        C, coefficients = self._regressions(lam)
        first = np.array([1.0, -rho]) if self.lag is not None else np.array([1.0])
        v = np.concatenate([first, -coefficients @ first])
        Cv = C @ v
        return v, float(v @ Cv), Cv

    def _regressions(self, lam: float) -> tuple[np.ndarray, np.ndarray]:
        """Cross products at lambda and what they make of y and Wy regressed on Z."""
        if self._last is None or self._last[0] != lam:
            C, head = self.products.matrix(lam), 2 if self.lag is not None else 1
            self._last = lam, C, np.linalg.solve(C[head:, head:], C[head:, :head])
        return self._last[1:]

    def _gauss(self, sse: float) -> float:
        N = self.observations
        return -0.5 * N * (np.log(2 * np.pi) + 1 + np.log(sse / N))

    @property
    def _names(self) -> list[str]:
        return [n for n, part in (("rho", self.lag), ("lambda", self.error)) if part is not None]

    def _point(self, rho: float, lam: float) -> list[float]:
        return [r for r, part in ((rho, self.lag), (lam, self.error)) if part is not None]

    def _pair(self, point: np.ndarray) -> tuple[float, float]:
        values = iter(point)
        rho = float(next(values)) if self.lag is not None else 0.0
        return rho, float(next(values)) if self.error is not None else 0.0

    def _search_line(self) -> list[float]:
        part = self._parts[0]
        start = self._search(part, part.rough)
        # Close to an end the extrapolated moments mislead.
        low, high = part.interval
        if min(start - low, high - start) < 0.05 * (high - low):
            start = self._search(part, part.value)
        return [start]

    def _search(self, part: Determinant, determinant: Callable[[float], float]) -> float:
        """Take the best of a grid, then search between its neighbours: there can be two peaks."""
        squares = self._squares()

        def loss(r: float) -> float:
            return -self._gauss(squares(r)) - determinant(r)

        grid = part.grid
        losses = np.array([loss(r) for r in grid])
        self._check_flat(losses)
        best = int(losses.argmin())
        low, high = part.interval
        between = (
            grid[best - 1] if best > 0 else low,
            grid[best + 1] if best < len(grid) - 1 else high,
        )
        options = {"xatol": 1e-3 * part.scale}
        found = optimize.minimize_scalar(loss, bounds=between, method="bounded", options=options)
        return float(found.x)

    def _squares(self) -> Callable[[float], float]:
        """Sum of squares in the one spatial parameter: of a lag a polynomial, known at once."""
        if self.error is not None:
            return lambda lam: self._profile(0.0, lam)[1]
        C, coefficients = self._regressions(0.0)
        B = np.concatenate([np.eye(2), -coefficients])
        Q = B.T @ C @ B
        own, cross, lagged, least = Q[0, 0], Q[0, 1], Q[1, 1], 1e-300
        return lambda r: max(float(own - 2 * r * cross + r * r * lagged), least)

    def _search_plane(self) -> np.ndarray:
        """Search a grid: the surface of a SAC model can have two peaks."""
        grids = [part.grid for part in self._parts]
        values = [
            np.array([(part.rough if part.logdet.dear else part.value)(r) for r in grid])
            for part, grid in zip(self._parts, grids, strict=True)
        ]
        surface = values[0][:, None] + values[1][None, :]
        for j, lam in enumerate(grids[1]):
            for i, rho in enumerate(grids[0]):
                surface[i, j] += self._gauss(self._profile(rho, lam)[1])
        self._check_flat(-surface)
        row, column = np.unravel_index(int(surface.argmax()), surface.shape)
        return np.array([grids[0][row], grids[1][column]])

    def _check_flat(self, losses: np.ndarray) -> None:
        """Refuse parameters that change nothing over the whole of their grid."""
        for axis, name in enumerate(self._names):
            best = losses.min(axis=tuple(set(range(losses.ndim)) - {axis}))
            if np.ptp(best) <= _FLAT * self.observations:
                raise FlatLikelihoodError(
                    f"The likelihood is flat in {name}: with these weights and effects no data "
                    "distinguish its values; expected weights that differ between units, or no "
                    "time effects."
                )

    def _gradient(self, point: np.ndarray) -> np.ndarray:
        rho, lam = self._pair(point)
        v, sse, Cv = self._profile(rho, lam)
        scale = -0.5 * self.observations / sse
        slopes = []
        if self.lag is not None:
            slopes.append(scale * -2 * Cv[1] + self.lag.slope(rho))
        if self.error is not None:
            slopes.append(
                scale * float(v @ self.products.derivative(lam) @ v) + self.error.slope(lam)
            )
        return np.array(slopes)

    def _polish(self, start: np.ndarray, inside: bool) -> np.ndarray:
        """Newton's method on the gradient, uphill, inside the admissible intervals."""
        low, high = (
            np.array(ends) for ends in zip(*(p.interval for p in self._parts), strict=True)
        )
        scale = np.array([part.scale for part in self._parts])
        point, step_limit, moved = start, 0.2 * (high - low), np.inf
        for _ in range(100):
            gradient = scale * self._gradient(point)
            values, vectors = np.linalg.eigh(self._hessian(point) * np.outer(scale, scale))
            # Where the surface is not concave, go uphill along the curved directions.
            newton = vectors @ ((vectors.T @ gradient) / np.maximum(np.abs(values), 1e-8))
            newton = np.clip(scale * newton, -step_limit, step_limit)
            following = np.clip(point + newton, low, high)
            moved = np.abs((following - point) / scale).max()
            point = following
            if moved < _SETTLED:
                break
            # An uphill step that lands in the same place twice is a maximum at an end.
            if ((point <= low) | (point >= high)).any() and moved < 1e-7:
                break
        if not inside and (np.minimum(point - low, high - point) <= _AT_END * (high - low)).any():
            return point
        self._check(point, low, high)
        if moved >= _SETTLED and len(point) == 1:
            point = self._bisect(point, low, high)
        if np.abs(scale * self._gradient(point)).max() > 1e-4 * self.observations**0.5:
            self._check_settled(point, scale)
        return point

    def _bisect(self, point: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Find the root of the slope near a point: likelihoods can be peaks that steps miss."""

        def slope(r: float) -> float:
            return float(self._gradient(np.array([r]))[0])

        start, width = float(point[0]), 1e-8 * self._parts[0].scale
        while width < high[0] - low[0]:
            ends = max(float(low[0]), start - width), min(float(high[0]), start + width)
            if slope(ends[0]) > 0 > slope(ends[1]):
                return np.array([optimize.brentq(slope, *ends, xtol=1e-15, rtol=1e-14)])
            width *= 4
        return point

    def _check_settled(self, point: np.ndarray, scale: np.ndarray) -> None:
        """Refuse a slope that is no rounding: a step away it does not change its sign."""
        gradient = self._gradient(point)
        for j, length in enumerate(scale):
            step = np.zeros(len(point))
            step[j] = 1e-9 * length
            ends = [self._gradient(point + sign * step)[j] for sign in (-1, 1)]
            if not ends[0] >= 0 >= ends[1]:
                raise ConvergenceError(
                    f"The likelihood's slope at {point.round(6).tolist()} is "
                    f"{gradient.tolist()}; expected zero: it was not maximised."
                )

    def _hessian(self, point: np.ndarray) -> np.ndarray:
        m = len(point)
        out = np.empty((m, m))
        for j, part in enumerate(self._parts):
            low, high = part.interval
            s = part.scale
            h = 1e-5 * min(s, high - point[j] + 1e-3 * s, point[j] - low + 1e-3 * s)
            step = np.zeros(m)
            step[j] = h
            out[:, j] = (self._gradient(point + step) - self._gradient(point - step)) / (2 * h)
        return (out + out.T) / 2

    def _check(self, point: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
        for name, r, a, b in zip(self._names, point, low, high, strict=True):
            if min(r - a, b - r) <= _AT_END * (b - a):
                raise BoundaryError(
                    f"The maximum of the likelihood has {name} = {r:.6f}, at the end of its "
                    f"admissible interval ({a:.4f}, {b:.4f}): the process is close to a unit "
                    "root in space or the model does not fit these data."
                )


def local_error(determinants: list[Determinant], point: list[float]) -> float:
    """Error of the determinants' approximation at the maximum, in units of the log-likelihood."""
    return sum(
        part.periods * part.logdet.local(r).error
        for part, r in zip(determinants, point, strict=True)
    )
