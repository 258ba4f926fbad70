"""Moran's I of 48 US states by year against esda 2.9.0 (`oracle_moran.json`)."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from regiometrics.distribution.autocorrelation import global_autocorrelation

HERE = Path(__file__).parent
ORACLE = pd.DataFrame(
    json.loads((HERE / "oracle_moran.json").read_text("utf-8"))["moran_by_year"]
).T
SAME_PROBLEM = 1e-9  # relative; one quotient of sums in doubles on both sides


@pytest.fixture(scope="module")
def states():
    table = (
        pd.read_csv(HERE.parent / "usjoin/usjoin.csv").set_index("Name").drop(columns="STATE_FIPS")
    )
    triplets = pd.read_csv(HERE / "W_states48.csv")
    weights = sparse.csr_array((triplets["w"], (triplets["i"], triplets["j"])), shape=(48, 48))
    weights = sparse.csr_array(weights / weights.sum(axis=1)[:, None])
    return table.T.set_axis(table.columns.astype(int)).astype("float64"), weights


@pytest.mark.parametrize(("name", "transform"), [("I_level", lambda x: x), ("I_log", np.log)])
def test_moran_by_year(states, name, transform):
    values, weights = states
    ours = global_autocorrelation(transform(values), weights, permutations=99)["moran"]
    oracle = ORACLE[name].set_axis(ORACLE.index.astype(int))
    pd.testing.assert_series_equal(
        ours, oracle, rtol=SAME_PROBLEM, check_names=False, check_index_type=False
    )


def test_permutations_agree_with_randomisation(states):
    """z of 4,999 maps against esda's exact moments: the maps' standard deviation errs by 1 %."""
    values, weights = states
    ours = global_autocorrelation(values.loc[[1929, 1980]], weights, permutations=4999, seed=3)
    oracle = ORACLE.loc[["1929", "1980"], "z_rand"]
    np.testing.assert_allclose(ours["moran_z"], oracle, rtol=0.05)
    assert (ours["moran_p"] <= 0.01).all()
