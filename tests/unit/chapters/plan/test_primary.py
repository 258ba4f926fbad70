"""Approvals of all zones on an invented country: what was put in is found, what was not is not."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from guantian.chapters.plan.config import Approvals as Options
from guantian.chapters.plan.estimate.approvals import draw_assignments, make_approvals
from guantian.chapters.plan.estimate.other_estimators import _means
from guantian.chapters.plan.estimate.pooled import (
    own_groups,
    placebo_groups,
    pool,
    pool_difference,
    quietness,
    zone_effects,
)
from guantian.chapters.plan.estimate.primary import PARTS
from guantian.chapters.plan.estimate.run import run_primary
from guantian.chapters.plan.estimate.sample import Cities
from guantian.chapters.plan.estimate.shares import drift, parted_counties
from guantian.chapters.plan.estimate.study import Study
from guantian.chapters.plan.figures import draw_zones
from guantian.chapters.plan.names import PlanNames, known
from guantian.chapters.plan.tables import listed_approvals
from guantian.geography.zones import Member, Zone
from guantian.present.captions import caption
from guantian.present.figures import apply_style, faults
from guantian.results import one, rows
from regiometrics.errors import EstimationError

SIDE, YEARS = 14, range(2000, 2020)
EFFECT, CORE, ACROSS = 0.20, 0.10, -0.08
#: Four cities each; the last three lie in two provinces (a province is two rows).
CORNERS = {"a": (0, 0), "b": (0, 6), "c": (2, 10), "d": (3, 3), "e": (7, 8), "f": (9, 1)}
APPROVED = dict(zip(CORNERS, (2008, 2009, 2009, 2010, 2011, 2010), strict=True))
CHOICES = {
    "outcomes": [{"name": "output", "variable": "output"}, {"name": "same", "variable": "output"}],
    "years": {"first": 2000, "last": 2019},
    "before": 8,
    "after": 8,
    "least_members": 3,
    "largest_placebo": 4,
    "draws": 120,
    "draws_secondary": 60,
    "earlier": [3],
    "share_until": [2016, 2019],
    "seed": 5,
}


def code(row, column):
    return f"{10 + row // 2:02d}{50 * (row % 2) + column:02d}00"


def zone_of(name):
    row, column = CORNERS[name]
    cells = [(row, column), (row, column + 1), (row + 1, column), (row + 1, column + 1)]
    codes = [code(*cell) for cell in cells]
    return Zone.model_construct(
        id=name,
        name_en=name,
        kind="economic_zone",
        approved=f"{APPROVED[name]}-01-10",
        approved_precision="day",
        core=codes[0],
        members=tuple(Member.model_construct(code=each, name_en=each) for each in codes),
    )


@pytest.fixture(scope="module")
def country():
    rng = np.random.default_rng(3)
    cells = [(row, column) for row in range(SIDE) for column in range(SIDE)]
    codes = pd.Index([code(*cell) for cell in cells])
    order = np.argsort(codes)
    cells, codes = [cells[place] for place in order], codes[order]
    near = np.abs(np.array(cells)[:, None] - np.array(cells)[None]).sum(axis=2) == 1
    zones = {name: zone_of(name) for name in CORNERS}
    steps = 0.09 + rng.normal(0, 0.012, (len(codes), 1)) + rng.normal(0, 0.01, (1, len(YEARS)))
    level = 4 + np.cumsum(steps + rng.normal(0, 0.006, (len(codes), len(YEARS))), axis=1)
    for name, zone in zones.items():
        after = np.array(YEARS) >= APPROVED[name]
        for member in zone.codes:
            place = codes.get_loc(member)
            level[place] += after * (EFFECT + (ACROSS if len(zone.provinces) > 1 else 0))
            if member == zone.core:
                level[place] += 0.5 + after * CORE
    none = np.zeros(len(codes), bool)
    cities = Cities(codes, near, codes.isin(zones["a"].codes), none, ~none)
    outcome = pd.DataFrame(level, index=codes, columns=list(YEARS))
    return cities, zones, outcome


@pytest.fixture(scope="module")
def approvals(country):
    cities, zones, outcome = country
    return make_approvals(outcome, cities, zones, ["economic_zone"], 8, 8, 3)


@pytest.fixture(scope="module")
def drawn(approvals):
    groups = placebo_groups(approvals, 4, 150, seed=1)
    return zone_effects(approvals, groups, "sdid", placebo=True)


@pytest.fixture(scope="module")
def study(country):
    cities, zones, outcome = country
    groups = draw_assignments(cities.adjacency, ~cities.zone, [4], 80, 7)[:, 0]
    return Study(
        outcomes={"gdp": outcome},
        cities=cities,
        zone=zones["a"],
        zones=zones,
        kinds=("economic_zone",),
        placebo_sets={"main": groups},
        choices={
            "approvals": CHOICES,
            "before": 8,
            "after": 8,
            "n_placebos": 60,
            "n_placebos_slow": 40,
            "published": {
                "outcomes": [{"name": "current", "variable": "output"}],
                "donors": ["main", "zones kept"],
                "until": [2012, 2015],
                "methods": ["sc"],
            },
            "sensitivity": {"relative_magnitude": [0, 1], "smoothness": [0]},
        },
        confidence=0.95,
    )


@pytest.fixture(scope="module")
def panel(country):
    _, _, outcome = country
    frame = np.exp(outcome).stack().rename("output").to_frame()
    frame.index.names = ["city_code", "year"]
    return frame.assign(gdp_100m_yuan=frame["output"], boundary_change=0)


@pytest.fixture(scope="module")
def counties(country):
    _, zones, _ = country
    index = pd.MultiIndex.from_product([["150001"], YEARS], names=["unit_code", "year"])
    frame = pd.DataFrame(index=index)
    frame["city_code"] = zones["a"].codes[1]
    frame["gdp_status"] = "ok"
    frame["gdp_printed_10k_yuan"] = 1e4
    return frame


@pytest.fixture(scope="module")
def found(study, panel, counties):
    return run_primary(study, panel, counties)


class TestAssignments:
    def test_groups_are_disjoint_contiguous_and_of_the_sizes(self, approvals):
        near, pool_ = approvals.cities.adjacency, approvals.pool()
        groups = draw_assignments(near, pool_, [3, 5, 2], 20, seed=4)
        assert (groups.sum(axis=2) == [3, 5, 2]).all()
        assert groups.sum(axis=1).max() == 1
        assert not groups[:, :, ~pool_].any()
        for group in groups.reshape(-1, len(pool_)):
            inside = near[np.ix_(group, group)]
            reach = np.linalg.matrix_power(inside + np.eye(len(inside)), len(inside))
            assert (reach > 0).all()

    def test_the_seed_draws_them(self, approvals):
        arguments = approvals.cities.adjacency, approvals.pool(), [4, 4], 5
        first, again, other = (draw_assignments(*arguments, seed=seed) for seed in (1, 1, 2))
        assert (first == again).all()
        assert (first != other).any()

    def test_no_room_is_said(self, approvals):
        with pytest.raises(EstimationError, match="no room"):
            draw_assignments(approvals.cities.adjacency, approvals.pool(), [4] * 60, 1, seed=1)

    def test_nobody_approved_or_near_is_a_donor(self, approvals):
        own = own_groups(approvals)[0]
        for place, cohort in enumerate(approvals.cohorts):
            donors = approvals.donors(own[place : place + 1], cohort.year)[0]
            last = min(cohort.year + 7, 2019)
            assert not (donors & (approvals.first <= last)).any()
            assert not (donors & approvals.cities.near(own[place : place + 1])[0]).any()


class TestEffects:
    def test_the_effects_of_zones_are_found(self, approvals, drawn):
        """Errors of a zone's effect are about 0.015, those of the mean of six 0.006."""
        own = zone_effects(approvals, own_groups(approvals), "sdid", placebo=False)
        core = CORE / 4  # one of four cities has it
        for cohort, effect in zip(approvals.cohorts, own.effects["output"][0], strict=True):
            put = EFFECT + core + (ACROSS if cohort.across else 0)
            assert effect == pytest.approx(put, abs=0.06)
        mean = pool(own.effects["output"][0], drawn.effects["output"])
        assert mean.estimate == pytest.approx(EFFECT + core + ACROSS / 2, abs=0.03)
        assert mean.p_value < 0.01
        gap = pool(own.effects["core_gap"][0], drawn.effects["core_gap"])
        assert gap.estimate == pytest.approx(CORE, abs=0.04)
        assert gap.p_value < 0.01
        # A rise of 10% of a share of about 0.35 is 0.35 times 0.65 times 10, about 2.4 points.
        share = pool(own.effects["core_share"][0], drawn.effects["core_share"])
        assert share.estimate == pytest.approx(2.4, abs=0.8)
        within = np.array([not cohort.across for cohort in approvals.cohorts])
        difference = pool_difference(own.effects["output"][0], drawn.effects["output"], within)
        assert difference.estimate == pytest.approx(-ACROSS, abs=0.04)

    def test_zones_with_all_years_are_those_approved_early_enough(self, country, approvals):
        cities, zones, outcome = country
        assert approvals.complete == {cohort.zone for cohort in approvals.cohorts}
        last = approvals.cohorts[-1].year + approvals.after - 2  # a year is missing of the latest
        cut = make_approvals(outcome.loc[:, :last], cities, zones, ["economic_zone"], 8, 8, 3)
        assert len(cut.cohorts) == len(approvals.cohorts)
        assert cut.complete == {c.zone for c in cut.cohorts if c.year + 7 <= last}
        assert 0 < len(cut.complete) < len(cut.cohorts)

    def test_placebo_groups_have_no_effect(self, drawn):
        for effects in drawn.effects.values():
            assert abs(np.nanmean(effects)) < 3 * np.nanstd(effects) / np.sqrt(len(effects))

    @pytest.mark.parametrize("method", ["did", "detrended", "difp"])
    def test_other_methods_find_it(self, approvals, method):
        own = zone_effects(approvals, own_groups(approvals), method, placebo=False)
        assert own.effects["output"].mean() == pytest.approx(0.185, abs=0.08)

    def test_a_trend_is_no_effect_where_it_is_taken_out(self, country):
        cities, zones, outcome = country
        codes = [each for zone in zones.values() for each in zone.codes]
        flat = pd.DataFrame(np.zeros(outcome.shape), index=outcome.index, columns=outcome.columns)
        flat.loc[codes] += 0.02 * (np.array(YEARS) - 2000)
        trended = make_approvals(flat, cities, zones, ["economic_zone"], 8, 8, 3)
        own = own_groups(trended)
        plain = zone_effects(trended, own, "did", placebo=False).effects["output"]
        robust = zone_effects(trended, own, "detrended", placebo=False).effects["output"]
        # Eight years about the approval: means of the trend differ by eight years of it.
        assert plain[0, 0] == pytest.approx(0.16)
        assert robust == pytest.approx(0, abs=1e-9)

    def test_too_few_zones_are_not_pooled(self):
        assert pool(np.array([0.1, 0.2, np.nan]), np.zeros((5, 3))) is None
        sides = np.array([True, True, False, False])
        assert pool_difference(np.arange(4.0), np.zeros((5, 4)), sides) is None

    def test_a_size_that_does_not_hold_widens_the_error(self):
        """Placebo zones with a common shock: their mean varies more than its error says."""
        rng = np.random.default_rng(0)
        alone = rng.normal(0, 1, (800, 8))
        common = alone + rng.normal(0, 1, (800, 1))
        own = rng.normal(0, 1, 8)
        plain, wide = pool(own, alone), pool(own, common)
        # Three errors of a share of 5% in 800 draws; 400 of them judge the calibrated one.
        assert plain.raw_size == pytest.approx(0.05, abs=0.024)
        assert wide.raw_size > 0.2
        assert wide.factor > 1.5
        assert wide.size == pytest.approx(0.05, abs=0.033)


