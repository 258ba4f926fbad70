"""Rivals and samples, by hand."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.reactions.estimate.reaction_data import (
    ReactionOutcome,
    bridge_gaps,
    join_tables,
    reaction_sample,
)
from guantian.chapters.reactions.estimate.rivals import (
    income_similarity,
    rival_weights,
    similar_weights,
    split_rows,
    structure_similarity,
    weight_lost,
    with_rivals,
)

# a and b touch inside one province; b and c touch across a border; d touches nobody.
PAIRS = pd.DataFrame(
    {
        "code_a": ["a", "a", "a", "b", "b", "c"],
        "code_b": ["b", "c", "d", "c", "d", "d"],
        "adjacent": [1, 0, 0, 1, 0, 0],
        "same_province": [1, 0, 0, 0, 0, 1],
        "distance_km": [50.0, 120.0, 900.0, 70.0, 900.0, 900.0],
    }
)
CITIES = ["a", "b", "c", "d"]


def test_sides_split_the_neighbours():
    inside = rival_weights(PAIRS, CITIES, "inside").toarray()
    across = rival_weights(PAIRS, CITIES, "across").toarray()
    both = rival_weights(PAIRS, CITIES).toarray()
    assert inside.tolist() == [[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert across.tolist() == [[0, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    assert both[1].tolist() == [0.5, 0, 0.5, 0]
    with pytest.raises(ValueError, match="side"):
        rival_weights(PAIRS, CITIES, "above")


def test_cities_without_rivals_are_left_out_until_none_is():
    assert with_rivals(PAIRS, CITIES) == ["a", "b", "c"]
    assert with_rivals(PAIRS, ["a", "c", "d"]) == []


def test_weight_lost_is_the_share_on_cities_left_out():
    lost = weight_lost(PAIRS, CITIES, ["b", "c"])
    assert lost.loc["b", "neighbours"] == 0.5
    assert lost.loc["b", "inside"] == 1.0
    assert lost.loc["c", "across"] == 0.0
    assert np.isnan(lost.loc["c", "inside"])


def test_alike_are_near_and_known():
    income = pd.Series([1.0, 5.0, 1.1, 1.0], CITIES)
    weights = similar_weights(income_similarity(income), PAIRS, CITIES, nearest=1, within_km=200)
    assert weights.toarray()[0].tolist() == [0, 0, 1, 0]  # c is as rich as a; d is too far
    assert weights.toarray()[3].sum() == 0
    income["c"] = np.nan
    weights = similar_weights(income_similarity(income), PAIRS, CITIES, nearest=1, within_km=200)
    assert weights.toarray()[0].tolist() == [0, 1, 0, 0]
    assert weights.toarray()[2].sum() == 0


def test_structure_similarity_is_the_cosine():
    shares = pd.DataFrame([[60.0, 40.0], [40.0, 60.0], [np.nan, 100.0]])
    found = structure_similarity(shares)
    assert found[0, 1] == pytest.approx(4800 / 5200)
    assert np.isnan(found[2]).all()


def test_rows_are_split_by_who_answers():
    weights = rival_weights(PAIRS, CITIES)
    parts = split_rows(weights, CITIES, ["b"])
    assert (parts["zone"] + parts["rest"] - weights).nnz == 0
    assert parts["zone"].toarray()[0].sum() == 0
    assert parts["zone"].toarray()[1].sum() == 1


def test_long_gaps_and_ends_stay_missing():
    values = pd.DataFrame({"x": [np.nan, 1.0, np.nan, np.nan, 4.0, np.nan, 6.0]})
    assert bridge_gaps(values, 1)["x"].isna().tolist() == [True, False, True, True] + [False] * 3
    assert bridge_gaps(values, 2)["x"].tolist()[1:] == [1, 2, 3, 4, 5, 6]
    assert bridge_gaps(values, 0).equals(values)


def figures():
    index = pd.MultiIndex.from_product(
        [["a", "b", "c"], range(2000, 2007)], names=["city_code", "year"]
    )
    frame = pd.DataFrame(
        {
            "budget_expenditure_100m_yuan": 20.0,
            "budget_expenditure_imputed": 0,
            "gdp_100m_yuan": 100.0,
            "registered_population_10k": 10.0,
        },
        index=index,
    )
    frame.loc[("b", 2003), "budget_expenditure_imputed"] = 1
    frame.loc[("c", 2002), "gdp_100m_yuan"] = np.nan
    return frame


def test_samples_are_balanced_and_reasons_given():
    outcome = ReactionOutcome("x", "budget_expenditure_100m_yuan", "log_per_head", 2002, 2005)
    bridge = {"income": 0, "population": 0}
    sample = reaction_sample(figures(), outcome, ["a", "b", "c"], bridge)
    assert sample.cities == ["a"]
    assert sample.outcome.tolist() == pytest.approx([np.log(2)] * 4)
    assert sample.controls["income"].tolist() == pytest.approx([np.log(10)] * 4)
    assert sample.excluded.to_dict() == {
        "b": "budget_expenditure_100m_yuan is missing in 1 of 4 years",
        "c": "output per head is missing in 1 of 4 years",
    }
    wide = reaction_sample(
        figures(),
        ReactionOutcome("x", outcome.variable, "log_per_head", 2002, 2005, bridge=1),
        ["a", "b", "c"],
        {"income": 1, "population": 0},
    )
    assert wide.cities == ["a", "b", "c"]
    assert wide.bridged == pytest.approx(1 / 12)
    assert len(wide.window(2002, 2003).outcome) == 6


def test_unknown_variables_and_scales_are_refused():
    with pytest.raises(ValueError, match="scale"):
        ReactionOutcome("x", "y", "cubic", 2002, 2005)
    outcome = ReactionOutcome("x", "nothing", "level", 2002, 2005)
    with pytest.raises(ValueError, match="no variable nothing"):
        reaction_sample(figures(), outcome, ["a"], {"income": 0, "population": 0})


def test_the_first_table_wins_where_two_have_a_column():
    one = pd.DataFrame({"city_code": ["a"], "year": [2000], "x": [1.0]})
    two = pd.DataFrame(
        {"city_code": ["a", "b"], "year": [2000, 2000], "x": [9.0, 9.0], "y": [2, 3]}
    )
    joined = join_tables([one, two])
    assert joined.loc[("a", 2000), "x"] == 1.0
    assert joined.loc[("b", 2000), "y"] == 3
    assert np.isnan(joined.loc[("b", 2000), "x"])
