"""Nested tests, Hausman's test and selection: identities, size and recovery."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from regiometrics.spatial import (
    Spatial2SLS,
    SpatialPanel,
    as_weights,
    hausman_test,
    lr_test,
    rook_lattice,
    select_model,
    simulate_panel,
    wald_test,
)
from regiometrics.spatial.errors import ConvergenceError, SpecificationError

DATA = simulate_panel(49, 10, "sdm", "twoway", seed=6)


def fit(model, data=DATA, effects="twoway", correction="lee-yu", **options):
    panel = SpatialPanel(data.dependent, data.exog, data.weights, model=model, effects=effects)
    return panel.fit(bias_correction=correction, **options)


def test_likelihood_ratio_is_twice_the_difference():
    sar, sdm = fit("sar"), fit("sdm")
    test = lr_test(sar, sdm)
    assert test["statistic"] == pytest.approx(2 * (sdm.loglik - sar.loglik), rel=1e-12)
    assert test["df"] == 2
    # theta = (0.5, 0.25) is far from zero with 490 observations.
    assert test["p_value"] < 0.01


def test_wald_of_one_coefficient_is_its_squared_statistic():
    sdm = fit("sdm")
    assert wald_test(sdm, "slx")["statistic"] == pytest.approx(sdm.tstats["rho"] ** 2, rel=1e-10)
    lag = sdm.params[["W.x1", "W.x2"]].to_numpy()
    cov = sdm.cov.loc[["W.x1", "W.x2"], ["W.x1", "W.x2"]].to_numpy()
    expected = lag @ np.linalg.solve(cov, lag)
    assert wald_test(sdm, "sar")["statistic"] == pytest.approx(expected, rel=1e-10)
    assert wald_test(sdm.with_covariance("qml"), "sem")["df"] == 2


def test_common_factor_tests_have_their_size():
    """SEM data: 100 panels, 5% tests reject 5 times; more than 13 has probability below 1e-3."""
    weights = as_weights(rook_lattice(7, 7), pd.RangeIndex(49))
    rejections = np.zeros(2)
    for seed in range(100):
        data = simulate_panel(49, 10, "sem", "twoway", weights=weights, seed=seed)
        sdm, sem = fit("sdm", data), fit("sem", data)
        tests = lr_test(sem, sdm), wald_test(sdm, "sem")
        rejections += [test["p_value"] < 0.05 for test in tests]
    assert (rejections <= 13).all()
    assert (rejections >= 1).any()


def test_hausman_accepts_random_and_rejects_correlated_effects():
    random = simulate_panel(100, 8, "sdm", "random", seed=1)
    accept = hausman_test(fit("sdm", random, "unit"), fit("sdm", random, "random"))
    assert accept["p_value"] > 0.01
    # With "unit" the simulated regressors move with the effect.
    correlated = simulate_panel(100, 8, "sdm", "unit", seed=1)
    reject = hausman_test(fit("sdm", correlated, "unit"), fit("sdm", correlated, "random"))
    assert reject["p_value"] < 1e-6


@pytest.mark.parametrize(("model", "options"), [("sar", {}), ("sem", {}), ("sdm", {})])
def test_selection_finds_the_model(model, options):
    data = simulate_panel(100, 15, model, "twoway", seed=2, **options)
    table = select_model(data.dependent, data.exog, data.weights)
    selected = table.xs("selected", level="test")["alternative"]
    assert selected["general to specific"] == model
    if model != "sdm":
        # The upward route reaches SDM only where both robust tests reject.
        assert selected["specific to general"] == model
    assert set(table.columns) == {
        "null", "alternative", "statistic", "df", "p_value", "rejected"
    }  # fmt: skip


def test_selection_finds_nothing_where_there_is_nothing():
    data = simulate_panel(100, 15, "sar", "twoway", rho=0.0, seed=2)
    table = select_model(data.dependent, data.exog, data.weights)
    assert table.loc[("specific to general", "selected"), "alternative"] == "ols"


@pytest.mark.parametrize(
    ("a", "b", "says"),
    [
        (("sar", {}), ("sdm", {"effects": "unit"}), "differ in effects"),
        (("sem", {}), ("sar", {}), "not nested"),
        (("sdm", {}), ("sdm", {}), "expected fewer in the restricted"),
        (
            ("sar", {"correction": "lee-yu-direct"}),
            ("sdm", {"correction": "lee-yu-direct"}),
            "use wald_test",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused(a, b, says):
    with pytest.raises(SpecificationError, match=says):
        lr_test(fit(a[0], **a[1]), fit(b[0], **b[1]))


def test_more_refusals():
    with pytest.raises(SpecificationError, match="expected 'sdm'"):
        wald_test(fit("sar"), "sem")
    with pytest.raises(SpecificationError, match="against is 'gns'"):
        wald_test(fit("sdm"), "gns")
    with pytest.raises(SpecificationError, match="expected 'unit' and 'random'"):
        hausman_test(fit("sdm"), fit("sdm", effects="random"))


SMALL = simulate_panel(25, 6, "sdm", "twoway", seed=6)


def small(model="sdm", y=SMALL.dependent, X=SMALL.exog, W=SMALL.weights, **options):
    return SpatialPanel(y, X, W, model=model, **options).fit()


def further(W):
    """Neighbours and their neighbours."""
    square = (W + W @ W).toarray()
    np.fill_diagonal(square, 0)
    return square / square.sum(axis=1, keepdims=True)


FURTHER = further(SMALL.weights)
RAW = (SMALL.weights > 0).astype(float)
RANDOM = {"effects": "random"}


@pytest.mark.parametrize(
    ("restricted", "full", "says"),
    [
        (("sar", {"y": 100 * SMALL.dependent}), ("sdm", {}), "outcomes 'y' and 'y' differ"),
        (("sar", {"X": 2 * SMALL.exog}), ("sdm", {}), "Regressor 'x1' has different values"),
        (
            ("sar", {"X": SMALL.exog.rename(columns={"x1": "z"})}),
            ("sdm", {}),
            "Regressor 'z' of the restricted model is not in the full one",
        ),
        (("slx", {}), ("sdm", {"durbin": "x1"}), r"Regressor 'W\.x2' of the restricted model is"),
        (("sar", {"W": FURTHER}), ("sdm", {}), "weights of the spatial lag differ"),
        (("slx", {"W": FURTHER}), ("sdm", {}), r"Regressor 'W\.x1' has different values"),
        (("sem", {"W": FURTHER}), ("sdm", {}), "weights of errors and of the lag differ"),
        (("sem", {"error_weights": FURTHER}), ("sac", {}), "weights of the spatial errors differ"),
        (("sem", {}), ("sdm", {"durbin": ["x1"]}), "Regressor 'x2' has no spatial lag"),
        (
            ("sem", {"W": RAW, "effects": "none"}),
            ("sdm", {"W": RAW, "effects": "none"}),
            "does not nest the spatial error model",
        ),
        (("sem", RANDOM), ("sdm", RANDOM), "random_errors is 'baltagi' in the spatial error"),
        (
            ("sem", {**RANDOM, "random_errors": "kkp"}),
            ("sac", RANDOM),
            "random_errors is 'kkp' and 'baltagi'",
        ),
    ],
)
def test_likelihoods_of_other_data_or_models_are_refused(restricted, full, says):
    with pytest.raises(SpecificationError, match=says):
        lr_test(small(restricted[0], **restricted[1]), small(full[0], **full[1]))


@pytest.mark.parametrize(
    ("restricted", "full", "options", "df"),
    [
        ("slx", "sdem", {}, 1),
        ("sem", "sdem", {}, 2),
        ("sac", "gns", {}, 2),
        ("sem", "sdm", {"W": RAW, "effects": "unit"}, 2),
        ("sem", "sdm", {**RANDOM, "random_errors": "kkp"}, 2),
        ("sar", "sac", RANDOM, 1),
    ],
)
def test_cases_of_one_another_are_compared(restricted, full, options, df):
    options = {"effects": "twoway", **options}
    other = {key: value for key, value in options.items() if key != "random_errors"}
    a, b = small(restricted, **options), small(full, **other)
    test = lr_test(a, b)
    assert test["df"] == df
    assert test["statistic"] == pytest.approx(2 * (b.loglik - a.loglik), abs=1e-4)


def test_a_full_model_that_fits_worse_was_not_maximised():
    sar, sdm = small("sar"), small("sdm")
    with pytest.raises(ConvergenceError, match="it was not maximised"):
        lr_test(sar, replace(sdm, loglik=sar.loglik - 0.01))
    # What an optimiser leaves open is no contradiction.
    assert lr_test(sar, replace(sdm, loglik=sar.loglik - 1e-7))["statistic"] == 0


def test_wald_refuses_restrictions_that_are_none():
    with pytest.raises(SpecificationError, match="Regressor 'x2' has no spatial lag"):
        wald_test(small(durbin=["x1"]), "sem")
    assert wald_test(small(durbin=["x1"]), "sar")["df"] == 1
    with pytest.raises(SpecificationError, match="has no spatial lag of a regressor"):
        wald_test(small(durbin=False), "sar")
    with pytest.raises(SpecificationError, match="does not nest the spatial error model"):
        wald_test(small(W=RAW, effects="none"), "sem")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"y": 2 * SMALL.dependent}, "outcomes 'y' and 'y' differ"),
        ({"X": SMALL.exog * 2}, "'x1' has different values"),
        ({"X": SMALL.exog[["x1"]]}, "'x2' is in the fixed-effects model only"),
        ({"X": SMALL.exog.assign(z=SMALL.exog["x1"] ** 2)}, "'z' is in the random-effects model"),
        ({"W": FURTHER}, "weights of the spatial lag differ"),
    ],
)
def test_hausman_compares_one_model_of_one_panel(changed, says):
    with pytest.raises(SpecificationError, match=says):
        hausman_test(small(effects="unit"), small(effects="random", **changed))


def test_hausman_holds_its_size():
    """120 panels without correlated effects: at most 13 rejections, the 99% point of 5%."""
    rejected = 0
    W = as_weights(rook_lattice(5, 5), pd.RangeIndex(25))
    for seed in range(120):
        data = simulate_panel(25, 6, "sar", "random", weights=W, seed=seed)
        fits = [
            SpatialPanel(data.dependent, data.exog, W, model="sar", effects=effects).fit()
            for effects in ("unit", "random")
        ]
        test = hausman_test(*fits)
        assert test["df"] == 2
        assert test["definite"]
        rejected += test["p_value"] < 0.05
    assert 1 <= rejected <= 13


def test_hausman_lets_random_effects_keep_what_fixed_ones_absorb():
    fixed = np.repeat(np.random.default_rng(0).standard_normal(25), 6)
    random = small("sar", X=SMALL.exog.assign(z=fixed), effects="random")
    assert hausman_test(small("sar", effects="unit"), random)["df"] <= 3


def test_results_without_a_likelihood_are_refused():
    linear = Spatial2SLS(SMALL.dependent, SMALL.exog, SMALL.weights).fit()
    for test in (
        lambda: lr_test(linear, small()),
        lambda: wald_test(linear, "sar"),
        lambda: hausman_test(small(effects="unit"), linear),
    ):
        with pytest.raises(SpecificationError, match=r"Spatial2SLSResult was given; expected"):
            test()


def test_selection_leaves_out_what_is_not_nested():
    table = select_model(SMALL.dependent, SMALL.exog, RAW, effects="none", bias_correction=None)
    tests = table.loc["general to specific"].index
    assert list(tests) == ["lr_sar", "wald_sar", "lr_slx", "wald_slx", "selected"]


@pytest.mark.parametrize(
    ("X", "level", "says"),
    [
        (SMALL.exog, 5, "level is 5; expected a number between"),
        (SMALL.exog, 0.95, r"level is 0\.95; expected the tests' size"),
        (SMALL.exog[[]], 0.05, "No regressor varies"),
        (SMALL.exog[[]].assign(const=1.0), 0.05, "No regressor varies"),
    ],
)
def test_selection_refuses(X, level, says):
    with pytest.raises(SpecificationError, match=says):
        select_model(SMALL.dependent, X, SMALL.weights, level=level)
