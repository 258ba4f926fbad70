"""Primacy, co-movement and spread-backwash as typed rows, on invented cities."""

import warnings

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.core_periphery.estimate.comovement import comovement_rows
from guantian.chapters.core_periphery.estimate.hierarchy import hierarchy_rows
from guantian.chapters.core_periphery.estimate.spread_backwash import (
    hours_to,
    placebo_growth,
    placebo_slopes,
    spread_rows,
)
from guantian.results import estimates, one, rows, series
from regiometrics.panel.spread import Sphere, exposure_slope

CODES = [f"{place:06d}" for place in range(30)]
ZONE = CODES[:3]
PLACEBO = np.array([CODES[i : i + 3] for i in range(3, 28)])


@pytest.fixture
def typed():
    rng = np.random.default_rng(0)
    index = pd.MultiIndex.from_product([CODES, [2005, 2019]], names=["city_code", "year"])
    panel = pd.DataFrame({"gdp_100m_yuan": rng.uniform(1, 2, len(index))}, index=index)
    panel["resident_population_10k"] = rng.uniform(1, 2, len(index))
    panel.loc[(ZONE, 2005), "gdp_100m_yuan"] = [2.0, 1.0, 1.0]
    panel.loc[(ZONE, 2019), "gdp_100m_yuan"] = [98.0, 1.0, 1.0]
    flows = pd.DataFrame(rng.uniform(size=(30, 30)), index=CODES, columns=CODES)
    groups = {"zone": ZONE, "region": CODES[:9], "nation": CODES}
    found = list(hierarchy_rows(panel, flows, groups, PLACEBO, (2005, 2019), 0.95))
    common = {"chapter": "core_periphery", "sample": "zone"}
    return (
        estimates([row for row in found if "value" not in row], **common),
        series([row for row in found if "value" in row], **common),
    )


def test_primacy_by_hand(typed):
    key = {"analysis": "hierarchy_rank", "outcome": "current_gdp", "term": "primacy"}
    level, change = (one(typed[0], **key, variant=name) for name in ("level", "change"))
    assert level.own_value == pytest.approx(0.98)
    assert (level["rank"], level.rank_from, level.n_draws) == (1, "above", 25)
    assert level.n_disjoint == 9  # of the 27 other cities, laid side by side by threes
    assert change.own_value == pytest.approx(0.98 - 0.5)
    assert (level.year, change.first_year, change.last_year) == (2019, 2005, 2019)


def test_series_hold_the_zone_and_the_quantiles_of_placebo_zones(typed):
    key = {"analysis": "hierarchy", "measure": "primacy", "outcome": "current_gdp", "year": 2019}
    value = one(typed[1], **key, sample="zone", term="value").value
    low, median, high = (
        one(typed[1], **key, sample="placebo", term=term).value
        for term in ("low", "median", "high")
    )
    assert low < median < high < value == pytest.approx(0.98)


def test_rank_and_size_of_every_sample(typed):
    found = rows(typed[0], analysis="hierarchy", outcome="current_gdp")
    assert found.set_index("sample")["n_units"].to_dict() == {"nation": 30, "region": 9, "zone": 3}


def test_what_moves_together_after_a_date_is_found_there_only():
    rng = np.random.default_rng(1)
    growth = pd.DataFrame(rng.normal(size=(30, 30)), index=range(1990, 2020), columns=CODES)
    common = 5 * rng.normal(size=15)
    growth.loc[2005:, ZONE] = growth.loc[2005:, ZONE].add(common, axis=0)
    periods = {"before": (1990, 2004), "after": (2005, 2019)}
    found = estimates(comovement_rows(growth, ZONE, PLACEBO, periods, (2, 8), 0.95))
    after = one(found, term="correlation", variant="after")
    assert after.own_value > 0.9 and after.conf_low > 0
    assert (after.first_year, after.last_year) == (2005, 2019)
    assert one(found, term="correlation", variant="before").p_value > 0.05
    change = one(found, term="correlation", variant="change")
    before = one(found, term="correlation", variant="before")
    assert change.own_value == pytest.approx(after.own_value - before.own_value)


