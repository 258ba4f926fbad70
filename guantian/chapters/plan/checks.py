"""The checks of the headline, declared once: how each is estimated, and how its rows are called.

The chapter estimates what is listed here; its table and its figure of checks show it in this order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from guantian import labels
from guantian.chapters.plan.estimate import checks, robustness
from guantian.chapters.plan.estimate.study import Study
from guantian.chapters.plan.names import PlanNames
from guantian.geography.placebo_sets import SET_TITLES
from guantian.results import rows

Name = Callable[[pd.Series, PlanNames], str]


@dataclass(frozen=True)
class Check:
    """A check of the headline.

    Attributes
    ----------
    analysis : str
        Its key in the results, of rows with the term ``effect``.
    estimate : callable
        Takes the `Study` and yields rows of estimates.
    title : str
        Of its rows in the table.
    name : callable
        Names a row of the table.
    order : tuple of str
        Columns by which its rows are ordered in the table.
    drawn_title, drawn_name
        The same in the figure, which leaves it out where it has no name.
    method : str
        Of the rows that are shown.
    """

    analysis: str
    estimate: Callable[[Study], Iterable[Mapping[str, Any]]]
    title: str
    name: Name
    order: tuple[str, ...]
    drawn_title: str = ""
    drawn_name: Name | None = None
    method: str = "sdid"

    def rows(self, estimates: pd.DataFrame) -> pd.DataFrame:
        """Return the rows that are shown."""
        return rows(estimates, analysis=self.analysis, term="effect", base=0, method=self.method)


def _set_title(row: pd.Series, names: PlanNames) -> str:
    """Name a set of placebo zones; a variant leaves provinces out of one."""
    title = SET_TITLES[row["placebo_set"]].capitalize()
    return f"{title}; {row['variant']}" if row["variant"] else title


CHECKS = (
    Check(
        "placebo_set",
        checks.placebo_set_effects,
        "Placebo set",
        _set_title,
        ("placebo_set", "variant"),
    ),
    Check(
        "city",
        checks.city_effects,
        "Single cities",
        lambda row, names: names.city(row["unit"]),
        ("unit",),
        "Single cities",
        lambda row, names: names.city(row["unit"]),
    ),
    Check(
        "ring",
        checks.ring_effects,
        "Rings around the zone",
        lambda row, names: f"ring {row['setting']:g}",
        ("setting",),
        "Rings of neighbours",
        lambda row, names: f"Ring {row['setting']:g}",
    ),
    Check(
        "date",
        checks.placebo_dates,
        "Earlier dates",
        lambda row, names: str(row["year"]),
        ("year",),
        "Earlier dates",
        lambda row, names: f"Plan dated {row['year']}",
    ),
    Check(
        "completion",
        robustness.completion,
        labels.label("method", "completion"),
        lambda row, names: f"base {names.base(row['base'])}",
        ("base",),
        "Method",
        lambda row, names: labels.label("method", "completion"),
        "completion",
    ),
    Check(
        "zones",
        checks.other_zones,
        "Approved zones, each at its date",
        lambda row, names: names.approval(row),
        ("year", "group"),
        "",
        lambda row, names: names.approval(row),
    ),
)
