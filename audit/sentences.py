"""Sentences of evidence, formatted from the facts that a check states about a cell.

Checks and rules know facts (numbers, codes of units, names of columns) and never the words:
rewording a sentence here changes no correction.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Facts = Mapping[str, Any]
#: Parts of a sentence: a template, or a template and the condition under which it is said.
Part = str | tuple[str, Callable[[Facts], bool]]


class _Formatter(string.Formatter):
    """Format templates; the specification ``?`` prints a number that may be missing.

    What processors compute to other last bits is rounded alike: 2548.35 and 2548.3500000000004 are
    the same figure.
    """

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, float) and np.isfinite(value):
            value = float(f"{value:.12g}")
        if format_spec == "?":
            return f"{value:.6g}" if np.isfinite(value) else "no figure"
        return super().format_field(value, format_spec)


def _given(name: str) -> Callable[[Facts], bool]:
    return lambda facts: bool(facts.get(name))


def _missing(name: str) -> Callable[[Facts], bool]:
    return lambda facts: not facts.get(name)


def _is(name: str, value: Any) -> Callable[[Facts], bool]:
    return lambda facts: facts.get(name) == value


def _without_form(condition: Callable[[Facts], bool]) -> Callable[[Facts], bool]:
    return lambda facts: not facts.get("form") and condition(facts)


#: What every identity with members says at its end.
_BLAME: tuple[tuple[str, Callable[[Facts], bool]], ...] = (
    (
        "; replacing {column} brings it {nearer_pct:.0f} per cent nearer to its own years",
        lambda f: bool(f["decided"]) and f["nearer_pct"] > 0,
    ),
    (
        "; the other members agree with their own years",
        lambda f: bool(f["decided"]) and not f["nearer_pct"] > 0,
    ),
    ("; its own years do not decide between the members", _missing("decided")),
)

SENTENCES: dict[str, tuple[Part, ...]] = {
    "another_units_figure": (
        "{value:.6g} is printed for {units} in {year}; here it is {away_pct:.0f} per cent from "
        "the unit's own years",
    ),
    "another_years_figure": ("{value:.6g} is the unit's own figure of {other_year:.0f}",),
    "block_of_columns": (
        "the row stands one column to the right: GDP, in 10 000 yuan, is under the primary sector",
        ("; this column's own figure stands under {under}", _given("under")),
    ),
    "block_of_rows": (
        ("the row's figures fit {owner}", _given("owner")),
        ("the row's figures fit no unit of the province", _missing("owner")),
        ("; this unit's own stand in the row of {home}", _given("home")),
    ),
    "bulletin_off_its_years": (
        "{value:.6g} between {before:?} the year before and {after:?} the year after",
        ("; it is the sum of the region's cities", _given("region")),
    ),
    "censuses_resemble": ("the share moved {times:.2f} times as the nation's did",),
    "cities_sum_to_province": (
        "the cities' GDP sums to {times:.3f} of it, unlike in any year near",
    ),
    "columns_share_a_factor": (
        "{times:.2f} times what both years beside it suggest, and so is the other column",
    ),
    "copied_year": ("{value:.6g} is the figure of {other_year} to the last digit",),
    "counties_grow_alike": (
        "{times:.2f} times the figure of ten years before; the median county {usual:.2f} times",
    ),
    "counties_sum_to_city": (
        (
            "the counties sum to {added:.0f}, the city is {value:.0f}",
            _is("form", "census"),
        ),
        (
            "the counties' GDP sums to {sum_pct:.0f} per cent of the city's",
            _is("form", "gdp"),
        ),
    ),
    "days_in_period": ("more days seen than there are",),
    "density_is_population_over_area": (
        "density times land is {gap_pct:+.1f} per cent off the registered population; the other "
        "members imply {implied:.6g}, not {value:.6g}",
        *_BLAME,
    ),
    "duplicate_row": ("every figure of the row is another unit's of the same year",),
    "employment_share_is_sectors_over_total": (
        "the printed share is {value:.4g} per cent; the nineteen sectors, which sum to their "
        "total, give {implied:.4g}",
        ("; the years around do not say which is right", _missing("decided")),
    ),
    "factor_of_ten": (
        "{value:.6g} is {factor:g} times {proposed:.6g}, and the years around suggest "
        "{expected:.4g}",
    ),
    "first_year_and_tenure": (
        "{value:.0f}, but {tenure:.0f} years of tenure began in {began:.0f}",
    ),
    "flows_out_and_back": ("{value:.4g} out and {back:.4g} back: {times:.1f} to one",),
    "gdp_is_per_head_times_population": (
        "GDP over GDP per head implies a population {gap_pct:+.1f} per cent away from the one "
        "implied in the years around; about {implied:.5g} would agree, not {value:.6g}",
        *_BLAME,
    ),
    "growth_achieved_is_reported": (
        "achieved {achieved:.4g}, reported {reported:.4g}; in the years near the two differ by "
        "other amounts",
    ),
    "growth_and_prices": (
        "nominal growth {nominal:.1f} and real growth {real:.1f} per cent imply a deflator of "
        "{deflator:+.1f}, the province's is {province:+.1f}, its consumer prices {consumer:+.1f}",
    ),
    "impossible_index": ("a price index of {value:.6g} (previous year = 100)",),
    "impossible_rate": ("a growth of {value:.6g} per cent is neither a rate nor an index",),
    "impossible_share": ("a share of {value:.6g} per cent",),
    "index_among_percentages": (
        "{value:.6g} among percentages is an index, last year = 100: {rate:.4g} per cent",
    ),
    "industries_sum_to_sample": ("the industries sum to {added:.0f}, the total is {value:.0f}",),
    "investment_above_output": (
        "investment is {times:.2f} times GDP, and {away_pct:+.0f} per cent from both years beside "
        "it",
    ),
    "land_is_constant": (
        "{value:.6g} km2, and about {beside:.6g} km2 in the years before and after: land does not "
        "go and come back",
    ),
    "leap_from_the_year_before": (
        "{value:.6g} after {before:.6g}: {times:.1f} times, net of the nation's movement",
    ),
    "leap_at_the_end": (
        "{value:.6g} stands in a run of at most {longest} years at the end of the series, "
        "{times:.1f} times off the years beside it net of the common movement",
    ),
    "line_opened_earlier": (
        "{value:.4g} hours until {until:.0f}; the Xi'an-Baoji fast line opened on {opened}, and "
        "with it the model has {after:.4g}",
    ),
    "month_without_direction": (
        "{value:.6g} out and {back:.6g} back, as in every pair of {month}: direction is lost",
    ),
    "months_make_the_half_year": ("the six months give {implied:.6g}, the half-year {value:.6g}",),
    "negative_amount": ("{value:.6g} where nothing below 0 can be",),
    "neighbours_in_space": (
        (
            "{value:.6g} against a median of {median:.6g} that year, {scales:.0f} robust scales",
            _is("form", "points"),
        ),
        (
            "{value:.6g}, {times:.2f} times the province's median of that year",
            _is("form", "ratio"),
        ),
    ),
    "neighbours_in_time": (
        "{value:.6g} between {before:?} the year before and {after:?} the year after: "
        "{deviation:+.2f} {measure} from both sides net of the common movement, "
        "{scales:.0f} robust scales",
    ),
    "nominal_growth_under_real": (
        (
            "{value:.4g} is the growth of nominal GDP ({nominal:.4g}), not of real GDP "
            "({reported:?})",
            _given("exact"),
        ),
        (
            "{value:.6g} has more decimals than in the years around, in the whole province, "
            "and real growth is reported as {reported:?}",
            _missing("exact"),
        ),
    ),
    "off_the_line": (
        "{value:.6g} is {away_pct:+.1f} per cent off the line from {first:.0f} to {last:.0f}",
    ),
    "one_of_two_budgets": (
        "{away_pct:+.0f} per cent from both years beside it net of the common movement, while "
        "{other} goes on",
    ),
    "one_person": (
        (
            "{value:.0f}, but {before:.0f} the year before, while tenure goes on",
            _is("form", "same_post"),
        ),
        (
            "{value:.0f}, and {before:.0f} (median) over the person's spells",
            _is("form", "spells"),
        ),
        (
            "the secretary is of {whose} mayor's birth year, and that mayor led the city from "
            "{first:.0f}",
            _is("form", "promoted"),
        ),
    ),
    "other_count": (
        ("equal to the {other} figure in a run of {run} years", _given("run")),
        (
            "; the province's count of residents says which is the copy (residents sum to "
            "{gap_pct:+.2f} per cent from it)",
            _is("by", "province"),
        ),
        (
            "; this column leaps where the run begins or ends, the other does not",
            _is("by", "ends"),
        ),
        ("; nothing names the copy", _is("by", "")),
        (
            "goes on from copies of the {other} figure in the year beside; all others of the "
            "province are copies in this year, and no {other} figure is printed here",
            _is("by", "others"),
        ),
        (
            "the column sums to the province's residents ({gap_pct:+.2f} per cent), year after "
            "year",
            _is("by", "sum"),
        ),
    ),
    "part_above_whole": (
        (
            "{part} is {times:.3g} times {whole}, of which it is a part",
            _given("part"),
        ),
        ("primary value added above GDP", _missing("part")),
    ),
    "own_share_is_largest": ("the province's own share is {value:.4g}, another's {largest:.4g}",),
    "shifted_columns": (
        "a run of columns one place away, moved back, comes {gain:.1f} nearer (logs, in total) to "
        "the unit's own years",
        ("; the figure fits {fits}", _given("fits")),
        ("; the figure under {under} fits here", _given("under")),
        ("; the own figure is lost", _missing("under")),
    ),
    "permuted_columns": (
        (
            "the figure fits {fits} and that under {under} fits here: the columns, permuted, "
            "come {gain:.1f} nearer (logs, in total) to the unit's own years",
            _given("fits"),
        ),
        (
            "four sectors read in the new order come {gain:.1f} nearer (logs, in total) to the "
            "unit's own years; the figure for {column} stands under {under}",
            _missing("fits"),
        ),
    ),
    "placeholder": ("{value:.4g} per cent is no target; the years near have {usual:.4g}",),
    "plausible_age": ("aged {age:.0f} in office",),
    "power_in_identity": (
        "the wage bill is staff times wage but for a factor of {factor:g} in this member: "
        "{implied:.6g}",
    ),
    "counties_counted_otherwise": (
        "in {year} the figures of most of the city's counties are {times:.2f} times those of the "
        "years on both sides",
    ),
    "county_tables_agree": (
        "{times:.2f} times the output of the other table of counties, net of what the province's "
        "counties are",
    ),
    "industry_mends_sum": (
        "divided by {factor:g} it makes the industries sum to the sample, and no other does",
    ),
    "province_counts_otherwise": (
        "in {year} the whole province's figures are {times:.2f} times those of the years on both "
        "sides",
    ),
    "province_of_another_scope": (
        "{deviation:+.2f} in logs from both years beside it, with most cities of a province whose "
        "own capital formation goes on",
    ),
    "province_of_another_vintage": (
        "the other table, which this one equals elsewhere to rounding, has {other:.4g}; so in most "
        "cities of the province",
    ),
    "province_repeats_year": (
        "the province's cities repeat their figures of {other_year}, to the last digit",
    ),
    "province_steps_and_back": (
        "the sector of the whole province steps by {step_pct:+.0f} per cent (median, net of the "
        "nation) and back",
    ),
    "province_rises_and_falls_back": (
        "in {year} the province's cities stand {median_pct:+.1f} per cent (median) from both "
        "sides and fall back: the year is of another count",
    ),
    "rank_before_its_age": ("the rank of a vice-governor at the age of {age:.0f}",),
    "total_of_its_region": (
        "{value:.6g} is the sum of the region, {times:.1f} times what its own years suggest",
    ),
    "rate_among_indices": ("{value:.6g} among indices, last year = 100, is a rate: {index:.6g}",),
    "rate_of_the_province": (
        "{value:.6g} is printed for {cities:.0f} of the province's {known:.0f} cities that have a "
        "rate; in the median year {usual:.0f} share one",
    ),
    "roads_do_not_slow": (
        "{value:.4g} hours, {longer_pct:.0f} per cent longer than the year before",
    ),
    "row_of_the_year_before": (
        "{columns:.0f} figures of the row are those of {other_year:.0f}, to the digits printed",
    ),
    "sample_is_a_tenth": ("{sample_pct:.2f} per cent of the population is in the sample",),
    "sector_table_gives_output": (
        "the table of sectors has an output of {one:.6g}, the same row's own is {other:.6g}",
        ("; only the other one agrees with its own years", _given("decided")),
        ("; the unit's own row stands at {home}", _given("home")),
        ("; the years around do not say which is right", _missing("decided")),
    ),
    "sectors_sum_to_total": (
        "the sectors sum to {added:.5g}, the total is {total:.5g}; {column} would be {implied:.4g}",
        (", as its own years suggest", _given("decided")),
        ("; its own years do not decide", _missing("decided")),
    ),
    "share_is_value_added_over_gdp": (
        "share {share:.4g}, value added over GDP {implied:.4g} per cent: the gap of {gap:+.1f} "
        "points is {odd:+.1f} away from the same gap in the years around",
    ),
    "shares_sum_to_one": ("the shares sum to {total:.6g}",),
    "shares_sum_to_100": (
        "the shares sum to {total:.2f}; {column} stands furthest from its own years, and 100 "
        "less the others is {implied:.4g}",
    ),
    "shifted_row": (
        (
            "the figure fits {owner}, not this unit's own years ({away_pct:.0f} per cent away)",
            lambda f: bool(f["owner"]) and not f["beside"],
        ),
        (
            "the figure fits no unit of the province, not this unit's own years ({away_pct:.0f} "
            "per cent away)",
            lambda f: not f["owner"] and not f["beside"],
        ),
        (
            "; this unit's own figure stands in the row of {home}",
            lambda f: bool(f["home"]) and not f["beside"],
        ),
        (
            "{beside} of this row is that of {owner}, and the ratio of the two columns is that "
            "unit's too",
            lambda f: bool(f["owner"]) and bool(f["beside"]),
        ),
        (
            "{beside} of this row is no unit's of the province, and this column stands beside it",
            lambda f: not f["owner"] and bool(f["beside"]),
        ),
        (
            "; this unit's own pair stands in the row of {home}",
            lambda f: bool(f["home"]) and bool(f["beside"]),
        ),
    ),
    "shortest_above_median": ("the shortest time exceeds the median",),
    "spells_overlap": (
        "the spell ends in {value:.0f}, the next one of the post begins in {next:.0f}",
    ),
    "staff_repeat_employed": (
        "staff {staff:.6g}, employed {employed:.6g}, nineteen sectors {total:?}: staff are "
        "{usual_pct:?} per cent of the employed in the years around",
        ("; nothing names the copy", _missing("decided")),
    ),
    "straight_line": (
        "{value:.6g} lies on a straight line between the years around, to the last digit",
    ),
    "targets_of_both_tables": ("{value:.4g} here, {other:.4g} in the earlier table of targets",),
    "tax_itself_leaps": (
        "{times:.3g} times what the years around suggest, and so is the other column of tax",
    ),
    "tax_ratio_times_gdp_is_tax_per_head_times_people": (
        "tax as a share of GDP and tax per head differ by {gap_pct:+.0f} per cent; the other "
        "implies about {implied:.4g}, not {value:.5g}",
        *_BLAME,
    ),
    "tenure_counts_years": (
        (
            "{value:.0f} years after {before:.0f} the year before, the same person",
            _is("form", "steps"),
        ),
        ("longer than since the first year", _is("form", "too_long")),
    ),
    "tie_begins_in_office": ("tied this year and not the year before, in one spell of office",),
    "tie_without_leader": ("no {post} is given for the year, so no tie can be",),
    "too_few_days": ("the mean of {days:.0f} days seen, of {covered:.0f} covered",),
    "trains_out_and_back": ("{value:.4g} minutes out and {back:.4g} back",),
    "value_added_sums_to_gdp": (
        (
            "the three sectors sum to GDP in units of 100 million, not of 10 000, yuan",
            _is("form", "units"),
        ),
        (
            "the three sectors sum to {sum_pct:.1f} per cent of GDP; the others imply "
            "{implied:.6g}",
            _is("form", "recent"),
        ),
        ("; GDP is that of the year before", _is("because", "last_year")),
        ("; so in most cities of the province that year", _is("because", "province")),
        ("; the sectors are those of the year before", _is("because", "copied")),
        ("; this sector is that of the year before", _is("because", "carried")),
        ("; only this share moves", _is("because", "shares")),
        (
            "the three sectors' value added is {gap_pct:+.1f} per cent off GDP; the other "
            "members imply {implied:.6g}, not {value:.6g}",
            _missing("form"),
        ),
        *((text, _without_form(condition)) for text, condition in _BLAME),
    ),
    "wage_bill_is_staff_times_wage": (
        "staff times average wage is {gap_pct:+.1f} per cent off the wage bill; the other two "
        "imply {implied:.6g}, not {value:.6g}",
        *_BLAME,
    ),
    "year_of_zeros": (
        "all of the {year}'s leaders have 0; in the other years {usual_pct:.0f} per cent were "
        "promoted",
    ),
    "zero_for_a_gap": (
        (
            "0, while the years around have {usual:.4g}",
            lambda f: np.isfinite(f["usual"]),
        ),
        ("0, in every year near", lambda f: not np.isfinite(f["usual"])),
    ),
}
#: Two tables' (or columns') ratio for one thing, whatever the pair.
_RATIO: tuple[Part, ...] = (
    "{one} over {other} is {odd_pct:+.0f} per cent from what it is in any year near; here the "
    "other figure is {beside:.5g}",
)
SENTENCES |= dict.fromkeys(
    (
        "capital_formation_agrees",
        "deposits_over_loans",
        "expenditure_over_revenue",
        "foreign_investment_over_gdp",
        "registered_near_resident",
        "retail_over_gdp",
        "staff_below_employed",
        "units_are_employed",
        "urban_lights_below_all",
    ),
    _RATIO,
)

_formatter = _Formatter()


def sentence(check: str, facts: Facts) -> str:
    """Say in words what a check found of a cell.

    Parameters
    ----------
    check : str
        Name of the check, a key of :data:`SENTENCES`.
    facts : mapping
        What the check states, with ``value``, ``proposed``, ``column``, ``unit`` and ``year`` of
        the cell.

    Returns
    -------
    str

    Examples
    --------
    >>> sentence("impossible_share", {"value": 130.5})
    'a share of 130.5 per cent'
    """
    said = []
    for part in SENTENCES[check]:
        template, condition = (part, None) if isinstance(part, str) else part
        if condition is None or condition(facts):
            said.append(_formatter.vformat(template, (), facts))
    return "".join(said)
