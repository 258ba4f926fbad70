"""Beta convergence: arithmetic by hand, numpy oracles, recovery from simulated data."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from regiometrics.convergence.beta import beta_convergence, growth_and_initial

# The oracles solve the same least-squares problem by another route: only last bits differ.
SAME = {"rel": 1e-8, "abs": 1e-12}
METHODS = ("cross-section", "two-way")


def interval(result, level=0.95):
    return tuple(result.conf_int(level).loc["initial"])


def panel(logs, first=2001):
    logs = np.asarray(logs)
    return pd.DataFrame(np.exp(logs), index=range(first, first + len(logs)))


def simulate(units, periods, beta, seed, noise=0.02, unit_effect=0.0, start=0.5):
    """Growth of a year = unit effect + beta x log level of the year before + noise."""
    rng = np.random.default_rng(seed)
    effects = rng.normal(0, unit_effect, units)
    logs = [effects / -beta + rng.normal(0, start, units)]
    for _ in range(periods - 1):
        logs.append(logs[-1] * (1 + beta) + effects + rng.normal(0, noise, units))
    return panel(logs)


@pytest.fixture(scope="module")
def four():
    """Logs start at 0, 1, 2, 3 and grow by 0.3, 0.2, 0.2, 0.1 a year for three years."""
    start, growth = np.arange(4.0), np.array([0.3, 0.2, 0.2, 0.1])
    return beta_convergence(panel(start + np.outer(np.arange(4), growth)))


def test_slope_by_hand(four):
    """Deviations of the start -1.5, -0.5, 0.5, 1.5 (squares 5), of growth 0.1, 0, 0, -0.1:
    slope = -0.3 / 5.
    """
    assert four.beta == pytest.approx(-0.06, **SAME)
    assert (four.n_obs, four.n_units, four.n_periods, four.df) == (4, 4, 4, 2)
    assert (four.method, four.cov_type) == ("cross-section", "HC3")


def test_hc3_error_by_hand(four):
    """Residuals 0.01, -0.03, 0.03, -0.01; leverages 1/4 + d^2/5 = 0.7, 0.3, 0.3, 0.7. Variance =
    sum of d^2 e^2 / (1 - h)^2 over 5^2 = (2 x 2.25 x 0.0001 / 0.09 + 2 x 0.25 x 0.0009 / 0.49)
    / 25.
    """
    variance = (2 * 2.25 * 0.0001 / 0.09 + 2 * 0.25 * 0.0009 / 0.49) / 25
    assert four.std_error == pytest.approx(math.sqrt(variance), **SAME)


def test_interval_and_p_value_by_hand(four):
    """With 2 degrees of freedom t has the distribution 1/2 + t / (2 sqrt(2 + t^2)), so its 97.5%
    point is 0.95 sqrt(2 / (1 - 0.95^2)).
    """
    t = 0.06 / four.std_error
    assert four.pvalues["initial"] == pytest.approx(1 - t / math.sqrt(2 + t**2), **SAME)
    reach = 0.95 * math.sqrt(2 / (1 - 0.95**2)) * four.std_error
    assert interval(four) == pytest.approx((-0.06 - reach, -0.06 + reach), **SAME)


def test_speed_and_half_life_by_hand(four):
    """Over three years 1 - 0.18 of a gap is left: speed -ln(0.82) / 3, half-life ln 2 / speed."""
    speed = -math.log(0.82) / 3
    assert four.speed == pytest.approx(speed, **SAME)
    assert four.half_life == pytest.approx(math.log(2) / speed, **SAME)
    assert math.exp(-four.speed * four.half_life) == pytest.approx(0.5, **SAME)


def test_detectable_slope_by_hand(four):
    """The critical value plus the 80% point, in errors; the 80% point of t with 2 degrees of
    freedom is 0.6 sqrt(2 / (1 - 0.6^2)).
    """
    critical = 0.95 * math.sqrt(2 / (1 - 0.95**2))
    power = 0.6 * math.sqrt(2 / (1 - 0.6**2))
    assert four.mde == pytest.approx((critical + power) * four.std_error, **SAME)


def test_growth_and_initial_by_hand():
    """Two units: ln 1 to ln 8 and ln 4 to ln 4 over three years, given out of order."""
    values = pd.DataFrame({"a": [8, 1, 2, 4.0], "b": [4.0] * 4}, index=[2004, 2001, 2002, 2003])
    pairs = growth_and_initial(values)
    assert pairs["initial"].tolist() == pytest.approx([0, math.log(4)], **SAME)
    assert pairs["growth"].tolist() == pytest.approx([math.log(2), 0], **SAME)


@pytest.mark.parametrize("confidence", [0.9, 0.99])
def test_cross_section_against_numpy(confidence):
    values = simulate(25, 9, -0.03, seed=3)
    result = beta_convergence(values, confidence=confidence)
    logs = np.log(values.to_numpy())
    x, y = np.column_stack([np.ones(25), logs[0]]), (logs[-1] - logs[0]) / 8
    inverse = np.linalg.inv(x.T @ x)
    params = inverse @ x.T @ y
    leverage = np.einsum("ij,jk,ik->i", x, inverse, x)
    scores = x * ((y - x @ params) / (1 - leverage))[:, None]
    error = math.sqrt((inverse @ scores.T @ scores @ inverse)[1, 1])
    assert result.beta == pytest.approx(params[1], **SAME)
    assert result.std_error == pytest.approx(error, **SAME)
    reach = stats.t.ppf(0.5 + confidence / 2, 23) * error
    assert interval(result, confidence) == pytest.approx(
        (params[1] - reach, params[1] + reach), **SAME
    )
    p_value = 2 * stats.t.sf(abs(params[1]) / error, 23)
    assert result.pvalues["initial"] == pytest.approx(p_value, **SAME)


@pytest.mark.parametrize(("units", "periods"), [(4, 4), (7, 12), (20, 6)])
def test_two_way_against_explicit_dummies(units, periods):
    """Dummies by least squares; the cluster sandwich of the demeaned regressor by hand, times
    linearmodels' factor N / (N - 1 - (n + t - 1)): N = n t observations, one slope, and all
    n + t - 1 effects counted although the units' are nested in the clusters.
    """
    values = simulate(units, periods, -0.2, seed=units, unit_effect=0.1)
    result = beta_convergence(values, "two-way")
    logs = np.log(values.to_numpy())
    y, x = np.diff(logs, axis=0).ravel("F"), logs[:-1].ravel("F")
    t = periods - 1
    unit = np.kron(np.eye(units), np.ones((t, 1)))
    year = np.kron(np.ones((units, 1)), np.eye(t))
    dummies = np.column_stack([unit, year[:, 1:]])
    params = np.linalg.lstsq(np.column_stack([x, dummies]), y, rcond=None)[0]
    residuals = y - np.column_stack([x, dummies]) @ params
    within = x - dummies @ np.linalg.lstsq(dummies, x, rcond=None)[0]
    scores = (within * residuals).reshape(units, t).sum(axis=1)
    factor = units * t / (units * t - 1 - (units + t - 1))
    error = math.sqrt(factor * (scores**2).sum()) / (within**2).sum()
    assert result.beta == pytest.approx(params[0], **SAME)
    assert result.std_error == pytest.approx(error, **SAME)
    assert (result.n_obs, result.df, result.cov_type) == (units * t, units - 1, "clustered by unit")
    reach = stats.t.ppf(0.975, units - 1) * error
    assert interval(result) == pytest.approx((params[0] - reach, params[0] + reach), **SAME)


def test_two_way_span_is_one_year():
    result = beta_convergence(simulate(10, 8, -0.3, seed=1), "two-way")
    assert result.speed == pytest.approx(-math.log1p(result.beta), **SAME)


def test_cross_section_recovers_the_slope():
    """A mean of 40 estimates may miss by four of its own standard errors (one run in 16 000),
    taken from the spread of the estimates themselves; the truth compounds over nine years.
    """
    truth = ((1 - 0.04) ** 9 - 1) / 9
    results = [beta_convergence(simulate(60, 10, -0.04, seed)) for seed in range(40)]
    estimates = np.array([result.beta for result in results])
    error = estimates.std(ddof=1) / math.sqrt(40)
    assert abs(estimates.mean() - truth) < 4 * error
    assert error < 0.05 * abs(truth)  # the test is sharp: it would see a bias of a fifth
    speeds = np.array([result.speed for result in results])
    assert abs(speeds.mean() + math.log(0.96)) < 4 * speeds.std(ddof=1) / math.sqrt(40) + 1e-4


def test_intervals_cover_as_often_as_they_say():
    """300 draws at 95%: coverage may miss by four binomial errors, 4 sqrt(0.95 x 0.05 / 300) =
    0.05; HC3 at twelve units is known to err on the wide side, so 1 is the upper end.
    """
    truth = ((1 - 0.04) ** 9 - 1) / 9
    hits = 0
    for seed in range(300):
        low, high = interval(beta_convergence(simulate(12, 10, -0.04, 1000 + seed)))
        hits += low <= truth <= high
    assert 0.90 <= hits / 300 <= 1.0


def test_two_way_recovers_the_slope_in_a_long_panel():
    """Nickell's (1981) bias is about -(1 + rho) / (T - 1) with rho = 1 + beta = 0.7, allowed for
    in the truth; four of the estimate's asymptotic errors sqrt((1 - rho^2) / (n T)) around it.
    """
    units, periods, beta = 20, 200, -0.3
    values = simulate(units, periods, beta, 5, unit_effect=0.05, start=0.03)
    result = beta_convergence(values, "two-way")
    bias = -(2 + beta) / (periods - 1)
    error = math.sqrt((1 - (1 + beta) ** 2) / (units * periods))
    assert abs(result.beta - (beta + bias)) < 4 * error


def test_two_way_is_biased_downwards_in_a_short_panel():
    """As the notes of the tables say: at ten years of truth -0.05, begun in the stationary state
    (spread noise / sqrt(1 - 0.95^2) = 3.2 noise), the estimates lie near -0.05 - 1.95 / 9 = -0.27;
    half of that bias is asked for, since the formula leaves out terms in 1 / T^2.
    """
    form = {"units": 30, "periods": 10, "beta": -0.05, "noise": 0.02, "start": 0.064}
    panels = [simulate(**form, seed=seed, unit_effect=0.01) for seed in range(10)]
    estimates = [beta_convergence(values, "two-way").beta for values in panels]
    assert np.mean(estimates) < -0.05 - 0.5 * 1.95 / 9


@pytest.mark.parametrize("method", METHODS)
def test_neither_currency_nor_common_prices_change_the_slope(method):
    """Both move all logs of a year equally, which constant or year effects absorb."""
    values = simulate(12, 8, -0.1, seed=2)
    deflator = np.exp(np.linspace(0, 0.5, 8) ** 2)
    one = beta_convergence(values, method)
    other = beta_convergence(0.15 * values.mul(deflator, axis=0), method)
    assert other.beta == pytest.approx(one.beta, **SAME)
    assert other.std_error == pytest.approx(one.std_error, **SAME)
    assert other.half_life == pytest.approx(one.half_life, **SAME)


@pytest.mark.parametrize("method", METHODS)
def test_order_of_rows_and_columns_does_not_matter(method):
    values = simulate(12, 8, -0.1, seed=2)
    rng = np.random.default_rng(0)
    shuffled = values.iloc[rng.permutation(8), rng.permutation(12)]
    one, other = beta_convergence(values, method), beta_convergence(shuffled, method)
    assert other.beta == pytest.approx(one.beta, **SAME)
    assert other.std_error == pytest.approx(one.std_error, **SAME)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(6))
def test_speed_and_half_life_keep_within_their_intervals(method, seed):
    result = beta_convergence(simulate(15, 8, -0.08, seed, noise=0.05), method)
    low, high = result.speed_conf_int
    assert low < result.speed < high or math.isnan(high)
    short, long = result.half_life_conf_int
    assert short < result.half_life < long
    assert math.isinf(long) == (interval(result)[1] >= 0)


def test_divergence_has_no_half_life():
    start = np.arange(5.0)
    growth = 0.02 * start + np.array([0.001, -0.001, 0, 0.001, -0.001])
    result = beta_convergence(panel(start + np.outer(np.arange(5), growth)))
    assert result.beta > 0 and interval(result)[0] > 0
    assert result.speed < 0
    assert math.isnan(result.half_life) and result.half_life_conf_int[1] == math.inf


def test_overtaking_has_no_speed():
    """A slope times span below -1 turns the order round: no speed of adjustment does that."""
    start = np.arange(5.0)
    growth = -0.5 * start + np.array([0.01, -0.01, 0, 0.01, -0.01])
    result = beta_convergence(panel(start + np.outer(np.arange(4), growth)))
    assert result.beta * 3 < -1
    assert math.isnan(result.speed) and math.isnan(result.half_life)
    assert result.half_life_conf_int[0] == 0


def test_an_unknown_method_is_named():
    with pytest.raises(
        ValueError, match="method is 'panel'; expected one of 'cross-section', 'two-way'"
    ):
        beta_convergence(simulate(5, 5, -0.1, 0), "panel")


def test_a_skipped_year_is_named():
    with pytest.raises(ValueError, match="The year after 2003 is missing; expected consecutive"):
        beta_convergence(simulate(5, 6, -0.1, 0).drop(index=2004))


@pytest.mark.parametrize("bad", [np.nan, 0.0, -1.0, np.inf])
def test_a_bad_value_is_named(bad):
    values = simulate(5, 6, -0.1, 0)
    values.loc[2004, 3] = bad
    with pytest.raises(ValueError, match=f"Period 2004, unit 3: {bad} where a positive"):
        beta_convergence(values)


@pytest.mark.parametrize("shape", [(3, 5), (5, 3)])
def test_too_few_units_or_periods_are_counted(shape):
    said = f"has {shape[1]} units and {shape[0]} periods; at least 4 units and 4 periods"
    with pytest.raises(ValueError, match=said):
        beta_convergence(pd.DataFrame(np.ones(shape)))