class TestRows:
    @pytest.mark.parametrize("part", PARTS)
    def test_the_contract_of_a_primary_test(self, found, part):
        row = one(found, analysis="primary", variant=part, sample="china")
        for column in ("estimate", "std_error", "df", "p_value", "expected_std_error"):
            assert np.isfinite(row[column])
        assert row.conf_low < row.estimate < row.conf_high
        assert 0 <= row.size_at_5pct <= 0.2
        assert row.n_draws == CHOICES["draws"]
        assert row.estimator
        assert row.cov_type

    @pytest.mark.parametrize("part", ["S1.10", "S2.5", "S1.9a"])
    def test_the_zone_has_its_row(self, found, part):
        row = one(found, analysis="primary", variant=part, sample="zone")
        assert row.conf_low < row.estimate < row.conf_high
        assert row["rank"] >= 1
        assert row.expected_std_error > 0

    def test_every_zone_is_listed(self, found):
        listed = rows(found, analysis="secondary", variant="S1.10", method="sdid", sample="china")
        assert set(listed["group"]) >= set(CORNERS)

    def test_effects_by_year_are_level(self, found):
        """The effect was put in at once: no year's differs by more than three of its errors."""
        by_year = rows(
            found, variant="S1.10", term="event", method="sdid", outcome="output"
        ).sort_values("horizon")
        assert by_year["horizon"].tolist() == list(range(8))
        distance = (by_year["estimate"] - by_year["estimate"].mean()).abs()
        assert (distance < 3 * by_year["expected_std_error"]).all()

    def test_neighbours_as_donors_are_said(self, found):
        row = one(found, variant="S1.10", donors="neighbours kept", sample="china")
        assert row.estimate == pytest.approx(EFFECT + CORE / 4 + ACROSS / 2, abs=0.04)

    def test_dates_too_early_find_nothing(self, found):
        row = one(found, analysis="falsification", variant="S1.10", term="effect", setting=3)
        assert row.p_value > 0.01
        assert abs(row.estimate) < 0.03

    def test_bounds_of_violations_widen(self, found):
        bounds = rows(found, method="relative_magnitude", variant="S1.10").sort_values("setting")
        width = (bounds["conf_high"] - bounds["conf_low"]).to_numpy()
        assert (np.diff(width) > 0).all()


