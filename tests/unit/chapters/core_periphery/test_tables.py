"""Tables and numbers of core, periphery and gains."""

import pytest

from guantian.chapters.core_periphery.numbers import _paid_for, _rank, _slope
from guantian.chapters.core_periphery.tables import _ranks, _slopes, _values
from guantian.results import estimates

NAMES = {str(code): f"City {code}" for code in range(12)}


def test_coalitions_stand_by_size_as_numbers():
    """A zone of ten cities or more: as text, 2 would stand before 11."""
    found = [
        {"group": group, "unit": unit, "n_units": size, "estimate": 1.0}
        for group, unit, size in (("core_and", "1", 2), ("all", "", 12), ("without", "1", 11))
    ]
    body = list(_values(estimates(found, analysis="value"), NAMES))
    assert [row["Cities"] for row in body] == ["12", "11", "2"]
    assert [row["Coalition"] for row in body] == ["All", "Without City 1", "Core and City 1"]


@pytest.fixture
def ranked():
    rank = {"estimate": 0.2, "own_value": 0.5, "conf_low": 0.1, "conf_high": 0.3, "p_value": 0.02}
    rank |= {"rank": 9, "n_draws": 999, "rank_from": "above"}
    slope = {"estimate": -0.4, "std_error": 0.1, "conf_low": -0.6, "conf_high": -0.2}
    slope |= {"analysis": "spread_backwash", "term": "slope", "variable": "km", "n_units": 30}
    return estimates(
        [
            {"analysis": "comovement", "variant": "after", "term": "correlation", **rank},
            {"analysis": "spread_backwash_rank", "variable": "km", "horizon": 0, **rank},
            *({**slope, "horizon": horizon} for horizon in (0, 1)),
        ],
        outcome="gdp_growth_pct",
    )


def test_a_rank_is_printed_from_its_columns(ranked):
    (row,) = _ranks(ranked)
    assert row["Rank"] == "9 of 1000 from above"
    assert (row["Zone"], row["Minus median"], row["What"]) == ("0.500", "0.200", "After")
    printed = _rank(ranked, {"analysis": "comovement"}, 1, ("value", "rank", "said"), 100)
    assert printed == {"value": "50.0", "rank": "9 of 1000 from above", "said": "above"}
    assert _rank(ranked, {"analysis": "hierarchy_rank"}, 1, ("said",)) == {
        "said": "cannot be ranked"
    }


def test_a_slope_has_its_rank_beside_it_where_it_is_ranked(ranked):
    first, second = _slopes(ranked)
    assert first["Rank"] == "9 of 1000 from above"
    assert second["Rank"] == "–"
    said = _slope(ranked, "km", ("value", "cities", "said"))
    assert said == {"value": "−0.40", "cities": "30", "said": "backwash"}
    assert _slope(ranked, "links", ("value", "said")) == {"value": "–", "said": "missing"}


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ([(-2, -1), (-3, -1)], "by every solution its cooperation has to be paid for"),
        ([(-2, -1), (-3, 1)], "the solutions part"),
        ([(1, 2), (0.5, 3)], "by every solution it gains"),
        ([(-1, 2), (0.5, 3)], "no solution puts it surely below zero"),
    ],
)
def test_who_has_to_be_paid_for_is_said_by_the_intervals(ends, words):
    found = [
        {"method": str(place), "estimate": (low + high) / 2, "conf_low": low, "conf_high": high}
        for place, (low, high) in enumerate(ends)
    ]
    assert _paid_for(estimates(found)).startswith(words)
