"""One front for least squares: pyfixest's fits, with the library's errors beside its own."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse

from regiometrics.errors import EstimationError
from regiometrics.inference import inference_row
from regiometrics.panel import Dependence, demean, to_array, wild_cluster_bootstrap
from regiometrics.panel.covariance import sandwich
from regiometrics.weights.pairs import pair_matrix

NORMAL = 10_000  # degrees of freedom at which t is normal


@dataclass(frozen=True, eq=False)
class Regression:
    """A fit by least squares and the covariance of its coefficients.

    Attributes
    ----------
    names
        Of the k regressors.
    params, cov
        Coefficients and their covariance, shapes (k,) and (k, k).
    df
        Degrees of freedom of the t distribution.
    scores, bread
        Regressors cleared of the effects times residuals, shape (N, k), and the inverse of the
        regressors' inner products: what any other covariance is made of.
    """

    names: tuple[str, ...]
    params: np.ndarray
    cov: np.ndarray
    df: float
    scores: np.ndarray
    bread: np.ndarray

    @property
    def n_obs(self) -> int:
        """The number of observations."""
        return len(self.scores)

    def with_meat(self, meat: np.ndarray, factor: float, df: float) -> Regression:
        """Return the same fit with another estimate of the scores' variance, times a factor."""
        return replace(self, cov=factor * sandwich(self.bread, meat), df=df)

    def row(self, name: str, confidence: float) -> dict[str, float]:
        """Estimate, error, statistic, p-value and interval of one coefficient."""
        place = self.names.index(name)
        error = float(np.sqrt(max(self.cov[place, place], 0.0)))
        return inference_row(float(self.params[place]), error, confidence, self.df)

    def rows(self, confidence: float) -> list[dict]:
        """Return a row per regressor, as results have it."""
        return [{"term": name, **self.row(name, confidence)} for name in self.names]


