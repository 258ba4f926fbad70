"""The gains of cooperation, calibrated on estimates, with their uncertainty, over a grid."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.core_periphery.estimate.gains import (
    COSTS,
    MOST_PLAYERS,
    SOLUTIONS,
    NoGameError,
    calibrate,
    players,
    solve_gains,
    spillover_estimate,
)
from guantian.results import estimates, one, rows, series
from regiometrics.games.gains import Cities

SWEEP = {
    "coordination": [0.0, 0.1],
    "returns": [1.0, 2.0],
    "province": [0.0],
    "congestion": [0.0],
}
GIVEN = {"rho": (0.4, 0.05), "backwash": (0.0, 0.1)}


@pytest.fixture(scope="module")
def cities():
    rng = np.random.default_rng(1)
    links = rng.random((4, 4))
    links = (links + links.T) * (1 - np.eye(4))
    provinces = np.array(["61", "61", "61", "62"])
    return Cities(tuple("abcd"), rng.random(4) + 1, 0.1, links, provinces, 0)


@pytest.fixture(scope="module")
def solved(cities):
    found, grid, values = solve_gains(cities, np.ones(4), GIVEN, SWEEP, 60, 1, 0.95)
    common = {"chapter": "core_periphery", "sample": "zone"}
    return (
        estimates([row for row in found if "value" not in row], **common),
        series([row for row in found if "value" in row], **common),
        grid,
        values,
    )


def test_shares_sum_to_one(solved):
    for method in SOLUTIONS:
        shares = rows(solved[0], analysis="shares", method=method)
        assert shares["estimate"].sum() == pytest.approx(1.0)
        assert shares["unit"].tolist() == list("abcd")
    for variable in ("gdp", "population"):
        totals = rows(solved[1], analysis="shares", variable=variable)
        assert totals["value"].sum() == pytest.approx(1.0)


def test_estimates_carry_the_uncertainty_of_both_parameters(solved, cities):
    value = one(solved[0], analysis="value", group="all")
    assert value.conf_low < value.estimate < value.conf_high
    assert (value.n_draws, value.n_units) == (60, 4)
    again = solve_gains(cities, np.ones(4), GIVEN, SWEEP, 60, 1, 0.95)[0]
    same = [row["estimate"] for row in again if row.get("group") == "all"]
    assert same == [value.estimate]


def test_groups_are_named_by_columns(solved):
    found = rows(solved[0], analysis="value")
    assert set(found["group"]) == {"all", "home_province", "without_core", "core_and", "without"}
    assert set(rows(found, group="core_and")["unit"]) == set("bcd")
    assert one(found, group="core_and", unit="c").n_units == 2
    assert one(found, group="without", unit="c").n_units == 3
    assert one(found, group="home_province").n_units == 3


def test_the_grid_holds_every_setting_and_its_shares_are_rows(solved):
    _, described, grid, values = solved
    assert len(grid) == np.prod([len(SWEEP[name]) for name in COSTS])
    assert len(values) == 15
    for name in ("superadditive", "convex", "core"):
        row = one(described, analysis="grid", term=name)
        assert row.value == pytest.approx(grid[name].mean())
        assert row.n_obs == len(grid)


SPILLOVERS = pd.DataFrame(
    [
        ("growth", "sdm", "queen", "nation", "rho", 0.4, 0.05),
        ("growth", "sdm", "queen", "zone", "rho", 0.1, 0.2),
        ("growth", "sar", "queen", "nation", "rho", 0.3, 0.05),
        ("growth", "sdm", "inverse", "nation", "rho", 0.2, 0.05),
    ],
    columns=["analysis", "variant", "weights", "sample", "term", "estimate", "std_error"],
)


def slopes(error):
    common = {"analysis": "spread_backwash", "term": "slope", "std_error": error}
    found = [
        {**common, "variable": variable, "horizon": horizon, "estimate": value}
        for variable, horizon, value in (("km", 0, 9.0), ("links", 0, 0.7), ("links", 1, 8.0))
    ]
    return estimates(found, chapter="core_periphery")


def test_parameters_are_read_by_their_keys_and_what_the_core_draws_is_the_slope_reversed():
    key = {"variant": "sdm", "weights": "queen", "sample": "nation"}
    found = calibrate(spillover_estimate(SPILLOVERS, key), slopes(0.2))
    assert found == {"rho": (0.4, 0.05), "backwash": (-0.7, 0.2)}


def test_a_parameter_without_an_error_is_refused():
    with pytest.raises(NoGameError, match="no estimate of backwash with an error"):
        calibrate((0.4, 0.05), slopes(np.nan))
    with pytest.raises(ValueError, match="No row has"):
        spillover_estimate(SPILLOVERS, {"variant": "x", "weights": "queen", "sample": "zone"})


def known(count: int, missing: tuple[str, ...] = ()) -> tuple[pd.DataFrame, list[str]]:
    """A panel of one year: city c00 is the smallest, each further one is larger."""
    codes = [f"c{place:02d}" for place in range(count)]
    index = pd.MultiIndex.from_product([codes, [2019]], names=["city_code", "year"])
    sizes = np.arange(1.0, count + 1)
    panel = pd.DataFrame({"gdp_100m_yuan": sizes, "resident_population_10k": sizes}, index=index)
    panel.loc[list(missing), "gdp_100m_yuan"] = np.nan
    return panel, codes


def test_all_members_with_data_play():
    panel, codes = known(5)
    assert players(panel, codes, "c00", 2019) == (codes, "")


def test_members_without_data_do_not_play_and_are_counted():
    panel, codes = known(5, missing=("c03",))
    playing, said = players(panel, codes, "c00", 2019)
    assert playing == ["c00", "c01", "c02", "c04"]
    assert said.startswith("4 of the zone's 5 cities play")


def test_of_too_many_the_largest_play_with_the_core():
    panel, codes = known(31)
    playing, said = players(panel, codes, "c00", 2019)
    assert playing == ["c00", *codes[-MOST_PLAYERS + 1 :]]
    assert said.startswith("12 of the zone's 31 cities play")


@pytest.mark.parametrize("missing", [("c00",), ("c01", "c02")])
def test_no_game_without_the_core_or_with_two_cities(missing):
    panel, codes = known(4, missing)
    with pytest.raises(NoGameError, match="the game needs 3, the core among them"):
        players(panel, codes, "c00", 2019)
