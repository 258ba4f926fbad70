"""The numbers of the paper's text, each printed once, read by the text and never typed."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from guantian.chapters.convergence.tables import convergence_numbers
from guantian.chapters.data.facts import data_facts
from guantian.chapters.data.numbers import NUMBERS
from guantian.chapters.spillovers.tables import spatial_numbers
from guantian.present.format import per_cent
from guantian.present.numbers import evaluate, merge
from regiometrics.inference import POWER


def paper_numbers(
    panel: pd.DataFrame,
    estimates: pd.DataFrame,
    specs: pd.DataFrame,
    uncorrected: pd.DataFrame,
    spatial: pd.DataFrame,
    errata: pd.DataFrame,
    dropped: pd.DataFrame,
    quality: Mapping[str, pd.DataFrame],
    study: Mapping,
) -> dict:
    """Return every number of the text.

    Parameters
    ----------
    panel, estimates, specs
        As made; ``specs`` is indexed by spec.
    uncorrected
        Estimates of the chapter without the errata.
    spatial
        Estimates of growth with spillovers.
    errata, dropped
        Corrections, and rows left out by the concordance.
    quality
        ``precision`` and ``planted``, as the checks' trial gives them.
    study
        The configuration, with ``zone`` the zone's description.

    Returns
    -------
    dict
        Nested, texts at the leaves; written as JSON.
    """
    facts = data_facts(panel, errata, dropped, zone=study["zone"], **quality)
    texts, _ = evaluate(NUMBERS, {"facts": facts})
    return merge(
        texts,
        {
            "zone": {"claimed": _claimed(study)},
            "base_year": str(study["base_year"]),
            "power": f"{POWER:g}",
            "confidence": f"{100 * study['confidence']:g}",
            "uncorrected": convergence_numbers(uncorrected, specs),
            "spatial": spatial_numbers(spatial),
            "spatial_main": study["weights"],
            "convergence": convergence_numbers(estimates, specs),
            "census": _census(estimates),
            "specs": {
                row.Index: {
                    "label": row.label,
                    "first": str(row.first),
                    "last": str(row.last),
                }
                for row in specs.itertuples()
            },
        },
    )


def _claimed(study: Mapping) -> dict[str, str]:
    """Of which zone the documents speak, and to which other one their claims are put, if any."""
    about, zone = study["about"], study["zone"]
    other = f" Here their claims are put to another one, the {zone['name_en']}."
    return {
        "name": about["name_en"],
        "name_zh": about["name_zh"],
        "put": other if zone["name_en"] != about["name_en"] else "",
    }


def _census(estimates: pd.DataFrame) -> dict:
    """Share of the zone's fall in dispersion that falls in the years of the 2020 census."""
    ratios = estimates.query("analysis == 'sigma' and sample == 'zone' and term == 'ratio'")
    ratios = ratios.set_index("spec")["estimate"]
    if not {"reported", "reported_census"} <= set(ratios.index):
        return {}
    whole, before = ratios["reported_census"] - 1, ratios["reported"] - 1
    if not whole < before <= 0:
        return {}
    return {"share": per_cent((whole - before) / whole)}
