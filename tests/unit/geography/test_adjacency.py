"""The adjacency matrix and groups in it."""

import numpy as np
import pandas as pd
import pytest

from regiometrics.weights.adjacency import (
    adjacency_matrix,
    check_adjacency,
    components,
    is_contiguous,
    islands,
)

UNITS = ["a", "b", "c", "d", "e"]
PAIRS = pd.DataFrame({"code_a": ["a", "c", "b"], "code_b": ["b", "b", "a"]})


def test_matrix_is_symmetric_binary_and_counts_a_pair_once():
    matrix = adjacency_matrix(PAIRS, UNITS).toarray()
    expected = np.zeros((5, 5), int)
    expected[[0, 1, 1, 2], [1, 0, 2, 1]] = 1
    assert (matrix == expected).all()


def test_units_outside_are_left_out_and_order_is_kept():
    matrix = adjacency_matrix(PAIRS, ["c", "b"]).toarray()
    assert matrix.tolist() == [[0, 1], [1, 0]]


def test_islands_and_components():
    matrix = adjacency_matrix(PAIRS, UNITS)
    assert islands(matrix, UNITS) == ["d", "e"]
    assert components(matrix, UNITS).tolist() == [0, 0, 0, 1, 2]


def test_contiguity_of_groups():
    matrix = adjacency_matrix(PAIRS, UNITS)
    assert is_contiguous(matrix, [0, 1, 2])
    assert is_contiguous(matrix, [3])
    assert not is_contiguous(matrix, [0, 2])
    assert not is_contiguous(matrix, [])


@pytest.mark.parametrize(
    ("matrix", "sentence"),
    [
        (np.zeros((2, 3)), r"shape \(2, 3\); expected a square"),
        (np.eye(2), "Unit 0 is adjacent to itself"),
        (
            np.array([[0, 1], [0, 0]]),
            "Unit 0 and unit 1 are adjacent in one direction only",
        ),
    ],
)
def test_bad_adjacencies_are_refused(matrix, sentence):
    with pytest.raises(ValueError, match=sentence):
        check_adjacency(matrix)


def test_bad_pairs_are_refused():
    with pytest.raises(ValueError, match="The unit a appears twice"):
        adjacency_matrix(PAIRS, ["a", "a"])
    loop = pd.DataFrame({"code_a": ["a"], "code_b": ["a"]})
    with pytest.raises(ValueError, match="The unit a is paired with itself"):
        adjacency_matrix(loop, UNITS)


def test_prefectures(adjacency, prefectures):
    units = list(prefectures.index)
    # Zhoushan, Sansha and Taiwan are islands; Hainan's 18 counties and cities are a part alone.
    assert islands(adjacency, units) == ["330900", "460300", "710000"]
    assert components(adjacency, units).value_counts().tolist() == [350, 18, 1, 1, 1]
    zone = ["610100", "610200", "610300", "610400", "610500", "611000", "620500"]
    assert is_contiguous(adjacency, [units.index(code) for code in zone])
    assert not is_contiguous(adjacency, [units.index(code) for code in ("610100", "620500")])
    check_adjacency(adjacency)


def test_approved_zones_are_contiguous(adjacency, prefectures):
    from pathlib import Path

    from guantian.geography.zones import read_zones

    position = {code: i for i, code in enumerate(prefectures.index)}
    zones = read_zones(Path(__file__).parents[3] / "config" / "zones")
    apart = {
        name
        for name, zone in zones.items()
        if not is_contiguous(adjacency, [position[code] for code in zone.codes])
    }
    # Its Hainan members lie across the strait.
    assert apart == {"beibu_gulf_cluster"}
