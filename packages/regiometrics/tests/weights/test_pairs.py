"""Pairs of units as a matrix, by hand."""

import numpy as np
import pandas as pd
import pytest

from regiometrics.weights.pairs import pair_matrix

PAIRS = pd.DataFrame({"code_a": ["a", "a", "b"], "code_b": ["b", "c", "z"], "km": [1.0, 2.0, 3.0]})


def test_a_pair_counts_for_both_directions():
    found = pair_matrix(PAIRS, "km", ["c", "a", "b"], diagonal=0)
    np.testing.assert_array_equal(found, [[0, 2, np.nan], [2, 0, 1], [np.nan, 1, 0]])


def test_a_directed_pair_counts_for_one():
    found = pair_matrix(PAIRS, "km", ["a", "b"], symmetric=False)
    np.testing.assert_array_equal(found, [[np.nan, 1], [np.nan, np.nan]])


def test_rows_and_columns_may_be_other_units():
    found = pair_matrix(PAIRS, "km", ["b"], ["a", "b", "z"], diagonal=9)
    np.testing.assert_array_equal(found, [[1, 9, 3]])


def test_a_pair_that_appears_twice_is_refused():
    twice = pd.concat(
        [PAIRS, PAIRS.iloc[[0]].rename(columns={"code_a": "code_b", "code_b": "code_a"})]
    )
    with pytest.raises(ValueError, match="pair a, b appears twice"):
        pair_matrix(twice, "km", ["a", "b"])
    assert pair_matrix(twice, "km", ["a", "b"], symmetric=False).tolist()[0][1] == 1
