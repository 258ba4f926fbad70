"""The written rules by which a proposal is accepted or kept.

A rule accepts only where the evidence is an identity, another cell of the yearbook, a
power of ten, a form that cannot be right, or two independent kinds of check. The value
used is empty (missing) unless the evidence determines it to the printed digit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

#: Kinds of check that see different things: two kinds that agree are independent.
KINDS = {
    "years": (
        "leap_at_the_end",
        "neighbours_in_time",
        "neighbours_in_space",
        "province_rises_and_falls_back",
    ),
    "identity": (
        "value_added_sums_to_gdp",
        "shares_sum_to_100",
        "gdp_is_per_head_times_population",
        "wage_bill_is_staff_times_wage",
        "density_is_population_over_area",
        "sectors_sum_to_total",
        "employment_share_is_sectors_over_total",
        "tax_ratio_times_gdp_is_tax_per_head_times_people",
        "growth_and_prices",
        "part_above_whole",
        "share_is_value_added_over_gdp",
    ),
    "tables": (
        "registered_near_resident",
        "units_are_employed",
        "retail_over_gdp",
        "growth_achieved_is_reported",
        "deposits_over_loans",
        "expenditure_over_revenue",
        "cities_sum_to_province",
        "capital_formation_agrees",
        "urban_lights_below_all",
        "counties_sum_to_city",
        "staff_below_employed",
        "foreign_investment_over_gdp",
    ),
    "place": (
        "shifted_row",
        "permuted_columns",
        "another_units_figure",
        "duplicate_row",
        "copied_year",
    ),
    "form": (
        "factor_of_ten",
        "index_among_percentages",
        "impossible_rate",
        "impossible_index",
        "impossible_share",
        "negative_amount",
    ),
}
KIND_OF = {check: kind for kind, checks in KINDS.items() for check in checks}

#: People whose count reverts by this many scales were miscounted or misplaced; money and
#: output need more, for they have bad years.
SURE_SCALES = {
    "registered_population_10k": 8.0,
    "density_per_km2": 8.0,
    "resident_population_10k": 15.0,
    "staff_average_wage_yuan": 10.0,
}
SURE_DEFAULT = 12.0

#: Known public events: (table prefix, first digits of the unit, years, reason).
EVENTS = (
    ("city_", "5107", (2008, 2009), "the Wenchuan earthquake of 2008"),
    ("city_", "5132", (2008, 2009), "the Wenchuan earthquake of 2008"),
    ("city_", "5106", (2008, 2009), "the Wenchuan earthquake of 2008"),
    ("city_", "5108", (2008, 2009), "the Wenchuan earthquake of 2008"),
    (
        "city_",
        "6101",
        (2017, 2018),
        "Xixian New Area moved from Xianyang's accounts in 2017",
    ),
    (
        "city_",
        "6104",
        (2017, 2021),
        "Xixian New Area left the accounts in 2017 and its residents came back in 2021",
    ),
    ("city_", "120", (2016, 2019), "GDP restated downwards for 2016-2018"),
    ("city_", "15", (2016, 2019), "GDP restated downwards for 2016-2018"),
    ("city_", "21", (2014, 2019), "GDP restated downwards for 2014-2018"),
    (
        "city_",
        "37",
        (2018, 2019),
        "GDP restated by the census of 2018; Laiwu joined Jinan in 2019",
    ),
    ("city_", "3401", (2010, 2012), "Chaohu divided in 2011"),
    ("city_", "3402", (2010, 2012), "Chaohu divided in 2011"),
    ("city_", "3405", (2010, 2012), "Chaohu divided in 2011"),
    ("city_", "42", (2020, 2021), "the epidemic of 2020"),
    ("province_", "120000", (2018, 2018), "GDP restated by the census of 2018"),
    ("province_", "", (1960, 1964), "the collapse after 1960"),
)

REASONS = {
    "event": "a known event: ",
    "tables_agree": "two tables agree on the figure",
    "deflator_agrees": "nominal growth over real growth gives the province's deflator",
    "sum_holds": "the row's sum holds with the figure as printed",
    "vintage": "a difference of vintage (first-published against revised); flagged, not changed",
    "land": "small enough for a revision of the land or a mid-year population",
    "average": "small enough for an average over the year against its end",
    "registered_copy": "repeats the registered figure after 2004, where the two can honestly be "
    "equal; flagged",
    "chance": "few digits or one column only: equality can be chance",
    "true_zero": "no foreign investment in a year is possible",
    "census": "the year of a census, before the years around were revised to it; flagged",
    "volatile": "a series that moves this much in ordinary years",
    "step": "the figure is part of a step (scope, boundary, definition), not a slip; flagged",
    "single": "one kind of check alone, and not far enough to be sure",
    "undecided": "the identity fails, but no member's own years decide which; flagged",
    "direction": "out and back are equal in every pair of the month; flagged as undirected",
    "days": "few days were seen; the days stand beside the figure",
    "asymmetry": "trains and travellers differ by direction",
    "any_city": "the first year leading any city, as the table defines it; tenure is in the post",
    "person": "two persons can share a birth year",
    "modelled": "a satellite or modelled series, noisy where there is little",
    "line": "interpolated by the source; flagged",
}


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


Verdict = tuple[bool, float, str]
Rule = Callable[[Proposal], Verdict | None]


def keep(code: str) -> Verdict:
    """Return a verdict that leaves the figure as it is."""
    return False, np.nan, REASONS.get(code, code)


def accept(reason: str, used: float = np.nan) -> Verdict:
    """Return a verdict that makes the proposal an erratum."""
    return True, used, reason


def forms(p: Proposal) -> Verdict | None:
    """Forms that cannot be right, and known gaps printed as zeros."""
    if p.has("index_among_percentages"):
        return accept("an index (last year = 100) among percentages", p.proposed)
    if p.has("impossible_rate", "impossible_index", "impossible_share", "negative_amount"):
        return accept("outside what the quantity can be")
    if p.has("year_of_zeros"):
        return accept("zeros that stand for a year not coded")
    if p.has("zero_for_a_gap"):
        if p.table == "city_fdi":
            return keep("true_zero")
        return accept("a zero that stands for a gap")
    if p.has("tie_without_leader"):
        return accept("a tie of 0 where no leader is given")
    if p.has("plausible_age"):
        return accept("an impossible age")
    if p.has("nominal_growth_under_real"):
        return accept("growth of nominal GDP under the heading of real growth")
    if p.has("line_opened_earlier"):
        return accept("the model opens the fast line three years late", p.proposed)
    return None


def places(p: Proposal) -> Verdict | None:
    """Rows shifted, columns permuted, years and columns copied."""
    if p.has("permuted_columns", least=1.2):
        return accept("columns permuted in the row", p.proposed)
    if p.has("shifted_row"):
        people = p.column in ("registered_population_10k", "nonrural_population_10k")
        if people or (p.has("shifted_row", least=2.0) and "years" in p.kinds):
            evident = people and p.fact("shifted_row", "home")
            used = p.proposed if evident else np.nan
            return accept("the figure of another unit (rows shifted)", used)
    if p.has("another_units_figure", least=10.0) or (
        p.has("another_units_figure") and len(p.kinds) > 1
    ):
        return accept("another unit's figure, to the last digit")
    if p.has("duplicate_row") and p.has("another_units_figure", least=5.0):
        return accept("the whole row is another unit's")
    if p.has("duplicate_row"):
        return keep("chance")
    if p.has("copied_year", least=6.0):
        return accept("the figure of the year before, to the last digit")
    if p.has("copied_year", least=5.0) and p.column == "gdp_per_capita_yuan":
        return accept("the figure of the year before, to the last digit")
    if p.has("copied_column"):
        if p.table == "city_resident_population" and p.year > 2004:
            return keep("registered_copy") if p.kinds <= {"tables"} else None
        what = "registered" if p.table == "city_resident_population" else "staff"
        return accept(f"repeats the {what} figure, to the printed digit")
    return None


def magnitudes(p: Proposal) -> Verdict | None:
    """Powers of ten, unless a sum holds with the figure as printed."""
    if not p.has("factor_of_ten"):
        return None
    if p.table == "city_sector_employment" and p.column != "units_total":
        if p.has("sectors_sum_to_total"):
            return accept("a power of ten (decimal point lost or unit mistaken)", p.proposed)
        return keep("sum_holds")
    if p.table == "city_remote_sensing":
        return keep("modelled")
    if p.column == "employed_persons_10k":
        # All employed are about ten times the employed of units: a definition, it may be.
        return accept("about ten times too large or too small, by scope or by a slip")
    return accept("a power of ten (decimal point lost or unit mistaken)", p.proposed)


def identities(p: Proposal) -> Verdict | None:
    """Identities that fail where a member's own years decide."""
    if p.has("employment_share_is_sectors_over_total"):
        return accept("not the share that the nineteen sectors give", p.proposed)
    if p.fact("sectors_sum_to_total", "decided"):
        # Totals of 2012 and 2013 are rounded to 1 000 persons: no figure is determined.
        return accept("the sectors do not sum to their total")
    if p.has("value_added_sums_to_gdp") and p.table == "city_accounts_2022_2023":
        return accept("the sectors do not sum to GDP")
    units = p.fact("value_added_sums_to_gdp", "form") == "units"
    if p.has("value_added_sums_to_gdp", least=5.0) or units:
        decided = units or p.fact("value_added_sums_to_gdp", "decided")
        return accept("the sectors do not sum to GDP", p.proposed if decided else np.nan)
    if p.has("shares_sum_to_100"):
        return accept("the shares do not sum to 100", p.proposed)
    if p.has("wage_bill_is_staff_times_wage", least=1.5):
        whole = float(p.source).is_integer() and p.column == "staff_average_10k"
        exact = p.column == "staff_average_wage_yuan" and "years" in p.kinds
        return accept(
            "the wage bill is not staff times wage",
            p.proposed if exact and not whole else np.nan,
        )
    score = p.score.get("density_is_population_over_area", 0.0)
    if score and p.column == "density_per_km2" and (score >= 10 or "years" in p.kinds):
        return accept(
            "density times land is not the population",
            np.round(p.proposed, 2) if score >= 10 and "years" in p.kinds else np.nan,
        )
    if score and p.column == "registered_population_10k" and (score >= 10 or len(p.kinds) > 1):
        return accept("density times land is not the population")
    if p.has("tax_ratio_times_gdp_is_tax_per_head_times_people", least=1.75):
        return accept("the ratio times GDP is not tax per head times population")
    if p.has("gdp_is_per_head_times_population", least=4.0) and (
        p.column == "gdp_per_capita_yuan" and p.year not in (2010, 2011, 2020, 2021)
    ):
        return accept("GDP per head times population is not GDP")
    if p.has("part_above_whole", least=8.0):
        return accept("a part larger than its whole")
    return None


