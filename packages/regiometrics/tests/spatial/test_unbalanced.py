"""SLX with missing outcomes against regression on dummies; the rest is refused."""

import numpy as np
import pandas as pd
import pytest

from regiometrics.errors import PanelError
from regiometrics.spatial import SpatialPanel, simulate_panel
from regiometrics.spatial.errors import SpecificationError, UnsupportedPanelError

DATA = simulate_panel(25, 6, "slx", "twoway", seed=4)
KEPT = DATA.dependent.drop(DATA.dependent.sample(30, random_state=0).index)


@pytest.mark.parametrize("effects", ["none", "unit", "time", "twoway"])
def test_equals_least_squares_on_dummies(effects):
    result = SpatialPanel(KEPT, DATA.exog, DATA.weights, model="slx", effects=effects).fit(None)
    X = DATA.exog.to_numpy().reshape(25, 6, 2)
    WX = np.einsum("ij,jtk->itk", DATA.weights.toarray(), X)
    columns = np.concatenate([X, WX], axis=2).reshape(150, 4)
    frame = pd.DataFrame(columns, index=DATA.exog.index).loc[KEPT.index]
    blocks = [frame.to_numpy(), np.ones((len(frame), 1))]
    for used, level in ((("unit", "twoway"), "unit"), (("time", "twoway"), "period")):
        if effects in used:
            labels = frame.index.get_level_values(level)
            blocks.append(pd.get_dummies(labels, drop_first=True).to_numpy(float))
    Z = np.hstack(blocks)
    coefficients = np.linalg.lstsq(Z, KEPT.to_numpy(), rcond=None)[0]
    residuals = KEPT.to_numpy() - Z @ coefficients
    names = ["x1", "x2", "W.x1", "W.x2"]
    # Alternating means stop at 1e-14.
    np.testing.assert_allclose(result.params[names], coefficients[:4], rtol=1e-10)
    assert result.sigma2 == pytest.approx(residuals @ residuals / 120, rel=1e-10)
    cov = result.sigma2 * np.linalg.inv(Z.T @ Z)
    np.testing.assert_allclose(result.std_errors[names] ** 2, np.diag(cov)[:4], rtol=1e-9)
    assert result.nobs == 120
    assert result.resids.isna().sum() == 30
    assert 0 < result.rsquared < 1
    assert result.impacts().loc[("x1", "indirect"), "estimate"] == pytest.approx(
        result.params["W.x1"], rel=1e-12
    )


def test_missing_values_are_missing_rows():
    gaps = DATA.dependent.where(DATA.dependent.index.isin(KEPT.index))
    a = SpatialPanel(gaps, DATA.exog, DATA.weights, model="slx").fit()
    b = SpatialPanel(KEPT, DATA.exog, DATA.weights, model="slx").fit()
    np.testing.assert_allclose(a.params, b.params, rtol=1e-12)
    assert a.df_effective == 120 - 25 - 6 + 1


def test_the_rest_is_refused():
    with pytest.raises(PanelError, match="missing from dependent"):
        SpatialPanel(KEPT, DATA.exog, DATA.weights, model="sar")
    with pytest.raises(UnsupportedPanelError, match="missing from exog"):
        SpatialPanel(DATA.dependent, DATA.exog.iloc[:-1], DATA.weights, model="slx")
    without = DATA.dependent[DATA.dependent.index.get_level_values("unit") != 7]
    with pytest.raises(UnsupportedPanelError, match="Unit 7 has no observed outcome"):
        SpatialPanel(without, DATA.exog, DATA.weights, model="slx").fit()


@pytest.mark.parametrize("labelled", [False, True])
def test_weights_follow_the_order_of_the_outcome(labelled):
    """Whatever the order of the regressors' rows."""
    gap = DATA.dependent.copy()
    gap.iloc[7] = np.nan
    weights = pd.DataFrame(DATA.weights.toarray()) if labelled else DATA.weights
    shuffled = DATA.exog.sort_values("x1")
    a = SpatialPanel(gap, DATA.exog, weights, model="slx").fit()
    b = SpatialPanel(gap, shuffled, weights, model="slx").fit()
    np.testing.assert_allclose(b.params, a.params, rtol=1e-10)
    if labelled:
        c = SpatialPanel(gap.dropna(), shuffled, weights, model="slx").fit()
        np.testing.assert_allclose(c.params, a.params, rtol=1e-10)
    else:
        with pytest.raises(UnsupportedPanelError, match=r"appears before unit .* in the outcome"):
            SpatialPanel(gap.dropna(), shuffled, weights, model="slx")


def test_rows_left_out_do_not_move_a_unit():
    """By period, the first unit left out of the first year appears last: its weights stay."""
    a = SpatialPanel(DATA.dependent.iloc[1:], DATA.exog, DATA.weights, model="slx").fit()
    y, X = (frame.sort_index(level=["period", "unit"]) for frame in (DATA.dependent, DATA.exog))
    b = SpatialPanel(y.iloc[1:], X, DATA.weights, model="slx").fit()
    np.testing.assert_allclose(b.params, a.params, rtol=1e-10)


@pytest.mark.parametrize(("effects", "more"), [("unit", 1), ("twoway", 6)])
def test_only_what_is_observed_counts(effects, more):
    """25 units, six years, a slope: outcomes as many as parameters leave no error to measure."""
    cells = [(unit, unit % 6) for unit in range(25)]
    cells += [(0, 1), (0, 2), (0, 3), (0, 4), (0, 5), (1, 0)][:more]
    few = DATA.dependent.loc[sorted(cells)]
    model = SpatialPanel(
        few, DATA.exog[["x1"]], DATA.weights, model="slx", durbin=[], effects=effects
    )
    with pytest.raises(UnsupportedPanelError, match="observed outcomes for 1 regressors"):
        model.fit()


def test_logical_outcomes_may_be_missing():
    above = (DATA.dependent > 0).astype("boolean")
    numbers = above.astype(float)
    above.iloc[3], numbers.iloc[3] = pd.NA, np.nan
    a, b = (SpatialPanel(y, DATA.exog, DATA.weights, model="slx").fit() for y in (above, numbers))
    np.testing.assert_allclose(a.params, b.params, rtol=1e-12)
    with pytest.raises(PanelError, match="has type"):
        text = numbers.astype(str).where(numbers.notna())
        SpatialPanel(text, DATA.exog, DATA.weights, model="slx")


def test_observed_outcomes_must_vary():
    constant = DATA.dependent * 0 + 5
    constant.iloc[3] = np.nan
    with pytest.raises(SpecificationError, match="does not vary once unit and time"):
        SpatialPanel(constant, DATA.exog, DATA.weights, model="slx").fit()
