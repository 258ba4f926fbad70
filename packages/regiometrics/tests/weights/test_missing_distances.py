"""A distance that is missing is refused; one that is infinite is no neighbour."""

import numpy as np
import pandas as pd
import pytest

from regiometrics.errors import WeightsError
from regiometrics.weights import inverse_distance_weights, nearest_weights

KM = pd.DataFrame(np.abs(np.subtract.outer(range(4), range(4))).astype(float), [*"abcd"], [*"abcd"])


@pytest.mark.parametrize(
    "build", [lambda km: nearest_weights(km, 1), lambda km: inverse_distance_weights(km, 9)]
)
def test_a_missing_distance_names_its_pair(build):
    km = KM.copy()
    km.loc["b", "d"] = np.nan
    with pytest.raises(WeightsError, match="between b and d is missing"):
        build(km)


def test_units_that_cannot_be_reached_are_no_neighbours():
    km = KM.copy()
    km.loc["a", ["c", "d"]] = np.inf
    assert inverse_distance_weights(km, np.inf).matrix[[0], :].nnz == 1
    with pytest.raises(WeightsError, match="a is at a finite distance from 1 units"):
        nearest_weights(km, 2)
