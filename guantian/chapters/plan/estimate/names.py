"""What the chapter's estimates are called where they are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from guantian.chapters.plan.estimate.staggered import first_treated
from guantian.data.acts import Act
from guantian.geography.zones import Zone

SHORT = {
    "did": "DiD",
    "sc": "SC",
    "asc": "Ridge ASC",
    "difp": "SC, intercept",
    "sdid": "SDID",
}


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
        Later acts that are described.
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

    def base(self, spec: str) -> str:
        """Print the last year before the treatment in a spec that ends in ``base0`` or so."""
        return str(self.year - 1 + int(spec.rpartition("base")[2]))

    def sample(self, code: str) -> str:
        """Name a city or a zone."""
        if code in self.zones:
            return self.zones[code].name_en
        return str(self.cities.get(code, code))
