"""The primary tests on flows, on a map with known borders, zones and gaps."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.linkage.estimate.borders import border_rows
from guantian.chapters.linkage.estimate.membership import (
    Pairs,
    average_effect,
    column_space,
    linear_effect,
    membership_rows,
)
from guantian.chapters.linkage.estimate.own_border import own_border_rows
from guantian.chapters.linkage.estimate.own_zone import own_zone_rows
from guantian.chapters.linkage.estimate.primary_inputs import (
    Primary,
    dialect_distance,
    earlier_output,
    spline,
)
from guantian.chapters.linkage.estimate.similar_flows import gap_rows, similarity_rows
from guantian.chapters.linkage.estimate.zone_shares import share_rows
from guantian.chapters.linkage.estimate.zone_terms import ZoneModel, crossing_terms, zone_rows
from guantian.chapters.linkage.tables_primary import primary_table
from guantian.results import estimates, one, rows
from regiometrics.gravity.grid import FlowGrid

SIDE, PROVINCE = 12, 4  # cities by row of the map; rows and columns of a province
BORDER, SIMILAR, ZONES, GROWTH = 0.9, -0.15, 0.5, 0.25
OPTIONS = {
    "flow": "travel_2019",
    "other_flows": ["travel_2020", "travel_2021", "travel_2023"],
    "searches": ["search_2019"],
    "draws": 99,
    "dialect_km": 300.0,
    "knots_km": [150.0, 300.0],
    "near_km": [500.0],
    "wide_km": 250.0,
    "structure_year": 2010,
    "gap_years": {"first": 2004, "last": 2006},
    "approved_by": 2019,
    "change": {"first": 2019, "last": 2023},
    "change_others": [2020],
    "seed": 1,
}
#: Contract of a row of a primary test.
FILLED = (
    *("estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high"),
    *("expected_std_error", "size_at_5pct", "n_obs", "n_units", "n_clusters", "n_draws"),
    *("estimator", "cov_type", "note"),
)


def block(column, row, size=2):
    """Codes of a square of cities, its lower left corner given."""
    return [f"{(row + j) * SIDE + column + i:06d}" for j in range(size) for i in range(size)]


#: The first two zones cross a border; the third lies in one province.
APPROVED = {
    "first": block(3, 1),
    "second": block(7, 5),
    "third": block(1, 9),
    "fourth": block(3, 7, 3),
    "fifth": block(7, 8, 3),
}


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(11)
    n = SIDE**2
    x, y = np.tile(np.arange(SIDE), SIDE), np.repeat(np.arange(SIDE), SIDE)
    places = np.column_stack([x, y]) + rng.uniform(-0.2, 0.2, (n, 2))
    km = 100 * np.hypot(*(places[:, None] - places).transpose(2, 0, 1))
    np.fill_diagonal(km, np.nan)
    provinces = (x // PROVINCE + 3 * (y // PROVINCE)).astype(str)
    codes = [f"{i:06d}" for i in range(n)]
    adjacent = (km < 130).astype(float)
    output = np.sin(x / 3) + rng.normal(0, 0.3, n)
    structure = rng.dirichlet(np.ones(5), n)
    similarity = 1 - np.abs(structure[:, None] - structure).sum(axis=2) / 2
    regressors = {
        "log_distance": np.log(km),
        "adjacent": adjacent,
        "same_province": (provinces[:, None] == provinces).astype(float),
        "dialect_distance": np.abs(x[:, None] - x) + rng.uniform(0, 0.5, (n, n)),
        "fast_trains": rng.uniform(0, 1, (n, n)),
        "output_gap": np.abs(output[:, None] - output),
        **dict.fromkeys(
            ("similarity", "similarity_census", "similarity_census_non_farm"), similarity
        ),
    }
    regressors |= spline(regressors["log_distance"], OPTIONS["knots_km"])
    terms, _ = crossing_terms_of(codes, provinces)
    standard = similarity / similarity[~np.eye(n, dtype=bool)].std()
    index = -1.2 * np.log(km) + SIMILAR * standard + ZONES * terms
    noise = 0.3
    attraction = rng.normal(0, 0.5, (2, n))
    same = regressors["same_province"]
    inside = zone_pairs(codes)

    def flows(border, growth=0.0):
        logs = index + border * same + growth * inside + rng.normal(0, noise, (n, n))
        values = np.exp(logs + attraction[0][:, None] + attraction[1])
        np.fill_diagonal(values, np.nan)
        return values / np.nanmax(values)

    first = flows(BORDER)
    later = first * np.exp(GROWTH * inside + rng.normal(0, 0.1, (n, n)))
    known = {
        "travel_2019": first,
        "travel_2020": flows(BORDER),
        "travel_2021": flows(BORDER),
        "travel_2023": later,
        "search_2019": flows(0.0),
        "search_2020": flows(0.0),
        "search_2023": flows(0.0),
    }
    return Primary(
        grid=FlowGrid(codes, np.nan_to_num(first), np.isfinite(first), regressors),
        flows=known,
        provinces=provinces,
        places=places,
        output=output,
        neighbours=[np.flatnonzero(row).tolist() for row in adjacent],
        options=OPTIONS,
        confidence=0.95,
    )


def zone_pairs(codes):
    inside = np.zeros((len(codes),) * 2)
    for members in APPROVED.values():
        at = [codes.index(code) for code in members]
        inside[np.ix_(at, at)] = 1
    np.fill_diagonal(inside, 0)
    return inside


def crossing_terms_of(codes, provinces):
    inside = zone_pairs(codes)
    across = provinces[:, None] != provinces
    return inside * across, inside * ~across


@pytest.fixture(scope="module")
def sets(data):
    rng = np.random.default_rng(5)
    drawn = np.sort([rng.choice(len(data.grid.codes), 4, replace=False) for _ in range(150)])
    codes = np.array(data.grid.codes)[drawn]
    return pd.DataFrame(codes, columns=[f"member_{i}" for i in range(1, 5)]).assign(set="main")


@pytest.fixture(scope="module")
def found(data, sets):
    model, zone = ZoneModel.of(data, APPROVED), APPROVED["first"]
    made = [
        *border_rows(data),
        *own_border_rows(data, ["0", "1"]),
        *zone_rows(data, model),
        *own_zone_rows(data, model, zone, sets),
        *share_rows(data, APPROVED, zone, sets),
        *similarity_rows(data),
        *membership_rows(data, APPROVED, sets),
        *gap_rows(data),
    ]
    return estimates(made, chapter="linkage")


@pytest.mark.parametrize(
    ("variant", "sample"),
    [
        ("S1.1b", "china"),
        ("S1.1b", "zone"),
        ("S1.2", "china"),
        ("S1.2", "zone"),
        ("S1.8", "china"),
        ("S1.8", "zone"),
        ("S2.3", "china"),
        ("S2.4", "china"),
    ],
)
def test_each_primary_test_is_one_row_with_all_columns(found, variant, sample):
    row = one(found, analysis="primary", variant=variant, sample=sample)
    for name in FILLED:
        assert pd.notna(row[name]) and row[name] != "", name
    assert row.conf_low < row.estimate < row.conf_high
    assert row.std_error > 0 and row.expected_std_error > 0
    # A size is that of the test itself: scaled tests reject about one placebo in twenty.
    assert 0 <= row.size_at_5pct <= 0.12
    for analysis in ("secondary", "falsification"):
        if (variant, sample) != ("S1.1b", "zone") or analysis == "secondary":
            assert len(rows(found, analysis=analysis, variant=variant, sample=sample)), analysis


def test_nothing_else_is_primary(found):
    assert len(rows(found, analysis="primary")) == 8


def test_the_border_is_found_and_search_has_none(found):
    travel = one(found, analysis="primary", variant="S1.2", sample="china")
    assert abs(travel.estimate - BORDER) < 3 * travel.std_error < 0.6
    search = rows(
        found, analysis="falsification", variant="S1.2", sample="china", outcome="search_2019"
    )
    assert (search["p_value"] > 0.01).all() and len(search) == 2
    net = one(found, variant="S1.2", method="net_of_search")
    assert net.estimate == pytest.approx(BORDER, abs=3 * net.std_error)
    own = one(found, analysis="primary", variant="S1.2", sample="zone")
    assert abs(own.estimate - BORDER) < 3 * own.std_error


def test_zones_are_found(found):
    pooled = one(found, analysis="primary", variant="S1.8", sample="china")
    assert abs(pooled.estimate - ZONES) < 4 * pooled.std_error and pooled.df == 3
    single = rows(found, analysis="secondary", variant="S1.8", sample="china", method=None)
    single = single[single["group"] != ""]
    assert sorted(single["group"]) == ["fifth", "first", "fourth", "second"]
    own = one(found, analysis="primary", variant="S1.8", sample="zone")
    assert own.rank >= 1 and own.estimate == pytest.approx(
        one(found, variant="S1.8", group="first", sample="china").estimate
    )


def test_growth_inside_zones_is_found(found):
    row = one(found, analysis="primary", variant="S1.1b", sample="china")
    assert row.estimate == pytest.approx(GROWTH, abs=4 * row.std_error)
    assert row.p_value < 0.01
    own = one(found, analysis="primary", variant="S1.1b", sample="zone")
    assert own.own_value != own.own_value and own.estimate > 0  # a level; its rank is beside


def test_similarity_is_found_per_standard_deviation(found):
    row = one(found, analysis="primary", variant="S2.3", sample="china")
    assert row.estimate == pytest.approx(SIMILAR, abs=3 * row.std_error)
    assert row.std_error < 0.05


def test_the_gap_that_plays_no_part_is_not_found(found):
    row = one(found, analysis="primary", variant="S2.4", sample="china")
    assert abs(row.estimate) < 3 * row.std_error and row.effect == "cities"


def test_a_pair_counts_for_the_first_zone(data):
    members = APPROVED["first"]
    terms, inside = crossing_terms(data, {"a": members, "b": [*members, "000000"]})
    assert ((terms["a"] > 0) & (terms["b"] > 0)).sum() == 0
    both = terms["a"] + terms["b"] + inside
    at = [data.grid.codes.index(code) for code in [*members, "000000"]]
    expected = np.zeros_like(both)
    expected[np.ix_(at, at)] = 1
    np.fill_diagonal(expected, 0)
    np.testing.assert_array_equal(both, expected)


@pytest.fixture(scope="module")
def pairs():
    rng = np.random.default_rng(3)
    one_, other = np.triu_indices(25, 1)
    chosen = rng.choice(len(one_), 150, replace=False)
    return Pairs(one_[chosen], other[chosen], 25)


def test_dyadic_sums_by_hand(pairs):
    scores = np.random.default_rng(4).normal(size=(150, 2))
    ends = [{a, b} for a, b in zip(pairs.one, pairs.other, strict=True)]
    by_hand = sum(
        np.outer(scores[i], scores[j]) for i in range(150) for j in range(150) if ends[i] & ends[j]
    )
    np.testing.assert_allclose(pairs.meat(scores), 25 / 24 * by_hand)


def test_average_effects_are_those_of_statsmodels(pairs):
    import statsmodels.api as sm

    rng = np.random.default_rng(6)
    X = np.column_stack([rng.normal(size=(150, 2)), np.ones(150)])
    y = (X @ [0.8, -0.5, 0.2] + rng.logistic(size=150) > 0).astype(float)
    effect, _ = average_effect(y, X, pairs)
    fit = sm.Logit(y, X).fit(disp=0)
    assert effect == pytest.approx(fit.get_margeff().margeff[0], rel=1e-6)
    # With the outer product of each pair alone, the delta method gives the robust error.
    alone = SimpleNamespace(meat=lambda scores: scores.T @ scores)
    robust = sm.Logit(y, X).fit(disp=0, cov_type="HC0").get_margeff().margeff_se[0]
    assert average_effect(y, X, alone)[1] == pytest.approx(robust, rel=1e-6)


def test_linear_effects_are_those_of_statsmodels(pairs):
    import statsmodels.api as sm

    rng = np.random.default_rng(7)
    x, y = rng.normal(size=(2, 150))
    controls = np.column_stack([pairs.cities(), np.ones(150)])  # the constant costs no rank
    slope, _ = linear_effect(y, x, column_space(controls), pairs)
    fit = sm.OLS(y, np.column_stack([x, controls])).fit()
    assert slope == pytest.approx(fit.params[0], rel=1e-8)
    alone = SimpleNamespace(meat=lambda scores: scores.T @ scores)
    error = linear_effect(y, x, column_space(controls), alone)[1]
    assert error == pytest.approx(
        sm.OLS(y, np.column_stack([x, pairs.cities()])).fit(cov_type="HC0").bse[0], rel=1e-6
    )


def test_dialects_are_of_the_nearest_place():
    cities = pd.DataFrame({"longitude": [100.0, 110.0, 120.0, 90.0], "latitude": [30.0] * 4})
    spoken = pd.DataFrame(
        {
            "longitude": [100.1, 110.1, 120.1, 119.0],
            "latitude": [30.0] * 4,
            "d1": [0.0, 3.0, 0.0, 9.0],
            "d2": [0.0, 4.0, 0.0, 9.0],
            "d3": [0.0, 0.0, 1.0, 9.0],
        }
    )
    apart = dialect_distance(cities, spoken, 200)
    assert np.isnan(apart[3]).all()  # 900 km from the nearest place
    lengths = np.array([5.0, 1.0, np.sqrt(26)])
    found = np.array([apart[0, 1], apart[0, 2], apart[1, 2]])
    np.testing.assert_allclose(found, lengths / lengths.std())


def test_earlier_output_is_the_mean_log_of_the_years():
    index = pd.MultiIndex.from_product([["1", "2"], [2003, 2004, 2005]])
    index.names = ["city_code", "year"]
    panel = pd.DataFrame({"gdp_per_capita_yuan": [1.0, np.e, np.e**3, 5, np.nan, 1]}, index=index)
    found = earlier_output(panel, {"first": 2004, "last": 2005})
    assert found.to_dict() == pytest.approx({"1": 2.0, "2": 0.0})


def test_the_primary_model_follows_a_bend_in_distance(data):
    first = f"log_distance_beyond_{OPTIONS['knots_km'][0]:g}_km"
    bend = np.nan_to_num(data.grid.regressors[first])
    steeper = {"travel_2019": data.flows["travel_2019"] * np.exp(-2 * bend)}
    fits = [
        each.fit(each.controls, "travel_2019")[1].params
        for each in (data, replace(data, flows={**data.flows, **steeper}))
    ]
    assert fits[1][first] - fits[0][first] == pytest.approx(-2, abs=0.3)


def test_regressors_that_are_zero_on_all_pairs_are_left_out(data):
    near = data.mask("travel_2019") & (data.distance <= OPTIONS["knots_km"][-1])
    _, fit = data.fit(data.controls, "travel_2019", near)
    assert set(data.controls) - set(fit.params.index) == {data.controls[-1]}


def test_a_spline_bends_at_its_knots():
    log_distance = np.log(np.array([[50.0, 100.0], [200.0, 400.0]]))
    terms = spline(log_distance, [100.0])
    (values,) = terms.values()
    np.testing.assert_allclose(values, np.log([[1, 1], [2, 4]]))


def test_the_table_has_every_primary_test(found):
    body = primary_table(found, 0.95).body
    primary = body[body["Test"] == "Primary"]
    assert sorted(zip(primary["Claim"], primary["Sample"], strict=True)) == [
        ("S1.1b", "China"),
        ("S1.1b", "Zone"),
        ("S1.2", "China"),
        ("S1.2", "Zone"),
        ("S1.8", "China"),
        ("S1.8", "Zone"),
        ("S2.3", "China"),
        ("S2.4", "China"),
    ]
    assert (primary["Size at 5%"] != "–").all() and "95% interval" in body
    assert len(body) == len(rows(found, group=None))
