"""Employment in British firms (Arellano and Bond 1991) against Stata, R and gretl.

abdata/expected.json: printed numbers of xtabond2 and of plm's vignette; abdata/oracle_R_plm.json:
plm 2.6.2 on R 4.2.2; abdata/oracle_gretl.json: gretl 2022c, six digits. The estimators are closed
forms of the same data, so agreement is to the printed digit, or 1e-6 relative where the oracle
gives all digits.
"""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regiometrics.panel.gmm import DynamicPanelGMM
from regiometrics.panel.gmm_steps import serial_correlation

HERE = Path(__file__).parent / "abdata"
PLM = json.loads((HERE / "oracle_R_plm.json").read_text("utf-8"))
GRETL = json.loads((HERE / "oracle_gretl.json").read_text("utf-8"))
PRINTED: dict = {}
for row in json.loads((HERE / "expected.json").read_text("utf-8"))["results"]:
    PRINTED.setdefault(row["model"], {})[row["quantity"]] = row
FULL = 1e-6


def with_lags(frame):
    for name in ("w", "k", "ys"):
        frame[f"L1.{name}"] = frame.groupby(level="firm")[name].shift()
    return frame


@pytest.fixture(scope="module")
def gretl():
    """The file of gretl: logs to ten decimals, one row per firm and year, seen or not."""
    frame = pd.read_csv(HERE / "abdata.csv").rename(columns={"id": "firm", "YEAR": "year"})
    return with_lags(frame.set_index(["firm", "year"])[["n", "w", "k", "ys"]].copy())


@pytest.fixture(scope="module")
def stata(gretl):
    """The same as Stata stores it, in single precision: the seventh digit depends on it."""
    return gretl.astype("float32").astype("float64")


@pytest.fixture(scope="module")
def plm():
    """The file of plm: levels; firms are seen in unbroken runs of years."""
    frame = pd.read_csv(HERE / "EmplUK.csv").set_index(["firm", "year"])
    logs = np.log(frame[["emp", "wage", "capital", "output"]])
    return with_lags(logs.set_axis(["n", "w", "k", "ys"], axis=1))


def arellano_bond(frame, **options):
    return DynamicPanelGMM(
        frame["n"], frame[["w", "L1.w", "k", "ys", "L1.ys"]], lags=2, time_effects=True, **options
    )


def blundell_bond(frame, **options):
    return DynamicPanelGMM(
        frame["n"],
        frame[["w", "L1.w", "k", "L1.k"]],
        gmm={name: (2, None) for name in "nwk"},
        iv=[],
        time_effects=True,
        **options,
    )


def roodman(frame, **options):
    gmm = {"n": (2, 4), "w": (1, 3)}
    return DynamicPanelGMM(frame["n"], frame[["w", "k"]], lags=2, gmm=gmm, iv=["k"], **options)


def printed(model, quantity):
    row = PRINTED[model][quantity]
    # Half a unit of the last printed digit.
    return pytest.approx(row["value"], abs=0.5001 * 10.0 ** -row["decimals"], rel=0)


def check_printed(model, fit, names, **others):
    """Hold a fit to every number printed for a model."""
    got = {"m1": fit.serial_correlation.at[1, "statistic"]}
    got["m2"] = fit.serial_correlation.at[2, "statistic"]
    got["n_instruments"] = fit.n_instruments
    for theirs, ours in names.items():
        got[f"coef:{theirs}"] = fit.params[ours]
        got[f"se:{theirs}"] = fit.std_errors[ours]
    got |= others
    for quantity in PRINTED[model]:
        assert got[quantity] == printed(model, quantity), quantity


def time_terms(fit):
    return [name for name in fit.params.index if name.startswith("time.")]


AB_TERMS = {name: name for name in ("L1.n", "L2.n", "w", "L1.w", "k", "ys", "L1.ys")}


def test_arellano_bond_table_4b_as_printed(plm):
    fit = arellano_bond(plm).fit(windmeijer=False)
    check_printed(
        "AB91_T4b_twostep_classicSE",
        fit,
        AB_TERMS,
        sargan=fit.hansen["statistic"],
        sargan_df=fit.hansen["df"],
        wald=fit.wald(list(AB_TERMS))["statistic"],
        wald_time=fit.wald(time_terms(fit))["statistic"],
    )


def test_xtabond2_difference_gmm_as_printed(stata):
    fit = roodman(stata).fit()
    check_printed(
        "xtabond2_diff_twostep_windmeijer",
        fit,
        {name: name for name in ("L1.n", "L2.n", "w", "k")},
        sargan=fit.sargan["statistic"],
        hansen=fit.hansen["statistic"],
        hansen_df=fit.hansen["df"],
    )


