"""Panel unit-root tests: regressions by hand, tabulated values, size, power, refusals."""

import numpy as np
import pandas as pd
import pytest

from regiometrics.errors import PanelError
from regiometrics.panel.unit_root import _null, _t_ratios, im_pesaran_shin, pesaran_cips
from regiometrics.panel.unit_root_moments import LENGTHS, MEANS, VARIANCES


def panel(T, n, rho, seed, factor=0.0):
    """Draw autoregressions around unit means, with a common factor."""
    rng = np.random.default_rng(seed)
    f = factor * rng.normal(size=T)
    y = np.zeros((T, n))
    for t in range(1, T):
        y[t] = rho * y[t - 1] + rng.normal(size=n) + f[t] * np.linspace(0.5, 1.5, n)
    return pd.DataFrame(y + np.arange(n), index=range(2000, 2000 + T), columns=list("abcdefgh"[:n]))


def regression_t(y, columns):
    """t-ratio of the first column by the textbook formula."""
    X = np.column_stack(columns)
    inverse = np.linalg.inv(X.T @ X)
    b = inverse @ X.T @ y
    e = y - X @ b
    return b[0] / np.sqrt(e @ e / (len(y) - X.shape[1]) * inverse[0, 0])


@pytest.mark.parametrize("trend", [False, True])
@pytest.mark.parametrize("lags", [0, 2])
def test_regressions_by_hand(lags, trend):
    values = panel(25, 4, 0.8, 1)
    Y = values.to_numpy()
    dY, T = np.diff(Y, axis=0), 24 - lags
    mean, d_mean = Y.mean(axis=1), dY.mean(axis=1)
    fixed = [np.ones(T)] + [np.arange(T)] * trend
    ips = im_pesaran_shin(values, lags, trend=trend)
    cips = pesaran_cips(values, lags, trend=trend, truncated=False, draws=100, seed=0)
    for i, unit in enumerate("abcd"):
        own = [dY[lags - j : 24 - j, i] for j in range(1, lags + 1)]
        others = [d_mean[lags - j : 24 - j] for j in range(lags + 1)] + [mean[lags:-1]]
        y, level = dY[lags:, i], Y[lags:-1, i]
        # Least squares by two routes: rounding.
        by_hand = regression_t(y, [level, *fixed, *own])
        assert ips.units.at[unit, "t"] == pytest.approx(by_hand, rel=1e-8)
        by_hand = regression_t(y, [level, *fixed, *own, *others])
        assert cips.units.at[unit, "t"] == pytest.approx(by_hand, rel=1e-7)
    assert ips.t_bar == pytest.approx(ips.units["t"].mean())
    assert ips.units["n_obs"].eq(T).all()


def test_statsmodels_gives_the_same_ratios():
    from statsmodels.regression.linear_model import OLS

    values = panel(30, 3, 0.9, 2)
    result = im_pesaran_shin(values, 1, trend=True)
    for unit in "abc":
        y = values[unit].to_numpy()
        dy = np.diff(y)
        X = np.column_stack([y[1:-1], dy[:-1], np.ones(28), np.arange(28)])
        t = OLS(dy[1:], X).fit().tvalues[0]
        assert result.units.at[unit, "t"] == pytest.approx(t, rel=1e-8)


def test_w_t_bar_by_hand():
    """√n (mean t - E) / √Var with the table's entries for 20 observations, one lag."""
    values = panel(22, 5, 0.9, 3)
    result = im_pesaran_shin(values, 1)
    by_hand = np.sqrt(5) * (result.units["t"].mean() + 1.516) / np.sqrt(0.915)
    assert result.statistic == pytest.approx(by_hand, rel=1e-12)


@pytest.mark.parametrize("trend", [False, True])
@pytest.mark.parametrize("n_obs, lags", [(10, 0), (20, 0), (20, 2), (30, 4), (50, 1)])
def test_tabulated_moments_are_those_of_simulated_walks(n_obs, lags, trend):
    rng = np.random.default_rng(n_obs + lags)
    walks = rng.standard_normal((40_000, 1, n_obs + 1 + lags)).cumsum(axis=-1)
    t = _t_ratios(walks, lags, trend, cross=False)[:, 0]
    column = list(LENGTHS).index(n_obs)
    # The paper's own table has 50 000 draws and three decimals: three errors of the difference.
    error = t.std() * np.sqrt(1 / 40_000 + 1 / 50_000)
    assert t.mean() == pytest.approx(MEANS[trend][lags, column], abs=3 * error + 0.0005)
    spread = ((t - t.mean()) ** 2).std() * np.sqrt(1 / 40_000 + 1 / 50_000)
    assert t.var() == pytest.approx(VARIANCES[trend][lags, column], abs=3 * spread + 0.0005)


# Pesaran (2007), table II(b) and II(c): (n, T, trend) -> critical values at 1, 5, 10 per cent.
PUBLISHED = {
    (10, 20, False): (-2.60, -2.34, -2.21),
    (10, 30, False): (-2.57, -2.33, -2.21),
    (20, 20, False): (-2.40, -2.21, -2.10),
    (10, 20, True): (-3.15, -2.88, -2.74),
    (10, 50, True): (-3.06, -2.84, -2.73),
}


