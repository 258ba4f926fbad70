import numpy as np
import pandas as pd
import pytest

from guantian.chapters.counties.config import Counties
from guantian.chapters.counties.estimate.convergence import contiguity, convergence_rows
from guantian.chapters.counties.estimate.data import make_counties
from guantian.chapters.counties.estimate.external import external_rows
from guantian.chapters.counties.estimate.run import run_counties
from guantian.results import one, rows

from .conftest import CHOICES

OPTIONS = {
    "bridge": 2,
    "convergence": {"first": 2005, "last": 2014},
    "trend_span": 5,
    "approvals": CHOICES | {"groups": 60, "draws": 60},
    "polycentricity": {
        "years": {"first": 2001, "last": 2019},
        "min_counties": 3,
        "satellite": 2013,
        "variance_floor": 0.1,
        "draws": 40,
        "seed": 1,
    },
    "border": {"years": {"first": 2005, "last": 2014}, "draws": 40, "seed": 1},
}


@pytest.fixture(scope="module")
def made(china):
    return run_counties(
        china.panel,
        china.counties,
        china.neighbours,
        china.pairs,
        china.zones,
        "north",
        OPTIONS,
        0.95,
    )


def test_primary_rows_hold_to_the_contract(made):
    estimates, _ = made
    primary = rows(estimates, analysis="primary")
    found = set(zip(primary["variant"], primary["sample"], strict=True))
    assert found == {("S1.6", "china"), ("S1.6", "zone"), ("S2.c", "china")}
    for name in ("estimate", "std_error", "p_value", "conf_low", "conf_high", "n_units", "n_draws"):
        assert primary[name].notna().all(), name
    assert (primary["expected_std_error"] > 0).all()
    assert primary["size_at_5pct"].between(0, 1).all()
    assert primary["estimator"].ne("").all() and primary["cov_type"].ne("").all()
    zone = one(primary, sample="zone")
    assert 1 <= zone["rank"] <= zone["n_draws"] + 1


def test_each_primary_test_has_its_falsification(made):
    estimates, _ = made
    false = set(rows(estimates, analysis="falsification")["variant"])
    assert {"S1.6", "S2.c", "S1.10", "S1.2"} <= false


def test_the_same_input_gives_the_same_rows(made, china):
    again = run_counties(
        china.panel,
        china.counties,
        china.neighbours,
        china.pairs,
        china.zones,
        "north",
        OPTIONS,
        0.95,
    )
    pd.testing.assert_frame_equal(made[0], again[0])


def test_convergence_is_recovered(china):
    """Counties that close a fiftieth of their gap each year."""
    random = np.random.default_rng(0)
    counties = china.counties.copy()
    start = random.normal(0, 0.6, 320)
    years = counties.index.get_level_values("year") - 2000
    unit = pd.factorize(counties.index.get_level_values("unit_code"))[0]
    noise = random.normal(0, 0.005, len(counties))
    logs = 10 + start[unit] * 0.98**years + 0.08 * years + noise
    counties["gdp_10k_yuan"], counties["population_10k"] = np.exp(logs), 30.0
    data = make_counties(counties, china.panel, 2)
    found, described = convergence_rows(
        data, china.neighbours, {"first": 2005, "last": 2014}, 5, 0.95
    )
    key = {"variant": "median", "sample": "china", "term": "speed", "effect": "none"}
    speed = next(row for row in found if key.items() <= row.items())
    assert speed["estimate"] == pytest.approx(-np.log(0.98), abs=0.002)
    ratio = next(row for row in found if row["term"] == "ratio" and row["sample"] == "china")
    assert ratio["estimate"] == pytest.approx(0.98**9, abs=0.01)
    trend = next(row for row in found if row["term"] == "beta_trend" and row["sample"] == "china")
    # Gaps close by two per cent of themselves every year: the slope has no trend.
    assert abs(trend["estimate"]) < 0.001 and trend["lags"] == 5
    durbin = [row for row in found if row["analysis"] == "county_durbin"]
    assert {row["sample"] for row in durbin} == {"china", "region", "zone"}
    assert any(row["measure"] == "std_log" and row["year"] == 2005 for row in described)


def test_contiguity_leaves_out_islands(china):
    units = pd.Index(["110101", "110102", "110105"])
    found = contiguity(china.neighbours, units)
    assert list(found.ids) == ["110101", "110102"]
    assert found.matrix.toarray().tolist() == [[0, 1], [1, 0]]


def test_published_results_are_the_benchmark(china):
    zones = {**china.zones, "guanzhong_plain": china.zones["north"]}
    found = list(external_rows(china.counties, china.panel, zones))
    share = next(row for row in found if row["variant"] == "liu_2023_between_share")
    assert 0 < share["estimate"] < 100 and share["benchmark"] == 70.51
    plain = [row for row in found if row["variant"] == "guanzhong_polycentricity"]
    assert {(row["group"], row["year"]) for row in plain} == {
        ("counties", 2000),
        ("counties", 2012),
        ("prefectures", 2000),
        ("prefectures", 2012),
    }
    assert [row["benchmark"] for row in plain if row["year"] == 2012] == [0.9915, 0.9915]


def test_options_that_do_not_fit_are_refused():
    wrong = OPTIONS | {"approvals": OPTIONS["approvals"] | {"min_after": 9}}
    with pytest.raises(ValueError, match="min_after is 9; expected at most after, 6"):
        Counties.model_validate(wrong)