class TestOthers:
    """Estimators that need parallel trends; cities' trends differ here by 0.012 a year."""

    @pytest.mark.parametrize(
        "key",
        [
            {"method": "callaway_santanna", "group": "not_yet_treated"},
            {"method": "callaway_santanna", "group": "never_treated"},
            {"method": "sun_abraham"},
            {"method": "local_projections"},
            {"method": "imputation", "group": "all others"},
            {"method": "imputation", "group": "neighbours apart"},
        ],
    )
    def test_the_mean_effect_is_found(self, found, key):
        row = one(found, analysis="secondary", variant="S1.10", term="effect", **key)
        assert row.estimate == pytest.approx(EFFECT + CORE / 4 + ACROSS / 2, abs=0.06)
        assert row.conf_low < row.estimate < row.conf_high
        assert row.conf_low > 0

    def test_neighbours_have_none(self, found):
        row = one(found, method="imputation", term="neighbours")
        assert row.conf_low < 0 < row.conf_high

    def test_what_neighbours_gain_is_told_apart(self, country):
        """Without noise: half the effect spills over; alone it is missed, apart both are exact."""
        cities, zones, outcome = country
        flat = pd.DataFrame(0.0, index=outcome.index, columns=outcome.columns)
        for name, zone in zones.items():
            own = cities.groups(np.array(zone.codes))
            after = np.array(YEARS) >= APPROVED[name]
            flat.loc[own[0]] += 0.2 * after
            flat.loc[cities.near(own)[0]] += 0.1 * after
        exact = make_approvals(flat, cities, zones, ["economic_zone"], 8, 8, 3)
        units = np.ones(len(flat), bool)
        plain, apart = (_means(exact, own_groups(exact), units, near)[0] for near in (False, True))
        assert apart == pytest.approx([0.2, 0.1])
        assert plain[0] < 0.19

    def test_a_published_design_finds_the_effect_on_the_zone_and_its_core(self, found):
        external = rows(found, analysis="external", variant="li_li_2019")
        assert set(external["members"]) == {"all", "core"}
        for row in external.itertuples():
            put = EFFECT + (CORE if row.members == "core" else CORE / 4)
            assert row.estimate == pytest.approx(put, abs=0.12)
            assert row.n_draws >= 19


