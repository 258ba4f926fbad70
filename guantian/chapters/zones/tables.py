"""Tables of all approved zones, declared by their columns."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from guantian import labels
from guantian.chapters.zones.names import STATISTICS, Statistic, named_zones
from guantian.geography.zones import Zone
from guantian.present.captions import caption
from guantian.present.declared import read_tables
from guantian.present.format import (
    Format,
    as_text,
    bounds,
    by,
    estimate_with_interval,
    fixed,
)
from guantian.present.tables import Column, Table, TableSpec, build

INTERVAL = ("conf_low", "conf_high")
DRAWN_FROM = ("estimate", *INTERVAL, "note")


def _or_reason(statistic: Statistic) -> Format:
    """Print an estimate with its interval, or why there is none."""
    known = estimate_with_interval(statistic.decimals, statistic.scale)

    def printed(value: object, low: object, high: object, reason: str) -> str:
        return reason if pd.isna(value) else known(value, low, high)

    return Format(printed)


def _column(statistic: Statistic) -> Column:
    return Column(
        DRAWN_FROM,
        labels.label("zone_statistic", statistic.key, "short"),
        _or_reason(statistic),
        where={"term": statistic.term, "variant": statistic.variant},
    )


def _scaled(form) -> Format:
    return by({each.key: form(each.decimals + 1, each.scale) for each in STATISTICS})


ZONES = TableSpec(
    "zones",
    index={"zone": None, "zone_zh": None, "approved": None},
    columns=(
        Column("zone", "Zone", as_text()),
        Column("zone_zh", "Name", as_text()),
        Column("approved", "Year", as_text()),
        *map(_column, STATISTICS),
    ),
)
DETAIL = read_tables(__file__, {"scaled": _scaled(fixed), "scaled_bounds": _scaled(bounds)})


def zones_tables(
    estimates: pd.DataFrame, zones: Mapping[str, Zone], own: str, confidence: float
) -> list[Table]:
    """Return the wide table of all zones and the long one with tests.

    Parameters
    ----------
    estimates
        Results of the chapter.
    zones
        Approved zones by id.
    own
        Id of the zone under study, which is marked.
    confidence
        Of the intervals, named in the headers.
    """
    named = named_zones(estimates, zones, own)
    level = f"{100 * confidence:g}"
    return [
        build(spec, found, caption("zones", spec.name, "tables"), level=level, confidence=level)
        for spec, found in ((ZONES, named), (DETAIL["zones_detail"], by_statistic(named)))
    ]


def by_statistic(named: pd.DataFrame) -> pd.DataFrame:
    """Order rows by statistic, with its key in the column ``statistic``."""
    return pd.concat(
        [
            named[
                (named["term"] == statistic.term) & (named["variant"] == statistic.variant)
            ].assign(statistic=statistic.key)
            for statistic in STATISTICS
        ],
        ignore_index=True,
    )