def test_too_few_cities_around_the_core_is_a_note():
    growth = pd.DataFrame(1.0, index=range(2000, 2010), columns=CODES)
    km = pd.DataFrame(1000.0, index=CODES, columns=CODES)
    links = pd.DataFrame(1.0, index=CODES, columns=CODES)
    sizes = pd.Series(range(30), index=CODES, dtype="float64")
    choices = {"radius_km": 100, "core_radius_km": 50, "min_cities": 12, "draws": 199, "seed": 1}
    exposures = {"km": km, "links": links}
    none = pd.Series(dtype="float64")
    found = estimates(spread_rows(growth, sizes, exposures, none, ZONE[0], choices, 0.95))
    assert found["note"].tolist() == ["too few cities with data around the core"]
    assert (found["horizon"] == 0).all() and found["estimate"].isna().all()


def test_a_planted_spread_is_found_and_ranked_by_horizon():
    """Growth of a city is half the core's times its nearness: the slope at once is 0.5."""
    rng = np.random.default_rng(2)
    place = np.linspace(0, 290, 30)
    km = pd.DataFrame(np.abs(place[:, None] - place[None]), index=CODES, columns=CODES)
    growth = pd.DataFrame(rng.normal(size=(40, 30)), index=range(1980, 2020), columns=CODES)
    core = CODES[0]
    nearness = -np.log(km[core].drop(core))
    for code in CODES[1:]:
        growth[code] = 0.1 * growth[code] + 0.5 * growth[core] * nearness[code]
    links = pd.DataFrame(rng.uniform(size=(30, 30)), index=CODES, columns=CODES)
    sizes = pd.Series([100.0, *rng.uniform(1, 2, 29)], index=CODES)
    choices = {"radius_km": 300, "core_radius_km": 30, "min_cities": 12, "draws": 199, "seed": 1}
    hours = pd.Series([1.0, 2.0, 3.0, 4.0], index=CODES[1:5])
    exposures = {"km": km, "links": links}
    found = estimates(spread_rows(growth, sizes, exposures, hours, core, choices, 0.95))
    slope = one(found, analysis="spread_backwash", variable="km", horizon=0)
    # The error of a slope on 29 cities and 40 years with noise of 0.1 is about 0.003.
    assert slope.estimate == pytest.approx(0.5, abs=0.02)
    assert (slope.n_units, slope.n_periods, slope.cov_type) == (29, 40, "HC3 by year")
    rank = one(found, analysis="spread_backwash_rank", variable="km", horizon=0)
    assert rank.own_value == pytest.approx(slope.estimate)
    hours_row = one(found, analysis="spread_backwash", variable="hours")
    assert (hours_row["sample"], hours_row.n_units) == ("zone", 4)


def test_placebo_slopes_are_those_of_the_library():
    rng = np.random.default_rng(4)
    growth, exposure = rng.normal(size=(19, 8)), rng.normal(size=8)
    sphere = Sphere(0, np.arange(1, 8))
    shocks = placebo_growth(growth[:, 0].cumsum(), 5, 1)
    found = placebo_slopes(growth, exposure, sphere, shocks, 2)
    for draw, shock in enumerate(shocks):
        growth[:, 0] = shock
        with warnings.catch_warnings():  # of its persistence
            warnings.simplefilter("ignore")
            expected = exposure_slope(growth, exposure, sphere, 2)
        assert found[:, draw] == pytest.approx(expected)


def test_placebo_growth_is_as_persistent_as_the_core():
    core = placebo_growth(np.arange(30.0), 1, 1)[0]
    drawn = placebo_growth(core, 400, 2)
    centred = core - core.mean()
    own = centred[1:] @ centred[:-1] / (centred @ centred)
    parts = drawn - drawn.mean(axis=1, keepdims=True)
    rho = (parts[:, 1:] * parts[:, :-1]).sum(axis=1) / (parts**2).sum(axis=1)
    # Thirty years bias an autocorrelation downwards, by about (1 + 3 rho) / 30.
    assert rho.mean() == pytest.approx(own - (1 + 3 * own) / 30, abs=0.06)


def test_hours_to_the_core_are_the_geometric_mean_of_road_and_rail():
    times = pd.DataFrame(
        [("a", "b", 2019, 1.0, 4.0), ("b", "c", 2019, 9.0, 9.0), ("a", "b", 2018, 7.0, 7.0)],
        columns=["code_a", "code_b", "year", "rail_hours_modelled", "road_hours_modelled"],
    )
    assert hours_to(times, "b", 2019).to_dict() == {"a": 2.0, "c": 9.0}
