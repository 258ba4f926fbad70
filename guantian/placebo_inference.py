"""Size and power of a test from placebo assignments, and p-values calibrated by them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import stats

from regiometrics.inference import inference_row

#: Simulated rates of a nominal 5% test within which its own p-value is kept.
ACCEPTED = (0.035, 0.065)
LEVEL = 0.05


def placebo_row(
    estimate: float,
    error: float,
    df: int,
    drawn: np.ndarray,
    drawn_ratios: np.ndarray,
    confidence: float,
    about: Mapping[str, Any],
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

    Returns
    -------
    dict
        ``expected_std_error`` is the standard deviation of the placebo estimates, ``size_at_5pct``
        the share of placebo ratios that the test rejects. Where that share is outside `ACCEPTED`,
        the error is scaled so that 5% of the placebos are rejected, and the size is that of the
        calibrated test on placebos that did not calibrate it (`calibrated_size`).
    """
    ratios = np.abs(drawn_ratios[np.isfinite(drawn_ratios)])
    critical = stats.t.ppf(1 - LEVEL / 2, df)
    size, note = float((ratios > critical).mean()), {}
    if not ACCEPTED[0] <= size <= ACCEPTED[1]:
        note = {
            "cov_type": f"{about['cov_type']}, calibrated by placebos",
            "note": f"Before it was calibrated the test rejected {size:.1%} of placebos.",
        }
        error *= float(np.quantile(ratios, 1 - LEVEL)) / critical
        size = calibrated_size(ratios)
    row = {**about, **inference_row(estimate, error, confidence, df), "df": df, **note}
    return row | {
        "expected_std_error": float(np.std(drawn, ddof=1)),
        "size_at_5pct": size,
        "n_draws": len(ratios),
    }


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
