"""Where the residual is among placebo zones is told in full, on whichever side it lies."""

import pytest

from guantian.chapters.growth.numbers import _rank_said
from guantian.results import Row


def ranked(estimate, low, high, rank):
    values = {"estimate": estimate, "conf_low": low, "conf_high": high, "p_value": 0.019}
    return Row({**values, "rank": rank, "n_draws": 106, "rank_from": "below", "n_disjoint": 6})


@pytest.mark.parametrize(
    ("row", "stands", "means"),
    [
        ((-0.02, -0.026, -0.006, 1), "is the lowest", "less of the zone's growth"),
        ((0.02, 0.006, 0.026, 1), "is the highest", "more of the zone's growth"),
        ((-0.01, -0.02, 0.01, 9), "lies (rank 9 of 107 from below; 6 disjoint groups)", "0.019)"),
    ],
)
def test_the_place_and_what_it_means(row, stands, means):
    text = _rank_said(ranked(*row))
    assert text.startswith(stands) and means in text
    assert ("productivity" in text) == (row[1] * row[2] > 0)


def test_without_a_rank_it_is_said():
    assert _rank_said(ranked(float("nan"), 0, 0, 1)) == "cannot be ranked"
    assert _rank_said(None) == "cannot be ranked"
