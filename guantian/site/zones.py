"""Every approved zone side by side, as the page holds it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd

from guantian import labels
from guantian.chapters.zones.names import STATISTICS
from guantian.geography.zones import Zone
from guantian.present.format import interval, number, p_value
from guantian.results import rows
from guantian.site.strings import both, chinese, say

ENDS = ("estimate", "conf_low", "conf_high")


def zone_data(found: pd.DataFrame | None, zones: Mapping[str, Zone], own: str) -> dict[str, Any]:
    """Return the chapter's statistics of every zone and of China.

    Parameters
    ----------
    found
        Estimates of the chapter on all approved zones, or None.
    zones
        Approved zones by id.
    own
        Id of the zone under study.

    Returns
    -------
    dict
        ``zones`` (id, English and Chinese name, year of approval, by date; China is the last, with
        the id ``china``), ``own``, and ``statistics``: each with ``key``, ``row`` (the key of its
        rows), ``title`` (English and Chinese), ``reference`` and ``values``: zone to the estimate
        with its interval, the same printed, and the adjusted p-value.
    """
    if found is None or found.empty:
        return {"zones": [], "statistics": [], "own": own}
    ordered = sorted(zones.values(), key=lambda zone: (zone.approved, zone.id))
    listed = [[zone.id, zone.name_en, zone.name_zh, str(zone.year)] for zone in ordered]
    statistics = []
    for one in STATISTICS:
        own_rows = rows(found, analysis="zones", term=one.term, variant=one.variant)
        values = {
            "china" if row["sample"] == "china" else row["group"]: _value(row, one)
            for row in own_rows[own_rows["estimate"].notna()].to_dict("records")
        }
        if values:
            benchmark = own_rows["benchmark"].dropna()
            level = one.term == "growth" and len(benchmark)
            unit = labels.unit("zone_statistic", one.key)
            name = f"{labels.label('zone_statistic', one.key)}, {unit}"
            statistics.append(
                {
                    "key": one.key,
                    "row": f"analysis 'zones', term {one.term!r}, variant {one.variant!r}",
                    "title": [name, chinese("statistics", one.key)],
                    "reference": one.scale * float(benchmark.iloc[0]) if level else 0.0,
                    "values": values,
                }
            )
    return {
        "zones": [*listed, ["china", "All of China", "全国", ""]],
        "statistics": statistics,
        "own": own,
    }


def _value(row: Mapping[str, Any], one) -> dict[str, Any]:
    middle, low, high = (one.scale * float(row[name]) for name in ENDS)
    p = row["p_adjusted"]
    return {
        "at": [None if value != value else value for value in (middle, low, high)],
        "text": f"{number(middle, one.decimals)} {interval(low, high, one.decimals)}",
        "p": p_value(float(p)),
    }


def zone_table(data: Mapping[str, Any]) -> str:
    """Return all statistics of all zones as a table, for who has no script as well."""
    if not data["statistics"]:
        return say("zones", "absent", "p")
    heads = "".join(f'<th scope="col">{both(*one["title"])}</th>' for one in data["statistics"])
    body = "".join(_row(zone, data) for zone in data["zones"])
    return (
        f'<table class="zones"><thead><tr><th scope="col">{say("zones", "zone")}</th>'
        f'<th scope="col">{say("zones", "approved")}</th>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def _row(zone: list[str], data: Mapping[str, Any]) -> str:
    code, english, zh, year = zone
    cells = "".join(
        f'<td class="n">{escape(one["values"].get(code, {}).get("text", "–"))}</td>'
        for one in data["statistics"]
    )
    mark = ' class="on"' if code == data["own"] else ""
    return f'<tr{mark}><th scope="row">{both(english, zh)}</th><td>{year}</td>{cells}</tr>'


def zone_options(data: Mapping[str, Any]) -> str:
    """Return the choice of a statistic."""
    return "".join(both(*one["title"], "option", value=one["key"]) for one in data["statistics"])
