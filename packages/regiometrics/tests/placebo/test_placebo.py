"""Placebo zones against full enumeration, and ranks by hand."""

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from regiometrics.placebo.ranks import disjoint_zones, placebo_rank
from regiometrics.placebo.zones import index_groups, placebo_zones, units_near, widths_km
from regiometrics.weights.adjacency import is_contiguous


def graph_of(n, links):
    matrix = np.zeros((n, n), int)
    for a, b in links:
        matrix[a, b] = matrix[b, a] = 1
    return matrix


def grid(side):
    cells = np.arange(side * side).reshape(side, side)
    links = [*zip(cells[:, :-1].flat, cells[:, 1:].flat, strict=True)]
    links += [*zip(cells[:-1].flat, cells[1:].flat, strict=True)]
    return graph_of(side * side, links)


def path(n):
    return graph_of(n, itertools.pairwise(range(n)))


# Two cliques of five joined by a path, a square grid, and a star beside a path: groups that naive
# growth reaches with very unequal chances.
CLIQUES = [
    *itertools.combinations(range(5), 2),
    *itertools.combinations(range(8, 13), 2),
]
BARBELL = graph_of(13, [*CLIQUES, *itertools.pairwise(range(4, 9))])
GRID = grid(4)
STAR = graph_of(11, [*((0, i) for i in range(1, 7)), (7, 8), (8, 9), (9, 10)])


def enumerate_groups(adjacency, size):
    """Every connected group, by trying all combinations."""
    n = len(adjacency)
    return [c for c in itertools.combinations(range(n), size) if is_contiguous(adjacency, c)]


def random_graph(n, chance, seed):
    upper = np.triu(np.random.default_rng(seed).random((n, n)) < chance, k=1)
    return (upper | upper.T).astype(int)


@pytest.mark.parametrize("size", range(1, 6))
@pytest.mark.parametrize("graph", [BARBELL, GRID, STAR], ids=["barbell", "grid", "star"])
def test_the_index_lists_every_group_once(graph, size):
    index = index_groups(graph, size)
    listed = list(map(tuple, index.groups(np.arange(index.total)).tolist()))
    assert sorted(listed) == enumerate_groups(graph, size)


@settings(deadline=None, max_examples=60)
@given(
    n=st.integers(1, 11),
    chance=st.floats(0, 1),
    seed=st.integers(0, 2**32 - 1),
    data=st.data(),
)
def test_the_index_lists_every_group_of_any_graph(n, chance, seed, data):
    graph = random_graph(n, chance, seed)
    size = data.draw(st.integers(1, n))
    exclude = data.draw(st.sets(st.integers(0, n - 1), max_size=n - size))
    index = index_groups(graph, size, exclude)
    listed = list(map(tuple, index.groups(np.arange(index.total)).tolist()))
    expected = [g for g in enumerate_groups(graph, size) if not exclude & set(g)]
    assert sorted(listed) == expected


def test_counts_of_fixed_polyominoes():
    # Groups of a large grid that lie off its rim: 19 fixed tetrominoes (OEIS A001168) a cell.
    # Their number grows with the area; the second difference in the side length is 2 x 19.
    totals = []
    for side in (8, 9, 10):
        totals.append(index_groups(grid(side), 4).total)
    assert totals[2] - 2 * totals[1] + totals[0] == 2 * 19


def test_words_beyond_the_first_are_used():
    # 150 units need three words of bits; a path holds n - size + 1 groups.
    index = index_groups(path(150), 6)
    assert index.total == 145
    assert (np.diff(index.groups(np.arange(145)), axis=1) == 1).all()


def chi_square(zones, groups):
    counts = Counter(map(tuple, zones.tolist()))
    assert set(counts) <= set(groups)
    return stats.chisquare([counts[group] for group in groups]).pvalue


@pytest.mark.parametrize(
    ("graph", "size"),
    [(BARBELL, 4), (GRID, 4), (STAR, 3)],
    ids=["barbell", "grid", "star"],
)
def test_draws_are_uniform(graph, size):
    groups = enumerate_groups(graph, size)
    zones = placebo_zones(graph, size, 100 * len(groups), seed=20090625)
    # Size 0.001 with a fixed seed: 100 expected a group, so the chi-square law holds well.
    assert chi_square(zones, groups) > 0.001


@pytest.mark.parametrize(("graph", "size"), [(BARBELL, 4), (GRID, 5)], ids=["barbell", "grid"])
def test_the_chain_is_uniform_too(graph, size):
    groups = enumerate_groups(graph, size)
    zones = placebo_zones(graph, size, 40 * len(groups), seed=7, method="chain")
    # Draws are 40 or more proposals apart and on these graphs close to independent.
    assert chi_square(zones, groups) > 0.001


def test_naive_growth_fails_the_same_test():
    groups = enumerate_groups(BARBELL, 4)
    random = np.random.default_rng(0)
    zones = []
    for _ in range(100 * len(groups)):
        group = [int(random.integers(len(BARBELL)))]
        while len(group) < 4:
            near = np.flatnonzero(BARBELL[group].any(axis=0))
            group.append(int(random.choice(np.setdiff1d(near, group))))
        zones.append(sorted(group))
    assert chi_square(np.array(zones), groups) < 1e-6


