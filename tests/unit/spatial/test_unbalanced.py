"""SLX with missing outcomes against regression on dummies; the rest is refused."""

import numpy as np
import pandas as pd
import pytest

from guantian.panel.errors import PanelError
from guantian.spatial import SpatialPanel, simulate_panel
from guantian.spatial.errors import UnsupportedPanelError

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
