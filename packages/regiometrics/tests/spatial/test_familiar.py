"""Names of linearmodels give what linearmodels gives."""

import numpy as np
import pandas as pd
import pytest

from regiometrics.spatial import Spatial2SLS, SpatialPanel, compare, simulate_panel
from regiometrics.spatial.errors import SpecificationError

DATA = simulate_panel(n=36, T=6, model="slx", theta=(0.0, 0.0), seed=2)
MODEL = SpatialPanel(
    DATA.dependent, DATA.exog, DATA.weights, model="slx", durbin=False, entity_effects=True
)
FIT = MODEL.fit(cov_type="clustered", cluster_entity=True)


@pytest.fixture(scope="module")
def theirs():
    panel = pytest.importorskip("linearmodels.panel")
    model = panel.PanelOLS(DATA.dependent, DATA.exog, entity_effects=True)
    return model.fit(cov_type="clustered", cluster_entity=True)


def test_parts_of_a_fit(theirs):
    np.testing.assert_allclose(FIT.params, theirs.params, rtol=1e-9)
    assert FIT.resid_ss == pytest.approx(theirs.resid_ss, rel=1e-9)
    assert FIT.rsquared_inclusive == pytest.approx(theirs.rsquared_inclusive, rel=1e-9)
    assert FIT.included_effects == theirs.included_effects
    for ours, other in ((FIT.wresids, theirs.wresids), (FIT.idiosyncratic, theirs.idiosyncratic)):
        np.testing.assert_allclose(np.ravel(ours), np.ravel(other), atol=1e-9)
    assert FIT.idiosyncratic.columns.tolist() == theirs.idiosyncratic.columns.tolist()
    for name in ("entity_info", "time_info"):
        ours, other = getattr(FIT, name), getattr(theirs, name)
        assert ours.to_dict() == pytest.approx(other[ours.index].to_dict())


def test_wald_tests(theirs):
    """Small-sample factors of the covariance differ: statistics agree in proportion."""
    scale = (theirs.cov / FIT.cov).to_numpy()
    np.testing.assert_allclose(scale, scale[0, 0], rtol=1e-9)
    R = np.array([[1.0, 0.0], [0.0, 1.0]])
    for call in (
        lambda fit: fit.wald_test(formula="x1 = 0, x2 = 0"),
        lambda fit: fit.wald_test(formula=["x1 = 0", "x2 = 0"]),
        lambda fit: fit.wald_test(restriction=R),
        lambda fit: fit.wald_test(R, np.array([0.9, -0.4])),
    ):
        ours, other = call(FIT), call(theirs)
        assert ours.stat / scale[0, 0] == pytest.approx(other.stat, rel=1e-9)
        assert ours["df"] == other.df
    assert FIT.wald_test(restriction=pd.DataFrame({"x2": [1.0]})).stat == pytest.approx(
        FIT.tstats["x2"] ** 2
    )
    assert FIT.f_statistic.pval == FIT.f_statistic["p_value"]
    assert FIT.f_statistic_robust.stat == FIT.f_statistic.stat


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"restriction": np.eye(3)}, r"restriction has shape \(3, 3\)"),
        ({"restriction": np.eye(2), "value": [1.0]}, r"value has shape \(1,\)"),
        ({"restriction": pd.DataFrame({"x9": [1.0]})}, "expected parameters of the model"),
        ({"restriction": np.eye(2), "formula": "x1 = 0"}, "expected one"),
        ({"value": [1.0]}, "expected both"),
        ({"restriction": np.full((1, 2), np.nan)}, "expected a finite number"),
        ({"formula": 3}, "The formula is 3"),
    ],
)
def test_restrictions_that_cannot_be_read(arguments, message):
    with pytest.raises(SpecificationError, match=message):
        FIT.wald_test(**arguments)


def test_models_side_by_side():
    other = SpatialPanel(DATA.dependent, DATA.exog, DATA.weights, time_effects=True).fit()
    table = compare({"one": FIT, "other": other}, precision="tstats")
    assert table.tstats.loc["x1", "one"] == pytest.approx(FIT.tstats["x1"])
    assert table.nobs.tolist() == [216, 216]
    assert table.rsquared["other"] == other.rsquared
    assert table.rsquared_within["one"] == FIT.rsquared_within
    assert table.loglik["other"] == other.loglik
    assert table.cov_estimator["one"] == "clustered (36 clusters)"
    assert table.f_statistic.loc["one", "P-value"] == FIT.f_statistic.pval
    assert f"({FIT.tstats['x1']:.4f})" in str(table)
    assert "t statistics in parentheses" in str(table)
    rows = table.summary.as_csv().splitlines()
    assert rows[0] == ",one,other" and rows[1].startswith("x1,")
    with pytest.raises(SpecificationError, match="precision is 'errors'"):
        compare([FIT], precision="errors")


def test_models_say_which_effects_they_have():
    assert (MODEL.entity_effects, MODEL.time_effects, MODEL.nobs) == (True, False, 216)


def test_the_test_of_overidentification():
    fit = Spatial2SLS(DATA.dependent, DATA.exog, DATA.weights).fit()
    assert fit.j_stat.stat == fit.overidentification["statistic"]
    assert fit.j_stat.pval == fit.overidentification["p_value"]
