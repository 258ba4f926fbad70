"""What agrees with R's spatialreg and plm: estimates, errors, likelihoods, predictions, tests.

Estimates come from two maximisers of one likelihood, R's to 1e-8 of rho's interval: 1e-5 of a
standard error. Closed forms agree to rounding, 1e-9.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from regiometrics.panel import mean_group
from regiometrics.spatial import SpatialPanel, pesaran_cd

HERE = Path(__file__).parent
SIM = HERE.parent / "sim"
R = json.loads((HERE / "oracle_r.json").read_text("utf-8"))
X = ["x1", "x2"]


def weights(n):
    triplets = pd.read_csv(SIM / f"W_rook_{n}.csv")
    return sp.csr_array((triplets["w"], (triplets["i"], triplets["j"])), shape=(n, n))


def panel(n):
    return pd.read_csv(SIM / f"panel_{n}.csv").set_index(["id", "t"]).sort_index()


def first_period():
    table = panel(200)
    return table[table.index.get_level_values(1) == 0]


def ours(name):
    """R's name of a term in our words."""
    name = name.removeprefix("I(x - lambda * WX)").replace("lag.", "W.")
    return "const" if name == "(Intercept)" else name


@pytest.mark.parametrize("model", ["sar", "sem", "sdm", "sdem", "sac", "gns"])
def test_cross_sections_of_spatialreg(model):
    data, case = first_period(), R[model]
    fit = SpatialPanel(data["y"], data[X], weights(200), model=model, effects="none").fit(None)
    assert fit.loglik == pytest.approx(case["loglik"], rel=1e-9)
    assert fit.sigma2 == pytest.approx(case["sigma2"], rel=1e-6)
    errors = {ours(name): value for name, value in case["std_errors"].items()}
    assert set(errors) == set(fit.params.index)
    for name, value in case["params"].items():
        assert fit.params[ours(name)] == pytest.approx(value, abs=1e-5 * errors[ours(name)])
    assert fit.std_errors.to_dict() == pytest.approx(errors, rel=1e-5)


@pytest.mark.parametrize("method", ["TC", "TS"])
def test_predictions_in_the_sample(method):
    data = first_period()
    fit = SpatialPanel(data["y"], data[X], weights(200), model="sar", effects="none").fit(None)
    np.testing.assert_allclose(fit.predict(method=method), R["predict_in"][method], atol=1e-6)


@pytest.mark.parametrize("method", ["TC", "BP"])
def test_predictions_of_units_out_of_the_sample(method):
    """The best predictor is the conditional mean of Goulard, Laurent and Thomas-Agnan (2017)."""
    data, W = first_period(), pd.DataFrame(weights(200).toarray())
    inner = W.iloc[:180, :180]
    known = data.iloc[:180]
    panel = SpatialPanel(
        known["y"], known[X], inner.div(inner.sum(axis=1), axis=0), model="sar", effects="none"
    )
    found = panel.fit(None).predict(data[X].iloc[180:], weights=W, method=method)
    np.testing.assert_allclose(found, R["predict_out"][method], atol=1e-6)


@pytest.mark.parametrize("n", [50, 200])
@pytest.mark.parametrize(("case", "factors"), [("mg", False), ("cce", True)])
def test_mean_groups_of_plm(n, case, factors):
    data, case = panel(n), R[f"plm_{n}"][case]
    found = mean_group(data["y"], data[X], factors=factors)
    for name in X:
        assert found.params[name] == pytest.approx(case["params"][name], rel=1e-9)
        assert found.std_errors[name] == pytest.approx(case["std_errors"][name], rel=1e-9)


@pytest.mark.parametrize("n", [50, 200])
def test_two_way_panels_of_plm(n):
    data, case = panel(n), R[f"plm_{n}"]
    model = SpatialPanel(data["y"], data[X], weights(n), model="slx", durbin=False)
    fit = model.fit()
    assert fit.params.to_dict() == pytest.approx(case["within"], rel=1e-9)
    assert pesaran_cd(fit.resids)["statistic"] == pytest.approx(case["cd"], rel=1e-9)
    both = {"scc": {"cov_type": "driscoll-kraay", "lags": 1}, "hc": {"cov_type": "clustered"}}
    for name, options in both.items():
        errors = model.fit(**options, debiased=False).std_errors
        assert errors.to_dict() == pytest.approx(case[name], rel=1e-9)