def years(p: Proposal) -> Verdict | None:
    """Cells far from their own years, alone or beside another kind of check."""
    for prefix, units, (first, last), event in EVENTS:
        if p.table.startswith(prefix) and p.unit.startswith(units) and first <= p.year <= last:
            return keep(REASONS["event"] + event)
    if p.column in ("gdp_growth_reported", "growth_actual_pct"):
        if p.has("growth_achieved_is_reported", least=1.3) and p.has("neighbours_in_time"):
            return accept("far from its own years and from the other table")
        if p.has("growth_and_prices") and p.has("neighbours_in_time"):
            return accept("far from its own years, and the deflator that it implies is impossible")
        if p.has("growth_achieved_is_reported"):
            return keep("vintage")
        return keep("deflator_agrees")
    if p.has("province_rises_and_falls_back"):
        if p.table == "city_resident_population":
            return keep("census")
        return accept("the province's count of the year rises and falls back")
    if p.table.startswith(("city_remote", "city_fdi", "city_infrastructure")):
        return keep("modelled" if "remote" in p.table else "volatile")
    if p.has("leap_at_the_end"):
        return accept("of another territory or unit: a leap away from the years beside it")
    if p.has("neighbours_in_time"):
        sure = SURE_SCALES.get(p.column, SURE_DEFAULT)
        beside = [p.fact("neighbours_in_time", name) for name in ("before", "after")]
        edge = not np.isfinite(beside).all()
        if p.has("neighbours_in_time", least=sure * (2 if edge else 1)):
            return accept(
                "far from its own years on both sides, net of the common movement"
                if not edge
                else "far from the years beside it"
            )
        if len(p.kinds & {"years", "identity", "tables", "place", "form"}) > 1 and not edge:
            return accept("two independent kinds of check agree")
    beside = p.fact("registered_near_resident", "beside")
    if beside and p.column == "registered_population_10k" and abs(beside / p.source - 1) < 0.01:
        return accept("the resident figure under the heading of the registered one")
    return None


