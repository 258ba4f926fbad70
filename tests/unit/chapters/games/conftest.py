"""Three cities on a line and a far market: small enough to write everything out."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from guantian.chapters.games.estimate.setting import Setting, build_setting
from regiometrics.weights.weights import Weights

CODES = ("a", "b", "c")


@pytest.fixture(scope="session")
def tables():
    """Three cities on a line and a far market; the third lies in another province."""
    cities = pd.DataFrame(
        {
            "name_en": list("ABCD"),
            "output": [4.0, 2.0, 1.0, 20.0],
            "capital": [9.0, 5.0, 2.0, 50.0],
            "area_km2": [2500.0, 2500.0, 2500.0, 9000.0],
        },
        index=pd.Index(list("abcd"), name="city_code"),
    )
    pairs = pd.DataFrame(
        [
            ("a", "b", 50.0, 1, 1),
            ("a", "c", 100.0, 0, 0),
            ("b", "c", 50.0, 0, 1),
            ("a", "d", 900.0, 0, 0),
            ("b", "d", 900.0, 0, 0),
            ("c", "d", 900.0, 0, 0),
        ],
        columns=["code_a", "code_b", "distance_km", "same_province", "adjacent"],
    )
    similarity = pd.DataFrame(
        [
            (measure, *pair, value)
            for measure, value in (("m1", 0.9), ("m2", 0.5))
            for pair in (("a", "b"), ("a", "c"), ("b", "c"))
        ],
        columns=["measure", "code_a", "code_b", "value"],
    )
    W = sparse.csr_array(np.array([[0, 1, 0, 0], [0.5, 0, 0.5, 0], [0, 1, 0, 0], [1, 0, 0, 0.0]]))
    weights = Weights(W, tuple("abcd"), "line", standardisation="row")
    flows = pd.DataFrame(
        [("a", "b", 3.0), ("b", "c", 1.0)], columns=["origin", "destination", "value"]
    )
    return cities, pairs, similarity, weights, flows


@pytest.fixture(scope="session")
def setting(tables) -> Setting:
    return build_setting(CODES, *tables)
