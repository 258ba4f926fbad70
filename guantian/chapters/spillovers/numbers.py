"""The numbers of the chapter's text, from its results."""

from __future__ import annotations

from math import isnan, nan

import pandas as pd

from guantian.chapters.spillovers.tables import CORRECTED, IMPACTS, RHO
from guantian.data.samples import SAMPLES
from guantian.present.format import MISSING, interval, number, p_value, verdict
from guantian.results import Row, find, rows
from guantian.spatial_rows import DOWN
from regiometrics.inference import SIGNIFICANT

PLACES = ("below zero", "not statistically different from zero", "above zero")


def spillover_numbers(estimates: pd.DataFrame, tests: pd.DataFrame, weights: str) -> dict:
    """Return the numbers of the text by sample, as text.

    Parameters
    ----------
    estimates, tests
        Results of the chapter.
    weights
        Name of the spatial weights of which the text speaks.
    """
    numbers = {}
    for sample in SAMPLES:
        key = {"variant": "sdm", "sample": sample, "weights": weights}
        found = rows(estimates, **key)
        if len(found):
            values = {"n": number(found["n_units"].iloc[0], 0)}
            values |= _printed("rho", find(found, **RHO), 1)
            for name in ("Direct", "Indirect"):
                values |= _printed(name.lower(), find(found, **IMPACTS[name]), 100)
            values |= _corrected(find(found, **CORRECTED))
            numbers[sample] = values | _tested(rows(tests, **key))
    return numbers


def _printed(name: str, row: Row | None, scale: float) -> dict[str, str]:
    """Print an estimate, its interval and where that lies; a dash where there is no estimate."""
    if row is None or isnan(row.estimate):
        return {name: MISSING, f"{name}_interval": "", f"{name}_verdict": "not available"}
    low, high = scale * row.conf_low, scale * row.conf_high
    return {
        name: number(scale * row.estimate, 2),
        f"{name}_interval": interval(low, high, 2),
        f"{name}_verdict": verdict(low, high, 0, PLACES),
    }


def _corrected(row: Row | None) -> dict[str, str]:
    printed = _printed("corrected", row, 100)
    said = f"{printed['corrected']} {printed['corrected_interval']}"
    explosive = "explosive, so that no correction exists"
    return printed | {"corrected_said": explosive if row is None else said}


def _tested(tests: pd.DataFrame) -> dict[str, str]:
    """Print whether residuals are dependent across cities, and whether the lag model would do."""
    found = tests.set_index(["group", "term"])["p_value"]
    common, lag = (float(found.get(key, nan)) for key in (("", "cd"), (DOWN, "lr_sar")))
    return {
        "cd_p": p_value(common),
        "cd_said": _word(
            common, "are correlated across cities", "are not significantly correlated"
        ),
        "lag_p": p_value(lag),
        "lag_said": _word(lag, "is rejected", "is not rejected"),
    }


def _word(p: float, rejects: str, holds: str) -> str:
    if isnan(p):
        return "cannot be tested"
    return rejects if p < SIGNIFICANT else holds
