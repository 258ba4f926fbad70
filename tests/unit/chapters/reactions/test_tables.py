"""Tables and numbers of reactions print what the estimates say, and dashes for nothing."""

import pandas as pd
import pytest

from guantian.chapters.reactions.numbers import printed
from guantian.chapters.reactions.tables import estimate, pick, reaction_tables
from guantian.estimates import tidy, with_detectable


def row(term, value, **more):
    limits = {"std_error": 0.1, "conf_low": value - 0.2, "conf_high": value + 0.2}
    return {"term": term, "estimate": value, "p_value": 0.04, **limits, **more}


@pytest.fixture
def estimates():
    common = {"sample": "nation", "outcome": "expenditure", "n_units": 9, "n_periods": 5}
    slopes = tidy([row("inside", 0.3), row("across", -0.1)], analysis="reaction",
                  spec="iv_sides", **common)  # fmt: skip
    nothing = tidy([{"term": "across", "note": "too few"}], analysis="reaction",
                   spec="iv_border", **common)  # fmt: skip
    lost = {f"lost.{side}": 0.25 for side in ("neighbours", "inside", "across")}
    lost |= {"lost_half.neighbours": 0.1, "lost_zone.neighbours": 0.0}
    lost |= {"bridged": 0.01, "zone_cities": 2.0}
    sample = tidy(
        [{"term": term, "estimate": value} for term, value in lost.items()],
        analysis="reaction_sample", spec="balanced", **common,
    )  # fmt: skip
    drawn = {"term": "same_province", "statistic": 0.7, "estimate": 0.1, "conf_low": 0.05,
             "conf_high": 0.15, "p_value": 0.02}  # fmt: skip
    shocks = tidy([drawn], analysis="reaction_shocks", spec="permuted_inside", **common)
    return pd.concat([slopes, nothing, sample, shocks], ignore_index=True)


def body(estimates, name):
    return next(t.body for t in reaction_tables(estimates, 0.95) if t.name == name)


def test_the_compact_table_prints_slopes_and_dashes(estimates):
    (cells,) = body(estimates, "reactions").to_dict("records")
    assert cells["Inside"] == "0.30 [0.10, 0.50]"
    assert cells["Across"] == "−0.10 [−0.30, 0.10]"
    assert cells["Border"] == cells["QML"] == cells["F"] == "–"
    assert cells["Cities"] == "9"


def test_the_median_of_the_draws_is_the_slope_less_its_excess(estimates):
    cells = body(estimates, "reactions_shocks").iloc[0]
    assert cells["Slope"] == "0.70"
    assert cells["Same province"] == "0.60 [0.55, 0.65]"
    assert cells["Any city"] == "–"


def test_samples_say_what_is_lost(estimates):
    (cells,) = body(estimates, "reactions_samples").to_dict("records")
    assert (cells["Lost"], cells["Half"], cells["of the zone"]) == ("25.0", "10.0", "2")


def test_words_follow_the_interval(estimates):
    rows = with_detectable(estimates, 0.95)
    found = printed(pick(rows, spec="iv_sides", term="inside"), "inside")
    assert found["inside_said"] == "above zero"
    assert found["inside_detectable"] == "0.28"
    assert printed(None, "x")["x_said"] == "not to be had"
    assert estimate(None) == "–"
