"""Several spatial lags of the outcome in one likelihood.

y_t = sum_m rho_m W_m y_t + X_t beta + sum_m W_m X_t theta_m + mu + alpha_t 1 + e_t, whose
log-likelihood has the determinant of S = I - sum_m rho_m W_m (Lee and Liu 2010; Elhorst, Lacombe
and Piras 2012). Effects are taken out by the transformation of Lee and Yu (2010).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
import pandas as pd
from scipy import optimize
from scipy.special import ndtri

from regiometrics.inference import Inference
from regiometrics.options import check_level
from regiometrics.spatial.errors import (
    BoundaryError,
    ConvergenceError,
    NonNormalisedWeightsError,
    SpecificationError,
    UnsupportedPanelError,
)
from regiometrics.spatial.instruments import Columns
from regiometrics.spatial.output import SpatialOutput
from regiometrics.spatial.panel_data import (
    build_design,
    choose,
    read_durbin,
    read_effects,
    take_out,
)
from regiometrics.spatial.rank import check_rank, refuse_perfect
from regiometrics.spatial.weights import DENSE_LIMIT, SpatialWeights
from regiometrics.spatial.weights_checks import is_mapping, panel_weights

Array = np.ndarray
_EDGE = 1e-4
_STARTS = (-0.3, 0.0, 0.3)


class SeveralLags:
    """A panel model with a spatial lag of the outcome for each of several weights matrices.

    Parameters
    ----------
    dependent : pandas.Series
        The outcome on a (unit, period) index, balanced.
    exog : pandas.DataFrame
        A constant is added where effects are "none".
    weights : mapping of str to object
        Two or more matrices by name; see :class:`regiometrics.spatial.SpatialPanel`. Up to 2000
        units: the determinant is computed densely.
    effects : {"twoway", "none", "unit", "time"}
        The effects; rows of every matrix must have one sum if there are time effects.
    durbin : bool, str or sequence of str, default False
        Regressors whose lags by every matrix enter.
    islands : bool, default True
        Whether units may lack neighbours in some of the matrices.

    Raises
    ------
    SpatialError, PanelError
        With the unit, period, variable or option at fault.

    Examples
    --------
    >>> from regiometrics.spatial import SeveralLags, rook_lattice, simulate_panel
    >>> data = simulate_panel(n=25, T=8, model="sar", effects="twoway", rho=0.4, seed=1)
    >>> far = rook_lattice(5, 5) @ rook_lattice(5, 5)
    >>> far.setdiag(0)
    >>> far = far.multiply(1 / far.sum(axis=1)[:, None]).tocsr()
    >>> result = SeveralLags(data.dependent, data.exog, {"near": data.weights, "far": far}).fit()
    >>> list(result.params.index)
    ['rho.near', 'rho.far', 'x1', 'x2']
    """

    def __init__(
        self,
        dependent: pd.Series,
        exog: pd.DataFrame,
        weights: Mapping[str, object],
        *,
        effects: str | None = None,
        durbin: bool | str | Sequence[str] = False,
        islands: bool = True,
        entity_effects: bool | None = None,
        time_effects: bool | None = None,
    ) -> None:
        effects = read_effects(effects, entity_effects, time_effects)
        choose("effects", effects, ("none", "unit", "time", "twoway"))
        choose("islands", islands, (True, False))
        if not is_mapping(weights) or len(weights) < 2:
            raise SpecificationError(
                f"The weights are a {type(weights).__name__}; expected a mapping of two names or "
                "more to matrices: for one use SpatialPanel."
            )
        self.effects = effects
        first = next(iter(weights.values()))
        read = build_design(dependent, exog, first, effects, None, False, None, islands)
        self.weights: dict[str, SpatialWeights] = {
            str(name): panel_weights(W, read.units, islands) for name, W in weights.items()
        }
        _refuse_equal(self.weights)
        n = len(read.units)
        if n > DENSE_LIMIT:
            raise UnsupportedPanelError(
                f"The panel has {n} units; expected at most {DENSE_LIMIT} for several weights in "
                "one likelihood: use Spatial2SLS."
            )
        if effects in ("time", "twoway"):
            for name, W in self.weights.items():
                if W.row_sum is None:
                    raise NonNormalisedWeightsError(
                        f"The rows of the weights '{name}' have different sums; expected one sum "
                        "with time effects: row-standardise, without islands, or take unit effects."
                    )
        own = Columns(read.Z, read.names)
        chosen = read_durbin(False if durbin is None else durbin)
        lagged = read.base if chosen is True else () if chosen is False else chosen
        for name in lagged:
            if name not in read.base:
                raise SpecificationError(
                    f"durbin names '{name}'; expected some of {', '.join(read.base)}."
                )
        self.lagged = tuple(lagged)
        self.columns = own + own.take(self.lagged).lag(self.weights) if lagged else own
        self.design = read

    def fit(self, cov_type: str = "classical") -> SeveralLagsResult:
        """Maximise the likelihood.

        Parameters
        ----------
        cov_type : {"classical"}
            Inverse expected information, for errors of equal variance. For other errors use
            Spatial2SLS with the same mapping.

        Returns
        -------
        SeveralLagsResult

        Raises
        ------
        SpatialError
            If regressors are collinear, or there is no maximum inside of the admissible set
            ``sum_m |rho_m| b_m < 1``, ``b_m`` the spectral bound of W_m.
        """
        if cov_type not in ("classical", "unadjusted"):
            raise SpecificationError(
                f"cov_type is {cov_type!r}; expected 'classical', or Spatial2SLS with the same "
                "mapping, whose errors may be robust or clustered."
            )
        design, names = self.design, self.columns.names
        T, n = design.y.shape
        unit, time = self.effects in ("unit", "twoway"), self.effects in ("time", "twoway")
        lags = [W.lag(design.y)[:, :, None] for W in self.weights.values()]
        data = np.concatenate([design.y[:, :, None], *lags, self.columns.values], axis=2)
        data = take_out(data, unit, time)
        m, k = len(lags), len(names)
        Z = data[:, :, 1 + m :]
        check_rank(self.columns.values, Z, names, self.effects)
        flat = data.reshape(T * n, -1)
        Q = np.linalg.qr(flat[:, 1 + m :])[0]
        heads = flat[:, : 1 + m] - Q @ (Q.T @ flat[:, : 1 + m])
        S = heads.T @ heads
        best = S[0, 0] - S[0, 1:] @ np.linalg.pinv(S[1:, 1:], hermitian=True) @ S[1:, 0]
        refuse_perfect(float(best), float((design.y**2).sum()), design.outcome)
        tau, N = T - unit, (T - unit) * (n - time)
        dense = [W.matrix.toarray() for W in self.weights.values()]
        bounds = np.array([W.spectral_bound for W in self.weights.values()])
        sums = np.array([W.row_sum or 0.0 for W in self.weights.values()])

        def loglik(rho: Array) -> float:
            if not np.abs(rho) @ bounds < 1:
                return -np.inf
            v = np.append(1.0, -rho)
            sse = float(v @ S @ v)
            system = np.eye(n) - sum(r * W for r, W in zip(rho, dense, strict=True))
            log = np.linalg.slogdet(system)[1] - (np.log1p(-rho @ sums) if time else 0.0)
            return -0.5 * N * (np.log(2 * np.pi * sse / N) + 1) + tau * log

        rho = _maximise(loglik, bounds)
        if np.abs(rho) @ bounds > 1 - _EDGE:
            raise BoundaryError(
                f"The likelihood is highest at {', '.join(f'{r:.4f}' for r in rho)} for "
                f"{', '.join(self.weights)}, at the end of the admissible set; expected a maximum "
                "inside: the model does not fit these data."
            )
        v = np.append(1.0, -rho)
        target = flat[:, : 1 + m] @ v
        delta = np.linalg.lstsq(flat[:, 1 + m :], target, rcond=None)[0]
        e = (target - flat[:, 1 + m :] @ delta).reshape(T, n)
        sigma2 = float((e**2).sum()) / N
        info = self._information(rho, delta, sigma2, dense, sums, Z, tau, N)
        labels = [*(f"rho.{name}" for name in self.weights), *names]
        cov = np.linalg.inv(info)[: m + k, : m + k]
        return SeveralLagsResult(
            params=pd.Series([*rho, *delta], index=labels, name="estimate"),
            cov=pd.DataFrame((cov + cov.T) / 2, index=labels, columns=labels),
            sigma2=sigma2,
            loglik=loglik(rho),
            nobs=T * n,
            n_units=n,
            n_periods=T,
            df_effective=N,
            effects=self.effects,
            cov_type="classical",
            resids=pd.Series(e.T.ravel(), index=design.index, name="residual"),
            _model=self,
        )

    def _information(
        self,
        rho: Array,
        delta: Array,
        sigma2: float,
        dense: list[Array],
        sums: Array,
        Z: Array,
        tau: int,
        N: int,
    ) -> Array:
        """Expected information of (rho, delta, sigma²)."""
        T, n, k = Z.shape
        m = len(rho)
        time = self.effects in ("time", "twoway")
        S = np.eye(n) - sum(r * W for r, W in zip(rho, dense, strict=True))
        G = [np.linalg.solve(S.T, W.T).T for W in dense]
        mean = Z @ delta
        through = np.stack([take_out(mean @ X.T, False, time) for X in G], axis=2)
        linear = np.concatenate([through, Z], axis=2).reshape(T * n, m + k)
        out = np.zeros((m + k + 1, m + k + 1))
        out[:-1, :-1] = linear.T @ linear / sigma2
        row = sums / (1 - rho @ sums) if time else np.zeros(m)
        for a in range(m):
            for b in range(m):
                trace = np.vdot(G[a].T, G[b]) + np.vdot(G[a], G[b])
                if time:
                    trace -= row[a] * row[b] + G[a].sum(axis=0) @ G[b].sum(axis=0) / n
                out[a, b] += tau * trace
            own = tau * (np.trace(G[a]) - row[a]) / sigma2
            out[a, -1] = out[-1, a] = own
        out[-1, -1] = N / (2 * sigma2**2)
        return out


def _maximise(loglik, bounds: Array) -> Array:
    """Search from a few points, then polish by a simplex until nothing moves."""
    m = len(bounds)
    starts = [
        point / bounds
        for point in map(np.array, product(_STARTS, repeat=m))
        if np.abs(point).sum() < 0.95
    ]
    options = {"xatol": 1e-10, "fatol": 1e-11, "maxiter": 4000, "maxfev": 4000}

    def climb(start: Array) -> Array:
        return optimize.minimize(
            lambda r: -loglik(r), start, method="Nelder-Mead", options=options
        ).x

    # A simplex can collapse at the end of the set: the best of two searches, and from there again.
    first = max(sorted(starts, key=loglik)[-2:], key=lambda start: loglik(climb(start)))
    found = climb(climb(first))
    again = climb(found)
    if np.abs(again - found).max() > 1e-6:
        raise ConvergenceError(
            f"The likelihood of {m} spatial lags was not maximised: searches ended at "
            f"{found.round(6).tolist()} and {again.round(6).tolist()}; expected one point: weights "
            "that are too similar cannot be distinguished."
        )
    return again


@dataclass(frozen=True, eq=False)
class SeveralLagsResult(SpatialOutput, Inference):
    """A fitted model with several spatial lags.

    Attributes
    ----------
    params : pandas.Series
        "rho.<name>" for each matrix, then coefficients; spatial lags are "<name>.<regressor>".
    cov : pandas.DataFrame
        The covariance of the estimates.
    sigma2, loglik : float
        The variance of the errors and the maximum of the log-likelihood.
    nobs, n_units, n_periods, df_effective : int
        The size of the panel, and the observations minus those that effects use up.
    effects, cov_type : str
        The names of effects and covariance.
    resids : pandas.Series
        The residuals on (unit, period).

    Examples
    --------
    >>> from regiometrics.spatial import SeveralLags, simulate_panel
    >>> data = simulate_panel(n=25, T=8, model="sdm", rho=0.4, seed=1)
    >>> far = np.roll(np.eye(25), 7, axis=1)
    >>> fit = SeveralLags(data.dependent, data.exog, {"near": data.weights, "far": far}).fit()
    >>> fit.impacts().loc["x1"].index.tolist(), fit.tidy().shape
    (['direct', 'indirect', 'total'], (4, 7))
    """

    params: pd.Series
    cov: pd.DataFrame
    sigma2: float
    loglik: float
    nobs: int
    n_units: int
    n_periods: int
    df_effective: int
    effects: str
    cov_type: str
    resids: pd.Series = field(repr=False)
    _model: SeveralLags = field(repr=False)

    @property
    def rho(self) -> pd.Series:
        """Slopes in the neighbours' outcomes, one per matrix."""
        return self.params.iloc[: len(self._model.weights)]

    @property
    def aic(self) -> float:
        """Akaike's criterion; effects are not counted."""
        return 2 * (len(self.params) + 1) - 2 * self.loglik

    @property
    def bic(self) -> float:
        """Schwarz's criterion with `df_effective` observations."""
        return float(np.log(self.df_effective)) * (len(self.params) + 1) - 2 * self.loglik

    @property
    def fitted(self) -> pd.Series:
        """Outcome minus residuals, effects included."""
        y = self._model.design.y.T.ravel()
        return pd.Series(y - self.resids.to_numpy(), index=self.resids.index, name="fitted")

    @property
    def rsquared(self) -> float:
        """One minus the residuals' share of the outcome's variance, effects included."""
        y = self._model.design.y
        return float(1 - (self.resids**2).sum() / ((y - y.mean()) ** 2).sum())

    def impacts(self, level: float = 0.95) -> pd.DataFrame:
        """Average direct, indirect and total impacts with errors by the delta method.

        Parameters
        ----------
        level : float, default 0.95
            The confidence level, strictly between zero and one.

        Returns
        -------
        pandas.DataFrame
            Indexed (variable, effect); columns as those of
            :meth:`regiometrics.spatial.SpatialPanelResult.impacts`.

        Notes
        -----
        Averages of the entries of S^(-1) (beta I + sum_m theta_m W_m), S = I - sum_m rho_m W_m.
        """
        check_level(level, SpecificationError)
        model = self._model
        if not model.design.base:
            raise SpecificationError("The model has no regressor; expected one to have impacts.")
        values = self.params.to_numpy()
        m = len(model.weights)
        base = self._impacts_at(values)
        jacobian = np.empty((base.size, len(values)))
        for j in range(len(values)):
            h = 1e-5 if j < m else 1e-4 * max(1.0, abs(values[j]))
            step = np.zeros(len(values))
            step[j] = h
            ends = [self._impacts_at(values + sign * step) for sign in (1, -1)]
            jacobian[:, j] = (ends[0] - ends[1]).ravel() / (2 * h)
        errors = np.sqrt(np.einsum("ij,jk,ik->i", jacobian, self.cov.to_numpy(), jacobian))
        table = pd.DataFrame(
            {"estimate": base.ravel(), "std_error": errors},
            index=pd.MultiIndex.from_product(
                [model.design.base, ("direct", "indirect", "total")], names=["variable", "effect"]
            ),
        )
        table["statistic"] = table["estimate"] / table["std_error"]
        table["p_value"] = 2 * self._distribution.sf(table["statistic"].abs())
        half_width = ndtri(0.5 + level / 2) * table["std_error"]
        table["conf_low"] = table["estimate"] - half_width
        table["conf_high"] = table["estimate"] + half_width
        return table

    def _impacts_at(self, values: Array) -> Array:
        model = self._model
        place = {name: j for j, name in enumerate(self.params.index)}
        dense = {name: W.matrix.toarray() for name, W in model.weights.items()}
        n = self.n_units
        system = np.eye(n) - sum(values[place[f"rho.{name}"]] * W for name, W in dense.items())
        V = np.linalg.inv(system)
        own, total = np.trace(V) / n, V.sum() / n
        lags = {name: (np.vdot(V.T, W) / n, V.sum(axis=0) @ W.sum(axis=1) / n)
                for name, W in dense.items()}  # fmt: skip
        out = []
        for name in model.design.base:
            direct, whole = values[place[name]] * own, values[place[name]] * total
            if name in model.lagged:
                for matrix, (diagonal, everything) in lags.items():
                    theta = values[place[f"{matrix}.{name}"]]
                    direct, whole = direct + theta * diagonal, whole + theta * everything
            out.append([direct, whole - direct, whole])
        return np.array(out)

    def glance(self) -> pd.DataFrame:
        """Describe the whole model in one row."""
        row = {
            "estimator": "maximum likelihood, several spatial lags",
            "effects": self.effects,
            "cov_type": self.cov_type,
            "n_obs": self.nobs,
            "n_units": self.n_units,
            "n_periods": self.n_periods,
            "sigma2": self.sigma2,
            "rsquared": self.rsquared,
            "loglik": self.loglik,
            "aic": self.aic,
            "bic": self.bic,
        }
        return pd.DataFrame([row])

    def _effects_name(self) -> str:
        return self.effects

    def _outcome_name(self) -> str:
        return self._model.design.outcome

    def _cov_name(self) -> str:
        return "classical (expected information)"

    def _heading(self) -> dict[str, str]:
        heading = {
            "Model": "several spatial lags, maximum likelihood",
            "Effects": self.effects,
            "Covariance": self._cov_name(),
            "Outcome": self._outcome_name(),
            "Units × periods": f"{self.n_units} × {self.n_periods}",
            "Log-likelihood": f"{self.loglik:.4f}",
            "AIC, BIC": f"{self.aic:.2f}, {self.bic:.2f}",
            "sigma²": f"{self.sigma2:.6g}",
            "R²": f"{self.rsquared:.4f}",
        }
        for name, W in self._model.weights.items():
            heading[f"Weights {name}"] = W.standardisation
        return heading


def _refuse_equal(weights: Mapping[str, SpatialWeights]) -> None:
    """Refuse matrices that are multiples of each other: their coefficients have only a sum."""
    names = list(weights)
    for place, one in enumerate(names):
        for other in names[:place]:
            A, B = weights[one].matrix, weights[other].matrix
            scale = A.sum() / B.sum() if B.sum() else 0.0
            if abs(A - scale * B).max() <= 1e-12 * abs(A).max():
                raise SpecificationError(
                    f"The weights '{one}' and '{other}' are multiples of each other; expected "
                    "matrices that differ: leave one out."
                )