def regress(
    outcome: np.ndarray | pd.Series,
    terms: Mapping[str, np.ndarray] | pd.DataFrame,
    effects: Sequence[np.ndarray] = (),
    clusters: np.ndarray | None = None,
    weights: np.ndarray | None = None,
    constant: bool = True,
    singletons: bool = True,
) -> Regression:
    """Fit by least squares with absorbed effects; errors are clustered, or HC3 without clusters.

    Parameters
    ----------
    outcome
        Complete, shape (N,).
    terms
        Name to values, shape (N,) each. Without effects a constant is added, and comes first as
        ``constant``.
    effects
        Labels to absorb, shape (N,) each: cities, years.
    clusters
        Labels. The factor is (N - 1)/(N - K) × G/(G - 1), where effects that are nested in the
        clusters do not count in K (fixest's convention), and the distribution t(G - 1). Without
        clusters and effects errors are HC3 (MacKinnon and White 1985) with t(N - K); without
        clusters but with effects White's with the factor N/(N - K).
    weights
        Of the observations, shape (N,).
    constant
        Whether one is added where there are no effects.
    singletons
        Whether observations that alone have an effect stay (Correia 2015); the scores of those that
        go are not there either.

    Raises
    ------
    EstimationError
        If a regressor is collinear with the others or the effects, or no degree of freedom is left.

    Examples
    --------
    >>> x = np.array([0.0, 0.0, 1.0, 1.0])
    >>> fit = regress(np.array([0.0, 2.0, 1.0, 5.0]), {"x": x})
    >>> fit.names, fit.params.round(12).tolist(), float(fit.cov[1, 1].round(12))
    (('constant', 'x'), [1.0, 2.0], 10.0)
    """
    import pyfixest as pf  # a second of imports: only where it is used
    from pyfixest.demeaners import MapDemeaner

    values = {name: np.asarray(column, float) for name, column in dict(terms).items()}
    data = pd.DataFrame({f"x{place}": column for place, column in enumerate(values.values())})
    named = dict(zip(data.columns, values, strict=True))
    formula = f"y ~ {' + '.join(named) or '1'}"
    data["y"] = np.asarray(outcome, float)
    for place, labels in enumerate(effects):
        data[f"f{place}"] = pd.factorize(np.asarray(labels))[0]
    if effects:
        formula += " | " + " + ".join(f"f{place}" for place in range(len(effects)))
        absorbed = sum(data[f"f{place}"].nunique() for place in range(len(effects)))
        absorbed -= len(effects) - 1
    else:
        absorbed = int(constant)
        formula += "" if constant else " - 1"
    if len(data) <= absorbed + len(named):
        raise EstimationError(
            f"{len(data)} observations leave no degree of freedom for {len(named)} regressors "
            f"and {absorbed} effects."
        )
    kind: str | dict[str, str] = "HC1" if effects else "HC3"
    if clusters is not None:
        data["g"], kind = pd.factorize(np.asarray(clusters))[0], {"CRV1": "g"}
    if weights is not None:
        data["w"] = np.asarray(weights, float)
    with warnings.catch_warnings():  # what is dropped is an error below
        warnings.filterwarnings("ignore", module="pyfixest")
        fit = pf.feols(
            formula,
            data,
            vcov=kind,
            weights=None if weights is None else "w",
            ssc=pf.ssc(k_adj=kind != "HC3", k_fixef="nonnested"),
            fixef_rm="none" if singletons else "singleton",
            # Iterated to rounding: at the default tolerance digits change from run to run.
            demeaner=MapDemeaner(fixef_tol=1e-12, fixef_maxiter=100_000),
            store_data=False,
        )
    if lost := [named[str(name)] for name in fit._collin_vars]:
        raise EstimationError(
            f"The regressor {lost[0]!r} is collinear with the others or with the effects; leave it "
            "out."
        )
    X, residuals = fit._X, fit._u_hat.ravel()
    return Regression(
        names=tuple(named.get(str(name), "constant") for name in fit._coefnames),
        params=np.asarray(fit._beta_hat, float).ravel(),
        cov=np.asarray(fit._vcov, float),
        df=float(fit._df_t),
        scores=X * residuals[:, None],
        bread=np.linalg.inv(X.T @ X),
    )


@dataclass(frozen=True)
class ErrorChoices:
    """What the errors may depend on.

    Attributes
    ----------
    provinces
        Province of each unit.
    kernel
        Conley's weights of pairs of units, in the order of ``provinces``.
    cutoff_km
        Of the kernel, for its name.
    draws, seed
        Of the wild cluster bootstrap.
    confidence
        Of the intervals.
    """

    provinces: pd.Series
    kernel: sparse.csr_array
    cutoff_km: float
    draws: int
    seed: int
    confidence: float

    @classmethod
    def from_panel(
        cls,
        panel: pd.DataFrame,
        pairs: pd.DataFrame,
        cutoff_km: float,
        bootstrap: Mapping[str, int],
        confidence: float,
    ) -> ErrorChoices:
        """Build from the panel's provinces and the distances of pairs of cities."""
        provinces = panel["province_code"].groupby(level="city_code").first()
        kernel = distance_weights(pairs, provinces.index, cutoff_km)
        return cls(provinces, kernel, cutoff_km, bootstrap["draws"], bootstrap["seed"], confidence)

    def kernel_of(self, units: Sequence[str]):
        """The kernel's rows and columns of these units."""
        chosen = self.provinces.index.get_indexer(units)
        return self.kernel[chosen][:, chosen]


def distance_weights(
    pairs: pd.DataFrame, units: Sequence[str], cutoff_km: float
) -> sparse.csr_array:
    """Bartlett weights of distance, one on the diagonal, for a Conley covariance.

    Parameters
    ----------
    pairs
        ``code_a``, ``code_b``, ``distance_km``; each pair once.
    units
        Order of rows and columns.
    cutoff_km
        Distance from which the weight is 0.
    """
    distances = pair_matrix(pairs, "distance_km", units, diagonal=0)
    return sparse.csr_array(np.where(distances < cutoff_km, 1 - distances / cutoff_km, 0.0))


