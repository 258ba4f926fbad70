"""LM, Moran and CD tests: a hand toy, size and power in simulations, sentences of refusal."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from regiometrics.spatial.diagnostics import lm_tests, moran_test, pesaran_cd, randomised_cd
from regiometrics.spatial.errors import (
    AbsorbedRegressorError,
    CollinearRegressorsError,
    NonNormalisedWeightsError,
    SpecificationError,
)
from regiometrics.spatial.simulate import rook_lattice


def index(T, n):
    return pd.MultiIndex.from_product([range(n), range(T)], names=["unit", "period"])


def frame(values):
    """(T, n) or (T, n, k) array to Series or DataFrame."""
    T, n = values.shape[:2]
    if values.ndim == 2:
        return pd.Series(values.T.ravel(), index=index(T, n), name="y")
    columns = [f"x{k}" for k in range(values.shape[2])]
    flat = values.transpose(1, 0, 2).reshape(n * T, -1)
    return pd.DataFrame(flat, index=index(T, n), columns=columns)


def test_by_hand():
    # Two pairs of neighbours, two equal periods, a constant: each period e = (1, 1, -1, -1), so
    # that We = e and I = 1; tr(MW) = -1 with seven degrees of freedom.
    W = np.kron(np.eye(2), [[0.0, 1.0], [1.0, 0.0]])
    y, const = frame(np.tile([3.0, 3.0, 1.0, 1.0], (2, 1))), frame(np.ones((2, 4, 1)))
    with pytest.warns(UserWarning, match="2 components"):
        moran = moran_test(y, const, W, "none")
    assert moran["statistic"] == pytest.approx(1.0)
    assert moran["expected"] == pytest.approx(-1 / 7)
    x = frame(np.dstack([np.ones((2, 4)), np.tile([1.0, 0.0, 0.0, 0.0], (2, 1))]))
    y = frame(np.tile([0.0, 4.0, 2.0, 0.0], (2, 1)))
    # A period: fitted (0, 2, 2, 2), e = (0, 2, 0, -2), We = (2, 0, -2, 0), e'We = 0: LM error 0.
    # Wy = (4, 0, 0, 2), e'Wy = -4, s2 = 2: score -2. W fitted = (2, 0, 2, 2); less its fit
    # (2, 4/3, 4/3, 4/3) is (0, -4/3, 2/3, 2/3), squares 8/3, over s2 4/3. tr(WW + W'W) = 8.
    with pytest.warns(UserWarning, match="2 components"):
        table = lm_tests(y, x, W, "none")
    assert table.loc["lm_error", "statistic"] == pytest.approx(0.0, abs=1e-14)
    assert table.loc["lm_lag", "statistic"] == pytest.approx(4**2 / (2 * 4 / 3 + 2 * 8))
    assert table.loc["robust_lm_lag", "statistic"] == pytest.approx(4**2 / (2 * 4 / 3))
    assert table.loc["sarma", "statistic"] == pytest.approx(6.0)
    assert table.loc["sarma", "p_value"] == pytest.approx(np.exp(-3))


def test_size_under_two_way_effects_needs_the_correction():
    # 400 samples of T = 10, n = 25, 5% tests. A right test rejects 5 to 44 times (binomial,
    # 99.9%, asymptotics at 250 observations being allowed a true size of 3.5 to 6.5%).
    low, high = stats.binom.ppf(0.0005, 400, 0.035), stats.binom.ppf(0.9995, 400, 0.065)
    rng, W, (T, n) = np.random.default_rng(1), rook_lattice(5, 5), (10, 25)
    counts, uncorrected = {}, 0
    X = frame(rng.standard_normal((T, n, 2)))
    for _ in range(400):
        noise = rng.standard_normal((T, n)) + rng.standard_normal(n) + rng.standard_normal((T, 1))
        y = frame(noise) + X.sum(axis=1)
        p_values = dict(lm_tests(y, X, W, "twoway")["p_value"])
        p_values["moran"] = moran_test(y, X, W, "twoway")["p_value"]
        for test, p in p_values.items():
            counts[test] = counts.get(test, 0) + (p < 0.05)
        uncorrected += lm_tests(y, X, W, "twoway", None).loc["lm_error", "p_value"] < 0.05
    assert all(low <= count <= high for count in counts.values()), counts
    assert uncorrected > high


@pytest.mark.parametrize(
    ("process", "alone"), [("lag", "robust_lm_lag"), ("error", "robust_lm_error")]
)
def test_robust_forms_tell_lag_from_error(process, alone):
    rng, W, (T, n) = np.random.default_rng(3), rook_lattice(10, 10), (8, 100)
    inverse = np.linalg.inv(np.eye(n) - 0.4 * W.toarray())
    x, e = rng.standard_normal((T, n, 1)), rng.standard_normal((T, n))
    y = (2 * x[..., 0] + e) @ inverse.T if process == "lag" else 2 * x[..., 0] + e @ inverse.T
    table = lm_tests(frame(y), frame(x), W, "twoway")
    other = {"robust_lm_lag", "robust_lm_error"} - {alone}
    assert table.loc[alone, "p_value"] < 1e-6
    assert table.loc[other.pop(), "p_value"] > 0.01


def test_a_constant_alone_cannot_tell_lag_from_error():
    y = frame(np.random.default_rng(6).standard_normal((4, 9)))
    table = lm_tests(y, frame(np.ones((4, 9, 1))), rook_lattice(3, 3), "none")
    assert table.loc["lm_lag", "statistic"] == pytest.approx(table.loc["lm_error", "statistic"])
    assert table.loc[["robust_lm_lag", "robust_lm_error", "sarma"], "statistic"].isna().all()


def test_cd_by_hand():
    # Two units with opposite, three periods: correlation -1, CD = sqrt(3).
    values = frame(np.array([[1.0, -1.0], [0.0, 0.0], [-1.0, 1.0]]))
    cd = pesaran_cd(values)
    assert cd["statistic"] == pytest.approx(-np.sqrt(3))
    assert cd["mean_correlation"] == pytest.approx(-1)
    assert cd["mean_absolute_correlation"] == pytest.approx(1)


def test_time_effects_break_cd_and_random_signs_mend_it():
    # 400 samples; the same binomial bounds as above. Demeaning drives mean correlation to -1/n.
    rng = np.random.default_rng(4)
    rejected = {"plain": 0, "demeaned": 0, "random": 0}
    for seed in range(400):
        e = rng.standard_normal((40, 30))
        left = e - e.mean(axis=1, keepdims=True)
        rejected["plain"] += pesaran_cd(frame(e))["p_value"] < 0.05
        rejected["demeaned"] += pesaran_cd(frame(left))["p_value"] < 0.05
        rejected["random"] += randomised_cd(frame(left), seed=seed)["p_value"] < 0.05
    low, high = stats.binom.ppf(0.0005, 400, 0.035), stats.binom.ppf(0.9995, 400, 0.065)
    assert low <= rejected["plain"] <= high
    assert low <= rejected["random"] <= high
    assert rejected["demeaned"] > high


def test_refusals():
    rng, W = np.random.default_rng(5), rook_lattice(3, 3)
    x = rng.standard_normal((4, 9, 2))
    y, X = frame(rng.standard_normal((4, 9))), frame(x)
    fixed = X.assign(x1=np.repeat(rng.standard_normal(9), 4))
    with pytest.raises(AbsorbedRegressorError, match="'x1' does not vary once unit effects"):
        lm_tests(y, fixed, W, "unit")
    with pytest.raises(CollinearRegressorsError, match="is a linear combination"):
        lm_tests(y, X.assign(x2=X["x0"] + X["x1"]), W, "twoway")
    with pytest.raises(NonNormalisedWeightsError, match="row-normalise"):
        lm_tests(y, X, (W > 0).astype(float), "twoway")
    with pytest.raises(SpecificationError, match="lee-yu or None"):
        lm_tests(y, X, W, "twoway", "yes")
    with pytest.raises(SpecificationError, match="does not vary over time"):
        pesaran_cd(y * 0)
    assert len(lm_tests(y, X, (W > 0).astype(float), "twoway", None)) == 5


@pytest.mark.parametrize("value", [0.0, 0.1, 1e9 / 7])
def test_units_constant_but_for_rounding_have_no_correlations(value):
    y = frame(np.random.default_rng(5).standard_normal((6, 4)))
    y.loc[2] = value
    for test in (pesaran_cd, lambda values: randomised_cd(values, seed=1)):
        with pytest.raises(SpecificationError, match="Unit 2 does not vary over time"):
            test(y)
    # Residuals of a dummy of one's own are rounding, not zeros.
    y.loc[2] = np.random.default_rng(5).standard_normal(6) * 1e-17
    with pytest.raises(SpecificationError, match="Unit 2 does not vary over time"):
        pesaran_cd(y)


def test_small_movements_of_large_values_are_movements():
    y = frame(1e6 + 1e-3 * np.random.default_rng(5).standard_normal((6, 4)))
    shift = frame(np.full((6, 4), -1e6))
    assert pesaran_cd(y)["statistic"] == pytest.approx(pesaran_cd(y + shift)["statistic"], rel=1e-6)


def test_cross_section_tests_need_a_series_of_two_units():
    y = frame(np.random.default_rng(5).standard_normal((6, 4)))
    with pytest.raises(SpecificationError, match="values are a DataFrame; expected a pandas Ser"):
        pesaran_cd(pd.concat([y, y], axis=1))
    with pytest.raises(SpecificationError, match="one unit, 0; expected two or more"):
        pesaran_cd(y.loc[[0]])
    with pytest.raises(SpecificationError, match="draws is 0"):
        randomised_cd(y, 0, seed=1)
