"""Covariances of the estimates of :class:`regiometrics.spatial.SpatialPanel`, by name.

What each name promises holds for every model that takes it:

- "classical" (also "unadjusted"): independent errors of one variance, by the information matrix.
- "qml": independent errors of one variance and any distribution (Lee 2004): the sandwich of the
  quasi-likelihood. It does not hold under heteroskedasticity.
- "robust" (also "heteroskedastic"): independent errors of any variances. For "slx" this is White's
  HC1, and "HC0" to "HC3" are at hand; for models with a spatial lag or spatial errors the
  estimator changes too, see :mod:`regiometrics.spatial.heteroskedastic`.
- "clustered": dependence within clusters; by unit for models with spatial terms.
- "newey-west", "driscoll-kraay" (also "kernel"), "conley": for "slx".
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from regiometrics.errors import label
from regiometrics.panel.covariance import sandwich
from regiometrics.panel.dependence import Dependence
from regiometrics.spatial.errors import (
    FewClustersWarning,
    LeverageWarning,
    SpecificationError,
)
from regiometrics.spatial.information import Information

Array = np.ndarray
ALIASES = {
    "unadjusted": "classical",
    "homoskedastic": "classical",
    "heteroskedastic": "robust",
    "kernel": "driscoll-kraay",
}
_WHITE = ("HC0", "HC1", "HC2", "HC3")
_SCORES = ("robust", *_WHITE, "clustered", "newey-west", "driscoll-kraay", "conley")
COVARIANCES = ("classical", "qml", *_SCORES)
#: Fewer clusters than this are warned of.
FEW_CLUSTERS = 10
INFORMATION = (None, "expected", "observed")


@dataclass(frozen=True, eq=False)
class CovarianceOptions:
    """What was asked of the covariance.

    Attributes
    ----------
    kind : str
        One of `COVARIANCES`.
    clusters, lags, kernel
        The details of the covariance, as in :class:`regiometrics.panel.dependence.Dependence`.
    debiased : bool
        Whether small-sample factors are applied where scores are summed.
    information : {None, "expected", "observed"}
        The information of "classical"; None: expected, observed for "baltagi" random effects.
    """

    kind: str = "classical"
    clusters: object = None
    lags: int | None = None
    kernel: object = None
    debiased: bool = True
    information: str | None = None

    @classmethod
    def read(
        cls,
        cov_type: object,
        clusters: object = None,
        lags: object = None,
        kernel: object = None,
        debiased: bool = True,
        information: object = None,
        bandwidth: object = None,
        cluster_entity: bool = False,
        cluster_time: bool = False,
    ) -> CovarianceOptions:
        """Bring linearmodels' names and ours into one form.

        Raises
        ------
        SpecificationError
            If an option does not exist or options do not go together.
        """
        kind = ALIASES.get(cov_type, cov_type) if isinstance(cov_type, str) else cov_type
        if kind not in COVARIANCES:
            names = ", ".join(repr(name) for name in COVARIANCES)
            raise SpecificationError(f"cov_type is {cov_type!r}; expected one of {names}.")
        if information not in INFORMATION:
            raise SpecificationError(
                f"information is {information!r}; expected 'expected', 'observed' or None."
            )
        if information is not None and kind != "classical":
            raise SpecificationError(
                f"information is {information!r} with cov_type '{kind}'; expected cov_type "
                "'classical', the inverse of the information."
            )
        if cluster_entity or cluster_time:
            if clusters is not None:
                raise SpecificationError(
                    "clusters is given beside cluster_entity or cluster_time; expected one."
                )
            ways = {(1, 0): "unit", (0, 1): "time", (1, 1): "twoway"}
            clusters = ways[int(cluster_entity), int(cluster_time)]
        if isinstance(kernel, str):
            if kernel.lower() not in ("bartlett", "newey-west"):
                raise SpecificationError(f"kernel is {kernel!r}; expected 'bartlett'.")
            kernel = None
        if bandwidth is not None:
            if lags is not None:
                raise SpecificationError("lags and bandwidth are both given; expected one.")
            lags = bandwidth
        if lags is not None:
            if isinstance(lags, bool) or not (isinstance(lags, int | np.integer) and lags >= 0):
                raise SpecificationError(
                    f"lags is {lags!r}; expected a whole number, zero or more."
                )
            lags = int(lags)
        for name, value, kinds in (
            ("clusters", clusters, ("clustered",)),
            ("lags", lags, ("newey-west", "driscoll-kraay", "conley")),
            ("kernel", kernel, ("conley",)),
        ):
            if value is not None and kind not in kinds:
                raise SpecificationError(
                    f"{name} is given with cov_type '{kind}', which does not use it; expected "
                    f"cov_type {' or '.join(repr(one) for one in kinds)}."
                )
        return cls(kind, clusters, lags, kernel, bool(debiased), information)

    @property
    def of_scores(self) -> bool:
        """Whether the covariance is made of the observations' scores."""
        return self.kind in _SCORES

    def dependence(self, shape: tuple[int, int], units: pd.Index, periods: pd.Index) -> Dependence:
        """Return what errors may depend on."""
        kind = "robust" if self.kind in _WHITE else self.kind
        return Dependence(kind, shape, self.clusters, self.lags, self.kernel, units, periods)

    def classical(self) -> CovarianceOptions:
        """Return the same with the classical covariance."""
        return replace(self, kind="classical", clusters=None, lags=None, kernel=None)


