"""What the chapter's statistics and zones are called where they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from guantian.geography.zones import Zone
from guantian.results import rows


@dataclass(frozen=True)
class Statistic:
    """A statistic of a zone and how it is printed.

    Attributes
    ----------
    key : str
        Of the kind ``zone_statistic`` of labels.
    term, variant : str
        Of its rows of results.
    decimals : int
    scale : float
        By which values are multiplied.
    """

    key: str
    term: str
    variant: str = ""
    decimals: int = 1
    scale: float = 1.0


STATISTICS = (
    Statistic("growth", "growth", "revised"),
    Statistic("growth_first_published", "growth", "first_published"),
    Statistic("sigma_trend", "sigma_trend", scale=100),
    Statistic("beta", "beta", scale=100),
    Statistic("similarity_trend", "similarity_trend", decimals=2, scale=100),
    Statistic("border", "border", decimals=2),
    Statistic("inward", "inward", decimals=2),
    Statistic("plan_effect", "plan_effect", scale=100),
    Statistic("primacy_change", "primacy_change", decimals=2),
)


def named_zones(found: pd.DataFrame, zones: Mapping[str, Zone], own: str) -> pd.DataFrame:
    """Add what each row's zone is called, in the order of approval, all of China last.

    Parameters
    ----------
    found
        Estimates of the chapter.
    zones
        Approved zones by id.
    own
        Id of the zone under study, which is marked.

    Returns
    -------
    DataFrame
        With ``zone``, ``zone_zh``, ``approved`` (year) and ``role``.
    """
    ordered = sorted(zones.values(), key=lambda zone: (zone.approved, zone.id))
    parts = [
        rows(found, group=zone.id).assign(
            zone=zone.name_en + (" *" if zone.id == own else ""),
            zone_zh=zone.name_zh,
            approved=str(zone.year),
            role="zone" if zone.id == own else "other_zones",
        )
        for zone in ordered
    ]
    china = rows(found, analysis="zones", sample="china")
    parts.append(china.assign(zone="All of China", zone_zh="全国", approved="", role="china"))
    return pd.concat(parts, ignore_index=True)
