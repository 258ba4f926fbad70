"""The game of gains: its formula by hand, and what makes it stable."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from regiometrics.games.coalition import convex, shapley_value, superadditive
from regiometrics.games.core import core_is_empty
from regiometrics.games.gains import (
    Cities,
    GainParameters,
    coalition_values,
    read_cities,
    solution_shares,
)

FREE = GainParameters(0.4, 0.0, 0.0, 1.0, 0.0, 0.0)


def cities(n=4, seed=1):
    rng = np.random.default_rng(seed)
    links = rng.random((n, n))
    links = (links + links.T) * (1 - np.eye(n))
    provinces = np.array(["61"] * (n - 1) + ["62"])
    return Cities(tuple("abcdefg"[:n]), rng.random(n) + 1, 0.1, links, provinces, 0)


def panel(growth):
    index = pd.MultiIndex.from_product([["a", "b"], range(2000, 2004)], names=["city_code", "year"])
    return pd.DataFrame(
        {"gdp_growth_pct": growth, "gdp_100m_yuan": range(8), "province_code": ["61"] * 8},
        index=index,
    )


def test_growth_is_that_of_the_years_asked_for():
    rates = [99.0, 10.0, 12.0, 99.0, 99.0, 14.0, np.nan, 99.0]
    flows = pd.DataFrame(
        [("a", "b", 3.0), ("b", "a", 1.0), ("a", "c", 7.0)],
        columns=["origin_code", "destination_code", "flow_index"],
    )
    found = read_cities(panel(rates), flows, ["a", "b"], "b", (2001, 2002), 2003)
    assert found.growth == pytest.approx(0.12)  # 10, 12 and 14; what is missing does not count
    assert found.output.tolist() == [3, 7]
    assert found.links.tolist() == [[0, 4], [4, 0]]
    assert found.core == 1
    with pytest.raises(ValueError, match="between 1990 and 1991"):
        read_cities(panel(rates), flows, ["a", "b"], "b", (1990, 1991), 2003)


def test_a_pair_by_hand():
    pair = cities(2)
    # Each has all its links with the other: the multiplier is 1 / (1 - rho).
    by_hand = 100 * 0.1 * (1 / (1 - 0.4) - 1)
    assert coalition_values(pair, FREE).tolist() == pytest.approx([0, 0, 0, by_hand])


def test_backwash_and_costs_are_taken_off():
    pair = cities(2)
    free = coalition_values(pair, FREE)[3]
    share = pair.output[1] / pair.output.sum()
    drawn = coalition_values(pair, replace(FREE, backwash=0.2))[3]
    assert free - drawn == pytest.approx(100 * 0.1 * 0.2 * share)  # the centre draws from b only
    cost = coalition_values(pair, replace(FREE, coordination=0.1, province=2.0))[3]
    assert free - cost == pytest.approx(0.1 * free * (1 + 2.0))  # one pair, one border


@pytest.mark.parametrize("seed", range(5))
def test_without_costs_the_game_is_convex_and_stable(seed):
    group = cities(5, seed)
    values = coalition_values(group, FREE)
    assert convex(group.codes, values)
    assert not core_is_empty(group.codes, values)


def test_steep_costs_empty_the_core():
    group = cities(5)
    values = coalition_values(group, replace(FREE, coordination=1.0, returns=2.0))
    assert core_is_empty(group.codes, values)
    assert not superadditive(group.codes, values)


def test_congestion_bites_only_where_links_are_concentrated():
    star = np.zeros((4, 4))
    star[0, 1:] = star[1:, 0] = 1.0
    ring = np.array([[0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0]], float)
    for links, lost in ((star, 0.5), (ring, 0.0)):
        group = replace(cities(4), links=links)
        full, crowded = (
            coalition_values(group, replace(FREE, congestion=c))[-1] for c in (0.0, 0.5)
        )
        assert crowded == pytest.approx(full * (1 - lost))


def test_equal_cities_share_equally():
    even = replace(cities(4), output=np.ones(4), links=1 - np.eye(4))
    shares = solution_shares(shapley_value(even.codes, coalition_values(even, FREE)))
    np.testing.assert_allclose(shares, 0.25)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"links": np.ones((4, 4))}, "a city has none to itself"),
        ({"links": np.triu(np.ones((4, 4)), 1)}, "symmetric"),
        ({"core": 9}, "core's position is 9"),
    ],
)
def test_wrong_players_are_refused(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        replace(cities(4), **change)


def test_explosive_spillovers_are_refused():
    with pytest.raises(ValueError, match="expected between -1 and 1"):
        coalition_values(cities(3), replace(FREE, rho=1.5))