def two_way_rows(
    frame: pd.DataFrame, outcome: str, terms: Sequence[str], choices: ErrorChoices
) -> Iterator[dict]:
    """Regress on terms with unit and year effects; yield rows by assumption on the errors.

    Parameters
    ----------
    frame
        Balanced; index (unit, period); columns ``outcome`` and ``terms``.
    outcome, terms
        Names of columns.
    choices
        What the errors may depend on.

    Yields
    ------
    dict
        Columns of `guantian.results.estimates`. ``errors`` is "province" (clustered), "wild" (wild
        cluster bootstrap by province, of the first term), "driscoll_kraay", "conley" or "city"
        (clustered); ``term`` is the regressor.

    Raises
    ------
    PanelError
        Where the panel is not balanced or the terms are collinear within.
    """
    panel = to_array(frame[[outcome, *terms]])
    periods, units = panel.values.shape[:2]
    y, *X = (panel.values[..., place].ravel() for place in range(1 + len(terms)))
    years, cities = (index.ravel() for index in np.indices((periods, units)))
    provinces = choices.provinces.loc[panel.units]
    size = {"n_obs": len(y), "n_units": units, "n_periods": periods, "estimator": "two-way within"}
    codes, several = np.tile(pd.factorize(provinces)[0], periods), provinces.nunique() > 2
    fit = regress(y, dict(zip(terms, X, strict=True)), [cities, years], codes if several else None)
    if several:
        named = {"errors": "province", "cov_type": "clustered by province"}
        named["n_clusters"] = provinces.nunique()
        yield from (size | row | named for row in fit.rows(choices.confidence))
    for named, dependence, df in _kinds((periods, units), choices.kernel_of(provinces.index)):
        factor = dependence.factor(len(terms), "twoway")
        other = fit.with_meat(dependence.meat(fit.scores), factor, df)
        if named["errors"] == "conley":
            named["cov_type"] = f"Conley, {choices.cutoff_km:g} km"
        yield from (size | row | named for row in other.rows(choices.confidence))
    if several:
        row = _wild(panel.values, provinces.to_numpy(), choices)
        yield size | row | {"term": terms[0]}


def _kinds(
    shape: tuple[int, int], kernel: sparse.csr_array
) -> Iterator[tuple[dict, Dependence, float]]:
    """Yield key, dependence and degrees of freedom of each covariance of the library."""
    periods, units = shape
    key = {"errors": "city", "cov_type": "clustered by city", "n_clusters": units}
    yield key, Dependence("clustered", shape), units - 1
    key = {"errors": "driscoll_kraay", "cov_type": "Driscoll-Kraay"}
    yield key, Dependence("driscoll-kraay", shape), periods - 1
    lags = min(2, periods - 1)
    yield {"errors": "conley"}, Dependence("conley", shape, kernel=kernel, lags=lags), NORMAL


def _wild(values: np.ndarray, provinces: np.ndarray, choices: ErrorChoices) -> dict:
    """Wild cluster bootstrap by province of the first term; years enter as dummies."""
    periods, units = values.shape[:2]
    within = demean(values, "unit")
    years = demean(np.repeat(np.eye(periods)[:, None, 1:], units, axis=1), "unit")
    X = np.concatenate([within[..., 1:], years], axis=2).reshape(periods * units, -1)
    clusters = np.tile(provinces, periods)
    row = wild_row(
        within[..., 0].ravel(), X, clusters, 0, choices.draws, choices.seed, choices.confidence
    )
    return {"errors": "wild", **row}