@pytest.mark.parametrize("n, T, trend", PUBLISHED)
def test_simulated_critical_values_are_the_published(n, T, trend):
    """T counts the observations of the regression: T + 1 periods without lags."""
    null = np.sort(_null([(T + 1, 0)] * n, trend, 10_000, 5, cross=True))
    for level, published in zip((0.01, 0.05, 0.10), PUBLISHED[n, T, trend], strict=True):
        # Distribution-free interval of a quantile from 10 000 draws, three errors wide to either
        # side, and the rounding of the published value.
        width = 3 * np.sqrt(10_000 * level * (1 - level))
        low, high = null[int(10_000 * level - width)], null[int(10_000 * level + width)]
        assert low - 0.005 <= published <= high + 0.005


def test_size_and_power():
    """200 panels of 7 units and 21 periods at the 5 per cent level."""
    rejected = {(test, rho): 0 for test in ("ips", "cips") for rho in (1.0, 0.3)}
    critical = pesaran_cips(panel(21, 7, 1.0, 0), draws=2000, seed=1).critical_values[0.05]
    for seed in range(200):
        for rho in (1.0, 0.3):
            values = panel(21, 7, rho, seed)
            rejected["ips", rho] += im_pesaran_shin(values).p_value < 0.05
            cips = pesaran_cips(values, draws=100, seed=1)
            rejected["cips", rho] += cips.statistic < critical
    for test in ("ips", "cips"):
        # Binomial with 200 trials: 10 expected, within three errors (3.1 each).
        assert 1 <= rejected[test, 1.0] <= 20
        assert rejected[test, 0.3] > 150


def test_a_common_factor_misleads_ips_and_not_cips():
    ips = cips = 0
    for seed in range(200):
        values = panel(21, 7, 1.0, seed, factor=3.0)
        ips += im_pesaran_shin(values).p_value < 0.05
    draws = _null([(21, 0)] * 7, False, 4000, 2, cross=True)
    critical = np.quantile(draws, 0.05)
    for seed in range(200):
        values = panel(21, 7, 1.0, seed, factor=3.0)
        cips += pesaran_cips(values, truncated=False, draws=100, seed=1).statistic < critical
    # Nominal 10 of 200; the factor shared by all makes IPS reject more often.
    assert ips > 20
    assert cips < 22


def test_late_starts_and_chosen_lags():
    values = panel(30, 3, 0.9, 4)
    values.loc[:2004, "a"] = np.nan
    result = im_pesaran_shin(values, "bic", max_lags=3)
    assert result.units.at["a", "n_obs"] == 25 - 1 - result.units.at["a", "lags"]
    assert result.units["lags"].between(0, 3).all()
    dy = np.random.default_rng(0).normal(size=400)
    for t in range(2, 400):
        dy[t] += 0.7 * dy[t - 2]
    long = pd.DataFrame({"a": dy.cumsum()}, index=range(400))
    # An AR(2) in differences without its first lag: two lags.
    assert im_pesaran_shin(long, "bic", max_lags=4).units.at["a", "lags"] == 2


def test_short_panels_are_simulated_or_refused():
    values = panel(8, 5, 0.5, 6)
    with pytest.raises(PanelError, match="7 observations and 0 lags"):
        im_pesaran_shin(values)
    result = im_pesaran_shin(values, draws=500, seed=3)
    again = im_pesaran_shin(values, draws=500, seed=3)
    assert result.p_value == again.p_value
    assert 0 < result.p_value < 1
    assert "500 simulated panels" in result.reference


def test_normal_and_simulated_reference_agree():
    """W-t-bar's approximation at n = 7, T = 21 is good to a few hundredths."""
    for seed in range(4):
        values = panel(21, 7, 0.9, seed)
        normal = im_pesaran_shin(values).p_value
        simulated = im_pesaran_shin(values, draws=4000, seed=1).p_value
        # Simulation error of at most 0.008, three times, and skewness of the mean of seven.
        assert simulated == pytest.approx(normal, abs=0.035)


def test_refusals():
    values = panel(20, 4, 0.5, 7)
    with pytest.raises(PanelError, match="The period after 2004 is missing"):
        im_pesaran_shin(values.drop(index=2005))
    hole = values.copy()
    hole.loc[2005, "b"] = np.nan
    with pytest.raises(PanelError, match="Unit 'b' has 19 values with holes"):
        im_pesaran_shin(hole)
    late = values.copy()
    late.loc[2000, "c"] = np.nan
    with pytest.raises(PanelError, match="Unit 'c' has no value in period 2000"):
        pesaran_cips(late, draws=100, seed=0)
    with pytest.raises(PanelError, match="Unit 'd' stays at 3"):
        im_pesaran_shin(values.assign(d=3.0))
    with pytest.raises(PanelError, match="relative to their own mean"):
        pesaran_cips(values.sub(values.mean(axis=1), axis=0), draws=100, seed=0)
    with pytest.raises(PanelError, match="8 lags need at least"):
        pesaran_cips(values, 8, draws=100, seed=0)
    with pytest.raises(PanelError, match="lags is 'hq'"):
        im_pesaran_shin(values, "hq")
    with pytest.raises(PanelError, match="50 draws"):
        pesaran_cips(values, draws=50, seed=0)
