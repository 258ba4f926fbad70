"""Tables and words of the chapter on linkage and flows."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.linkage.numbers import linkage_numbers
from guantian.chapters.linkage.tables import gravity_body
from guantian.estimates import tidy


def gravity(low=0.4, spec="main", sample="zero"):
    rows = [
        {"term": "same_province", "estimate": low + 0.6, "conf_low": low, "conf_high": low + 1.2},
        {"term": "log_distance", "estimate": -2.0, "conf_low": -2.1, "conf_high": -1.9},
        {
            "term": "border_log_distance",
            "estimate": np.log(2),
            "conf_low": np.log(1.5),
            "conf_high": np.log(3),
        },
    ]
    return tidy(
        [row | {"std_error": 0.1} for row in rows],
        analysis="gravity",
        spec=spec,
        sample=sample,
        outcome="flow_index",
        n_obs=1200,
        n_units=40,
        note="Unlisted pairs as nought",
    )


PAIRS = pd.DataFrame(
    {
        "flow": [3.0, 1.0],
        "ratio": [1.5, 0.5],
        "ratio_low": [1.1, 0.2],
        "ratio_high": [2.0, 1.2],
        "same_province": [1, 0],
    }
)
ACTS = pd.DataFrame({"time": [2002.9, 2010.1, 2018.1], "kind": ["plan", "railway", "agreement"]})


def numbers(estimates):
    nothing = tidy([{"analysis": "network", "term": "links", "estimate": 1.0}])
    return linkage_numbers(estimates, nothing, PAIRS, ACTS, {}, [], 2009, 0.95, "Core")


def test_a_row_of_the_gravity_table():
    row = gravity_body(gravity()).iloc[0]
    assert row["Same province"] == "1.00 (0.10)" and row["Log distance"] == "−2.00 (0.10)"
    assert row["Border"] == "2.00 [1.50, 3.00]" and row["Adjacent"] == "–"
    assert row["Pairs"] == "1\u202f200" and row["Own term"] == "–"


@pytest.mark.parametrize(("low", "said"), [(0.4, "stands in every"), (-0.4, "No specification")])
def test_words_follow_the_interval(low, said):
    found = numbers(gravity(low))
    assert said in found["borders"]["said"]
    assert found["gravity"]["province"]["found"] == (
        "higher" if low > 0 else "neither higher nor lower for certain"
    )


def test_mixed_borders_are_said_to_be():
    mixed = pd.concat([gravity(0.4), gravity(-0.4, "listed", "listed")])
    assert "not stand in every" in numbers(mixed)["borders"]["said"]


def test_what_cannot_be_estimated_is_a_dash_with_the_same_keys():
    found = numbers(gravity())
    assert found["ranks"]["zone_main_all"]["p"] == "–"
    assert found["change"]["hours"]["times"] == "–"
    assert found["lockdown"]["april"]["value"] == "–"


def test_a_rank_that_cannot_be_had_has_the_keys_of_one_that_can():
    row = {
        "estimate": 0.1,
        "statistic": 0.6,
        "conf_low": -0.2,
        "conf_high": 0.4,
        "p_value": 0.3,
        "n_obs": 99,
        "note": "rank 20 of 100; 5 disjoint groups",
    }
    ranked = tidy(
        [row], analysis="zone_prediction", spec="main", sample="main", term="all", outcome="flow"
    )
    ranks = numbers(pd.concat([gravity(), ranked]))["ranks"]
    assert ranks["zone_main_all"]["side"] == "above"
    assert ranks["zone_main_all"].keys() == ranks["zone_main_all_compact"].keys()


def test_pairs_and_acts_are_counted():
    found = numbers(gravity())
    assert found["pairs"]["above"] == "1" and found["pairs"]["outside"] == "1"
    assert found["pairs"]["across_percent"] == "25.0"
    assert found["acts"] == {
        "count": "2",
        "before": "1",
        "since": "1",
        "railways": "1",
    }
