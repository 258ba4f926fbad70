"""Incomes of 48 US states, 1929-2009: chains and mobility as giddy prints them.

`expected.json` holds digits printed in giddy's documentation, `oracle_pysal.json` what giddy 2.3.6
returns; both cut to what concerns distribution dynamics. giddy's test that states and their
neighbours move independently (`expected`, `chi2`) is not matched but explained: it exchanges the
axes of years and states, so that it counts "moves" from one state to the next in the alphabet.
"""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from regiometrics.distribution.markov import (
    classify,
    markov_chain,
    mean_first_passage,
    mobility,
    prais,
    relative,
)
from regiometrics.distribution.spatial_markov import (
    independent_moves,
    quadrant_markov,
    spatial_lag,
    spatial_markov,
)

HERE = Path(__file__).parent
PUBLISHED = json.loads((HERE / "expected.json").read_text("utf-8"))["results"]
ORACLE = json.loads((HERE / "oracle_pysal.json").read_text("utf-8"))["results"]
SAME_PROBLEM = 1e-9  # relative; linear systems of five equations in doubles on both sides
INITIAL = [0.1, 0.2, 0.2, 0.4, 0.1]  # of giddy's example of the Bartholomew indices

TABLE = pd.read_csv(HERE.parent / "usjoin/usjoin.csv").set_index("Name").drop(columns="STATE_FIPS")
INCOMES = TABLE.T.set_axis(TABLE.columns.astype(int))
TRIPLETS = pd.read_csv(HERE / "W_states48.csv")
W = sparse.csr_array((TRIPLETS["w"], (TRIPLETS["i"], TRIPLETS["j"])), shape=(48, 48))

BY_YEAR = markov_chain(classify(INCOMES, 5, by="period"))
POOLED = markov_chain(classify(relative(INCOMES), 5))
SPATIAL = spatial_markov(relative(INCOMES), W)
QUADRANT = quadrant_markov(INCOMES, W)
INDICES = mobility(BY_YEAR.probabilities, INITIAL)


def all_of(chain):
    return {
        "transitions": chain.counts.to_numpy(),
        "p": chain.probabilities.to_numpy(),
        "steady_state": chain.ergodic.to_numpy(),
    }


OURS = {
    "markov_q5_byyear": all_of(BY_YEAR),
    "markov_rel_global_quintiles": all_of(POOLED),
    "lisa_markov": all_of(QUADRANT.chain),
    "prais": {"prais": prais(BY_YEAR.probabilities).to_numpy()},
    "mobility": {
        "P": INDICES["shorrocks"],
        "D": INDICES["determinant"],
        "L2": INDICES["second_eigenvalue"],
        "B1": INDICES["leaving"],
        "B2": INDICES["bartholomew"],
    },
    "spatial_markov": {
        "cutoffs": SPATIAL.cutoffs,
        "lag_cutoffs": SPATIAL.lag_cutoffs,
        "p": SPATIAL.chain.probabilities.to_numpy(),
        "P": np.stack([chain.probabilities.to_numpy() for chain in SPATIAL.by_lag.values()]),
        "S": np.stack([chain.ergodic.to_numpy() for chain in SPATIAL.by_lag.values()]),
        "LR": SPATIAL.homogeneity.lr,
        "LR_p": SPATIAL.homogeneity.lr_pvalue,
        "Q": SPATIAL.homogeneity.q,
        "Q_p": SPATIAL.homogeneity.q_pvalue,
        "dof": SPATIAL.homogeneity.df,
    },
}


COMPARED = [
    case for case in PUBLISHED if case["quantity"].split("[")[0] not in ("expected", "chi2")
]


@pytest.mark.parametrize("case", COMPARED, ids=lambda case: f"{case['model']}-{case['quantity']}")
def test_published_digits(case):
    name = case["quantity"].split("[")[0]
    at = tuple(int(i) for i in re.findall(r"\d+", case["quantity"].removeprefix(name)))
    got = np.asarray(OURS[case["model"]][name])[at]
    # Half a unit of the last printed digit.
    assert abs(got - case["value"]) <= 0.5 * 10.0 ** -case["decimals"] + 1e-12


@pytest.mark.parametrize("model", ["markov_q5_byyear", "markov_rel_global_quintiles"])
def test_oracle_chains(model):
    for name in ("transitions", "p", "steady_state"):
        np.testing.assert_allclose(OURS[model][name], ORACLE[model][name], rtol=SAME_PROBLEM)


def test_oracle_mobility():
    oracle = ORACLE["markov_q5_byyear"]
    np.testing.assert_allclose(OURS["prais"]["prais"], oracle["prais"], rtol=SAME_PROBLEM)
    for name, value in OURS["mobility"].items():
        theirs = oracle["shorrocks_P" if name == "P" else name]
        assert value == pytest.approx(theirs, rel=SAME_PROBLEM)


def test_oracle_spatial_chains():
    oracle = ORACLE["spatial_markov"]
    counts = [chain.counts.to_numpy() for chain in SPATIAL.by_lag.values()]
    np.testing.assert_array_equal(counts, oracle["T"])
    np.testing.assert_allclose(OURS["spatial_markov"]["S"], oracle["S"], rtol=1e-8, atol=1e-12)
    for name in ("LR", "Q", "cutoffs", "lag_cutoffs"):
        np.testing.assert_allclose(OURS["spatial_markov"][name], oracle[name], rtol=SAME_PROBLEM)
    passages = [mean_first_passage(chain.probabilities) for chain in SPATIAL.by_lag.values()]
    np.testing.assert_allclose(passages, oracle["F"], rtol=1e-8)


def test_oracle_quadrants():
    oracle = ORACLE["lisa_markov"]
    np.testing.assert_array_equal(QUADRANT.chain.counts, oracle["transitions"])
    np.testing.assert_allclose(QUADRANT.chain.ergodic, oracle["steady_state"], rtol=SAME_PROBLEM)


def test_giddy_expects_moves_along_the_wrong_axis():
    """Its expected counts come out of ours when years take the place of states.

    Each state is then set against its own mean over the years, and the chain runs over the states
    in the alphabet. Its chi-squared of 1058 is therefore no test of co-movement; ours is 60.
    """
    means = INCOMES.mean(axis=0)
    own = INCOMES.lt(means).T.reset_index(drop=True)
    lag = spatial_lag(INCOMES, W).lt(means).T.reset_index(drop=True)
    expected = independent_moves(QUADRANT.chain.counts, own, lag)
    np.testing.assert_allclose(expected, ORACLE["lisa_markov"]["expected"], rtol=SAME_PROBLEM)
    assert ORACLE["lisa_markov"]["chi2"][0] > 10 * QUADRANT.chi2
