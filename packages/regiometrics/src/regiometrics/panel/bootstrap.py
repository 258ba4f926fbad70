"""The wild cluster bootstrap, for tests with few clusters."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
import pandas as pd

from regiometrics._arguments import numbers, real
from regiometrics._labels import same_labels
from regiometrics.errors import PanelError
from regiometrics.inference import SlopeInference
from regiometrics.options import check_count, check_level, check_seed
from regiometrics.panel.crossings import first_rejection

# Webb's (2023) six points: mean 0, variance 1, and 6^G distinct draws where 2^G are too few.
WEBB = np.sqrt([0.5, 1.0, 1.5])
FEW_CLUSTERS = 12
FEWEST = 5  # clusters below which a test by them means little, and a warning says so
SOLE = 0.5  # a cluster with more of a regressor's variation is warned of (MacKinnon and Webb 2017)


@dataclass(frozen=True)
class WildBootstrapResult(SlopeInference):
    """A bootstrapped t-test of one coefficient.

    Its ``params`` has one term, named by its column; ``cov`` is its cluster-robust variance,
    ``pvalues`` and ``conf_int`` are those of the bootstrap.

    Attributes
    ----------
    estimate, statistic : float
        The coefficient, and its t-statistic from cluster-robust errors (factor G/(G - 1) ×
        (N - 1)/(N - K), which cancels from the p-value).
    p_value : float
        Symmetric: the share of draws with ``|t*|`` at least ``|t|``.
    p_value_equal_tailed : float
        Twice the smaller of the two shares of draws on either side, at most one.
    n_clusters, n_draws : int
        The number of clusters and of draws whose statistic is finite.
    enumerated : bool
        Whether the draws are all 2^G sign patterns rather than a sample.
    weights : str
        The distribution of the multipliers: "rademacher" or "webb".
    term : str
        The name of the coefficient: "x" and the number of its column.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = np.column_stack([np.ones(80), rng.normal(size=80)])
    >>> y = X[:, 1] + rng.normal(size=80)
    >>> found = wild_cluster_bootstrap(y, X, np.repeat(range(8), 10), 1, draws=99, seed=0)
    >>> found.n_clusters, found.enumerated, bool(found.p_value < 0.05)
    (8, False, True)
    """

    estimate: float
    statistic: float
    p_value: float
    p_value_equal_tailed: float
    n_clusters: int
    n_draws: int
    enumerated: bool
    weights: str
    _end: Callable[[float, float], float] = field(repr=False, compare=False)
    _std_error: float = field(repr=False, default=np.nan)
    term: str = "x0"

    @property
    def _slope(self) -> tuple[str, float, float]:
        return self.term, self.estimate, self._std_error

    @property
    def cov_type(self) -> str:
        """The kind of inference."""
        return f"wild cluster bootstrap, {self.weights}"

    @property
    def tstats(self) -> pd.Series:
        """The t-statistic against the value under the null."""
        return pd.Series([self.statistic], index=[self.term], name="statistic")

    @property
    def pvalues(self) -> pd.Series:
        """The symmetric p-value of the value under the null."""
        return pd.Series([self.p_value], index=[self.term], name="p_value")

    def conf_int(self, level: float = 0.95) -> pd.DataFrame:
        """Give the interval of :meth:`interval` as a table.

        Parameters
        ----------
        level : float, default 0.95
            The confidence level, strictly between zero and one.

        Returns
        -------
        pandas.DataFrame
            One row; columns "lower" and "upper".
        """
        low, high = self.interval(level)
        return pd.DataFrame({"lower": [low], "upper": [high]}, index=[self.term])

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Invert the symmetric test: the values not rejected around the estimate.

        Parameters
        ----------
        level : float, default 0.95
            The confidence level, strictly between zero and one.

        Returns
        -------
        tuple of float
            Exact: the nearest values on either side at which a draw turns the test to rejection.
            An end is infinite where the test never rejects.

        Raises
        ------
        PanelError
            If the level is not between zero and one.
        """
        check_level(level)
        return self._end(-1.0, 1 - level), self._end(1.0, 1 - level)


