"""Convergence, inequality, chains and games at their edges."""

import numpy as np
import pandas as pd
import pytest

from regiometrics.convergence import (
    beta_convergence,
    log_t_test,
    sigma_convergence,
)
from regiometrics.convergence.filters import hamilton, hodrick_prescott
from regiometrics.distribution import homogeneity_test, markov_chain, mobility
from regiometrics.errors import EstimationError
from regiometrics.games import tau_value
from regiometrics.games.evolution import repeated_matrix, replicator_path
from regiometrics.games.hat_algebra import gravity_shares
from regiometrics.games.repeated import monitored_discount, monitored_range
from regiometrics.inequality import theil_decomposition
from regiometrics.inequality.indices import gini

RNG = np.random.default_rng(0)
LEVELS = pd.DataFrame(np.exp(9 + RNG.normal(0.05, 0.02, (20, 6)).cumsum(0)), range(2000, 2020))


class TestBeta:
    def test_equal_initial_levels_identify_no_slope(self):
        panel = LEVELS.copy()
        panel.iloc[0] = np.exp(9.0)
        with pytest.raises(EstimationError, match="same level"):
            beta_convergence(panel)

    def test_no_growth_identifies_no_slope(self):
        flat = LEVELS * 0 + LEVELS.iloc[0].to_numpy()
        with pytest.raises(EstimationError, match="same rate"):
            beta_convergence(flat)
        with pytest.raises(EstimationError, match="no slope"):
            beta_convergence(flat, "two-way")

    def test_one_unit_must_not_decide(self):
        panel = LEVELS.copy()
        panel.iloc[0] = np.exp(9.0)
        panel.iloc[0, 2] = 1.0
        with pytest.raises(EstimationError, match="Unit 2 alone"):
            beta_convergence(panel)

    def test_an_exact_fit_has_no_error(self):
        start = np.array([1.0, 2.0, 4.0, 8.0, 16.0])
        rates = 0.10 - 0.02 * np.log(start)
        years = np.arange(2000, 2011)
        panel = pd.DataFrame(start * np.exp(rates * (years[:, None] - 2000)), years)
        found = beta_convergence(panel)
        assert found.beta == pytest.approx(-0.02)
        assert found.std_errors.isna().all() and found.pvalues.isna().all()

    def test_few_clusters_are_warned_of(self):
        with pytest.warns(UserWarning, match="clustered by 6 units"):
            beta_convergence(LEVELS, "two-way")


@pytest.mark.parametrize("measure", [beta_convergence, sigma_convergence])
@pytest.mark.parametrize("level", [95, 1.0, 0.0, -0.1, np.nan, "95%"])
def test_confidence_is_a_share(measure, level):
    with pytest.raises(ValueError, match="between 0 and 1"):
        measure(LEVELS, confidence=level)


class TestFilters:
    logs = np.log(LEVELS)

    @pytest.mark.parametrize("run", [hodrick_prescott, hamilton])
    def test_a_missing_year_is_refused(self, run):
        with pytest.raises(EstimationError, match="The period after 2004 is missing"):
            run(self.logs.drop(index=2005))

    @pytest.mark.parametrize("smoothing", [-1, np.nan, np.inf, "400"])
    def test_smoothing_must_be_a_number_of_zero_or_more(self, smoothing):
        with pytest.raises(ValueError, match="smoothing is"):
            hodrick_prescott(self.logs, smoothing)

    @pytest.mark.parametrize("options", [{"horizon": 0}, {"lags": 0}, {"horizon": 1.5}])
    def test_horizon_and_lags_must_count(self, options):
        with pytest.raises(ValueError, match="expected a whole number"):
            hamilton(self.logs, **options)


def test_years_as_text_are_refused():
    with pytest.raises(ValueError, match="expected whole numbers, such as years"):
        log_t_test(np.log(LEVELS).rename(index=str))


def test_the_gini_of_nothing_is_refused():
    with pytest.raises(ValueError, match="values is empty"):
        gini(np.array([]))


class TestTheil:
    def test_labels_of_several_types_are_groups(self):
        groups = {unit: (1 if unit > 2 else "a") for unit in LEVELS}
        found = theil_decomposition(LEVELS, None, groups)
        assert found.n_groups == 2
        parts = found.parts
        np.testing.assert_allclose(parts["between"] + parts["within"], parts["total"], atol=1e-14)

    def test_equal_incomes_have_no_share_between(self):
        equal = pd.DataFrame(np.full((2, 3), 7.0), columns=list("abc"))
        found = theil_decomposition(equal, None, {"a": "x", "b": "x", "c": "y"})
        assert found.parts["between_share"].isna().all()


