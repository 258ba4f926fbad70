"""Penalties, refusals and special cases, each computed a second way or on a case by hand."""

import warnings

import numpy as np
import pytest

from regiometrics.counterfactuals import (
    completion,
    conformal_test,
    counterfactuals,
    imputed_gaps,
    simplex_weights,
)
from regiometrics.counterfactuals.augmented import ridge_correction
from regiometrics.counterfactuals.completion import choose_penalty, complete_matrix
from regiometrics.counterfactuals.covariates import without_covariates
from regiometrics.counterfactuals.effect_errors import effect_with_error
from regiometrics.counterfactuals.honest import relative_magnitude_interval
from regiometrics.counterfactuals.predictors import predictor_control
from regiometrics.counterfactuals.pretrends import event_path, sensitivity
from regiometrics.counterfactuals.synthetic import donor_noise
from regiometrics.errors import EstimationError


def panel(seed=0, n=12, periods=14):
    """A factor panel whose first unit is treated."""
    rng = np.random.default_rng(seed)
    y = rng.normal(0, 1, (n, 1)) + rng.normal(0, 1, (n, 2)) @ rng.normal(0, 1, (2, periods))
    return y + rng.normal(0, 0.3, (n, periods)), np.eye(n, dtype=bool)[:1]


class TestAugmented:
    def by_hand(self, early, series, ridge=0.0):
        """The penalty of equation 6 by leaving out a period: a loop and plain inverses."""
        centre = early.mean(axis=0)
        x0, x1 = early - centre, series - centre
        largest = np.linalg.svd(x0, compute_uv=False)[0] ** 2
        grid = largest * 1e-8 ** (np.arange(21) / 20)
        errors = np.empty((21, early.shape[1]))
        for held in range(early.shape[1]):
            kept = np.arange(early.shape[1]) != held
            weights = simplex_weights(early[:, kept].T, series[None, kept], ridge=ridge)[0]
            for place, penalty in enumerate(grid):
                gram = x0[:, kept].T @ x0[:, kept] + penalty * np.eye(kept.sum())
                misfit = x1[kept] - x0[:, kept].T @ weights
                full = weights + x0[:, kept] @ np.linalg.solve(gram, misfit)
                errors[place, held] = (x1[held] - full @ x0[:, held]) ** 2
        mean = errors.mean(axis=1)
        best = mean.argmin()
        slack = errors[best].std(ddof=1) / np.sqrt(early.shape[1])
        return grid[np.flatnonzero(mean <= mean[best] + slack)[0]]

    @pytest.mark.parametrize("seed", range(4))
    def test_the_penalty_is_that_of_a_plain_search(self, seed):
        y, treated = panel(seed)
        early = y[:, :9]
        weights = simplex_weights(early[1:].T, early[:1])
        given = np.r_[0.0, weights[0]][None]
        _, chosen = ridge_correction(early, early[:1], ~treated, given, np.zeros(1))
        assert chosen[0] == pytest.approx(self.by_hand(early[1:], early[0]))

    def test_a_penalty_at_the_grids_end_is_said(self):
        """Outside the donors' hull and free of noise: the less penalty, the better."""
        rng = np.random.default_rng(1)
        factors = rng.normal(0, 1, (2, 12))
        y = np.vstack([[3.0, 3.0] @ factors, rng.normal(0, 0.3, (8, 2)) @ factors])
        treated = np.eye(9, dtype=bool)[:1]
        with pytest.warns(UserWarning, match="1 of 1 groups is the smallest of its grid"):
            counterfactuals(y, treated, ~treated, 8, "asc")

    def test_tiny_outcomes_have_tiny_effects(self):
        y, treated = panel()
        whole, tiny = (
            counterfactuals(scale * y, treated, ~treated, 9, "asc").effects[0]
            for scale in (1.0, 1e-13)
        )
        assert tiny == pytest.approx(1e-13 * whole, rel=1e-6, abs=0)


class TestCompletion:
    def test_what_does_not_settle_is_said(self, monkeypatch):
        monkeypatch.setattr(completion, "STEPS", 1)
        y, treated = panel()
        with pytest.warns(UserWarning, match="1 of 1 groups did not settle in 1 steps"):
            completion.completed_effects(y, treated, ~treated, 9, 0.1)

    def test_the_penalty_predicts_held_out_cells_best(self):
        y, _ = panel(3, n=20)
        penalties = np.array([0.0, 1.0, 3.0, 9.0, 27.0])
        order = np.random.default_rng(5).permutation(20)
        errors = []
        for penalty in penalties:
            total = 0.0
            for part in np.array_split(order, 4):
                seen = np.ones(y.shape, bool)
                seen[part, 9:] = False
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    fitted = complete_matrix(y, seen, penalty)
                total += np.square((y - fitted)[part, 9:]).sum()
            errors.append(total)
        best = penalties[np.argmin(errors)]
        assert 0 < best < 27, "a case whose best penalty is inside"
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # no edge, no warning
            assert choose_penalty(y, 9, penalties, 4, 5) == best


