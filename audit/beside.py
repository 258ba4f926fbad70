"""Later tables beside earlier ones: targets, districts of a city, shares, search and travel."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from .common import Panel, detrended, gather, level, log, propose, spike
from .pairs import reverse

#: No Chinese city sets a target below this (per cent); its neighbours stand above the second.
LOWEST_TARGET = 3.0
A_TARGET = 5.0
#: Two tables' targets for one city and year: "about" and "above" are rounded within this.
TARGET_POINTS = 2.0
#: Employment of the districts exceeds the whole city's by more than rounding of small counts.
EXCESS = 1.02
LEAST = 0.1
#: Sectors of the districts' table under their names in the city's.
SECTORS = {
    "transport": "transport_post",
    "wholesale_retail": "trade",
    "health": "health_social",
    "culture_sport": "culture_sports",
}
#: Columns of zero that stand for a gap: a paved city has roads.
ROADS = ("city_road_area", "road_area_m2_per_head")
#: Shares sum to one within this.
SHARES = {"city_work_report_topics": 20 * 0.5e-5 + 1e-9, "province_trade_shares": 1e-4}
#: Travel out and back differ by more than this (logs), where both are among the larger ones.
ASYMMETRY = 1.8
LARGE = 1e-3
KEYS = ("origin", "destination")


def placeholders(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Propose targets that are none: below three per cent beside targets of years near."""
    table, column = "city_growth_targets_2008_2022", "growth_target_pct"
    panel = panels.get(table)
    if panel is None:
        return gather([])
    values = panel.matrix(column)
    usual = level(np.where(values < LOWEST_TARGET, np.nan, values))
    rows = panel.rows((values < LOWEST_TARGET) & (usual > A_TARGET))
    facts = {"usual": panel.at(usual)[rows.index]}
    return propose("placeholder", table, rows, column, 10.0, facts)


def targets(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Propose targets that the earlier table puts elsewhere."""
    panel, other = panels.get("city_growth_targets_2008_2022"), panels.get("city_growth_targets")
    if panel is None or other is None:
        return gather([])
    theirs = panel.spread(other.frame.set_index([other.unit, "year"])["target_city_pct"])
    gap = panel.matrix("growth_target_pct") - theirs
    rows = panel.rows(np.abs(gap) > TARGET_POINTS)
    facts = {"other": panel.at(theirs)[rows.index]}
    score = np.abs(panel.at(gap)[rows.index]) / TARGET_POINTS
    return propose("targets_of_both_tables", panel.table, rows, "growth_target_pct", score, facts)


def districts(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Propose employment of the districts above the whole city's.

    The districts' figure is named where it is off its own years by most of the excess and the
    city's is not; the city's is never proposed here, for its own table is checked by itself.
    """
    panel, city = (
        panels.get("city_district_sector_employment"),
        panels.get("city_sector_employment"),
    )
    if panel is None or city is None:
        return gather([])
    parts = []
    for column in panel.frame.columns.difference([panel.unit, "year"], sort=False):
        whole = SECTORS.get(column, column)
        if whole not in city:
            continue
        theirs = panel.spread(city.frame.set_index([city.unit, "year"])[whole])
        over = panel.log(column) - log(theirs)
        mask = (over > np.log(EXCESS)) & (panel.matrix(column) - theirs > LEAST)
        own_off = np.abs(spike(detrended(panel.log(column))))
        city_off = np.abs(spike(detrended(log(theirs))))
        decided = (own_off > 0.5 * over) & ~(city_off > 0.25 * over)
        rows = panel.rows(mask)
        size = panel.at(over)[rows.index]
        facts = {
            "part": "the districts' figure",
            "whole": "the city's",
            "times": np.exp(size),
            "decided": panel.at(decided)[rows.index],
        }
        parts.append(propose("part_above_whole", panel.table, rows, column, 5 + 10 * size, facts))
    return gather(parts)


def roads(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Propose zeros that stand for a gap in the area of roads."""
    table, column = ROADS
    panel = panels.get(table)
    if panel is None:
        return gather([])
    values = panel.matrix(column)
    usual = level(np.where(values > 0, values, np.nan), 5)
    rows = panel.rows(values == 0)
    facts = {"usual": panel.at(usual)[rows.index]}
    return propose("zero_for_a_gap", table, rows, column, 5.0, facts)


def topics(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Propose rows of topics whose shares do not sum to one."""
    table = "city_work_report_topics"
    frame = tables.get(table)
    if frame is None:
        return gather([])
    names = [name for name in frame.columns if name.startswith("topic_")]
    total = frame[names].sum(axis=1)
    rows = frame[(total - 1).abs() > SHARES[table]]
    facts = {"total": total[rows.index]}
    return gather([propose("shares_sum_to_one", table, rows, name, 5.0, facts) for name in names])


def trade(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Propose expenditure shares that do not sum to one, and provinces that buy most elsewhere."""
    table, column = "province_trade_shares", "share_of_destination_expenditure"
    frame = tables.get(table)
    if frame is None:
        return gather([])
    groups = frame.groupby(["year", "destination"])[column]
    total = groups.transform("sum")
    rows = frame[(total - 1).abs() > SHARES[table]]
    parts = [propose("shares_sum_to_one", table, rows, column, 5.0, {"total": total[rows.index]})]
    largest = groups.transform("max")
    own = frame["origin"].eq(frame["destination"])
    rows = frame[own & frame[column].lt(largest)]
    facts = {"largest": largest[rows.index]}
    parts.append(propose("own_share_is_largest", table, rows, column, 2.0, facts))
    return gather(parts)


def travel(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Propose travel that differs too far by direction; search is of one side by its nature."""
    table = "city_pair_search_travel"
    frame = tables.get(table)
    if frame is None:
        return gather([])
    parts = []
    for column in (name for name in frame.columns if name.startswith("travel_")):
        back = reverse(frame, KEYS, column)
        least = np.minimum(frame[column], back)
        with np.errstate(divide="ignore", invalid="ignore"):
            gap = np.log(frame[column] / back)
        rows = frame[(gap.abs() > ASYMMETRY) & (np.maximum(frame[column], back) > LARGE)]
        rows = rows[least[rows.index] > 0]
        facts = {"back": back[rows.index], "times": np.exp(gap[rows.index].abs())}
        score = gap[rows.index].abs() / ASYMMETRY
        parts.append(propose("flows_out_and_back", table, rows, column, score, facts))
    return gather(parts)


def check(tables: Mapping[str, pd.DataFrame], panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Run the checks of later tables beside earlier ones."""
    return gather(
        [
            placeholders(panels),
            targets(panels),
            districts(panels),
            roads(panels),
            topics(tables),
            trade(tables),
            travel(tables),
        ]
    )
