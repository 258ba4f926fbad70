"""The written rules by which a proposal is accepted, flagged or kept.

A cell is corrected only where the evidence names it and no other member of what fails: its own
years, another cell of the yearbook, a second identity, the province's total, a power of ten, or a
form that cannot be right. Where something fails and nothing names the member, the cells are kept
and flagged. The value used is empty (missing) unless the evidence determines it to the printed
digit.
"""

from __future__ import annotations

import numpy as np

from .later_rules import LATER, later
from .verdicts import Proposal, Rule, Verdict, accept, event, flag, keep

#: People whose count reverts by this many scales were miscounted or misplaced; money and
#: output need more, for they have bad years.
SURE_SCALES = {
    "registered_population_10k": 8.0,
    "density_per_km2": 8.0,
    "resident_population_10k": 15.0,
    "staff_average_wage_yuan": 10.0,
}
SURE_DEFAULT = 12.0
#: Digits that two units do not share by chance.
LONG = 6
#: A power of ten that leaves less than a fourteenth of a log unit to the years around.
POWER_SURE = 32.0


def forms(p: Proposal) -> Verdict | None:
    """Forms that cannot be right, and known gaps printed as zeros."""
    if p.has("index_among_percentages"):
        return accept("index", p.proposed)
    if p.has("rate_among_indices"):
        return accept("rate", p.proposed)
    if p.has("impossible_rate", "impossible_index", "impossible_share", "negative_amount"):
        return accept("impossible")
    if p.has("year_of_zeros"):
        return accept("year_not_coded")
    if p.has("zero_for_a_gap"):
        return keep("true_zero") if p.table == "city_fdi" else accept("zero")
    if p.has("tie_without_leader"):
        return accept("tie")
    if p.has("plausible_age"):
        return accept("age")
    if p.has("nominal_growth_under_real") and not p.confirmed:
        return accept("nominal_growth")
    if p.has("line_opened_earlier"):
        return accept("line_opened", p.proposed)
    return None


def blocks(p: Proposal) -> Verdict | None:
    """Whole rows, columns and provinces in another place, count or scope."""
    if p.has("block_of_rows"):
        own = p.given("block_of_rows")
        at_home = np.isnan(own) and p.fact("shifted_row", "home")
        return accept("block_of_rows", p.given("shifted_row") if at_home else own)
    if p.has("block_of_columns"):
        return accept("block_of_columns", p.given("block_of_columns"))
    if p.has("province_repeats_year"):
        return accept("province_repeats_year")
    if p.has("province_counts_otherwise"):
        return accept("province_counts_otherwise")
    if p.has("province_of_another_scope"):
        return accept("province_of_another_scope")
    if p.fact("other_count", "by"):
        return accept(f"other_count_{p.fact('other_count', 'other')}")
    if p.has("total_of_its_region"):
        return accept("region")
    if p.has("row_of_the_year_before"):
        return accept("row_of_the_year_before")
    if p.fact("bulletin_off_its_years", "decided"):
        region = p.fact("bulletin_off_its_years", "region")
        return accept("region" if region else "bulletin_off_its_years")
    if p.fact("value_added_sums_to_gdp", "form") == "recent":
        decided = p.fact("value_added_sums_to_gdp", "decided")
        return accept("sectors_and_gdp", p.proposed) if decided else flag("undecided")
    if p.has("power_in_identity"):
        return accept("power_of_ten", p.proposed)
    if p.has("columns_share_a_factor"):
        return accept("columns_share_a_factor")
    return None


def places(p: Proposal) -> Verdict | None:
    """Rows shifted, columns permuted, years and columns copied."""
    if p.has("shifted_columns"):
        return accept("shifted_columns", p.given("shifted_columns"))
    if p.has("permuted_columns", least=1.2):
        return accept("permuted_columns", p.proposed)
    if p.has("shifted_row"):
        people = p.column in ("registered_population_10k", "nonrural_population_10k")
        if people or (p.has("shifted_row", least=2.0) and "years" in p.kinds):
            evident = people and p.fact("shifted_row", "home")
            return accept("shifted_row", p.proposed if evident else np.nan)
    long = (p.fact("another_units_figure", "digits") or 0) >= LONG
    if p.fact("another_units_figure", "owned") and (
        p.has("another_units_figure", least=5.0 if long else 10.0) or len(p.kinds) > 1
    ):
        return flag("confirmed") if p.confirmed else accept("another_units_figure")
    if p.has("duplicate_row"):
        whole = p.has("another_units_figure", least=5.0)
        return accept("duplicate_row") if whole else keep("chance")
    if p.has("another_years_figure") and p.has("off_the_line"):
        return accept("another_years_figure")
    long = 5.0 if p.column == "gdp_per_capita_yuan" else 6.0
    if p.has("copied_year", least=long):
        return flag("confirmed") if p.confirmed else accept("copied_year")
    if p.has("staff_repeat_employed"):
        if p.fact("staff_repeat_employed", "decided"):
            return accept("staff_repeat_employed")
        return flag("same_figure")
    return None


