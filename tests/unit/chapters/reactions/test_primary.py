"""Primary tests: slopes put in are found, placebos keep the size, the contract is kept."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from guantian import results
from guantian.chapters.reactions.estimate.career_tests import inaction_rows, promotion_rows
from guantian.chapters.reactions.estimate.careers import (
    promotions,
    secretary_ages,
    targets_to,
    wide_growth,
)
from guantian.chapters.reactions.estimate.jackknife import NestedEffects
from guantian.chapters.reactions.estimate.quadratic import (
    permuted_slopes,
    quadratic_slopes,
    typed_weights,
)
from guantian.chapters.reactions.estimate.rival_tests import TestSettings as Settings
from guantian.chapters.reactions.tables_primary import primary_cells
from guantian.placebo_inference import calibrated_size, placebo_row

CITIES, PROVINCES, YEARS = 240, 20, 12


def ring(n, first=1):
    """Two rivals each, on a ring, so many places away."""
    i = np.arange(n)
    columns = np.r_[(i + first) % n, (i - first) % n]
    return sparse.csr_array((np.full(2 * n, 0.5), (np.r_[i, i], columns)), shape=(n, n))


def spatial(slopes, weights, seed, uneven=True):
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(CITIES, YEARS))
    if uneven:  # variances differ between cities, which the moments must bear
        noise *= rng.uniform(0.3, 3, size=(CITIES, 1))
    system = np.eye(CITIES) - sum(r * W.toarray() for r, W in zip(slopes, weights, strict=True))
    y = np.linalg.solve(system, noise)
    y = y - y.mean(axis=1, keepdims=True)
    return y - y.mean(axis=0)


def test_two_slopes_put_in_are_found_with_uneven_variances():
    weights = [ring(CITIES), ring(CITIES, 7)]
    provinces = np.arange(CITIES) // (CITIES // PROVINCES)
    found = [
        quadratic_slopes(spatial((0.3, -0.2), weights, seed), weights, provinces)
        for seed in range(30)
    ]
    params = np.array([each.params for each in found])
    # The mean of 30 has an error of about 0.035 / sqrt(30) = 0.006.
    assert np.abs(params.mean(axis=0) - [0.3, -0.2]).max() < 0.025
    errors = np.array([each.errors for each in found])
    assert errors.mean(axis=0) == pytest.approx(params.std(axis=0, ddof=1), rel=0.4)


def test_means_taken_out_of_small_provinces_leave_no_bias():
    # Demeaning within twelve cities makes errors correlated by -1/11.
    provinces = np.arange(CITIES) // (CITIES // PROVINCES)
    i = np.arange(CITIES)
    rows, columns = np.nonzero((provinces[:, None] == provinces) & (np.abs(i[:, None] - i) == 1))
    (W,) = typed_weights(rows, columns, np.zeros(len(rows), dtype=int), CITIES)
    drawn = []
    for seed in range(40):
        y = np.random.default_rng(seed).normal(size=(CITIES, YEARS))
        y = y - y.mean(axis=1, keepdims=True)
        for province in range(PROVINCES):
            y[provinces == province] -= y[provinces == province].mean(axis=0)
        drawn.append(quadratic_slopes(y, [W], provinces, provinces).params[0])
    naive = -1 / (CITIES // PROVINCES - 1)
    assert abs(np.mean(drawn)) < abs(naive) / 4


def test_permuted_networks_find_nothing():
    weights = [ring(CITIES), ring(CITIES, 7)]
    provinces = np.arange(CITIES) // (CITIES // PROVINCES)
    values = spatial((0.4, 0.0), weights, 3)
    drawn = permuted_slopes(values, weights, provinces, 60, 1)
    slopes = np.array([each.params[0] for each in drawn])
    # Sixty draws with an error of about 0.03 each.
    assert abs(slopes.mean()) < 0.015 < quadratic_slopes(values, weights, provinces).params[0] - 0.2


def test_equal_slopes_have_a_wald_statistic_of_the_size_of_its_degrees_of_freedom():
    weights = [ring(CITIES), ring(CITIES, 7), ring(CITIES, 20)]
    provinces = np.arange(CITIES) // (CITIES // PROVINCES)
    walds = [
        quadratic_slopes(spatial((0.1, 0.1, 0.1), weights, seed), weights, provinces).equality()
        for seed in range(40)
    ]
    assert 1 < np.mean(walds) < 4
    apart = spatial((0.4, -0.2, 0.1), weights, 1)
    assert quadratic_slopes(apart, weights, provinces).equality() > 20


def panel(seed, effect=0.0):
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([range(120), range(10)], names=["city", "year"])
    frame = index.to_frame(index=False)
    frame["province"] = frame["city"] // 10
    x = (rng.random(len(frame)) < 0.3).astype(float)
    common = rng.normal(size=(12, 10))[frame["province"], frame["year"]]
    y = effect * x + common + rng.normal(size=120)[frame["city"]] + rng.normal(size=len(frame))
    stratum = 100 * frame["province"] + frame["year"]
    return frame, x, y, NestedEffects(frame["province"], [frame["city"], stratum])


def test_the_jackknife_is_that_of_regressions_without_each_province():
    frame, x, y, effects = panel(1, 0.5)
    fit = effects.fit(y, x[:, None, None])

    def slope(keep):
        dummies = [
            pd.get_dummies(frame.loc[keep, "city"]).to_numpy(float),
            pd.get_dummies(100 * frame.loc[keep, "province"] + frame.loc[keep, "year"]).to_numpy(
                float
            ),
        ]
        X = np.column_stack([x[keep], *dummies])
        return np.linalg.lstsq(X, y[keep], rcond=None)[0][0]

    everyone = np.ones(len(y), dtype=bool)
    assert fit.params[0, 0] == pytest.approx(slope(everyone))
    without = [slope((frame["province"] != p).to_numpy()) for p in range(12)]
    by_hand = np.sqrt(11 / 12 * np.square(np.array(without) - slope(everyone)).sum())
    assert fit.errors[0, 0] == pytest.approx(by_hand)
    assert fit.df == 11


def test_effects_that_cross_clusters_are_refused():
    with pytest.raises(ValueError, match="found in two clusters"):
        NestedEffects([0, 0, 1, 1], [[0, 1, 0, 1]])


def test_a_test_that_rejects_too_often_is_calibrated_and_its_size_is_that_of_the_calibrated_one():
    drawn = np.random.default_rng(1).normal(size=999)
    about = {"cov_type": "clustered"}
    kept = placebo_row(0.2, 0.1, 30, drawn, drawn, 0.95, about)
    assert kept["cov_type"] == "clustered"
    mended = placebo_row(0.2, 0.1, 30, drawn, 2 * drawn, 0.95, about)
    assert mended["cov_type"] == "clustered, calibrated by placebos"
    assert mended["p_value"] > 0.25 > kept["p_value"]  # 2 is a ratio of 1 in twice the spread
    assert mended["std_error"] > 1.7 * kept["std_error"]
    assert mended["size_at_5pct"] == calibrated_size(np.abs(2 * drawn))
    assert 0.02 < mended["size_at_5pct"] < 0.08


SPELLS = pd.DataFrame(
    [
        # code, post, person, first, last, birth, first year in vice-provincial rank
        ("100", "mayor", 1, 2003, 2006, 1950, np.nan),  # becomes a secretary the year after
        ("200", "secretary", 1, 2007, 2010, 1950, 2011),  # and a vice-governor after that
        ("100", "secretary", 2, 2003, 2008, 1946, np.nan),  # retires
        ("100", "secretary", 3, 2008, np.nan, 1960, 2021),  # in office: not yet promoted
        ("300", "secretary", 4, 2005, 2009, 1955, 2001),  # ranks so already: left out
        ("110000", "secretary", 5, 2005, 2009, 1955, 2009),  # a municipality: left out
    ],
    columns=["city_code", "post", "person_id", "first_year", "last_year", "birth_year",
             "first_year_in_vice_provincial_rank"],
)  # fmt: skip


def test_promotions_are_dated_in_the_last_year_of_the_post():
    posts = promotions(SPELLS, 2004, 2012)
    assert set(posts["city_code"]) == {"100", "200"}
    promoted = posts[posts["promoted"] == 1][["city_code", "year", "post"]]
    assert promoted.to_numpy().tolist() == [["100", 2006, "mayor"], ["200", 2010, "secretary"]]
    shared = posts[(posts["city_code"] == "100") & (posts["year"] == 2008)]
    assert len(shared) == 1
    assert posts["year"].min() == 2004


def test_ages_come_from_the_yearly_table_first_and_from_the_incumbent_in_a_year_of_change():
    leaders = pd.DataFrame({"city_code": ["100"], "year": [2004], "secretary_birth_year": [1940.0]})
    ages = secretary_ages(leaders, SPELLS, 2012)
    assert ages.loc[2004, "100"] == 64
    assert ages.loc[2005, "100"] == 2005 - 1946
    assert ages.loc[2008, "100"] == 2008 - 1946  # the one who leaves
    assert ages.loc[2012, "100"] == 2012 - 1960
    assert np.isnan(ages.loc[2006, "200"])


def test_later_targets_come_first_where_both_tables_have_a_cell():
    early = pd.DataFrame({"city_code": "a", "year": [2007, 2008], "target_city_pct": [12.0, 13.0]})
    late = pd.DataFrame({"city_code": "a", "year": [2008, 2009], "growth_target_pct": [11.0, 9.0]})
    assert targets_to(early, late)["a"].tolist() == [12.0, 11.0, 9.0]


def test_mean_growth_needs_every_year():
    growth = pd.Series([1.0, 2.0, 3.0, 5.0], pd.MultiIndex.from_tuples(
        [("a", 2000), ("a", 2001), ("a", 2002), ("a", 2004)], names=["city_code", "year"]
    ))  # fmt: skip
    mean = wide_growth(growth, 3)["a"]
    assert mean[2002] == 2
    assert mean[[2000, 2003, 2004]].isna().all()


SETTINGS = Settings(199, 1, 0.95)
CODES = [f"c{i:03d}" for i in range(150)]
PROVINCE = pd.Series({code: f"p{i // 10:02d}" for i, code in enumerate(CODES)})


CONTRACT = (
    *("estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high"),
    *("expected_std_error", "size_at_5pct", "n_obs", "n_units", "n_clusters", "n_draws"),
)


def ages_and_targets(effect, seed=1):
    rng = np.random.default_rng(seed)
    years = range(2003, 2021)
    start = rng.integers(46, 58, size=150)
    ages = pd.DataFrame(
        [start + (year - 2003) % 5 for year in years], index=years, columns=CODES, dtype=float
    )
    noise = pd.DataFrame(rng.normal(size=ages.shape), years, CODES)
    return ages, 10 + effect * (ages >= 57) + noise


def test_a_lower_target_under_old_secretaries_is_found_and_keeps_the_contract():
    ages, targets = ages_and_targets(-1.0)
    found = list(inaction_rows([("target", targets)], ages, (57, 50), PROVINCE, SETTINGS))
    frame = results.estimates(found, chapter="reactions")
    row = results.one(frame, analysis="primary", variant="S2.1", sample="china")
    assert abs(row.estimate + 1) < 4 * row.std_error < 0.6
    assert row.p_value < 0.001
    # 199 placebos: a rate of 5% has an error of 1.5 points.
    assert row.size_at_5pct < 0.12
    assert row.expected_std_error == pytest.approx(row.std_error, rel=0.5)
    assert row.n_clusters == 15
    other = results.one(frame, analysis="falsification", variant="S2.1")
    assert abs(other.estimate) < 4 * other.std_error
    assert not any(pd.isna(row[name]) for name in CONTRACT)
    assert row.estimator
    assert row.cov_type


def test_a_slope_of_promotion_that_ends_with_the_rules_is_found():
    rng = np.random.default_rng(2)
    years = range(2003, 2023)
    growth = pd.DataFrame(rng.normal(10, 2, size=(20, 150)), years, CODES)
    before = (np.array(years) < 2014)[:, None]
    chance = 0.2 + 0.03 * (growth - 10) * before
    posts = pd.concat(
        [
            (rng.random(chance.shape) < chance).T.stack().rename_axis(["city_code", "year"])
            .rename("promoted").astype(float).reset_index().assign(post=post)
            for post in ("mayor", "secretary")
        ]
    )  # fmt: skip
    found = list(promotion_rows(posts, {"mean_growth": growth}, 2014, 2009, PROVINCE, SETTINGS))
    frame = results.estimates(found, chapter="reactions")
    row = results.one(frame, analysis="primary", variant="S2.d")
    assert abs(row.estimate + 3) < 4 * row.std_error < 4
    assert row.p_value < 0.05
    slope = results.one(frame, analysis="secondary", variant="S2.d", term="growth", group="both",
                        setting=2014)  # fmt: skip
    assert abs(slope.estimate - 3) < 4 * slope.std_error
    placebo = results.one(frame, analysis="falsification", variant="S2.d")
    assert abs(placebo.estimate) < 4 * placebo.std_error


def test_the_table_has_a_row_for_each_test():
    ages, targets = ages_and_targets(0.0)
    found = list(inaction_rows([("target", targets)], ages, (57, 50), PROVINCE, SETTINGS))
    frame = results.estimates(found, chapter="reactions")
    other = {"analysis": "secondary", "variant": "S1.4", "sample": "china", "method": "2sls",
             "outcome": "infrastructure_per_head", "term": "inside", "estimate": 0.9}  # fmt: skip
    frame = results.estimates([*frame.to_dict("records"), {"chapter": "reactions", **other}])
    key = {"variant": "S1.4", "chapter": "reactions"}
    ends = results.series(
        [{"analysis": "anderson_rubin_set", "setting": 1, "term": term, "value": value, **key}
         for term, value in (("low", -np.inf), ("high", 0.25))]
    )  # fmt: skip
    first = {"analysis": "instruments", "term": "first_stage", "statistic": 1.5}
    tested = results.tests([{**first, **key}])
    cells = pd.DataFrame(primary_cells(frame, ends, tested))
    assert cells["Test"].tolist() == ["Two-stage least squares", "Primary", "Falsification"]
    assert cells["Claim"].tolist() == ["S1.4", "S2.1", "S2.1"]
    assert cells["Term"].tolist()[1:] == ["Secretary near retirement"] * 2
    assert cells["Note"].tolist()[0] == "F 1.5; AR set −∞ to 0.25"
