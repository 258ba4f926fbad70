import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from guantian.chapters.core_periphery.estimate.centrality import (
    centrality_rows,
    hc3,
    network_centrality,
)

CHOICES = {"year": 2016, "draws": 200, "seed": 1}


def made(excess: float, seed: int = 0):
    """120 cities, 20 of them capitals, ten cores of which five are capitals."""
    random = np.random.default_rng(seed)
    codes = [f"{11 + k:02d}0100" for k in range(20)]
    codes += [f"{11 + k % 20:02d}{2 + k // 20:02d}00" for k in range(100)]
    index = pd.Index(codes, name="city_code")
    capital = index.str[2:] == "0100"
    output = random.normal(7, 1, 120)
    people = 0.5 * output + random.normal(2, 0.3, 120)
    cores = [*codes[:5], *codes[40:45]]
    output[[index.get_loc(code) for code in cores]] += 1
    values = 0.7 * output + 0.4 * people + 0.5 * capital + excess * index.isin(cores)
    central = pd.DataFrame(
        {name: values + random.normal(0, 0.3, 120) for name in ("search", "social", "publication")},
        index,
    )
    central["all"] = central.mean(axis=1)
    panel = pd.DataFrame(
        {
            "gdp_100m_yuan": np.exp(output),
            "resident_population_10k": np.exp(people),
            "registered_population_10k": np.exp(people),
        },
        pd.MultiIndex.from_arrays([index, [2016] * 120], names=["city_code", "year"]),
    )
    return central, panel, cores


@pytest.mark.parametrize("excess", [0.0, 0.8])
def test_the_excess_of_cores_is_recovered(excess):
    central, panel, cores = made(excess)
    found = list(centrality_rows(central, panel, cores, cores[0], CHOICES, 0.95))
    main = [row for row in found if row["analysis"] == "primary"]
    assert [row["sample"] for row in main] == ["china", "zone"]
    nation, zone = main
    assert nation["estimate"] == pytest.approx(excess, abs=3 * nation["std_error"])
    assert (nation["p_value"] < 0.05) == (excess > 0)
    assert nation["expected_std_error"] == pytest.approx(nation["std_error"], rel=0.5)
    assert nation["size_at_5pct"] <= 0.12  # 200 draws
    assert zone["unit"] == cores[0] and 1 <= zone["rank"] <= nation["n_obs"]
    assert zone["std_error"] > nation["std_error"]


def test_a_core_that_is_no_core_has_no_row_of_the_zone():
    central, panel, cores = made(0.0)
    found = list(centrality_rows(central, panel, cores, "999999", CHOICES, 0.95))
    assert {row["sample"] for row in found} == {"china"}
    assert not list(centrality_rows(central, panel, cores[:1], cores[0], CHOICES, 0.95))


def test_registered_persons_replace_missing_residents():
    central, panel, cores = made(0.0)
    panel.loc[(cores[1], 2016), "resident_population_10k"] = np.nan
    found = next(iter(centrality_rows(central, panel, cores, cores[0], CHOICES, 0.95)))
    assert found["n_units"] == len(cores)


def test_hc3_is_that_of_statsmodels():
    random = np.random.default_rng(0)
    X = np.column_stack([random.normal(size=40), np.ones(40)])
    y = X @ [0.5, 1.0] + random.normal(size=40) * (1 + X[:, 0] ** 2)
    fit = sm.OLS(y, X).fit(cov_type="HC3")
    assert hc3(y, X) == pytest.approx((fit.params[0], fit.bse[0]))


def test_centrality_is_of_cities_with_all_networks():
    degrees = pd.DataFrame(
        {
            "city_code": ["a", "b", "c"],
            "weibo_degree_2015": [1.0, 2.0, np.nan],
            "copublication_degree_2017": [10, 30, 20],
        }
    )
    pairs = pd.DataFrame(
        {"origin": ["a", "c", "b"], "destination": ["b", "b", "a"], "search_2019": [1.0, 2.0, 1.0]}
    )
    found = network_centrality(degrees, pairs)
    assert list(found.index) == ["a", "b"]
    assert found["search"]["b"] > found["search"]["a"]
    assert found["all"].std() == pytest.approx(1)
