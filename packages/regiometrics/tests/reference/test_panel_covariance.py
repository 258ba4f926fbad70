"""Covariances of the two-way effects regression of cigarette demand against R, and bootstraps.

vcov/oracle_R.json: fixest 0.14.2, plm 2.6.2 on R 4.2.2. The oracles solve the same problem in
closed form, so numbers must agree to 1e-6 relative.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regiometrics.panel import demean, to_array
from regiometrics.panel.bootstrap import wild_cluster_bootstrap
from regiometrics.panel.covariance import (
    cluster_meat,
    driscoll_kraay_meat,
    newey_west_meat,
    panel_corrected_meat,
    sandwich,
    small_sample_factor,
    white_meat,
)

HERE = Path(__file__).parent
ORACLE = json.loads((HERE / "vcov/oracle_R.json").read_text("utf-8"))["cigar_twfe"]
BOOTSTRAP = json.loads((HERE / "vcov/oracle_wildboottest.json").read_text("utf-8"))
T, N = 30, 46


@pytest.fixture(scope="module")
def cigar():
    return pd.read_csv(HERE / "cigar/data.csv")


@pytest.fixture(scope="module")
def fit(cigar):
    values = to_array(cigar.set_index(["unit", "year"])[["logc", "logp", "logy"]]).values
    demeaned = demean(values, "twoway")
    X, y = demeaned[..., 1:], demeaned[..., 0]
    flat = X.reshape(-1, 2)
    bread = np.linalg.inv(flat.T @ flat)
    beta = bread @ flat.T @ y.ravel()
    residuals = y - X @ beta
    return {"beta": beta, "bread": bread, "X": X, "residuals": residuals}


UNIT, TIME = np.tile(np.arange(N), T), np.repeat(np.arange(T), N)


def flat(scores):
    return scores.reshape(-1, 2)


# fixest counts the absorbed effects that are not nested in the clusters: none of either kind
# for "hetero" (77 terms in all), the 30 years for unit clusters, one term for two-way clusters
# (and the smaller number of groups), all for Driscoll-Kraay and Newey-West. plm applies none.
CASES = {
    ("se", "hetero"): (lambda s: white_meat(flat(s)), small_sample_factor(1380, 77)),
    ("se", "cluster_unit"): (
        lambda s: cluster_meat(flat(s), UNIT),
        small_sample_factor(1380, 32, 46),
    ),
    ("se", "cluster_unit_nossc"): (lambda s: cluster_meat(flat(s), UNIT), 1.0),
    ("se", "cluster_twoway"): (
        lambda s: cluster_meat(flat(s), UNIT, TIME),
        small_sample_factor(1380, 3, 30),
    ),
    ("se", "DK"): (lambda s: driscoll_kraay_meat(s, 2), small_sample_factor(1380, 77, 30)),
    ("se", "DK_lag3"): (lambda s: driscoll_kraay_meat(s, 3), small_sample_factor(1380, 77, 30)),
    ("se", "NW"): (lambda s: newey_west_meat(s, 2), small_sample_factor(1380, 77, 30)),
    ("se", "NW_lag3"): (lambda s: newey_west_meat(s, 3), small_sample_factor(1380, 77, 30)),
    ("plm", "SCC_HC0_default"): (lambda s: driscoll_kraay_meat(s), 1.0),
    ("plm", "SCC_maxlag3"): (lambda s: driscoll_kraay_meat(s, 3), 1.0),
    ("plm", "HC0_arellano"): (lambda s: cluster_meat(flat(s), UNIT), 1.0),
    ("plm", "DC"): (lambda s: cluster_meat(flat(s), UNIT, TIME), 1.0),
}


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_errors_of_r(fit, case):
    meat, factor = CASES[case]
    scores = fit["X"] * fit["residuals"][..., None]
    errors = np.sqrt(np.diag(factor * sandwich(fit["bread"], meat(scores))))
    assert errors == pytest.approx(list(ORACLE[case[0]][case[1]].values()), rel=1e-6)


def test_classical_errors_of_r(fit):
    sigma2 = (fit["residuals"] ** 2).sum() / (1380 - 77)
    assert fit["beta"] == pytest.approx(list(ORACLE["coef"].values()), rel=1e-6)
    assert np.sqrt(np.diag(sigma2 * fit["bread"])) == pytest.approx(
        list(ORACLE["se"]["iid"].values()), rel=1e-6
    )


def test_panel_corrected_errors_of_plm(fit):
    meat = panel_corrected_meat(fit["X"], fit["residuals"], "periods")
    errors = np.sqrt(np.diag(sandwich(fit["bread"], meat)))
    assert errors == pytest.approx(list(ORACLE["plm"]["BK"].values()), rel=1e-6)


@pytest.mark.parametrize("term", ["logp", "logy", "logpop"])
@pytest.mark.parametrize("null", ["null_imposed", "null_not_imposed"])
def test_wild_bootstrap_of_wildboottest(cigar, term, null):
    terms = ["const", "logp", "logy", "logpop"]
    frame = cigar.assign(const=1.0, logpop=np.log(cigar["pop"]))
    y = frame["logc"] - frame.groupby("year")["logc"].transform("mean")
    result = wild_cluster_bootstrap(
        y.to_numpy(),
        frame[terms].to_numpy(),
        frame["unit"] % 10,
        terms.index(term),
        weights="rademacher",
        impose_null=null == "null_imposed",
        seed=0,
    )
    oracle = BOOTSTRAP[f"{term}_{null}"]
    assert result.statistic == pytest.approx(oracle["t"], rel=1e-6)
    # The same 1,024 patterns. With the null imposed the sample and its mirror image tie with the
    # sample: we count these two, wildboottest compares by > and so counts them as rounding falls.
    ties = 2 / 1024 if null == "null_imposed" else 0
    assert 0 <= result.p_value - oracle["p"] <= ties
