"""Weak sigma convergence and the trend of beta: by hand, by size and by power."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from regiometrics.convergence import beta_convergence, beta_trend, log_t_test, weak_sigma_test
from regiometrics.errors import EstimationError


def decaying(rate, seed, T=30, n=40, noise=0.1):
    """Units whose distances fall as t^-rate to half of what they were."""
    rng = np.random.default_rng(seed)
    t = np.arange(1, T + 1)[:, None]
    gaps = rng.normal(size=n) * (0.5 + 0.5 * t**-rate)
    return pd.DataFrame(9 + 0.05 * t + gaps + noise * rng.normal(size=(T, n)), t[:, 0])


class TestWeakSigma:
    def test_the_statistic_is_that_of_newey_and_west(self):
        """The long-run variance by hand; the slope is that of least squares."""
        panel = decaying(0.5, 0)
        found = weak_sigma_test(panel)
        k = panel.var(axis=1, ddof=0).to_numpy()
        time = np.arange(30.0)
        fit = sm.OLS(k, sm.add_constant(time)).fit()
        u = fit.resid
        omega = u @ u / 30 + sum(2 * (1 - h / 4) * (u[h:] @ u[:-h]) / 30 for h in (1, 2, 3))
        error = np.sqrt(omega / ((time - time.mean()) ** 2).sum())
        assert found.lags == 3
        assert found.trend == pytest.approx(fit.params[1])
        assert found.std_error == pytest.approx(error)

    @pytest.mark.parametrize(("T", "n"), [(18, 7), (18, 50), (50, 7)])
    def test_it_holds_its_size(self, T, n):
        rng = np.random.default_rng(1)
        level = rng.normal(size=n)
        drawn = [
            weak_sigma_test(pd.DataFrame(level + rng.normal(size=(T, n)))).pvalue
            for _ in range(1000)
        ]
        # Three errors of a share of 0.05 in 1000 draws.
        assert np.mean(np.array(drawn) <= 0.05) == pytest.approx(0.05, abs=0.021)

    def test_it_finds_dispersion_that_need_not_vanish(self):
        found = [weak_sigma_test(decaying(0.5, seed)).converges for seed in range(20)]
        assert np.mean(found) > 0.9

    def test_unlike_log_t_it_does_not_turn_on_the_unit_of_measurement(self):
        panel = decaying(0.5, 3)
        shifted = panel + np.log(1e4)
        assert weak_sigma_test(panel).t == pytest.approx(weak_sigma_test(shifted).t)
        assert log_t_test(panel).t != pytest.approx(log_t_test(shifted).t, rel=1e-3)

    def test_a_common_trend_does_not_matter(self):
        panel = decaying(0.5, 4)
        moved = panel.add(np.linspace(0, 3, 30) ** 2, axis=0)
        assert weak_sigma_test(panel).t == pytest.approx(weak_sigma_test(moved).t)

    def test_equal_units_are_refused(self):
        with pytest.raises(EstimationError, match="All units are equal"):
            weak_sigma_test(pd.DataFrame(np.ones((9, 3))))


class TestBetaTrend:
    def panel(self, seed=0, T=25, n=60):
        rng = np.random.default_rng(seed)
        logs = np.empty((T, n))
        logs[0] = 9 + rng.normal(size=n)
        for t in range(1, T):
            slope = 0.01 - 0.002 * t
            step = 0.03 + slope * (logs[t - 1] - logs[t - 1].mean()) + 0.01 * rng.normal(size=n)
            logs[t] = logs[t - 1] + step
        return pd.DataFrame(np.exp(logs), range(2000, 2000 + T))

    def test_the_trend_is_recovered(self):
        found = beta_trend(self.panel(), span=1)
        low, high = found.conf_int(0.99).loc["trend"]
        assert low < -0.002 < high
        assert found.pvalues["trend"] < 1e-4

    def test_a_window_is_the_cross_section(self):
        panel = self.panel()
        found = beta_trend(panel, span=10)
        one = beta_convergence(panel.loc[2003:2013])
        row = found.slopes.loc[2003]
        assert row["beta"] == pytest.approx(one.beta)
        assert row["std_error"] == pytest.approx(one.std_error)

    def test_it_is_the_pooled_regression(self):
        panel = self.panel(n=12)
        found = beta_trend(panel, span=3)
        logs = np.log(panel.to_numpy())
        growth, level = (logs[3:] - logs[:-3]) / 3, logs[:-3]
        windows, n = level.shape
        time = np.arange(windows) - (windows - 1) / 2
        X = np.column_stack(
            [
                level.ravel(),
                (level * time[:, None]).ravel(),
                np.kron(np.eye(windows), np.ones((n, 1))),
            ]
        )
        groups = np.tile(np.arange(n), windows)
        fit = sm.OLS(growth.ravel(), X).fit(cov_type="cluster", cov_kwds={"groups": groups})
        np.testing.assert_allclose(found.params, fit.params[:2], rtol=1e-6)
        np.testing.assert_allclose(found.std_errors, fit.bse[:2], rtol=1e-6)

    def test_parts_add_up_to_the_slope(self):
        panel = self.panel()
        rng = np.random.default_rng(1)
        correlates = {
            name: np.log(panel) * weight + rng.normal(size=panel.shape)
            for name, weight in (("schooling", 0.5), ("investment", -0.2))
        }
        found = beta_trend(panel, span=5, correlates=correlates)
        parts = found.decomposition
        np.testing.assert_allclose(parts["beta"], found.slopes["beta"])
        np.testing.assert_allclose(
            parts[["conditional", "schooling", "investment"]].sum(axis=1), parts["beta"]
        )

    def test_a_correlate_that_is_the_level_is_refused(self):
        panel = self.panel()
        with pytest.raises(EstimationError, match="collinear"):
            beta_trend(panel, span=5, correlates={"level": np.log(panel)})

    def test_a_missing_correlate_is_named(self):
        panel = self.panel()
        gap = np.log(panel)
        gap.loc[2004, 7] = np.nan
        with pytest.raises(EstimationError, match="x is missing in 2004 for unit 7"):
            beta_trend(panel, span=5, correlates={"x": gap})
