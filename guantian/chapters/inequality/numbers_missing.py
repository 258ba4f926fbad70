"""What the text of the chapter on inequality asks for and a zone may not have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guantian.chapters.inequality.tables import RANKED, SAMPLES
from guantian.present.format import MISSING


def filled(numbers: dict[str, Any], specs: Mapping[str, Any]) -> dict[str, Any]:
    """Add what the text asks for and a zone does not have, as missing, so that the text stands."""
    estimated = ("slope", "interval", "half_life", "half_life_interval", "p", "hansen", "ar2")
    unknown = dict.fromkeys(
        (*estimated, "n", "detectable", "ratio", "ratio_interval", "low", "high"), MISSING
    )
    unknown |= {"verdict": "not estimated", "ratio_verdict": "is not known"}
    ranked = dict.fromkeys(("value", "difference", "interval", "p", "draws", *SAMPLES), MISSING)
    ranked |= {"verdict": "not ranked", "side": "beside", "first": MISSING, "last": MISSING}
    drawn = dict.fromkeys(
        (
            "n",
            "median",
            "null",
            "negative",
            "significant",
            "p_median",
            "p_share",
            "p_statistic",
            "holds_nation",
        ),
        MISSING,
    )
    wanted: list[tuple[tuple[str, ...], dict[str, str]]] = []
    wanted += [(("growth", name), ranked) for name in specs["growth"]]
    wanted += [(("placebo", name, term), ranked) for name in specs["placebo"] for term in RANKED]
    wanted += [
        (("counties", sample, spec, outcome), unknown)
        for sample in ("zone", "provinces")
        for spec in ("all", "without")
        for outcome in ("per_resident", "total")
    ]
    wanted += [
        (("dynamic", name, sample, kind), unknown)
        for name in specs["dynamic"]
        for sample in SAMPLES
        for kind in ("pooled", "within", "lsdvc")
    ]
    wanted += [
        (("change", name, sample, f"gini{by}"), ranked | {"trend": MISSING, "change": MISSING})
        for name in specs["placebo"]
        for sample in SAMPLES
        for by in ("", "_weighted")
    ]
    wanted += [
        (("windows", name, sample), unknown) for name in specs["windows"] for sample in SAMPLES
    ]
    wanted += [
        (("curve", sample), drawn | {"verdict": "unknown", "said": "there is no curve"})
        for sample in SAMPLES
    ]
    wanted += [
        (("theil", kind, name, "zone"), {"first": MISSING, "last": MISSING})
        for kind in ("core", "provinces")
        for name in specs["placebo"]
    ]
    for name, how in specs["combinations"].items():
        years = {end: str(how[end]) for end in ("first", "last")}
        wanted.append((("lights", name), years | {"correlation": MISSING}))
        wanted += [(("lights", name, sample), unknown) for sample in SAMPLES]
    for path, default in wanted:
        place = numbers
        for step in path:
            place = place.setdefault(step, {})
        for key, value in default.items():
            place.setdefault(key, value)
    return numbers
