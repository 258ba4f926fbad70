"""Imitation on a network: exact answers against theory and simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regiometrics.games.imitation import (
    fixation_from_one,
    fixation_probabilities,
    pairwise_payoffs,
    simulate_fixation,
    switch_probabilities,
)
from regiometrics.games.network import profiles


def network(seed, n):
    links = np.random.default_rng(seed).uniform(0.1, 1, (n, n))
    np.fill_diagonal(links, 0)
    return links


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 999), st.integers(2, 6))
def test_without_selection_the_chances_of_all_cities_sum_to_one(seed, n):
    """One of the cities' actions wins in the end, whatever the links."""
    chances = fixation_from_one(network(seed, n), np.zeros((2**n, n)), 0.0)
    assert chances.sum() == pytest.approx(1)
    assert (chances > 0).all()


def test_without_selection_even_links_give_even_chances():
    links = 1 - np.eye(7)
    assert np.allclose(fixation_from_one(links, np.zeros((128, 7)), 0.0), 1 / 7)


def test_undirected_links_give_chances_by_degree():
    """Death-birth updating without selection: proportional to degree (Broom et al. 2010)."""
    links = network(4, 5)
    links = links + links.T
    chances = fixation_from_one(links, np.zeros((32, 5)), 0.0)
    assert np.allclose(chances, links.sum(1) / links.sum())


def test_birth_and_death_chain_on_a_complete_graph():
    """Constant fitness r on a complete graph: fixation by the chain's product formula."""
    n, selection = 5, 0.4
    x = profiles(n)
    chances = fixation_from_one(1 - np.eye(n), x, selection)  # the action itself pays one
    r = np.exp(selection)
    ratios = []
    for i in range(1, n):  # i cities have the action
        up = (n - i) / n * (r * i / (r * i + n - i - 1))
        down = i / n * ((n - i) / (r * (i - 1) + n - i))
        ratios.append(down / up)
    expected = 1 / (1 + np.cumprod(ratios).sum())
    assert np.allclose(chances, expected)


def test_exact_answer_is_what_simulation_gives():
    n, runs = 7, 20_000
    links = network(1, n)
    payoffs = np.random.default_rng(2).normal(size=(2**n, n))
    exact = fixation_probabilities(links, payoffs, 0.3)
    for start in (0b0000001, 0b0110100):
        share = simulate_fixation(links, payoffs, 0.3, start, runs, seed=3)
        # Four standard errors of a share.
        assert abs(share - exact[start]) < 4 * np.sqrt(exact[start] * (1 - exact[start]) / runs)


def test_what_pays_spreads_and_what_costs_dies():
    n = 4
    links, x = network(3, n), profiles(n)
    neutral = fixation_from_one(links, 0 * x, 1.0)
    assert (fixation_from_one(links, x, 1.0) > neutral).all()
    assert (fixation_from_one(links, -x, 1.0) < neutral).all()


def test_pairwise_payoffs_by_hand():
    links = np.array([[0, 1.0, 3.0], [1, 0, 1], [1, 1, 0]])
    adopted = np.array([np.full((3, 3), 2.0), np.full((3, 3), 5.0)])
    other = np.array([np.full((3, 3), 1.0), np.full((3, 3), 0.0)])
    got = pairwise_payoffs(links, adopted, other)
    assert got[0b101, 0] == pytest.approx(0.25 * 2 + 0.75 * 5)
    assert got[0b100, 0] == pytest.approx(0.25 * 1)
    assert got[0, 1] == 1 and got[7, 1] == 5


def test_bad_networks_are_refused():
    apart = np.zeros((4, 4))
    apart[0, 1] = apart[1, 0] = apart[2, 3] = apart[3, 2] = 1
    with pytest.raises(ValueError, match="falls into parts"):
        fixation_probabilities(apart, np.zeros((16, 4)), 0.0)
    with pytest.raises(ValueError, match="zero diagonal"):
        switch_probabilities(np.ones((2, 2)), np.zeros((4, 2)), 0.0)
    with pytest.raises(ValueError, match="expected 4"):
        switch_probabilities(1 - np.eye(2), np.zeros((3, 2)), 0.0)
