"""Counterfactuals: by hand, by recovery, and against two packages."""

import warnings

import numpy as np
import pandas as pd
import pytest

from regiometrics.counterfactuals.synthetic import METHODS, counterfactuals


def factor_panel(seed, n=60, periods=16, noise=0.01):
    """Unit and year effects, and two factors with unit loadings."""
    rng = np.random.default_rng(seed)
    factors = np.cumsum(rng.normal(0, 0.05, (2, periods)), axis=1)
    loadings = rng.normal(1, 0.5, (n, 2))
    levels = rng.normal(5, 1, (n, 1)) + 0.1 * np.arange(periods)
    return levels + loadings @ factors + noise * rng.normal(size=(n, periods))


def first_units(n, size):
    treated = np.zeros((1, n), bool)
    treated[0, :size] = True
    return treated


def test_differences_by_hand():
    outcomes = np.array([[1.0, 1.0, 4.0], [0.0, 2.0, 2.0], [0.0, 0.0, 2.0]])
    treated = first_units(3, 1)
    result = counterfactuals(outcomes, treated, ~treated, 2, "did")
    # Treated rises by 3; donors' mean from 0.5 to 2.
    assert result.effects[0] == pytest.approx(3 - 1.5)


@pytest.mark.parametrize("method", METHODS)
def test_a_copy_of_a_donor_has_its_effect_back(method):
    """The treated unit is a donor but for the effect, which every method but the mean must find."""
    outcomes = factor_panel(3, noise=0.0)
    outcomes[0] = outcomes[1]
    outcomes[0, 10:] += 0.2
    treated = first_units(len(outcomes), 1)
    effect = counterfactuals(outcomes, treated, ~treated, 10, method).effects[0]
    # A twin pins a level and a path; ridge and even weights leave a tenth of the effect open.
    assert effect == pytest.approx(0.2, abs=0.02 if method != "did" else 0.2)


@pytest.mark.parametrize(("method", "tolerance"), [("sdid", 0.01), ("difp", 0.015), ("asc", 0.02)])
def test_recovery_over_many_panels(method, tolerance):
    """The mean over 40 panels lies within three of its own errors, or the tolerance, of 0.1."""
    found = []
    for seed in range(40):
        outcomes = factor_panel(seed)
        treated = first_units(len(outcomes), 7)
        outcomes[:7, 8:] += 0.1
        found.append(counterfactuals(outcomes, treated, ~treated, 8, method).effects[0])
    error = np.std(found) / np.sqrt(len(found))
    assert np.mean(found) == pytest.approx(0.1, abs=max(3 * error, tolerance))
    assert np.std(found) < 0.06


@pytest.mark.parametrize("method", METHODS)
def test_many_groups_are_each_as_alone(method):
    outcomes = factor_panel(5)
    rng = np.random.default_rng(0)
    treated = np.zeros((6, len(outcomes)), bool)
    for row in treated:
        row[rng.choice(len(outcomes), 7, replace=False)] = True
    donors = ~treated & (rng.random(treated.shape) < 0.8)
    together = counterfactuals(outcomes, treated, donors, 8, method)
    for row in range(6):
        alone = counterfactuals(outcomes, treated[[row]], donors[[row]], 8, method)
        np.testing.assert_allclose(alone.gaps[0], together.gaps[row], atol=1e-8)


@pytest.mark.parametrize("method", ["did", "sdid", "difp"])
def test_unit_and_year_effects_do_not_matter(method):
    outcomes = factor_panel(7)
    treated = first_units(len(outcomes), 7)
    shifted = outcomes + np.linspace(0, 3, outcomes.shape[1])
    shifted[:7] += 5.0
    effects = [
        counterfactuals(values, treated, ~treated, 8, method).effects[0]
        for values in (outcomes, shifted)
    ]
    # Year effects move the donors' noise, so that the penalty of sdid may change a little.
    assert effects[1] == pytest.approx(effects[0], abs=1e-9 if method == "did" else 0.005)


