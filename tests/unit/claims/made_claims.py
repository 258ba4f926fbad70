"""Invented declarations and estimates."""

import copy

from guantian.declarations import Declarations
from guantian.results import estimates

TEST = {"outcome": "y", "sample": "units", "estimator": "OLS", "seen": None}
SHARED = {"direction": "positive", "seoi": 0.5, "unit": "points", "reason": "Half a point."}


def statement(part, china=TEST, zone=None, **more):
    """A statement with a test for China, and one for the zone or the reason why there is none."""
    made = {"part": part, "quotation": f"words of {part}", "claim": f"Claim {part}.", **SHARED}
    made |= {"china": china} if china else {}
    made |= {"zone": zone} if zone else {}
    made["untested"] = {
        name: f"No data on {part}."
        for name, test in (("china", china), ("zone", zone))
        if test is None
    }
    return copy.deepcopy(made | more)


def claim(name, *statements, **more):
    """A claim of the document that its name begins with."""
    made = {"id": name, "source": name[:2], "claim": f"Claim {name}."}
    return made | {"statements": list(statements or [statement(name)])} | more


def declare(*claims):
    """Declarations, checked."""
    return Declarations.model_validate({"declared": "2026-11-29", "claims": list(claims)})


def row(part, value, error, sample="china", **more):
    """A primary estimate with a normal interval."""
    made = {"analysis": "primary", "variant": part, "sample": sample, "outcome": "y"}
    made |= {"term": "b", "estimate": value, "std_error": error}
    if error is not None:
        made |= {"conf_low": value - 1.959963985 * error, "conf_high": value + 1.959963985 * error}
    return made | more


def tables(*rows, chapter="made"):
    """Estimates of one chapter."""
    return {chapter: estimates(rows, chapter=chapter)}
