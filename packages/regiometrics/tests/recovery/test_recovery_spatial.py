"""The committed table of the spatial models: what leaves its bounds warns at run time."""

import importlib.util
import re
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regiometrics.spatial import Spatial2SLS, SpatialPanel, randomised_cd, simulate_panel
from regiometrics.spatial.errors import FewClustersWarning, SmallSampleWarning
from regiometrics.spatial.small_samples import FEW_UNITS, reason

FOLDER = Path(__file__).parents[2] / "benchmarks"
TABLE = pd.read_csv(FOLDER / "recovery_spatial.csv")
BAD = TABLE[TABLE["verdict"] == "rejects too often"]
#: Beginning of a procedure's name: kind of covariance, method, whether dynamic.
FITS = {
    "SDM, classical": ("classical", "", False),
    "SDM, profile": ("classical", "", False),
    "SDM, qml": ("qml", "", False),
    "SDM, simulated": ("classical", "", False),
    "SEM, classical": ("classical", "", False),
    "SAR, robust": ("robust", "", False),
    "SAR, clustered": ("clustered", "", False),
    "2sls, robust": ("robust", "2sls", False),
    "Anderson-Rubin": ("robust", "2sls", False),
    "overidentification": ("robust", "2sls", False),
    "gmm, clustered": ("clustered", "gmm", False),
    "gmm-quadratic": ("robust", "gmm-quadratic", False),
    "GMM errors": ("robust", "gmm", False),
    "dynamic SAR": ("classical", "", True),
    "lr_test": ("classical", "", False),
    "wald_test": ("classical", "", False),
    "least squares, Conley": ("conley", "ols", False),
    "least squares, Driscoll": ("driscoll-kraay", "ols", False),
    "least squares, HC1": ("robust", "ols", False),
    "least squares, Newey": ("newey-west", "ols", False),
}


def load():
    spec = importlib.util.spec_from_file_location("spatial", FOLDER / "recovery_spatial.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("procedure", "design"), list(BAD[["procedure", "design"]].itertuples(index=False))
)
def test_what_rejects_too_often_is_a_sample_that_warns(procedure, design):
    n, T = map(int, re.fullmatch(r"n (\d+), T (\d+)", design).groups())
    if procedure.startswith("randomised_cd"):
        assert n < FEW_UNITS
        return
    found = [options for start, options in FITS.items() if procedure.startswith(start)]
    (kind, method, dynamic), *rest = found
    assert not rest
    assert reason(n, T, "twoway", 4, kind, dynamic=dynamic, method=method)


def test_large_samples_do_not_warn():
    for kind, method in (("classical", ""), ("clustered", "2sls"), ("robust", "ols")):
        assert reason(50, 18, "twoway", 4, kind, method=method) is None


def test_fits_and_tests_warn():
    small, large = (simulate_panel(n, 5, "sar", seed=1) for n in (9, 100))
    with pytest.warns(SmallSampleWarning, match="9 units and 5 periods leave 29 degrees"):
        SpatialPanel(small.dependent, small.exog, small.weights, model="sar").fit()
    with pytest.warns(SmallSampleWarning, match="beside unit effects of 5 periods"):
        Spatial2SLS(large.dependent, large.exog, large.weights).fit("robust")
    with pytest.warns(SmallSampleWarning, match="bias of a dynamic model with 4 periods"):
        SpatialPanel(large.dependent, large.exog, large.weights, model="sar", dynamic="time").fit()
    index = pd.MultiIndex.from_product([range(7), range(18)])
    noise = pd.Series(np.random.default_rng(1).normal(size=len(index)), index)
    with pytest.warns(SmallSampleWarning, match="signs are drawn for 7 units"):
        randomised_cd(noise, seed=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error", SmallSampleWarning)
        warnings.simplefilter("error", FewClustersWarning)
        SpatialPanel(large.dependent, large.exog, large.weights, model="sar").fit()
        Spatial2SLS(large.dependent, large.exog, large.weights).fit("clustered")


def test_the_table_is_that_of_the_designs():
    module = load()
    assert set(TABLE["design"]) == {design for _, design, *_ in module.designs()}
    rates, error = TABLE["rejects"], np.sqrt(0.05 * 0.95 / TABLE["draws"])
    verdicts = [module.verdict(*pair) for pair in zip(rates, error, strict=True)]
    # Rates in the table are rounded: one at a bound may fall on its other side.
    assert np.mean(np.array(verdicts) == TABLE["verdict"]) > 0.99


def test_one_design_gives_its_rows_again():
    module = load()
    again = module.run("wild", "n 7").set_index(["procedure", "design"])
    pd.testing.assert_frame_equal(again, TABLE.set_index(["procedure", "design"]).loc[again.index])
