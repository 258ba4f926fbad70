"""Two measures of growth combined: the formula by hand, recovery, and refusals."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.inequality.estimate.lights import combine_growth


def measured(n, signal, noise_z, noise_x, elasticity=0.6, seed=5):
    rng = np.random.default_rng(seed)
    true = pd.Series(rng.normal(0, signal, n))
    z = true + rng.normal(0, noise_z, n)
    x = elasticity * true + rng.normal(0, noise_x, n)
    return true, z, x


def test_weight_by_hand():
    """r2 = 1/4 and phi = 0.7: (0.7 - 0.25) / (1 - 0.25) = 0.6. x is z plus a part orthogonal to
    it with three times its variance, so that r2 = 1 / (1 + 3)."""
    z = pd.Series([1.0, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1])
    other = pd.Series([1.0, 1, -1, -1, 1, 1, -1, -1, 1, 1, -1, -1])
    both = combine_growth(z, z + np.sqrt(3) * other, signal_share=0.7)
    assert both.correlation**2 == pytest.approx(0.25)
    assert both.slope == pytest.approx(0.25)
    assert both.weight == pytest.approx(0.6)
    expected = 0.6 * z + 0.4 * 0.25 * (z + np.sqrt(3) * other)
    np.testing.assert_allclose(both.growth, expected, atol=1e-12)


def test_no_weight_does_better_on_simulated_figures():
    """With 20 000 units the best of a grid of weights is within 0.02 of the formula's."""
    true, z, x = measured(20_000, signal=1.0, noise_z=0.8, noise_x=0.3)
    both = combine_growth(z, x, signal_share=1 / (1 + 0.8**2))
    fitted = z.mean() + both.slope * (x - x.mean())
    grid = np.linspace(0, 1, 201)
    errors = [np.var(weight * z + (1 - weight) * fitted - true) for weight in grid]
    assert grid[int(np.argmin(errors))] == pytest.approx(both.weight, abs=0.02)
    assert np.var(both.growth - true) < min(np.var(z - true), np.var(fitted - true))


def test_share_of_one_keeps_reported_growth():
    _, z, x = measured(50, 1.0, 0.5, 0.5)
    np.testing.assert_allclose(combine_growth(z, x, 1.0).growth, z, atol=1e-12)


def test_share_below_the_correlation_says_so():
    _, z, x = measured(500, 1.0, 0.1, 0.1)
    both = combine_growth(z, x, 0.5)
    assert both.weight == 0
    assert "below r2" in both.note


def test_refusals():
    _, z, x = measured(20, 1.0, 0.5, 0.5)
    with pytest.raises(ValueError, match="share of signal is 0"):
        combine_growth(z, x, 0)
    with pytest.raises(ValueError, match="19 of 20 units"):
        combine_growth(z.where(z.index != 3), x, 0.7)