class TestShares:
    def test_a_rise_by_the_year_is_found_and_flat_shares_are_not(self):
        rng = np.random.default_rng(1)
        drawn = 40 + np.cumsum(rng.normal(0, 0.1, (200, 20)), axis=1)
        rising = drift(40 + 0.5 * np.arange(9) + rng.normal(0, 0.05, 9), drawn, 0.95)
        assert rising["estimate"] == pytest.approx(4, abs=0.3)
        assert rising["p_value"] < 0.001
        assert rising["rank"] == 1
        flat = drift(40 + np.cumsum(rng.normal(0, 0.1, 9)), drawn, 0.95)
        assert flat["p_value"] > 0.05

    def test_its_size_is_that_of_placebo_zones(self):
        """Shares with persistent steps: a plain t rejects far too often, the calibrated one not."""
        rng = np.random.default_rng(2)
        steps = rng.normal(0, 1, (800, 24))
        for year in range(1, 24):
            steps[:, year] += 0.6 * steps[:, year - 1]
        drawn = 40 + np.cumsum(steps, axis=1)
        row = drift(drawn[0, -9:], drawn, 0.95)
        assert "calibrated" in row["cov_type"]
        # Three errors of a share of 5% in the 400 groups that judge it.
        assert row["size_at_5pct"] == pytest.approx(0.05, abs=0.033)

    def test_counties_that_lost_territory_count_with_the_core(self, counties, country):
        zone = country[1]["a"]
        parted = counties.copy()
        parted.loc[("150001", 2019), "gdp_status"] = "territory"
        split = parted_counties(parted, zone.codes, zone.core, 2019)
        assert list(split.index) == ["150001"]
        assert parted_counties(parted, zone.codes, zone.core, 2016).empty
        assert parted_counties(parted, zone.codes, zone.codes[1], 2019).empty


