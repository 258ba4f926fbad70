"""Strong ties with a cluster's core, by the shares published for other clusters."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.linkage.estimate.strong_ties import strong_tie_rows, threshold, ties

AT = {"a0": 0.0, "a1": 1.0, "a2": 2.0, "a3": 10.0, "b0": 100.0, "b1": 101.0, "b2": 103.0}
FLOW = "travel"


@pytest.fixture
def tables():
    codes = list(AT)
    pairs = pd.DataFrame(
        [(a, b, abs(AT[a] - AT[b])) for i, a in enumerate(codes) for b in codes[i + 1 :]],
        columns=["code_a", "code_b", "distance_km"],
    )
    index = pd.MultiIndex.from_product([codes, [2016]], names=["city_code", "year"])
    panel = pd.DataFrame({"gdp_100m_yuan": 4.0, "resident_population_10k": 4.0}, index)
    flows = pd.DataFrame([(a, b) for a in codes for b in codes if a != b])
    flows.columns = ["origin", "destination"]
    flows[FLOW] = [1 / abs(AT[a] - AT[b]) for a, b in flows.to_numpy()]
    return {"panel": panel, "pairs": pairs, "search_travel": flows}


@pytest.fixture
def zones():
    return {
        "ours": SimpleNamespace(codes=["a0", "a1", "a2", "a3"], core="a0"),
        "other": SimpleNamespace(codes=["b0", "b1", "b2"], core="b0"),
    }


def test_ties_are_mass_over_squared_distance_or_flows_both_ways(tables, zones):
    np.testing.assert_allclose(ties(tables, zones["ours"], "gravity", 2016), [16, 4, 0.16])
    np.testing.assert_allclose(ties(tables, zones["ours"], FLOW, 2016), [2, 1, 0.2])


def test_the_published_share_of_the_other_cluster_sets_what_is_strong(tables, zones):
    choices = {"year": 2016, "of": "ours", "references": [{"zone": "other", "percent": 50.0}]}
    rows = {row["measure"]: row for row in strong_tie_rows(tables, zones, FLOW, choices)}
    # The other's ties are 16 and 16/9: the threshold lies between, at 16/3.
    assert rows["gravity"]["estimate"] == pytest.approx(100 / 3)
    assert rows[FLOW]["estimate"] == pytest.approx(100 / 3)
    assert rows["gravity"]["n_units"] == 3


def test_a_share_of_none_or_of_all_has_a_threshold_that_counts_none_or_all():
    values = np.array([1.0, 2.0, 3.0])
    assert (values > threshold(values, 0.1)).sum() == 0
    assert (values > threshold(values, 99.9)).sum() == 3
    assert (values > threshold(values, 66.0)).sum() == 2


def test_a_cluster_without_output_has_no_ties(tables, zones):
    tables["panel"].loc[:, "gdp_100m_yuan"] = np.nan
    choices = {"year": 2016, "of": "ours", "references": [{"zone": "other", "percent": 50.0}]}
    assert list(strong_tie_rows(tables, zones, FLOW, choices)) == []
