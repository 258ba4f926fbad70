"""The written rules for the tables that were added later, of which less is known.

They are narrower than the others: own years name a cell only where the years beside it disagree
with it as well, a run of wrong years is flagged as a whole, and a series that moves by itself is
never emptied for it.
"""

from __future__ import annotations

import numpy as np

from .repeats import digits
from .verdicts import Proposal, Verdict, accept, event, flag, keep

LATER = frozenset(
    {
        "city_district_sector_employment",
        "city_growth_and_sectors",
        "city_growth_targets_2008_2022",
        "city_lgfv_debt",
        "city_pair_search_travel",
        "city_road_area",
        "city_work_report_topics",
        "county_panel",
        "leader_spells",
        "province_trade_shares",
    }
)
#: Scales from its own years on both sides, as of other columns; debt and the employment of
#: districts need more, and of the latter only sectors that are steady everywhere are judged by it.
SURE = 12.0
DEBT_SURE = 24.0
STEADY = ("education", "health", "manufacturing", "public_management")
#: The years beside a cell are this part of its deviation away from it, each by itself.
BESIDE = 0.5
#: A figure of fewer digits is too coarse to be judged by years.
COARSE = 2
#: Digits that do not repeat from a year to the next by chance.
LONG = 6
#: A unit of 100 million for one of 10 000; no step of a territory is of this size.
UNIT = 1e4
#: A power of ten that leaves less than a fourteenth of a log unit to the years around.
POWER_SURE = 32.0
#: With the point put back the figure is this near (logs) to the years around.
POINT_LOST = 0.02
#: An identity's score from which a member that it names is emptied.
FAILED = 5.0


def alone(p: Proposal) -> bool:
    """Say whether both years beside the cell are far from it, to the side that the check says."""
    away = p.fact("neighbours_in_time", "deviation")
    beside = np.array(
        [p.fact("neighbours_in_time", name) or np.nan for name in ("before", "after")], dtype=float
    )
    if p.fact("neighbours_in_time", "measure") == "points":
        steps = p.source - beside
    else:
        with np.errstate(divide="ignore", invalid="ignore"):
            steps = np.log(p.source / beside)
    return bool(np.all(np.sign(away) * steps > BESIDE * abs(away)))


def coarse(p: Proposal) -> bool:
    """Say whether the figure has too few digits to be judged."""
    return int(digits(np.array([p.source]))[0]) < COARSE


def formed(p: Proposal) -> Verdict | None:
    """Figures that cannot be what their heading says."""
    if p.has("placeholder"):
        return accept("placeholder")
    if p.has("index_among_percentages"):
        return accept("index", p.proposed)
    if p.has("rate_among_indices"):
        return accept("rate", p.proposed)
    if p.has("rate_of_the_province"):
        named = p.fact("rate_of_the_province", "decided") and not p.confirmed
        return accept("rate_of_the_province") if named else flag("same_rate")
    if p.has("zero_for_a_gap"):
        return accept("zero")
    if p.has("plausible_age"):
        return accept("age")
    if p.has("shares_sum_to_one", "own_share_is_largest", "rank_before_its_age"):
        return flag("undecided")
    if p.has("one_person"):
        return flag("undecided")
    if p.has("spells_overlap"):
        return flag("spells")
    if p.has("flows_out_and_back"):
        return keep("asymmetry")
    return None


def placed(p: Proposal) -> Verdict | None:
    """Rows of another unit, years copied, units mistaken."""
    if p.has("total_of_its_region"):
        return accept("region")
    if p.has("counties_counted_otherwise"):
        return accept("counties_counted_otherwise")
    if p.column == "lights":
        return keep("modelled")
    if p.fact("sector_table_gives_output", "decided"):
        if np.isfinite(p.proposed) and p.fact("sector_table_gives_output", "home"):
            return accept("block_of_rows", p.proposed)
        return accept("sector_table")
    if p.has("province_repeats_year"):
        return accept("province_repeats_year")
    if p.has("copied_year"):
        failed = p.column == "gdp_of_sector_table_100m_yuan" and p.has("value_added_sums_to_gdp")
        if p.table == "city_lgfv_debt":
            return flag("volatile")
        if p.has("copied_year", least=LONG) or failed:
            return flag("confirmed") if p.confirmed else accept("copied_year")
    if p.has("factor_of_ten"):
        return power(p)
    return None


def power(p: Proposal) -> Verdict | None:
    """Powers of ten: a unit mistaken anywhere, a lost point only between years on both sides."""
    factor = p.fact("factor_of_ten", "factor")
    if p.table == "city_district_sector_employment":
        return None
    if max(factor, 1 / factor) > 0.99 * UNIT:
        return accept("power_of_ten", p.proposed)
    if not p.fact("factor_of_ten", "two_sided") or coarse(p):
        return None
    near = abs(np.log(p.fact("factor_of_ten", "expected") / p.proposed)) < POINT_LOST
    if near and p.has("factor_of_ten", least=POWER_SURE):
        return accept("power_of_ten", p.proposed)
    return None


def summed(p: Proposal) -> Verdict | None:
    """Identities that fail where the evidence names the member."""
    if p.confirmed:
        return flag("confirmed")
    name = "value_added_sums_to_gdp"
    if p.has(name, least=FAILED) and p.fact(name, "decided"):
        factor = p.power(name)
        if factor:
            return accept("power_of_ten", float(f"{p.source * factor:.10g}"))
        return accept("sectors_and_gdp")
    if p.has("part_above_whole", least=8.0) and p.fact("part_above_whole", "decided"):
        return accept("part_above_whole")
    return None


def aged(p: Proposal) -> Verdict | None:
    """Cells far from their own years."""
    if what := event(p):
        return keep("event", what)
    if p.has("growth_achieved_is_reported"):
        if p.has("neighbours_in_time") and alone(p):
            return accept("years_and_other_table")
        return flag("vintage")
    if p.has("targets_of_both_tables"):
        return flag("vintage")
    if p.has("neighbours_in_time") and p.fact("neighbours_in_time", "two_sided"):
        sure = DEBT_SURE if p.table == "city_lgfv_debt" else SURE
        judged = p.table != "city_district_sector_employment" or p.column in STEADY
        if judged and p.has("neighbours_in_time", least=sure) and alone(p) and not coarse(p):
            return accept("far_from_both_sides")
    return None


def left(p: Proposal) -> Verdict:
    """Give the reason for keeping what no rule accepted."""
    if p.has("sector_table_gives_output"):
        return flag("vintage")
    if p.has("value_added_sums_to_gdp"):
        return flag("undecided")
    if p.has("part_above_whole", "leap_from_the_year_before"):
        return flag("step")
    if p.table == "city_lgfv_debt":
        return flag("volatile")
    if p.has("neighbours_in_time", "factor_of_ten"):
        return flag("single")
    if p.has("straight_line"):
        return flag("line")
    if p.has("copied_year", "another_units_figure"):
        return keep("chance")
    return flag("single")


def later(p: Proposal) -> Verdict:
    """Return the verdict of the first rule that speaks."""
    rules = (formed, placed, summed, aged)
    return next((v for rule in rules if (v := rule(p)) is not None), None) or left(p)
