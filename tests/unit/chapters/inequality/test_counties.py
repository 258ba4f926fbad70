"""Counties: joining by codes that changed, by hand, recovery, and the bias of one denominator."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.inequality.estimate.counties import county_cross_section, run_counties
from guantian.results import estimates, find, one, rows, series

SPECS = {"first": 2011, "last": 2021, "census": {"first": 2010, "last": 2020}, "recoded": {}}


def test_three_counties_and_a_code_that_changed():
    output = pd.DataFrame(
        {
            "county_code": ["1", "1", "2", "2", "3", "3"],
            "city_code": ["A"] * 6,
            "year": [2011, 2021] * 3,
            "gdp_10k_yuan": [10.0, 20, 30, 40, 50, np.nan],
        }
    )
    census = pd.DataFrame(
        {
            "county_code": ["1", "1", "9", "2", "3", "3"],
            "year": [2010, 2020] * 3,
            "census_population": [5, 6, 7, 8, 9, 10],
        }
    )
    data, excluded = county_cross_section(output, census, SPECS | {"recoded": {"9": "2"}})
    assert data.loc["2"].tolist() == [30, 40, 7, 8, "A"]
    assert list(data.index) == ["1", "2"]
    assert excluded.values.tolist() == [["3", "no positive value: gdp_last"]]
    with pytest.raises(ValueError, match="County 1 appears more than once in the census of 2010"):
        county_cross_section(output, census, SPECS | {"recoded": {"9": "1"}})


def simulated(slope, error, seed, n=160):
    """Counties of 16 prefectures; the first census counts with a relative error."""
    rng = np.random.default_rng(seed)
    people = np.exp(rng.normal(12, 0.4, n))
    level = rng.normal(10, 0.5, n)
    grown = 0.08 + slope * (level - 10) + rng.normal(0, 0.005, n)
    return pd.DataFrame(
        {
            "gdp_first": people * np.exp(level),
            "gdp_last": people * np.exp(level + 10 * grown),
            "residents_first": people * np.exp(rng.normal(0, error, n)),
            "residents_last": people,
            "city_code": np.repeat([f"61{code:02d}00" for code in range(16)], n // 16),
        },
        index=[f"{code:06d}" for code in range(n)],
    )


def run(data, zone=("610000",), set_aside=(), draws=499):
    estimated, described = run_counties(data, zone, set_aside, (2011, 2021), draws, 1, 0.95)
    return estimates(estimated, chapter="inequality"), series(described, chapter="inequality")


def test_counties_of_other_provinces_are_none_of_the_zones():
    """Output of counties is known in two provinces, whatever zone is studied."""
    estimated, described = run(simulated(-0.02, 0.0, 3), zone=("420100", "420200"))
    assert estimated["note"].tolist() == ["no sample has enough counties"] and described.empty


def test_slope_is_recovered():
    """One standard error of the slope is about 0.005 / (0.5 sqrt(160)) = 0.0008."""
    estimated, _ = run(simulated(-0.02, 0.0, 3))
    row = one(
        estimated,
        analysis="county_beta",
        variant="all",
        sample="provinces",
        outcome="per_resident",
        term="initial",
        errors="cluster",
    )
    assert row.estimate == pytest.approx(-0.02, abs=0.0025)
    assert row.conf_low < -0.02 < row.conf_high
    assert row.n_clusters == 16
    assert row.cov_type.startswith("clustered by prefecture, wild cluster bootstrap")


def test_an_error_of_the_census_looks_like_convergence():
    """Without any convergence the shared denominator gives a slope; output alone does not."""
    estimated, _ = run(simulated(0.0, 0.3, 4))
    key = {"analysis": "county_beta", "variant": "all", "sample": "provinces", "term": "initial"}
    both = rows(estimated, **key, errors="cluster").set_index("outcome")["estimate"]
    # The error's share of the level's variance, a year: 0.09 / (0.25 + 0.09) / 10.
    assert both["per_resident"] == pytest.approx(-0.09 / 0.34 / 10, abs=0.006)
    assert both["total"] == pytest.approx(0.0, abs=0.003)


def test_counties_set_aside_are_left_out():
    data = simulated(-0.02, 0.1, 5)
    for found in run(data, ["610000", "610100"], list(data.index[:3]), draws=99):
        units = found.groupby(["sample", "variant"])["n_units"].unique().map(list)
        assert units["zone", "all"] == [20]
        assert units["zone", "without"] == [17]


def test_without_counties_to_set_aside_nothing_is_said_twice():
    """Another zone has none of them: its table has no row "without Xixian's"."""
    for found in run(simulated(-0.02, 0.1, 5), ["610000", "610100"], ["999999"], draws=99):
        assert set(found["variant"]) == {"all"}


def test_dispersion_by_hand():
    """The series are those of output per resident, and the ratio is that of its ends."""
    data = simulated(-0.02, 0.0, 7)
    estimated, described = run(data, draws=99)
    key = {"analysis": "county_sigma", "variant": "all", "sample": "provinces"}
    ends = {
        year: np.log(data[f"gdp_{end}"] / data[f"residents_{end}"]).std()
        for year, end in ((2011, "first"), (2021, "last"))
    }
    for year, sd in ends.items():
        row = one(described, **key, measure="std_log", weights="none", year=year)
        assert row.value == pytest.approx(sd)
    ratio = one(estimated, **key, term="ratio")
    assert ratio.estimate == pytest.approx(ends[2021] / ends[2011])
    assert ratio.conf_low < ratio.estimate < ratio.conf_high


def test_one_prefecture_has_no_clusters_and_says_so():
    estimated, _ = run(simulated(-0.02, 0.0, 8, n=192), ["610000"], draws=99)
    zone = one(estimated, analysis="county_beta", variant="all", sample="zone")
    assert np.isnan(zone.estimate)
    assert zone.note == "one prefecture: no clusters to draw"
    key = {"analysis": "county_sigma", "variant": "all", "term": "ratio"}
    assert find(estimated, **key, sample="zone") is not None


def test_no_county_is_said():
    estimated, described = run(simulated(0, 0, 6).head(3), draws=99)
    assert estimated["note"].tolist() == ["no sample has enough counties"]
    assert described.empty
