"""Sets of placebo zones leave out what they say, and a rank is a row of estimates."""

import numpy as np
import pytest

from guantian.geography.placebo_sets import members_of, placebo_sets
from guantian.geography.zones import Member, Zone
from guantian.results import estimates, placebo_columns
from regiometrics.placebo.ranks import placebo_rank

SIDE = 8
CITIES = [f"{number:06d}" for number in range(SIDE * SIDE)]


def rook():
    matrix = np.zeros((SIDE * SIDE, SIDE * SIDE), int)
    for unit in range(SIDE * SIDE):
        for step, inside in ((1, unit % SIDE < SIDE - 1), (SIDE, unit < SIDE * (SIDE - 1))):
            if inside:
                matrix[unit, unit + step] = matrix[unit + step, unit] = 1
    return matrix


def zone(name, kind, positions):
    members = tuple(
        Member.model_construct(code=CITIES[position], name_en=name) for position in positions
    )
    return Zone.model_construct(
        id=name,
        name_en=name,
        kind=kind,
        approved="2009",
        approved_precision="year",
        core=members[0].code,
        members=members,
    )


@pytest.fixture(scope="module")
def sets():
    own = [CITIES[0], CITIES[1], CITIES[8]]
    others = {
        "own": zone("own", "economic_zone", [0, 1, 8]),
        "far": zone("far", "economic_zone", [63, 62, 55]),
        "cluster": zone("cluster", "urban_cluster", [36]),
    }
    return placebo_sets(rook(), CITIES, own, others, ["economic_zone"], draws=500, seed=1)


@pytest.mark.parametrize(
    ("name", "absent", "present"),
    [
        ("main", {0, 1, 2, 8, 9, 16, 63, 62, 55}, {36, 61, 54, 47}),
        ("zone", {0, 1, 2, 8, 9, 16}, {63, 36, 61}),
        ("wide", {0, 1, 2, 8, 9, 16, 63, 62, 55, 61, 54, 47}, {36}),
    ],
)
def test_a_set_leaves_out_what_it_says(sets, name, absent, present):
    drawn = set(members_of(sets, name).ravel())
    assert drawn.isdisjoint(CITIES[position] for position in absent)
    assert drawn >= {CITIES[position] for position in present}  # 500 draws of 3 out of 52


def test_same_seed_same_sets(sets):
    assert (sets["draw"].max(), sets.shape) == (499, (1500, 5))
    with pytest.raises(ValueError, match="no set 'other'"):
        members_of(sets, "other")


def test_a_rank_is_an_estimate():
    placebo = np.arange(1.0, 100.0)
    row = placebo_columns(placebo_rank(200.0, placebo), placebo, 0.95)
    frame = estimates([row], analysis="a", sample="zone", outcome="y", term="t")
    assert frame.loc[0, "estimate"] == 150  # 200 less the median of 1, ..., 99
    assert frame.loc[0, "conf_low"] > 0  # beyond every placebo zone
    assert frame.loc[0, "p_value"] == pytest.approx(2 / 100)
    assert (frame.loc[0, "rank"], frame.loc[0, "rank_from"], frame.loc[0, "n_draws"]) == (
        1,
        "above",
        99,
    )
    inside = placebo_columns(placebo_rank(50.0, placebo), placebo, 0.95)
    assert inside["conf_low"] < 0 < inside["conf_high"]


def test_a_large_zone_is_drawn_from_the_largest_part():
    """A wall of left-out units across the grid leaves two parts; only the larger is drawn from."""
    own = [CITIES[position] for position in (0, 1, 2, 3, 8, 9, 10, 11)]
    wall = {"wall": zone("wall", "economic_zone", list(range(40, 48)))}  # the sixth row
    drawn = placebo_sets(rook(), CITIES, own, wall, ["economic_zone"], draws=20, seed=1)
    found = set(members_of(drawn, "main").ravel())
    assert found <= {CITIES[position] for position in range(4, 40)}
