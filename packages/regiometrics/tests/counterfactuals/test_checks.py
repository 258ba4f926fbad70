"""Conformal test, matrix completion, and trends before a treatment."""

import numpy as np
import pytest

from regiometrics.counterfactuals.completion import (
    choose_penalty,
    complete_matrix,
    completed_effects,
)
from regiometrics.counterfactuals.conformal import conformal_test
from regiometrics.counterfactuals.pretrends import (
    detectable_slope,
    event_path,
    sensitivity,
    trend_bias,
)


class TestConformal:
    def series(self, effect, seed=0, periods=20, before=14):
        rng = np.random.default_rng(seed)
        common = np.cumsum(rng.normal(0, 0.1, periods))
        donors = common + rng.normal(0, 0.05, (12, periods)) + rng.normal(0, 1, (12, 1))
        series = common + rng.normal(0, 0.05, periods)
        series[before:] += effect
        return series, donors, before

    def test_a_large_effect_is_found_and_covered(self):
        series, donors, before = self.series(1.0)
        found = conformal_test(series, donors, before, 0.05, np.linspace(-3, 3, 241))
        assert found.p_value == pytest.approx(1 / 20)
        assert found.conf_low < 1.0 < found.conf_high
        assert found.conf_low > 0

    def test_it_holds_its_size(self):
        """Exact under exchangeable residuals; here at 0.1 among 200 panels, within three errors."""
        rejected = [
            conformal_test(*self.series(0.0, seed), 0.05, np.array([0.0])).p_value <= 0.1
            for seed in range(200)
        ]
        assert np.mean(rejected) <= 0.1 + 3 * np.sqrt(0.09 / 200)

    def test_without_a_ridge_it_refuses(self):
        with pytest.raises(ValueError, match="ridge"):
            conformal_test(*self.series(0.0), 0.0, np.array([0.0]))


class TestCompletion:
    def test_without_rank_it_is_two_way(self):
        """A heavy penalty leaves unit and year effects: differences in differences."""
        rng = np.random.default_rng(0)
        outcomes = rng.normal(size=(12, 1)) + rng.normal(size=(1, 9))
        outcomes = outcomes + 0.1 * rng.normal(size=(12, 9))
        treated = np.eye(12, dtype=bool)[:1]
        found = completed_effects(outcomes, treated, ~treated, 6, penalty=1e6)[0]
        gap = outcomes[0] - outcomes[1:].mean(axis=0)
        # 500 steps fill the cells to 1e-6 of their spread.
        assert found == pytest.approx(gap[6:].mean() - gap[:6].mean(), abs=1e-4)

    def test_a_factor_is_found(self):
        rng = np.random.default_rng(1)
        factor = np.sin(np.arange(14))
        outcomes = rng.normal(size=(40, 1)) + np.outer(rng.normal(size=40), factor)
        outcomes += 0.02 * rng.normal(size=outcomes.shape)
        held = outcomes.copy()
        seen = np.ones(outcomes.shape, bool)
        seen[0, 10:] = False
        penalty = choose_penalty(outcomes[1:], 10, np.array([10.0, 1.0, 0.1]), 4, seed=0)
        fitted = complete_matrix(held, seen, penalty)
        # Noise is 0.02; without the factor the error would be its size, about 0.7.
        assert np.abs(fitted - outcomes)[0, 10:].max() < 0.15

    def test_a_year_never_seen_is_said(self):
        seen = np.ones((3, 4), bool)
        seen[:, 2] = False
        with pytest.raises(ValueError, match="never seen"):
            complete_matrix(np.zeros((3, 4)), seen, 1.0)


class TestPretrends:
    @pytest.fixture()
    def gaps(self):
        rng = np.random.default_rng(4)
        gaps = rng.normal(0, 0.02, (600, 10))
        gaps[0] = 0.0
        gaps[0, 5:] = 0.1
        return gaps

    def test_the_path_is_relative_to_the_last_year_before(self, gaps):
        path = event_path(gaps, list(range(2001, 2011)), 5)
        assert path.years == [2001, 2002, 2003, 2004, *range(2006, 2011)]
        # The placebo mean is taken off: its error over 599 groups is 0.001.
        np.testing.assert_allclose(path.effects[path.before :], 0.1, atol=0.005)

    def test_the_slope_is_found_with_the_power_said(self, gaps):
        path = event_path(gaps, list(range(2001, 2011)), 5)
        slope = detectable_slope(path, 0.8)
        rng = np.random.default_rng(0)
        early = path.cov[: path.before, : path.before]
        drawn = rng.multivariate_normal(slope * np.arange(-4.0, 0), early, 4000)
        statistic = np.einsum("gi,ij,gj->g", drawn, np.linalg.inv(early), drawn)
        limit = 9.487729  # of chi-squared with four degrees of freedom, 0.05
        # Three errors of a share of 0.8 in 4000 draws.
        assert np.mean(statistic > limit) == pytest.approx(0.8, abs=0.019)
        # Five years after, 1 to 5 from the reference: three on average.
        assert trend_bias(path, slope) == pytest.approx(3 * slope)

    def test_bounds_of_zero_are_parallel_trends_and_wider_bounds_widen(self, gaps):
        path = event_path(gaps, list(range(2001, 2011)), 5)
        found = sensitivity(path, "relative_magnitude", [0, 0.5, 1])
        assert found["low"].iloc[0] < 0.1 < found["high"].iloc[0]
        loading = np.r_[np.zeros(4), np.full(5, 0.2)]
        error = np.sqrt(loading @ path.cov @ loading)
        # With no violation the interval is that of a normal mean, or shorter where it is optimal.
        assert found["high"].iloc[0] - found["low"].iloc[0] <= 2 * 1.97 * error
        assert (np.diff(found["high"] - found["low"]) > 0).all()

    def test_intervals_are_nested_in_the_bound(self):
        rng = np.random.default_rng(8)
        for _ in range(5):
            path = event_path(rng.normal(0, 0.02, (200, 10)).cumsum(axis=1), list(range(10)), 5)
            found = sensitivity(path, "relative_magnitude", [0, 0.25, 0.5, 1, 2])
            # Ends are found to a millionth of the error.
            assert (np.diff(found["low"]) <= 1e-6).all()
            assert (np.diff(found["high"]) >= -1e-6).all()

    def test_a_linear_trend_is_no_effect_when_its_slope_is_held(self):
        """Smoothness with M = 0 carries the trend before on: a pure trend has no effect."""
        rng = np.random.default_rng(5)
        gaps = rng.normal(0, 0.005, (600, 10))
        gaps[0] += 0.05 * np.arange(10)
        path = event_path(gaps, list(range(2001, 2011)), 5)
        smooth = sensitivity(path, "smoothness", [0.0]).iloc[0]
        naive = sensitivity(path, "relative_magnitude", [0.0]).iloc[0]
        assert smooth["low"] < 0 < smooth["high"]
        assert naive["low"] > 0

    def test_too_few_groups_are_said(self, gaps):
        with pytest.raises(ValueError, match="placebo groups"):
            event_path(gaps[:12], list(range(10)), 5)
