"""A trend with Newey and West's errors: a line, an established implementation, and refusals."""

import warnings

import numpy as np
import pandas as pd
import pytest

from regiometrics.convergence.trends import newey_west_trend


def test_line_has_no_error():
    line = pd.Series(3 - 0.25 * np.arange(8.0), index=range(2001, 2009))
    result = newey_west_trend(line)
    assert result.slope == pytest.approx(-0.25, abs=1e-12)
    assert result.std_error == pytest.approx(0, abs=1e-12)


def test_as_statsmodels():
    """The same sums in another order: 1e-9 relative leaves room for the last bits only."""
    from statsmodels.api import OLS, add_constant

    rng = np.random.default_rng(3)
    series = pd.Series(np.cumsum(rng.normal(size=25)), index=range(1990, 2015))
    result = newey_west_trend(series, calibrated=False)
    fit = OLS(series.to_numpy(), add_constant(series.index.to_numpy(float))).fit(
        cov_type="HAC", cov_kwds={"maxlags": result.lags, "use_correction": True}
    )
    assert result.slope == pytest.approx(fit.params[1], rel=1e-9)
    assert result.std_error == pytest.approx(fit.bse[1], rel=1e-9)


def test_gap_is_refused():
    with pytest.raises(ValueError, match="3 finite values in 4 periods"):
        newey_west_trend(pd.Series([1.0, 2.0, np.nan, 4.0], index=range(4), name="gini"))


@pytest.mark.parametrize(("T", "rho", "most"), [(18, 0.0, 0.05), (18, 0.5, 0.08), (50, 0.5, 0.06)])
def test_calibrated_errors_hold_the_size(T, rho, most):
    """Newey and West's own reject in 12, 24 and 17% of these samples; three errors of 1000."""
    rng = np.random.default_rng(5)
    rejected = 0
    for _ in range(1000):
        e = rng.normal(size=T + 30)
        for t in range(1, len(e)):
            e[t] += rho * e[t - 1]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = newey_west_trend(pd.Series(e[30:]))
        rejected += found.pvalues["trend"] <= 0.05
    assert rejected / 1000 <= most + 3 * np.sqrt(0.05 * 0.95 / 1000)


def test_a_persistent_series_is_warned_of():
    walk = pd.Series(np.random.default_rng(0).normal(size=40).cumsum())
    with pytest.warns(UserWarning, match="so persistent"):
        newey_west_trend(walk)