def information_covariance(information: Information, kind: str, labels: pd.Index) -> pd.DataFrame:
    """Inverse of the information, or the sandwich of the quasi-likelihood.

    Parameters
    ----------
    information : Information
        The information of the parameters.
    kind : {"classical", "qml"}
        Which covariance is wanted.
    labels : pandas.Index
        The names of the estimates, without the variance.
    """
    bread = information.inverse
    if kind == "qml":
        bread = bread @ information.score_variance @ bread
    cov = information.basis @ bread @ information.basis.T
    p = len(labels)
    return pd.DataFrame(((cov + cov.T) / 2)[:p, :p], index=labels, columns=labels)


def least_squares_covariance(
    within: Array,
    residuals: Array,
    observed: Array | None,
    options: CovarianceOptions,
    dependence: Dependence,
    effects: str,
) -> tuple[Array, float]:
    """Sandwich of least squares from the observations' scores.

    Parameters
    ----------
    within : numpy.ndarray, shape (T, n, k)
        Regressors, effects taken out; zero where the outcome is not observed.
    residuals : numpy.ndarray, shape (T, n)
        The residuals, one row per period.
    observed : numpy.ndarray of bool, shape (T, n), or None
        Whether unit and period are observed; None where all are.
    options : CovarianceOptions
        The covariance that was asked for.
    dependence : Dependence
        What the errors may depend on.
    effects : str
        The effects of the model.

    Returns
    -------
    cov : numpy.ndarray, shape (k, k)
    factor : float
        The small-sample factor in it.

    Raises
    ------
    SpecificationError
        If HC2 or HC3 are asked for where an observation determines its own fit, or for an
        unbalanced panel with effects, whose leverages have no closed form here.

    Notes
    -----
    White (1980); HC1 to HC3: MacKinnon and White (1985). Leverages count the effects.
    """
    T, n, k = within.shape
    flat = within.reshape(T * n, k)
    e = np.where(observed, residuals, 0.0) if observed is not None else residuals
    size = np.sqrt((flat**2).sum(axis=0))
    # Scores of an orthonormal basis: those of nearly collinear regressors lose digits.
    Q, R = np.linalg.qr(flat / size)
    root = np.linalg.inv(R) / size[:, None]
    e = e.reshape(-1)
    if observed is None:
        _warn_of_leverage(_hat(Q, T, n, effects), n, dependence)
    factor = 1.0
    if options.kind in ("HC2", "HC3"):
        leverage = _leverage(Q, T, n, effects, observed)
        e = e / (1 - leverage) ** (0.5 if options.kind == "HC2" else 1.0)
    elif options.debiased and options.kind != "HC0":
        rows = T * n if observed is None else int(observed.sum())
        factor = dependence.factor(k, effects, rows)
    scores = Q * e[:, None]
    meat = dependence.meat(scores)
    refuse_empty_sums(np.diag(meat), scores, dependence)
    return factor * sandwich(root, meat), factor


