"""Gini, Theil and their splits: incomes of 32 Mexican states, 1940-2000 (Rey and Smith 2013).

`expected.json` holds digits printed in the documentation of the package `inequality` and in the
manual of REAT, `oracle_inequality.json` what `inequality` 1.1.2 returns. Location quotients,
specialisation and rank statistics in the same file belong to other chapters.
"""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regiometrics.inequality.decomposition import theil_decomposition
from regiometrics.inequality.indices import (
    coefficient_of_variation,
    generalised_entropy,
    gini,
    spatial_gini,
    theil_l,
    theil_t,
)

HERE = Path(__file__).parent
PUBLISHED = json.loads((HERE / "expected.json").read_text("utf-8"))["results"]
ORACLE = json.loads((HERE / "oracle_inequality.json").read_text("utf-8"))["results"]
SAME_PROBLEM = 1e-12  # relative; a sum of 32 terms in doubles on both sides
REGIMES = ["hanson98", "hanson03", "esquivel99", "inegi", "inegi2"]
TEXTBOOK = np.array([10.0, 10, 10, 20, 50])  # Störmann (2009)

TABLE = pd.read_csv(HERE / "mexico.csv", index_col="State")
INCOMES = TABLE.filter(like="pcgdp").T
INCOMES.index = [int(name.removeprefix("pcgdp")) for name in INCOMES.index]
NAMES = {"bg": "between", "wg": "within"}


def neighbours(regime):
    labels = TABLE[regime].to_numpy()
    return (labels[:, None] == labels) & ~np.eye(len(labels), dtype=bool)


def ours(model, quantity):
    """The number that a published one is compared with; None where it is not of this chapter."""
    if model == "theil":
        return theil_t(INCOMES)[int(quantity[2:6])]
    if model == "theilD_hanson98":
        part, year = re.fullmatch(r"(bg|wg)\[(\d+)\]", quantity).groups()
        split = theil_decomposition(INCOMES, None, TABLE["hanson98"])
        return split.parts.loc[int(year), NAMES[part]]
    if model == "gini_spatial_1940_hanson98":
        parts = spatial_gini(INCOMES.loc[[1940]], neighbours("hanson98")).loc[1940]
        n = INCOMES.shape[1]
        return parts["others"] * 2 * n**2 * INCOMES.loc[1940].mean()  # each pair twice
    if model.startswith("reat_theil_L"):
        return theil_l(TEXTBOOK)
    return None


CASES = [case for case in PUBLISHED if re.match("theil|gini|reat_theil", case["model"])]


def test_every_published_number_of_theil_and_gini_is_compared():
    assert len(CASES) == 7 + 14 + 1 + 1


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['model']}-{case['quantity']}")
def test_published_digits(case):
    got = ours(case["model"], case["quantity"])
    assert abs(got - case["value"]) <= 0.5 * 10.0 ** -case["decimals"]


def test_oracle_theil_gini_and_variation():
    np.testing.assert_allclose(theil_t(INCOMES), ORACLE["theil"], rtol=SAME_PROBLEM)
    np.testing.assert_allclose(gini(INCOMES), ORACLE["gini"], rtol=SAME_PROBLEM)
    np.testing.assert_allclose(
        coefficient_of_variation(INCOMES), ORACLE["cv_pop"], rtol=SAME_PROBLEM
    )


@pytest.mark.parametrize("alpha", [-1, 0, 1, 2])
def test_oracle_generalised_entropy(alpha):
    np.testing.assert_allclose(
        generalised_entropy(INCOMES, alpha), ORACLE["GE"][str(alpha)], rtol=SAME_PROBLEM
    )


@pytest.mark.parametrize("regime", REGIMES)
def test_oracle_decomposition(regime):
    parts = theil_decomposition(INCOMES, None, TABLE[regime]).parts
    oracle = ORACLE[f"theilD_{regime}"]
    for theirs, name in NAMES.items():
        # The oracle takes one part as the total less the other, which loses a digit or two.
        np.testing.assert_allclose(parts[name], oracle[theirs], rtol=1e-10)


def test_oracle_spatial_gini():
    parts = spatial_gini(INCOMES.loc[[1940]], neighbours("hanson98")).loc[1940]
    oracle = ORACLE["gini_spatial_1940_hanson98"]
    scale = 2 * INCOMES.shape[1] ** 2 * INCOMES.loc[1940].mean()
    np.testing.assert_allclose(
        [parts["gini"], parts["neighbours"] * scale, parts["others"] * scale],
        [oracle["g"], oracle["wg"], oracle["wcg"]],
        rtol=SAME_PROBLEM,
    )
