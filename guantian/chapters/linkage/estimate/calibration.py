"""Inference of the primary tests, with the size that it has under placebo assignments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import stdtrit

from regiometrics.gravity.grid import Array
from regiometrics.inference import inference_row

LEVEL = 0.05
ACCEPTED = (0.035, 0.065)  # of a nominal 5% test; outside, errors are scaled
FOLDS = 10


@dataclass(frozen=True)
class Calibration:
    """What placebo assignments say of a test.

    Attributes
    ----------
    expected
        Standard deviation of the placebo estimates: the error expected of the design.
    raw_size
        Share of placebo tests that reject at 5%.
    factor
        By which the error is multiplied; 1 where the size is accepted.
    size
        Share of placebo tests that reject after scaling.
    centre
        Mean of the placebo estimates.
    draws
        Placebo assignments that gave an estimate.
    """

    expected: float
    raw_size: float
    factor: float
    size: float
    centre: float
    draws: int


def calibrate(estimates: Sequence[float], errors: Sequence[float], df: float) -> Calibration:
    """Find by how much errors must be scaled for a 5% test to reject 5% of placebos.

    The factor is the 0.95 quantile of the absolute placebo t over the critical value. Where the
    raw size lies within `ACCEPTED`, nothing is scaled. The size after scaling is found by
    cross-validation, so that no placebo is tested with a factor that it helped to choose.

    Parameters
    ----------
    estimates, errors
        Of the placebo assignments; missing ones are left out.
    df
        Degrees of freedom of the test.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> found = calibrate(rng.normal(0, 2, 4000), np.ones(4000), np.inf)
    >>> round(float(found.factor), 1), 0.04 < found.size < 0.06
    (2.0, True)
    """
    estimates, errors = (np.asarray(each, dtype="float64") for each in (estimates, errors))
    known = np.isfinite(estimates) & np.isfinite(errors) & (errors > 0)
    estimates, errors = estimates[known], errors[known]
    if len(estimates) < 2 * FOLDS:
        raise ValueError(
            f"{len(estimates)} placebo assignments gave an estimate; expected {2 * FOLDS} or more."
        )
    ratios, critical = np.abs(estimates / errors), stdtrit(df, 1 - LEVEL / 2)
    raw = float(np.mean(ratios > critical))
    expected, centre = float(estimates.std(ddof=1)), float(estimates.mean())
    if ACCEPTED[0] <= raw <= ACCEPTED[1]:
        return Calibration(expected, raw, 1.0, raw, centre, len(estimates))
    fold = np.arange(len(ratios)) % FOLDS
    rejected = np.zeros(len(ratios), dtype=bool)
    for each in range(FOLDS):
        rejected[fold == each] = ratios[fold == each] > _cut(ratios[fold != each])
    return Calibration(
        expected, raw, _cut(ratios) / critical, float(rejected.mean()), centre, len(estimates)
    )


def inferred(
    estimate: float, error: float, df: float, calibration: Calibration, confidence: float
) -> dict[str, Any]:
    """Lay out a primary test: estimate, scaled error, size and expected error.

    Parameters
    ----------
    estimate, error
        The estimate and its error before scaling.
    df
        Degrees of freedom.
    calibration
        What placebo assignments say of the test.
    confidence
        Of the interval.
    """
    return {
        **inference_row(estimate, error * calibration.factor, confidence, df),
        "df": df,
        "expected_std_error": calibration.expected,
        "size_at_5pct": calibration.size,
        "n_draws": calibration.draws,
    }


def described(calibration: Calibration, errors: str) -> dict[str, str]:
    """Name the errors of a primary test, and say how its size was found.

    Parameters
    ----------
    calibration
        What placebo assignments say of the test.
    errors
        Name of the errors before scaling.
    """
    said = (
        f"Rejection rate of {calibration.draws} placebo assignments before scaling: "
        f"{calibration.raw_size:.3f}; mean placebo estimate {calibration.centre:.3f}."
    )
    if calibration.factor == 1:
        return {"cov_type": errors, "note": said}
    return {"cov_type": f"{errors}, scaled by placebo assignments", "note": said}


def _cut(ratios: Array) -> float:
    return float(np.quantile(ratios, 1 - LEVEL))
