"""What was planted on the board is found again, and what is missing has a reason."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.zones.estimate.approval import Window, change_of_share
from guantian.chapters.zones.estimate.flows import artificial_sides
from guantian.chapters.zones.estimate.levels import convergence_rows
from guantian.chapters.zones.estimate.places import (
    NotEstimableError,
    jackknife,
    known_members,
    make_places,
)
from guantian.chapters.zones.estimate.similarity import pair_slopes, size_by_halves
from guantian.chapters.zones.names import STATISTICS
from guantian.results import one, rows


def test_every_zone_has_every_statistic_or_a_reason(found, board):
    for zone in board.zones:
        for each in STATISTICS:
            row = one(found[0], group=zone, term=each.term, variant=each.variant)
            if np.isnan(row.estimate):
                assert row.note != "", (zone, each.key)
            else:
                assert row.conf_low <= row.estimate <= row.conf_high
                assert 0 < row.p_value <= row.p_adjusted <= 1


@pytest.mark.parametrize(
    ("zone", "term", "reason"),
    [
        ("dark", "growth", "data of 0 of 9 members"),
        ("dark", "plan_effect", "output to 2012 of 0 of 9 members"),
        ("late", "plan_effect", "2 years after approval, 3 needed"),
        ("late", "border", "one province"),
        ("three", "beta", "data of 3 members, 5 needed"),
        ("three", "similarity_trend", "data of 3 members, 4 needed"),
    ],
)
def test_reasons(found, zone, term, reason):
    notes = rows(found[0], group=zone, term=term)["note"]
    assert set(notes) == {reason}


def test_the_effect_of_an_approval_is_recovered(found, board):
    row = one(found[0], group="treated", term="plan_effect")
    assert row.own_value == pytest.approx(board.effect, abs=0.02)
    assert row.conf_low > 0.2
    assert row["rank"] == 1


def test_a_zone_without_an_effect_has_none(found):
    row = one(found[0], group="three", term="plan_effect")
    assert row.conf_low < 0 < row.conf_high
    assert row.estimate == pytest.approx(0, abs=0.03)


def test_the_border_is_recovered(found, board):
    row = one(found[0], group="treated", term="border")
    assert row.own_value == pytest.approx(board.border, abs=0.1)
    assert row.conf_low > 0
    assert one(found[0], sample="china", term="border").estimate == pytest.approx(
        board.border, abs=0.05
    )


def test_flows_as_predicted_stay_inside_as_predicted(found):
    row = one(found[0], group="late", term="inward")
    assert row.conf_low < 0 < row.conf_high
    share = one(found[1], group="late", term="inward_share").value
    assert share == pytest.approx(
        one(found[1], group="late", term="inward_share_predicted").value, rel=0.05
    )


def test_structures_that_close_their_gaps_are_found(found):
    row = one(found[0], group="treated", term="similarity_trend")
    assert row.conf_high < 0
    assert 0 <= row.size_at_5pct < 0.2
    other = one(found[0], group="late", term="similarity_trend")
    assert other.conf_low < 0 < other.conf_high


def test_convergence_is_recovered(found):
    """Growth falls by two points with the log of the level of 2001, so that gaps close.

    By 2005 the gaps are 0.92 of what they were.
    """
    beta = one(found[0], group="late", term="beta")
    assert beta.estimate == pytest.approx(-0.02 / 0.92, abs=0.004)
    assert beta.conf_low < -0.02 / 0.92 < beta.conf_high < 0
    assert one(found[0], sample="china", term="beta").n_units == 91  # the dark zone has no data
    assert one(found[0], group="late", term="sigma_trend").conf_high < 0


def test_growth_of_both_vintages_against_the_benchmark(found):
    revised = one(found[0], group="late", term="growth", variant="revised")
    first = one(found[0], group="late", term="growth", variant="first_published")
    assert first.estimate - revised.estimate == pytest.approx(1.1, abs=0.02)
    assert revised.benchmark == 5
    assert revised.statistic == pytest.approx((revised.estimate - 5) / revised.std_error)


def test_counts_add_up(found):
    counts = rows(found[1], analysis="counts", variable="plan_effect").set_index("term")["value"]
    effects = rows(found[0], term="plan_effect", sample="zone")
    assert counts["estimated"] == effects["estimate"].notna().sum() == 2
    assert counts["above"] == (effects["conf_low"] > 0).sum()
    growth = rows(found[1], analysis="counts", variable="growth", variant="revised")
    assert growth.set_index("term")["value"]["above"] == 3  # above the benchmark, not above zero
    whole = rows(found[1], analysis="counts", variable="all_but_growth")
    zones = rows(found[0], sample="zone")
    known = zones[(zones["term"] != "growth") & zones["estimate"].notna()]
    assert whole.set_index("term")["value"].to_dict() == {
        "estimated": len(known),
        "adjusted": (known["p_adjusted"] < 0.05).sum(),
    }


def test_change_of_share_by_hand():
    """The core's share rises by 1 point a year before and by 3 after."""
    core = np.array([50.0, 51, 52, 55, 58])
    output = np.vstack([core, 100 - core])
    known = np.ones(2, bool)
    window = Window(np.arange(2007, 2012), 3, output, known, known)
    assert change_of_share(window, np.array([0, 1]), 0) == pytest.approx(2.0)