def refuse_empty_sums(variances: Array, scores: Array, dependence: Dependence) -> None:
    """Refuse groups in which the scores of a coefficient add up to zero whatever the errors are.

    Parameters
    ----------
    variances : numpy.ndarray, shape (k,)
        The estimated variances of the sums of scores.
    scores : numpy.ndarray, shape (N, k)
        The scores of the observations.
    dependence : Dependence
        What errors may depend on.

    Raises
    ------
    SpecificationError
        Since the error would be zero, or rounding: with effects taken out of two periods, for
        instance, the scores of both sum to zero over the units.
    """
    if (variances < 1e-14 * np.square(scores).sum(axis=0)).any():
        raise SpecificationError(
            f"With cov_type '{dependence.kind}' the scores of a coefficient add up to zero in each "
            f"of the {dependence.n_groups or 'few'} groups that are summed over, because of the "
            "effects taken out; expected more groups, or another cov_type: the error would be zero."
        )


def warn_of_few_clusters(dependence: Dependence) -> None:
    """Say where clusters are too few for intervals by their number.

    Warns
    -----
    FewClustersWarning
        Below ten: a nominal 5% test by t(G - 1) can reject 10 to 30% of true nulls (Cameron,
        Gelbach and Miller 2008; MacKinnon and Webb 2017).
    """
    groups = dependence.n_groups
    if groups is not None and groups < FEW_CLUSTERS:
        warnings.warn(
            f"There are {groups} {'clusters' if dependence.kind == 'clustered' else 'periods'} to "
            "sum over: errors are understated with so few, and tests by t("
            f"{groups - 1}) reject too often. Use a wild cluster bootstrap, such as "
            "Spatial2SLSResult.wild_bootstrap.",
            FewClustersWarning,
            stacklevel=4,
        )


def _warn_of_leverage(leverage: Array, n: int, dependence: Dependence) -> None:
    sole = leverage > 1 - 1e-10
    if sole.any():
        t, i = divmod(int(np.argmax(sole)), n)
        units, periods = dependence.units, dependence.periods
        assert units is not None and periods is not None  # `dependence` names them
        where = f"unit {label(units[i])} in period {label(periods[t])}"
        warnings.warn(
            f"The observation of {where} determines its own fitted value: its residual is zero, "
            "and the robust error of the regressor that singles it out means nothing.",
            LeverageWarning,
            stacklevel=6,
        )


def _leverage(basis: Array, T: int, n: int, effects: str, observed: Array | None) -> Array:
    if observed is not None and effects != "none":
        raise SpecificationError(
            "HC2 and HC3 are asked for in an unbalanced panel with effects; expected 'HC0', "
            "'HC1' ('robust') or 'clustered': leverages there have no closed form."
        )
    leverage = _hat(basis, T, n, effects)
    if (leverage > 1 - 1e-10).any():
        raise SpecificationError(
            "An observation determines its own fitted value (leverage one); expected less for "
            "HC2 and HC3: use 'HC1'."
        )
    return leverage


def _hat(basis: Array, T: int, n: int, effects: str) -> Array:
    """Leverage of each observation, effects of a balanced panel counted."""
    own = {"none": 0.0, "unit": 1 / T, "time": 1 / n, "twoway": 1 / T + 1 / n - 1 / (T * n)}
    return (basis**2).sum(axis=1) + own[effects]