class TestChains:
    def test_one_state_has_no_mobility(self):
        with pytest.raises(EstimationError, match="one state"):
            mobility(pd.DataFrame([[1.0]]))

    def test_chains_of_other_states_are_not_compared(self):
        chains = [markov_chain(pd.DataFrame({"a": states})) for states in ([1, 2], [1, 3, 2])]
        with pytest.raises(ValueError, match="expected the same"):
            homogeneity_test(chains)

    def test_rows_must_add_up_to_one(self):
        with pytest.raises(ValueError, match="row of state 0"):
            mobility(pd.DataFrame([[0.7, 0.2], [0.5, 0.5]]))


class TestReplicator:
    @pytest.mark.parametrize("shift", [0, 5, -5, 100])
    def test_a_constant_changes_nothing(self, shift):
        matrix = np.array([[0.0, 1.0], [2.0, 0.0]]) + shift
        path = replicator_path(matrix, [0.2, 0.8], 40.0, 4000)
        np.testing.assert_allclose(path[-1], [1 / 3, 2 / 3], atol=1e-9)
        np.testing.assert_allclose(path.sum(axis=1), 1, atol=1e-12)

    def test_shares_stay_on_the_simplex(self):
        matrix = repeated_matrix(0.5, 0.6, -0.9, 0.3)
        path = replicator_path(matrix, [0.4, 0.3, 0.3], 100, 5000)
        np.testing.assert_allclose(path.sum(axis=1), 1, atol=1e-12)
        assert (path >= 0).all()

    def test_too_few_steps_are_refused(self):
        with pytest.raises(ValueError, match="at least 400"):
            replicator_path(np.array([[0.0, 10.0], [20.0, 0.0]]), [0.5, 0.5], 40.0, 40)


class TestMonitoredDiscount:
    game = (0.53, 0.198, 0.1415)
    watch = {"detection": 0.8642, "penalty": 1.70, "false_alarm": 0.4326}  # noqa: RUF012

    @staticmethod
    def holds(temptation, reward, punishment, delta, detection, penalty, false_alarm):
        ever = delta * punishment / (1 - delta)
        keep = reward - false_alarm * penalty + false_alarm * ever
        keep /= 1 - delta * (1 - false_alarm)
        cheat = temptation - detection * penalty
        cheat += delta * (1 - detection) * keep + detection * ever
        return keep >= cheat

    def test_false_alarms_bound_the_factor_above(self):
        low, high = monitored_range(*self.game, **self.watch)
        assert low == 0 and 0.5 < high < 0.9
        for delta in (0.0, 0.5, high - 1e-6):
            assert self.holds(*self.game, delta, **self.watch)
        assert not self.holds(*self.game, high + 1e-6, **self.watch)
        # No factor exists from which on restraint holds throughout.
        assert np.isinf(monitored_discount(*self.game, **self.watch))

    def test_the_range_is_where_values_say_so(self):
        rng = np.random.default_rng(0)
        for _ in range(300):
            game, watch = rng.normal(size=3), rng.random(2)
            options = {
                "detection": watch[0],
                "false_alarm": watch[1],
                "penalty": rng.exponential() * (rng.random() < 0.7),
            }
            low, high = monitored_range(*game, **options)
            for delta in (0.0, 0.3, 0.6, 0.9, 0.99):
                if min(abs(delta - low), abs(delta - high)) > 1e-6:
                    assert self.holds(*game, delta, **options) == (low <= delta <= high)


def test_regions_without_access_are_refused():
    with pytest.raises(EstimationError, match="can reach or be reached by none"):
        gravity_shares(np.zeros((3, 3)), np.ones(3))


class TestTau:
    def test_a_convex_game_by_hand(self):
        """v(12) = v(13) = 2, v(23) = 3, v(123) = 6: utopia (3, 4, 4), no minimal right."""
        values = {1: 0, 2: 0, 3: 0, 12: 2, 13: 2, 23: 3, 123: 6}
        game = {frozenset(map(int, str(name))): float(v) for name, v in values.items()}
        np.testing.assert_allclose(tau_value([1, 2, 3], game), np.array([3, 4, 4]) * 6 / 11)

    def test_symmetric_players_share_equally(self):
        found = tau_value("abc", lambda members: float(len(members) ** 2 - len(members)))
        np.testing.assert_allclose(found, 2.0)

    def test_a_game_without_compromise_is_refused(self):
        with pytest.raises(EstimationError, match="quasi-balanced"):
            tau_value("abc", lambda members: float(len(members) >= 2))
