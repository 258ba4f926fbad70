"""Tables, figures and numbers of reactions print what the results say, and dashes for nothing."""

from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import yaml

from guantian import results
from guantian.chapters.reactions import CHAPTER
from guantian.chapters.reactions.estimate.modes_study import _mode_rows
from guantian.chapters.reactions.figures import (
    draw_contest,
    draw_modes,
    draw_shocks,
    draw_slopes,
    permuted,
)
from guantian.chapters.reactions.numbers import reaction_numbers
from guantian.chapters.reactions.tables import (
    anderson_rubin_cell,
    reaction_tables,
)
from guantian.present.captions import caption
from guantian.present.figures import apply_style, faults
from guantian.results import rows

ROOT = Path(__file__).parents[4]
FOLDER = ROOT / "guantian/chapters/reactions"
CHOICES = {"outcomes": [{"name": "expenditure"}, {"name": "tax"}], "expenditures": ["expenditure"]}
COMMON = {"sample": "nation", "outcome": "expenditure", "n_units": 9, "n_periods": 5}
MAIN = {"analysis": "reaction", "variant": "iv_sides"}


def value(estimate):
    return {"estimate": estimate, "std_error": 0.1, "p_value": 0.04, "conf_low": estimate - 0.2,
            "conf_high": estimate + 0.2}  # fmt: skip


@pytest.fixture
def estimates():
    drawn = {"estimate": 0.1, "own_value": 0.7, "benchmark": 0.6, "conf_low": 0.05,
             "conf_high": 0.15, "p_value": 0.02}  # fmt: skip
    permutation = {"analysis": "permutation", "placebo_set": "same_province", "weights": "inside"}
    promotion = [
        {"analysis": "promotion", "outcome": "promotion", "group": official, "term": measure,
         "variant": "province_year", "p_adjusted": 0.5, **value(0.01)}
        for official in ("secretary", "mayor")
        for measure in ("same_year", "lagged", "three_years", "overbid")
    ]  # fmt: skip
    frame = results.estimates(
        [
            {**MAIN, "term": "inside", **value(0.3)},
            {**MAIN, "term": "across", **value(-0.1)},
            {**MAIN, "term": "coefficient", "variable": "income", "effect": "own", **value(9.0)},
            {"analysis": "reaction", "variant": "iv_border", "term": "across", "note": "too few"},
            {**permutation, "term": "slope", **drawn},
            {**permutation, "term": "slope", **drawn, "weights": "across"},
            *(
                {"analysis": "leads", "weights": "inside", "term": term, **value(0.2)}
                for term in ("before", "same", "next")
            ),
            *promotion,
        ],
        chapter="reactions",
        **COMMON,
    )
    return results.with_mde(frame, 0.95)


@pytest.fixture
def series():
    lost = [
        {"weights": side, "term": term, "sample": sample, "value": share}
        for side, term, sample, share in (
            ("neighbours", "lost", "nation", 0.25),
            ("inside", "lost", "nation", 0.25),
            ("across", "lost", "nation", 0.25),
            ("neighbours", "lost_over_half", "nation", 0.1),
            ("neighbours", "lost", "zone", 0.0),
            ("", "interpolated", "nation", 0.01),
            ("", "cities", "zone", 2.0),
        )
    ]
    return results.series([{**COMMON, "analysis": "sample", **row} for row in lost])


@pytest.fixture
def tests():
    return results.tests([])


def body(found, name):
    tables = reaction_tables(*found, {}, CHOICES, 0.95)
    return next(table.body for table in tables if table.name == name)


def test_the_compact_table_prints_slopes_and_dashes(estimates, series, tests):
    (cells,) = body((estimates, series, tests), "reactions").to_dict("records")
    assert cells["Inside"] == "0.30 [0.10, 0.50]"
    assert cells["Across"] == "−0.10 [−0.30, 0.10]"
    assert cells["Border"] == cells["QML"] == cells["F"] == "–"
    assert cells["Cities"] == "9"


