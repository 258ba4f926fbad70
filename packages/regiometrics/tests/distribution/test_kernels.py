"""Stochastic kernels: against densities that are known, and against a Markov chain."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from regiometrics.distribution.kernels import (
    density_by_period,
    even_grid,
    silverman_bandwidth,
    stochastic_kernel,
)


def autoregression(rho, units, periods, seed):
    rng = np.random.default_rng(seed)
    rows = [rng.normal(0, 1 / np.sqrt(1 - rho**2), units)]
    for _ in range(periods - 1):
        rows.append(rho * rows[-1] + rng.normal(size=units))
    return pd.DataFrame(rows)


def test_densities_are_those_of_scipy():
    values = autoregression(0.5, 40, 3, seed=0)
    density = density_by_period(values, bandwidth=0.3)
    grid = density.columns.to_numpy()
    for period, x in values.iterrows():
        kde = stats.gaussian_kde(x, bw_method=0.3 / x.std(ddof=1))
        np.testing.assert_allclose(density.loc[period], kde(grid), rtol=1e-9)
    # The grid ends three bandwidths beyond the data: 0.1 per cent of a unit may lie outside.
    np.testing.assert_allclose(density.sum(axis=1) * (grid[1] - grid[0]), 1, atol=2e-3)


def test_weights_of_densities_count_people():
    values = pd.DataFrame([[0.0, 1.0]])
    weights = pd.DataFrame([[3.0, 1.0]])
    grid = np.array([-1.0, 0, 1])
    weighted = density_by_period(values, grid, 0.5, weights)
    repeated = density_by_period(pd.DataFrame([[0.0, 0, 0, 1]]), grid, 0.5)
    np.testing.assert_allclose(weighted, repeated, rtol=1e-12)


def test_bandwidth_of_normal_values():
    """1.06 n^(-1/5) for one dimension; the lesser of two scales is a little below one."""
    x = np.random.default_rng(0).normal(size=10_000)
    assert silverman_bandwidth(x) == pytest.approx(1.06 * 10_000**-0.2, rel=0.03)
    assert silverman_bandwidth(x, 2) == pytest.approx(10_000 ** (-1 / 6), rel=0.03)
    with pytest.raises(ValueError, match="All values are equal"):
        silverman_bandwidth(np.ones(5))


def test_kernel_recovers_an_autoregression():
    """Given x, the mean is rho x; in the long run the variance is that of the process.

    40 000 pairs leave a bias of about bandwidth squared, 0.17^2, in the variances.
    """
    kernel = stochastic_kernel(autoregression(0.6, 400, 101, seed=1))
    grid = kernel.density.index.to_numpy()
    step = grid[1] - grid[0]
    np.testing.assert_allclose(kernel.density.sum(axis=1) * step, 1, rtol=1e-12)
    inside = np.abs(grid) < 2
    means = kernel.density.to_numpy()[inside] @ grid * step
    np.testing.assert_allclose(means, 0.6 * grid[inside], atol=0.1)
    mean = kernel.ergodic @ grid * step
    variance = kernel.ergodic @ (grid - mean) ** 2 * step
    assert mean == pytest.approx(0, abs=0.1)
    assert variance == pytest.approx(1 / (1 - 0.36), rel=0.1)
    assert kernel.n_obs == 400 * 100


def test_ergodic_density_is_a_fixed_point():
    kernel = stochastic_kernel(autoregression(0.8, 50, 20, seed=2))
    step = kernel.density.index[1] - kernel.density.index[0]
    after = kernel.ergodic.to_numpy() @ kernel.density.to_numpy() * step
    # The system of 101 equations is solved by least squares.
    np.testing.assert_allclose(after, kernel.ergodic, atol=1e-9)
    assert kernel.ergodic.sum() * step == pytest.approx(1, rel=1e-12)


def test_two_peaks_stay_two():
    """Units that keep to their own side of zero leave twin peaks, as Quah's clubs would."""
    rng = np.random.default_rng(3)
    sides = np.where(np.arange(100) < 50, -2, 2)
    values = pd.DataFrame(sides + rng.normal(0, 0.3, (10, 100)))
    values.iloc[5, :3] *= -1  # some cross, so that the long run is one density
    kernel = stochastic_kernel(values)
    ergodic = kernel.ergodic
    middle = ergodic[np.abs(ergodic.index) < 0.5].max()
    assert ergodic[ergodic.index < 0].max() > 5 * middle
    assert ergodic[ergodic.index > 0].max() > 5 * middle


def test_longer_steps_pair_the_right_periods():
    values = pd.DataFrame(np.arange(5.0)[:, None] + np.array([[0, 0.1, 0.3]]))
    kernel = stochastic_kernel(values, step=2, bandwidths=(0.1, 0.1), grid=np.linspace(-1, 6, 351))
    # From 1 to 3: the unit at 1.0 goes to 3.0, those near it as far.
    assert kernel.density.loc[kernel.density.index[100]].idxmax() == pytest.approx(3.0, abs=0.1)
    assert kernel.n_obs == 9


def test_refusals():
    values = autoregression(0.5, 5, 4, seed=0)
    with pytest.raises(ValueError, match="step of 4"):
        stochastic_kernel(values, step=4)
    with pytest.raises(ValueError, match="expected an even"):
        stochastic_kernel(values, grid=np.array([0, 1, 3]))
    with pytest.raises(ValueError, match="Period 2, unit 1: nan"):
        even_grid(values.mask(values == values.iloc[2, 1]))
    with pytest.raises(ValueError, match="period after 1 is missing"):
        stochastic_kernel(values.drop(index=2))
