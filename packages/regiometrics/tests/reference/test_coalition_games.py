"""Published solutions of coalition games (games/expected.json, each with its source)."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from regiometrics.games.coalition import gately_value, shapley_value
from regiometrics.games.core import nucleolus

EXPECTED = json.loads((Path(__file__).parent / "games/expected.json").read_text("utf-8"))
CONCEPTS = {
    "shapley": shapley_value,
    "nucleolus": nucleolus,
    "per_capita_nucleolus": lambda players, v: nucleolus(players, v, per_capita=True),
    "gately": gately_value,
}
# Exact fractions against sums of at most 1023 terms and vertices of small programmes.
ROUNDING = 1e-9


@pytest.mark.parametrize("case", EXPECTED["games"], ids=lambda case: case["name"])
def test_published_solutions(case):
    players = range(1, case["n"] + 1)
    coalitions = [
        frozenset(members)
        for size in range(1, case["n"] + 1)
        for members in itertools.combinations(players, size)
    ]
    value = dict(zip(coalitions, case["v"], strict=True))
    got = CONCEPTS[case["concept"]](players, value)
    assert got.to_numpy() == pytest.approx(np.array(case["value"]), abs=ROUNDING)


def test_un_security_council():
    """Fifteen members, five with a veto: nine votes, all five among them."""
    members = np.array([[mask >> i & 1 for i in range(15)] for mask in range(2**15)])
    wins = (members.sum(axis=1) >= 9) & members[:, :5].all(axis=1)
    power = shapley_value(range(15), wins.astype(float))
    council = EXPECTED["un_security_council"]
    assert power[0] == pytest.approx(council["shapley_permanent"], abs=ROUNDING)
    assert power[14] == pytest.approx(council["shapley_nonpermanent"], abs=ROUNDING)
