"""What SDPDmod 0.0.6 (and Elhorst's Matlab code, which it follows) does differently.

Its published figures are no maxima of the likelihood: (1) the log-determinant is looked up on a
grid of 0.001 in rho, so that the function searched is a step function; (2) the information matrix
leaves out the demeaning of G Z delta over units; (3) in dynamic models that matrix is replaced by
the "nearest positive definite" one, which changes it wherever sigma² is small, and the fourth
moment is that of reduced-form residuals. These steps are written out here, so that tests can show
that nothing else separates the published figures from this library's.
"""

from functools import cache

import numpy as np
from scipy.optimize import minimize_scalar


def demean(a, effects):
    if effects in ("unit", "twoway"):
        a = a - a.mean(axis=0)
    if effects in ("time", "twoway"):
        a = a - a.mean(axis=1, keepdims=True)
    return a


def helmert(n):
    """Orthonormal basis of the space orthogonal to 1, shape (n, n - 1)."""
    vectors = np.linalg.eigh(np.eye(n) - 1 / n)[1]
    return vectors[:, 1:]


class Problem:
    """y, Wy and Z after the transform, with the W that belongs to them."""

    def __init__(self, y, Z, W, effects, dynamic_correction=False):
        T, n = y.shape
        self.k = Z.shape[2]
        if dynamic_correction and effects == "twoway":
            F = helmert(n)
            y, Z, W = y @ F, np.einsum("tik,ij->tjk", Z, F), F.T @ W @ F
            effects = "unit"
        # W is applied to the demeaned outcome, as there; for unit effects it is the same.
        self.y = demean(y, effects)
        self.Wy = self.y @ W.T
        self.Z = demean(Z, effects)
        self.W, self.T, self.n = W, T, y.shape[1]
        flat = self.Z.reshape(-1, self.k)
        A = np.linalg.inv(flat.T @ flat)
        b0, b1 = A @ flat.T @ self.y.ravel(), A @ flat.T @ self.Wy.ravel()
        self.b0, self.b1 = b0, b1
        self.e0, self.e1 = self.y.ravel() - flat @ b0, self.Wy.ravel() - flat @ b1

    def grid_rho(self):
        """Maximise the step function, with Brent's method as R's optimize."""
        low, high = self._grid()[0][[0, -1]]
        tolerance = np.finfo(float).eps ** 0.25
        return minimize_scalar(
            lambda rho: -self.grid_loglik(rho),
            bounds=(low, high),
            method="bounded",
            options={"xatol": tolerance},
        ).x

    def grid_loglik(self, rho):
        """Concentrated log-likelihood with ln|I - rho W| looked up on the grid."""
        grid, lndet = self._grid()
        step = grid[1] - grid[0]
        i1 = np.flatnonzero(grid <= rho + step).max()
        below = np.flatnonzero(grid <= rho - step)
        i2 = below.max() if len(below) else 0
        place = int(np.round((i1 + i2 + 2) / 2)) - 1
        size = self.n * self.T
        sigma2 = ((self.e0 - rho * self.e1) ** 2).sum() / size
        return -0.5 * size * (np.log(2 * np.pi * sigma2) + 1) + self.T * lndet[place]

    @cache  # noqa: B019  (a handful of problems a test run)
    def _grid(self):
        omega = np.linalg.eigvals(self.W)
        low, high = 1 / omega.real.min() + 0.001, 1 / omega.real.max() - 0.001
        grid = np.arange(low, high + 1e-12, 0.001)
        return grid, np.array([np.log(np.abs(1 - r * omega)).sum() for r in grid])

    def at(self, rho):
        """Coefficients and mean squared residual at rho."""
        beta = self.b0 - rho * self.b1
        return beta, float(((self.e0 - rho * self.e1) ** 2).mean())

    def information(self, rho, beta, sigma2):
        """Of (beta, rho, sigma²); G Z beta is not demeaned over units."""
        n, T, k = self.n, self.T, self.k
        G = self.W @ np.linalg.inv(np.eye(n) - rho * self.W)
        flat = self.Z.reshape(-1, k)
        q = ((self.Z @ beta) @ G.T).ravel()
        info = np.zeros((k + 2, k + 2))
        info[:k, :k] = flat.T @ flat / sigma2
        info[:k, k] = info[k, :k] = flat.T @ q / sigma2
        info[k, k] = q @ q / sigma2 + T * (np.trace(G @ G) + (G * G).sum())
        info[k, k + 1] = info[k + 1, k] = T * np.trace(G) / sigma2
        info[k + 1, k + 1] = n * T / (2 * sigma2**2)
        return info, G

    def dynamic_errors(self, rho, beta, sigma2, near=True):
        """Standard errors of the dynamic model: SIG⁻¹ + SIG⁻¹ OMG SIG⁻¹."""
        n, T, k = self.n, self.T, self.k
        info, G = self.information(rho, beta, sigma2)
        sig = info / (n * T)
        inverse = np.linalg.inv(nearest_positive_definite(sig) if near else sig)
        S = np.linalg.inv(np.eye(n) - rho * self.W)
        reduced = self.y - (self.Z @ beta) @ S.T
        mu4 = float((reduced**4).mean())
        omega = np.zeros((k + 2, k + 2))
        omega[k, k] = (np.diag(G) ** 2).mean()
        omega[k, k + 1] = omega[k + 1, k] = np.trace(G) / (2 * sigma2 * n)
        omega[k + 1, k + 1] = 1 / (4 * sigma2**2)
        omega *= (mu4 - 3 * sigma2**2) / sigma2**2
        cov = inverse + inverse @ omega @ inverse
        return np.sqrt(np.abs(np.diag(cov)) / (n * T)), inverse


def nearest_positive_definite(x, eig_tol=1e-6, conv_tol=1e-7, posd_tol=1e-8, rounds=100):
    """Higham's alternating projections with the defaults of Matrix::nearPD."""
    X, D = x, np.zeros_like(x)
    for _ in range(rounds):
        Y = X
        R = Y - D
        d, Q = np.linalg.eigh(R)
        keep = d > eig_tol * d[-1]
        X = (Q[:, keep] * d[keep]) @ Q[:, keep].T
        D = X - R
        if np.abs(Y - X).sum(axis=1).max() / np.abs(Y).sum(axis=1).max() <= conv_tol:
            break
    d, Q = np.linalg.eigh(X)
    floor = posd_tol * abs(d[-1])
    if d[0] < floor:
        d = np.maximum(d, floor)
        own = np.diag(X)
        X = (Q * d) @ Q.T
        scale = np.sqrt(np.maximum(floor, own) / np.diag(X))
        X = scale[:, None] * X * scale
    return X
