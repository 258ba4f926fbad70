"""Size and power of a test from placebo assignments, and p-values calibrated by them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from guantian.results import placebo_columns
from regiometrics import _laws as laws
from regiometrics.inference import inference_row
from regiometrics.placebo.ranks import placebo_rank

#: Simulated rates of a nominal 5% test within which its own p-value is kept.
ACCEPTED = (0.035, 0.065)
LEVEL = 0.05


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
    def ratios(self) -> np.ndarray:
        """Ratios of estimates to errors, shape (draws,)."""
        return self.estimates / self.errors

    @property
    def expected_error(self) -> float:
        """Standard deviation of the estimates: the error that the design lets one expect."""
        return float(self.estimates.std(ddof=1))


def placebo_row(
    estimate: float,
    error: float,
    df: int,
    drawn: np.ndarray,
    drawn_ratios: np.ndarray,
    confidence: float,
    about: Mapping[str, Any],
    benchmark: float = 0.0,
) -> dict[str, Any]:
    """Lay out a primary test: estimate, inference, and its size and power under placebos.

    Parameters
    ----------
    estimate, error, df
        Of the test; t with these degrees of freedom.
    drawn, drawn_ratios : ndarray, shape (draws,)
        Estimates and their ratios to their errors under placebo assignments, which have no effect.
    confidence
        Of the interval.
    about
        Columns of the row; ``cov_type`` is completed where the p-value is calibrated.
    benchmark
        The reference value against which p is; a column of the row where it is not zero.

    Returns
    -------
    dict
        ``expected_std_error`` is the standard deviation of the placebo estimates, ``size_at_5pct``
        the share of placebo ratios that the test rejects. Where that share is outside `ACCEPTED`,
        the error is scaled so that 5% of the placebos are rejected, and the size is that of the
        calibrated test on placebos that did not calibrate it (`calibrated_size`).
    """
    ratios = np.abs(drawn_ratios[np.isfinite(drawn_ratios)])
    critical = laws.t.ppf(1 - LEVEL / 2, df)
    size, note = float((ratios > critical).mean()), {}
    if not ACCEPTED[0] <= size <= ACCEPTED[1]:
        note = {
            "cov_type": f"{about['cov_type']}, calibrated by placebos",
            "note": f"Before it was calibrated the test rejected {size:.1%} of placebos.",
        }
        error *= float(np.quantile(ratios, 1 - LEVEL)) / critical
        size = calibrated_size(ratios)
    row = {**about, **inference_row(estimate, error, confidence, df, benchmark), "df": df, **note}
    row |= {"benchmark": benchmark} if benchmark else {}
    return row | {
        "expected_std_error": float(np.std(drawn, ddof=1)),
        "size_at_5pct": size,
        "n_draws": len(ratios),
    }


def placebo_test(
    row: Mapping[str, Any], placebos: Placebos, confidence: float, benchmark: float = 0.0
) -> dict[str, Any]:
    """Complete a row that has estimate, error and degrees of freedom by `placebo_row`."""
    numbers = row["estimate"], row["std_error"], row["df"], placebos.estimates, placebos.ratios
    return placebo_row(*numbers, confidence, row, benchmark)


def calibrated_size(statistics: np.ndarray) -> float:
    """Rejection rate of a test calibrated by placebos, on placebos that did not calibrate it.

    Parameters
    ----------
    statistics : ndarray, shape (draws,)
        Placebo statistics, large where the test rejects. The critical value of each half is used
        on the other half.

    Examples
    --------
    >>> calibrated_size(np.repeat(np.arange(1000), 2))
    0.05
    """
    halves = statistics[::2], statistics[1::2]
    rates = [
        (other > np.quantile(half, 1 - LEVEL)).mean() for half, other in (halves, halves[::-1])
    ]
    return float(np.mean(rates))


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
        "size_at_5pct": calibrated_size(apart),
        "expected_std_error": error,
    }
    return row if benchmark == 0 else row | {"benchmark": benchmark}