def wild_cluster_bootstrap(
    y: np.ndarray,
    X: np.ndarray,
    groups: Sequence,
    term: int,
    *,
    null: float = 0.0,
    draws: int = 9999,
    weights: str | None = None,
    impose_null: bool = True,
    seed: int,
) -> WildBootstrapResult:
    """Test one least-squares coefficient by the wild cluster bootstrap-t.

    Parameters
    ----------
    y : numpy.ndarray, shape (N,)
        The outcome of each observation.
    X : numpy.ndarray, shape (N, k)
        All regressors. Effects nested in the clusters (units in provinces) may be taken out
        of y and X first; others (years) must enter as dummies, or draws would keep their means.
    groups : sequence of length N
        The label of each observation's cluster.
    term : int
        The position of the tested column of X.
    null : float, default 0
        The value of the coefficient under the null hypothesis.
    draws : int, default 9999
        All 2^G sign patterns are used instead if they are no more than this and the weights
        are Rademacher's.
    weights : {"rademacher", "webb"}, optional
        The distribution of the multipliers. The default is Webb's six points below 12 clusters and
        Rademacher's two from there on.
    impose_null : bool, default True
        Whether residuals come from the regression with the null imposed (recommended) or from the
        unrestricted one.
    seed : int
        The seed of the generator of draws.

    Returns
    -------
    WildBootstrapResult

    Raises
    ------
    PanelError
        If there are fewer than two clusters, the regressors are collinear, leave no degree of
        freedom or fit exactly, a value or label is missing, an argument is unknown, or lengths
        differ.

    Notes
    -----
    Cameron, Gelbach and Miller (2008), "WCR" where the null is imposed; computed from G × G
    arrays as in Roodman, MacKinnon, Nielsen and Webb (2019), so that a draw costs
    G² and not N k. Both the shift and the error of a draw's t-statistic are linear and quadratic in
    the tested value, so that an interval needs no draw again: its ends are roots of polynomials of
    degree four.

    With fewer than 5 clusters a warning says that the test hardly rejects, or rejects too often.
    """
    try:
        same_labels(y=y, X=X, groups=groups)
    except ValueError as error:
        raise PanelError(str(error)) from None
    y, X = _numbers("y", y, 1), _numbers("X", X, 2)
    labels = np.asarray(groups)
    labels = labels.astype(labels.dtype.newbyteorder("="), copy=False)
    if not (y.shape == labels.shape == (len(X),)):
        raise PanelError(
            f"y has shape {y.shape}, X {X.shape}, the clusters {labels.shape}; "
            "expected one row each per observation."
        )
    missing = pd.isna(labels)
    if missing.any():
        raise PanelError(
            f"The cluster of observation {int(np.argmax(missing))} is missing; expected a label."
        )
    check_count("term", term, 0)
    if term >= X.shape[1]:
        raise PanelError(f"term is {term}; expected a column of X, 0 to {X.shape[1] - 1}.")
    null = _real("null", null)
    check_count("seed", seed, 0)
    codes, names = pd.factorize(labels)
    codes = _sorted_codes(codes, names)
    G, k = len(names), X.shape[1]
    signs, enumerated, weights = wild_weights(weights, G, draws, seed)
    if G < FEWEST:
        warnings.warn(
            f"There are {G} clusters; with fewer than {FEWEST} the test rejects hardly ever, or "
            "too often.",
            stacklevel=2,
        )
    if np.linalg.matrix_rank(X) < k:
        raise PanelError(f"The {k} regressors are collinear; expected full column rank.")
    if len(y) <= k:
        raise PanelError(
            f"{len(y)} observations leave no degree of freedom for {k} regressors; expected more."
        )

    bread = np.linalg.inv(X.T @ X)
    beta = bread @ (X.T @ y)
    direction = X @ bread[term]
    shares = np.bincount(codes, direction**2, G)
    if shares.max() > SOLE * shares.sum() and G >= FEWEST:
        warnings.warn(
            f"{shares.max() / shares.sum():.0%} of the regressor's own variation is in cluster "
            f"{names[int(shares.argmax())]}: with one or few such clusters the test rejects hardly "
            "ever with the null imposed, and too often without it.",
            stacklevel=2,
        )
    # Sums over each cluster h of regressor products: (G, k) for the tested direction.
    spread = np.zeros((G, k))
    np.add.at(spread, codes, direction[:, None] * X)
    factor = G / (G - 1) * (len(y) - 1) / (len(y) - k)
    own = np.bincount(codes, direction * (y - X @ beta), G)
    std_error = float(np.sqrt(factor * (own**2).sum()))

    if np.abs(y - X @ beta).max() <= 1e-12 * max(np.abs(y).max(), 1e-300):
        raise PanelError("The regression fits exactly; its error is zero and has no t-statistic.")

    # Under the null of a value the residuals are (y - X b) + (b_j - value) c, c a combination of
    # regressors: shift and scores of each draw are linear in the gap b_j - value.
    def pieces(residuals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        products = np.zeros((G, k))
        np.add.at(products, codes, residuals[:, None] * X)
        own = products @ bread[term]
        # β* - β̃ of a draw is bread × Σ v_g products_g; its residual sums follow per cluster.
        return signs @ own, signs * own - (signs @ products) @ bread @ spread.T

    shift0, scores0 = pieces(y - X @ beta)
    shift1, q0 = np.zeros_like(shift0), (scores0**2).sum(axis=1)
    q1 = q2 = shift1
    if impose_null:
        shift1, scores1 = pieces(X @ (bread[:, term] / bread[term, term]))
        q1, q2 = (scores0 * scores1).sum(axis=1), (scores1**2).sum(axis=1)

    def distribution(value: float) -> tuple[float, np.ndarray]:
        """Return the t-statistic against `value`, and its bootstrap draws."""
        gap = beta[term] - value
        variance = np.maximum(q0 + gap * (2 * q1 + gap * q2), 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            stars = (shift0 + gap * shift1) / np.sqrt(factor * variance)
        return gap / std_error, stars[np.isfinite(stars)]

    def end(side: float, size: float) -> float:
        """Return the nearest value on a side at which the symmetric test rejects."""
        # In standard errors, with the tested value moving away from the estimate.
        s1, r1, r2 = -side * std_error * shift1, -side * std_error * q1, std_error**2 * q2
        found = first_rejection(shift0, s1, factor * q0, factor * r1, factor * r2, size)
        return float(beta[term] + side * std_error * found)

    t, stars = distribution(null)
    return WildBootstrapResult(
        estimate=float(beta[term]),
        statistic=float(t),
        p_value=symmetric_p_value(t, stars),
        p_value_equal_tailed=equal_tailed_p_value(t, stars),
        n_clusters=G,
        n_draws=len(stars),
        enumerated=enumerated,
        weights=weights,
        _end=end,
        _std_error=std_error,
        term=f"x{term}",
    )


def wild_weights(
    kind: str | None, clusters: int, draws: int, seed: int
) -> tuple[np.ndarray, bool, str]:
    """Draw the multipliers of the clusters' residuals.

    Parameters
    ----------
    kind : {"rademacher", "webb"} or None
        None: Webb's below 12 clusters, else Rademacher's.
    clusters, draws : int
        The numbers of clusters and of draws.
    seed : int
        The seed of the generator of draws.

    Returns
    -------
    numpy.ndarray, shape (draws, clusters)
        All 2^G sign patterns where these are no more than the draws and the weights are
        Rademacher's.
    bool
        Whether they are all.
    str
        The kind.

    Raises
    ------
    PanelError
        If the kind is unknown, there are fewer than two clusters, or no draws.
    """
    check_count("draws", draws)
    check_count("clusters", clusters)
    if clusters < 2:
        raise PanelError(f"There are {clusters} clusters; expected at least two.")
    check_seed(seed)
    kind = kind or ("webb" if clusters < FEW_CLUSTERS else "rademacher")
    rng = np.random.default_rng(seed)
    if kind == "rademacher":
        if 2**clusters <= draws:
            return np.array(list(product((-1.0, 1.0), repeat=clusters))), True, kind
        return rng.choice([-1.0, 1.0], size=(draws, clusters)), False, kind
    if kind == "webb":
        points = np.concatenate([-WEBB, WEBB])
        return rng.choice(points, size=(draws, clusters)), False, kind
    raise PanelError(f"The bootstrap's weights are {kind!r}; expected rademacher or webb.")


def symmetric_p_value(t: float, stars: np.ndarray) -> float:
    """Share of draws with |t*| at least |t|.

    Parameters
    ----------
    t : float
        The statistic of the sample.
    stars : numpy.ndarray, shape (draws,)
        The statistics of the draws.

    Returns
    -------
    float
        Ties count: the sample may be one of its own draws, and rounding must not hide it.
    """
    return float(np.mean(np.abs(stars) >= abs(t) - 1e-9 * abs(t)))


def equal_tailed_p_value(t: float, stars: np.ndarray) -> float:
    """Twice the smaller tail, ties counted.

    Parameters
    ----------
    t : float
        The statistic of the sample.
    stars : numpy.ndarray, shape (draws,)
        The statistics of the draws.

    Returns
    -------
    float
    """
    slack = 1e-9 * abs(t)
    below, above = float(np.mean(stars <= t + slack)), float(np.mean(stars >= t - slack))
    return min(1.0, 2 * min(below, above))


def _numbers(name: str, values, axes: int) -> np.ndarray:
    try:
        return numbers(name, values, (None,) * axes)
    except ValueError as error:
        raise PanelError(str(error)) from None


def _real(name: str, value) -> float:
    try:
        return real(name, value)
    except ValueError as error:
        raise PanelError(str(error)) from None


def _sorted_codes(codes: np.ndarray, names: np.ndarray) -> np.ndarray:
    """Number the clusters by their labels' order, where they have one."""
    try:
        order = np.argsort(np.asarray(names), kind="stable")
    except TypeError:  # labels of several types: by appearance
        return codes
    rank = np.empty(len(order), dtype=np.intp)
    rank[order] = np.arange(len(order))
    return rank[codes]
