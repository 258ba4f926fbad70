"""What the chapter's jobs join: distances, growth by sample, curves; and the claims' rows."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from guantian.chapters.inequality.estimate.run import growth_by_sample, run_curves, spans_left_out

ROOT = Path(__file__).resolve().parents[3]


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
    frame = run_curves(panel, pairs, SPECS, choices, 0.95)
    joint = frame[frame["analysis"] == "specification_curve_joint"].set_index(["sample", "term"])
    assert "no specification" in joint.at[("zone", "median"), "note"]
    for sample in ("region", "nation"):
        assert joint.at[(sample, "median"), "estimate"] == pytest.approx(-0.03, abs=0.005)
        # Six provinces have 6^6 patterns of Webb's points; one in a hundred is as good as it gets.
        assert joint.at[(sample, "median"), "p_value"] <= 0.05
        low, high = (
            joint.at[(sample, f"median.null_{end}"), "estimate"] for end in ("low", "high")
        )
        assert low < 0 < high


def test_growth_by_hand(panel):
    rows = growth_by_sample(panel, {"g": {"total": "gdp", "first": 2001, "last": 2011}})
    rows = rows.set_index(["sample", "term"])["estimate"]
    gdp = panel["gdp"].unstack("year")
    by_hand = 10 * np.log(gdp[2011] / gdp[2001])
    assert rows["zone", "mean"] == pytest.approx(by_hand.iloc[:3].mean())
    assert rows["nation", "std"] == pytest.approx(by_hand.std(ddof=1))


def test_claims_name_what_the_specifications_make():
    """Every part's spec and term is one that the placebo ranks of the study's own specs have."""
    specs = yaml.safe_load((ROOT / "config/specs/inequality.yaml").read_text("utf-8"))
    claims = yaml.safe_load((ROOT / "config/claims/inequality.yaml").read_text("utf-8"))
    assert [claim["id"] for claim in claims] == ["S1.1", "S2.4"]
    for part in (part for claim in claims for part in claim["parts"]):
        row = part["estimate"]
        name, chosen = row["spec"].split(".")
        assert chosen == "main"
        if row["analysis"] == "placebo_growth":
            how = specs["growth"][name]
            assert row["outcome"] == how.get("rate", how.get("total"))
        else:
            assert name in specs["placebo"]
            assert row["outcome"] == specs["windows"][name]["outcome"]
        assert part["matters"] > 0
        assert part["why"]


def test_a_span_that_the_panel_does_not_reach_is_named(panel):
    span = {"outcome": "y", "first": 2001, "last": 2011}
    specs = {
        "windows": {"w": span, "typo": span | {"last": 2110}},
        "combinations": {},
        "growth": {},
    }
    (row,) = spans_left_out(panel, specs).to_dict("records")
    assert (row["spec"], row["outcome"]) == ("typo", "windows")
    assert row["note"].startswith("2001 to 2110 is not in the panel's ")
    with pytest.raises(ValueError, match="typo of windows goes from 2001 to 1911"):
        spans_left_out(panel, {**specs, "windows": {"typo": span | {"last": 1911}}})