def test_the_full_table_keeps_slopes_only_and_what_could_not_be_estimated(estimates, series, tests):
    cells = body((estimates, series, tests), "reactions_all")
    assert cells["Slope"].tolist() == ["0.30 [0.10, 0.50]", "−0.10 [−0.30, 0.10]", "–"]
    assert set(cells["Sample"]) == {"China"}


def test_the_median_of_the_draws_is_printed_with_their_range(estimates, series, tests):
    cells = body((estimates, series, tests), "reactions_shocks").iloc[0]
    assert cells["Slope"] == "0.70"
    assert cells["Same province"] == "0.60 [0.55, 0.65]"
    assert cells["Any city"] == "–"
    inside = {"analysis": "permutation", "weights": "inside"}
    drawn = permuted(rows(estimates, **inside)).set_index("drawn")
    assert drawn.at["true_neighbours", "estimate"] == 0.7
    assert drawn.at["same_province", "conf_low"] == pytest.approx(0.55)


def test_samples_say_what_is_lost(estimates, series, tests):
    (cells,) = body((estimates, series, tests), "reactions_samples").to_dict("records")
    assert (cells["Lost"], cells["Half"], cells["of the zone"]) == ("25.0", "10.0", "2")
    assert cells["Lost, zone"] == "0.0"


def test_words_follow_the_interval(estimates, series, tests):
    study = yaml.safe_load((ROOT / "config/study.yaml").read_text())
    numbers = reaction_numbers(estimates, series, tests, study["reactions"])["expenditure"]
    assert (numbers["inside"], numbers["inside_interval"]) == ("0.30", "[0.10, 0.50]")
    assert (numbers["inside_said"], numbers["inside_detectable"]) == ("above zero", "0.28")
    assert numbers["border"] == "–"  # a row without an estimate
    assert (numbers["border_interval"], numbers["border_said"]) == (
        "(not estimated)",
        "not estimable",
    )


@pytest.mark.parametrize(
    ("pieces", "cell"),
    [
        (None, ""),
        ([], "empty"),
        ([(-1.0, 2.0)], "[−1.00, 2.00]"),
        ([(1.0, 2.0)], "1 to 2"),
        ([(-np.inf, -5.694), (-1.0, np.inf)], "−∞ to −5.69 and −1 to ∞"),
    ],
)
def test_an_anderson_rubin_set_is_printed_by_its_pieces(pieces, cell):
    from guantian.chapters.reactions.estimate.reaction import set_rows

    key = {"variant": "iv_neighbours", "sample": "nation", "outcome": "tax"}
    found = set_rows(pieces) if pieces is not None else None
    series = results.series([{**key, **row} for row in found.series] if found else [])
    tests = [{**key, "analysis": "instruments", **row} for row in found.tests] if found else []
    slope = {**key, "analysis": "reaction", "term": "neighbours", **value(0.3)}
    assert cell == anderson_rubin_cell(
        results.estimates([slope]), series, results.tests(tests), "neighbours", key
    )


def test_modes_become_typed_rows_and_cells(estimates, series, tests):
    shares = {"confrontational": 0.1, "differentiated": 0.2, "cooperative": 0.7, "no_response": 0.0}
    about = {"slope": 0.3, "slope_low": 0.1, "slope_high": 0.5, "spillover": 1.0, "similarity": 0.8}
    city = {"city_code": "610100", "inside_share": 1.0, "mode": "cooperative", "probability": 0.7}
    pair = {"code_a": "610100", "code_b": "610200", "adjacent": 1, "mode": None, "probability": 0.7}
    key = {"analysis": "modes", "variable": "expenditure", "sample": "zone"}
    found = _mode_rows(pd.DataFrame([{**city, **about, **shares}]))
    found.add(_mode_rows(pd.DataFrame([{**pair, **about, **shares}])))
    all_estimates = pd.concat(
        [estimates, results.estimates([{**key, **row} for row in found.estimates])]
    )
    all_series = pd.concat([series, results.series([{**key, **row} for row in found.series])])
    names = {"610100": "Xi'an", "610200": "Tongchuan"}
    tables = {
        table.name: table.body
        for table in reaction_tables(all_estimates, all_series, tests, names, CHOICES, 0.95)
    }
    (cells,) = tables["modes_cities"].to_dict("records")
    assert (cells["City"], cells["Mode"], cells["Cooperative"]) == ("Xi'an", "cooperative", "70")
    (cells,) = tables["modes_pairs"].to_dict("records")
    assert (cells["Pair"], cells["Neighbours"]) == ("Xi'an–Tongchuan", "yes")
    assert cells["Mode"] == "–"  # the similarity of structures is not known


