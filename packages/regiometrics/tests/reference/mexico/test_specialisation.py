"""Krugman's index and Hoover's: the examples of REAT's manual (Wieland 2019).

`reat_Goettingen.csv` is the package's own data set (employed persons by industry, Göttingen and
Germany, 2008-2017); `expected.json` holds the printed digits.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regiometrics.structure.similarity import krugman
from regiometrics.structure.specialisation import specialisation

HERE = Path(__file__).parent
PUBLISHED = {
    row["model"]: row["value"]
    for row in json.loads((HERE / "expected.json").read_text("utf-8"))["results"]
}
# REAT 3.0.3 prints fifteen digits of the same sum of fifteen terms.
R_2008, R_2017 = 0.397464409696237, 0.450846878361572


@pytest.fixture(scope="module")
def goettingen():
    table = pd.read_csv(HERE / "reat_Goettingen.csv", index_col="WZ2008_Code")
    return table.drop(index="A-R")  # the total


@pytest.mark.parametrize(("year", "value"), [(2008, R_2008), (2017, R_2017)])
def test_krugman_of_goettingen_against_germany(goettingen, year, value):
    counts = goettingen[[f"Goettingen{year}", f"BRD{year}"]].T
    shares = counts.div(counts.sum(axis=1), axis=0)
    assert krugman(shares.to_numpy())[0, 1] == pytest.approx(value, rel=1e-12)
    local = specialisation(counts.iloc[:1].astype("float64"), counts.iloc[1])
    assert local["krugman"].iloc[0] == pytest.approx(value, rel=1e-12)
    assert local["hoover"].iloc[0] == pytest.approx(value / 2, rel=1e-12)


def test_printed_digits(goettingen):
    counts = goettingen[["Goettingen2017", "BRD2017"]].T
    shares = counts.div(counts.sum(axis=1), axis=0).to_numpy()
    printed = PUBLISHED["reat_krugman_spec_Goettingen2017"]
    assert krugman(shares)[0, 1] == pytest.approx(printed, abs=0.5e-7)  # seven digits


def test_nothing_in_common():
    rows = np.array([[20, 10, 70, 0, 0], [0, 0, 0, 60, 40]]) / 100
    printed = PUBLISHED["reat_krugman_spec (20,10,70,0,0 vs 0,0,0,60,40)"]
    assert krugman(rows)[0, 1] == pytest.approx(printed)