@pytest.mark.parametrize("method", ["exact", "chain"])
def test_same_seed_same_draws_and_another_seed_others(method):
    first = placebo_zones(GRID, 5, 50, seed=1, method=method)
    assert (first == placebo_zones(GRID, 5, 50, seed=1, method=method)).all()
    assert (first != placebo_zones(GRID, 5, 50, seed=2, method=method)).any()
    assert first.shape == (50, 5)
    assert first.dtype == np.int64
    assert (np.diff(first, axis=1) > 0).all()
    assert all(is_contiguous(GRID, zone) for zone in first)


@pytest.mark.parametrize("method", ["exact", "chain"])
def test_excluded_units_are_never_drawn(method):
    zones = placebo_zones(GRID, 3, 300, seed=3, exclude=[0, 5, 15], method=method)
    assert not np.isin(zones, [0, 5, 15]).any()
    assert all(is_contiguous(GRID, zone) for zone in zones)


def test_accepted_groups_stay_uniform():
    places = np.arange(13.0)
    distances = np.abs(places[:, None] - places)
    groups = [g for g in enumerate_groups(BARBELL, 4) if g[-1] - g[0] <= 4]
    zones = placebo_zones(
        BARBELL,
        4,
        100 * len(groups),
        seed=4,
        accept=lambda z: widths_km(z, distances) <= 4,
    )
    assert len(zones) == 100 * len(groups)
    assert 0 < len(groups) < len(enumerate_groups(BARBELL, 4))
    # Size 0.001 with a fixed seed, 100 expected a group.
    assert chi_square(zones, groups) > 0.001
    with pytest.raises(ValueError, match="accept let 0 of 100000 groups stay"):
        placebo_zones(BARBELL, 4, 10, seed=4, accept=lambda z: np.zeros(len(z), bool))


def test_near_units():
    assert units_near(path(5), [2], steps=0).tolist() == [2]
    assert units_near(path(5), [2]).tolist() == [1, 2, 3]
    assert units_near(path(5), [0], steps=2).tolist() == [0, 1, 2]


def test_whole_graph_and_single_units():
    assert placebo_zones(GRID, 16, 2, seed=0).tolist() == [list(range(16))] * 2
    assert placebo_zones(GRID, 16, 2, seed=0, method="chain").tolist() == [list(range(16))] * 2
    single = placebo_zones(np.zeros((3, 3)), 1, 200, seed=0)
    assert set(single.ravel().tolist()) == {0, 1, 2}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"size": 0}, "size is 0; expected a whole number"),
        ({"size": 17}, "size is 17"),
        ({"draws": -1}, "draws is -1"),
        ({"method": "fast"}, "method is 'fast'"),
        ({"exclude": [16]}, "not between 0 and 15"),
        ({"adjacency": np.zeros((4, 4))}, "No 4 of the units form a connected group"),
        ({"adjacency": np.zeros((4, 4)), "method": "chain"}, "No 4 of the units form"),
        (
            {"adjacency": np.kron(np.eye(2), GRID), "method": "chain"},
            "2 unconnected parts",
        ),
    ],
)
def test_bad_arguments_are_refused(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        placebo_zones(**({"adjacency": GRID, "size": 4, "draws": 1, "seed": 0} | arguments))


def test_too_many_groups_are_left_to_the_chain():
    assert index_groups(GRID, 6, max_states=100) is None
    with pytest.raises(ValueError, match="Group numbers run from 0 to 15"):
        index_groups(GRID, 1).groups([16])


def test_rank_by_hand():
    placebo = [1.0, 2.0, 3.0, 3.0, 5.0, np.nan]
    greater = placebo_rank(3.0, placebo, alternative="greater")
    assert (greater.rank, greater.p_rank) == (4, 4 / 6)
    assert (greater.draws, greater.missing, greater.disjoint_groups) == (5, 1, None)
    less = placebo_rank(1.5, placebo, alternative="less")
    assert (less.rank, less.p_rank) == (2, 2 / 6)
    both = placebo_rank(6.0, placebo)
    assert (both.rank, both.p_rank) == (1, 2 / 6)
    assert placebo_rank(3.0, placebo).p_rank == 1.0


def test_rank_of_an_exchangeable_zone_is_uniform():
    # A zone drawn like its placebos: p_rank is uniform on 1/20 .. 20/20 (no ties).
    random = np.random.default_rng(5)
    values = random.normal(size=(4000, 20))
    p = [placebo_rank(row[0], row[1:], alternative="greater").rank for row in values]
    # Size 0.001 with a fixed seed, 200 expected a rank.
    assert stats.chisquare(np.bincount(p, minlength=21)[1:]).pvalue > 0.001


def test_disjoint_zones():
    zones = np.array([[0, 1], [1, 2], [2, 3], [4, 5], [0, 5]])
    assert disjoint_zones(zones).tolist() == [0, 2, 3]
    rank = placebo_rank(0.0, [1.0, 2.0, np.nan, 3.0, 4.0], zones)
    assert rank.disjoint_groups == 2  # without the third zone: the first and the fourth


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"alternative": "up"}, "alternative is 'up'"),
        ({"statistic": np.nan}, "missing; expected numbers"),
        ({"placebo_statistics": [np.nan]}, "missing; expected numbers"),
        ({"placebo_statistics": [[1.0]]}, r"shape \(1, 1\)"),
        (
            {"zones": [[1, 2]]},
            r"zones has shape \(1, 2\); expected a row for each of 2",
        ),
    ],
)
def test_bad_ranks_are_refused(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        placebo_rank(**({"statistic": 1.0, "placebo_statistics": [1.0, 2.0]} | arguments))