class TestConformal:
    def test_an_exact_fit_is_refused_however_small_the_series(self):
        donors = np.vstack([np.arange(8.0), np.arange(8.0)[::-1]])
        for scale in (1.0, 1e-9):
            with pytest.raises(EstimationError, match="fit the series exactly"):
                conformal_test(
                    scale * donors[0], scale * donors, 5, 0.0, [1.0], intercept=False, level=0.2
                )

    def test_the_p_value_is_of_no_effect_and_not_of_the_grid(self):
        rng = np.random.default_rng(2)
        donors = rng.normal(0, 1, (6, 16))
        series = donors[0] + rng.normal(0, 0.05, 16)
        series[12:] += 2.0
        found = conformal_test(series, donors, 12, 0.05, [1.9, 2.0, 2.1], level=0.1)
        weights = simplex_weights(donors.T, series[None], ridge=0.05, intercept=True)[0]
        rest = series - weights @ donors
        rest = rest - rest.mean()
        means = np.array([np.abs(np.roll(rest, shift)[12:]).mean() for shift in range(16)])
        assert found.p_value == (means >= means[0] - 1e-12).mean() == 1 / 16


class TestHonest:
    EFFECTS = np.array([0.1, -0.2, 0.05, 1.0, 1.3])

    def interval(self, bound, loading, scale=1.0):
        cov = 0.04 * scale**2 * (np.eye(5) + 0.5)
        return relative_magnitude_interval(
            scale * self.EFFECTS, cov, 3, np.asarray(loading), bound, 0.05
        )

    @pytest.mark.parametrize("loading", [[1.0, 0.0], [0.5, 0.5], [1.0, -1.0]])
    def test_intervals_scale_with_their_unit_and_widen_with_the_bound(self, loading):
        one, hundred = self.interval(1.0, loading), self.interval(1.0, loading, 1e-4)
        assert np.array(hundred) * 1e4 == pytest.approx(one, abs=1e-4)
        wide = self.interval(2.0, loading)
        assert wide[0] < one[0] < one[1] < wide[1]

    def test_one_year_after_uses_the_years_before(self):
        """A single year after: the larger the bound the wider, whatever the unit."""
        effects, cov = np.array([0.1, -0.1, 0.8]), 0.01 * (np.eye(3) + 0.5)
        ends = [
            relative_magnitude_interval(effects, cov, 2, np.ones(1), bound, 0.05)
            for bound in (0.0, 0.5, 1.0)
        ]
        widths = [high - low for low, high in ends]
        assert widths[0] < widths[1] < widths[2] < np.inf
        near = relative_magnitude_interval(1e-6 * effects, 1e-12 * cov, 2, np.ones(1), 1.0, 0.05)
        assert np.array(near) * 1e6 == pytest.approx(ends[2], abs=1e-4)


class TestEventPath:
    def gaps(self, groups):
        return np.random.default_rng(0).normal(0, 1, (groups, 5))

    def test_twice_as_many_placebo_groups_as_years_are_enough(self):
        path = event_path(self.gaps(11), range(2001, 2006), 3)
        assert path.years == [2001, 2002, 2004, 2005]
        with pytest.raises(EstimationError, match="There are 9 placebo groups for 5 years"):
            event_path(self.gaps(10), range(2001, 2006), 3)

    def test_an_unknown_method_is_refused(self):
        path = event_path(self.gaps(30), range(2001, 2006), 3)
        with pytest.raises(ValueError, match="method"):
            sensitivity(path, "smoothnes", [1.0])


