"""The checks with the tables that each reads, in two rounds.

The first round looks for what is in another place, count, unit or form; the second compares
figures with others. A check that is told the tables that it reads need not be run again where
none of them has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

import pandas as pd

from . import (
    beside,
    blocks,
    bulletins,
    counties,
    county_years,
    forms,
    headings,
    identities_accounts,
    identities_labour,
    land,
    leaders,
    magnitudes,
    neighbours_in_space,
    neighbours_in_time,
    pairs,
    permutations,
    provinces,
    regions,
    repeats,
    second_vintage,
    shifted_rows,
    spells,
    vintages,
)
from .common import BESIDE, KEYS, Panel, Tables

Run = Callable[[Tables, dict[str, Panel], Collection[str]], pd.DataFrame]


@dataclass(frozen=True)
class Check:
    """A check, and the groups of tables on which it is run, each by itself."""

    name: str
    run: Run
    groups: Sequence[tuple[str, ...]]


@dataclass
class Cache:
    """What checks found on tables that they have seen, by the tables' identity."""

    found: dict[tuple[object, ...], tuple[pd.DataFrame, list[object]]] = field(default_factory=dict)
    panels: dict[int, tuple[Panel, object]] = field(default_factory=dict)


#: What a table may be keyed by, beside the year, to be seen as units and years.
UNITS = ("city_code", "province_code", "region_code", "county_code")
#: Tables of years ten apart, which say nothing of each other.
DECADES = ("census", "county_gdp")
#: Tables keyed by a unit and the year, one group each.
ALONE = tuple(
    (name,)
    for name, key in KEYS.items()
    if len(key) == 2 and key[1] == "year" and key[0] in UNITS and not name.startswith(DECADES)
)
ANY = tuple((name,) for name in KEYS)
FISCAL, LABOUR, ACCOUNTS = "city_investment_fiscal", "city_population_labour", "city_accounts"
RESIDENT, TARGETS, SECTORS = (
    "city_resident_population",
    "city_growth_targets",
    "city_sector_employment",
)
RATIOS = tuple(sorted({tuple(sorted({pair[0], pair[2]})) for pair in vintages.PAIRS}))
GROWTH = (TARGETS, ACCOUNTS, second_vintage.TABLE)
CENSUS = (
    "census_industry_prefecture",
    "census_industry_county",
    "county_gdp",
    "county_panel",
    ACCOUNTS,
)


def _panels(function: Callable[[dict[str, Panel]], pd.DataFrame]) -> Run:
    return lambda tables, panels, focus: function(panels)


def _tables(function: Callable[[Tables], pd.DataFrame]) -> Run:
    return lambda tables, panels, focus: function(tables)


PLACED = (
    Check("permutations", _panels(permutations.check), ((SECTORS, LABOUR),)),
    Check("blocks", _panels(blocks.check), ((ACCOUNTS, TARGETS), (LABOUR,), (FISCAL,), (SECTORS,))),
    Check("shifted_rows", _panels(shifted_rows.check), ALONE),
    Check("headings", _panels(headings.check), ((RESIDENT, LABOUR, "province_accounts"),)),
    Check(
        "repeated_years",
        _panels(provinces.repeated),
        (*(group for group in ALONE if group[0] not in GROWTH), GROWTH),
    ),
    Check("other_counts", _panels(provinces.other_counts), ((LABOUR,), (RESIDENT,), (SECTORS,))),
    Check("dips", _panels(provinces.dips), ((FISCAL, "province_accounts"),)),
    Check("bulletins", _panels(bulletins.check), ((bulletins.TABLE, ACCOUNTS),)),
    Check(
        "regions",
        _panels(regions.check),
        tuple((table, "province_accounts") for table in regions.COLUMNS),
    ),
    Check("magnitudes", _panels(magnitudes.check), ALONE),
    Check("wage_powers", _panels(identities_labour.powers_of_ten), ((LABOUR,),)),
    Check("forms", lambda tables, panels, focus: forms.check(tables, panels), ANY),
    Check("growth_forms", _panels(forms.growth), (GROWTH,)),
)
COMPARED = (
    Check(
        "accounts",
        _panels(identities_accounts.check),
        ((ACCOUNTS, LABOUR, "city_total_tax", "province_cpi"),),
    ),
    Check("labour", _panels(identities_labour.check), ((LABOUR, RESIDENT, SECTORS),)),
    Check(
        "neighbours_in_time",
        lambda tables, panels, focus: neighbours_in_time.check(panels, focus),
        ALONE,
    ),
    Check("neighbours_in_space", _tables(neighbours_in_space.check), ANY),
    Check("repeats", _panels(repeats.check), ALONE),
    Check("ratios", _panels(vintages.disagreements), RATIOS),
    Check("parts", _panels(vintages.parts_of_wholes), ALONE),
    Check("growth", _panels(vintages.growth), ((TARGETS, ACCOUNTS),)),
    Check("budgets", _panels(vintages.budgets), ((FISCAL,),)),
    Check("investment", _panels(vintages.investment), ((FISCAL, ACCOUNTS),)),
    Check("shared_factors", _panels(vintages.shared_factors), (("city_retail",),)),
    Check(
        "province_sums", _panels(vintages.provinces_of_cities), (("province_accounts", ACCOUNTS),)
    ),
    Check("growth_vintages", _panels(provinces.growth_vintages), ((ACCOUNTS, TARGETS),)),
    Check("sector_vintages", _panels(provinces.sector_vintages), ((ACCOUNTS,),)),
    Check("land", _panels(land.check), ((RESIDENT,),)),
    Check("leaders", _panels(leaders.check), (("city_leaders",),)),
    Check(
        "pairs",
        _tables(pairs.check),
        (
            ("city_pair_flows_2021h1", "zone_pair_flows_monthly"),
            ("zone_pair_travel_time", *BESIDE),
            ("city_pair_fast_trains_2016",),
        ),
    ),
    Check("counties", _tables(counties.check), (CENSUS,)),
    Check("second_vintage", _panels(second_vintage.check), ((second_vintage.TABLE, ACCOUNTS),)),
    Check("county_years", _panels(county_years.check), ((county_years.TABLE,),)),
    Check("spells", _tables(spells.check), ((spells.TABLE,),)),
    Check(
        "beside",
        lambda tables, panels, focus: beside.check(tables, panels),
        (
            ("city_growth_targets_2008_2022", TARGETS),
            ("city_district_sector_employment", SECTORS),
            ("city_road_area",),
            ("city_work_report_topics",),
            ("province_trade_shares",),
            ("city_pair_search_travel",),
        ),
    ),
)


def run(
    checks: Sequence[Check],
    tables: Tables,
    panels: dict[str, Panel],
    focus: Collection[str],
    cache: Cache | None = None,
) -> Iterator[pd.DataFrame]:
    """Yield what each check finds on each of its groups of tables that is there."""
    for check in checks:
        for group in check.groups:
            here = [name for name in group if name in tables]
            if not here:
                continue
            frames = [tables[name] for name in here]
            key = (check.name, tuple(here), *map(id, frames), tuple(focus))
            if cache is not None and key in cache.found:
                yield cache.found[key][0]
                continue
            found = check.run(
                {name: tables[name] for name in here},
                {name: panels[name] for name in here if name in panels},
                focus,
            )
            if cache is not None:
                # The frames are kept with what was found, so that no other takes their identity.
                cache.found[key] = (found, frames)
            yield found
