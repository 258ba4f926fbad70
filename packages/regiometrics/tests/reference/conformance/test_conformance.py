"""What agrees with spreg and geometrics and what differs, each difference traced to its cause.

Estimates come from two maximisers of one likelihood (tolerance 1e-7 of spreg's): 1e-6.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from regiometrics.convergence import (
    beta_convergence,
    club_convergence,
    implied_speed,
    log_t_test,
    sigma_convergence,
)
from regiometrics.inequality.indices import gini
from regiometrics.spatial import SpatialPanel, lm_tests

HERE = Path(__file__).parent
REFERENCE = HERE.parent
SPREG = json.loads((HERE / "oracle_spreg.json").read_text("utf-8"))
TWO_WAY = json.loads((HERE / "oracle_spreg_two_way.json").read_text("utf-8"))
GEOMETRICS = json.loads((HERE / "oracle_geometrics.json").read_text("utf-8"))
SIZES = (50, 200)


def weights(n):
    triplets = pd.read_csv(REFERENCE / f"sim/W_rook_{n}.csv")
    return sp.csr_array((triplets["w"], (triplets["i"], triplets["j"])), shape=(n, n))


def frame(n):
    if n == 1000:
        table = pd.read_csv(REFERENCE / "sim/cs_1000.csv").assign(unit=range(1000), t=0)
        return table.set_index(["unit", "t"])
    return pd.read_csv(REFERENCE / f"sim/panel_{n}.csv").set_index(["id", "t"])


def fit(n, model, effects):
    data = frame(n)
    return SpatialPanel(
        data["y"], data[["x1", "x2"]], weights(n), model=model, effects=effects
    ).fit(None)


def agrees(result, case, tolerance=1e-6):
    for name, value in case["params"].items():
        if name in result.params.index:
            # An error of 1e-6 of the standard error, where a coefficient is nearly zero.
            near = tolerance * max(abs(value), case["std_errors"][name])
            assert result.params[name] == pytest.approx(value, abs=near), name
    assert result.sigma2 == pytest.approx(case["sigma2"], rel=tolerance)


@pytest.mark.parametrize(
    ("case", "model"), [("ml_lag", "sar"), ("ml_error", "sem"), ("ml_durbin", "sdm")]
)
def test_cross_sections_of_spreg(case, model):
    result = fit(1000, model, "none")
    agrees(result, SPREG[case])
    errors = SPREG[case]["std_errors"]
    assert result.std_errors[list(errors)].to_dict() == pytest.approx(errors, rel=1e-6)
    assert result.loglik == pytest.approx(SPREG[case]["loglik"], rel=1e-9)


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize(("case", "model"), [("fe_lag", "sar"), ("fe_error", "sem")])
def test_fixed_effects_of_spreg(case, model, n):
    case = SPREG[f"{case}_{n}"]
    result = fit(n, model, "unit")
    agrees(result, case)
    errors = case["std_errors"]
    assert result.std_errors[list(errors)].to_dict() == pytest.approx(errors, rel=1e-6)
    # spreg concentrates the sum of squares where the likelihood has their mean.
    N = result.nobs
    assert case["loglik"] + N / 2 * np.log(N) == pytest.approx(result.loglik, rel=1e-8)


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize(("case", "model"), [("lag", "sar"), ("error", "sem")])
def test_two_way_panels_of_spreg(case, model, n):
    """Dummies of periods beside unit effects are the direct two-way estimator."""
    case = TWO_WAY[f"{case}_{n}"]
    result = fit(n, model, "twoway")
    agrees(result, case)
    errors = case["std_errors"]
    assert result.std_errors[list(errors)].to_dict() == pytest.approx(errors, rel=1e-6)
    assert result.loglik == pytest.approx(case["loglik"], rel=1e-9)


@pytest.mark.parametrize("n", SIZES)
def test_random_effects_of_spreg(n):
    case = SPREG[f"re_lag_{n}"]
    result = fit(n, "sar", "random")
    agrees(result, case)
    slopes = ["const", "x1", "x2"]
    theirs = [case["std_errors"][name] for name in slopes]
    assert result.std_errors[slopes].tolist() == pytest.approx(theirs, rel=2e-6)
    # Its likelihood lacks the Jacobian of the transform, n log phi.
    jacobian = n * np.log(case["params"]["phi"])
    assert case["loglik"] + jacobian == pytest.approx(result.loglik, rel=1e-7)


def test_the_random_effects_likelihood_is_the_dense_one():
    """log N(0, sigma² (Q + P / phi²)) of the filtered outcome, plus T log |I - rho W|."""
    case, data, W = SPREG["re_lag_50"], frame(50).sort_index(), weights(50).toarray()
    p = case["params"]
    T = len(data) // 50
    y = data["y"].to_numpy().reshape(50, T)
    A = np.eye(50) - p["rho"] * W
    e = (A @ y).ravel() - p["const"] - data[["x1", "x2"]].to_numpy() @ [p["x1"], p["x2"]]
    mean = np.kron(np.eye(50), np.full((T, T), 1 / T))
    omega = case["sigma2"] * (np.eye(len(e)) - mean + mean / p["phi"] ** 2)
    quadratic = e @ np.linalg.solve(omega, e)
    dense = -(len(e) * np.log(2 * np.pi) + np.linalg.slogdet(omega)[1] + quadratic) / 2
    dense += T * np.linalg.slogdet(A)[1]
    assert fit(50, "sar", "random").loglik == pytest.approx(dense, rel=1e-8)


def test_direct_impacts_of_spreg_leave_out_the_feedback_of_the_neighbours_term():
    """Its totals agree; its direct impact of a Durbin model is beta times the direct multiplier."""
    result, case = fit(1000, "sdm", "none"), SPREG["ml_durbin"]
    multiplier, p = case["multipliers"], case["params"]
    impacts = result.impacts()["estimate"]
    total = multiplier["total"] * (p["x1"] + p["W.x1"])
    assert impacts["x1", "total"] == pytest.approx(total, rel=1e-6)
    W = weights(1000).toarray()
    S = np.linalg.inv(np.eye(1000) - p["rho"] * W)
    assert multiplier["direct"] == pytest.approx(np.trace(S) / 1000, rel=1e-6)
    feedback = p["W.x1"] * np.trace(S @ W) / 1000
    assert abs(feedback) > 0.004
    direct = p["x1"] * multiplier["direct"] + feedback
    assert impacts["x1", "direct"] == pytest.approx(direct, rel=1e-6)


def test_lm_tests_of_spreg_in_a_cross_section():
    data = frame(1000)
    ours = lm_tests(data["y"], data[["x1", "x2"]], weights(1000), "none", None)["statistic"]
    assert ours.to_dict() == pytest.approx(SPREG["lm"], rel=1e-9)


@pytest.mark.parametrize("n", SIZES)
def test_panel_lm_tests_of_spreg(n):
    """Its error variance is over N - K; its LM lag has the trace squared where T traces belong."""
    data, case, W = frame(n).sort_index(level=["t", "id"]), SPREG[f"panel_lm_{n}"], weights(n)
    ours = lm_tests(data["y"], data[["x1", "x2"]], W, "none", None)["statistic"]
    N = len(data)
    shrink = (N - 3) / N
    assert ours["lm_error"] * shrink**2 == pytest.approx(case["lm_error"], rel=1e-9)
    X = np.column_stack([np.ones(N), data[["x1", "x2"]]])
    y = data["y"].to_numpy()
    b = np.linalg.lstsq(X, y, rcond=None)[0]
    s2 = ((y - X @ b) ** 2).sum() / (N - 3)

    def lag(values):
        return (W @ values.reshape(-1, n).T).T.ravel()

    signal = lag(X @ b)
    rest = (signal - X @ np.linalg.lstsq(X, signal, rcond=None)[0]) @ signal / s2
    trace = (W @ W + W.T @ W).diagonal().sum()
    score = (y - X @ b) @ lag(y) / s2
    assert case["lm_lag"] == pytest.approx(score**2 / (rest + trace**2), rel=1e-9)
    exact = (score / shrink) ** 2 / (rest / shrink + N // n * trace)
    assert ours["lm_lag"] == pytest.approx(exact, rel=1e-9)


@pytest.fixture(scope="module")
def states():
    table = pd.read_csv(REFERENCE / "usjoin/usjoin.csv").drop(columns="STATE_FIPS")
    table = table.set_index("Name").T.astype(float)
    return table.set_axis(table.index.astype(int))


def test_sigma_of_geometrics(states):
    case, ours = GEOMETRICS["sigma"], sigma_convergence(states)
    assert ours.dispersion["std_log"].loc[[1929, 2009]].tolist() == pytest.approx(case["std"])
    # Its Gini and coefficient of variation are of log income: of a scale-free measure, not.
    logs = np.log(states).loc[[1929, 2009]]
    assert gini(logs).tolist() == pytest.approx(case["gini"], rel=1e-9)
    assert gini(states).loc[1929] > 6 * case["gini"][0]
    assert (logs.std(axis=1) / logs.mean(axis=1)).tolist() == pytest.approx(case["cv"])
    # Its trend is of the log of dispersion, its error without autocorrelation.
    year = states.index.to_numpy(dtype=float)
    slope = np.polyfit(year, np.log(ours.dispersion["std_log"].to_numpy()), 1)[0]
    assert slope == pytest.approx(case["slope_of_log_std"])


def test_beta_of_geometrics(states):
    case, ours = GEOMETRICS["beta"], beta_convergence(states)
    assert ours.beta == pytest.approx(case["slope"], rel=1e-9)
    speed = implied_speed(ours.beta, (ours.beta - 1e-4, ours.beta + 1e-4), 80)
    assert (speed.speed, speed.half_life) == pytest.approx((case["speed"], case["half_life"]))
    # HC3 here, HC1 there.
    x = np.log(states.loc[1929].to_numpy())
    X = np.column_stack([np.ones(48), x])
    growth = np.log(states.loc[2009] / states.loc[1929]).to_numpy() / 80
    b = np.linalg.lstsq(X, growth, rcond=None)[0]
    scores = X * (growth - X @ b)[:, None]
    bread = np.linalg.inv(X.T @ X)
    hc1 = np.sqrt(48 / 46 * (bread @ scores.T @ scores @ bread)[1, 1])
    assert hc1 == pytest.approx(case["std_error_hetero"], rel=1e-6)
    assert ours.std_error > hc1


@pytest.mark.parametrize(("merge", "theirs"), [("phillips-sul", "ps"), (None, "none")])
def test_clubs_of_geometrics(merge, theirs):
    table = pd.read_csv(REFERENCE / "clubs/filteredGDP.csv").set_index("Countries").T
    table = table.set_axis([int(year[1:]) for year in table.index])
    case = GEOMETRICS["clubs"][theirs]
    assert log_t_test(table).params["log t"] == pytest.approx(case["beta"], rel=1e-9)
    found = club_convergence(table, merge=merge)
    assert found.tests["n_units"].tolist() == case["sizes"]