@pytest.fixture(scope="module")
def names(study):
    return PlanNames(study.zone, study.zones, pd.Series(dtype=str), pd.Series(), {"bases": [0]}, [])


def test_the_figure_has_every_zone_and_the_means_first(found, names, root):
    with plt.rc_context():
        apply_style(sorted((root / "assets/fonts").glob("*.otf")))
        figure, data = draw_zones(found, names)
        assert faults(figure, caption("plan", "plan_zones").alt) == []
        plt.close(figure)
    output = data[data["variant"] == "S1.10"]
    assert output["sample"].tolist().count("zone") == 1
    assert output["sample"].tolist().count("china") == 1
    assert len(output) == 1 + len(CORNERS)


def test_the_table_has_the_primary_test_of_each_part_first(found, names):
    listed = listed_approvals(known(found), names)
    firsts = listed.drop_duplicates("variant")
    assert firsts["variant"].tolist() == ["S1.10", "S2.5", "S1.9a", "S2.6"]
    assert set(firsts["analysis"]) == {"primary"}
    assert not listed["group"].isin(list(CORNERS)).any()
    assert listed["what"].str.contains("dated 3 years early").any()


def test_a_date_too_early_leaves_two_years():
    with pytest.raises(ValueError, match="two of"):
        Options.model_validate(CHOICES | {"earlier": [7]})


def test_zones_that_moved_less_before_approval_are_expected_to_have_smaller_errors():
    rng = np.random.default_rng(1)
    effects, drawn = rng.normal(size=(400, 6)), rng.chisquare(7, (400, 6)) / 7
    assert quietness(np.full(6, 0.25), drawn, effects) == pytest.approx(0.5, abs=0.02)
    own = np.array([0.25, 0.25, 0.25, np.nan, np.nan, np.nan])
    assert quietness(own, drawn, effects) == pytest.approx(0.5, abs=0.02)
    # Of a difference the sorts of zones count by their share in its variance.
    sides = np.array([True, False, False, False, False, False])
    own = np.array([0.25, 1, 1, 1, 1, 1])
    first = 1 / (1 + 1 / 5)
    assert quietness(own, drawn, effects, sides) == pytest.approx(
        np.sqrt(first * 0.25 + 1 - first), abs=0.03
    )
