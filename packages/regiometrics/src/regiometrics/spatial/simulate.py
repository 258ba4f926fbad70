"""Simulated spatial panels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import scipy.sparse as sp

from regiometrics.options import check_count, check_number, check_seed
from regiometrics.spatial.bias import check_stable
from regiometrics.spatial.errors import SpecificationError, WeightsMismatchError
from regiometrics.spatial.panel_data import TERMS
from regiometrics.spatial.solvers import FactorSolver
from regiometrics.spatial.weights import SpatialWeights
from regiometrics.spatial.weights_checks import as_weights

_BURN_IN = 50


@dataclass(frozen=True, eq=False)
class SimulatedPanel:
    """A panel with the parameters that made it.

    Attributes
    ----------
    dependent : pandas.Series
        The outcome on (unit, period).
    exog : pandas.DataFrame
        The regressors on (unit, period).
    weights : scipy.sparse.csr_array
        The spatial weights of the units.
    parameters : dict
        Name as in `SpatialPanelResult.params`, and "sigma2".
    """

    dependent: pd.Series
    exog: pd.DataFrame
    weights: sp.csr_array
    parameters: dict[str, float] = field(repr=False)


def rook_lattice(rows: int, columns: int, standardised: bool = True) -> sp.csr_array:
    """Contiguity of a rectangular lattice: cells that share an edge.

    Parameters
    ----------
    rows, columns : int
        One or more; two cells at least.
    standardised : bool
        Whether rows sum to one.

    Returns
    -------
    scipy.sparse.csr_array, shape (rows * columns, rows * columns)

    Examples
    --------
    >>> rook_lattice(1, 3).toarray()
    array([[0. , 1. , 0. ],
           [0.5, 0. , 0.5],
           [0. , 1. , 0. ]])
    """
    for name, value in (("rows", rows), ("columns", columns)):
        check_count(name, value, 1, SpecificationError)
    rows, columns = int(rows), int(columns)  # short whole numbers of numpy overflow
    if rows * columns < 2:
        raise SpecificationError(
            "The lattice has one cell; expected two or more, to be neighbours."
        )
    cell = np.arange(rows * columns).reshape(rows, columns)
    a = np.concatenate([cell[:, :-1].ravel(), cell[:-1].ravel()])
    b = np.concatenate([cell[:, 1:].ravel(), cell[1:].ravel()])
    n = rows * columns
    W = sp.csr_array(
        (np.ones(2 * len(a)), (np.concatenate([a, b]), np.concatenate([b, a]))), shape=(n, n)
    )
    if standardised:
        W = sp.csr_array(sp.diags_array(1 / np.asarray(W.sum(axis=1)).ravel()) @ W)
    W.sort_indices()
    return W


def square_lattice(n: int) -> SpatialWeights:
    """Weigh the neighbours of n cells on a square, rows summing to one."""
    check_count("n", n, 4, SpecificationError)
    side = round(np.sqrt(n))
    if side**2 != n or n < 4:
        raise SpecificationError(
            f"n is {n}; expected a square number, four or more, where weights are not given."
        )
    return as_weights(rook_lattice(side, side), pd.RangeIndex(n))


def _coefficients(name: str, values: object) -> tuple[float, ...]:
    """Refuse coefficients that are no sequence of finite numbers."""
    if isinstance(values, str | Mapping) or not isinstance(values, Iterable):
        raise SpecificationError(f"{name} is {values!r}; expected a sequence of numbers.")
    values = tuple(values)
    for j, value in enumerate(values):
        check_number(f"{name}[{j}]", value, SpecificationError)
    return values


def check_one_of(name: str, value: object, allowed: tuple[object, ...]) -> None:
    """Refuse an option that does not exist."""
    if not (isinstance(value, str | bool) or value is None) or value not in allowed:
        listed = ", ".join(repr(one) for one in allowed)
        raise SpecificationError(f"{name} is {value!r}; expected one of {listed}.")


def _scales(W: SpatialWeights, X: np.ndarray) -> np.ndarray:
    """Standard deviations that rise with neighbours and with the first regressor's size."""
    neighbours = np.diff(W.matrix.indptr)
    variance = np.broadcast_to(0.5 * neighbours / neighbours.mean(), X.shape[:2])
    if X.shape[2]:
        square = X[:, :, 0] ** 2
        variance = variance + 0.5 * square / square.mean()
    return np.sqrt(variance / variance.mean())


def _check_process(W: SpatialWeights, rho: float, lambda_: float, gamma: float, eta: float) -> None:
    """Refuse a process without a reduced form or, where dynamic, without a stable one."""
    bound = W.spectral_bound
    for name, value in (("rho", rho), ("lambda_", lambda_)):
        # Within the bound no eigenvalue need be computed.
        if not abs(value) * bound < 1:
            low, high = W.admissible_interval
            if not low < value < high:
                raise SpecificationError(
                    f"{name} is {value!r}; expected a number between {low:.4f} and {high:.4f}, "
                    "the admissible interval of the weights."
                )
    if not abs(rho) * bound + abs(gamma) + abs(eta) * bound < 1:
        check_stable(W, rho, gamma, eta)