def wild_row(
    y: np.ndarray,
    X: np.ndarray,
    provinces: np.ndarray,
    place: int,
    draws: int,
    seed: int,
    confidence: float,
) -> dict:
    """Test one coefficient by the wild cluster bootstrap; the row has no error.

    Parameters
    ----------
    y, X
        Cleared of effects that nest in the provinces, shapes (N,) and (N, k).
    provinces
        Labels, shape (N,).
    place
        Column of X.
    draws, seed
        Of the bootstrap.
    confidence
        Of the interval.
    """
    test = wild_cluster_bootstrap(y, X, provinces, place, draws=draws, seed=seed)
    low, high = test.interval(confidence)
    return {
        "estimate": test.estimate,
        "statistic": test.statistic,
        "p_value": test.p_value,
        "conf_low": low,
        "conf_high": high,
        "cov_type": "wild cluster bootstrap by province",
        "n_clusters": test.n_clusters,
        "n_draws": test.n_draws,
    }


def without_effects(values: np.ndarray | pd.DataFrame, *labels: np.ndarray) -> np.ndarray:
    """Return what dummies of the labels leave of the values, also in panels with gaps.

    Parameters
    ----------
    values
        N rows, without missing values.
    *labels
        Of length N each: cities, years.

    Returns
    -------
    ndarray, shape (N, k)

    Examples
    --------
    >>> units, periods = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 0, 1, 1])
    >>> bool(np.abs(without_effects(10.0 * units + 3 * periods, units, periods)).max() < 1e-12)
    True
    """
    dummies = np.concatenate(
        [(label[:, None] == np.unique(label)[None, :]).astype(float) for label in labels], axis=1
    )
    matrix = np.asarray(values, float).reshape(len(dummies), -1)
    fitted, *_ = np.linalg.lstsq(dummies, matrix, rcond=None)
    return matrix - dummies @ fitted


def dyadic_meat(scores: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Variance of a sum of scores of pairs, any two of which may depend if they share a member.

    Parameters
    ----------
    scores : ndarray, shape (pairs, k)
        Of each pair, summed over its periods.
    first, second : ndarrays, shape (pairs,)
        The two members, or the clusters (provinces) that they belong to, which may be the same.

    Returns
    -------
    ndarray, shape (k, k)

    Notes
    -----
    Aronow, Samii and Assenova (2015, Political Analysis 23); with clusters in place of members,
    pairs depend that have a cluster in common (Tabord-Meehan 2019, JBES 37).

    Examples
    --------
    >>> pairs = np.array([0, 0]), np.array([1, 2])
    >>> dyadic_meat(np.array([[1.0], [1.0]]), *pairs)  # they share a member: (1 + 1) squared
    array([[4.]])
    """
    members, codes = np.unique([first, second], return_inverse=True)
    low, high = np.sort(codes.reshape(2, -1), axis=0)
    size, apart = len(members), low != high
    cells = low[apart] * size + high[apart]
    sums, both = [], []
    for column in scores.T:
        sums.append(np.bincount(low, column, size) + np.bincount(high[apart], column[apart], size))
        both.append(np.bincount(cells, column[apart]))  # counted with either member
    sums, both = np.array(sums), np.array(both)
    return sums @ sums.T - both @ both.T


def precision(residuals: np.ndarray, units: np.ndarray, floor: float) -> np.ndarray:
    """Weigh observations by the inverse variance of their unit's residuals, mean one.

    Parameters
    ----------
    residuals
        Of a fit with equal weights, shape (observations,).
    units
        Labels, shape (observations,).
    floor
        Share of units whose variance is raised to that quantile: no unit weighs without bound.

    Returns
    -------
    ndarray, shape (observations,)

    Examples
    --------
    >>> precision(np.array([1.0, -1.0, 2.0, -2.0]), np.array([0, 0, 1, 1]), 0.0).tolist()
    [1.6, 1.6, 0.4, 0.4]
    """
    codes = np.unique(units, return_inverse=True)[1]
    variance = np.bincount(codes, residuals**2) / np.bincount(codes)
    weights = 1 / np.maximum(variance, np.quantile(variance, floor))[codes]
    return weights / weights.mean()
