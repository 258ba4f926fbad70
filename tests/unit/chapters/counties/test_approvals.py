import numpy as np
import pytest

from guantian.chapters.counties.estimate.approvals import (
    Pool,
    approval_rows,
    effects,
    pool,
    rejection_rate,
    tail,
    zone_rows,
)
from guantian.chapters.counties.estimate.data import make_counties, sample_of
from guantian.chapters.counties.estimate.groups import Groups, placebo_groups, slots
from regiometrics.weights.pairs import pair_matrix

from .conftest import CHOICES, make_china, make_zone

KEY = {"analysis": "primary", "variant": "S1.6", "outcome": "dispersion"}


def design(china):
    data = make_counties(china.counties, china.panel, 2)
    codes = china.panel.index.unique("city_code")
    adjacency = pair_matrix(china.pairs, "adjacent", list(codes), diagonal=0) == 1
    listed = slots(china.zones, CHOICES)
    free = ~codes.isin({code for slot in listed for code in slot.cities})
    groups = Groups(data, codes, CHOICES["min_counties"])
    return data, groups, listed, placebo_groups(adjacency, free, CHOICES), free, adjacency


def test_slots_give_a_prefecture_to_its_first_zone_and_cut_the_years():
    zones = {
        "b": make_zone("b", "2016-08-01", ["110100", "110200", "110300"]),
        "a": make_zone("a", "2009-06-10", ["110300", "110400", "110500"]),
        "late": make_zone("late", "2018-02-01", ["120100", "120200", "120300"]),
    }
    first, second = slots(zones, CHOICES)
    assert (first.zone, first.first, first.years) == ("a", 2009, tuple(range(2005, 2015)))
    assert (second.cities, second.first) == (("110100", "110200"), 2017)
    assert second.years[-1] == 2018
    assert first.before == second.before == 4


def test_groups_outcomes_are_those_of_their_counties(china):
    data, groups, _, _, _, _ = design(china)
    cities = np.array([["110100", "110200"]])
    mask = groups.masks(cities)
    inside = data.per_head[data.units["city"].isin(cities[0])].loc[:, 2005:2008]
    found = groups.outcome(mask, inside.columns, "dispersion")
    assert found[0] == pytest.approx(inside.std(axis=0).to_numpy())
    few = groups.outcome(groups.masks(np.array([["110100"]])), inside.columns, "dispersion")
    assert np.isnan(few).all()  # five counties
    everything = np.ones_like(mask)
    named = sample_of(data.units, "zone")
    own = groups.outcome(everything, inside.columns, "output", only=named)
    ours = data.output.loc[named, 2005:2008].mean()
    assert np.diff(own[0]) == pytest.approx(np.diff(ours))


def test_placebo_groups_are_connected_and_free(china):
    _, _, _, drawn, free, adjacency = design(china)
    for mask in drawn[3]:
        members = np.flatnonzero(mask)
        assert len(members) == 3 and free[members].all()
        assert (adjacency[np.ix_(members, members)].sum() // 2) >= 2
    assert len(np.unique(drawn[3], axis=0)) == len(drawn[3])


@pytest.mark.parametrize("effect", [0.0, 0.3])
def test_the_pooled_effect_is_recovered(effect):
    china = make_china(effect, seed=3)
    _, groups, listed, drawn, free, _ = design(china)
    found = pool(groups, listed, drawn, "dispersion", CHOICES)
    (row, *zones) = approval_rows(found, KEY, 0.95, int(free.sum()))
    # Dispersion is about 0.43 before, so that scaling the counties' distance by 1.3 adds 0.13.
    assert row["estimate"] == pytest.approx(0.43 * effect, abs=2.5 * row["std_error"] + 0.01)
    assert (row["p_value"] < 0.05) == (effect > 0)
    assert {each["group"] for each in zones} == {"north", "south", "west"}
    assert row["expected_std_error"] == row["std_error"] > 0
    assert 0 <= row["size_at_5pct"] < 0.12  # 200 draws


def test_the_placebo_error_holds_without_an_effect():
    """Over made-up Chinas without an effect, about one in twenty is rejected."""
    small = CHOICES | {"groups": 60, "draws": 60}
    rejected = 0
    for seed in range(25):
        china = make_china(0.0, seed=100 + seed)
        _, groups, listed, drawn, free, _ = design(china)
        found = pool(groups, listed, drawn, "dispersion", small, "did")
        (row, *_) = approval_rows(found, KEY, 0.95, int(free.sum()))
        rejected += row["p_value"] < 0.05
    assert rejected <= 5  # 1.25 expected; more than 5 has a chance of 0.001


def test_the_zone_has_a_row_of_its_own():
    china = make_china(0.3, seed=5)
    data, groups, listed, drawn, _, _ = design(china)
    named = sample_of(data.units, "zone")
    (row,) = zone_rows(groups, listed[0], drawn, KEY, named, 0.95)
    assert row["sample"] == "zone" and row["n_units"] == 15
    assert row["rank"] == 1 and row["rank_from"] == "above"
    assert row["estimate"] > 2 * row["std_error"]
    assert not list(zone_rows(groups, listed[0], drawn, KEY, named[:5], 0.95))


def test_an_effect_needs_donors_and_data():
    donors = np.random.default_rng(0).normal(size=(5, 6))
    treated = np.vstack([donors[0] + 1, np.full(6, np.nan)])
    usable = np.ones((2, 5), bool)
    found = effects(treated, donors, usable, 3, "did")
    assert np.isfinite(found[0]) and np.isnan(found[1])
    usable[0, 1:] = False
    assert np.isnan(effects(treated, donors, usable, 3, "did")[0])


def test_weights_follow_the_placebo_variances():
    placebos = np.array([[1.0, 2.0], [-1.0, -2.0]])
    found = Pool([], np.array([1.0, 5.0]), placebos, "sdid")
    assert found.errors == pytest.approx([1, 2])
    assert found.mean(found.values) == pytest.approx(0.8 * 1 + 0.2 * 5)
    assert found.mean(np.array([3.0, np.nan])) == pytest.approx(3.0)


def test_heavy_tails_widen_the_error():
    random = np.random.default_rng(1)
    assert tail(random.normal(size=20_000)) == pytest.approx(1, abs=0.03)
    mixed = np.where(random.random(20_000) < 0.1, 5.0, 0.1) * random.normal(size=20_000)
    assert tail(mixed) >= 1
    assert rejection_rate(random.normal(size=20_000)) == pytest.approx(0.05, abs=0.01)