def test_jackknife_of_a_mean_is_its_standard_error():
    values = np.random.default_rng(0).normal(size=12)
    mean, error = jackknife(lambda chosen: values[chosen].mean(), np.arange(12))
    assert mean == pytest.approx(values.mean())
    assert error == pytest.approx(values.std(ddof=1) / np.sqrt(12))


def test_pair_slopes_by_hand():
    """One city moves a tenth of its workers a year to the other's sector."""
    made = pd.DataFrame(
        [
            {"code": code, "year": year, "sector": sector, "value": value}
            for year in (2005, 2006, 2007)
            for code, shares in (
                ("1", {"a": 1 - 0.1 * (year - 2005), "b": 0.1 * (year - 2005)}),
                ("2", {"a": 0.0, "b": 1.0}),
            )
            for sector, value in shares.items()
        ]
    ).assign(source="units", level="sector", complete=1)
    slopes = pair_slopes(made, pd.Index(["1", "2", "3"]), 2005, 2007)
    assert slopes[0, 1] == slopes[1, 0] == pytest.approx(-0.2)
    assert np.isnan(slopes[2]).all()


def test_artificial_sides_have_the_size_asked_for():
    rng = np.random.default_rng(0)
    points = rng.uniform(size=(20, 2))
    distance = np.log(np.hypot(*(points[:, None] - points).transpose(2, 0, 1)) + np.eye(20))
    groups = np.array([rng.choice(20, 6, replace=False) for _ in range(30)])
    for minor in (1, 3, 5):
        assert (artificial_sides(distance, groups, minor).sum(axis=1) == minor).all()


def test_the_size_of_a_test_that_holds_is_five_percent():
    ratios = np.abs(np.random.default_rng(0).standard_t(5, 20_000))
    assert size_by_halves(ratios) == pytest.approx(0.05, abs=0.005)


def test_a_member_without_data_is_left_out():
    members, known = np.array([True, True, True, False]), np.array([True, False, True, True])
    assert known_members(members, known, 0.5).tolist() == [True, False, True, False]
    with pytest.raises(NotEstimableError, match="data of 2 of 3 members"):
        known_members(members, known, 0.9)


def test_members_that_are_all_equal_have_a_reason_in_place_of_a_slope(board):
    """Zones of invented data may have no dispersion at all."""
    years = pd.MultiIndex.from_product(
        [board.codes, range(2005, 2017)], names=["city_code", "year"]
    )
    panel = pd.DataFrame({"real_gdp_per_resident_yuan": 1.0, "in_nation": 1}, index=years)
    pairs = pd.DataFrame({"code_a": board.codes[:1], "code_b": board.codes[1:2], "adjacent": 1})
    places = make_places(panel, pairs, board.zones)
    found = list(convergence_rows(panel, places, board.choices, 0.95))
    assert len(found) == 2 * (len(board.zones) + 1)
    assert all(row["note"] for row in found)
