"""Fit with effects taken out of the data, or without effects."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from regiometrics.spatial.along_time import within_of
from regiometrics.spatial.bias import dynamic_bias, static_bias
from regiometrics.spatial.covariances import CovarianceOptions
from regiometrics.spatial.crossproducts import CrossProducts
from regiometrics.spatial.errors import NonNormalisedWeightsError
from regiometrics.spatial.heteroskedastic import check_independent_units, fit_modified
from regiometrics.spatial.information import Information, Structure, information
from regiometrics.spatial.likelihood import (
    ConcentratedLikelihood,
    Determinant,
    Maximum,
    local_error,
)
from regiometrics.spatial.logdet import LogDet, log_determinant
from regiometrics.spatial.observed import observed_information
from regiometrics.spatial.panel_data import Design, side_by_side, sum_of_squares, take_out
from regiometrics.spatial.rank import Basis, check_fit, check_rank, loses_digits
from regiometrics.spatial.results import SpatialPanelResult, Specification

Array = np.ndarray


class FixedEffectsFit:
    """One fit: data, likelihood, correction, covariance.

    Parameters
    ----------
    specification : Specification
        The model that was asked for.
    design : Design
        The outcome, regressors and weights.
    lag, error : LogDet or None
        The log-determinants of lag and error; None where the model has none.
    options : CovarianceOptions
        The covariance that was asked for.
    logdet : str
        Method, for a model without a lag whose bias needs W's determinant.
    seed : int
        The seed of the random draws.
    """

    def __init__(
        self,
        specification: Specification,
        design: Design,
        lag: LogDet | None,
        error: LogDet | None,
        options: CovarianceOptions,
        logdet: str,
        seed: int,
    ) -> None:
        self.specification, self.design, self.options = specification, design, options
        self.lag, self.error, self.logdet = lag, error, logdet
        effects, correction = within_of(specification.effects), specification.bias_correction
        self.unit, self.time = effects in ("unit", "twoway"), effects in ("time", "twoway")
        self.dynamic_bias = specification.dynamic is not None and self.unit
        transform = correction == "lee-yu-transform"
        # Where rows of W sum to one number the lag of a period mean is a period mean: it can go
        # at once. A spatial error would bring it back.
        gone = self.time and error is None and (lag is None or lag.weights.row_sum is not None)
        # Yu, de Jong and Lee correct the direct estimator for the unit effects.
        self.structure = Structure(
            lag,
            error,
            0.0,
            0.0,
            unit_effects=self.unit,
            time_effects=self.time,
            unit_transform=transform and self.unit and specification.dynamic is None,
            time_transform=transform and self.time,
            seed=seed,
            demeaned=gone,
        )
        T, n = design.y.shape
        self.tau = T - self.structure.unit_transform
        self.observations = self.tau * (n - self.structure.time_transform)
        self.parts = [
            None
            if d is None
            else Determinant(
                d, self.tau, d.weights.row_sum if self.structure.time_transform else None
            )
            for d in (lag, error)
        ]

    def run(self) -> SpatialPanelResult:
        """Estimate and lay out the result."""
        design, k = self.design, len(self.design.names)
        parts = [design.y, *([design.Wy] if self.lag else []), design.Z]
        data = side_by_side(parts, self.unit, self.structure.demeaned)
        products = self._products(data)
        C = products.matrix()
        Z = data[:, :, data.shape[2] - k :]
        inner = Z if self.structure.demeaned or not self.time else take_out(Z, False, True)
        accurate = check_rank(
            design.Z, inner, design.names, self.specification.effects, C[-k:, -k:] if k else None
        )
        basis = None
        if not accurate or loses_digits(C, k):
            basis, data = Basis.of(data, k)
            products = self._products(data)
        squares = sum_of_squares(design.y)
        cleared = None if basis is None else data
        interval = self.parts[0].interval if self.parts[0] is not None else (0.0, 0.0)
        check_fit(products.matrix(), k, squares, design.outcome, cleared, interval)
        likelihood = ConcentratedLikelihood(products, self.observations, *self.parts)
        best = likelihood.maximise()
        loglik, kept = best.loglik, likelihood
        cov = None
        if self._robust:
            fit = self._modified(data, likelihood, best)
            best, cov, kept = fit.maximum, fit.cov, None
            loglik = best.loglik
        at, residuals, info = self._pieces(data, best, basis)
        if self.options.information == "observed":
            matrix = observed_information(likelihood, best)
            J = None if basis is None else basis.jacobian(len(matrix))
            info = replace(info, matrix=matrix, score_variance=matrix, kind="observed", jacobian=J)
        correction = self.specification.bias_correction
        if (
            cov is None
            and correction is not None
            and (correction == "lee-yu-direct" or self.dynamic_bias)
        ):
            best = self._subtract_bias(best, info, at, basis)
            at, residuals, info = self._pieces(data, best, basis)
            kept = None
        if basis is not None:
            best = replace(best, delta=basis.coefficients(best.delta, best.rho))
            if cov is not None:
                J = basis.jacobian(len(cov))
                cov = J @ cov @ J.T
        present = [
            (p, r)
            for p, r in zip(self.parts, (best.rho, best.lambda_), strict=True)
            if p is not None
        ]
        return SpatialPanelResult.assemble(
            specification=self.specification,
            design=design,
            maximum=best,
            loglik=loglik,
            information=info,
            residuals=residuals,
            structure=at,
            effective=self.observations,
            likelihood=kept,
            basis=basis,
            options=self.options,
            cov=cov,
            logdet_error=local_error([p for p, _ in present], [r for _, r in present]),
        )

    def _products(self, data: Array) -> CrossProducts:
        M = None if self.error is None else self.error.weights
        return CrossProducts(data, self.time and not self.structure.demeaned, M)

    @property
    def _robust(self) -> bool:
        return self.options.of_scores and any(part is not None for part in self.parts)

    def _modified(self, data: Array, likelihood: ConcentratedLikelihood, best: Maximum):
        design = self.design
        dependence = self.options.dependence(design.y.shape, design.units, design.periods)
        check_independent_units(dependence)
        if self.error is not None and self.time and self.error.weights.row_sum is None:
            raise NonNormalisedWeightsError(
                "Robust errors were asked of a model with time effects and spatial errors whose "
                "weights' rows sum to different numbers; expected equal row sums: row-standardise "
                "the weights."
            )
        return fit_modified(
            data,
            likelihood,
            best,
            self.structure,
            dependence,
            within_of(self.specification.effects),
            self.options.debiased,
        )

    def _pieces(
        self, data: Array, best: Maximum, basis: Basis | None
    ) -> tuple[Structure, Array, Information]:
        k = len(best.delta)
        Z = data[:, :, data.shape[2] - k :]
        at = replace(self.structure, rho=best.rho, lambda_=best.lambda_)
        head = data[:, :, 0] - np.einsum("tik,k->ti", Z, best.delta)
        if self.lag is not None:
            head = head - best.rho * data[:, :, 1]
        e = at.transform(head)
        if basis is None:
            return at, e, information(Z, best.delta, best.sigma2, e, at)
        # The lag's own mean is not Z delta on the basis: y's part on Z was taken out.
        mean = data[:, :, 0] - head if self.lag is None else _mean(data, best, k, basis)
        info = information(Z, best.delta, best.sigma2, e, at, mean=mean)
        J = basis.jacobian(len(info.matrix), cleared=False)
        return at, e, replace(info, jacobian=J)

    def _subtract_bias(
        self, best: Maximum, info: Information, at: Structure, basis: Basis | None
    ) -> Maximum:
        T, n = self.design.y.shape
        k = len(best.delta)
        has_lag, has_error = self.lag is not None, self.error is not None
        # Biases are of the parameters themselves: the information knows its basis.
        delta = best.delta if basis is None else basis.coefficients(best.delta, best.rho)
        theta = np.concatenate(
            [delta, [best.rho] * has_lag, [best.lambda_] * has_error, [best.sigma2]]
        )
        positions = {"sigma2": len(theta) - 1}
        if has_lag:
            positions["rho"] = k
        if has_error:
            positions["lambda"] = k + has_lag
        if self.dynamic_bias:
            dynamic = self.specification.dynamic
            names = ("time",) if dynamic == "time" else ("time", "space_time")
            positions.update({name: j for j, name in enumerate(names)})
            estimates = {
                key: theta[positions[key]] if key in positions else 0.0
                for key in ("rho", "lambda", "sigma2", "time", "space_time")
            }
            W = self.design.weights
            removed = W.row_sum if at.time_transform else None
            lag = self.parts[0] or Determinant(log_determinant(W, self.logdet), T, removed)
            theta = theta - dynamic_bias(
                info, lag, self.parts[1], estimates, positions, n - at.time_transform, T
            )
        else:
            if at.time_effects:
                rows = _row_effects(at, n)
                theta = theta - static_bias(info, k, rows, best.sigma2, n, T)
            if at.unit_effects:
                theta[-1] *= T / (T - 1)
        rho = float(theta[k]) if has_lag else 0.0
        delta = theta[:k] if basis is None else basis.inverse(theta[:k], rho)
        return Maximum(
            rho,
            float(theta[positions["lambda"]]) if has_error else 0.0,
            delta,
            best.sse,
            float(theta[-1]),
            best.loglik,
        )


def _mean(data: Array, best: Maximum, k: int, basis: Basis) -> Array:
    """Z delta with delta and Z as given, from the orthonormal columns."""
    on_basis = basis.R @ basis.coefficients(best.delta, best.rho)
    return data[:, :, data.shape[2] - k :] @ on_basis


def _row_effects(at: Structure, n: int) -> list[float]:
    """1'X1/n for the operators X of rho and lambda."""
    lag, error = at.solvers
    ones = np.ones(n)
    out = []
    if at.lag is not None and lag is not None:
        x = ones if error is None else error.solve(ones)
        out.append(float(at.filter((at.lag.weights.matrix @ lag.solve(x))[None])[0].mean()))
    if at.error is not None and error is not None:
        out.append(float((at.error.weights.matrix @ error.solve(ones)).mean()))
    return out
