"""The committed table of size and coverage: what leaves its bounds warns at run time."""

import warnings
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import recovery_econometrics as recovery
from recovery_spatial_data import verdict, warned

from regiometrics.errors import EstimationError

TABLE = pd.read_csv(Path(recovery.__file__).with_name("recovery_econometrics.csv"))
KEYS = ["procedure", "design"]
BAD = TABLE[TABLE["verdict"] != "holds"]
#: Samples drawn until one warns: a warning that reads the data is not in every one.
TRIES = 12


@cache
def places():
    return {design[:2]: place for place, design in enumerate(recovery.designs())}


def test_rows_out_of_bounds_warn_in_most_samples():
    silent = BAD[~(BAD["warns"] >= 0.5)]
    assert silent[[*KEYS, "warns"]].to_numpy().tolist() == []


@pytest.mark.parametrize(("procedure", "design"), list(BAD[KEYS].itertuples(index=False)))
def test_what_is_out_of_bounds_warns(procedure, design):
    place = places()[procedure, design]
    experiment = list(recovery.designs())[place][-1]
    rng = np.random.default_rng([2026, place])
    for _ in range(TRIES):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                experiment(rng)
            except EstimationError:
                continue
        if warned(caught):
            return
    pytest.fail(f"{procedure} ({design}) is out of bounds and no call of {TRIES} warned")


def test_the_table_is_that_of_the_designs():
    rows = list(TABLE[KEYS].itertuples(index=False, name=None))
    assert rows == [design for design in places() if design in set(rows)]


def test_verdicts_follow_from_the_rates():
    error = np.sqrt(TABLE["nominal"] * (1 - TABLE["nominal"]) / TABLE["draws"])
    rows = zip(TABLE["rejects"], error, TABLE["nominal"], strict=True)
    same = np.array([verdict(*row) for row in rows]) == TABLE["verdict"]
    # Rates in the table are rounded: one at a bound may fall on its other side.
    assert same.mean() > 0.99


def test_designs_give_their_rows_again():
    again = recovery.run("Pitman-Morgan")
    rows = TABLE[TABLE["procedure"] == "Pitman-Morgan"].reset_index(drop=True)
    pd.testing.assert_frame_equal(again, rows)
