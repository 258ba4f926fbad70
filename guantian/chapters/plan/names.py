"""What the chapter's results are called where they are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from guantian.chapters.plan.estimate.staggered import first_treated
from guantian.data.acts import Act
from guantian.geography.zones import Zone

#: What singles out the headline: the effect that was declared before any was estimated.
HEADLINE = {"analysis": "effect", "method": "sdid", "base": 0, "outcome": "gdp", "term": "effect"}


@dataclass(frozen=True)
class PlanNames:
    """The zone, the others, and labels.

    Attributes
    ----------
    zone : Zone
    zones : Mapping of str to Zone
    cities : Series
        City code to its English name.
    outcomes : Series
        Outcome to its label.
    choices : Mapping
        The configuration's section.
    acts : Sequence of Act
        Later agreements and events that are described.
    """

    zone: Zone
    zones: Mapping[str, Zone]
    cities: pd.Series
    outcomes: pd.Series
    choices: Mapping[str, Any]
    acts: Sequence[Act]

    @property
    def year(self) -> int:
        """First year that counts as treated."""
        return first_treated(self.zone)

    def base(self, base: int) -> str:
        """Print the last year before the treatment."""
        return str(self.year - 1 + base)

    def city(self, code: str) -> str:
        """Name a city."""
        return str(self.cities.get(code, code))

    def approval(self, row: pd.Series) -> str:
        """Name an approved zone with the first year that counts as treated."""
        return f"{self.zones[row['group']].name_en}, {row['year']}"


def known(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that have an estimate."""
    return frame[frame["estimate"].notna()]


def lights(estimates: pd.DataFrame) -> str | None:
    """Name the first satellite whose lights have an effect; None where none has."""
    effects = known(estimates)
    effects = effects[(effects["analysis"] == "effect") & (effects["method"] == "sdid")]
    there = set(effects["outcome"])
    return next((name for name in ("lights_first", "lights_second") if name in there), None)
