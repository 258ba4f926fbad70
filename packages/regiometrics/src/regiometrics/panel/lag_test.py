"""Test of the slope of the lag in a dynamic panel, valid near a unit root and for few periods."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from regiometrics import _laws as laws

Array = np.ndarray
LOWEST, HIGHEST = -1.0, 1.5  # slopes that an interval tries
FINE, COARSE = 0.01, 0.05  # steps of the search, by the t distribution and by the bootstrap
BOOTSTRAPPED = 200  # units below which the test's distribution is simulated
DRAWS = 399
BATCH = 4_000_000  # numbers simulated at once
TOLERANCE = 1e-4  # of the ends of an interval


@dataclass(frozen=True, eq=False)
class LagTest:
    """Score test of the lag's slope from the exact moment of its within estimator.

    The within regressor and the within error are correlated by a known amount once the slope is
    given: E sum_t x_it e_it = -σ² times a function of the slope and the periods, whatever the unit
    effects and the first observations. Subtracting it leaves a moment with mean zero for each unit
    (Dhaene and Jochmans 2016, *Econometric Theory* 32; Breitung, Kripfganz and Hayakawa 2022,
    *Econometrics and Statistics* 24). The moment is exact for any T, so that values near and at one
    are tested like others. Errors must be independent over time, with a variance that a unit keeps.

    With fewer than 200 units the statistic is the sum of the moments over the root of the sum of
    variance times squared regressor, and its distribution is simulated at the tested slope (a grid
    bootstrap, Hansen 1999, *Review of Economics and Statistics* 81). With more it is the moments'
    mean over its standard error, compared with t of units - 1 degrees of freedom.

    Attributes
    ----------
    y, lag : ndarray, shape (n, T)
        Levels; only complete observations are read.
    X : ndarray, shape (n, T, k)
        Other regressors, levels.
    complete, alive : ndarray of bool, shape (n, T)
        Observations used; periods from the first of these on.
    wild : bool
        Whether residuals with random signs are drawn in place of normal errors.
    seed : int
        The seed of the draws.
    """

    y: Array
    lag: Array
    X: Array
    complete: Array
    alive: Array
    wild: bool
    seed: int
    _parts: dict = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Take out unit means and the other regressors once."""
        kept = self.complete.any(axis=1)
        for name in ("y", "lag", "X", "complete", "alive"):
            object.__setattr__(self, name, getattr(self, name)[kept])
        mask = self.complete
        X = np.where(mask[..., None], self.X, 0.0).transpose(2, 0, 1)
        X = np.ascontiguousarray(_within(X, mask).transpose(1, 2, 0))
        flat = X.reshape(mask.size, X.shape[2])
        Q = np.linalg.inv(flat.T @ flat) if X.shape[2] else np.zeros((0, 0))
        y, lag = (_within(np.where(mask, v, 0.0), mask) for v in (self.y, self.lag))
        count = mask.sum(axis=1)
        B = np.einsum("itk,itl->ikl", X, X)
        self._parts.update(
            X=X,
            Q=Q,
            B=B,
            count=count,
            dimension=count - 1 - np.einsum("kl,ilk->i", Q, B),
            df=max(int(count.sum()) - len(count) - X.shape[2], 1),
            within=(y, lag),
        )
        self._parts.update(y=self._project(y), lag=self._project(lag))

    @property
    def n_units(self) -> int:
        """Units with at least one observation."""
        return len(self.complete)

    def statistic(self, slope: float) -> float:
        """Return the statistic of a slope; positive where the data ask for a larger one."""
        return float(self._ratio(self._parts["y"], self._parts["lag"], slope))

    def p_value(self, slope: float) -> float:
        """Return the two-sided p-value of a slope: twice the smaller tail."""
        found = self.statistic(slope)
        if self.n_units >= BOOTSTRAPPED:
            return float(2 * laws.t.sf(abs(found), self.n_units - 1))
        drawn = self._simulate(slope)
        tails = (1 + (drawn <= found).sum(), 1 + (drawn >= found).sum())
        return float(min(1.0, 2 * min(tails) / (1 + len(drawn))))

    def dual_p_value(self, slope: float) -> float:
        """Return the largest level at which :meth:`interval` does not hold a slope.

        The moment's second root, near or above one, is accepted whatever the data say. A slope
        counts as rejected where one between it and the right root is.
        """
        root = self.root()
        steps = max(int(np.ceil(abs(slope - root) / COARSE)), 1)
        return min(self.p_value(value) for value in np.linspace(slope, root, steps + 1)[:-1])

    def root(self) -> float:
        """Return the slope at which the statistic first falls through zero, or comes nearest."""
        wide, statistics = self._search()
        falls = np.flatnonzero((statistics[:-1] > 0) & (statistics[1:] <= 0))
        if len(falls):
            return float(wide[falls[0]])
        return float(wide[np.abs(statistics).argmin()])

    def _search(self) -> tuple[Array, Array]:
        """Statistics over all slopes tried."""
        wide = np.arange(LOWEST, HIGHEST + FINE / 2, FINE)
        return wide, np.array([self.statistic(slope) for slope in wide])

    def interval(self, level: float) -> tuple[float, float]:
        """Return the smallest and largest slope around the estimate with a p-value above 1 - level.

        The moment has a second root above the right one, which lies near or above one and has no
        meaning: of slopes that are not rejected those count that no rejected one divides from the
        smallest. An end is infinite where the last slope tried, -1 or 1.5, is not rejected; both
        are missing where every slope is.
        """
        wide, statistics = self._search()
        limit = 1.5 * laws.norm.isf((1 - level) / 8)  # wider than any critical value
        near = _first_run(np.abs(statistics) <= limit)
        if near is None:
            return np.nan, np.nan
        low, high = max(wide[near[0]] - COARSE, LOWEST), min(wide[near[1]] + COARSE, HIGHEST)
        grid = np.linspace(low, high, max(int(np.ceil((high - low) / COARSE)), 8) + 1)
        size = 1 - level + 1e-12  # a p-value equal to it rejects, whatever the rounding
        run = _first_run([self.p_value(slope) > size for slope in grid])
        if run is None:
            return np.nan, np.nan
        first, last = run
        ends = []
        for place, step, edge in ((first, -1, LOWEST), (last, 1, HIGHEST)):
            beyond = place + step
            if not 0 <= beyond < len(grid):
                ends.append(step * np.inf if grid[place] == edge else float(grid[place]))
                continue
            accepted, rejected = grid[place], grid[beyond]
            while abs(rejected - accepted) > TOLERANCE:
                middle = (accepted + rejected) / 2
                if self.p_value(middle) > size:
                    accepted = middle
                else:
                    rejected = middle
            ends.append(float(accepted))
        return ends[0], ends[1]

    def _ratio(self, y: Array, lag: Array, slope: float) -> Array:
        """Statistic of projected arrays of shape (..., n, T)."""
        error = y - slope * lag
        squares = np.square(error).sum(axis=-1)
        dimension = np.maximum(self._parts["dimension"], 1e-12)
        moments = (lag * error).sum(axis=-1) - self._expected(slope) * squares / dimension
        if self.n_units < BOOTSTRAPPED:
            variance = (squares / dimension * np.square(lag).sum(axis=-1)).sum(axis=-1)
        else:
            n = moments.shape[-1]
            variance = n * moments.var(axis=-1, ddof=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.nan_to_num(moments.sum(axis=-1) / np.sqrt(variance))

    def _expected(self, slope: float) -> Array:
        """E of each unit's product of regressor and error over σ², shape (n,)."""
        parts = self._parts
        if parts.get("at") != slope:
            T = self.complete.shape[1]
            gap = np.arange(T)[:, None] - np.arange(T) - 1
            sums = np.where(gap >= 0, float(slope) ** np.maximum(gap, 0), 0.0)
            L = sums * self.alive[:, None, :] * self.complete[..., None]
            # What leaves a complete observation's own error: all errors that are in the data.
            own = L * self.complete[:, None, :]
            trace = np.einsum("itt->i", own) - own.sum(axis=(1, 2)) / parts["count"]
            X, Q = parts["X"], parts["Q"]
            A = X.transpose(0, 2, 1) @ (own @ X)
            value = trace - 2 * np.einsum("kl,ilk->i", Q, A)
            value = value + np.einsum("kl,ilk->i", Q @ A.sum(axis=0) @ Q, parts["B"])
            parts.update(at=slope, expected=value)
        return parts["expected"]

    def _simulate(self, slope: float) -> Array:
        """Statistics of panels with this slope, other estimates constrained to it."""
        parts, mask = self._parts, self.complete
        y, lag = parts["within"]
        X, Q = parts["X"], parts["Q"]
        k, (n, T) = X.shape[2], mask.shape
        partial = y - slope * lag
        b = Q @ np.einsum("itk,it->k", X, partial) if k else np.zeros(0)
        given = np.where(mask, self.X @ b if k else 0.0, 0.0)
        rest = np.where(mask, self.y - slope * np.where(mask, self.lag, 0.0) - given, 0.0)
        effect = rest.sum(axis=1, keepdims=True) / parts["count"][:, None]
        residuals = np.where(mask, rest - effect, 0.0)
        scale = np.sqrt(np.square(residuals).sum() / parts["df"])
        if self.wild:
            residuals = residuals * np.sqrt(mask.sum() / parts["df"])
        rng = np.random.default_rng(self.seed)
        found = []
        left = DRAWS
        while left:
            draws = min(left, max(1, BATCH // (n * T)))
            left -= draws
            if self.wild:
                shocks = residuals * rng.choice([-1.0, 1.0], size=(draws, n, T))
            else:
                shocks = scale * rng.standard_normal((draws, n, T))
            fresh = np.broadcast_to(self.y, (draws, n, T)).copy()
            for t in range(1, T):
                step = slope * fresh[..., t - 1] + given[:, t] + effect[:, 0] + shocks[..., t]
                fresh[..., t] = np.where(mask[:, t], step, fresh[..., t])
            past = np.concatenate([np.zeros((draws, n, 1)), fresh[..., :-1]], axis=-1)
            fresh, past = (
                self._project(_within(np.where(mask, v, 0.0), mask)) for v in (fresh, past)
            )
            found.append(self._ratio(fresh, past, slope))
        return np.concatenate(found)

    def _project(self, values: Array) -> Array:
        """Take the other regressors out of demeaned values, shape (..., n, T)."""
        X, Q = self._parts["X"], self._parts["Q"]
        if not X.shape[2]:
            return values
        b = np.einsum("itk,...it->...k", X, values, optimize=True) @ Q
        return values - np.einsum("itk,...k->...it", X, b, optimize=True)


def _first_run(accepted) -> tuple[int, int] | None:
    """Return the first and last place of the first unbroken run of True."""
    places = np.flatnonzero(accepted)
    if not len(places):
        return None
    gaps = np.flatnonzero(np.diff(places) > 1)
    return int(places[0]), int(places[gaps[0]] if len(gaps) else places[-1])


def _within(values: Array, complete: Array) -> Array:
    """Subtract means over complete observations along the last axis; zero elsewhere."""
    mean = values.sum(axis=-1, keepdims=True) / complete.sum(axis=-1, keepdims=True)
    return np.where(complete, values - mean, 0.0)