@pytest.mark.parametrize(
    ("name", "draw"),
    [("reaction_slopes", draw_slopes), ("reaction_shocks", draw_shocks), ("contest", draw_contest)],
)
def test_figures_have_no_faults(estimates, name, draw):
    with matplotlib.rc_context():
        apply_style(sorted((ROOT / "assets/fonts").glob("*.otf")))
        figure, data = draw(estimates)
        assert faults(figure, caption("reactions", name).alt) == []
    plt.close(figure)
    assert len(data)


def test_what_is_shown_has_captions_and_the_other_way_round():
    captions = yaml.safe_load((FOLDER / "captions.yaml").read_text())
    shown = CHAPTER.stages[1]
    assert sorted(shown.figures) == sorted(captions["figures"])
    assert sorted(shown.tables) == sorted(captions["tables"])


def layers():
    """Two prefectures of two provinces side by side, in metres."""
    import geopandas as gpd
    from shapely import box

    shapes = [box(0, 0, 1e5, 1e5), box(1e5, 0, 2e5, 1e5)]
    prefectures = gpd.GeoDataFrame(geometry=shapes, index=["610100", "620500"])
    return prefectures, prefectures.set_axis(["610000", "620000"])


def mode_series():
    key = {"analysis": "modes", "variable": "expenditure", "sample": "zone"}
    modes = [
        {"unit": "610100", "term": "mode", "group": "cooperative", "value": 0.7},
        {"unit": "620500", "term": "mode", "group": "no_response", "value": 0.5},
        {"unit": "610100", "partner": "620500", "term": "adjacent", "value": 1.0},
        {"unit": "610100", "partner": "620500", "term": "mode", "group": "differentiated",
         "value": 0.6},
    ]  # fmt: skip
    return results.series([{**key, **row} for row in modes], chapter="reactions")


@pytest.mark.parametrize("empty", [False, True])
def test_the_map_of_modes_shows_cities_and_pairs(empty):
    series = results.series([]) if empty else mode_series()
    with matplotlib.rc_context():
        apply_style(sorted((ROOT / "assets/fonts").glob("*.otf")))
        figure, data = draw_modes(series, *layers(), {"610100": "Xi'an", "620500": "Tianshui"})
        assert faults(figure, caption("reactions", "modes").alt) == []
    plt.close(figure)
    assert len(data) == (0 if empty else 3)


def test_a_study_without_estimates_has_empty_tables_and_figures():
    nothing = results.estimates([]), results.series([]), results.tests([])
    for draw in (draw_slopes, draw_shocks, draw_contest):
        figure, data = draw(nothing[0])
        assert data.empty
        plt.close(figure)
    tables = {"reactions", "reactions_all", "reactions_samples", "modes_cities"}
    for name in tables:
        assert body(nothing, name).empty
    study = yaml.safe_load((ROOT / "config/study.yaml").read_text())
    numbers = reaction_numbers(*nothing, study["reactions"])
    assert numbers["clusters"] == numbers["expenditure"]["inside"] == "–"
    assert numbers["overidentified"] == "for no outcome"
    assert numbers["modes"]["investment"]["said"] == "no city can be classified"