def test_against_diff_diff():
    """The package's synthetic differences on the same panel; it solves by Frank and Wolfe too."""
    from diff_diff import SyntheticDiD

    outcomes = factor_panel(11, n=30)
    outcomes[:4, 10:] += 0.1
    treated = first_units(len(outcomes), 4)
    ours = counterfactuals(outcomes, treated, ~treated, 10, "sdid").effects[0]
    long = pd.DataFrame(outcomes).rename_axis("unit").reset_index().melt("unit", var_name="time")
    long["treated"] = (long["unit"] < 4).astype(int)
    long["time"] = long["time"].astype(int)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = SyntheticDiD(n_bootstrap=5, seed=0).fit(
            long, "value", "treated", "unit", "time", post_periods=list(range(10, 16))
        )
    # Its weights stop at 1e-5 of the noise and are thinned between two rounds: 2% of the effect.
    assert ours == pytest.approx(theirs.att, abs=0.002)


def test_against_pysyncon():
    """Synthetic control on outcomes only, few donors and many periods, so that it is unique."""
    from pysyncon import Synth

    rng = np.random.default_rng(2)
    outcomes = factor_panel(13, n=8, periods=24, noise=0.05) + rng.normal(0, 0.05, (8, 24))
    treated = first_units(8, 1)
    result = counterfactuals(outcomes, treated, ~treated, 18, "sc")
    model = Synth()
    frame = pd.DataFrame(outcomes.T)
    weights, _ = model.w_optimize(
        V_mat=np.eye(18), X0=frame.iloc[:18, 1:].to_numpy(), X1=frame.iloc[:18, 0].to_numpy()
    )
    # The package's solver stops at about 1e-3, and ours has a penalty of 0.03 of the noise.
    np.testing.assert_allclose(result.donor_weights[0, 1:], weights, atol=5e-3)


def test_ridge_augmentation_removes_misfit():
    """A treated path above every donor: synthetic control misfits, its augmented form fits more."""
    outcomes = factor_panel(17, n=20)
    outcomes[0] = outcomes[1:].max(axis=0) + 0.05 * np.arange(16)
    treated = first_units(20, 1)
    plain, augmented = (
        counterfactuals(outcomes, treated, ~treated, 10, method) for method in ("sc", "asc")
    )
    assert augmented.fit[0] < plain.fit[0]
    np.testing.assert_allclose(augmented.donor_weights.sum(), 1, atol=1e-8)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"method": "best"}, "method is"),
        ({"before": 1}, "before is 1"),
        ({"donors": np.ones((1, 5), bool)}, "treated and a donor"),
        ({"outcomes": np.full((5, 6), np.nan)}, "missing"),
        ({"treated": np.ones((2, 5), bool)}, "shape"),
    ],
)
def test_what_cannot_be_estimated_is_said(change, said):
    treated = first_units(5, 1)
    given = {
        "outcomes": np.zeros((5, 6)),
        "treated": treated,
        "donors": ~treated,
        "before": 3,
        "method": "did",
    }
    with pytest.raises(ValueError, match=said):
        counterfactuals(**(given | change))


@pytest.mark.parametrize("method", METHODS)
def test_covariates_are_taken_out_for_each_group(method):
    """An outcome that is covariates and effects: the effect is found exactly by all but levels."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20, 16, 2))
    outcomes = rng.normal(size=(20, 1)) + rng.normal(size=16) + x @ [0.5, -2.0]
    treated = np.eye(20, dtype=bool)[:2]
    outcomes[:2, 10:] += 0.3
    donors = np.ones((2, 20), bool)
    donors[:, :2] = False
    found = counterfactuals(outcomes, treated, donors, 10, method, covariates=x)
    assert found.gaps.shape == (2, 16)
    if method in ("did", "difp", "sdid"):
        np.testing.assert_allclose(found.effects, 0.3, atol=1e-6)
    else:
        alone = counterfactuals(outcomes, treated[:1], donors[:1], 10, method, covariates=x)
        np.testing.assert_allclose(found.gaps[0], alone.gaps[0])
