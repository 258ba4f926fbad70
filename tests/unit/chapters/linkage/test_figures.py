"""Figures of the chapter: what they show, and that nothing overlaps or falls outside."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from guantian.chapters.linkage.figures import draw_linkage_acts
from guantian.chapters.linkage.figures_border import draw_border, draw_lockdown
from guantian.chapters.linkage.figures_flows import draw_communities, draw_zone_flows
from guantian.chapters.linkage.names import Names
from guantian.chapters.linkage.tables import zone_pairs
from guantian.present.captions import caption
from guantian.present.figures import apply_style, faults
from guantian.results import estimates, series

NAMES = Names(
    cities={"1": "Core", "2": "Other", "3": "Third"},
    provinces={"61": "West", "62": "East"},
    specs={"main": "Unlisted pairs as zero", "listed": "Listed pairs only"},
)


@pytest.fixture(autouse=True)
def style(root):
    apply_style(sorted((root / "assets/fonts").glob("*.otf")))


@pytest.fixture
def layers():
    """Three members, the third across a border, an island far south, and provinces, in metres."""
    west, north, east = (
        box(200e3 * k, 3e6 + 2e5 * (k % 2), 200e3 * (k + 1), 3.2e6 + 2e5 * (k % 2))
        for k in range(3)
    )
    island, far = box(1e6, 1e6, 1.05e6, 1.05e6), box(2.4e6, 3e6, 2.6e6, 3.2e6)
    places = [west, north, east, island, far]
    cities = gpd.GeoDataFrame(geometry=places, index=list("12389"))
    provinces = gpd.GeoDataFrame(
        geometry=[west.union(north), east, island, far], index=["61", "62", "98", "99"]
    )
    return cities, provinces


def ends(value):
    return {"estimate": value, "conf_low": value - 0.2, "conf_high": value + 0.2}


def test_the_border_by_specification_and_by_province():
    key = {"analysis": "gravity", "errors": "dyadic"}
    rows = [key | {"variant": name, "term": "same_province", **ends(1.0)} for name in NAMES.specs]
    rows += [
        key | {"variant": "provinces", "term": "border_log_distance", "unit": unit, **ends(value)}
        for unit, value in (("61", 0.3), ("62", 0.9))
    ]
    figure, data = draw_border(estimates(rows), NAMES, {"61"}, 0.95)
    assert faults(figure, caption("linkage", "border").alt) == []
    provinces = data[data["panel"] == "b"]
    assert provinces["province"].tolist() == ["East", "West"]
    assert provinces["role"].tolist() == ["estimate", "zone"]
    assert provinces["estimate"].tolist() == pytest.approx(np.exp([0.9, 0.3]))


def test_the_lockdown_in_percent_of_a_year_later():
    key = {"analysis": "lockdown", "term": "log_ratio", "year": 2020}
    logs = {("1", "2", 1): 0.1, ("1", "2", 2): -1.0, ("1", "3", 1): 0.2, ("1", "3", 2): -2.0}
    logs[("2", "3", 2)] = -0.5
    rows = [
        key | {"unit": a, "partner": b, "month": month, "value": value}
        for (a, b, month), value in logs.items()
    ]
    figure, data = draw_lockdown(series(rows), {"1": "61", "2": "61", "3": "62"}, "1", NAMES)
    assert faults(figure, caption("linkage", "lockdown").alt) == []
    named = [text.get_text() for text in figure.axes[0].get_xticklabels()]
    assert named == ["Core–Third *", "Core–Other", "Other–Third *"]  # the hardest hit first
    hit = data[(data["unit"] == "1") & (data["partner"] == "3") & (data["month"] == 2)]
    assert hit["percent"].item() == pytest.approx(100 * np.exp(-2))
    figure, data = draw_lockdown(series(rows).head(0), {}, "1", NAMES)
    assert data.empty and "No monthly flows" in figure.axes[0].texts[0].get_text()


def test_every_curve_of_linkage_is_100_in_the_base_year():
    rows = [
        {"analysis": "linkage", "sample": "zone", "term": "total", "variable": "root"}
        | {"measure": measure, "year": year, "value": scale * 1.1 ** (year - 2000)}
        for measure, scale in (("circle", 3.0), ("rail", 7.0))
        for year in range(2000, 2021)
    ]
    acts = pd.DataFrame(
        {
            "time": [2003.5, 2015.2],
            "date": ["2003-07", "2015-03"],
            "kind": ["agreement", "railway"],
            "act": ["An agreement", "A railway opens"],
        }
    )
    figure, data = draw_linkage_acts(series(rows), acts, 2009)
    assert faults(figure, caption("linkage", "linkage_acts").alt) == []
    assert data[data["year"] == 2009]["index"].tolist() == pytest.approx([100, 100])
    assert data[data["panel"] == "b"]["act"].tolist() == acts["act"].tolist()


def test_flows_inside_the_zone(layers):
    pairs = {("1", "2"): (3.0, 2.0, 1.5), ("1", "3"): (0.5, 0.4, 0.6), ("2", "3"): (0.1, 0.2, 3.0)}
    rows = [
        {"analysis": "zone_pairs", "unit": a, "partner": b, "term": term, "value": value}
        for (a, b), values in pairs.items()
        for term, value in zip(
            ("flow_a_to_b", "flow_b_to_a", "ratio", "predicted"), (*values, 1.0), strict=True
        )
    ]
    figure, data = draw_zone_flows(zone_pairs(series(rows)), *layers, NAMES.cities, "1")
    assert faults(figure, caption("linkage", "zone_flows").alt) == []
    assert data["ratio"].tolist() == [1.5, 0.6, 3.0]


def test_communities_over_resolutions_and_on_the_map(layers):
    key = {"analysis": "communities_placebo", "method": "leiden", "group": "all"}
    ranked = [
        key
        | {"setting": at, "own_value": own, "benchmark": 0.4, "estimate": own - 0.4}
        | {"conf_low": own - 0.9, "conf_high": own - 0.1}
        for at, own in ((0.5, 1.0), (2.0, 0.6))
    ]
    described = [
        {"analysis": "communities", "method": "leiden", "term": "agreement", "group": group}
        | {"measure": "adjusted_rand", "setting": at, "value": value}
        for group, value in (("provinces", 0.8), ("approved_zones", 0.4))
        for at in (0.5, 2.0)
    ] + [
        {"analysis": "community", "method": "leiden", "setting": 2.0, "unit": code, "value": label}
        for code, label in zip("123", (0, 0, 1), strict=True)
    ]
    figure, data = draw_communities(
        estimates(ranked), series(described), *layers, ["1", "2", "3"], 2.0
    )
    assert faults(figure, caption("linkage", "flow_communities").alt) == []
    band = data[data["panel"] == "a"]
    assert band["low"].tolist() == pytest.approx([0.1, 0.1])
    assert band["high"].tolist() == pytest.approx([0.9, 0.9])
    assert data[data["panel"] == "c"]["community"].tolist() == [0, 0, 1]
