"""Nested tests, Hausman's test and selection: identities, size and recovery."""

import numpy as np
import pandas as pd
import pytest

from guantian.spatial import (
    SpatialPanel,
    as_weights,
    hausman_test,
    lr_test,
    rook_lattice,
    select_model,
    simulate_panel,
    wald_test,
)
from guantian.spatial.errors import SpecificationError

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
    assert wald_test(sdm.with_covariance("robust"), "sem")["df"] == 2


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