def magnitudes(p: Proposal) -> Verdict | None:
    """Powers of ten, unless a sum holds with the figure as printed."""
    if p.has("industry_mends_sum"):
        return accept("power_of_ten", p.proposed)
    if p.fact("county_tables_agree", "decided"):
        return accept("power_of_ten", p.proposed)
    if p.has("tax_itself_leaps") and np.isfinite(p.proposed):
        return accept("power_of_ten", p.proposed)
    if p.has("tax_itself_leaps") and p.fact("neighbours_in_time", "two_sided"):
        return accept("columns_share_a_factor")
    if not p.has("factor_of_ten"):
        return None
    if p.table == "city_sector_employment" and p.column != "units_total":
        if p.has("sectors_sum_to_total"):
            return accept("power_of_ten", p.proposed)
        # Two figures exchanged leave the sum as it is.
        return None if p.has("neighbours_in_time", least=SURE_DEFAULT) else keep("sum_holds")
    if p.table == "city_remote_sensing":
        return keep("modelled")
    if p.column == "employed_persons_10k":
        # All employed are about ten times the employed of units: a definition, it may be.
        return flag("confirmed") if p.confirmed else accept("about_ten_times")
    # Two kinds tell the power: the years around to a few per cent, or another comparison.
    sure = p.has("factor_of_ten", least=POWER_SURE) or p.kinds & {"identity", "tables"}
    return accept("power_of_ten", p.proposed if sure else np.nan)


def vintages(p: Proposal) -> Verdict | None:
    """Whole provinces of another vintage: flagged, and never emptied for it."""
    if p.has("province_of_another_vintage", "province_steps_and_back"):
        return flag("province_vintage")
    return None


def identities(p: Proposal) -> Verdict | None:
    """Identities that fail where the evidence names the member."""
    if p.has("employment_share_is_sectors_over_total"):
        decided = p.fact("employment_share_is_sectors_over_total", "decided")
        return accept("nineteen_sectors", p.proposed) if decided else flag("undecided")
    if p.confirmed:
        return flag("confirmed")
    power = p.power("sectors_sum_to_total")
    if power and p.fact("sectors_sum_to_total", "decided"):
        return accept("power_of_ten", float(f"{p.source * power:.10g}"))
    if p.fact("sectors_sum_to_total", "decided"):
        # Totals of 2012 and 2013 are rounded to 1 000 persons: no figure is determined.
        return accept("sectors_and_total")
    units = p.fact("value_added_sums_to_gdp", "form") == "units"
    if units or (
        p.has("value_added_sums_to_gdp", least=5.0) and p.fact("value_added_sums_to_gdp", "decided")
    ):
        return accept("sectors_and_gdp", p.proposed)
    if p.fact("shares_sum_to_100", "decided"):
        return accept("shares", p.proposed)
    if p.fact("wage_bill_is_staff_times_wage", "decided") and p.has(
        "wage_bill_is_staff_times_wage", least=5.0
    ):
        whole = float(p.source).is_integer() and p.column == "staff_average_10k"
        exact = p.column == "staff_average_wage_yuan" and "years" in p.kinds
        return accept("wage_bill", p.proposed if exact and not whole else np.nan)
    if p.fact("density_is_population_over_area", "decided"):
        score = p.score["density_is_population_over_area"]
        if p.column == "density_per_km2" and (score >= 10 or "years" in p.kinds):
            sure = score >= 10 and "years" in p.kinds
            return accept("density", np.round(p.proposed, 2) if sure else np.nan)
        if p.column == "registered_population_10k" and (score >= 10 or len(p.kinds) > 1):
            return accept("density")
    tax = "tax_ratio_times_gdp_is_tax_per_head_times_people"
    if p.has(tax, least=1.75) and p.fact(tax, "decided"):
        return accept("tax")
    if (
        p.has("gdp_is_per_head_times_population", least=4.0)
        and p.fact("gdp_is_per_head_times_population", "decided")
        and p.column == "gdp_per_capita_yuan"
        and p.year not in (2010, 2011, 2020, 2021)
    ):
        return accept("per_head")
    if p.has("part_above_whole", least=8.0) and p.fact("part_above_whole", "decided"):
        return accept("part_above_whole")
    return None


