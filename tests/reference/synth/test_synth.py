"""Synthetic control and synthetic difference-in-differences: California's Proposition 99."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from guantian.policy.synthetic import counterfactuals, donor_noise

CASE = Path(__file__).parent
ORACLE = json.loads((CASE / "oracle_R.json").read_text("utf-8"))
PRINTED = {
    (row["model"], row["decimals"]): row["value"]
    for row in json.loads((CASE / "expected.json").read_text("utf-8"))["results"]
    if row["quantity"] == "att"
}


@pytest.fixture(scope="module")
def smoking():
    frame = pd.read_csv(CASE / "california_prop99.csv", sep=";")
    return frame.pivot(index="State", columns="Year", values="PacksPerCapita")


def fit(smoking, method):
    treated = (smoking.index == "California")[None]
    before = int((smoking.columns < 1989).sum())
    return counterfactuals(smoking.to_numpy(), treated, ~treated, before, method)


@pytest.mark.parametrize("method", ["did", "sc", "sdid"])
def test_the_estimates_are_those_of_the_authors_package(smoking, method):
    """synthdid stops Frank and Wolfe's steps at 1e-5 of the noise: its optimum is near, not exact.

    0.02 packs is a thousandth of the estimate; differences without weights agree to 1e-9.
    """
    effect = fit(smoking, method).effects[0]
    tolerance = 1e-9 if method == "did" else 0.02
    assert effect == pytest.approx(ORACLE[method]["estimate"], abs=tolerance)


@pytest.mark.parametrize("method", ["did", "sc", "sdid", "difp"])
def test_the_estimates_as_printed(smoking, method):
    """Arkhangelsky et al. (2021), table 1: one decimal, so half of it."""
    assert fit(smoking, method).effects[0] == pytest.approx(
        PRINTED[f"prop99_{method}", 1], abs=0.0501
    )


@pytest.mark.parametrize("method", ["sc", "sdid"])
def test_the_weights_are_those_of_the_authors_package(smoking, method):
    """The package zeroes weights below a quarter of the largest between two rounds: 0.005."""
    result, oracle = fit(smoking, method), ORACLE[method]
    others = [state for state in smoking.index if state != "California"]
    assert others == oracle["units"]
    found = result.donor_weights[0][smoking.index != "California"]
    np.testing.assert_allclose(found, oracle["omega"], atol=0.005)
    if method == "sdid":
        np.testing.assert_allclose(result.period_weights[0], oracle["lambda"], atol=0.005)


def test_the_penalty_is_that_of_the_authors_package(smoking):
    before = smoking.loc[:, :1988].to_numpy()
    noise = donor_noise(before, (smoking.index != "California")[None])[0]
    # One treated state, twelve years after.
    assert 12**0.25 * noise == pytest.approx(ORACLE["sdid"]["zeta_omega"], rel=1e-9)


def test_placebo_states_have_the_printed_spread(smoking):
    """The standard error by placebo of table 1, from all 38 states in place of random draws.

    Random draws of states differ from all of them by sampling: a quarter of the error.
    """
    others = smoking.drop(index="California").to_numpy()
    treated = np.eye(len(others), dtype=bool)
    before = int((smoking.columns < 1989).sum())
    for method, printed in (("sdid", 8.4), ("sc", 9.9), ("did", 17.7)):
        spread = counterfactuals(others, treated, ~treated, before, method).effects.std()
        assert spread == pytest.approx(printed, rel=0.25)
