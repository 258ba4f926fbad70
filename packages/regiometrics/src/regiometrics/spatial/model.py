"""The spatial panel model: specification and fit by (quasi) maximum likelihood."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from regiometrics.spatial.bias import dynamic_bias, static_bias
from regiometrics.spatial.crossproducts import CrossProducts
from regiometrics.spatial.errors import NonNormalisedWeightsError, SpecificationError
from regiometrics.spatial.information import Information, Structure, information
from regiometrics.spatial.likelihood import (
    ConcentratedLikelihood,
    Determinant,
    Maximum,
    local_error,
)
from regiometrics.spatial.logdet import LogDet, log_determinant
from regiometrics.spatial.logdet.choose import METHODS
from regiometrics.spatial.panel_data import (
    TERMS,
    Design,
    build_design,
    check_frames,
    check_products,
    check_rank,
    read_durbin,
    take_out,
)
from regiometrics.spatial.random_effects import fit_random
from regiometrics.spatial.results import ROBUST_RANDOM, SpatialPanelResult, Specification
from regiometrics.spatial.unbalanced import fit_unbalanced, split_missing
from regiometrics.spatial.weights import SpatialWeights
from regiometrics.spatial.weights_checks import as_weights

EFFECTS = ("none", "unit", "time", "twoway", "random")
DYNAMICS = (None, "time", "space-time")
CORRECTIONS = (None, "lee-yu", "lee-yu-transform", "lee-yu-direct")
COVARIANCES = ("classical", "robust")


class SpatialPanel:
    """A linear panel model with spatial lags of outcome, regressors or errors.

    y_t = rho W y_t + gamma y_{t-1} + eta W y_{t-1} + X_t beta + W X_t theta + mu + alpha_t 1 + u_t,
    u_t = lambda M u_t + e_t, with the terms that `model`, `effects` and `dynamic` name.

    Parameters
    ----------
    dependent : pandas.Series
        On a MultiIndex (unit, period), balanced; model "slx" may lack outcomes.
    exog : pandas.DataFrame
        Regressors on the same index. With effects "none" and "random" a constant called "const"
        is added unless one is there.
    weights : scipy sparse matrix, numpy array, DataFrame, libpysal Graph or W
        W, n × n; need not be row-standardised. Without labels it stands in the order in which
        units first appear in `dependent`.
    model : {"sdm", "slx", "sar", "sem", "sdem", "sac", "gns"}
    effects : {"twoway", "none", "unit", "time", "random"}
        "random": unit effects drawn from a normal distribution, independent of the regressors.
    durbin : bool, str or sequence of str, optional
        Regressors that enter spatially lagged in "slx", "sdm", "sdem", "gns": True and None mean
        all, False none.
    dynamic : {None, "time", "space-time"}
        Adds y_{t-1}, or y_{t-1} and W y_{t-1}; the first period becomes the initial condition.
    error_weights : optional
        M where it differs from W; same forms as `weights`.
    random_errors : {"baltagi", "kkp"}
        With random effects and a spatial error: whether u alone follows the spatial process
        (Anselin, Le Gallo and Jayet 2008), or mu too (Kapoor, Kelejian and Prucha 2007).

    Raises
    ------
    SpatialError, PanelError
        A class for each fault, with a sentence that names unit, period, variable and value.

    Examples
    --------
    >>> import numpy as np
    >>> from regiometrics.spatial import SpatialPanel, simulate_panel
    >>> data = simulate_panel(n=49, T=10, model="sdm", effects="twoway", rho=0.4, seed=1)
    >>> result = SpatialPanel(data.dependent, data.exog, data.weights).fit()
    >>> bool(abs(result.rho - 0.4) < 0.15)
    True
    """

    def __init__(
        self,
        dependent: pd.Series,
        exog: pd.DataFrame,
        weights: object,
        *,
        model: str = "sdm",
        effects: str = "twoway",
        durbin: bool | str | Sequence[str] | None = None,
        dynamic: str | None = None,
        error_weights: object | None = None,
        random_errors: str = "baltagi",
    ) -> None:
        _choose("model", model, tuple(TERMS))
        _choose("effects", effects, EFFECTS)
        _choose("dynamic", dynamic, DYNAMICS)
        _choose("random_errors", random_errors, ("baltagi", "kkp"))
        self.model, self.effects, self.dynamic = model, effects, dynamic
        self.random_errors = random_errors
        self.has_lag, has_durbin, self.has_error = TERMS[model]
        if effects == "random" and dynamic is not None:
            raise SpecificationError(
                "A dynamic model with random effects was asked for; expected unit or two-way "
                "effects: the initial observation depends on the random effect."
            )
        if durbin is not None and not has_durbin and read_durbin(durbin):
            raise SpecificationError(
                f"durbin is given with model '{model}', which lags no regressor; expected 'slx', "
                "'sdm', 'sdem' or 'gns'."
            )
        self.observed: np.ndarray | None = None
        dependent, exog = check_frames(dependent, exog)
        if model == "slx" and dynamic is None and effects != "random" and exog.shape[1]:
            dependent, self.observed = split_missing(dependent, exog, weights)
        self.design: Design = build_design(
            dependent, exog, weights, effects, durbin, has_durbin, dynamic
        )
        self.error_weights: SpatialWeights | None = None
        if self.has_error:
            self.error_weights = (
                self.design.weights
                if error_weights is None
                else as_weights(error_weights, self.design.units)
            )
        elif error_weights is not None:
            raise SpecificationError(
                f"error_weights are given with model '{model}', which has no spatial error; "
                "expected 'sem', 'sdem', 'sac' or 'gns'."
            )

    def fit(
        self,
        bias_correction: str | None = "lee-yu",
        cov_type: str = "classical",
        logdet: str = "auto",
        seed: int = 0,
    ) -> SpatialPanelResult:
        """Estimate by (quasi) maximum likelihood.

        Parameters
        ----------
        bias_correction : {"lee-yu", "lee-yu-transform", "lee-yu-direct", None}
            None: the direct estimator, effects as parameters. "lee-yu-transform": the likelihood
            of the data transformed so that effects are gone (needs rows of equal sum where there
            are time effects). "lee-yu-direct": the direct estimator less its analytic bias.
            "lee-yu": the transformation, or the direct correction where rows do not sum to one
            number; in a dynamic model with unit effects, less the bias of order 1/T as well.
        cov_type : {"classical", "robust"}
            Inverse information, or the sandwich that holds whatever the errors' distribution.
        logdet : {"auto", "dense", "banded", "sparse", "chebyshev"}
            See :func:`regiometrics.spatial.logdet.log_determinant`.
        seed : int
            Of the random signs that estimate traces where they are not exact.

        Returns
        -------
        SpatialPanelResult

        Raises
        ------
        SpatialError
            If options do not go together, regressors are collinear or the maximum is not found.
        """
        _choose("bias_correction", bias_correction, CORRECTIONS)
        _choose("cov_type", cov_type, COVARIANCES)
        _choose("logdet", logdet, METHODS)
        correction = self._correction(bias_correction)
        if self.observed is not None:
            return fit_unbalanced(
                self._specification(correction, cov_type), self.design, self.observed
            )
        lag = log_determinant(self.design.weights, logdet) if self.has_lag else None
        error = log_determinant(self.error_weights, logdet) if self.has_error else None
        if self.effects == "random":
            if cov_type == "robust":
                raise SpecificationError(ROBUST_RANDOM)
            check_rank(self.design.Z, self.design.Z, self.design.names, "no")
            return fit_random(
                self._specification(correction, cov_type),
                self.design,
                lag,
                error,
                self.random_errors,
                seed,
            )
        return self._fit_fixed(correction, cov_type, lag, error, logdet, seed)

    def _fit_fixed(
        self,
        correction: str | None,
        cov_type: str,
        lag: LogDet | None,
        error: LogDet | None,
        logdet: str,
        seed: int,
    ) -> SpatialPanelResult:
        design = self.design
        unit, time = self.effects in ("unit", "twoway"), self.effects in ("time", "twoway")
        transform = correction == "lee-yu-transform"
        # Where rows of W sum to one number the lag of a period mean is a period mean: it can go
        # at once. A spatial error would bring it back.
        gone = time and error is None and (lag is None or lag.weights.row_sum is not None)
        # Yu, de Jong and Lee correct the direct estimator for the unit effects.
        structure = dict(
            unit_effects=unit,
            time_effects=time,
            demeaned=gone,
            unit_transform=transform and unit and self.dynamic is None,
            time_transform=transform and time,
            seed=seed,
        )
        T, n = design.y.shape
        k = len(design.names)
        data = np.concatenate(
            [design.y[:, :, None], *([design.Wy[:, :, None]] if self.has_lag else []), design.Z],
            axis=2,
        )
        data = take_out(data, unit, gone)
        Z = data[:, :, data.shape[2] - k :]
        products = CrossProducts(data, time and not gone, self.error_weights)
        check_products(design.Z, products.matrix()[-k:, -k:], design.names, self.effects)
        tau = T - structure["unit_transform"]
        N = tau * (n - structure["time_transform"])
        parts = [
            d and Determinant(d, tau, d.weights.row_sum if structure["time_transform"] else None)
            for d in (lag, error)
        ]
        likelihood = ConcentratedLikelihood(products, N, *parts)
        best = likelihood.maximise()

        def pieces(best: Maximum) -> tuple[Structure, np.ndarray, Information]:
            at = Structure(lag, error, best.rho, best.lambda_, **structure)
            head = data[:, :, 0] - Z @ best.delta
            if self.has_lag:
                head = head - best.rho * data[:, :, 1]
            e = at.transform(head)
            return at, e, information(Z, best.delta, best.sigma2, e, at)

        at, residuals, info = pieces(best)
        loglik = best.loglik
        if correction is not None and (correction == "lee-yu-direct" or self._is_dynamic_fe()):
            best = self._subtract_bias(best, info, at, parts, logdet, n, T)
            at, residuals, info = pieces(best)
            likelihood = None
        return SpatialPanelResult.assemble(
            specification=self._specification(correction, cov_type),
            design=design,
            maximum=best,
            loglik=loglik,
            information=info,
            residuals=residuals,
            structure=at,
            effective=N,
            likelihood=likelihood,
            logdet_error=local_error(
                [p for p in parts if p is not None],
                [r for r, p in zip((best.rho, best.lambda_), parts, strict=True) if p is not None],
            ),
        )

    def _subtract_bias(
        self,
        best: Maximum,
        info: Information,
        at: Structure,
        parts: list[Determinant | None],
        logdet: str,
        n: int,
        T: int,
    ) -> Maximum:
        k = len(best.delta)
        theta = np.concatenate(
            [
                best.delta,
                [best.rho] if self.has_lag else [],
                [best.lambda_] if self.has_error else [],
                [best.sigma2],
            ]
        )
        positions = {"sigma2": len(theta) - 1}
        if self.has_lag:
            positions["rho"] = k
        if self.has_error:
            positions["lambda"] = k + self.has_lag
        if self._is_dynamic_fe():
            names = ("time",) if self.dynamic == "time" else ("time", "space_time")
            positions.update({name: j for j, name in enumerate(names)})
            estimates = {
                key: theta[positions[key]] if key in positions else 0.0
                for key in ("rho", "lambda", "sigma2", "time", "space_time")
            }
            W = self.design.weights
            removed = W.row_sum if at.time_transform else None
            lag = parts[0] or Determinant(log_determinant(W, logdet), T, removed)
            theta = theta - dynamic_bias(
                info.matrix, lag, parts[1], estimates, positions, n - at.time_transform, T
            )
        else:
            if at.time_effects:
                rows = _row_effects(at, n)
                theta = theta - static_bias(info.matrix, k, rows, best.sigma2, n, T)
            if at.unit_effects:
                theta[-1] *= T / (T - 1)
        return Maximum(
            float(theta[k]) if self.has_lag else 0.0,
            float(theta[positions["lambda"]]) if self.has_error else 0.0,
            theta[:k],
            best.sse,
            float(theta[-1]),
            best.loglik,
        )

    def _is_dynamic_fe(self) -> bool:
        return self.dynamic is not None and self.effects in ("unit", "twoway")

    def _correction(self, asked: str | None) -> str | None:
        """Which correction applies, given effects and weights."""
        if asked is None or self.effects in ("none", "random"):
            return None
        time = self.effects in ("time", "twoway")
        matrices = [self.design.weights] if self.has_lag or self.dynamic else []
        matrices += [self.error_weights] if self.has_error else []
        normalised = all(W.row_sum is not None for W in matrices)
        if asked == "lee-yu-transform" and time and not normalised:
            raise NonNormalisedWeightsError(
                "bias_correction is 'lee-yu-transform' with time effects and weights whose rows "
                "sum to different numbers; expected equal row sums: row-standardise the weights "
                "or use 'lee-yu-direct'."
            )
        if self._is_dynamic_fe():
            if time and not normalised:
                raise NonNormalisedWeightsError(
                    "A bias correction is asked for in a dynamic model with two-way effects and "
                    "weights whose rows sum to different numbers; expected equal row sums: "
                    "row-standardise the weights, or use bias_correction=None."
                )
            return "lee-yu-transform"
        if asked == "lee-yu":
            return "lee-yu-transform" if normalised or not time else "lee-yu-direct"
        return asked

    def _specification(self, correction: str | None, cov_type: str) -> Specification:
        kind = self.random_errors if self.effects == "random" and self.has_error else None
        return Specification(self.model, self.effects, self.dynamic, correction, cov_type, kind)


def _row_effects(at: Structure, n: int) -> list[float]:
    """1'X1/n for the operators X of rho and lambda."""
    lag, error = at.solvers
    ones = np.ones(n)
    out = []
    if at.lag is not None:
        x = ones if error is None else error.solve(ones)
        out.append(float(at.filter((at.lag.weights.matrix @ lag.solve(x))[None])[0].mean()))
    if at.error is not None:
        out.append(float((at.error.weights.matrix @ error.solve(ones)).mean()))
    return out


def _choose(name: str, value: object, allowed: tuple) -> None:
    if value not in allowed:
        listed = ", ".join(repr(a) for a in allowed)
        raise SpecificationError(f"{name} is {value!r}; expected one of {listed}.")
