"""Inference whose size is measured with placebos, and calibrated by them where it is off.

A primary test prints the rate at which it rejects a true null at a nominal 5%, from placebo
treatments or placebo outcomes on the study's own data. Where the rate leaves `LIMITS`, the test's t
statistic is compared with those of the placebos and not with Student's distribution.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from guantian.results import placebo_columns
from regiometrics.inference import inference_row
from regiometrics.placebo.ranks import placebo_rank

NOMINAL = 0.05
#: Rates of rejection between which a method is used as it is; the protocol sets them.
LIMITS = (0.035, 0.065)
CALIBRATED = ", p by placebos"


@dataclass(frozen=True)
class Placebos:
    """Estimates and standard errors where there is no effect.

    Attributes
    ----------
    estimates, errors : ndarray, shape (draws,)
        Of the same estimator on placebo data, on which its true value is zero.
    """

    estimates: np.ndarray
    errors: np.ndarray

    @property
    def statistics(self) -> np.ndarray:
        """Absolute ratios of estimates to errors, shape (draws,)."""
        return np.abs(self.estimates) / self.errors

    @property
    def expected_error(self) -> float:
        """Standard deviation of the estimates: the error that the design lets one expect."""
        return float(self.estimates.std(ddof=1))

    def size(self, df: float) -> float:
        """Rate at which t with so many degrees of freedom rejects at a nominal 5%."""
        limit = inference_row(0.0, 1.0, 1 - NOMINAL, df)["conf_high"]
        return float((self.statistics > limit).mean())


def crossed_size(statistics: np.ndarray) -> float:
    """Rate at which every second draw exceeds the others' 95% quantile, averaged over both halves.

    Parameters
    ----------
    statistics : ndarray, shape (draws,)
        Absolute statistics under the null, in the order drawn.
    """
    halves = statistics[::2], statistics[1::2]
    limits = [np.quantile(half, 1 - NOMINAL) for half in halves]
    return float(np.mean([(halves[0] > limits[1]).mean(), (halves[1] > limits[0]).mean()]))


def calibrated_row(
    estimate: float,
    error: float,
    df: float,
    placebos: Placebos,
    cov_type: str,
    confidence: float,
    benchmark: float = 0.0,
) -> dict:
    """Test an estimate against a reference value, with the size of the test beside it.

    Parameters
    ----------
    estimate, error
        The estimate and its standard error.
    df
        Degrees of freedom of Student's t.
    placebos
        The estimator where there is no effect.
    cov_type
        Name of the standard error; `CALIBRATED` is added where placebos give the p-value.
    confidence
        Of the interval.
    benchmark
        The reference value of the null.

    Returns
    -------
    dict
        Columns of `guantian.results.estimates`: those of `inference_row`, ``df``, ``cov_type``,
        ``size_at_5pct``, ``expected_std_error``, ``n_draws`` and, where the reference value is not
        zero, ``benchmark``. Inference is by t where its size lies within `LIMITS`. Otherwise p is
        the share of placebo statistics at least as large (the estimate's own counted), the
        interval is their quantile times the error on either side of the estimate, and
        ``size_at_5pct`` is measured on draws that did not set the quantile.

    Examples
    --------
    >>> draws = np.random.default_rng(1).standard_normal(999)
    >>> row = calibrated_row(3.0, 1.0, 30, Placebos(draws, np.ones(999)), "robust", 0.95)
    >>> round(row["size_at_5pct"], 3), row["p_value"] < 0.01, row["cov_type"]
    (0.042, True, 'robust')
    """
    row = inference_row(estimate, error, confidence, df, benchmark)
    size = placebos.size(df)
    if not LIMITS[0] <= size <= LIMITS[1]:
        extreme = int((placebos.statistics >= abs(row["statistic"])).sum())
        half = float(np.quantile(placebos.statistics, confidence)) * error
        row |= {"conf_low": estimate - half, "conf_high": estimate + half}
        row |= {"p_value": (1 + extreme) / (1 + len(placebos.estimates))}
        size, cov_type = crossed_size(placebos.statistics), cov_type + CALIBRATED
    row |= {"df": df, "cov_type": cov_type, "n_draws": len(placebos.estimates)}
    row |= {"size_at_5pct": size, "expected_std_error": placebos.expected_error}
    return row if benchmark == 0 else row | {"benchmark": benchmark}


def zone_row(
    value: float,
    placebos: np.ndarray,
    members: np.ndarray,
    confidence: float,
    benchmark: float = 0.0,
) -> dict:
    """Test a zone's own value against a reference value, with the error of groups like it.

    What a zone's value would be by chance is taken from placebo zones: how far theirs lie from
    their mean. The reference value is not theirs, so that the test asks whether the zone's value
    differs from it, and not whether the zone differs from others; its rank among them is
    a description beside.

    Parameters
    ----------
    value
        The zone's.
    placebos : ndarray, shape (draws,)
        The placebo zones'; missing ones are left out.
    members : ndarray, shape (draws, size)
        Codes or positions of the placebo zones' members, to count disjoint ones.
    confidence
        Of the interval.
    benchmark
        The reference value of the null.

    Returns
    -------
    dict
        Columns of `guantian.results.estimates`; empty where the value is missing or placebo zones
        are too few for the interval.
    """
    known = placebos[~np.isnan(placebos)]
    if np.isnan(value) or len(known) < 2 / (1 - confidence) - 1 - 1e-9:
        return {}
    apart = np.abs(known - known.mean())
    error = float(known.std(ddof=1))
    half = float(np.quantile(apart, confidence))
    ranked = placebo_columns(placebo_rank(value, placebos, members), placebos, confidence)
    row = {name: ranked[name] for name in ("rank", "rank_from", "n_draws", "n_disjoint")}
    row |= {
        "estimate": float(value),
        "std_error": error,
        "statistic": (value - benchmark) / error,
        "p_value": (1 + int((apart >= abs(value - benchmark)).sum())) / (1 + len(known)),
        "conf_low": value - half,
        "conf_high": value + half,
        "cov_type": "dispersion of placebo zones",
        "size_at_5pct": crossed_size(apart),
        "expected_std_error": error,
    }
    return row if benchmark == 0 else row | {"benchmark": benchmark}
