"""What checks say of one cell, what a rule says to it, and the events that explain a leap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .reasons import REASONS

#: Kinds of check that see different things: two kinds that agree are independent.
KINDS = {
    "years": (
        "bulletin_off_its_years",
        "leap_at_the_end",
        "neighbours_in_space",
        "neighbours_in_time",
        "off_the_line",
        "province_rises_and_falls_back",
    ),
    "identity": (
        "density_is_population_over_area",
        "employment_share_is_sectors_over_total",
        "gdp_is_per_head_times_population",
        "growth_and_prices",
        "industry_mends_sum",
        "part_above_whole",
        "power_in_identity",
        "sectors_sum_to_total",
        "share_is_value_added_over_gdp",
        "shares_sum_to_100",
        "tax_itself_leaps",
        "tax_ratio_times_gdp_is_tax_per_head_times_people",
        "value_added_sums_to_gdp",
        "wage_bill_is_staff_times_wage",
    ),
    "tables": (
        "capital_formation_agrees",
        "columns_share_a_factor",
        "cities_sum_to_province",
        "counties_sum_to_city",
        "county_tables_agree",
        "deposits_over_loans",
        "expenditure_over_revenue",
        "foreign_investment_over_gdp",
        "growth_achieved_is_reported",
        "investment_above_output",
        "registered_near_resident",
        "retail_over_gdp",
        "sector_table_gives_output",
        "one_of_two_budgets",
        "total_of_its_region",
        "staff_below_employed",
        "units_are_employed",
        "urban_lights_below_all",
    ),
    "place": (
        "another_units_figure",
        "another_years_figure",
        "block_of_columns",
        "block_of_rows",
        "copied_year",
        "duplicate_row",
        "permuted_columns",
        "province_repeats_year",
        "row_of_the_year_before",
        "shifted_columns",
        "shifted_row",
        "staff_repeat_employed",
    ),
    "form": (
        "factor_of_ten",
        "impossible_index",
        "impossible_rate",
        "impossible_share",
        "index_among_percentages",
        "negative_amount",
        "rate_among_indices",
    ),
}
KIND_OF = {check: kind for kind, checks in KINDS.items() for check in checks}

#: Known public events: (table prefix, first digits of the unit, years, what they can explain:
#: 1 a rise, -1 a fall, 0 both; what happened).
EVENTS = (
    *(
        event
        for units in ("5106", "5107", "5108", "5132")
        for event in (
            ("city_investment_fiscal", units, (2008, 2009), 1, "the Wenchuan earthquake of 2008"),
            ("city_accounts", units, (2008, 2009), 0, "the Wenchuan earthquake of 2008"),
            ("city_population", units, (2008, 2009), 0, "the Wenchuan earthquake of 2008"),
            ("city_resident", units, (2008, 2009), 0, "the Wenchuan earthquake of 2008"),
            ("city_retail", units, (2008, 2009), 0, "the Wenchuan earthquake of 2008"),
            ("city_sector", units, (2008, 2009), 0, "the Wenchuan earthquake of 2008"),
            ("city_growth_and", units, (2008, 2009), 0, "the Wenchuan earthquake of 2008"),
            ("county_panel", units, (2008, 2009), 0, "the Wenchuan earthquake of 2008"),
        )
    ),
    ("city_", "6101", (2017, 2018), 0, "Xixian New Area moved from Xianyang's accounts in 2017"),
    (
        "city_",
        "6104",
        (2017, 2021),
        0,
        "Xixian New Area left the accounts in 2017 and its residents came back in 2021",
    ),
    ("county_panel", "6104", (2017, 2017), 0, "Xixian New Area left the accounts in 2017"),
    ("city_growth_and", "6540", (2019, 2021), 0, "Ili without Tacheng and Altay in these years"),
    ("city_", "120", (2016, 2019), 0, "GDP restated downwards for 2016-2018"),
    ("city_", "15", (2016, 2019), 0, "GDP restated downwards for 2016-2018"),
    ("city_", "21", (2014, 2019), 0, "GDP restated downwards for 2014-2018"),
    (
        "city_",
        "37",
        (2018, 2019),
        0,
        "GDP restated by the census of 2018; Laiwu joined Jinan in 2019",
    ),
    ("city_", "3401", (2010, 2012), 0, "Chaohu divided in 2011"),
    ("city_", "3402", (2010, 2012), 0, "Chaohu divided in 2011"),
    ("city_", "3405", (2010, 2012), 0, "Chaohu divided in 2011"),
    ("city_", "42", (2020, 2021), 0, "the epidemic of 2020"),
    ("province_", "120000", (2018, 2018), 0, "GDP restated by the census of 2018"),
    ("province_", "", (1960, 1964), 0, "the collapse after 1960"),
)


@dataclass(frozen=True)
class Proposal:
    """One cell with all that the checks say of it: scores and facts by check."""

    table: str
    unit: str
    year: int
    column: str
    source: float
    proposed: float
    score: dict[str, float]
    facts: dict[str, dict[str, Any]]
    confirmed: str = ""
    values: dict[str, float] = field(default_factory=dict)

    def given(self, check: str) -> float:
        """Return the value that one check determines, NaN where it determines none."""
        return self.values.get(check, np.nan)

    @property
    def kinds(self) -> set[str]:
        """Return the independent kinds of check that speak."""
        return {KIND_OF[c] for c in self.score if c in KIND_OF}

    def has(self, *checks: str, least: float = 0.0) -> bool:
        """Say whether one of the checks speaks, with at least this score."""
        return any(self.score.get(c, -1.0) >= least for c in checks)

    def fact(self, check: str, name: str) -> Any:
        """Return what a check states of the cell, None where it states nothing."""
        return self.facts.get(check, {}).get(name)

    def power(self, check: str) -> float:
        """Return the power of ten that makes the figure what an identity implies, 0 for none."""
        implied = self.fact(check, "implied")
        if not implied or not implied / self.source > 0:
            return 0.0
        size = np.log10(implied / self.source)
        return 10.0 ** round(size) if round(size) and abs(size - round(size)) < 0.01 else 0.0


@dataclass(frozen=True)
class Verdict:
    """What becomes of a cell (``corrected``, ``flagged``, ``kept``), by which rule and value."""

    status: str
    rule: str
    used: float = np.nan
    detail: str = ""

    @property
    def reason(self) -> str:
        """Return the rule in words."""
        return REASONS[self.rule].format(detail=self.detail)


Rule = Callable[[Proposal], Verdict | None]


def accept(rule: str, used: float = np.nan) -> Verdict:
    """Return a verdict that makes the proposal an erratum."""
    return Verdict("corrected", rule, used)


def flag(rule: str) -> Verdict:
    """Return a verdict that leaves the cell and flags it."""
    return Verdict("flagged", rule)


def keep(rule: str, detail: str = "") -> Verdict:
    """Return a verdict that leaves the cell as it is."""
    return Verdict("kept", rule, detail=detail)


def event(p: Proposal) -> str:
    """Return the public event that explains the cell's leap, "" where none does."""
    moved = p.fact("neighbours_in_time", "deviation") or 0.0
    for prefix, units, (first, last), way, what in EVENTS:
        here = p.table.startswith(prefix) and p.unit.startswith(units) and first <= p.year <= last
        if here and (way == 0 or way * moved >= 0):
            return what
    return ""
