"""The contest: measures by hand, families against a peer, slopes put in and found."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from guantian import results
from guantian.chapters.reactions.estimate.contest import (
    ContestSettings,
    contest_data,
    inclusion,
    linear_row,
    logit_row,
    run_contest,
)
from guantian.chapters.reactions.estimate.family import romano_wolf
from guantian.chapters.reactions.estimate.leaders import leader_data, overbid_rows, run_leaders
from regiometrics.inference import holm


def targets(slope=0.0, seed=1, cities=120):
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product(
        [[f"c{i:03d}" for i in range(cities)], range(2003, 2015)], names=["city_code", "year"]
    )
    growth = 12 + 2 * rng.normal(size=len(index))
    chance = 0.2 + slope * (growth - 12)
    frame = pd.DataFrame(
        {
            "growth_actual_pct": growth,
            "target_city_pct": 12 + rng.normal(size=len(index)),
            "target_province_pct": 10.0,
            "secretary_promoted": (rng.random(len(index)) < chance).astype(float),
            "mayor_promoted": (rng.random(len(index)) < 0.2).astype(float),
        },
        index=index,
    ).reset_index()
    frame.loc[frame["year"] == 2014, ["secretary_promoted", "mayor_promoted"]] = 0.0
    return frame


def provinces(cities=120):
    return pd.Series({f"c{i:03d}": f"p{i // 12}" for i in range(cities)})


def prepared(**options):
    frame = targets(**options)
    yearbook = frame.set_index(["city_code", "year"])["growth_actual_pct"]
    return contest_data(frame, provinces(), yearbook, earlier())


def earlier(cities=120):
    """Growth of the panel, whose years from 2003 must not be used."""
    index = pd.MultiIndex.from_product(
        [[f"c{i:03d}" for i in range(cities)], range(2000, 2005)], names=["city_code", "year"]
    )
    return pd.Series(np.arange(len(index)) % 5 + 90.0, index)


def test_measures_by_hand():
    data = prepared()
    city = data[data["city_code"] == "c000"].set_index("year")
    growth = targets().query("city_code == 'c000'").set_index("year")["growth_actual_pct"]
    assert 2014 not in city.index  # promotions are not recorded
    assert np.isnan(city.at[2013, "same_year"])  # growth is nominal
    assert city.at[2013, "lagged"] == growth[2012]
    # The panel's growth of 2001 and 2002 is 91 and 92.
    assert city.at[2003, "lagged"] == 92
    assert city.at[2003, "three_years"] == pytest.approx((91 + 92 + growth[2003]) / 3)
    assert city.at[2004, "three_years"] == pytest.approx((92 + growth.loc[2003:2004].sum()) / 3)
    assert city.at[2005, "three_years"] == pytest.approx(growth.loc[2003:2005].mean())
    assert city.at[2013, "with_nominal_same_year"] == growth[2013]


def test_growth_that_promotes_is_found_and_growth_that_does_not_is_not():
    # 0.03 a point is some five standard errors.
    found = run_contest(prepared(slope=0.03, seed=1), ContestSettings(0.95, 199, 1, 3.0))
    estimates = results.estimates(found.estimates, chapter="reactions")
    promotion = results.rows(estimates, analysis="promotion", outcome="promotion")
    secretary = {"group": "secretary", "term": "same_year"}
    for variant in ("province_year", "city_province_year"):
        row = results.one(promotion, variant=variant, **secretary)
        # Four standard errors: an interval at 95% would miss for one seed in twenty.
        assert abs(row.estimate - 0.03) < 4 * row.std_error
        assert row.p_value < 0.01
    assert results.one(promotion, variant="logit", **secretary).conf_low > 0
    # Holm over the whole family of two officials, four measures and three models.
    assert len(promotion) == 24
    assert promotion["p_adjusted"].tolist() == pytest.approx(holm(promotion["p_value"]).tolist())
    assert (results.rows(promotion, group="mayor")["p_adjusted"] > 0.05).all()
    tests = results.tests(found.tests, chapter="reactions")
    assert results.one(tests, variant="province_year", **secretary).p_adjusted < 0.05
    # Adjusting never makes a p-value smaller.
    assert (tests["p_adjusted"] >= tests["p_value"]).all()
    assert len(results.rows(estimates, analysis="promotion_sensitivity")) == 10
    series = results.series(found.series, chapter="reactions")
    assert 0 < results.one(series, group="mayor", term="rate").value < 1


def test_linear_slope_is_that_of_dummies():
    data = prepared(slope=0.01)
    used = data[["secretary_promoted", "same_year", "province_year"]].dropna()
    found = linear_row(data, "secretary_promoted", "same_year", ["province_year"], 0.95)
    dummies = pd.get_dummies(used["province_year"]).to_numpy(float)
    X = np.column_stack([used["same_year"], dummies])
    expected = np.linalg.lstsq(X, used["secretary_promoted"].to_numpy(), rcond=None)[0][0]
    assert found["estimate"] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("winners", [0, 1, 2, 4])
def test_inclusion_probabilities_by_enumeration(winners):
    index = np.array([0.3, -0.2, 1.0, 0.1])
    sets = list(combinations(range(4), winners))
    weights = np.array([np.exp(index[list(chosen)].sum()) for chosen in sets])
    expected = [weights[[i in chosen for chosen in sets]].sum() / weights.sum() for i in range(4)]
    assert inclusion(index, winners).tolist() == pytest.approx(expected)


def test_logit_error_is_near_the_inverse_information_without_clusters():
    """With independent cities and years, errors by city and by information agree in size."""
    from statsmodels.discrete.conditional_models import ConditionalLogit

    data = prepared(slope=0.01, seed=5)
    row = logit_row(data, "secretary_promoted", "same_year", 0.95)
    used = data[["secretary_promoted", "same_year", "province_year"]].dropna()
    share = used.groupby("province_year")["secretary_promoted"].transform("mean")
    used = used[share.between(0, 1, inclusive="neither")]
    fit = ConditionalLogit(
        used["secretary_promoted"], used[["same_year"]], groups=used["province_year"]
    ).fit(disp=False)
    assert row["estimate"] == pytest.approx(fit.params.iloc[0], rel=1e-8)
    # 120 clusters: a sandwich's own error is some 7%.
    assert row["std_error"] == pytest.approx(fit.bse.iloc[0], rel=0.25)


def families(slopes, seed, clusters=60, size=10):
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(clusters), size)
    shared = rng.normal(size=(clusters, 1)).repeat(size, axis=0).ravel()
    tests = []
    for slope in slopes:
        x = rng.normal(size=labels.size)
        y = slope * x + 0.5 * shared * x + rng.normal(size=labels.size)
        tests.append((y - y.mean(), x - x.mean(), labels))
    return tests


def test_romano_wolf_finds_the_true_slope_only():
    single, adjusted = romano_wolf(families([0.6, 0.0, 0.0, 0.0], 1), 499, 1)
    assert adjusted[0] < 0.05
    assert (adjusted >= single - 1e-12).all()
    assert (adjusted[1:] > 0.05).all()
    with pytest.raises(ValueError, match="no test"):
        romano_wolf([], 99, 1)


def test_romano_wolf_holds_the_family_error():
    """In 100 families of five nulls at most 12 reject at 5%: P(X > 12 | 100, 0.05) is 0.1%."""
    rejected = sum(
        romano_wolf(families([0.0] * 5, 100 + seed), 199, seed)[1].min() <= 0.05
        for seed in range(100)
    )
    assert rejected <= 12


def leaders_frame(effect, seed=1):
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product(
        [[f"c{i:03d}" for i in range(120)], range(2000, 2012)], names=["city_code", "year"]
    )
    frame = index.to_frame(index=False)
    for official in ("secretary", "mayor"):
        frame[f"{official}_birth_year"] = frame["year"] - rng.integers(45, 60, len(frame))
        frame[f"{official}_tenure_years"] = rng.integers(0, 6, len(frame)).astype(float)
    data = leader_data(frame, provinces(), 57)
    growth = 10 + effect * data["secretary_late"] + rng.normal(size=len(data))
    return data, pd.DataFrame({"growth": growth.to_numpy()}, index=index)


def test_age_by_hand():
    frame = pd.DataFrame(
        {
            "city_code": ["c000"] * 3,
            "year": [2000, 2001, 2002],
            "secretary_birth_year": [1944.0, 1944.0, np.nan],
            "secretary_tenure_years": [0.0, 1.0, np.nan],
            "mayor_birth_year": [1950.0] * 3,
            "mayor_tenure_years": [2.0, 3.0, 4.0],
        }
    )
    data = leader_data(frame, provinces(), 57)
    assert data["secretary_late"].tolist()[:2] == [0.0, 1.0]
    assert data["secretary_first_year"].tolist()[:2] == [1.0, 0.0]
    assert np.isnan(data["secretary_late"][2])


def test_what_leaders_near_retirement_do_is_found():
    data, outcomes = leaders_frame(-0.5)
    rows = results.estimates(run_leaders(data, outcomes, 0.95), chapter="reactions")
    late = results.rows(rows, analysis="leaders", variant="city_year", term="late")
    secretary, mayor = (results.one(late, group=name) for name in ("secretary", "mayor"))
    assert abs(secretary.estimate + 0.5) < 4 * secretary.std_error
    assert secretary.p_value <= secretary.p_adjusted < 0.01
    assert abs(mayor.estimate) < 4 * mayor.std_error
    # What is adjusted is one family; the other rows are not of it.
    assert rows["p_adjusted"].notna().sum() == len(late) == 2


def test_overbidding_is_ranked_among_groups():
    index = pd.MultiIndex.from_product([list("abcdef"), [2000, 2001]])
    bids = pd.Series(np.repeat([5.0, 5.0, 1.0, 1.0, 1.0, 1.0], 2), index)
    groups = np.array([["c", "d"], ["d", "e"], ["e", "f"]] * 10, dtype=object)
    found = overbid_rows(bids, groups, ["a", "b"], 0.95)
    rows = results.estimates(found.estimates, chapter="reactions")
    assert results.one(rows, sample="nation", term="mean").estimate == pytest.approx(14 / 6)
    assert found.series[0]["value"] == 1.0
    zone = results.one(rows, sample="zone", term="mean")
    assert zone.own_value == 5.0
    assert zone.p_value == pytest.approx(2 / 31)
    assert (zone["rank"], zone.rank_from, zone.n_draws) == (1, "above", 30)
