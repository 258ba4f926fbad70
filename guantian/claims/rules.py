"""The rules of the verdicts: intervals and adjusted p-values in, one of five words out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from regiometrics.inference import SIGNIFICANT

SUPPORTED, NOT_SUPPORTED = "supported", "not supported"
INCONCLUSIVE, MIXED = "inconclusive", "mixed"
NOT_TESTABLE = "not testable with these figures"
SIGNS = {"positive": 1, "negative": -1}


@dataclass(frozen=True)
class Rule:
    """The levels by which parts are judged.

    Attributes
    ----------
    alpha
        A Holm-adjusted p-value below it is evidence.
    confidence
        Of the estimates' intervals.
    """

    alpha: float = SIGNIFICANT
    confidence: float = 0.95


def part_verdict(
    low: float,
    high: float,
    p_adjusted: float,
    direction: str,
    matters: float,
    *,
    reference: float = 0.0,
    alpha: float = SIGNIFICANT,
) -> str:
    """Judge one piece of evidence.

    Parameters
    ----------
    low, high
        Interval of the estimate, in its unit; an end may be infinite.
    p_adjusted
        Its p-value, adjusted within its family.
    direction
        ``positive`` or ``negative``: the side of the reference that the claim predicts.
    matters
        The smallest distance from the reference that would matter, in the same unit, above zero.
    reference
        The value that means no effect.
    alpha
        Level of the adjusted p-value.

    Returns
    -------
    str
        *Not supported* where the interval excludes every effect that would matter on the claimed
        side, be there a smaller one or none; *supported* where it lies wholly on that side and the
        adjusted p-value is below ``alpha``; else *inconclusive*.

    Examples
    --------
    >>> part_verdict(0.01, 0.05, 0.02, "positive", 0.02)
    'supported'
    >>> part_verdict(-0.05, 0.01, 0.4, "positive", 0.02)
    'not supported'
    >>> part_verdict(-0.05, 0.05, 0.9, "positive", 0.02)
    'inconclusive'
    """
    sign = SIGNS[direction]
    ends = sorted((sign * (low - reference), sign * (high - reference)))
    if ends[1] < matters:
        return NOT_SUPPORTED
    return SUPPORTED if ends[0] > 0 and p_adjusted < alpha else INCONCLUSIVE


def claim_verdict(words: Sequence[str]) -> str:
    """Join the verdicts of a claim's parts.

    Parts that agree give their word. Where some support the claim and some do not it is *mixed*;
    where none does but not all speak against it, what is left may hold: *inconclusive*. Parts that
    these figures cannot test say nothing; where none is left, nor can the claim.

    Examples
    --------
    >>> claim_verdict(["supported", "inconclusive"])
    'mixed'
    >>> claim_verdict(["inconclusive", "not supported"])
    'inconclusive'
    """
    said = {word for word in words if word != NOT_TESTABLE}
    if not said:
        return NOT_TESTABLE
    if len(said) == 1:
        return said.pop()
    return MIXED if SUPPORTED in said else INCONCLUSIVE


def implied_p(estimate: float, reference: float, error: float) -> float:
    """Return the two-sided normal p-value: for estimates that come with an interval only."""
    return float(2 * ndtr(-abs(estimate - reference) / error)) if error > 0 else np.nan
