"""Terms added at fixed weights, changes of flows, placebo draws, calibration and pooling."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from guantian.chapters.linkage.estimate.calibration import ACCEPTED, calibrate, inferred
from guantian.chapters.linkage.estimate.change import change_fit
from guantian.chapters.linkage.estimate.fixed_weights import fixed_weights
from guantian.chapters.linkage.estimate.placebo_draws import (
    grown_zone,
    laid_over,
    placebo_provinces,
    turned,
)
from guantian.chapters.linkage.estimate.zone_shares import share_changes
from regiometrics.gravity.ppml import poisson

TRUE = ["log_distance", "same_province"]


@pytest.fixture(scope="module")
def grid(simulated):
    return simulated(n=100, noise=0.4)


@pytest.fixture(scope="module")
def zone(grid):
    pairs = np.zeros((len(grid.codes),) * 2)
    pairs[2:9, 2:9] = 1.0
    np.fill_diagonal(pairs, 0.0)
    return pairs


def with_term(grid, values, effect=0.0):
    return replace(
        grid,
        flow=grid.flow * np.exp(effect * values),
        regressors={**grid.regressors, "added": values},
    )


@pytest.mark.parametrize("effect", [0.0, 0.4])
def test_a_term_at_fixed_weights_is_near_the_refit(grid, zone, effect):
    """Other coefficients stay where they were: at 0.4 errors fall short by a tenth."""
    moved = with_term(grid, zone, effect)
    full = poisson(moved, [*TRUE, "added"])
    working = fixed_weights(moved, poisson(moved, TRUE))
    exact = fixed_weights(moved, full).pair_errors()[-1]
    params, cov = working.add(zone[None], by_pair=True)
    assert params[0] == pytest.approx(full.params["added"], abs=0.02 * exact + 0.04 * effect)
    assert np.sqrt(cov[0, 0]) == pytest.approx(exact, rel=0.03 + 0.3 * effect)


def test_a_dense_term_at_fixed_weights_is_near_the_refit(grid):
    rng = np.random.default_rng(4)
    attribute = rng.normal(size=len(grid.codes))
    gap = np.abs(attribute[:, None] - attribute)
    full = poisson(with_term(grid, gap), [*TRUE, "added"])
    params, cov = fixed_weights(grid, poisson(grid, TRUE)).add(gap[None])
    error = np.sqrt(full.cov_dyadic.loc["added", "added"])
    assert params[0] == pytest.approx(full.params["added"], abs=0.1 * error)
    assert np.sqrt(cov[0, 0]) == pytest.approx(error, rel=0.05)


def test_terms_of_the_fit_add_nothing(grid):
    """Scores are zero at the fit, and what effects explain has no coefficient."""
    fit = poisson(grid, TRUE)
    working = fixed_weights(grid, fit)
    np.testing.assert_allclose(working.regressors @ working.residual.ravel(), 0, atol=1e-4)
    cities = np.broadcast_to(np.arange(100.0)[:, None], (100, 100))
    assert np.isnan(working.add(cities[None])[0]).all()


def test_influence_gives_the_dyadic_errors_of_the_fit(grid):
    from regiometrics.gravity.errors_dyadic import covariance, dyadic_meat

    fit = poisson(grid, TRUE)
    influence = fixed_weights(grid, fit).influence()
    cov = covariance(np.eye(2), dyadic_meat(influence), fit.n_obs, fit.n_cities)
    np.testing.assert_allclose(cov, fit.cov_dyadic.to_numpy(), rtol=1e-6)


def test_a_planted_change_is_found_whatever_the_scale_of_a_year(grid, zone):
    rng = np.random.default_rng(7)
    cities = rng.normal(0, 0.3, (2, 100))
    later = grid.flow * np.exp(0.3 * zone + cities[0][:, None] + cities[1])
    noisy = later * rng.gamma(50, 1 / 50, later.shape)
    both = with_term(grid, zone)
    exact = change_fit(both, ["same_province", "added"], grid.flow, later, grid.off_diagonal)
    assert exact.params["added"] == pytest.approx(0.3, abs=1e-6)
    assert exact.params["same_province"] == pytest.approx(0, abs=1e-6)
    found = change_fit(both, ["added"], grid.flow, noisy, grid.off_diagonal)
    error = np.sqrt(found.cov.loc["added", "added"])
    assert 0 < error < 0.1 and abs(found.params["added"] - 0.3) < 3 * error
    scaled = change_fit(both, ["added"], grid.flow, 1000 * noisy, grid.off_diagonal)
    assert scaled.params["added"] == pytest.approx(found.params["added"], abs=1e-5)


def test_a_change_is_that_of_poisson_with_pair_effects(simulated):
    """The first-order conditions of both models are the same: sums by pair, city-year and term."""
    small = simulated(n=12, noise=0.3, seed=3)
    rng = np.random.default_rng(5)
    later = small.flow * rng.gamma(20, 1 / 20, small.flow.shape)
    fit = change_fit(small, ["same_province"], small.flow, later, small.off_diagonal)
    residual = fit.working.residual
    np.testing.assert_allclose(residual.sum(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(residual.sum(axis=1), 0, atol=1e-5)
    assert (residual * small.regressors["same_province"]).sum() == pytest.approx(0, abs=1e-5)


def test_errors_are_scaled_only_where_the_size_is_off():
    rng = np.random.default_rng(2)
    good = calibrate(rng.normal(size=4000), np.ones(4000), np.inf)
    assert ACCEPTED[0] <= good.size <= ACCEPTED[1] and good.factor == 1
    bad = calibrate(rng.normal(0, 1.5, 4000), np.ones(4000), np.inf)
    assert bad.raw_size > 0.15 and bad.factor == pytest.approx(1.5, abs=0.08)
    assert ACCEPTED[0] <= bad.size <= ACCEPTED[1]
    assert bad.expected == pytest.approx(1.5, abs=0.06)
    row = inferred(1.0, 0.5, 20, bad, 0.95)
    assert row["std_error"] == pytest.approx(0.5 * bad.factor)
    assert row["p_value"] == pytest.approx(2 * stats.t.sf(1 / (0.5 * bad.factor), 20))
    with pytest.raises(ValueError, match="placebo assignments gave an estimate"):
        calibrate([0.1] * 5, [1.0] * 5, 10)


def test_placebo_provinces_are_of_the_nearest_seat():
    rng = np.random.default_rng(1)
    places = rng.uniform(0, 10, (60, 2))
    distance = np.hypot(*(places[:, None] - places).transpose(2, 0, 1))
    groups = list(placebo_provinces(distance, 8, 5, rng))
    assert len(groups) == 5
    for group in groups:
        assert set(group) == set(range(8))
        # A city's nearest seat is its own: cells of a Voronoi partition are star-shaped.
        nearest = [distance[:, group == own].min(axis=1) for own in range(8)]
        assert np.isfinite(nearest).all()
    assert not np.array_equal(groups[0], groups[1])


def test_grown_zones_are_contiguous_and_cross_a_border():
    side = 6
    neighbours = [
        [
            x + dx + side * (y + dy)
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1))
            if 0 <= x + dx < side and 0 <= y + dy < side
        ]
        for y in range(side)
        for x in range(side)
    ]
    provinces = np.arange(side**2) // 18
    rng = np.random.default_rng(6)
    for _ in range(50):
        zone = grown_zone(neighbours, 7, rng, provinces)
        assert len(set(zone)) == 7 and set(provinces[zone]) == {0, 1}
        reached, left = {zone[0]}, set(zone) - {zone[0]}
        while found := {city for city in left if set(neighbours[city]) & reached}:
            reached |= found
            left -= found
        assert not left
    with pytest.raises(ValueError, match="No contiguous group"):
        grown_zone(neighbours, 7, rng, np.zeros(side**2), tries=3)


def test_turned_maps_keep_neighbours_together():
    """Nearest neighbours stay near: far nearer than in a permutation at random."""
    rng = np.random.default_rng(8)
    places = rng.uniform(0, 10, (200, 2))
    distance = np.hypot(*(places[:, None] - places).transpose(2, 0, 1))
    np.fill_diagonal(distance, np.inf)
    nearest = distance.argmin(axis=1)
    for taken in turned(places, 5, rng):
        assert sorted(taken) == list(range(200))
        apart = np.hypot(*(places[taken] - places[taken[nearest]]).T)
        assert np.median(apart) < 1.5  # at random the median is about five
    np.testing.assert_array_equal(laid_over(places, places), np.arange(200))


def test_shares_and_their_jackknife_by_hand():
    rng = np.random.default_rng(9)
    flows = rng.uniform(1, 2, (2, 8, 8))
    for flow in flows:
        np.fill_diagonal(flow, 0)
    group = np.array([1, 3, 4])

    def share(flow, members):
        inside = flow[np.ix_(members, members)].sum()
        return inside / (flow[members].sum() + flow[:, members].sum() - inside)

    def change(members):
        return np.log(share(flows[1], members) / share(flows[0], members))

    left_out = np.array([change(np.delete(group, i)) for i in range(3)])
    found, error = share_changes(*flows, group[None])
    assert found[0] == pytest.approx(change(group))
    assert error[0] == pytest.approx(np.sqrt(2 / 3 * ((left_out - left_out.mean()) ** 2).sum()))
