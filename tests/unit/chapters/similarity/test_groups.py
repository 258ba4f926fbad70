"""Statistics of groups of cities, and the similarity of a zone whose structures converge."""

import itertools

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.similarity.estimate.groups import (
    Ranking,
    jackknife_of_pairs,
    member_means,
    pair_means,
    positions,
    ranked,
    slopes,
)
from guantian.chapters.similarity.estimate.profiles import quotient_rows, run_counties
from guantian.chapters.similarity.estimate.similarity import pair_table, run_similarity
from guantian.results import estimates, one, rows, series

CODES = [f"1{number:02d}000" for number in range(30)]
ZONE = CODES[:5]
SECTORS = ["agriculture", "manufacturing", "mining", "trade"]
SPECS = pd.DataFrame(
    [("units", "units", "sector", 2005, 2010)], columns=["spec", "source", "level", "first", "last"]
)


@pytest.fixture(scope="module")
def symmetric():
    values = np.random.default_rng(1).normal(size=(30, 30))
    return values + values.T


@pytest.fixture(scope="module")
def structure():
    """Thirty cities with structures of their own; the zone's five move to their common mean."""
    rng = np.random.default_rng(7)
    start = rng.dirichlet(np.ones(4), size=30)
    mean = start[:5].mean(axis=0)
    rows = []
    for step, year in enumerate(range(2005, 2011)):
        for city, code in enumerate(CODES):
            pull = 0.15 * step if city < 5 else 0.0
            share = (1 - pull) * start[city] + pull * mean
            rows += [(code, year, s, 1000 * x) for s, x in zip(SECTORS, share, strict=True)]
    frame = pd.DataFrame(rows, columns=["code", "year", "sector", "value"])
    return frame.assign(source="units", level="sector", complete=1)


@pytest.fixture(scope="module")
def placebo():
    rng = np.random.default_rng(3)
    drawn = [sorted(rng.choice(CODES[5:], size=5, replace=False)) for _ in range(300)]
    frame = pd.DataFrame(drawn, columns=[f"member_{i}" for i in range(1, 6)])
    return pd.concat([frame.assign(set=name, draw=range(300)) for name in ("main", "zone", "wide")])


def test_pair_means_against_a_loop(symmetric):
    groups = np.random.default_rng(2).permuted(np.tile(np.arange(30), (50, 1)), axis=1)[:, :7]
    expected = [
        np.mean([symmetric[i, j] for i, j in itertools.combinations(group, 2)]) for group in groups
    ]
    assert pair_means(symmetric, groups) == pytest.approx(expected)


def test_unknown_members_make_a_group_missing(symmetric):
    groups = positions(CODES, [[CODES[0], CODES[1], "999999"], CODES[:3]])
    assert groups.tolist() == [[0, 1, -1], [0, 1, 2]]
    assert np.isnan(pair_means(symmetric, groups)).tolist() == [True, False]
    assert np.isnan(member_means(np.arange(30.0), groups)).tolist() == [True, False]


def test_slopes_are_those_of_least_squares_over_the_known_years():
    rng = np.random.default_rng(4)
    values, years = rng.normal(size=(6, 3)), np.arange(2000, 2006)
    values[2, 1] = np.nan
    values[1:5, 2] = np.nan
    means, found = slopes(values, years, known=0.75)
    assert found[0] == pytest.approx(np.polyfit(years, values[:, 0], 1)[0])
    keep = ~np.isnan(values[:, 1])
    assert found[1] == pytest.approx(np.polyfit(years[keep], values[keep, 1], 1)[0])
    assert means[1] == pytest.approx(values[keep, 1].mean())
    assert np.isnan(found[2]) and np.isnan(means[2])  # two years of six


def test_jackknife_is_right_where_pairs_are_sums_of_cities():
    """For the mean of a_i + a_j over pairs, 2 × the mean of a, the error is that of a mean."""
    a = np.random.default_rng(5).normal(size=8)
    row = jackknife_of_pairs(a[:, None] + a[None, :], np.arange(8), 0.95)
    assert row["estimate"] == pytest.approx(2 * a.mean())
    assert row["std_error"] == pytest.approx(2 * a.std(ddof=1) / np.sqrt(8))
    assert jackknife_of_pairs(np.full((8, 8), np.nan), np.arange(8), 0.95) == {}


def test_a_missing_zone_is_said():
    row = ranked(np.nan, np.arange(5.0), np.zeros((5, 3)), 0.95)
    assert "missing" in row["note"] and "estimate" not in row


def test_too_few_placebo_zones_give_no_rank():
    row = ranked(9.0, np.arange(38.0), np.zeros((38, 3)), 0.95)
    assert row["note"] == "only 38 placebo zones have values" and "estimate" not in row
    row = ranked(99.0, np.arange(39.0), np.arange(117).reshape(39, 3), 0.95)
    assert row["conf_low"] > 0 and row["p_value"] == pytest.approx(0.05)


