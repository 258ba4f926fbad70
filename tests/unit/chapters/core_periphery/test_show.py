"""Tables, numbers and figures of core, periphery and gains, from typed rows."""

import json

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from guantian.chapters.core_periphery.figures import (
    draw_core_periphery,
    draw_shares,
    draw_stability,
)
from guantian.chapters.core_periphery.numbers import _paid_for, core_periphery_numbers
from guantian.chapters.core_periphery.tables import core_periphery_tables
from guantian.present.captions import caption
from guantian.present.figures import apply_style, faults
from guantian.present.numbers import keys_used
from guantian.results import estimates, series

NAMES = {"610100": "Xi'an", "610300": "Baoji", "620500": "Tianshui"}
CHOICES = {
    "levels": {"first": 2005, "last": 2019},
    "years": {"first": 2001, "last": 2019},
    "windows": {"before": [2001, 2008], "after": [2009, 2019]},
    "spread_backwash": {"radius_km": 400},
    "rho": {"variant": "sdm", "weights": "queen", "sample": "nation"},
}
RANK = {"estimate": 0.2, "own_value": 0.5, "benchmark": 0.3, "conf_low": 0.1, "conf_high": 0.3}
RANK |= {"p_value": 0.02, "rank": 9, "n_draws": 999, "rank_from": "above"}
WITHIN = {"conf_low": -0.1, "conf_high": 0.4}
SHARES = {"610100": 0.6, "610300": 0.3, "620500": 0.1}


@pytest.fixture(scope="module")
def results():
    hierarchy = {"analysis": "hierarchy_rank", "outcome": "current_gdp", "term": "primacy"}
    slope = {"analysis": "spread_backwash", "term": "slope", "sample": "sphere", "n_units": 15}
    slope |= {"estimate": -0.4, "std_error": 0.1, "conf_low": -0.6, "conf_high": -0.2}
    ranked = {"analysis": "spread_backwash_rank", "term": "slope", "sample": "sphere"}
    group = {"analysis": "value", "estimate": 2.0, "conf_low": 1.0, "conf_high": 3.0}
    core = {"analysis": "properties", "term": "core"}
    found = [
        {**hierarchy, "variant": "level", **RANK},
        {**hierarchy, "variant": "change", **RANK, **WITHIN},
        *(
            {"analysis": "comovement", "term": "correlation", "variant": name, **RANK}
            | {"outcome": "gdp_growth_pct"}
            for name in ("before", "after", "change")
        ),
        *({**slope, "variable": "km", "horizon": horizon} for horizon in (0, 1)),
        {**slope, "variable": "links", "horizon": 0, **WITHIN, "estimate": 0.1},
        {**ranked, "variable": "km", "horizon": 0, **RANK},
        *(
            {"analysis": "shares", "method": method, "unit": unit, "estimate": share}
            | {"conf_low": share - 0.2, "conf_high": share + 0.1}
            for method in ("shapley", "nucleolus", "gately")
            for unit, share in SHARES.items()
        ),
        {**group, "group": "core_and", "unit": "610300", "n_units": 2},
        {**group, "group": "all", "n_units": 11},
        {**group, "group": "without", "unit": "620500", "n_units": 10},
        {**group, "group": "home_province", "n_units": 2},
        {**group, "group": "without_core", "n_units": 10},
        {**core, "measure": "holds", "estimate": 1.0},
        {**core, "measure": "share_of_draws", "estimate": 0.4},
    ]
    described = [
        *(
            {"analysis": "shares", "variable": variable, "unit": unit, "value": share}
            for variable in ("gdp", "population")
            for unit, share in SHARES.items()
        ),
        *(
            {"analysis": "grid", "term": term, "value": 0.5, "n_obs": 135}
            for term in ("core", "superadditive")
        ),
        *(
            {"analysis": "hierarchy", "measure": measure, "outcome": "current_gdp", "year": year}
            | {"sample": sample, "term": term, "value": value}
            for measure in ("primacy", "polycentricity")
            for year in range(2001, 2006)
            for sample, term, value in (
                ("zone", "value", 0.5),
                ("placebo", "low", 0.2),
                ("placebo", "median", 0.4),
                ("placebo", "high", 0.7),
            )
        ),
    ]
    return estimates(found), series(described)


@pytest.fixture(autouse=True, scope="module")
def style(root):
    with plt.rc_context():
        apply_style(sorted((root / "assets/fonts").glob("*.otf")))
        yield


