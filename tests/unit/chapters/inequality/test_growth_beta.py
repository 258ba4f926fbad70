"""Periods of growth, dynamic panels and series: small panels, simulated recovery, typed rows."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.inequality.estimate.dynamic import _fitted, run_dynamic
from guantian.chapters.inequality.estimate.growth_beta import conditional_beta, rolling_beta
from guantian.chapters.inequality.estimate.growth_data import growth_windows, implied_population
from guantian.chapters.inequality.estimate.inequality_series import run_inequality
from guantian.results import estimates, one, rows, series, tests
from regiometrics.convergence.beta import beta_convergence
from regiometrics.errors import EstimationError
from regiometrics.inequality.decomposition import theil_decomposition

YEARS = np.arange(2001, 2016)
TOTALS = {"y": "gdp"}


def make_panel(n=40, gamma=0.9, seed=1, control=0.0):
    """ln y_t = gamma ln y_t-1 + effect + 0.1 x + e; the start is spread more than the rest."""
    rng = np.random.default_rng(seed)
    cities = [f"{code:06d}" for code in range(n)]
    x = rng.normal(size=n)
    effect = (1 - gamma) * rng.normal(9, 0.2, n) + control * x
    logs = [effect / (1 - gamma) + rng.normal(0, 0.7, n)]
    for _ in YEARS[1:]:
        logs.append(gamma * logs[-1] + effect + rng.normal(0, 0.02, n))
    frame = pd.DataFrame(np.exp(logs), YEARS, pd.Index(cities, name="city_code")).T.stack()
    frame = frame.rename_axis(["city_code", "year"]).rename("y").to_frame()
    city = frame.index.get_level_values("city_code").astype(int)
    frame["people"] = 1.0 + city
    frame["gdp"] = frame["y"] * frame["people"]
    frame["x"] = np.exp(x)[city]
    frame["one"] = 1.0
    frame["in_nation"] = 1
    frame["in_region"] = (city < 20).astype(int)
    frame["in_zone"] = (city < 7).astype(int)
    frame["name_en"] = "City"
    frame["province_code"] = np.where(city < 3, "610000", "620000")
    return frame


SPECS = {
    "totals": TOTALS,
    "variables": {"x": {"variable": "x", "over": "one"}},
    "windows": {"w": {"outcome": "y", "first": 2001, "last": 2015, "label": "W"}},
    "controls": {"none": [], "all": ["x"]},
    "dynamic": {"y": {"outcome": "y", "first": 2001, "last": 2015, "label": "Y"}},
    "gmm_lags": [[2, 4]],
}


@pytest.fixture(scope="module")
def panel():
    return make_panel()


def conditional(panel, specs=SPECS):
    """The rows of conditional beta in the window w, as the chapter writes them."""
    windows = growth_windows(panel, specs)
    found = estimates(
        conditional_beta(windows.values(), specs["controls"], 0.95), chapter="inequality"
    )
    assert set(found["variant"]) == {"w"} and set(found["analysis"]) == {"beta_conditional"}
    return found


def test_population_that_a_figure_implies(panel):
    gaps = panel.copy()
    gaps.loc[("000003", 2004), "gdp"] = np.nan
    implied = implied_population(gaps, "y", TOTALS)
    assert implied[("000003", 2004)] == pytest.approx(4.0)
    np.testing.assert_allclose(implied, panel["people"])


def test_no_controls_is_the_cross_section(panel):
    row = one(conditional(panel), group="none", sample="zone", term="initial")
    cities = [f"{code:06d}" for code in range(7)]
    oracle = beta_convergence(panel.loc[cities, "y"].unstack("city_code"))
    assert row.estimate == pytest.approx(oracle.beta)
    assert (row.conf_low, row.conf_high) == pytest.approx(tuple(oracle.conf_int().loc["initial"]))


def test_a_control_that_matters_is_held():
    """Each city goes to a level of its own, which x explains: without it the slope is flat where x
    and the start are related, with it the slope is the annual image of gamma, less what the spread
    of levels that no control explains (0.2 against 0.7) takes from it."""
    panel = make_panel(n=300, gamma=0.9, seed=3, control=0.1)
    nation = rows(conditional(panel), sample="nation")
    slopes = nation.set_index(["group", "term"])["estimate"]
    expected = (0.9**14 - 1) / 14 * 0.49 / (0.49 + 0.04)
    assert slopes["all", "initial"] == pytest.approx(expected, abs=0.004)
    assert slopes["none", "initial"] > expected + 0.02
    speed = slopes["all", "speed"]
    assert speed == pytest.approx(-np.log1p(14 * expected) / 14, abs=0.02)


def test_what_cannot_be_estimated_is_said(panel):
    specs = SPECS | {
        "controls": {"many": ["x", "x2"]},
        "variables": {name: SPECS["variables"]["x"] for name in ("x", "x2")},
    }
    notes = conditional(panel, specs).set_index("sample")["note"]
    assert notes["zone"] == "7 cities do not carry 4 parameters"
    assert "collinear" in notes["nation"]


def test_rolling_windows_share_their_cities(panel):
    gaps = panel.copy()
    gaps.loc[("000030", 2014), "y"] = np.nan
    how = {"r": {"outcome": "y", "first": 2001, "last": 2015, "length": 10}}
    found = estimates(rolling_beta(gaps, how, 0.95), chapter="inequality")
    nation = rows(found, sample="nation", variant="r", term="initial")
    spans = nation[["first_year", "last_year"]].to_numpy().tolist()
    assert spans == [[year, year + 10] for year in range(2001, 2006)]
    assert set(nation["n_units"]) == {39}


def test_dynamic_panel_recovers_gamma():
    """400 cities, gamma 0.8. The bounds lie around it and difference GMM within three errors."""
    estimated, tested = run_dynamic(make_panel(n=400, gamma=0.8, seed=9), SPECS, 20, 1, 0.95)
    found = estimates(estimated, chapter="inequality")
    tested = tests(tested, chapter="inequality")
    fits = rows(found, analysis="beta_dynamic", variant="y")
    slopes = rows(fits, term="initial")
    truth = -0.2
    key = {"sample": "nation", "method": "difference", "setting": 2, "setting_2": 4}
    gmm = one(slopes, **key)
    assert abs(gmm.estimate - truth) < 3 * gmm.std_error + 0.02
    within, pooled = (
        one(slopes, method=method, sample="nation").estimate for method in ("within", "pooled")
    )
    assert within < truth < pooled
    corrected, biased = (
        one(slopes, method=method, sample="region").estimate for method in ("lsdvc", "within")
    )
    assert abs(corrected - truth) < abs(biased - truth) + 0.01
    assert one(fits, **key, term="n_instruments").estimate >= 1
    for name in ("hansen", "ar2"):
        test = one(tested, **key, term=name)
        assert np.isfinite(test.statistic) and 0 <= test.p_value <= 1
    counted = rows(found, analysis="gmm_fits").set_index("term")["estimate"]
    assert counted["fits"] == 2  # difference and system, one pair of lags
    assert counted["fits"] >= counted["passed"] >= counted["between"]


def test_series_of_inequality(panel):
    specs = pd.DataFrame(
        [["s", "y", 2001, 2015, "c", "S"]],
        columns=["spec", "outcome", "first", "last", "comparison", "label"],
    )
    estimated, yearly = run_inequality(panel, specs, TOTALS, "000000", 0.95)
    yearly = rows(series(yearly, chapter="inequality"), variant="s", sample="zone")
    theil = rows(yearly, analysis="theil", measure="T", weights="population")
    whole = {"analysis": "inequality", "measure": "theil_t", "weights": "population"}
    for group in ("core", "provinces"):
        for year in (2001, 2015):
            between, within = (
                one(theil, group=group, variable=part, year=year).value
                for part in ("between", "within")
            )
            assert between + within == pytest.approx(one(yearly, **whole, year=year).value)
    cities = [f"{code:06d}" for code in range(7)]
    values = panel.loc[cities, "y"].unstack("city_code")
    people = panel.loc[cities, "people"].unstack("city_code")
    groups = {city: "core" if city == "000000" else "rest" for city in cities}
    oracle = theil_decomposition(values, people, groups).parts
    found = one(theil, group="core", variable="between", year=2008).value
    assert found == pytest.approx(oracle.at[2008, "between"])
    gini = {"analysis": "inequality", "measure": "gini", "weights": "none"}
    first, last = (one(yearly, **gini, year=year).value for year in (2001, 2015))
    estimated = estimates(estimated, chapter="inequality")
    change = one(estimated, **gini, variant="s", sample="zone", term="change")
    assert change.estimate == pytest.approx(last - first)


def test_a_sample_without_an_estimate_is_a_note_and_a_fault_is_not():
    def refuses():
        raise EstimationError("Three cities are too few.")

    assert _fitted(refuses) == ([{"term": "initial", "note": "Three cities are too few."}], [], {})
    with pytest.raises(ValueError, match="invalid literal"):
        _fitted(lambda: int("a"))