def test_ranking_finds_an_outlier():
    values = pd.Series(np.linspace(0, 1, 30), CODES)
    values[ZONE] = 9.0
    members = np.array([CODES[5 + i : 10 + i] for i in range(20)], dtype=object)
    ranking = Ranking(ZONE, members, 0.9)
    row = ranking.of_cities(values)
    assert row["own_value"] == pytest.approx(9)
    assert (row["rank"], row["n_draws"], row["rank_from"]) == (1, 20, "above")
    assert row["conf_low"] > 0
    band = {row["term"]: row for row in ranking.band(values)}
    assert band["value"]["sample"] == "zone" and band["value"]["value"] == pytest.approx(9)
    assert band["median"]["sample"] == "placebo" and band["median"]["n_draws"] == 20


def test_a_converging_zone_is_first_among_placebo_zones(structure, placebo):
    found, described = run_similarity(structure, SPECS, ZONE, placebo, 0.75, 0.95)
    found, described = estimates(found), series(described)
    key = {"analysis": "similarity", "variant": "units", "group": "with"}
    trend = {"term": "trend", "placebo_set": "main"}
    krugman = one(found, **key, **trend, measure="krugman")
    assert (krugman["rank"], krugman.n_draws, krugman.rank_from) == (1, 300, "below")
    assert krugman.conf_high < 0 < one(found, **key, **trend, measure="cosine").conf_low
    own = one(found, **key, term="own_trend", measure="krugman")
    assert (own.first_year, own.last_year, own.n_periods) == (2005, 2010, 6)
    zone = rows(described, **key, measure="krugman", sample="zone").set_index("year")["value"]
    # Distances shrink by 15% of the first a year.
    assert own.estimate == pytest.approx(-0.15 * zone[2005])
    # Placebo cities do not move.
    median = rows(described, **key, measure="krugman", term="median")["value"]
    assert len(median) == 6 and np.ptp(median) == pytest.approx(0, abs=1e-12)
    sets = rows(found, analysis="similarity", measure="krugman", term=["level", "trend"])
    assert sets.groupby("placebo_set").size().to_dict() == {"main": 4, "wide": 4, "zone": 4}
    assert set(rows(found, measure="cosine", term="trend")["placebo_set"]) == {"main"}


def test_ranks_outside_and_p_values_over_sets_are_those_of_the_rows(structure, placebo):
    found, described = run_similarity(structure, SPECS, ZONE, placebo, 0.75, 0.95)
    found, described = estimates(found), series(described)
    ranks = rows(found, term="trend", placebo_set="main")
    outside = ((ranks["conf_low"] > 0) | (ranks["conf_high"] < 0)).sum()
    counted = one(described, analysis="ranks_outside", term="trend")
    assert (counted.value, counted.n_obs) == (outside, len(ranks)) and outside > 0
    key = {"variant": "units", "group": "with", "measure": "krugman"}
    p_values = rows(found, analysis="similarity", term="level", **key)["p_value"]
    ends = rows(described, analysis="placebo_sets", outcome="level", **key)
    assert ends.set_index("term")["value"].to_dict() == {
        "p_low": p_values.min(),
        "p_high": p_values.max(),
    }


def test_all_pairs_once(structure):
    table = pair_table(structure, [("units", 2005)])
    chosen = table.query("index == 'overlap' and agriculture == 'without'")
    assert len(chosen) == 30 * 29 // 2 and (chosen["code_a"] < chosen["code_b"]).all()
    wide = table.query("agriculture == 'with'").pivot(
        index=["code_a", "code_b"], columns="index", values="value"
    )
    assert np.allclose(wide["overlap"], 1 - wide["krugman"] / 2, atol=1e-7)


def test_quotients_of_the_zone(structure):
    table = series(quotient_rows(structure, ZONE, [("units", 2005)]))
    assert sorted(table["unit"].unique()) == ZONE
    shares = rows(table, term="share").groupby("unit")["value"].sum()
    assert shares.tolist() == pytest.approx([1.0] * 5)
    assert set(rows(table, term="quotient")["variable"]) == set(SECTORS)


def test_counties_of_one_city_and_of_two():
    """Two counties a city, the same within a city at first and everywhere at last."""
    rows = []
    for city, farming in (("6101", 0.2), ("6102", 0.4), ("6103", 0.6)):
        for county in ("21", "22"):
            for year, share in ((2010, farming), (2020, 0.3)):
                rows.append((city + county, year, "agriculture", 100 * share))
                rows.append((city + county, year, "trade", 100 * (1 - share)))
    frame = pd.DataFrame(rows, columns=["code", "year", "sector", "value"])
    frame = frame.assign(source="census_counties", level="sector", complete=1)
    # Without agriculture one sector is left: all structures are the same.
    zone = ["610100", "610200", "610300"]
    found = estimates(run_counties(frame, zone, (2010, 2020), 0.95))
    key = {"measure": "krugman", "group": "with"}
    assert one(found, **key, variant="same_city", year=2010).estimate == pytest.approx(0)
    first = one(found, **key, variant="other_city", year=2010).estimate
    assert first == pytest.approx(2 * (0.2 + 0.4 + 0.2) / 3)
    change = one(found, **key, variant="other_city", term="change")
    assert change.estimate == pytest.approx(-first) and change.n_obs == 12
    assert (change.first_year, change.last_year) == (2010, 2020)
    without = {"measure": "krugman", "group": "without", "variant": "other_city"}
    assert one(found, **without, year=2010).estimate == pytest.approx(0)
