"""The numbers of the chapter's text, declared: from which row each is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from guantian.chapters.zones.names import STATISTICS
from guantian.geography.zones import Zone
from guantian.present.format import bounds, count, fixed
from guantian.present.numbers import Number, evaluate, merge

INTERVAL = ("conf_low", "conf_high")
COUNTS = ("estimated", "below", "above")
NOT_NAMED = {"growth": "below", "beta": "above"}  # counts of zones that the text leaves out


def _numbers(own: str) -> Iterator[Number]:
    """Yield the zone's value and interval, and the counts of zones, of each statistic."""
    for each in STATISTICS:
        key = {"term": each.term, "variant": each.variant, "group": own}
        yield Number(f"{each.key}.value", key, format=fixed(each.decimals, each.scale))
        yield Number(f"{each.key}.interval", key, INTERVAL, bounds(each.decimals, each.scale))
        if each.key != "growth_first_published":
            counted = {"analysis": "counts", "variable": each.term, "variant": each.variant}
            for name in COUNTS:
                if name == NOT_NAMED.get(each.key):
                    continue
                yield Number(
                    f"{each.key}.{name}", counted | {"term": name}, "value", count(), "series"
                )
    for name in ("estimated", "adjusted"):
        counted = {"analysis": "counts", "variable": "all_but_growth", "term": name}
        yield Number(f"tests.{name}", counted, "value", count(), "series")
    china = {"term": "growth", "variant": "revised", "sample": "china"}
    yield Number("growth.china", china, format=fixed(1))
    inward = {"group": own}
    yield Number("share", inward | {"term": "inward_share"}, "value", fixed(0), "series")
    predicted = inward | {"term": "inward_share_predicted"}
    yield Number("share_predicted", predicted, "value", fixed(0), "series")


def zones_numbers(
    estimates: pd.DataFrame,
    series: pd.DataFrame,
    zones: Mapping[str, Zone],
    own: str,
    choices: Mapping[str, Any],
) -> tuple[dict, dict]:
    """Return the numbers of the text, nested, and where each comes from.

    Parameters
    ----------
    estimates, series
        Results of the chapter.
    zones
        Approved zones by id.
    own
        Id of the zone under study.
    choices
        The configuration's section ``zones``.
    """
    printed, keys = evaluate(_numbers(own), {"estimates": estimates, "series": series})
    about = {
        "count": str(len(zones)),
        "name": zones[own].name_en,
        "benchmark": f"{choices['growth_benchmark']:g}",
        "flow_year": str(choices["flow_year"]),
        "placebo_size": str(choices["placebo_size"]),
        "draws": str(choices["draws"]),
        **{
            name: {key: str(choices[name][key]) for key in ("first", "last")}
            for name in ("levels", "structure")
        },
        "growth": {key: str(choices["growth"][key]) for key in ("first", "last")},
    }
    return merge(printed, about), keys
