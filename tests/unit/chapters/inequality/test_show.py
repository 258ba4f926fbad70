"""The chapter's words, numbers and tables: what a zone lacks is said, ranks become shares."""

import numpy as np
import pandas as pd
import pytest

from guantian import results
from guantian.chapters.inequality.figures import by_year, share_below
from guantian.chapters.inequality.numbers import FORMATS, inequality_numbers
from guantian.chapters.inequality.tables import inequality_tables, outcome_rows

LATE = {"outcome": "y", "first": 2001, "last": 2019}
SPECS = {
    "windows": {
        "reported": LATE | {"label": "Reported"},
        "reported_before": {"outcome": "y", "first": 2001, "last": 2009, "label": "Before"},
        "reported_after": {"outcome": "y", "first": 2009, "last": 2019, "label": "After"},
    },
    "combinations": {"both": {"first": 2001, "last": 2012, "label": "Combined"}},
    "combination": {"main": 0.7, "signal_shares": [0.5, 1.0]},
    "controls": {"none": []},
    "placebo": ["reported"],
    "growth": {
        "real_growth": {"total": "t", "first": 2001, "last": 2019, "label": "G"},
        "deflated_growth": {"total": "t", "first": 2001, "last": 2029, "label": "U"},
    },
    "dynamic": {"reported": LATE | {"label": "Reported"}},
    "counties": {"first": 2011, "last": 2021},
}
SERIES = pd.DataFrame(
    {"outcome": ["y"], "first": [2001], "last": [2019], "label": ["Reported"]}, index=["reported"]
)


def interval(value, reach):
    return {"estimate": value, "conf_low": value - reach, "conf_high": value + reach}


def estimates():
    """The zone is below the placebo median in growth (p 0.5), above it in dispersion (p 0.01)."""
    ranked = {"sample": "zone", "placebo_set": "main", "n_draws": 100, "rank_from": "below"}
    rows = [
        {"analysis": "placebo_growth", "variant": "real_growth", "term": "growth", **ranked}
        | {"own_value": 9.0, "benchmark": 10.0, "p_value": 0.5, **interval(-1.0, 2.0)},
        {"analysis": "placebo", "variant": "reported", "term": "sigma_change", **ranked}
        | {"own_value": 1.0, "benchmark": 0.98, "p_value": 0.01, **interval(0.02, 0.01)},
        {"analysis": "gmm_fits", "sample": "nation", "term": "fits", "estimate": 6},
        {"analysis": "gmm_fits", "sample": "nation", "term": "passed", "estimate": 1},
        {"analysis": "gmm_fits", "sample": "nation", "term": "between", "estimate": 0},
    ]
    for sample, value, sure in (("zone", -0.01, 0), ("region", None, 0), ("nation", -0.02, 1)):
        counts = {"slopes": int(value is not None), "significantly_below_zero": sure}
        for term, count in counts.items():
            key = {"analysis": "absolute_slopes", "sample": sample, "term": term}
            rows.append({**key, "estimate": count})
        if value is not None:
            key = {"analysis": "beta_conditional", "variant": "reported_after", "group": "none"}
            slope = {"sample": sample, "term": "initial", "n_units": 7, **interval(value, 0.015)}
            rows.append({**key, **slope})
    for outcome, value in (("per_resident", -0.02), ("total", -0.01)):
        key = {"analysis": "county_beta", "variant": "all", "sample": "zone"}
        key |= {"term": "initial", "errors": "cluster", "outcome": outcome, "n_units": 190}
        rows.append({**key, **interval(value, 0.015)})
    joint = {"analysis": "specification_curve_joint", "sample": "nation", "p_value": 0.4}
    rows += [
        {**joint, "term": "median", "estimate": -0.01, "n_obs": 3},
        {**joint, "term": "median", "measure": "null_low", "estimate": -0.02},
        {**joint, "term": "median", "measure": "null_high", "estimate": 0.02},
        {**joint, "term": "share_significant", "estimate": 0.0},
        {**joint, "term": "share_holding_nation", "estimate": 1 / 3},
    ]
    return results.estimates(rows, chapter="inequality")


def series():
    key = {"analysis": "inequality", "variant": "reported", "sample": "zone", "measure": "gini"}
    rows = [
        {**key, "weights": "population", "year": year, "value": value}
        for year, value in ((2019, 0.3), (2001, 0.4))
    ]
    other = {**key, "year": 2001, "value": 9.0}
    rows += [{**other, "weights": "none"}, {**other, "sample": "nation", "weights": "population"}]
    growth = {"analysis": "growth", "variant": "real_growth", "sample": "zone", "term": "mean"}
    return results.series([*rows, {**growth, "value": 9.0}], chapter="inequality")


@pytest.fixture(scope="module")
def numbers():
    return inequality_numbers(estimates(), series(), SPECS, SERIES)