def test_system_gmm_as_printed(stata):
    fit = roodman(stata, system=True).fit()
    names = {name: name for name in ("L1.n", "L2.n", "w", "k")} | {"_cons": "const"}
    check_printed(
        "sys_twostep_windmeijer",
        fit,
        names,
        hansen=fit.hansen["statistic"],
        hansen_df=fit.hansen["df"],
    )


def plm_system_correlation(fit):
    """As plm computes it in system models: without the levels' residuals in the cross term.

    Arellano and Bond's variance needs the covariance of the test's numerator with the
    estimates, which in system GMM depend on the level residuals too. plm 2.6's mtest sets these
    to zero; gretl and xtabond2 do not, and nor do we. Leaving them out here gives plm's number
    to all digits, so that nothing else differs.
    """
    m = fit.moments
    residuals = fit.step.residuals.copy()
    residuals[:, m.n_periods :] = 0
    scores = m.scores(residuals)
    return serial_correlation(m, fit.step, fit.cov.to_numpy(), scores=scores)["statistic"]


BB_TERMS = {name: name for name in ("L1.n", "w", "L1.w", "k", "L1.k")}


def test_blundell_bond_as_printed_by_plm(plm):
    fit = blundell_bond(plm, system=True).fit(steps=1)
    m1, m2 = plm_system_correlation(fit)
    total = fit.step.scores.sum(axis=0)
    # plm weighs one-step moments by the two-step matrix.
    sargan = total @ np.linalg.inv(fit.step.scores.T @ fit.step.scores) @ total
    check_printed(
        "BB98_sys_onestep_robust_plm",
        fit,
        BB_TERMS,
        m1=m1,
        m2=m2,
        sargan=sargan,
        sargan_df=fit.hansen["df"],
        wald=fit.wald(list(BB_TERMS))["statistic"],
        wald_time=fit.wald(time_terms(fit))["statistic"],
    )


PLM_NAMES = {
    "lag(log(emp), 1:2)1": "L1.n",
    "lag(log(emp), 1:2)2": "L2.n",
    "lag(log(emp), 1)": "L1.n",
    "lag(log(wage), 0:1)0": "w",
    "lag(log(wage), 0:1)1": "L1.w",
    "log(capital)": "k",
    "lag(log(capital), 0:1)0": "k",
    "lag(log(capital), 0:1)1": "L1.k",
    "lag(log(output), 0:1)0": "ys",
    "lag(log(output), 0:1)1": "L1.ys",
}
PLM_FITS = {
    "AB_T4b_onestep_robust": (arellano_bond, {}, {"steps": 1}),
    "AB_T4b_twosteps_classic": (arellano_bond, {}, {"windmeijer": False}),
    "AB_T4b_twosteps_robust": (arellano_bond, {}, {}),
    "BB98_onestep_d_robust": (blundell_bond, {}, {"steps": 1}),
    "BB98_onestep_ld_robust": (blundell_bond, {"system": True}, {"steps": 1}),
    "BB98_twosteps_d_robust": (blundell_bond, {}, {}),
    "BB98_twosteps_ld_robust": (blundell_bond, {"system": True}, {}),
}


@pytest.mark.parametrize("name", PLM_FITS)
def test_every_digit_of_plm(plm, name):
    build, options, how = PLM_FITS[name]
    oracle = PLM[name]
    fit = build(plm, **options).fit(**how)
    # plm weighs the moments of either step by the two-step matrix.
    first = build(plm, **options).fit(steps=1).step.scores
    total = fit.step.scores.sum(axis=0)
    sargan = total @ np.linalg.inv(first.T @ first) @ total
    assert sargan == pytest.approx(oracle["sargan"]["stat"], rel=FULL)
    for theirs, ours in PLM_NAMES.items():
        if theirs in oracle["coef"]:
            assert fit.params[ours] == pytest.approx(oracle["coef"][theirs], rel=FULL)
            assert fit.std_errors[ours] == pytest.approx(oracle["se"][theirs], rel=FULL)
    assert fit.hansen["df"] == oracle["sargan"]["df"]
    if how.get("steps") != 1:
        assert fit.hansen["statistic"] == pytest.approx(oracle["sargan"]["stat"], rel=FULL)
        assert fit.hansen["p_value"] == pytest.approx(oracle["sargan"]["p"], rel=FULL)
    z = fit.serial_correlation["statistic"]
    if options:
        z = plm_system_correlation(fit)
    assert z[1] == pytest.approx(oracle["m1"]["z"], rel=FULL)
    assert z[2] == pytest.approx(oracle["m2"]["z"], rel=FULL)


