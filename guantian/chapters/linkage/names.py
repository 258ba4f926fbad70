"""What the chapter calls cities, provinces, zones and specifications."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from guantian.labels import label


@dataclass(frozen=True)
class Names:
    """Names by code, or by the name that results use.

    Attributes
    ----------
    cities, provinces
        Code to English name.
    zones
        Identifier of a zone to its English name.
    specs
        Specification of the gravity model to its label, in the order of printing.
    """

    cities: Mapping[str, str] = field(default_factory=dict)
    provinces: Mapping[str, str] = field(default_factory=dict)
    zones: Mapping[str, str] = field(default_factory=dict)
    specs: Mapping[str, str] = field(default_factory=dict)

    def pair(self, unit: str, partner: str) -> str:
        """Name a pair of cities.

        Examples
        --------
        >>> Names(cities={"1": "Xi'an", "2": "Baoji"}).pair("1", "2")
        "Xi'an–Baoji"
        """
        return f"{self.cities[unit]}–{self.cities[partner]}"

    def sample(self, name: str) -> str:
        """Name a sample: a zone of the study by its own name.

        Examples
        --------
        >>> Names(zones={"delta": "The Delta"}).sample("delta"), Names().sample("nation")
        ('The Delta', 'China')
        """
        return self.zones[name] if name in self.zones else label("sample", name)
