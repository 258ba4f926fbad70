"""Dynamic panels near a unit root, slopes on a common series, wild bootstrap at its edges."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from regiometrics.errors import PanelError
from regiometrics.panel.bootstrap import wild_cluster_bootstrap
from regiometrics.panel.gmm import DynamicPanelGMM
from regiometrics.panel.lsdvc import BiasCorrectedLSDV
from regiometrics.panel.spread import Sphere, exposure_slope, slope_df


def dynamic(n, periods, slope, rng):
    effect = rng.normal(size=n)
    y = np.zeros((n, periods + 51))
    for t in range(1, periods + 51):
        y[:, t] = slope * y[:, t - 1] + effect * (1 - slope) + rng.normal(size=n)
    index = pd.MultiIndex.from_product([range(n), range(periods + 1)])
    return pd.Series(y[:, 50:].ravel(), index, name="y")


@pytest.mark.parametrize(("slope", "reps"), [(0.9, 30), (0.5, 20)])
def test_the_interval_covers_near_a_unit_root(slope, reps):
    """Normal intervals have 0.65-0.73 at 0.9; nominal 0.95, three errors of the draws."""
    rng = np.random.default_rng(2)
    hits = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for rep in range(reps):
            fit = BiasCorrectedLSDV(dynamic(7, 18, slope, rng)).fit(draws=2, seed=rep)
            low, high = fit.conf_int().loc["L1.y"]
            hits += low <= slope <= high
    assert hits / reps >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / reps)


def test_a_slope_near_one_is_warned_of():
    panel = dynamic(7, 18, 0.98, np.random.default_rng(0))
    with pytest.warns(UserWarning, match="near one its bootstrap standard error"):
        BiasCorrectedLSDV(panel).fit(draws=2, seed=0)


def test_the_lag_test_and_the_interval_agree():
    fit = BiasCorrectedLSDV(dynamic(25, 12, 0.5, np.random.default_rng(1))).fit(draws=2, seed=0)
    low, high = fit.conf_int(0.9).loc["L1.y"]
    for end, out in ((low, -1), (high, 1)):
        assert fit.lag_test(end)["p_value"] > 0.1
        assert fit.lag_test(end + out * 0.01)["p_value"] < 0.1
    assert fit.lag_test(1.0)["p_value"] < 0.05


@pytest.mark.parametrize(("n", "share"), [(6, 0.2), (25, 0.0), (25, 0.3)])
def test_a_common_gradient_is_no_spurious_spillover(n, share):
    """Clusters by city reject in 16-57% of samples where the core does nothing."""
    rng = np.random.default_rng(0)
    years, draws, rejected = 18, 800, 0
    for _ in range(draws):
        exposure = rng.normal(size=n + 1)
        gradient = np.outer(rng.normal(size=years), exposure)
        growth = rng.normal(size=(years, n + 1)) * np.sqrt(1 - share) + np.sqrt(share) * gradient
        growth[:, 0] = rng.normal(size=years)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            b, error = exposure_slope(growth, exposure, Sphere(0, np.arange(1, n + 1)))
        rejected += 2 * stats.t.sf(abs(b / error), slope_df(years)) < 0.05
    assert rejected / draws == pytest.approx(0.05, abs=3 * np.sqrt(0.05 * 0.95 / draws))


def test_lags_keep_the_size_where_growth_is_autocorrelated():
    rng = np.random.default_rng(1)
    years, n, draws, rejected = 18, 25, 400, 0
    for _ in range(draws):
        shocks = rng.normal(size=(years + 30, n + 2))
        for t in range(1, years + 30):
            shocks[t] = 0.5 * shocks[t - 1] + np.sqrt(0.75) * shocks[t]
        shocks = shocks[30:]
        exposure = rng.normal(size=n + 1)
        growth = np.sqrt(0.7) * shocks[:, : n + 1] + np.sqrt(0.3) * np.outer(
            shocks[:, -1], exposure
        )
        growth[:, 0] = shocks[:, 0]
        b, error = exposure_slope(growth, exposure, Sphere(0, np.arange(1, n + 1)), lags=1)
        rejected += 2 * stats.t.sf(abs(b / error), slope_df(years, lags=1)) < 0.05
    assert rejected / draws <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / draws)


def test_an_autocorrelated_core_is_warned_of():
    rng = np.random.default_rng(0)
    growth = rng.normal(size=(18, 8)).cumsum(axis=0)
    with pytest.warns(UserWarning, match="autocorrelated"):
        exposure_slope(growth, np.arange(8.0), Sphere(0, np.arange(1, 8)))


class TestWildBootstrap:
    rng = np.random.default_rng(0)
    X = np.column_stack([np.ones(30), rng.normal(size=30)])
    y = rng.normal(size=30)
    groups = np.repeat(range(6), 5)

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"term": 7}, "term is 7"),
            ({"groups": np.array([None] * 5 + ["a"] * 25, object)}, "cluster of observation 0"),
            ({"y": np.r_[np.nan, np.zeros(29)]}, "y holds nan"),
            ({"y": np.ones(30)}, "fits exactly"),
        ],
    )
    def test_refused(self, change, said):
        given = {"y": self.y, "X": self.X, "groups": self.groups, "term": 1, "seed": 1}
        with pytest.raises(PanelError, match=said):
            wild_cluster_bootstrap(**(given | change))

    def test_few_clusters_are_warned_of(self):
        with pytest.warns(UserWarning, match="There are 3 clusters"):
            wild_cluster_bootstrap(self.y, self.X, np.repeat(range(3), 10), 1, seed=1)

    @pytest.mark.parametrize("weights", ["rademacher", "webb"])
    @pytest.mark.parametrize("impose_null", [True, False])
    def test_the_ends_are_where_the_test_turns(self, weights, impose_null):
        """Exact ends: a millionth of an error inside is kept, outside is rejected."""

        def run(null):
            return wild_cluster_bootstrap(
                self.y,
                self.X,
                self.groups,
                1,
                null=null,
                draws=999,
                weights=weights,
                impose_null=impose_null,
                seed=3,
            )

        found = run(0.0)
        for end, out in zip(found.interval(0.9), (-1, 1), strict=True):
            step = out * 1e-6 * abs(found.estimate / found.statistic)
            assert run(end - step).p_value > 0.1
            assert run(end + step).p_value <= 0.1


def test_lags_of_numpy_are_lags():
    panel = dynamic(20, 7, 0.5, np.random.default_rng(0))
    one, other = (DynamicPanelGMM(panel, lags=lags).fit() for lags in (1, np.int64(1)))
    assert one.params.equals(other.params)
    with pytest.raises(PanelError, match=r"The lags are 1\.5"):
        DynamicPanelGMM(panel, lags=1.5)
