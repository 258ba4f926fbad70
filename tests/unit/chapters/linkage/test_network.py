"""Networks by hand, communities that are known, and the lockdown's shock."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.linkage.estimate.lockdown import (
    against_a_year_later,
    lockdown_rows,
    monthly_pairs,
)
from guantian.chapters.linkage.estimate.network_rows import network_rows
from guantian.results import estimates, find, one, rows, series
from regiometrics.gravity.communities import (
    agreement,
    find_communities,
    together_share,
    zone_labels,
)
from regiometrics.gravity.grid import FlowGrid
from regiometrics.gravity.network import city_measures, coreness, group_statistics, reciprocity


def blocks(sizes=(6, 6, 6), inside=10.0, outside=0.1, seed=1):
    """A network of groups with much flow inside and little between."""
    rng = np.random.default_rng(seed)
    label = np.repeat(np.arange(len(sizes)), sizes)
    flow = np.where(label[:, None] == label, inside, outside) * rng.uniform(0.8, 1.2, (18, 18))
    np.fill_diagonal(flow, 0)
    return flow, label


def test_reciprocity_by_hand():
    flow = np.array([[0.0, 3.0], [1.0, 0.0]])
    assert reciprocity(flow) == pytest.approx(0.5)
    assert reciprocity(flow + flow.T) == pytest.approx(1.0)


def test_coreness_of_a_product_is_its_factor():
    core = np.array([1.0, 0.6, 0.3, 0.2, 0.1])
    flow = np.outer(core, core)
    np.fill_diagonal(flow, 0)
    found, fit = coreness(flow)
    np.testing.assert_allclose(found, core, rtol=1e-6)
    assert fit == pytest.approx(1.0)


def test_the_centre_of_a_star_lies_on_all_paths():
    flow = np.zeros((5, 5))
    flow[0, 1:] = flow[1:, 0] = 1.0
    measures = city_measures(flow, list("abcde"))
    assert measures["betweenness"].tolist() == [1, 0, 0, 0, 0]
    assert measures["pagerank"].sum() == pytest.approx(1) and measures["pagerank"].idxmax() == "a"


def test_group_statistics_by_hand():
    flow = np.array([[0, 4.0, 1, 5], [4, 0, 1, 0], [1, 1, 0, 0], [5, 0, 0, 0]])
    values = group_statistics(flow, np.array([[0, 1, 2]]))
    assert values["centralisation"][0] == pytest.approx(10 / 12)
    assert values["reciprocity"][0] == pytest.approx(1)
    assert values["inward"][0] == pytest.approx(24 / 34)
    share = np.array([8, 2, 2]) / 12
    expected = -(share * np.log(share)).sum() / np.log(3)
    assert values["entropy"][0] == pytest.approx(expected)


def test_group_statistics_do_not_depend_on_the_unit():
    flow, _ = blocks()
    zones = np.array([[0, 1, 2, 7], [3, 9, 12, 17]])
    for name, values in group_statistics(flow, zones).items():
        np.testing.assert_allclose(group_statistics(7 * flow, zones)[name], values, err_msg=name)


def test_known_communities_are_found_and_the_same_from_the_same_seed():
    flow, label = blocks()
    found = find_communities(flow, [1.0], 5, 1)
    assert agreement(found.labels[1.0], label.tolist()) == pytest.approx((1.0, 1.0))
    assert agreement(found.infomap, label.tolist())[0] == pytest.approx(1.0)
    again = find_communities(flow, [1.0], 5, 1)
    assert (again.labels[1.0] == found.labels[1.0]).all()


def test_higher_resolutions_do_not_give_fewer_communities():
    flow, _ = blocks(outside=2.0)
    found = find_communities(flow, [0.2, 1.0, 20.0], 3, 1)
    numbers = [len(set(found.labels[r][0])) for r in (0.2, 1.0, 20.0)]
    assert numbers == sorted(numbers) and numbers[0] == 1 and numbers[-1] > 3


def test_the_share_together_by_hand():
    labels = np.array([[0, 0, 1, 1], [0, 0, 0, 1]])
    zones = np.array([[0, 1, 2]])
    assert together_share(labels, zones)[0] == pytest.approx((1 / 3 + 1) / 2)
    nothing = np.zeros((1, 3, 3), dtype=bool)
    assert np.isnan(together_share(labels, zones, nothing)[0])


def test_cities_outside_zones_do_not_count():
    assert zone_labels(["a", "b"], {"one": ["a", "b"], "another": ["b"]}) == ["one", "another"]
    truth = zone_labels(list("abcde"), {"one": ["a", "b"], "another": ["c", "d"]})
    assert truth == ["one", "one", "another", "another", None]
    assert agreement(np.array([0, 0, 1, 1, 0]), truth)[0] == pytest.approx(1.0)


def monthly(shock=0.5, cities=("1", "2", "3", "4")):
    rows = []
    for month in (202002, 202003, 202004, 202005, 202102, 202103, 202104, 202105):
        for a in cities:
            for b in cities:
                if a != b:
                    days = pd.Period(str(month), "M").days_in_month
                    flow = 2.0 * (shock if month == 202002 else 1.0) + 0.01 * int(a)
                    rows.append((a, b, month, days, 3 if month == 202005 else days, flow))
    columns = ["origin_code", "destination_code", "year_month", "days_observed"]
    return pd.DataFrame(rows, columns=[*columns, "days_in_month", "flow_index"])


def test_the_shock_is_found_and_short_months_are_left_out():
    provinces = {"1": "x", "2": "x", "3": "y", "4": "y"}
    found = list(lockdown_rows(monthly(), list(provinces), provinces, "1", 0.95))
    frame = estimates(row for row in found if "value" not in row)
    mean = {month: find(frame, year=2020, month=month, term="mean") for month in (2, 3, 5)}
    assert mean[2].estimate == pytest.approx(np.log(0.5), abs=0.02)
    assert mean[3].estimate == pytest.approx(0)
    assert mean[5] is None
    pairs = series(row for row in found if "value" in row)
    assert set(pairs["month"]) == {2, 3, 4} and len(rows(pairs, unit="1", partner="2")) == 3


def test_flows_of_others_are_none_of_the_zones():
    """Monthly flows are known between a few cities, whatever zone is studied."""
    (row,) = lockdown_rows(monthly(), ["5", "6"], {}, "5", 0.95)
    assert row["note"] == "no monthly flows between the zone's cities"


def test_the_rows_of_the_network_have_their_keys_in_columns():
    flow, label = blocks()
    codes = [f"{i:02d}" for i in range(18)]
    grid = FlowGrid(codes, flow, flow > 0, {})
    rng = np.random.default_rng(2)
    drawn = [sorted(rng.choice(np.arange(4, 18), 4, replace=False)) for _ in range(40)]
    members = [f"member_{i}" for i in range(4)]
    sets = pd.DataFrame(np.array(codes)[np.array(drawn)], columns=members).assign(set="main")
    provinces = dict(zip(codes, label.astype(str), strict=True))
    approved = {"one": codes[:6], "two": codes[6:12]}
    choices = {"resolutions": [0.1, 1.0], "seeds": 2, "seed": 1, "confidence": 0.95}
    found = list(
        network_rows(
            grid, codes[:4], provinces, approved, sets, **choices, distance=1 / (flow + np.eye(18))
        )
    )
    ranked = estimates(row for row in found if "value" not in row)
    described = series(row for row in found if "value" in row)
    key = {"analysis": "communities_placebo", "group": "all", "method": "leiden"}
    together = one(ranked, **key, parameter="resolution", setting=1.0)
    assert together.own_value == 1 and together.rank_from == "above" and together.n_draws == 40
    assert find(ranked, analysis="communities_placebo", method="leiden_mean", group="all")
    agree = {"analysis": "communities", "term": "agreement", "measure": "adjusted_rand"}
    for group in ("provinces", "approved_zones"):
        assert one(described, **agree, method="infomap", group=group).value == pytest.approx(1)
    assert one(described, analysis="network_cities", sample="zone", unit="00", term="pagerank")
    assert len(rows(described, analysis="community", method="leiden", setting=1.0)) == 18


def test_a_hole_at_the_source_is_not_a_small_flow():
    flows = monthly()
    hole = (flows["origin_code"] == "2") & (flows["year_month"] == 202004)
    flows.loc[hole, ["days_observed", "flow_index"]] = [3, 0.2]
    ratios = against_a_year_later(monthly_pairs(flows))
    assert ratios.loc[("1", "2"), 202004] != ratios.loc[("1", "2"), 202004]
    assert ratios.loc[("1", "3"), 202004] == pytest.approx(0)
