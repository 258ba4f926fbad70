"""What the chapter joins: distances, growth by sample, curves; and the rows of its claims."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.inequality.estimate.run import (
    _absolute_counts,
    _shares,
    growth_by_sample,
    periods_left_out,
    run_curves,
)
from guantian.results import estimates, one, rows, series

ROOT = Path(__file__).resolve().parents[4]


def pairs_of(cities):
    places = np.arange(len(cities)) * 50.0
    return pd.DataFrame(
        [
            (a, b, abs(places[i] - places[j]))
            for i, a in enumerate(cities)
            for j, b in enumerate(cities)
            if i < j
        ],
        columns=["code_a", "code_b", "distance_km"],
    )


@pytest.fixture(scope="module")
def panel():
    rng = np.random.default_rng(6)
    cities = [f"{code:06d}" for code in range(36)]
    initial = rng.normal(9, 0.5, 36)
    growth = 0.1 - 0.03 * (initial - 9) + rng.normal(0, 0.003, 36)
    index = pd.MultiIndex.from_product([cities, [2001, 2011]], names=["city_code", "year"])
    logs = np.column_stack([initial, initial + 10 * growth]).ravel()
    frame = pd.DataFrame({"y": np.exp(logs), "gdp": np.exp(logs), "one": 1.0}, index=index)
    city = frame.index.get_level_values("city_code").astype(int)
    frame["in_nation"], frame["in_region"] = 1, (city < 24).astype(int)
    frame["in_zone"] = (city < 3).astype(int)
    frame["province_code"] = [f"{code % 6:02d}0000" for code in city]
    return frame


SPECS = {
    "totals": {"y": "gdp"},
    "variables": {},
    "windows": {"w": {"outcome": "y", "first": 2001, "last": 2011, "label": "W"}},
    "combinations": {},
    "combination": {"main": 0.7},
    "controls": {"none": []},
}


def test_curves_of_all_samples(panel):
    """Three cities carry no curve and say so; region and nation find the slope of -0.03."""
    choices = {"conley_km": 200, "draws": {"curve": 99}, "seed": 1}
    pairs = pairs_of(list(panel.index.unique("city_code")))
    found = estimates(run_curves(panel, pairs, SPECS, choices, 0.95), chapter="inequality")
    joint = rows(found, analysis="specification_curve_joint")
    assert "no specification" in one(joint, sample="zone").note
    for sample in ("region", "nation"):
        median = one(joint, sample=sample, term="median", measure="")
        assert median.estimate == pytest.approx(-0.03, abs=0.005)
        # Six provinces have 6^6 patterns of Webb's points; one in a hundred is as good as it gets.
        assert median.p_value <= 0.05
        low, high = (
            one(joint, sample=sample, term="median", measure=f"null_{end}").estimate
            for end in ("low", "high")
        )
        assert low < 0 < high
        # The intervals of a curve of one slope hold the nation's median, and all are negative.
        curve = rows(found, analysis="specification_curve", sample=sample)
        national = one(joint, sample="nation", term="median", measure="").estimate
        holding = curve["conf_low"].le(national) & curve["conf_high"].ge(national)
        for term, share in (
            ("share_negative", curve["estimate"].lt(0).mean()),
            ("share_holding_nation", holding.mean()),
        ):
            assert one(joint, sample=sample, term=term).estimate == pytest.approx(share)


def test_growth_by_hand(panel):
    specs = {"g": {"total": "gdp", "first": 2001, "last": 2011}}
    found = series(growth_by_sample(panel, specs), chapter="inequality")
    means = rows(found, analysis="growth", variant="g", term="mean").set_index("sample")["value"]
    gdp = panel["gdp"].unstack("year")
    by_hand = 10 * np.log(gdp[2011] / gdp[2001])
    assert means["zone"] == pytest.approx(by_hand.iloc[:3].mean())
    assert means["nation"] == pytest.approx(by_hand.mean())


def test_a_period_that_the_panel_does_not_reach_is_named(panel):
    span = {"outcome": "y", "first": 2001, "last": 2011}
    specs = {
        "windows": {"w": span, "typo": span | {"last": 2110}},
        "combinations": {},
        "growth": {},
    }
    row = one(estimates(periods_left_out(panel, specs), chapter="inequality"), analysis="left_out")
    assert (row.variant, row.group) == ("typo", "windows")
    assert row.note.startswith("2001 to 2110 is not in the panel's ")
    with pytest.raises(ValueError, match="typo of windows goes from 2001 to 1911"):
        periods_left_out(panel, {**specs, "windows": {"typo": span | {"last": 1911}}})


def test_shares_of_a_curve_by_hand():
    """Of slopes -3, -1 and 1 with reach 1.2 only the middle one's interval holds -1; two are
    negative."""
    slopes = np.array([-0.03, -0.01, 0.01])
    curve = pd.DataFrame(
        {"estimate": slopes, "conf_low": slopes - 0.012, "conf_high": slopes + 0.012}
    )
    joint = {"analysis": "specification_curve_joint", "term": "median", "sample": "nation"}
    rows = [{**joint, "estimate": -0.01}, {**joint, "measure": "null_low", "estimate": -0.9}]
    found = estimates(_shares(rows, {"nation": curve.to_dict("records")}), chapter="inequality")
    assert one(found, term="share_negative").estimate == pytest.approx(2 / 3)
    assert one(found, term="share_holding_nation").estimate == pytest.approx(1 / 3)


def test_absolute_slopes_are_counted():
    """Of the nation's two, one is below zero with its whole interval; the other samples have one
    and none. Slopes with controls and of other shares of signal are not counted."""
    beta = {"analysis": "beta_conditional", "term": "initial", "group": "none"}
    nation = beta | {"sample": "nation"}
    lights = {"analysis": "lights_combination", "term": "initial", "sample": "nation"}
    made = [
        nation | {"estimate": -0.02, "conf_high": -0.01},
        lights | {"setting": 0.7, "estimate": -0.01, "conf_high": 0.01},
        lights | {"setting": 0.5, "estimate": -0.02, "conf_high": -0.01},
        nation | {"group": "all", "estimate": -0.02, "conf_high": -0.01},
        beta | {"sample": "region", "estimate": 0.01, "conf_high": 0.02},
        beta | {"sample": "zone", "note": "4 cities do not carry 2 parameters"},
    ]
    found = estimates(_absolute_counts(made, SPECS), analysis="absolute_slopes")
    counts = found.pivot(index="sample", columns="term", values="estimate")
    columns = ["slopes", "below_zero", "significantly_below_zero"]
    assert counts.loc[["nation", "region", "zone"], columns].values.tolist() == [
        [2, 2, 1],
        [1, 0, 0],
        [0, 0, 0],
    ]


def test_a_study_of_no_period_has_no_slopes_to_count():
    found = _absolute_counts([{"analysis": "left_out", "term": "period"}], SPECS)
    assert {row["estimate"] for row in found} == {0}
