"""The largest unit's share."""

import numpy as np

from regiometrics.inequality.primacy import primacy


def test_it_is_taken_group_by_group():
    assert primacy(np.array([[6.0, 3.0, 1.0], [1.0, 1.0, 2.0]])).tolist() == [0.6, 0.5]
    assert np.isnan(primacy(np.array([np.nan, 1.0])))  # a group with a gap has no value
