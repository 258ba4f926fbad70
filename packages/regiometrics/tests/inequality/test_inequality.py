"""Inequality: textbook examples, hand calculations, and what every measure must satisfy."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regiometrics.inequality.decomposition import between_rank, theil_decomposition
from regiometrics.inequality.indices import (
    MEASURES,
    coefficient_of_variation,
    gini,
    inequality,
    spatial_gini,
    theil_l,
    theil_t,
)

TEXTBOOK = np.array([10.0, 10, 10, 20, 50])  # Störmann (2009), as in the manual of REAT
VALUES = pd.DataFrame([[1.0, 2, 4, 8], [3, 3, 3, 3]], index=[2001, 2002], columns=list("abcd"))
PEOPLE = pd.Series([4.0, 1, 2, 1], list("abcd"))
GROUPS = {"a": "x", "b": "x", "c": "y", "d": "y"}
DOUBLES = 1e-12  # relative; the same sums in another order


def test_textbook_numbers():
    """By hand: mean 20, sum of |differences| over pairs 180, so 180 / (25 * 20)."""
    assert gini(TEXTBOOK) == pytest.approx(0.36, rel=DOUBLES)
    assert theil_l(TEXTBOOK) == pytest.approx(np.log(2) * 3 / 5 - np.log(2.5) / 5, rel=DOUBLES)
    assert theil_t(TEXTBOOK) == pytest.approx(0.3 * np.log(0.5) + 0.5 * np.log(2.5), rel=DOUBLES)
    # Squared distances from 20 over 5: (3 * 100 + 0 + 900) / 5 = 240.
    assert coefficient_of_variation(TEXTBOOK) == pytest.approx(np.sqrt(240) / 20, rel=DOUBLES)


def test_weighted_gini_is_the_double_sum():
    x, p = VALUES.loc[2001].to_numpy(), (PEOPLE / PEOPLE.sum()).to_numpy()
    expected = (np.abs(x[:, None] - x) * np.outer(p, p)).sum() / (2 * p @ x)
    assert gini(VALUES, PEOPLE)[2001] == pytest.approx(expected, rel=DOUBLES)


@pytest.mark.parametrize("name", MEASURES)
def test_weights_are_numbers_of_people(name):
    """Weights 4, 1, 2, 1 are the same as a list of eight people."""
    people = np.repeat(VALUES.loc[2001].to_numpy(), PEOPLE.astype(int))
    assert MEASURES[name](VALUES, PEOPLE)[2001] == pytest.approx(
        MEASURES[name](people), rel=DOUBLES
    )


def test_table_has_all_measures_and_none_where_all_are_equal():
    table = inequality(VALUES, PEOPLE)
    assert table.columns.tolist() == list(MEASURES)
    # Rounding of shares that do not add up to one exactly.
    np.testing.assert_allclose(table.loc[2002], 0, atol=1e-15)
    assert table.loc[2001].min() > 0.1


def test_weights_may_change_by_period():
    weights = pd.DataFrame([[4, 1, 2, 1], [1, 2, 1, 4]], [2001, 2002], list("abcd"))
    both = VALUES.loc[[2001, 2001]].set_axis([2001, 2002])
    result = theil_t(both, weights)
    assert result[2001] == theil_t(VALUES, PEOPLE)[2001]
    assert result[2001] != result[2002]


positive = st.floats(0.01, 1e4)
lists = st.integers(3, 9).flatmap(
    lambda n: st.tuples(
        st.lists(positive, min_size=n, max_size=n), st.lists(positive, min_size=n, max_size=n)
    )
)


@settings(max_examples=60, deadline=None)
@given(lists, st.floats(0.1, 50))
def test_measures_ignore_scale_and_order_and_fall_with_a_transfer(drawn, factor):
    x, w = map(np.array, drawn)
    order = np.argsort(x)[::-1]
    for name, measure in MEASURES.items():
        value = measure(x, w)
        # Cancellation between values 1e6 apart costs digits; 1e-7 absolute is far below any use.
        assert measure(factor * x, factor * w) == pytest.approx(value, rel=1e-9, abs=1e-7)
        assert measure(x[order], w[order]) == pytest.approx(value, rel=1e-9, abs=1e-7)
        assert value >= 0
        if name != "std_log":  # which may rise with a transfer between the rich
            high, low = order[0], order[-1]
            gap = (x[high] - x[low]) / 4
            moved = x.copy()
            moved[high] -= gap * min(w[low] / w[high], 1)
            moved[low] += gap * min(w[high] / w[low], 1)
            assert measure(moved, w) <= value + 1e-7


@settings(max_examples=40, deadline=None)
@given(lists, st.integers(0, 2**32 - 1), st.sampled_from(["T", "L"]))
def test_between_and_within_add_up(drawn, seed, index):
    x, w = drawn
    units = [f"u{i}" for i in range(len(x))]
    labels = np.random.default_rng(seed).integers(0, 3, len(x))
    split = theil_decomposition(
        pd.DataFrame([x], columns=units),
        pd.Series(w, units),
        dict(zip(units, labels, strict=True)),
        index,
    )
    parts = split.parts.loc[0]
    # Sums of terms of either sign that are up to 1e6 times the result.
    assert parts["between"] + parts["within"] == pytest.approx(parts["total"], abs=1e-9)
    assert parts["between"] >= -1e-9
    assert split.n_groups == len(set(labels))


def test_decomposition_by_hand():
    """Values 1, 2 | 4, 8 of equal weight: means 1.5 and 6 around 3.75."""
    split = theil_decomposition(VALUES.loc[[2001]], None, GROUPS)
    shares = np.array([3, 12]) / 15
    between = (shares * np.log(np.array([1.5, 6]) / 3.75)).sum()
    # Both groups are 1 : 2, so their inner inequality is the same.
    inner = (1 / 3) * np.log(2 / 3) + (2 / 3) * np.log(4 / 3)
    np.testing.assert_allclose(
        split.parts.loc[2001],
        [between + inner, between, inner, between / (between + inner)],
        rtol=DOUBLES,
    )
    np.testing.assert_allclose(split.groups["inequality"], inner, rtol=DOUBLES)
    np.testing.assert_allclose(split.groups["weight"], shares, rtol=DOUBLES)
    l_split = theil_decomposition(VALUES.loc[[2001]], None, GROUPS, "L")
    np.testing.assert_allclose(l_split.groups["weight"], 0.5, rtol=DOUBLES)
    assert l_split.parts.loc[2001, "between"] == pytest.approx(
        np.log(3.75) - np.log([1.5, 6]).mean(), rel=DOUBLES
    )


def test_group_of_one_has_nothing_inside():
    split = theil_decomposition(VALUES, PEOPLE, {"a": "x", "b": "x", "c": "x", "d": "alone"})
    assert (split.groups.xs("alone", level="group")["inequality"] == 0).all()
    assert split.groups.loc[(2001, "alone"), "relative_mean"] > 1


def test_rank_of_one_unit_against_the_rest_is_a_seventh():
    """The richest of seven alone: of seven groupings of that shape this has the most between."""
    values = pd.DataFrame([[1.0, 2, 3, 4, 5, 6, 40]], columns=list("abcdefg"))
    groups = {unit: unit == "g" for unit in "abcdefg"}
    for index in "TL":
        rank = between_rank(values, None, groups, index, draws=6999, seed=1)
        # Binomial error of 7 000 draws at 1/7: 0.0042, three of them.
        assert rank[0] == pytest.approx(1 / 7, abs=0.0126)
    assert between_rank(values, None, groups, seed=1).equals(
        between_rank(values, None, groups, seed=1)
    )


def test_rank_agrees_with_full_enumeration():
    """All 4! orders of two pairs: the seen grouping and its mirror are two of six, so 1/3."""
    rank = between_rank(VALUES.loc[[2001]], None, GROUPS, draws=5999, seed=3)
    assert rank[2001] == pytest.approx(1 / 3, abs=3 * np.sqrt(2 / 9 / 6000))


def test_spatial_gini_by_hand():
    """Values 1, 2, 4 with the first two neighbours: gaps 1 | 3 + 2, each counted twice."""
    adjacency = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]])
    parts = spatial_gini(pd.DataFrame([[1.0, 2, 4]]), adjacency).loc[0]
    scale = 2 * 9 * 7 / 3
    np.testing.assert_allclose(parts, [12 / scale, 2 / scale, 10 / scale], rtol=DOUBLES)
    assert parts["gini"] == pytest.approx(gini(np.array([1.0, 2, 4])), rel=DOUBLES)
    with pytest.raises(ValueError, match="symmetric matrix of 3 by 3"):
        spatial_gini(pd.DataFrame([[1.0, 2, 4]]), np.triu(np.ones((3, 3))))


def test_arrays_of_many_groups_give_what_single_ones_give():
    rng = np.random.default_rng(0)
    x, w = rng.lognormal(size=(50, 4, 7)), rng.lognormal(size=(50, 1, 7))
    for measure in MEASURES.values():
        assert measure(x, w).shape == (50, 4)
        assert measure(x, w)[3, 2] == pytest.approx(measure(x[3, 2], w[3, 0]), rel=DOUBLES)


def test_refusals_name_the_place():
    with pytest.raises(ValueError, match="Period 2001, unit c: nan"):
        gini(VALUES.mask(VALUES == 4))
    with pytest.raises(ValueError, match="Period 2001, unit d: the weight is nan"):
        gini(VALUES, PEOPLE.drop("d"))
    with pytest.raises(ValueError, match=r"value at \(1,\) is -2.0"):
        theil_t(np.array([1.0, -2.0]))
    with pytest.raises(ValueError, match="Unit d of the panel has no group"):
        theil_decomposition(VALUES, None, {"a": 1, "b": 1, "c": 1})
    with pytest.raises(ValueError, match="index is 'Q'"):
        theil_decomposition(VALUES, None, GROUPS, "Q")
