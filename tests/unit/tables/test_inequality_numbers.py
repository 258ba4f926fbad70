"""The chapter's words and numbers: what a zone lacks is said, and ranks are turned to shares."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.inequality.figures import by_year, share_below
from guantian.chapters.inequality.numbers import inequality_numbers
from guantian.chapters.inequality.numbers_missing import filled
from guantian.chapters.inequality.tables import outcome_rows, slope
from guantian.estimates import tidy

SPECS = {
    "windows": {"w": {"outcome": "y", "first": 2001, "last": 2019, "label": "Reported"}},
    "combinations": {"both": {"first": 2001, "last": 2012, "label": "Combined"}},
    "combination": {"main": 0.7, "signal_shares": [0.5, 1.0]},
    "placebo": ["w"],
    "growth": {"g": {"total": "t", "first": 2001, "last": 2019, "label": "G"}},
    "dynamic": {"d": {"outcome": "y", "first": 2001, "last": 2019, "label": "D"}},
    "counties": {"first": 2011, "last": 2021},
}
SERIES = pd.DataFrame({"first": [2001], "last": [2019]}, index=["w"])


def estimates():
    """The zone is below the placebo median in growth (rank 0.5), above it in slope (rank 0.01)."""
    ranked = {"sample": "zone", "n_obs": 100}
    rows = [
        {"analysis": "placebo_growth", "spec": "g.main", "term": "growth", **ranked}
        | {"estimate": -1.0, "statistic": 9.0, "p_value": 0.5, "conf_low": -3, "conf_high": 1},
        {"analysis": "placebo", "spec": "w.main", "term": "beta", **ranked}
        | {"estimate": 0.02, "statistic": 0.01, "p_value": 0.01, "conf_low": 0.01}
        | {"conf_high": 0.03},
    ]
    for sample, value in (("zone", -0.01), ("nation", -0.02)):
        rows.append(
            {"analysis": "beta_conditional", "spec": "w.none", "sample": sample, "term": "initial"}
            | {"estimate": value, "conf_low": value - 0.015, "conf_high": value + 0.015}
        )
    return tidy(rows, outcome="y")


def curve():
    slopes = {"a": -0.03, "b": -0.01, "c": 0.01}
    rows = [
        {"analysis": "specification_curve", "spec": name, "term": "initial", "p_value": 0.2}
        | {"estimate": value, "conf_low": value - 0.012, "conf_high": value + 0.012}
        for name, value in slopes.items()
    ]
    joint = {"median": -0.01, "median.null_low": -0.02, "median.null_high": 0.02}
    joint |= {"share_significant": 0.0, "mean_statistic": -0.5}
    rows += [
        {"analysis": "specification_curve_joint", "spec": "curve", "term": term, "estimate": value}
        | {"p_value": 0.4}
        for term, value in joint.items()
    ]
    return tidy(rows, sample="nation", outcome="y")


@pytest.fixture(scope="module")
def numbers():
    return inequality_numbers(estimates(), curve(), SPECS, SERIES)


def test_ranks_get_words(numbers):
    growth, beta = numbers["growth"]["g"], numbers["placebo"]["w"]["beta"]
    assert (growth["verdict"], growth["side"], growth["difference"]) == (
        "not unusual",
        "below",
        "−1.0",
    )
    assert (beta["verdict"], beta["value"]) == ("unusually high", "1.00")
    assert (numbers["growth"]["unusual"], numbers["placebo"]["unusual"]) == ("none", "one")


def test_slopes_get_words(numbers):
    """The zone's interval is (-2.5, 0.5), the nation's (-3.5, -0.5)."""
    assert numbers["windows"]["w"]["zone"]["verdict"] == "no detectable convergence"
    assert numbers["windows"]["w"]["nation"]["verdict"] == "convergence"
    assert numbers["outcomes"]["nation"]["sure"] == "one"
    assert numbers["outcomes"]["zone"]["sure"] == "none"


def test_curve_by_hand(numbers):
    """Of slopes -3, -1 and 1 with reach 1.2 only the middle one's interval holds -1; two are
    negative."""
    said = numbers["curve"]["nation"]
    assert (said["negative"], said["holds_nation"], said["median"]) == ("67", "33", "−1.00")
    assert said["verdict"] == "no more than chance gives"
    assert said["said"] == "it shows no slope, and most of its intervals exclude the nation's"


def test_what_is_not_estimated_is_said(numbers):
    county = numbers["counties"]["zone"]["all"]["total"]
    assert (county["slope"], county["verdict"]) == ("–", "not estimated")
    assert numbers["curve"]["zone"]["median"] == "–"
    assert numbers["dynamic"]["d"]["zone"]["lsdvc"]["half_life"] == "–"


def test_filling_keeps_what_is_there():
    kept = filled({"growth": {"g": {"value": "7"}}}, SPECS)
    assert kept["growth"]["g"]["value"] == "7"
    assert kept["growth"]["g"]["verdict"] == "not ranked"


def test_outcomes_without_figures_are_left_out():
    assert [label for label, _ in outcome_rows(estimates(), SPECS)] == ["Reported, 2001–2019"]


def test_slope_is_printed():
    row = pd.Series({"estimate": -0.01234, "conf_low": -0.02, "conf_high": 0.001})
    assert slope(row) == "−1.23 [−2.00, 0.10]"
    assert slope(None) == "–"


def test_share_below_from_a_two_sided_rank():
    rows = pd.DataFrame({"p_value": [0.1, 0.1, 1.0], "estimate": [-1.0, 1.0, 0.0]})
    np.testing.assert_allclose(share_below(rows), [5, 95, 50])


def test_series_from_terms():
    frame = tidy(
        [{"term": f"gini[{year}]", "estimate": value} for year, value in ((2002, 0.3), (2001, 0.4))]
        + [{"term": "gini.trend", "estimate": -0.1}, {"term": "gini_x[2001]", "estimate": 9.0}],
        analysis="inequality",
        spec="w",
        sample="zone",
        outcome="y",
    )
    line = by_year(frame, "inequality", "w", "zone", "gini")
    assert line.to_dict() == {2001: 0.4, 2002: 0.3}
