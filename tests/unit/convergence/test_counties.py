"""Counties: joining by codes that changed, by hand, recovery, and the bias of one denominator."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.inequality.estimate.counties import county_cross_section, run_counties

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
    assert excluded.values.tolist() == [["3", "no positive figure: gdp_last"]]
    with pytest.raises(ValueError, match="County 1 stands more than once"):
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
            "city_code": np.repeat([f"{code:02d}" for code in range(16)], n // 16),
        },
        index=[f"{code:06d}" for code in range(n)],
    )


def run(data, zone=("00",)):
    frame = run_counties(data, zone, [], (2011, 2021), 499, 1, 0.95)
    return frame.set_index(["analysis", "spec", "sample", "outcome", "term"])


def test_slope_is_recovered():
    """One standard error of the slope is about 0.005 / (0.5 sqrt(160)) = 0.0008."""
    row = run(simulated(-0.02, 0.0, 3)).loc[
        ("county_beta", "all", "provinces", "per_resident", "initial")
    ]
    assert row["estimate"] == pytest.approx(-0.02, abs=0.0025)
    assert row["conf_low"] < -0.02 < row["conf_high"]
    assert "prefecture (16)" in row["cov_type"]


def test_an_error_of_the_census_looks_like_convergence():
    """Without any convergence the shared denominator gives a slope; output alone does not."""
    frame = run(simulated(0.0, 0.3, 4))
    both = frame.loc[("county_beta", "all", "provinces")]["estimate"].xs("initial", level="term")
    # The error's share of the level's variance, a year: 0.09 / (0.25 + 0.09) / 10.
    assert both["per_resident"] == pytest.approx(-0.09 / 0.34 / 10, abs=0.006)
    assert both["total"] == pytest.approx(0.0, abs=0.003)


def test_counties_set_aside_are_left_out():
    data = simulated(-0.02, 0.1, 5)
    frame = run_counties(data, ["00", "01"], list(data.index[:3]), (2011, 2021), 99, 1, 0.95)
    units = frame.groupby(["sample", "spec"])["n_units"].first()
    assert units["zone", "all"] == 20
    assert units["zone", "without"] == 17


def test_no_county_is_said():
    frame = run_counties(simulated(0, 0, 6).head(3), ["00"], [], (2011, 2021), 99, 1, 0.95)
    assert frame["note"].tolist() == ["no sample has enough counties"]