class TestErrors:
    @pytest.mark.parametrize("treated", [1, 3])
    def test_placebo_errors_need_more_donors_than_treated_units(self, treated):
        y, _ = panel(n=2 * treated)
        first = np.arange(2 * treated) < treated
        with pytest.raises(EstimationError, match=f"{treated} treated units and {treated} donors"):
            effect_with_error(y, first, ~first, 9, "did")

    def test_one_donor_more_is_enough(self):
        y, _ = panel(n=5)
        first = np.arange(5) < 2
        found = effect_with_error(y, first, ~first, 9, "did", draws=20)
        assert (found.n_treated, found.n_donors, found.draws) == (2, 3, 20)

    def test_two_draws_are_the_fewest(self):
        y, _ = panel(n=6)
        first = np.arange(6) < 2
        assert effect_with_error(y, first, ~first, 9, "did", draws=2).draws == 2
        with pytest.raises(ValueError, match="draws is 1"):
            effect_with_error(y, first, ~first, 9, "did", draws=1)

    def test_the_placebo_error_is_the_spread_of_effects_on_single_donors(self):
        y, treated = panel()
        found = effect_with_error(y, treated[0], ~treated[0], 9, "did")
        effects = []
        for unit in range(1, 12):
            others = np.arange(12) != unit
            others[0] = False
            gap = y[unit] - y[others].mean(axis=0)
            effects.append(gap[9:].mean() - gap[:9].mean())
        assert found.draws == 11
        assert np.sqrt(found.cov.iloc[0, 0]) == pytest.approx(np.std(effects))

    def test_the_jackknife_by_hand(self):
        y, _ = panel()
        first = np.arange(12) < 3
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = effect_with_error(y, first, ~first, 9, "did", kind="jackknife")
        effects = []
        for unit in range(12):
            left = np.arange(12) != unit
            gap = y[first & left].mean(axis=0) - y[~first & left].mean(axis=0)
            effects.append(gap[9:].mean() - gap[:9].mean())
        error = np.sqrt(11 / 12 * np.square(effects - np.mean(effects)).sum())
        assert np.sqrt(found.cov.iloc[0, 0]) == pytest.approx(error)


class TestPredictors:
    def given(self):
        y, treated = panel(7)
        return y, y[:, [0, 4, 8]], treated[0], ~treated[0]

    def test_a_unit_is_not_both(self):
        y, x, treated, donors = self.given()
        with pytest.raises(EstimationError, match="1 both"):
            predictor_control(y, x, treated, donors | treated, 9)

    @pytest.mark.parametrize("importance", [[0.0, 0.0, 0.0], [1.0, -1.0, 1.0]])
    def test_importance_is_none_below_zero_and_one_above(self, importance):
        with pytest.raises(ValueError, match="none below zero and one above"):
            y, x, treated, donors = self.given()
            predictor_control(y, x, treated, donors, 9, importance=importance)

    def test_the_gap_and_fit_are_those_of_the_weights(self):
        y, x, treated, donors = self.given()
        found = predictor_control(y, x, treated, donors, 9, 2, importance=[1.0, 0.0, 2.0])
        gaps = y[0] - found.donor_weights @ y
        np.testing.assert_allclose(found.gaps, gaps)
        assert found.effect == pytest.approx(gaps[9:].mean())
        assert found.fit == pytest.approx(np.sqrt(np.square(gaps[2:9]).mean()))


def test_targets_have_a_row_for_each_problem():
    for targets in (np.zeros((1, 3)), np.zeros((1, 2, 2))):
        with pytest.raises(ValueError, match="targets has shape"):
            simplex_weights(np.eye(2), targets)


def test_the_noise_of_donors_by_hand():
    early = np.array([[0.0, 1.0, 3.0], [5.0, 5.0, 4.0], [9.0, 1.0, 1.0]])
    donors = np.array([[True, True, False], [True, False, False]])
    expected = [np.std([1, 2, 0, -1], ddof=1), np.std([1, 2], ddof=1)]
    np.testing.assert_allclose(donor_noise(early, donors), expected)
    with pytest.raises(EstimationError, match="fewer than two first differences"):
        donor_noise(early[:, :2], donors)


def test_a_covariate_that_never_varies_is_refused_and_a_tiny_one_is_not():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(8, 6, 2))
    y = rng.normal(size=(8, 1)) + rng.normal(size=6) + x @ [2.0, -1.0]
    untreated = np.ones((8, 6), bool)
    expected = y - x @ [2.0, -1.0]
    tiny = x * [1e-7, 1e6]
    np.testing.assert_allclose(without_covariates(y, tiny, untreated), expected, atol=1e-8)
    x[..., 1] = 4.0
    with pytest.raises(EstimationError, match="do not vary"):
        without_covariates(y, x, untreated)


def test_imputed_gaps_leave_the_panel_as_it_was():
    y, _ = panel()
    before = y.copy()
    imputed_gaps(y, np.ones(y.shape, bool))
    np.testing.assert_array_equal(y, before)
