"""Spatial two-stage least squares and GMM against R, spreg, linearmodels and a published table.

sim/oracle_R.json: spatialreg. spreg/oracle_spreg.json says how it was made. Closed forms agree
to 1e-6 relative. Estimates of lambda come from iterative minimisers there (tolerances near 1e-6
of the objective) and from roots of a polynomial here: 1e-5, and 1e-6 for what hangs on them.
"""

import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from regiometrics.panel import demean
from regiometrics.spatial.errors import DisconnectedWeightsWarning
from regiometrics.spatial.gmm import Spatial2SLS
from regiometrics.spatial.moments import kapoor_kelejian_prucha
from regiometrics.spatial.weights_checks import as_weights

HERE = Path(__file__).parent
R = json.loads((HERE / "sim/oracle_R.json").read_text("utf-8"))
SPREG = json.loads((HERE / "spreg/oracle_spreg.json").read_text("utf-8"))


def weights(path, n):
    triplets = pd.read_csv(HERE / path)
    return sp.csr_array((triplets["w"], (triplets["i"], triplets["j"])), shape=(n, n))


@pytest.fixture(scope="module")
def cross_section():
    frame = pd.read_csv(HERE / "sim/cs_1000.csv").assign(unit=range(1000), t=0)
    return frame.set_index(["unit", "t"]), weights("sim/W_rook_1000.csv", 1000)


@pytest.fixture(scope="module")
def panel():
    frame = pd.read_csv(HERE / "sim/panel_50.csv").set_index(["id", "t"])
    return frame, weights("sim/W_rook_50.csv", 50)


def model(data, **options):
    frame, W = data
    options = {"effects": "none"} | options
    return Spatial2SLS(frame["y"], frame[["x1", "x2"]], W, **options)


def test_2sls_of_spatialreg(cross_section):
    result = model(cross_section).fit("unadjusted")
    names = ["rho", "const", "x1", "x2"]
    theirs = R["cs_stsls"]
    assert result.params[names].tolist() == pytest.approx(list(theirs["coef"].values()), rel=1e-6)
    assert result.std_errors[names].tolist() == pytest.approx(theirs["se"], rel=1e-6)


def test_generalized_2sls_of_spatialreg(cross_section):
    result = model(cross_section, error="ar-homoskedastic").fit("unadjusted")
    theirs = R["cs_gstsls"]["coef"]
    names = ["rho", "const", "x1", "x2"]
    assert result.params[names].tolist() == pytest.approx(list(theirs.values())[:4], rel=1e-6)
    # lambda is near zero: what its minimiser leaves open is absolute.
    assert result.lambda_ == pytest.approx(theirs["lambda"], abs=1e-6)


@pytest.mark.parametrize(
    ("case", "options", "cov_type"),
    [
        ("gm_lag", {}, "unadjusted"),
        ("gm_lag_white", {}, "robust"),
        ("gm_error_kp1999", {"error": "ar-homoskedastic", "lag": False}, "unadjusted"),
        ("gm_combo_kp1998", {"error": "ar-homoskedastic"}, "unadjusted"),
        ("gm_combo_het", {"error": "ar"}, "robust"),
        ("gm_error_het", {"error": "ar", "lag": False}, "robust"),
    ],
)
def test_spreg(cross_section, case, options, cov_type):
    result = model(cross_section, **options).fit(cov_type, debiased=False)
    oracle = SPREG[case]
    errors = np.sqrt(np.abs(np.diag(oracle["vm"])))
    for j, name in enumerate(oracle["names"]):
        if name == "lambda":
            assert result.lambda_ == pytest.approx(oracle["betas"][j], rel=1e-5, abs=1e-6)
        else:
            assert result.params[name] == pytest.approx(oracle["betas"][j], rel=1e-6)
        if name in result.params:
            assert result.std_errors[name] == pytest.approx(errors[j], rel=1e-5)


def test_kapoor_kelejian_prucha_of_spreg(panel):
    # Partial weights only: spreg 1.9's full ones divide tr(M'M)/n by n again and lack a factor 2.
    frame, W = panel
    frame = frame.sort_index(level=["t", "id"])
    X = np.column_stack([np.ones(1000), frame[["x1", "x2"]]])
    u = frame["y"].to_numpy() - X @ np.linalg.lstsq(X, frame["y"].to_numpy(), rcond=None)[0]
    ours = kapoor_kelejian_prucha(
        u.reshape(20, 50), as_weights(W, pd.RangeIndex(50)), weights="partial"
    )
    assert ours == pytest.approx(SPREG["gm_kkp_partial"]["betas"][3:], rel=1e-5)


