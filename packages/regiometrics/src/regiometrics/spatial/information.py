"""Information matrix and the variance of the score, for the covariance of the estimates.

Each score is linear-quadratic in the errors, (b'e + e'Qe) / sigma² less its mean. Its variance
under independent errors of any distribution is (Lee 2004, eq. 3.4; Kelejian and Prucha 2001)

    [sigma² b'b + sigma⁴ tr(QQ' + QQ) + kappa sum q_ii² + 2 mu_3 sum b_i q_ii] / sigma⁴

with kappa = mu_4 - 3 sigma⁴. The first two terms are the information matrix; the others, which
vanish under normality, make the sandwich.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from regiometrics.panel.within import period_means
from regiometrics.spatial.logdet import BandedLogDet, LogDet
from regiometrics.spatial.solvers import Solver, solver
from regiometrics.spatial.traces import (
    FORMED,
    Operator,
    OperatorTraces,
    banded_traces,
    filtered,
    lag_operator,
    operator_traces,
)
from regiometrics.spatial.weights import SpatialWeights


@dataclass(frozen=True, eq=False)
class Structure:
    """What the likelihood is made of, at given rho and lambda.

    Attributes
    ----------
    lag, error : LogDet or None
        The log-determinants of lag and error; None where the model has none.
    rho, lambda_ : float
        The spatial parameters of lag and error.
    unit_effects, time_effects : bool
        Whether they are taken out of the data.
    unit_transform, time_transform : bool
        Whether their degrees of freedom are taken out of the likelihood.
    demeaned : bool
        Whether period means are out of the data before R, which is I then.
    """

    lag: LogDet | None
    error: LogDet | None
    rho: float
    lambda_: float
    unit_effects: bool
    time_effects: bool
    unit_transform: bool
    time_transform: bool
    seed: int = 0
    demeaned: bool = False

    def __getstate__(self) -> dict:
        """Leave the solvers behind: factors cannot be pickled and are made again when asked for."""
        return {name: value for name, value in self.__dict__.items() if name != "solvers"}

    @property
    def error_weights(self) -> SpatialWeights | None:
        """M, or None where the errors are not spatially correlated."""
        return None if self.error is None else self.error.weights

    def filter(self, values: np.ndarray) -> np.ndarray:
        """R values, with R = I - lambda M."""
        if self.error is None:
            return values
        return values - self.lambda_ * self.error.weights.lag(values)

    def project(self, values: np.ndarray) -> np.ndarray:
        """Take R 1 out of each period where there are time effects."""
        if not self.time_effects:
            return values
        n = values.shape[1]
        if self.error is None or self.error.weights.row_sum is not None:
            return values - period_means(values)
        direction = np.ones(n) - self.lambda_ * self.error.weights.row_sums
        direction /= np.linalg.norm(direction)
        coefficients = np.tensordot(direction, values, axes=(0, 1))
        if values.ndim == 2:
            return values - coefficients[:, None] * direction
        return values - coefficients[:, None, :] * direction[None, :, None]

    def transform(self, values: np.ndarray) -> np.ndarray:
        """R values less what R 1 spans of them in each period."""
        return values if self.demeaned else self.project(self.filter(values))

    @cached_property
    def solvers(self) -> tuple[Solver | None, Solver | None]:
        """Solvers with I - rho W and I - lambda M."""
        lag = None if self.lag is None else solver(self.lag, self.rho)
        error = None if self.error is None else solver(self.error, self.lambda_)
        return lag, error


@dataclass(frozen=True)
class Information:
    """Information of (delta, rho, lambda, sigma²) and the score's variance.

    Attributes
    ----------
    matrix, score_variance : numpy.ndarray, shape (p, p)
        The matrices for the sample, not an observation.
    kurtosis, skewness : float
        kappa = mu_4 - 3 sigma⁴ and mu_3 of the errors.
    error : float
        Relative error of the traces, zero where they are exact.
    jacobian : numpy.ndarray, shape (p, p), or None
        Derivative of the parameters in those of the matrix, where regressors were brought to an
        orthonormal basis (:class:`regiometrics.spatial.rank.Basis`); None where they are the same.
    kind : {"expected", "observed"}
        Which information it is.
    """

    matrix: np.ndarray
    score_variance: np.ndarray
    kurtosis: float
    skewness: float
    error: float
    jacobian: np.ndarray | None = None
    kind: str = "expected"

    @property
    def basis(self) -> np.ndarray:
        """The Jacobian, an identity where parameters are the matrix's own."""
        return np.eye(len(self.matrix)) if self.jacobian is None else self.jacobian

    @cached_property
    def inverse(self) -> np.ndarray:
        """Inverse of the matrix; scaling to a unit diagonal keeps units apart from rank."""
        scale = 1 / np.sqrt(np.diag(self.matrix))
        inner = np.linalg.inv(self.matrix * np.outer(scale, scale))
        return scale[:, None] * inner * scale

    @property
    def covariance(self) -> np.ndarray:
        """Inverse information of the parameters themselves."""
        return self.basis @ self.inverse @ self.basis.T


