"""Mankiw, Romer and Weil (1992), Table III: unconditional convergence of countries, 1960-1985."""

import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regiometrics.convergence.beta import beta_convergence

CASE = Path(__file__).parent / "mrw"
EXPECTED = json.loads((CASE / "expected.json").read_text("utf-8"))["samples"]
SPAN = 1985 - 1960


@pytest.fixture(scope="module", params=list(EXPECTED))
def sample(request):
    """The numbers to be met, and our result on the sample's countries.

    The cross-section looks at the two ends alone; the years between, which the appendix does not
    print, are put on the straight line of logs because the function asks for consecutive years.
    """
    countries = pd.read_csv(CASE / "mrw.csv", index_col="obs")
    ends = np.log(countries.loc[countries[request.param] == 1, ["gdp60", "gdp85"]])
    steps = np.linspace(0, 1, SPAN + 1)[:, None]
    logs = (1 - steps) * ends["gdp60"].to_numpy() + steps * ends["gdp85"].to_numpy()
    values = pd.DataFrame(np.exp(logs), index=range(1960, 1986), columns=ends.index)
    return EXPECTED[request.param], beta_convergence(values)


def test_slope_as_printed(sample):
    """One unit of the last printed digit: see the note on these data in the README."""
    expected, result = sample
    unit = 10.0 ** Decimal(expected["y60_printed"]).as_tuple().exponent
    assert abs(SPAN * result.beta - float(expected["y60_printed"])) < unit


def test_slope_and_speed_of_the_oracle(sample):
    """The same problem solved by statsmodels; the tolerance for oracles is 1e-6, relative."""
    expected, result = sample
    assert result.n_units == expected["n"]
    assert SPAN * result.beta == pytest.approx(expected["y60"], rel=1e-6)
    assert result.speed == pytest.approx(expected["speed"], rel=1e-6)


def test_robust_error_is_of_the_size_of_the_ordinary_one(sample):
    """HC3 differs from the classical error by heteroscedasticity alone: within a half here."""
    expected, result = sample
    assert SPAN * result.std_error == pytest.approx(expected["y60_ols_error"], rel=0.5)