def simulate_panel(
    n: int = 100,
    T: int = 10,
    model: str = "sdm",
    effects: str = "twoway",
    *,
    rho: float = 0.4,
    lambda_: float = 0.4,
    beta: tuple[float, ...] = (1.0, -0.5),
    theta: tuple[float, ...] = (0.5, 0.25),
    gamma: float = 0.0,
    eta: float = 0.0,
    sigma: float = 1.0,
    weights: sp.sparray | SpatialWeights | None = None,
    errors: str = "normal",
    seed: int = 0,
) -> SimulatedPanel:
    """Draw a panel from a spatial model.

    Parameters
    ----------
    n, T : int
        Units (a square number where `weights` is None: a rook lattice) and periods.
    model, effects : str
        The names of model and effects of `SpatialPanel`; terms that the model lacks are left out.
    rho, lambda_, gamma, eta : float
        The coefficients of W y, W u, y_{t-1} and W y_{t-1}.
    beta, theta : sequence of float, length k
        The coefficients of X and W X; X is standard normal plus the unit's effect, so that random
        effects differ from fixed ones: with "random" it is standard normal alone.
    sigma : float
        Standard deviation of e.
    weights : optional
        The spatial weights; by default a lattice.
    errors : {"normal", "gamma", "heteroskedastic"}
        "gamma": skewed and fat-tailed, shape one half, centred and scaled. "heteroskedastic":
        normal, with variances half proportional to a unit's number of neighbours and half to the
        square of its first regressor, one on average.
    seed : int
        The seed of the random draws.

    Returns
    -------
    SimulatedPanel
        Variables "y" and "x1" to "xk" on (unit, period).

    Raises
    ------
    SpecificationError
        If an option is unknown or no number that it can be, or a spatial parameter of the model
        is not admissible.
    ExplosiveProcessError
        If the dynamic process is not stable: no burn-in would end.
    """
    check_one_of("model", model, tuple(TERMS))
    check_one_of("effects", effects, ("none", "unit", "time", "twoway", "random"))
    check_one_of("errors", errors, ("normal", "gamma", "heteroskedastic"))
    for name, value in (("n", n), ("T", T)):
        check_count(name, value, 1, SpecificationError)
    numbers = {"rho": rho, "lambda_": lambda_, "gamma": gamma, "eta": eta, "sigma": sigma}
    for name, value in numbers.items():
        check_number(name, value, SpecificationError)
    check_seed(seed, SpecificationError)
    beta, theta = _coefficients("beta", beta), _coefficients("theta", theta)
    n, T = int(n), int(T)
    if not 0 < sigma < 1e100:
        raise SpecificationError(f"sigma is {sigma!r}; expected a positive number below 1e100.")
    rng = np.random.default_rng(seed)
    has_lag, has_durbin, has_error = TERMS[model]
    if has_durbin and len(theta) != len(beta):
        raise SpecificationError(
            f"theta has {len(theta)} values and beta {len(beta)}; expected one each a regressor."
        )
    W = square_lattice(n) if weights is None else weights
    if not isinstance(W, SpatialWeights):
        W = as_weights(W, pd.RangeIndex(n))
    if W.n != n:
        raise WeightsMismatchError(f"The weights are of {W.n} units; expected {n}.")
    _check_process(W, rho if has_lag else 0.0, lambda_ if has_error else 0.0, gamma, eta)
    dynamic = gamma != 0 or eta != 0
    periods = T + _BURN_IN if dynamic else T
    unit = effects in ("unit", "twoway", "random")
    mu = rng.standard_normal(n) if unit else np.zeros(n)
    alpha = rng.standard_normal(periods) if effects in ("time", "twoway") else np.zeros(periods)
    shift = mu if effects in ("unit", "twoway") else np.zeros(n)
    X = rng.standard_normal((periods, n, len(beta))) + 0.5 * shift[None, :, None]
    if errors != "gamma":
        e = rng.standard_normal((periods, n))
        if errors == "heteroskedastic":
            e = e * _scales(W, X)
    else:
        e = (rng.gamma(0.5, size=(periods, n)) - 0.5) / np.sqrt(0.5)
    mean = X @ np.asarray(beta) + mu + alpha[:, None]
    if has_durbin:
        mean = mean + W.lag(X) @ np.asarray(theta)
    u = sigma * e
    if has_error:
        u = FactorSolver(W, lambda_).solve(u.T).T
    solve = FactorSolver(W, rho).solve if has_lag else lambda b: b
    if dynamic:
        y = np.zeros((periods, n))
        previous = np.zeros(n)
        for t in range(periods):
            previous = solve(mean[t] + u[t] + gamma * previous + eta * (W.matrix @ previous))
            y[t] = previous
        y, X = y[-T:], X[-T:]
    else:
        y = solve((mean + u).T).T
    index = pd.MultiIndex.from_product([range(n), range(T)], names=["unit", "period"])
    names = [f"x{j + 1}" for j in range(len(beta))]
    parameters = dict(zip(names, beta, strict=True)) | {"sigma2": sigma**2}
    if has_durbin:
        parameters |= {f"W.{name}": value for name, value in zip(names, theta, strict=True)}
    if has_lag:
        parameters["rho"] = rho
    if has_error:
        parameters["lambda"] = lambda_
    if gamma:
        parameters["L.y"] = gamma
    if eta:
        parameters["W.L.y"] = eta
    return SimulatedPanel(
        pd.Series(np.ascontiguousarray(y.T).ravel(), index=index, name="y"),
        pd.DataFrame(X.transpose(1, 0, 2).reshape(n * T, -1), index=index, columns=names),
        W.matrix,
        parameters,
    )