def information(
    Z: np.ndarray,
    delta: np.ndarray,
    sigma2: float,
    residuals: np.ndarray,
    structure: Structure,
    mean: np.ndarray | None = None,
) -> Information:
    """Compute the information matrix and the variance of the score.

    Parameters
    ----------
    Z : numpy.ndarray, shape (T, n, k)
        Regressors, less unit means where there are unit effects.
    delta : numpy.ndarray, shape (k,)
        The coefficients of the regressors.
    sigma2 : float
        The variance of the errors.
    residuals : numpy.ndarray, shape (T, n)
        The residuals, one row per period.
    structure : Structure
        The spatial structure, effects and parameters.
    mean : numpy.ndarray, shape (T, n), optional
        Z delta, where Z and delta are of a basis and do not give it.

    Notes
    -----
    Equations: Lee and Yu (2010, Journal of Econometrics 154, eq. A.6 and its two-way form) for
    the transformed, Elhorst (2014, eq. 3.20) for the direct likelihood; the blocks of lambda as
    in Anselin (1988, section 6.2.5).
    """
    T, n, k = Z.shape
    tau = T - structure.unit_transform
    N = tau * (n - structure.time_transform)
    filtered_Z = structure.transform(Z)
    traces, first = _spatial_traces(structure, n)
    p = k + (structure.lag is not None) + (structure.error is not None)
    matrix = np.zeros((p + 1, p + 1))
    # Sums over periods of what each score is linear in.
    b = np.zeros((p + 1, n))
    flat = filtered_Z.reshape(T * n, k)
    matrix[:k, :k] = flat.T @ flat / sigma2
    b[:k] = filtered_Z.sum(axis=0).T
    if structure.lag is not None:
        if mean is None:
            mean = np.einsum("tik,k->ti", Z, delta)
        through = structure.project(structure.filter(_lag_of_mean(mean, structure)))
        cross = np.einsum("tik,ti->k", filtered_Z, through)
        matrix[:k, k] = matrix[k, :k] = cross / sigma2
        matrix[k, k] = np.einsum("ti,ti->", through, through) / sigma2
        b[k] = through.sum(axis=0)
    matrix[p, p] = N / (2 * sigma2**2)
    if traces is not None and first is not None:
        product, inner, own = _transformed(traces, first, structure, n)
        matrix[k:p, k:p] += tau * (product + inner)
        matrix[k:p, p] = matrix[p, k:p] = tau * own / sigma2
    kappa, mu3 = _moments(residuals, structure)
    extra = _non_normal(b, traces, sigma2, kappa, mu3, structure, (T, n, k))
    error = 0.0 if traces is None else traces.error
    return Information(matrix, matrix + extra, kappa, mu3, error)


def _lag_of_mean(mean: np.ndarray, structure: Structure) -> np.ndarray:
    """W (I - rho W)^(-1) applied to the mean in each period."""
    lag, _ = structure.solvers
    if structure.lag is None or lag is None:
        return np.zeros_like(mean)
    W = structure.lag.weights.matrix
    return np.ascontiguousarray((W @ lag.solve(np.ascontiguousarray(mean.T))).T)


def spatial_operators(structure: Structure) -> list[Operator]:
    """Return G = R W (I - rho W)^(-1) R^(-1) and H = M (I - lambda M)^(-1), where present."""
    lag_solver, error_solver = structure.solvers
    operators = []
    lag, error = structure.lag, structure.error
    if lag is not None and lag_solver is not None:
        op = lag_operator(lag.weights, structure.rho, lag_solver)
        # R commutes with functions of the same weights.
        if error is not None and error_solver is not None and error.weights is not lag.weights:
            op = filtered(op, error.weights, structure.lambda_, error_solver)
        operators.append(op)
    if error is not None and error_solver is not None:
        operators.append(lag_operator(error.weights, structure.lambda_, error_solver))
    return operators