def years(p: Proposal) -> Verdict | None:
    """Cells far from their own years, alone or beside another kind of check."""
    if what := event(p):
        return keep("event", what)
    if p.column in ("gdp_growth_reported", "growth_actual_pct"):
        if p.confirmed:
            return keep("tables_agree")
        if p.has("growth_achieved_is_reported", least=1.3) and p.has("neighbours_in_time"):
            return accept("years_and_other_table")
        if p.has("growth_and_prices") and p.has("neighbours_in_time"):
            return accept("years_and_deflator")
        if p.has("growth_achieved_is_reported"):
            return flag("vintage")
        return keep("deflator_agrees")
    if p.confirmed and "years" in p.kinds:
        return flag("confirmed")
    if p.has("province_rises_and_falls_back"):
        if p.table == "city_resident_population":
            return flag("census")
        if p.has("neighbours_in_time") or len(p.kinds) > 1:
            return accept("province_rises_and_falls_back")
        return flag("province_rises_and_falls_back")
    if p.table.startswith(("city_remote", "city_fdi", "city_infrastructure")):
        return keep("modelled") if "remote" in p.table else flag("volatile")
    if p.has("leap_at_the_end"):
        return accept("leap_at_the_end")
    if p.has("one_of_two_budgets"):
        return accept("one_of_two_budgets")
    if p.has("investment_above_output"):
        return accept("investment_above_output")
    if p.has("neighbours_in_time"):
        sure = SURE_SCALES.get(p.column, SURE_DEFAULT)
        beside = [p.fact("neighbours_in_time", name) for name in ("before", "after")]
        edge = not np.isfinite(beside).all()
        # With years on one side only, a step cannot be distinguished from a slip.
        two_sided = p.fact("neighbours_in_time", "two_sided")
        if two_sided and p.has("neighbours_in_time", least=sure * (2 if edge else 1)):
            return accept("far_from_one_side" if edge else "far_from_both_sides")
        if len(p.kinds & {"years", "identity", "tables", "place", "form"}) > 1 and not edge:
            return accept("two_kinds")
    beside = p.fact("registered_near_resident", "beside")
    if beside and p.column == "registered_population_10k" and abs(beside / p.source - 1) < 0.01:
        return accept("other_count_resident")
    return None


def land(p: Proposal) -> Verdict | None:
    """Slips of the land: what goes and comes back by more than 0.2 per cent."""
    if not p.has("land_is_constant"):
        return None
    if p.score["land_is_constant"] >= 1.2:
        return accept("land", p.proposed)
    return keep("land_revised")


RULES: tuple[Rule, ...] = (forms, blocks, places, magnitudes, land, vintages, identities, years)

#: What is said of what no rule decided: the first whose checks speak. Where an identity fails
#: and no member is named, the cell is flagged.
REST: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        (
            "share_is_value_added_over_gdp",
            "growth_and_prices",
            "cities_sum_to_province",
            "capital_formation_agrees",
            "counties_sum_to_city",
            "county_tables_agree",
        ),
        "flagged",
        "vintage",
    ),
    (
        (
            "value_added_sums_to_gdp",
            "shares_sum_to_100",
            "sectors_sum_to_total",
            "tax_ratio_times_gdp_is_tax_per_head_times_people",
            "other_count",
        ),
        "flagged",
        "undecided",
    ),
    (("density_is_population_over_area",), "flagged", "land_revised"),
    (("wage_bill_is_staff_times_wage",), "flagged", "average"),
    (("staff_below_employed",), "flagged", "step"),
    (("foreign_investment_over_gdp",), "flagged", "volatile"),
    (
        ("gdp_is_per_head_times_population", "registered_near_resident", "part_above_whole"),
        "flagged",
        "step",
    ),
    (("copied_year", "another_units_figure", "another_years_figure"), "kept", "chance"),
    (("straight_line",), "flagged", "line"),
    (("month_without_direction",), "flagged", "direction"),
    (("too_few_days",), "kept", "days"),
    (("flows_out_and_back", "trains_out_and_back"), "kept", "asymmetry"),
    (("first_year_and_tenure",), "kept", "any_city"),
    (("one_person", "tenure_counts_years", "tie_begins_in_office"), "kept", "person"),
)


def rest(p: Proposal) -> Verdict:
    """Give the reason for keeping what no rule accepted."""
    for checks, status, rule in REST:
        if p.has(*checks):
            return Verdict(status, rule)
    return flag("single")


def decide(p: Proposal) -> Verdict:
    """Return the verdict of the first rule that speaks."""
    if p.table in LATER:
        return later(p)
    return next((v for rule in RULES if (v := rule(p)) is not None), None) or rest(p)