def test_plm_leaves_the_error_variance_out_of_classical_errors(plm):
    """One step, classical: plm 2.6 puts 1/n in place of sigma²; gretl and DPD agree with us."""
    oracle = PLM["AB_T4b_onestep_classic"]
    fit = arellano_bond(plm).fit(steps=1, robust=False)
    scale = np.sqrt(1 / fit.n_units / fit.sigma2)
    for theirs, value in oracle["se"].items():
        ours = PLM_NAMES[theirs]
        assert fit.params[ours] == pytest.approx(oracle["coef"][theirs], rel=FULL)
        assert fit.std_errors[ours] * scale == pytest.approx(value, rel=FULL)
    theirs = serial_correlation(fit.moments, fit.step, fit.cov.to_numpy() * scale**2)
    assert theirs.at[1, "statistic"] == pytest.approx(oracle["m1"]["z"], rel=FULL)
    assert theirs.at[2, "statistic"] == pytest.approx(oracle["m2"]["z"], rel=FULL)


def gretl_basis(fit, system):
    """Coefficients and covariance in gretl's basis of period effects.

    In difference GMM gretl enters undifferenced dummies: the constant is the first growth of the
    period effects, each dummy the growth minus that first one. In system GMM bases agree.
    """
    names = list(fit.params.index)
    times = time_terms(fit)
    J = pd.DataFrame(np.eye(len(names)), names, names)
    if not system:
        for i, name in enumerate(times):
            J.loc[name] = 0.0
            J.loc[name, name] = 1.0
            if i:
                J.loc[name, times[i - 1]] = -1.0
                J.loc[name, times[0]] -= 1.0
    params, cov = J @ fit.params, J @ fit.cov @ J.T
    labels = {name: f"T{int(name[5:]) - 1975}" for name in times}
    labels |= {"L1.n": "n(-1)", "L2.n": "n(-2)", "L1.w": "w_1", "L1.k": "k_1", "L1.ys": "ys_1"}
    if not system:
        labels[times[0]] = "const"
    return params.rename(labels), cov.rename(labels).rename(labels, axis=1)


def endogenous(frame, **options):
    """Model 3 and 4 of gretl's script: wage and capital endogenous."""
    return DynamicPanelGMM(
        frame["n"],
        frame[["w", "L1.w", "k", "ys", "L1.ys"]],
        lags=2,
        gmm=ENDOGENOUS,
        iv=["ys", "L1.ys"],
        time_effects=True,
        **options,
    )


ENDOGENOUS = {"n": (2, None), "w": (2, 3), "k": (2, 3)}
CLASSICAL = {"steps": 1, "robust": False, "debiased": True}
GRETL_FITS = {
    ("arbond91", 1): (arellano_bond, {}, CLASSICAL),
    ("arbond91", 2): (arellano_bond, {}, {"windmeijer": False}),
    ("arbond91", 3): (endogenous, {}, {"steps": 1, "debiased": True}),
    ("arbond91", 4): (endogenous, {}, {}),
    ("bbond98", 1): (blundell_bond, {}, {}),
    ("bbond98", 2): (blundell_bond, {"system": True, "initial_weights": "block"}, {}),
}


@pytest.mark.parametrize("script, number", GRETL_FITS)
def test_gretl_as_printed(gretl, script, number):
    build, options, how = GRETL_FITS[script, number]
    heading, oracle = next(
        (h, o) for h, o in GRETL[script].items() if h.startswith(f"model{number}:")
    )
    fit = build(gretl, **options).fit(**how)
    assert f"using {fit.nobs} observations" in heading
    assert str(fit.n_instruments) == oracle["Number of instruments"]
    params, cov = gretl_basis(fit, bool(options))
    for name, value in oracle["coef"].items():
        # Six significant digits: half a unit of the sixth.
        assert params[name] == pytest.approx(value, rel=5.1e-6), name
        assert cov.at[name, name] ** 0.5 == pytest.approx(oracle["se"][name], rel=5.1e-6), name
    numbers = {key: float(re.search(r"= (-?[\d.]+)", text)[1]) for key, text in oracle.items()
               if isinstance(text, str) and "=" in text}  # fmt: skip
    z = fit.serial_correlation["statistic"]
    assert z[1] == pytest.approx(numbers["Test for AR(1) errors"], rel=5.1e-6)
    assert z[2] == pytest.approx(numbers["Test for AR(2) errors"], rel=5.1e-6)
    criterion = fit.sargan if how.get("steps") == 1 else fit.hansen
    assert criterion["statistic"] == pytest.approx(
        numbers["Sargan over-identification test"], rel=5.1e-6
    )
    slopes = [name for name in fit.params.index if name[:5] not in ("time.", "const")]
    wald = fit.wald(slopes)["statistic"]
    assert wald == pytest.approx(numbers["Wald (joint) test"], rel=5.1e-6)
    dummies = chi_squared_of(
        params, cov, [name for name in params.index if re.fullmatch(r"T\d", name)]
    )
    assert dummies == pytest.approx(numbers["Wald (time dummies)"], rel=5.1e-6)


def chi_squared_of(params, cov, names):
    b = params[names].to_numpy()
    return b @ np.linalg.solve(cov.loc[names, names].to_numpy(), b)
