"""Parts of the panel estimators, each on a case that can be computed another way."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from regiometrics.errors import PanelError
from regiometrics.panel import wild_cluster_bootstrap
from regiometrics.panel.bootstrap import equal_tailed_p_value, symmetric_p_value, wild_weights
from regiometrics.panel.covariance import cluster_meat
from regiometrics.panel.crossings import _positive_roots, first_rejection
from regiometrics.panel.dependence import Dependence, read_kernel
from regiometrics.panel.spread import Sphere, exposure_slope
from regiometrics.panel.unit_root import TRUNCATION, _check_length
from regiometrics.panel.unit_root_moments import LENGTHS, MEANS, VARIANCES


class TestWeights:
    def test_all_sign_patterns_where_they_are_no_more_than_the_draws(self):
        signs, whole, kind = wild_weights("rademacher", 3, 8, 0)
        assert (whole, kind) == (True, "rademacher")
        assert {tuple(row) for row in signs} == set(product((-1.0, 1.0), repeat=3))

    def test_else_as_many_draws_as_asked_for(self):
        signs, whole, kind = wild_weights("rademacher", 3, 7, 0)
        assert (signs.shape, whole, kind) == ((7, 3), False, "rademacher")
        assert set(np.unique(signs)) == {-1.0, 1.0}

    @pytest.mark.parametrize(("clusters", "kind"), [(11, "webb"), (12, "rademacher")])
    def test_few_clusters_have_webbs(self, clusters, kind):
        drawn, whole, found = wild_weights(None, clusters, 50, 0)
        assert (drawn.shape, whole, found) == ((50, clusters), False, kind)

    def test_two_clusters_are_the_fewest(self):
        assert wild_weights("rademacher", 2, 4, 0)[1]
        with pytest.raises(PanelError, match="1 clusters"):
            wild_weights("rademacher", 1, 4, 0)


def test_ties_count_in_both_tails():
    assert equal_tailed_p_value(0.0, np.array([0.0, 1.0, 2.0, 3.0])) == pytest.approx(0.5)
    assert equal_tailed_p_value(0.0, np.array([0.0, -1.0, -2.0, -3.0])) == pytest.approx(0.5)
    assert equal_tailed_p_value(3.0, np.arange(4.0)) == pytest.approx(0.5)
    assert symmetric_p_value(0.0, np.array([0.0, 1.0])) == 1.0
    assert symmetric_p_value(-2.0, np.array([2.0, -2.0, 1.0, 0.0])) == pytest.approx(0.5)


def test_the_table_of_the_interval_holds_its_ends():
    rng = np.random.default_rng(3)
    groups = np.repeat(np.arange(14), 5)
    X = np.column_stack([np.ones(70), rng.normal(size=70)])
    y = X[:, 1] + rng.normal(size=14)[groups] + rng.normal(size=70)
    found = wild_cluster_bootstrap(y, X, groups, 1, draws=199, seed=4)
    table = found.conf_int(0.9)
    assert table.index.tolist() == ["x1"]
    assert tuple(table.loc["x1", ["lower", "upper"]]) == found.interval(0.9)
    assert not found.enumerated


class TestRoots:
    def test_of_every_degree(self):
        given = np.array(
            [
                np.poly([1.0, 2.0, 3.0, 4.0]),
                np.poly([-1.0, 2.0, 1j, -1j]).real,
                np.r_[0.0, np.poly([1.0, 2.0, 5.0])] * [0, 0, 1, 1, 1],
                np.r_[0.0, 0.0, np.poly([0.5, 2.0])],
                np.r_[0.0, 0.0, 3.0, -6.0, 3.0 - 1e-3],
                np.r_[0.0, 0.0, 0.0, 2.0, -8.0],
                np.r_[0.0, 0.0, 1.0, 0.0, 1.0],
            ]
        )
        found = _positive_roots(given)
        expected = [[1, 2, 3, 4], [2], [1.7], [0.5, 2], [1 - 0.0182574, 1 + 0.0182574], [4], []]
        for row, wanted in zip(found, expected, strict=True):
            if wanted == [1.7]:  # two of its coefficients are left out: the rest decides
                continue
            assert row[np.isfinite(row)] == pytest.approx(wanted, abs=1e-6)

    @pytest.mark.parametrize("size", [0.0, 0.25, 0.5, 0.75])
    def test_rejection_begins_where_few_enough_draws_are_larger(self, size):
        """Constant draws of 1 to 4: the share above x falls by a quarter at each."""
        none = np.zeros(4)
        found = first_rejection(np.arange(1.0, 5.0), none, none + 1, none, none, size)
        assert found == pytest.approx(4 - 4 * size, abs=1e-6)

    def test_curved_draws_by_a_search(self):
        rng = np.random.default_rng(0)
        shift, slope, square = rng.normal(size=99), rng.normal(0, 0.3, 99), rng.uniform(0.5, 2, 99)
        cross, curve = rng.normal(0, 0.05, 99), rng.uniform(0.1, 0.5, 99)
        found = first_rejection(shift, slope, square, cross, curve, 0.05)
        grid = np.linspace(0, 10, 20001)[:, None]
        star = np.abs(shift + slope * grid) / np.sqrt(square + 2 * cross * grid + curve * grid**2)
        share = (star >= grid * (1 - 1e-9)).mean(axis=1)
        assert found == pytest.approx(grid[np.flatnonzero(share <= 0.05)[0], 0], abs=1e-3)


class TestDependence:
    UNITS = pd.Index(["a", "b", "c"])

    def test_one_column_of_clusters_is_a_series(self):
        series = pd.Series(["x", "y", "x"], index=self.UNITS)
        made = Dependence("clustered", (2, 3), clusters=series.to_frame("group"), units=self.UNITS)
        (labels,) = made.labels
        assert labels.tolist() == [0, 1, 0, 0, 1, 0]
        scores = np.random.default_rng(0).normal(size=(6, 2))
        np.testing.assert_allclose(made.meat(scores), cluster_meat(scores, labels))
        assert made.n_groups == 2

    def test_a_labelled_kernel_is_put_into_the_units_order(self):
        values = np.array([[1.0, 0.5, 0.2], [0.5, 1.0, 0.0], [0.2, 0.0, 1.0]])
        frame = pd.DataFrame(values, index=self.UNITS, columns=self.UNITS)
        turned = frame.iloc[[2, 0, 1], [1, 2, 0]]
        found = read_kernel(turned, 3, self.UNITS)
        np.testing.assert_array_equal(found.toarray(), values)
        with pytest.raises(PanelError, match="no row or no column of unit 'c'"):
            read_kernel(frame.iloc[:2], 3, self.UNITS)


@pytest.mark.parametrize("own", [np.nan, np.inf])
def test_the_exposure_of_the_core_to_itself_is_not_read(own):
    rng = np.random.default_rng(0)
    growth = rng.normal(size=(20, 5))
    exposure = np.r_[own, rng.uniform(1, 2, 4)]
    found = exposure_slope(growth, exposure, Sphere(0, np.arange(1, 5)))
    again = exposure_slope(growth, np.r_[1.0, exposure[1:]], Sphere(0, np.arange(1, 5)))
    np.testing.assert_array_equal(found, again)
    missing = np.column_stack([growth, np.full(20, np.nan)])  # a city outside the sphere
    beside = exposure_slope(missing, np.r_[exposure, own], Sphere(0, np.arange(1, 5)))
    np.testing.assert_array_equal(beside, found)


def test_bounds_of_the_truncated_test_are_the_published_ones():
    """Pesaran (2007), section 4."""
    assert TRUNCATION == {False: (-6.19, 2.61), True: (-6.42, 1.70)}


@pytest.mark.parametrize(
    ("lags", "trend", "cross", "least"),
    [(0, False, False, 4), (0, True, False, 5), (1, True, False, 7), (1, False, True, 9)],
)
def test_a_unit_root_test_needs_two_periods_beside_its_terms(lags, trend, cross, least):
    _check_length(least, lags, trend, cross=cross, unit="a")
    with pytest.raises(PanelError, match=f"{lags} lags need at least {least}"):
        _check_length(least - 1, lags, trend, cross=cross, unit="a")


@pytest.mark.parametrize("trend", [False, True])
def test_moments_of_t_ratios_vary_smoothly_as_in_the_published_table(trend):
    """Im, Pesaran and Shin (2003), table 3: a misprint breaks what all its rows have in common."""
    means, variances = MEANS[trend], VARIANCES[trend]
    assert means.shape == variances.shape == (9, len(LENGTHS)) and (np.diff(LENGTHS) > 0).all()
    np.testing.assert_array_equal(np.isnan(means), np.isnan(variances))
    assert np.nanmax(np.abs(np.diff(means, axis=1))) < 0.1
    assert np.nanmax(np.abs(np.diff(means[:, 3:], axis=0))) < 0.12
    assert np.nanmax(np.diff(variances, axis=1)) < 0  # falls with the length
    assert np.nanmin(np.diff(variances, axis=0)) > 0  # and rises with the lags
    assert np.nanmax(np.abs(np.diff(variances[:, 3:], axis=0))) < 0.15
    # Without lags and with a hundred observations, as printed.
    assert means[0, -1] == pytest.approx(-2.177 if trend else -1.532)
    assert variances[0, -1] == pytest.approx(0.597 if trend else 0.735)
