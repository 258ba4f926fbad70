"""Pairs of cities: flows, travel times and trains against their reverse and their years."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from .common import gather, propose

#: Out and back differ by a factor of 1.4 as a rule; beyond this (logs) one is odd, for
#: pairs seen on most days.
FLOW_ASYMMETRY = 1.8
FLOW_DAYS = 120
#: Rounding of the daily index in sums over months: 1 per cent, and the printed digit.
FLOW_MONTHS_GAP = 0.01
#: A month in which out and back agree to 1 per cent for every pair has lost direction.
MIRROR = 0.01
#: A month seen on fewer days than this is no monthly mean.
FEWEST_DAYS = 10
#: Fast trains: out and back differ by minutes, not by this factor (logs).
TRAIN_ASYMMETRY = 0.4
#: A road or a line does not get slower: hours may not rise by more than 2 per cent.
SLOWER = 0.02

#: The fast line (an act of acts.csv) whose opening the modelled hours may follow too late, and
#: the city where it ended when it opened: its pairs must be faster by the year after. Pairs with
#: cities that a later line joins to that end wait for that line too, and are left out.
LINE = "fast_rail_west"
END = "610300"


def reverse(frame: pd.DataFrame, keys: tuple[str, str], column: str, *more: str) -> pd.Series:
    """Return the column's value for the opposite direction, aligned with the rows."""
    one, two = keys
    other = frame[[one, two, *more, column]].rename(columns={one: two, two: one})
    merged = frame[[one, two, *more]].merge(other, on=[one, two, *more], how="left")
    return pd.Series(merged[column].to_numpy(), index=frame.index)


def flows(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Check the half-year's flows against the reverse and against the months."""
    parts = []
    keys = ("origin_code", "destination_code")
    half = tables.get("city_pair_flows_2021h1")
    months = tables.get("zone_pair_flows_monthly")
    if half is not None:
        back = reverse(half, keys, "flow_index")
        with np.errstate(divide="ignore"):
            gap = np.log(half["flow_index"] / back)
        rows = half[(gap.abs() > FLOW_ASYMMETRY) & (half["days_observed"] >= FLOW_DAYS)]
        facts = {"back": back[rows.index], "times": np.exp(gap[rows.index].abs())}
        parts.append(
            propose(
                "flows_out_and_back",
                "city_pair_flows_2021h1",
                rows,
                "flow_index",
                gap[rows.index].abs() / FLOW_ASYMMETRY,
                facts,
            )
        )
        rows = half[half["days_observed"] > half["days_in_period"]]
        parts.append(
            propose(
                "days_in_period",
                "city_pair_flows_2021h1",
                rows,
                "days_observed",
                20.0,
            )
        )
    if months is not None:
        table = "zone_pair_flows_monthly"
        back = reverse(months, keys, "flow_index", "year_month")
        # To the printed digit: small flows have three significant digits.
        gap = (np.log(months["flow_index"] / back)).abs()
        mirrored = gap.groupby(months["year_month"]).transform("median") < MIRROR
        rows = months[mirrored]
        facts = {"back": back[rows.index], "month": rows["year_month"]}
        parts.append(propose("month_without_direction", table, rows, "flow_index", 5.0, facts))
        rows = months[months["days_observed"] < FEWEST_DAYS]
        facts = {"days": rows["days_observed"], "covered": rows["days_in_month"]}
        parts.append(propose("too_few_days", table, rows, "flow_index", 4.0, facts))
    if half is not None and months is not None:
        part = months[months["year_month"].astype(str).between("202101", "202106")]
        total = (
            (part["flow_index"] * part["days_in_month"])
            .groupby([part["origin_code"], part["destination_code"]])
            .sum()
        )
        days = part.groupby(list(keys))["days_in_month"].sum()
        implied = (total / days).rename("implied").reset_index()
        both = half.merge(implied, on=list(keys))
        both = both[
            (both["implied"] - both["flow_index"]).abs()
            > FLOW_MONTHS_GAP * both["flow_index"] + 2e-6
        ]
        parts.append(
            propose(
                "months_make_the_half_year",
                "city_pair_flows_2021h1",
                both,
                "flow_index",
                5.0,
                {"implied": both["implied"]},
                both["implied"],
            )
        )
    return gather(parts)


def travel(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Check travel times against the years, and the fast line's opening on record.

    The openings are those of ``tables["acts"]``, as `guantian.data.acts.read_acts` gives them.
    """
    frame = tables.get("zone_pair_travel_time")
    if frame is None:
        return gather([])
    table, parts = "zone_pair_travel_time", []
    frame = frame.sort_values(["code_a", "code_b", "year"])
    groups = frame.groupby(["code_a", "code_b"])
    for column in ("rail_hours_modelled", "road_hours_modelled"):
        change = np.log(frame[column] / groups[column].shift(1))
        rows = frame[change > SLOWER]
        parts.append(
            propose(
                "roads_do_not_slow",
                table,
                rows,
                column,
                change[rows.index] / SLOWER,
                {"longer_pct": 100 * np.expm1(change[rows.index])},
            )
        )
    column = "rail_hours_modelled"
    acts = tables["acts"]
    line = acts[acts["id"] == LINE].iloc[0]
    first_year = int(line["date"][:4]) + 1
    later = acts[(acts["kind"] == "railway") & (acts["time"] > line["time"])]["members"].str.split()
    further = {code for members in later if END in members for code in members} - {END}
    on_line = frame["code_a"].eq(END) | frame["code_b"].eq(END)
    beyond = frame["code_a"].isin(further) | frame["code_b"].isin(further)
    change = np.log(frame[column] / groups[column].shift(1))
    fell = frame[on_line & ~beyond & (change < -0.1) & (frame["year"] > first_year)]
    late = fell.groupby(["code_a", "code_b"]).first()[["year", column]]
    rows = frame[on_line & ~beyond & (frame["year"] >= first_year)].merge(
        late.rename(columns={"year": "sped_up", column: "after"}),
        on=["code_a", "code_b"],
    )
    rows = rows[rows["year"] < rows["sped_up"]]
    facts = {"until": rows["sped_up"] - 1, "opened": line["date"], "after": rows["after"]}
    parts.append(propose("line_opened_earlier", table, rows, column, 10.0, facts, rows["after"]))
    return gather(parts)


def trains(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Check the fast trains' minutes against the reverse direction."""
    frame = tables.get("city_pair_fast_trains_2016")
    if frame is None:
        return gather([])
    table, keys, parts = (
        "city_pair_fast_trains_2016",
        ("origin_code", "destination_code"),
        [],
    )
    rows = frame[frame["min_minutes"] > frame["median_minutes"]]
    parts.append(
        propose(
            "shortest_above_median",
            table,
            rows,
            "min_minutes",
            20.0,
        )
    )
    for column in ("min_minutes", "median_minutes"):
        back = reverse(frame, keys, column)
        gap = np.log(frame[column] / back)
        # A single train each way may be a fast one and a slow one.
        several = np.minimum(frame["trains_per_day"], reverse(frame, keys, "trains_per_day")) >= 3
        rows = frame[(gap.abs() > TRAIN_ASYMMETRY) & several]
        parts.append(
            propose(
                "trains_out_and_back",
                table,
                rows,
                column,
                gap[rows.index].abs() / TRAIN_ASYMMETRY,
                {"back": back[rows.index]},
            )
        )
    return gather(parts)


def check(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Run the checks of pairs."""
    return gather([flows(tables), travel(tables), trains(tables)])