def _spatial_traces(
    structure: Structure, n: int
) -> tuple[OperatorTraces | None, np.ndarray | None]:
    """Traces of the operators present, and tr X_a from the log-determinants."""
    operators = spatial_operators(structure)
    first, squares = [], []
    if structure.lag is not None:
        at = structure.lag.local(structure.rho)
        first.append(at.trace(structure.rho))
        squares.append(at.trace_square(structure.rho))
    if structure.error is not None:
        at = structure.error.local(structure.lambda_)
        first.append(at.trace(structure.lambda_))
        squares.append(at.trace_square(structure.lambda_))
    if not operators:
        return None, None
    present = [d for d in (structure.lag, structure.error) if d is not None]
    traces = None
    if len(present) == 1 and isinstance(present[0], BandedLogDet):
        traces = banded_traces(present[0], operators[0])
    if traces is None:
        exact = n <= FORMED or all(d.method == "dense" for d in present)
        traces = operator_traces(operators, n, exact, structure.seed)
    product = traces.product.copy()
    # Squares' traces are second derivatives of the log-determinant.
    product[np.diag_indices(len(squares))] = squares
    return (
        OperatorTraces(product, traces.inner, traces.diagonal, traces.column_sums, traces.error),
        np.array(first),
    )


def _transformed(
    traces: OperatorTraces, first: np.ndarray, structure: Structure, n: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Traces on the space orthogonal to 1, where the transform of the units leaves that only.

    Rows of X sum to one number x (X 1 = x 1), so that with the demeaning matrix J
    tr(JX) = tr X - x, tr(JXJY) = tr(XY) - xy and tr(X'JY) = tr(X'Y) - (1'X)(1'Y)' / n.
    """
    if not structure.time_transform:
        return traces.product, traces.inner, first
    sums = []
    for part, r in ((structure.lag, structure.rho), (structure.error, structure.lambda_)):
        if part is not None and part.weights.row_sum is not None:
            sums.append(part.weights.row_sum / (1 - r * part.weights.row_sum))
    x = np.array(sums)
    inner = traces.inner - traces.column_sums @ traces.column_sums.T / n
    return traces.product - np.outer(x, x), inner, first - x


def _moments(residuals: np.ndarray, structure: Structure) -> tuple[float, float]:
    """Fourth cumulant and third moment of the errors behind demeaned residuals.

    Residuals are Pe with P = J_T x J_n, so that E(Pe)_i³ = mu_3 sum_j p_ij³ and
    E(Pe)_i⁴ = 3 sigma⁴ p_ii² + kappa sum_j p_ij⁴.
    """
    T, n = residuals.shape
    own, third, fourth = 1.0, 1.0, 1.0
    for size, used in ((T, structure.unit_effects), (n, structure.time_effects)):
        if used:
            d, f = 1 - 1 / size, -1 / size
            own *= d
            third *= d**3 + (size - 1) * f**3
            fourth *= d**4 + (size - 1) * f**4
    N = (T - structure.unit_effects) * (n - structure.time_effects)
    square = residuals * residuals
    s2 = float(square.sum()) / N
    kappa = (float((square * square).mean()) - 3 * s2**2 * own**2) / fourth
    mu3 = float((square * residuals).mean()) / third if abs(third) > 1e-12 else 0.0
    # A cumulant is bounded below by -2 sigma⁴ (mu_4 >= sigma⁴).
    return max(kappa, -2 * s2**2), mu3


def _non_normal(
    b: np.ndarray,
    traces: OperatorTraces | None,
    sigma2: float,
    kappa: float,
    mu3: float,
    structure: Structure,
    shape: tuple[int, int, int],
) -> np.ndarray:
    """Terms of the score's variance that vanish under normal errors."""
    T, n, k = shape
    p = len(b) - 1
    keep = 1 - 1 / T if structure.unit_effects else 1.0
    q = np.zeros((p + 1, n))
    if traces is not None:
        diagonal = traces.diagonal
        if structure.time_effects:
            diagonal = diagonal - traces.column_sums / n
        q[k:p] = keep * diagonal
    q[p] = keep * (1 - 1 / n if structure.time_effects else 1.0) / (2 * sigma2)
    extra = kappa * T * (q @ q.T)
    cross = b @ q.T
    return (extra + mu3 * (cross + cross.T)) / sigma2**2
