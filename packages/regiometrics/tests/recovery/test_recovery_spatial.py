"""The committed table of the spatial models: what leaves its bounds warns at run time."""

import warnings
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import recovery_spatial as recovery
from recovery_spatial_data import verdict, warned

from regiometrics.spatial import Spatial2SLS, SpatialPanel, randomised_cd, simulate_panel
from regiometrics.spatial.errors import FewClustersWarning, SmallSampleWarning, SpatialError
from regiometrics.spatial.small_samples import reason

TABLE = pd.read_csv(Path(recovery.__file__).with_name("recovery_spatial.csv"))
KEYS = ["procedure", "design"]
BAD = TABLE[TABLE["verdict"] != "holds"]


@cache
def said(design):
    """Which procedures warn in one of the first samples of a design."""
    out = {}
    for _, name, _, pieces in recovery.designs():
        for piece in pieces.values() if name == design else ():
            for seed in range(3):
                with warnings.catch_warnings(record=True) as caught:
                    warnings.simplefilter("always")
                    try:
                        rows = piece(seed)
                    except SpatialError:
                        continue
                for row in rows:
                    out[row] = out.get(row, False) or warned(caught)
                if all(out[row] for row in rows):
                    break
    return out


@pytest.mark.parametrize(("procedure", "design"), list(BAD[KEYS].itertuples(index=False)))
def test_what_is_out_of_bounds_warns(procedure, design):
    assert said(design)[procedure]


def test_rows_out_of_bounds_warn_in_most_samples():
    silent = BAD[~(BAD["warns"] >= 0.5)]
    assert silent[[*KEYS, "warns"]].to_numpy().tolist() == []


def test_large_samples_do_not_warn():
    for kind, method in (("classical", ""), ("clustered", "2sls"), ("robust", "ols")):
        assert reason(50, 18, "twoway", 4, kind, method=method) is None


def test_general_models_warn_at_any_size():
    assert "hardly tell rho from lambda" in reason(300, 18, "twoway", 8, "classical", model="gns")


def test_fits_and_tests_warn():
    small, large = (simulate_panel(n, 5, "sar", seed=1) for n in (9, 100))
    with pytest.warns(SmallSampleWarning, match="9 units and 5 periods leave 29 degrees"):
        SpatialPanel(small.dependent, small.exog, small.weights, model="sar").fit()
    with pytest.warns(SmallSampleWarning, match="beside unit effects of 5 periods"):
        Spatial2SLS(large.dependent, large.exog, large.weights).fit("robust")
    with pytest.warns(SmallSampleWarning, match="bias of a dynamic model with 4 periods"):
        SpatialPanel(large.dependent, large.exog, large.weights, model="sar", dynamic="time").fit()
    index = pd.MultiIndex.from_product([range(7), range(18)])
    noise = pd.Series(np.random.default_rng(1).normal(size=len(index)), index)
    with pytest.warns(SmallSampleWarning, match="signs are drawn for 7 units"):
        randomised_cd(noise, seed=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error", SmallSampleWarning)
        warnings.simplefilter("error", FewClustersWarning)
        SpatialPanel(large.dependent, large.exog, large.weights, model="sar").fit()
        Spatial2SLS(large.dependent, large.exog, large.weights).fit("clustered")


def test_the_table_is_that_of_the_designs():
    assert set(TABLE["design"]) == {design for _, design, *_ in recovery.designs()}
    error = np.sqrt(0.05 * 0.95 / TABLE["draws"])
    same = np.array([verdict(*pair) for pair in zip(TABLE["rejects"], error, strict=True)])
    # Rates in the table are rounded: one at a bound may fall on its other side.
    assert np.mean(same == TABLE["verdict"]) > 0.99


def test_one_design_gives_its_rows_again():
    again = recovery.run("one-way", "n 7, T 18").set_index(KEYS)
    rows = TABLE.set_index(KEYS).loc[again.index]
    pd.testing.assert_frame_equal(again, rows)
