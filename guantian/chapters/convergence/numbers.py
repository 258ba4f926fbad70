"""The numbers of the chapter's text: those that a row has are declared in ``numbers.yaml``."""

from __future__ import annotations

import pandas as pd

from guantian.present.declared import read_numbers
from guantian.present.format import per_cent, verdict
from guantian.present.numbers import evaluate, merge
from guantian.results import find, rows

POSITIONS = ("lies below the slope", "holds the slope", "lies above the slope")
#: Specifications whose years the text names.
SHOWN = {"reported": ("first", "last"), "chained": ("first", "last"), "reported_census": ("last",)}


def convergence_numbers(
    estimates: pd.DataFrame, series: pd.DataFrame, uncorrected: pd.DataFrame, specs: pd.DataFrame
) -> dict:
    """Return the numbers of the text, nested, as text.

    Parameters
    ----------
    estimates, series
        Results of the chapter.
    uncorrected
        Estimates from the tables without the errata.
    specs
        Specifications, indexed by name.
    """
    years = {
        name: {end: str(specs.at[name, end]) for end in ends}
        for name, ends in SHOWN.items()
        if name in specs.index
    }
    printed, _ = evaluate(
        read_numbers(__file__, **specs.loc["reported", ["first", "last"]].to_dict()),
        {"estimates": estimates, "series": series, "uncorrected": uncorrected},
    )
    against = {
        variant: {"zone": _against_nation(estimates, variant)}
        for variant in ("reported", "chained")
    }
    others = {"beta": against, "census": _census(estimates), "trends": _trends(estimates)}
    return merge(printed, others, {"specs": years})


def _against_nation(estimates: pd.DataFrame, variant: str) -> dict[str, str]:
    """Say where the interval of the zone's slope lies, seen from China's slope."""
    key = {"analysis": "beta", "method": "cross-section", "term": "initial", "variant": variant}
    zone, nation = (find(estimates, **key, sample=sample) for sample in ("zone", "nation"))
    if zone is None or nation is None:
        return {}
    said = verdict(zone.conf_low, zone.conf_high, nation.estimate, POSITIONS)
    return {"against_nation": said}


def _trends(estimates: pd.DataFrame) -> dict[str, str]:
    """How many of the zone's trends of dispersion there are, and how many leave zero out."""
    found = rows(estimates, analysis="sigma", sample="zone", term="trend")
    outside = (found["conf_low"] > 0) | (found["conf_high"] < 0)
    return {
        "count": str(len(found)),
        "outside": "none" if not outside.any() else str(outside.sum()),
    }


def _census(estimates: pd.DataFrame) -> dict[str, str]:
    """Share of the zone's fall in dispersion that belongs to the years of the 2020 census."""
    key = {"analysis": "sigma", "sample": "zone", "term": "ratio"}
    before = find(estimates, variant="reported", **key)
    whole = find(estimates, variant="reported_census", **key)
    if before is None or whole is None or not whole.estimate < before.estimate <= 1:
        return {}
    return {"share": per_cent((whole.estimate - before.estimate) / (whole.estimate - 1))}