@pytest.fixture(scope="module")
def tables(results):
    return {t.name: t.body for t in core_periphery_tables(*results, NAMES, 0.95)}


def test_ranks_are_printed_from_their_columns(tables):
    level, change = tables["core_periphery"].iloc[:2].to_dict("records")
    assert (level["Zone"], level["Minus median"]) == ("0.500", "0.200")
    assert (level["Of"], level["What"], change["What"]) == ("GDP", "Level", "Change")
    assert level["Rank"] == "9 of 1000 from above"


def test_a_slope_has_its_rank_beside_it_where_it_is_ranked(tables):
    body = tables["spread_backwash"]
    assert body["Rank"].tolist() == ["9 of 1000 from above", "–", "–"]
    assert body["Horizon"].tolist() == ["0", "1", "0"]
    assert body["Slope"].tolist() == ["−0.40", "−0.40", "0.10"]


def test_shares_of_solutions_have_intervals_and_shares_of_totals_none(tables):
    first = tables["gains_shares"].set_index("City").loc["Xi'an"]
    assert first["Shapley"] == "60.0 [40.0, 70.0]"
    assert first["GDP"] == "60.0"


def test_coalitions_stand_by_size_as_numbers(tables):
    """A zone of ten cities or more: as text, 2 would stand before 11."""
    body = tables["gains_values"]
    assert body["Cities"].tolist() == ["11", "10", "10", "2", "2"]
    assert body["Coalition"].iloc[0] == "All"
    assert {"Without Tianshui", "Core and Baoji", "Without the core"} <= set(body["Coalition"])


def test_numbers_are_those_that_the_text_names(results, root):
    texts, keys = core_periphery_numbers(*results, NAMES, "610100", CHOICES)
    assert texts["primacy"]["gdp_last"] == {
        "value": "50.0",
        "rank": "9 of 1000 from above",
        "said": "above",
    }
    assert texts["spread"]["km"]["said"] == "backwash"
    assert texts["spread"]["links"]["said"] == "neither spread nor backwash"
    assert texts["least"] == "Tianshui"
    assert texts["share_least"]["shapley"] == {"value": "10.0", "interval": "[−10.0, 20.0]"}
    assert texts["stable_said"] == "not empty"
    assert keys["value.all.value"]["select"] == {"analysis": "value", "group": "all"}
    assert "nan" not in json.dumps(texts)
    folder = root / "guantian/chapters/core_periphery"
    used = set()
    for path in sorted(folder.glob("*.typ")):
        used |= keys_used(path.read_text("utf-8"), "k")
    for path, name in (
        (root / "guantian/chapters/games/text.typ", "k"),
        (root / "paper/main.typ", "game"),
    ):
        used |= keys_used(path.read_text("utf-8"), name)
    leaves = set(pd.json_normalize(texts).columns)
    missing, unused = sorted(set(used) - set(leaves)), sorted(set(leaves) - set(used))
    assert (missing, unused) == ([], [])


@pytest.mark.parametrize("name", ["core_periphery", "gains_shares", "gains_stability"])
def test_figures_have_no_faults(results, name):
    points = pd.DataFrame(
        [
            {"returns": r, "coordination": c, "core": c < 0.5, "best_size": 2 + 3 * (c < 0.5)}
            for r in (1.0, 1.5, 2.0)
            for c in (0.0, 0.1, 0.5)
        ]
    )
    figure, data = {
        "core_periphery": lambda: draw_core_periphery(*results),
        "gains_shares": lambda: draw_shares(*results, NAMES),
        "gains_stability": lambda: draw_stability(points),
    }[name]()
    assert len(data)
    assert faults(figure, caption("core_periphery", name).alt) == []
    plt.close(figure)


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ([(-2, -1), (-3, -1)], "by every solution its cooperation has to be paid for"),
        ([(-2, -1), (-3, 1)], "the solutions part"),
        ([(1, 2), (0.5, 3)], "by every solution it gains"),
        ([(-1, 2), (0.5, 3)], "no solution puts it surely below zero"),
    ],
)
def test_who_has_to_be_paid_for_is_said_by_the_intervals(ends, words):
    found = [
        {"method": str(place), "estimate": (low + high) / 2, "conf_low": low, "conf_high": high}
        for place, (low, high) in enumerate(ends)
    ]
    assert _paid_for(estimates(found)).startswith(words)
