"""Effects pooled over groups: by hand, by recovery, and the size of the error."""

import numpy as np
import pytest
from scipy import stats

from regiometrics.counterfactuals import pool_effects
from regiometrics.errors import EstimationError


def test_by_hand():
    """Two groups: Q = (0.4)²/2/0.01 = 8, so that the variance between is (8 - 1) 0.01 = 0.07."""
    pooled = pool_effects([0.1, 0.5], [0.1, 0.1])
    assert pooled.between[0] == pytest.approx(0.07)
    assert pooled.means[0] == pytest.approx(0.3)
    assert pooled.weights[0] == pytest.approx([0.5, 0.5])
    # The weighted variance about the mean, 0.04, over one degree of freedom.
    assert pooled.std_errors[0] == pytest.approx(0.2)
    assert pooled.df == 1


def test_equal_effects_keep_the_weights_of_their_errors():
    pooled = pool_effects([0.2, 0.2, 0.2], [0.1, 0.2, 0.2])
    assert pooled.between[0] == 0
    assert pooled.weights[0] == pytest.approx([2 / 3, 1 / 6, 1 / 6])


def test_rows_are_pooled_one_by_one():
    rng = np.random.default_rng(1)
    effects, errors = rng.normal(size=(3, 5)), rng.uniform(0.5, 1, 5)
    together = pool_effects(effects, errors)
    for row in range(3):
        alone = pool_effects(effects[row], errors)
        assert together.means[row] == pytest.approx(alone.means[0])
        assert together.std_errors[row] == pytest.approx(alone.std_errors[0])


@pytest.mark.parametrize("between", [0.0, 0.5])
def test_size_and_mean_with_few_groups(between):
    """Eight groups with unequal errors: 5% of 4000 tests reject, within four of its errors."""
    rng = np.random.default_rng(2)
    errors = rng.uniform(0.5, 1.5, 8)
    true = rng.normal(0.3, between, (4000, 8))
    pooled = pool_effects(true + rng.normal(0, errors, (4000, 8)), errors)
    assert pooled.means.mean() == pytest.approx(0.3, abs=0.03)
    statistics = np.abs(pooled.means - 0.3) / pooled.std_errors
    rate = (statistics > stats.t.ppf(0.975, pooled.df)).mean()
    assert rate == pytest.approx(0.05, abs=0.014)


def test_a_group_without_error_is_refused():
    with pytest.raises(EstimationError, match="above zero"):
        pool_effects([0.1, 0.2], [0.1, 0.0])
    with pytest.raises(ValueError, match="two groups"):
        pool_effects([0.1], [0.1])
