"""Income of the US states, 1929-2009: sigma and beta against established implementations."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regiometrics.convergence.beta import beta_convergence
from regiometrics.convergence.sigma import sigma_convergence

CASE = Path(__file__).parent / "usjoin"
ORACLE = json.loads((CASE / "oracle.json").read_text("utf-8"))
# The oracle solves the same problem: 1e-6 relative, the project's tolerance for oracles.
RELATIVE = 1e-6


@pytest.fixture(scope="module")
def income():
    frame = pd.read_csv(CASE / "usjoin.csv", index_col="Name").drop(columns="STATE_FIPS").T
    return frame.set_axis(frame.index.astype(int))


def test_the_data_are_whole(income):
    assert income.shape == (81, 48) and income.index.tolist() == list(range(1929, 2010))


def test_dispersion_in_every_year(income):
    """The oracle's coefficient of variation divides by n; ours by n - 1, as the spread of logs."""
    dispersion = sigma_convergence(income).dispersion
    oracle = pd.DataFrame(ORACLE["sigma_by_year"]).T
    np.testing.assert_allclose(dispersion["std_log"], oracle["sd_log"], rtol=RELATIVE)
    np.testing.assert_allclose(dispersion["cv"], oracle["cv_pop"], rtol=RELATIVE)


@pytest.mark.parametrize("years", list(ORACLE["beta"]))
def test_cross_section(income, years):
    """The oracle regresses the whole log difference: its slope is ours times the span."""
    first, last = map(int, years.split("-"))
    result = beta_convergence(income.loc[first:last])
    oracle = ORACLE["beta"][years]
    assert result.n_units == 48
    assert result.beta * (last - first) == pytest.approx(oracle["b"], rel=RELATIVE)
    assert result.speed == pytest.approx(oracle["speed"], rel=RELATIVE)
    assert result.half_life == pytest.approx(oracle["halflife"], rel=RELATIVE)
