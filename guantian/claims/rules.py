"""The rule of the verdicts: an estimate, its p-values and a size in, one of five words out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from regiometrics.inference import SIGNIFICANT

SUPPORTED, CONTRADICTED = "supported", "contradicted"
NO_EFFECT, INCONCLUSIVE = "no relevant effect", "inconclusive"
NOT_TESTABLE = "not testable"
#: In the order in which they are listed.
VERDICTS = (SUPPORTED, CONTRADICTED, NO_EFFECT, INCONCLUSIVE, NOT_TESTABLE)
SIGNS = {"positive": 1, "negative": -1}
SMALLER = "but smaller than the SEOI"
NO_POWER = "no power"
#: Simulated size at nominal 5% within which a test's p-value is taken as it is.
SIZE = (0.035, 0.065)
#: A design whose expected minimum detectable effect is so many SEOI or more should be improved.
IMPROVE = 2.0


@dataclass(frozen=True)
class Rule:
    """The levels by which tests are judged.

    Attributes
    ----------
    alpha
        A Holm-adjusted p-value below it is evidence.
    confidence
        Of the estimates' intervals.
    """

    alpha: float = SIGNIFICANT
    confidence: float = 0.95


def verdict(
    effect: float,
    p_adjusted: float,
    p_equivalence: float,
    direction: str,
    *,
    alpha: float = SIGNIFICANT,
) -> str:
    """Judge a primary test.

    Parameters
    ----------
    effect
        The estimate as a distance from the benchmark.
    p_adjusted
        The two-sided p-value of no effect, adjusted within the family; missing where there is none.
    p_equivalence
        The p-value of an effect as large as the smallest one of interest (two one-sided tests),
        adjusted within the family; missing where there is none.
    direction
        ``positive`` or ``negative``: the side of the benchmark that the claim predicts.
    alpha
        Level of the adjusted p-values.

    Returns
    -------
    str
        *Supported* or *contradicted* by the side of the effect where the first p-value is below
        the level; else *no relevant effect* where the second is; else *inconclusive*; *not
        testable* where there is no estimate.

    Examples
    --------
    >>> verdict(0.3, 0.01, 0.9, "positive")
    'supported'
    >>> verdict(0.3, 0.01, 0.9, "negative")
    'contradicted'
    >>> verdict(0.01, 0.6, 0.02, "positive")
    'no relevant effect'
    >>> verdict(0.1, 0.2, 0.2, "positive")
    'inconclusive'
    """
    if np.isnan(effect):
        return NOT_TESTABLE
    side = SIGNS[direction] * effect
    if p_adjusted < alpha and side:
        return SUPPORTED if side > 0 else CONTRADICTED
    return NO_EFFECT if p_equivalence < alpha else INCONCLUSIVE


def qualifier(word: str, p_equivalence: float, mde: float, seoi: float, alpha: float) -> str:
    """Say what a reader of a verdict must know as well.

    Parameters
    ----------
    word
        The verdict.
    p_equivalence
        As of `verdict`.
    mde, seoi
        The test's minimum detectable effect and the smallest effect of interest, in one unit.
    alpha
        Level of the adjusted p-values.

    Examples
    --------
    >>> qualifier("supported", 0.01, 0.05, 0.2, 0.05)
    'but smaller than the SEOI'
    >>> qualifier("inconclusive", 0.4, 0.3, 0.2, 0.05)
    'no power'
    >>> qualifier("inconclusive", 0.4, 0.1, 0.2, 0.05)
    ''
    """
    if word in (SUPPORTED, CONTRADICTED) and p_equivalence < alpha:
        return SMALLER
    return NO_POWER if word == INCONCLUSIVE and mde > seoi else ""


def implied_p(estimate: float, benchmark: float, error: float) -> float:
    """Return the two-sided normal p-value: for estimates that come with an interval only."""
    return float(2 * ndtr(-abs(estimate - benchmark) / error)) if error > 0 else np.nan
