"""Where the residual stands is said in full, on whichever side it lies."""

import pandas as pd
import pytest

from guantian.chapters.growth.tables_words import rank_said

KEY = ("accounting_rank", "2005_2016", "zone", "residual")


def rows(estimate, low, high, note):
    index = pd.MultiIndex.from_tuples([KEY], names=["analysis", "spec", "sample", "term"])
    values = {"estimate": estimate, "conf_low": low, "conf_high": high}
    return pd.DataFrame({**values, "p_value": 0.019, "note": note}, index=index)


@pytest.mark.parametrize(
    ("row", "stands", "means"),
    [
        ((-0.02, -0.026, -0.006, "rank 1 of 107"), "is the lowest", "less of the zone's growth"),
        ((0.02, 0.006, 0.026, "rank 1 of 107"), "is the highest", "more of the zone's growth"),
        ((-0.01, -0.02, 0.01, "rank 9 of 107"), "lies", "0.019)"),
    ],
)
def test_the_place_and_what_it_means(row, stands, means):
    said = rank_said(rows(*row), KEY)
    assert said.startswith(stands) and means in said
    assert ("productivity" in said) == (row[1] * row[2] > 0)


def test_without_a_rank_it_is_said():
    assert rank_said(rows(float("nan"), 0, 0, ""), KEY) == "cannot be ranked"
