"""Simulated cross-sections and panels against spatialreg 1.2-6 and splm 1.6-5.

Tolerance 1e-6 relative on estimates and errors, where R maximises the same function: its
optimisers stop at 1e-7 to 1e-8 in rho, which is what separates the two.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from regiometrics.spatial import SpatialPanel, monte_carlo

HERE = Path(__file__).parent / "sim"
R = json.loads((HERE / "oracle_R.json").read_text("utf-8"))


def weights(n):
    t = pd.read_csv(HERE / f"W_rook_{n}.csv")
    return sp.csr_array((t["w"], (t["i"], t["j"])), shape=(n, n))


def cross_section():
    frame = pd.read_csv(HERE / "cs_1000.csv")
    frame.index = pd.MultiIndex.from_product([range(1000), [0]], names=["unit", "period"])
    return frame, weights(1000)


def panel(n):
    return pd.read_csv(HERE / f"panel_{n}.csv").set_index(["id", "t"]), weights(n)


def name_of(r_name):
    if r_name.startswith("I(x - lambda * WX)"):
        r_name = r_name.removeprefix("I(x - lambda * WX)")
    r_name = {"(Intercept)": "const"}.get(r_name, r_name)
    return r_name.replace("lag.", "W.")


@pytest.mark.parametrize("model", ["sar", "sdm", "sem", "sdem"])
@pytest.mark.parametrize("logdet", ["dense", "sparse"])
def test_cross_section_estimates_and_errors(model, logdet):
    frame, W = cross_section()
    oracle = R[f"cs_{model}"]
    result = SpatialPanel(frame.y, frame[["x1", "x2"]], W, model=model, effects="none").fit(
        logdet=logdet
    )
    spatial = "rho" if model in ("sar", "sdm") else "lambda"
    for name, value in oracle["coef"].items():
        # W.x2 of the Durbin model is a thousandth of its error: compare it on that scale.
        scale = 1e-6 * max(abs(value), result.std_errors[name_of(name)])
        assert abs(result.params[name_of(name)] - value) <= scale, name
    # Sparse log-determinants go with estimated traces, of relative error below 1e-4.
    tolerance = 1e-6 if logdet == "dense" else 1e-4
    for name, value in oracle["se"].items():
        ours = spatial if name == "1" else name_of(name)
        np.testing.assert_allclose(result.std_errors[ours], value, rtol=tolerance)
    np.testing.assert_allclose(result.loglik, oracle["loglik"], rtol=1e-10)
    if "s2" in oracle:
        np.testing.assert_allclose(result.sigma2, oracle["s2"], rtol=1e-7)


def test_cross_section_sac_estimates():
    """Estimates agree; spatialreg's errors are from a numerical Hessian, not the information."""
    frame, W = cross_section()
    oracle = R["cs_sac"]
    result = SpatialPanel(frame.y, frame[["x1", "x2"]], W, model="sac", effects="none").fit()
    for name, value in oracle["coef"].items():
        scale = 1e-6 * max(abs(value), result.std_errors[name_of(name)])
        assert abs(result.params[name_of(name)] - value) <= scale, name
    np.testing.assert_allclose(result.loglik, oracle["loglik"], rtol=1e-10)


def test_cross_section_impacts():
    frame, W = cross_section()
    result = SpatialPanel(frame.y, frame[["x1", "x2"]], W, model="sar", effects="none").fit(
        logdet="dense"
    )
    oracle, delta = R["cs_sar"], result.impacts()
    simulated = result.impacts("simulation", draws=5000)
    for effect, values in oracle["impacts"].items():
        ours = delta.xs(effect, level="effect")["estimate"].loc[["x1", "x2"]]
        # spatialreg's rho is 3e-8 off the maximum; indirect impacts magnify it.
        np.testing.assert_allclose(ours, values, rtol=1e-6)
        errors = oracle["impact_se_sim"][effect]
        for table in (delta, simulated):
            ours = table.xs(effect, level="effect")["std_error"].loc[["x1", "x2"]]
            # The oracle's errors are themselves simulated, from 1000 draws or so: 4 / sqrt(2000).
            np.testing.assert_allclose(ours, errors, rtol=0.09)


@pytest.mark.parametrize("n", [50, 200])
def test_panels_with_unit_effects(n):
    frame, W = panel(n)
    for key, model, spatial in (("lag", "sar", "lambda"), ("err", "sem", "rho")):
        oracle = R[f"splm_{key}_{n}"]
        result = SpatialPanel(frame.y, frame[["x1", "x2"]], W, model=model, effects="unit").fit(
            bias_correction=None
        )
        estimate = result.rho if model == "sar" else result.lambda_
        np.testing.assert_allclose(estimate, oracle["coef"][spatial], rtol=1e-6)
        error = result.std_errors["rho" if model == "sar" else "lambda"]
        np.testing.assert_allclose(error, oracle["se"][spatial], rtol=1e-6)
        for name in ("x1", "x2"):
            np.testing.assert_allclose(result.params[name], oracle["coef"][name], rtol=1e-6)
            np.testing.assert_allclose(result.std_errors[name], oracle["se"][name], rtol=1e-6)
        if model == "sar":
            np.testing.assert_allclose(result.loglik, oracle["loglik"], rtol=1e-9)


@pytest.mark.parametrize("n", [50, 200])
def test_panels_with_random_effects(n):
    """Estimates to 1e-5, the precision at which splm stops in the variance ratio."""
    frame, W = panel(n)
    for key, model in (("lag", "sar"), ("err", "sem")):
        oracle = R[f"splm_re_{key}_{n}"]
        result = SpatialPanel(frame.y, frame[["x1", "x2"]], W, model=model, effects="random").fit()
        for name, value in oracle["coef"].items():
            np.testing.assert_allclose(result.params[name_of(name)], value, rtol=1e-5)
        np.testing.assert_allclose(result.variance_ratio, oracle["errcomp"]["phi"], rtol=1e-5)
        np.testing.assert_allclose(result.loglik, oracle["loglik"], rtol=1e-9)


def test_monte_carlo_of_lee_and_yus_corrections():
    """60 replications of the oracle's design with 1000: biases within their joint error.

    The oracle (N = 49, T = 10, rho = 0.5) has biases of -0.040 direct, -0.002 transformed and
    -0.006 corrected, each with Monte Carlo error 0.0015; ours has 0.048 / sqrt(60) = 0.0062:
    three of them is 0.019. The regressors' draws differ, so that only biases compare.
    """
    oracle = json.loads((HERE / "oracle_mc_leeyu.json").read_text("utf-8"))["results"][
        "N=49,T=10,rho=0.5"
    ]
    corrections = {"direct": None, "transform": "lee-yu-transform", "bc": "lee-yu-direct"}
    table = monte_carlo(
        [
            {"model": "sdm", "effects": "twoway", "rho": 0.5, "bias_correction": correction}
            for correction in corrections.values()
        ],
        replications=60,
        n=49,
        T=10,
        seed=1,
    )
    rho = table[table["parameter"] == "rho"].set_index("bias_correction")
    for label, correction in corrections.items():
        assert abs(rho.loc[str(correction), "bias"] - oracle[label]["bias_rho"]) < 0.019, label
    # The same draws serve all three, so that their order is certain.
    assert rho.loc["None", "bias"] < rho.loc["lee-yu-direct", "bias"] - 0.02
