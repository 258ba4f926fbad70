"""The numbers of the paper's text, each printed once, read by the text and never typed."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from guantian.chapters.data.facts import data_facts
from guantian.chapters.data.numbers import NUMBERS
from guantian.present.numbers import evaluate, merge
from regiometrics.inference import POWER


def paper_numbers(
    panel: pd.DataFrame,
    errata: pd.DataFrame,
    dropped: pd.DataFrame,
    quality: Mapping[str, pd.DataFrame],
    study: Mapping,
) -> dict:
    """Return every number of the text.

    Parameters
    ----------
    panel
        As made.
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
            "zone": {"claimed": {"name": study["about"]["name_en"]}},
            "base_year": str(study["base_year"]),
            "power": f"{POWER:g}",
            "confidence": f"{100 * study['confidence']:g}",
        },
    )
