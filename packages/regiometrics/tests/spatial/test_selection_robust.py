"""Robust errors where rows are missing or weights change: by identity, by theory, by coverage."""

import warnings

import numpy as np
import pandas as pd
import pytest

from regiometrics.spatial import SpatialPanel, rook_lattice, simulate_panel
from regiometrics.spatial.errors import SpecificationError, UnsupportedPanelError
from regiometrics.spatial.selection import SelectedWeights
from regiometrics.spatial.selection_robust import RobustSelectedModel
from regiometrics.spatial.weights import SpatialWeights

DATA = simulate_panel(n=25, T=6, model="sac", rho=0.3, lambda_=0.3, seed=1)
LABELS = range(25)
W = pd.DataFrame(DATA.weights.toarray(), LABELS, LABELS)


@pytest.mark.parametrize("model", ["sar", "sem", "sdm", "sac"])
@pytest.mark.parametrize("effects", ["none", "unit", "time", "twoway"])
def test_one_matrix_in_every_period_is_the_balanced_estimator(model, effects):
    arguments = {"model": model, "effects": effects}
    once = SpatialPanel(DATA.dependent, DATA.exog, W, **arguments).fit(cov_type="robust")
    every = dict.fromkeys(DATA.dependent.index.levels[1], W)
    each = SpatialPanel(DATA.dependent, DATA.exog, every, **arguments).fit(cov_type="robust")
    # Both are roots of the same scores.
    np.testing.assert_allclose(each.params, once.params, rtol=1e-6, atol=1e-8)
    # Variances are unbiased here, and squares scaled by one factor there.
    np.testing.assert_allclose(each.std_errors, once.std_errors, rtol=0.12)


def model_with_gaps(effects):
    rng = np.random.default_rng(3)
    observed = rng.random((6, 25)) > 0.1
    weights = SpatialWeights(rook_lattice(5, 5), pd.RangeIndex(25))
    chosen = SelectedWeights(weights, observed)
    size = int(observed.sum())
    y, Z = rng.normal(size=size), rng.normal(size=(size, 2))
    return RobustSelectedModel(y, Z, chosen, chosen, observed, effects)


@pytest.mark.parametrize("effects", ["none", "unit", "twoway"])
def test_scores_have_mean_zero_whatever_the_variances(effects):
    """E e'Ke = sum s_i K_ii must be E e'MDMe = sum s_i (MDM)_ii for every s."""
    made = model_with_gaps(effects)
    s = made._state(np.array([0.3, 0.2]))
    M = made._squares(s)[0]
    variances = np.random.default_rng(0).uniform(0.1, 9, made.N)
    for K, wanted in zip(made._kernels(s), made._wanted(s), strict=True):
        np.testing.assert_allclose(wanted, K.diagonal(), atol=1e-12)
        d = made._solved(s, wanted)
        assert variances @ K.diagonal() == pytest.approx(variances @ ((M * d) @ M).diagonal())


def test_variances_are_unbiased():
    made = model_with_gaps("twoway")
    s = made._state(np.array([0.3, 0.2]))
    M = made._squares(s)[0]
    variances = np.random.default_rng(0).uniform(0.1, 9, made.N)
    mean = np.einsum("ij,j->i", M**2, variances)  # of squared residuals
    left = made._squares(s)[2]
    np.testing.assert_allclose(made._solved(s, mean)[left], variances[left], rtol=1e-8)


def test_coverage_under_heteroskedasticity_with_gaps():
    """Corner units have errors of a fifth of the others' size; a tenth of the rows is missing."""
    rng = np.random.default_rng(5)
    weights = rook_lattice(6, 6)
    frame = pd.DataFrame(weights.toarray())
    inverse = np.linalg.inv(np.eye(36) - 0.4 * weights.toarray())
    neighbours = (weights.toarray() > 0).sum(axis=1)
    index = pd.MultiIndex.from_product([range(36), range(8)], names=["unit", "year"])
    inside = {"rho": 0, "x": 0}
    draws = 60
    for _ in range(draws):
        x = rng.normal(size=(36, 8))
        e = rng.normal(size=(36, 8)) * (neighbours[:, None] / 2.5) ** 2
        y = inverse @ (x + rng.normal(size=(36, 1)) + e)
        kept = rng.random(36 * 8) > 0.1
        panel = pd.DataFrame({"y": y.ravel(), "x": x.ravel()}, index)[kept]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = SpatialPanel(panel["y"], panel[["x"]], frame, model="sar", effects="unit")
            found = model.fit(cov_type="robust").conf_int()
        # Neighbours without a record lose their influence: rho has a small bias by design.
        inside["rho"] += found.loc["rho", "lower"] <= 0.4 <= found.loc["rho", "upper"]
        inside["x"] += found.loc["x", "lower"] <= 1 <= found.loc["x", "upper"]
    # 60 draws at 95%: 51 or fewer have a probability of 0.4%.
    assert inside["x"] > 51
    assert inside["rho"] > 48


def test_units_with_two_observations_are_refused():
    kept = ~((DATA.dependent.index.get_level_values(0) == 3) & (np.arange(150) % 6 > 1))
    panel = SpatialPanel(DATA.dependent[kept], DATA.exog[kept], W, model="sar", effects="unit")
    with pytest.raises(UnsupportedPanelError, match="three or more of each"):
        panel.fit(cov_type="robust")
    with pytest.raises(SpecificationError, match="expected 'classical'"):
        panel.fit(cov_type="clustered")