@pytest.mark.parametrize("cov_type", ["unadjusted", "robust", "clustered"])
@pytest.mark.parametrize("method", ["2sls", "gmm"])
def test_linearmodels_on_demeaned_data(panel, cov_type, method):
    from linearmodels.iv import IV2SLS, IVGMM

    frame, W = panel
    ours = model(panel, effects="twoway").fit(cov_type, method=method, debiased=False)
    wide = {name: frame[name].unstack("id").to_numpy() for name in ("y", "x1", "x2")}
    wide["Wy"] = (W @ wide["y"].T).T
    for x in ("x1", "x2"):
        wide[f"W{x}"] = (W @ wide[x].T).T
        wide[f"WW{x}"] = (W @ wide[f"W{x}"].T).T
    d = pd.DataFrame({name: demean(values, "twoway").ravel() for name, values in wide.items()})
    parts = (d["y"], d[["x1", "x2"]], d[["Wy"]], d[["Wx1", "Wx2", "WWx1", "WWx2"]])
    options = {"clusters": np.tile(np.arange(50), 20)} if cov_type == "clustered" else {}
    if method == "gmm":
        theirs = IVGMM(*parts, weight_type=cov_type, **options).fit(
            iter_limit=2, cov_type=cov_type, **options
        )
    else:
        theirs = IV2SLS(*parts).fit(cov_type=cov_type, **options)
    params = theirs.params[["Wy", "x1", "x2"]].tolist()
    assert ours.params.tolist() == pytest.approx(params, rel=1e-6)
    if method == "2sls":
        errors = theirs.std_errors[["Wy", "x1", "x2"]].tolist()
        assert ours.std_errors.tolist() == pytest.approx(errors, rel=1e-6)
        strength = theirs.first_stage.diagnostics.loc["Wy"]
        row = ours.first_stage.loc["rho"]
        assert row["partial_rsquared"] == pytest.approx(strength["partial.rsquared"], rel=1e-6)
    if cov_type == "unadjusted" and method == "2sls":
        assert ours.overidentification["statistic"] == pytest.approx(theirs.sargan.stat, rel=1e-6)
    if cov_type != "unadjusted" and method == "gmm":
        assert ours.overidentification["statistic"] == pytest.approx(theirs.j_stat.stat, rel=1e-6)


@pytest.fixture(scope="module")
def banks():
    frame = pd.read_csv(HERE / "dynspatial_jss113/data.csv").set_index(["ID", "TIME"])
    W = weights("dynspatial_jss113/W.csv", 350)
    with warnings.catch_warnings():
        # Banks are neighbours within size groups: six components, as published.
        warnings.simplefilter("ignore", DisconnectedWeightsWarning)
        return Spatial2SLS(
            frame["NPL"],
            frame[["CAR", "SIZE", "BUFFER", "PROFIT", "QUALITY", "LIQUIDITY"]],
            W,
            effects="unit",
            endog=frame["INEFF"],
            instruments=frame["INTEREST"],
            instruments_order=1,
            dynamic="time",
        )


BANKS = json.loads((HERE / "dynspatial_jss113/oracle_numpy.json").read_text("utf-8"))
PUBLISHED = {
    row["quantity"]: row
    for row in json.loads((HERE / "dynspatial_jss113/expected.json").read_text("utf-8"))["results"]
    if row["model"] == "no_factors"
}
OURS = {"W.NPL": "rho", "L1.NPL": "L.NPL"}


def test_dynamic_panel_against_its_oracle(banks):
    assert len(banks.design.exog.names) + len(banks.design.excluded.names) == 28
    # 1e-6 of the largest coefficient: W is rounded to nine decimals, and the oracle normalised it
    # again.
    first = banks.fit(debiased=False)
    second = banks.fit(debiased=False, method="gmm")
    for name in BANKS["one_step"]:
        ours = OURS.get(name, name)
        assert first.params[ours] == pytest.approx(BANKS["one_step"][name], abs=1e-6)
        assert second.params[ours] == pytest.approx(BANKS["two_step"][name], abs=1e-6)
        assert second.std_errors[ours] == pytest.approx(BANKS["se_two_step"][name], abs=1e-6)


def test_dynamic_panel_as_published(banks):
    """Kripfganz and Sarafidis (2025), tables 2 (column 2) and 4: three decimals, all of them."""
    result = banks.fit(debiased=False, method="gmm")
    impacts = result.impacts()
    checked = 0
    for quantity, row in PUBLISHED.items():
        kind, _, name = quantity.partition(":")
        ours = OURS.get(name, name)
        if kind == "coef":
            value = result.params[ours]
        elif kind == "se_coef":
            value = result.std_errors[ours]
        elif kind == "J":
            value = result.overidentification["statistic"]
        elif kind.startswith("longrun_"):
            value = impacts.loc[("long", ours, kind.removeprefix("longrun_")), "estimate"]
        else:
            raise AssertionError(quantity)
        assert value == pytest.approx(row["value"], abs=0.501 * 10.0 ** -row["decimals"]), quantity
        checked += 1
    assert checked == len(PUBLISHED) == 37
