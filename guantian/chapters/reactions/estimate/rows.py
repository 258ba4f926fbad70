"""Rows of results by the table that they go to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Rows:
    """Rows of estimates, of series and of tests, as they are collected.

    Attributes
    ----------
    estimates, series, tests : list of dict
        As `guantian.results` takes them.
    """

    estimates: list[dict[str, Any]] = field(default_factory=list)
    series: list[dict[str, Any]] = field(default_factory=list)
    tests: list[dict[str, Any]] = field(default_factory=list)

    def add(self, more: Rows, **common: Any) -> None:
        """Add rows, with values that they share; a row's own value wins."""
        self.estimates += [{**common, **row} for row in more.estimates]
        self.series += [{**common, **row} for row in more.series]
        self.tests += [{**common, **row} for row in more.tests]
