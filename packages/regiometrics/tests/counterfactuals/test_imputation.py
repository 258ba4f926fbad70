"""Imputation of untreated outcomes: by hand, by another's code, and its refusals."""

import warnings

import numpy as np
import pandas as pd
import pytest

from regiometrics.counterfactuals import imputed_gaps
from regiometrics.errors import EstimationError


@pytest.fixture
def staggered():
    rng = np.random.default_rng(4)
    first = np.array([4] * 5 + [6] * 5 + [99] * 10)
    treated = np.arange(10) >= first[:, None]
    y = rng.normal(size=(20, 1)) + rng.normal(size=10) + rng.normal(0, 0.3, (20, 10))
    return y + 0.5 * treated, treated, first


def test_effects_without_noise_are_exact():
    """Unit 2 and period 3 add up; what the treated cell has beyond that is its effect."""
    y = np.add.outer([1.0, 4.0, 2.0], [0.0, 1.0, 5.0])
    treated = np.zeros((3, 3), bool)
    treated[1, 2] = treated[2, 1] = treated[2, 2] = True
    gaps = imputed_gaps(y + 0.7 * treated, ~treated)
    assert gaps[treated] == pytest.approx(0.7)
    assert gaps[~treated] == pytest.approx(0, abs=1e-12)


def test_the_mean_effect_is_that_of_another_implementation(staggered):
    diff_diff = pytest.importorskip("diff_diff")
    y, treated, first = staggered
    long = pd.DataFrame(y).stack().rename("y").reset_index()
    long.columns = ["unit", "time", "y"]
    long["first"] = np.where(first == 99, 0, first)[long["unit"]]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = diff_diff.ImputationDiD().fit(long, "y", "unit", "time", "first")
    assert imputed_gaps(y, ~treated)[treated].mean() == pytest.approx(fit.overall_att, abs=1e-10)


def test_draws_are_imputed_one_by_one(staggered):
    y, treated, _ = staggered
    both = imputed_gaps(y, np.stack([~treated, ~treated[::-1]]))
    assert both[0] == pytest.approx(imputed_gaps(y, ~treated))
    assert both[1] == pytest.approx(imputed_gaps(y, ~treated[::-1]))


def test_what_cannot_be_estimated_is_refused(staggered):
    y, treated, _ = staggered
    always = treated.copy()
    always[0] = True
    with pytest.raises(EstimationError, match="unit"):
        imputed_gaps(y, ~always)
    everybody = treated.copy()
    everybody[:, 9] = True
    with pytest.raises(EstimationError, match="period"):
        imputed_gaps(y, ~everybody)
    parts = np.zeros((4, 4), bool)
    parts[:2, :2] = parts[2:, 2:] = True
    with pytest.raises(EstimationError, match="connect"):
        imputed_gaps(np.arange(16.0).reshape(4, 4), parts)
