import numpy as np
import pandas as pd
import pytest

from guantian.chapters.counties.estimate.border import border_rows, edge_of, pair_rows
from guantian.chapters.counties.estimate.data import CountyData, make_counties

CHOICES = {"years": {"first": 2005, "last": 2018}, "draws": 60, "seed": 1}


def test_edges_by_hand():
    units = pd.DataFrame(
        {"city": ["1101", "1101", "1102", "1201"], "province": ["11", "11", "11", "12"]},
        index=["a", "b", "c", "d"],
    )
    pairs = pd.DataFrame({"unit_a": ["a", "a", "c"], "unit_b": ["b", "c", "d"]})
    found = edge_of(pairs, units)
    assert found["province"].to_dict() == {"a": 0, "b": 0, "c": 1, "d": 1}
    assert found["prefecture"].to_dict() == {"a": 1, "b": 0, "c": 0, "d": 0}


def test_slower_growth_at_the_border_is_found(china):
    counties = china.counties.copy()
    data = make_counties(counties, china.panel, 2)
    edge = edge_of(china.neighbours, data.units)["province"]
    years = counties.index.get_level_values("year") - 2005
    slower = counties.index.get_level_values("unit_code").map(edge)
    counties["gdp_10k_yuan"] *= np.exp(-0.02 * slower * years)
    data = make_counties(counties, china.panel, 2)
    rows = list(border_rows(data, china.neighbours, CHOICES, 0.95))
    main = next(row for row in rows if row["group"] == "province" and row["effect"] == "prefecture")
    assert main["estimate"] == pytest.approx(-2, abs=0.5)
    assert main["analysis"] == "secondary" and main["conf_high"] < 0
    other = next(row for row in rows if row["group"] == "prefecture")
    assert other["analysis"] == "falsification" and abs(other["estimate"]) < 0.5


def test_pairs_across_the_border_inside_the_plan():
    """Three pairs whose gap falls by 0.4 with the plan, five whose gap does not change."""
    names = [f"{side}{k}" for k in range(8) for side in "ab"]
    years = list(range(2005, 2013))
    units = pd.DataFrame(
        {
            "province": [{"a": "110000", "b": "120000"}[name[0]] for name in names],
            "in_plan": [int(int(name[1]) < 3) for name in names],
        },
        index=names,
    )
    random = np.random.default_rng(0)
    values = pd.DataFrame(random.normal(0, 0.01, (16, 8)), names, years)
    for k in range(8):
        values.loc[f"b{k}"] += 1
        if k < 3:
            values.loc[f"b{k}", 2009:] -= 0.4
    data = CountyData(values, values, values, units)
    pairs = pd.DataFrame(
        {"unit_a": [f"a{k}" for k in range(8)], "unit_b": [f"b{k}" for k in range(8)]}
    )
    period = {"first": 2005, "approved": 2009, "last": 2012}
    gap, output = pair_rows(data, pairs, ("110000", "120000"), period, CHOICES, 0.95)
    assert gap["estimate"] == pytest.approx(-0.4, abs=0.03) and gap["n_units"] == 3
    assert output["estimate"] == pytest.approx(-0.2, abs=0.03)
    assert gap["p_value"] < 0.1
    none = pair_rows(data, pairs, ("110000", "130000"), period, CHOICES, 0.95)
    assert not list(none)
