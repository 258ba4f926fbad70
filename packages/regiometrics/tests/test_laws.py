"""The laws from scipy.special are those of scipy.stats, bit for bit, and spare its import."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from regiometrics import _laws as laws

VALUES = np.r_[np.linspace(-40, 40, 2001), 0, -np.inf, np.inf, np.nan]
SHARES = np.r_[np.linspace(0, 1, 1001), 1e-300, 1e-12, 1 - 1e-12, 0.975, -0.1, 1.1, np.nan]
FREEDOM = [0.5, 1, 2, 4.5, 6, 31, 200, 1e8]


@pytest.mark.parametrize("method", ["cdf", "sf", "ppf", "isf"])
def test_normal_and_t(method):
    given = VALUES if method in ("cdf", "sf") else SHARES
    np.testing.assert_array_equal(
        getattr(laws.norm, method)(given), getattr(stats.norm, method)(given)
    )
    for df in [*FREEDOM, np.inf]:
        expected = getattr(stats.t, method)(given, df)
        np.testing.assert_array_equal(getattr(laws.t, method)(given, df), expected)
        np.testing.assert_array_equal(getattr(laws.t(df), method)(given), expected)
    for df in (0, -1, np.nan):
        assert np.isnan(getattr(laws.t, method)(0.3, df))


@pytest.mark.parametrize("df", [*FREEDOM, 0, -1, np.nan])
def test_chi_squared(df):
    np.testing.assert_array_equal(laws.chi2.sf(VALUES, df), stats.chi2.sf(VALUES, df))
    np.testing.assert_array_equal(laws.chi2.ppf(SHARES, df), stats.chi2.ppf(SHARES, df))


@pytest.mark.parametrize("dfn", FREEDOM)
@pytest.mark.parametrize("dfd", FREEDOM)
def test_fisher(dfn, dfd):
    np.testing.assert_array_equal(laws.f.sf(VALUES, dfn, dfd), stats.f.sf(VALUES, dfn, dfd))


def test_arrays_of_degrees_and_series_are_taken():
    frame = pd.DataFrame({"x": [1.0, 4.0, np.nan], "df": [1, 3, 2]})
    expected = stats.chi2.sf(frame["x"], frame["df"])
    np.testing.assert_array_equal(laws.chi2.sf(frame["x"], frame["df"]), expected)
    assert isinstance(laws.t.ppf(0.975, 6), float)


def test_what_fits_models_imports_no_scipy_stats():
    modules = "spatial, panel, convergence, counterfactuals, gravity, placebo, distribution"
    code = f"import sys; from regiometrics import {modules}; print('scipy.stats' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