def rest(p: Proposal) -> Verdict:
    """Give the reason for keeping what no rule accepted."""
    order = (
        (
            (
                "share_is_value_added_over_gdp",
                "growth_and_prices",
                "cities_sum_to_province",
                "capital_formation_agrees",
                "tax_ratio_times_gdp_is_tax_per_head_times_people",
                "counties_sum_to_city",
                "value_added_sums_to_gdp",
            ),
            "vintage",
        ),
        (("density_is_population_over_area",), "land"),
        (("wage_bill_is_staff_times_wage",), "average"),
        (("staff_below_employed",), "step"),
        (("foreign_investment_over_gdp",), "volatile"),
        (("sectors_sum_to_total",), "undecided"),
        (
            (
                "gdp_is_per_head_times_population",
                "registered_near_resident",
                "part_above_whole",
            ),
            "step",
        ),
        (("copied_column",), "registered_copy"),
        (("copied_year", "another_units_figure", "duplicate_row"), "chance"),
        (("straight_line",), "line"),
        (("month_without_direction",), "direction"),
        (("too_few_days",), "days"),
        (("flows_out_and_back", "trains_out_and_back"), "asymmetry"),
        (("first_year_and_tenure",), "any_city"),
        (("one_person", "tenure_counts_years", "tie_begins_in_office"), "person"),
    )
    for checks, code in order:
        if p.has(*checks):
            return keep(code)
    return keep("single")


def land(p: Proposal) -> Verdict | None:
    """Slips of the land: what goes and comes back by more than 0.2 per cent."""
    if not p.has("land_is_constant"):
        return None
    if p.score["land_is_constant"] >= 1.2:
        return accept("land goes and comes back", p.proposed)
    return keep("land")


RULES: tuple[Rule, ...] = (forms, places, magnitudes, land, identities, years)