@pytest.fixture(scope="module")
def tables():
    tests = results.tests([], chapter="inequality")
    found = inequality_tables(estimates(), tests, SPECS, SERIES, 0.9)
    return {table.name: table.body for table in found}


def test_ranks_get_words(numbers):
    growth, sigma = numbers["growth"]["real_growth"], numbers["placebo"]["reported"]["sigma_change"]
    assert (growth["verdict"], growth["difference"]) == ("not unusual", "−1.0")
    assert (growth["zone"], growth["interval"]) == ("9.0", "[−3.0, 1.0]")
    assert (sigma["value"], sigma["difference"]) == ("1.000", "0.020")
    assert (numbers["growth"]["unusual"], numbers["placebo"]["unusual"]) == ("none", "one")


@pytest.mark.parametrize(
    ("p", "difference", "word"),
    [(0.01, 1.0, "unusually high"), (0.01, -1.0, "unusually low"), (0.2, 1.0, "not unusual")],
)
def test_an_unusual_rank_has_a_side(p, difference, word):
    assert FORMATS["unusual"](p, difference) == word


def test_slopes_and_their_counts(numbers):
    """The zone's interval is (-2.5, 0.5), the nation's (-3.5, -0.5)."""
    after = numbers["windows"]["reported_after"]
    assert (after["zone"]["slope"], after["zone"]["interval"]) == ("−1.00", "[−2.50, 0.50]")
    assert after["nation"]["slope"] == "−2.00"
    assert (numbers["outcomes"]["nation"]["n"], numbers["outcomes"]["zone"]["n"]) == ("1", "1")
    assert numbers["outcomes"]["nation"]["sure"] == "one"
    assert numbers["outcomes"]["zone"]["sure"] == "none"


def test_slopes_get_words(numbers):
    """The same intervals between the zone's counties: (-3.5, -0.5) per resident, (-2.5, 0.5)."""
    county = numbers["counties"]["zone"]["all"]
    assert county["per_resident"]["verdict"] == "convergence"
    assert county["total"]["verdict"] == "no detectable convergence"


def test_curve_is_put_into_words(numbers):
    """No more than chance gives."""
    said = numbers["curve"]["nation"]
    assert (said["n"], said["median"]) == ("3", "−1.00")
    assert (said["null"], said["significant"]) == ("[−2.00, 2.00]", "0")
    assert said["verdict"] == "no more than chance gives"


def test_what_is_not_estimated_is_said(numbers):
    assert numbers["counties"]["provinces"]["all"]["total"]["slope"] == "–"
    assert numbers["counties"]["zone"]["all"]["per_resident"]["ratio_verdict"] == "is not known"
    assert numbers["curve"]["zone"]["median"] == "–"
    assert numbers["curve"]["zone"]["said"] == "there is no curve"
    assert numbers["dynamic"]["reported"]["zone"]["lsdvc"]["slope"] == "–"
    unreached = numbers["growth"]["deflated_growth"]
    assert (unreached["difference"], unreached["verdict"]) == ("–", "not ranked")
    assert numbers["lights"]["both"]["zone"] == {"low": "–", "high": "–"}


def test_outcomes_without_values_are_left_out():
    labels = [label for label, _ in outcome_rows(estimates(), SPECS)]
    assert labels == [
        "After, 2009–2019",
        "Counties: per resident, 2011–2021",
        "Counties: output alone, 2011–2021",
    ]


def test_slopes_are_printed_with_their_intervals(tables):
    after = tables["inequality_outcomes"].iloc[0]
    assert (after["Zone"], after["n, Zone"]) == ("−1.00 [−2.50, 0.50]", "7")
    assert (after["Western region"], after["n, Western region"]) == ("–", "–")


def test_the_table_of_ranks_has_what_was_ranked(tables):
    found = tables["inequality_placebo"].set_index(["Outcome", "Statistic"])
    assert list(found.index) == [
        ("Reported, 2001–2019", "Change of log SD of logs"),
        ("Growth: G, 2001–2019", "Mean growth, per cent a year"),
    ]
    assert found["Zone"].tolist() == ["1.000", "9.000"]
    assert found["Median"].tolist() == ["0.980", "10.000"]
    assert found["p, kept"].tolist() == ["–", "–"]


def test_share_below_from_a_two_sided_rank():
    rows = pd.DataFrame({"p_value": [0.1, 0.1, 1.0], "estimate": [-1.0, 1.0, 0.0]})
    np.testing.assert_allclose(share_below(rows), [5, 95, 50])


def test_series_by_year():
    key = {"analysis": "inequality", "variant": "reported", "sample": "zone", "measure": "gini"}
    line = by_year(series(), **key, weights="population")
    assert line.to_dict() == {2001: 0.4, 2019: 0.3}
    assert line.index.tolist() == [2001, 2019]
