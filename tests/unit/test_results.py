"""The typed results: what is written is whole, and a key finds one row or says why not."""

import numpy as np
import pandas as pd
import pytest

from guantian import results
from guantian.results import ResultError, estimates, find, one, read, rows, write

ROW = {"analysis": "beta", "sample": "zone", "term": "initial", "estimate": -0.02}
OTHER = {**ROW, "sample": "nation", "estimate": -0.03}


def test_every_column_is_there_and_typed():
    frame = estimates([{**ROW, "n_obs": 7, "year": 2010.0}], chapter="convergence")
    assert list(frame.columns) == list(results.TABLES["estimates"])
    row = frame.iloc[0]
    assert (row["chapter"], row["n_obs"], row["year"]) == ("convergence", 7, 2010)
    assert row["note"] == "" and row["month"] is pd.NA and np.isnan(row["p_value"])


def test_a_row_wins_over_what_is_common_and_rows_are_sorted():
    frame = estimates([ROW, {**OTHER, "chapter": "growth"}], chapter="convergence")
    assert frame["chapter"].tolist() == ["convergence", "growth"]
    again = estimates([{**OTHER, "chapter": "growth"}, ROW], chapter="convergence")
    pd.testing.assert_frame_equal(frame, again)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"colour": "red"}, "no column colour"),
        ({"sample": 7}, "sample of estimates has a value that is not text: 7"),
        ({"n_obs": 2.5}, "n_obs of estimates has a value that is not a whole number: 2.5"),
        ({"estimate": "high"}, "estimate of estimates has a value that is not a number"),
        ({"rank_from": "beside"}, "rank_from 'beside'; expected one of"),
        ({"p_value": 1.2}, "p_value 1.2; expected a value from 0 to 1"),
        ({"std_error": -1.0}, "std_error -1; expected a value from 0 to inf"),
        ({"n_draws": -3}, "n_draws -3"),
        ({"month": 13}, "month 13; expected a value from 1 to 12"),
        ({"conf_low": 0.0, "conf_high": 1.0}, "is -0.02, outside its own interval from 0 to 1"),
    ],
)
def test_a_wrong_row_is_named(changed, message):
    with pytest.raises(ResultError, match=message):
        estimates([OTHER, {**ROW, **changed}])


def test_a_repeated_key_is_named():
    with pytest.raises(ResultError, match="analysis 'beta', sample 'zone', term 'initial' appears"):
        estimates([ROW, {**ROW, "estimate": 1.0}])


def test_a_key_finds_its_row():
    frame = estimates([ROW, OTHER, {**ROW, "term": "half_life", "year": 2010}])
    assert one(frame, sample="nation").estimate == -0.03
    assert one(frame, sample="zone", year=2010).term == "half_life"
    assert len(rows(frame, sample=["zone", "nation"], term="initial")) == 2
    assert rows(frame, year=None)["term"].eq("initial").all()
    assert find(frame, sample="region") is None
    assert rows(frame, sample="region").empty


def test_what_a_key_does_not_find_is_said():
    frame = estimates([ROW, OTHER])
    with pytest.raises(ResultError, match="sample is one of 'nation', 'zone'"):
        one(frame, analysis="beta", sample="region")
    with pytest.raises(ResultError, match="2 rows have analysis 'beta'; name sample as well"):
        one(frame, analysis="beta")
    with pytest.raises(ResultError, match="2 rows have"):
        find(frame, analysis="beta")
    with pytest.raises(ResultError, match="no column 'spec'"):
        rows(frame, spec="main")
    with pytest.raises(AttributeError, match="no column 'spec'"):
        _ = one(frame, sample="zone").spec


def test_what_is_written_is_read_back_with_the_same_bytes(tmp_path):
    folder = tmp_path / "estimates"
    folder.mkdir()
    frames = [estimates([ROW]), estimates([{**OTHER, "std_error": 1 / 3}])]
    written = write(frames, folder / "a.parquet", confidence=0.95)
    write(frames[::-1], folder / "b.parquet", confidence=0.95)
    assert (folder / "a.parquet").read_bytes() == (folder / "b.parquet").read_bytes()
    pd.testing.assert_frame_equal(read(folder / "a.parquet"), written)
    row = one(written, sample="nation")
    assert row.std_error == 0.3333333333  # ten significant digits
    assert row.mde == pytest.approx((1.959964 + 0.841621) / 3, rel=1e-5)  # power 0.8
    assert [path.name for path in folder.iterdir()].count(".a.parquet.tmp") == 0


def test_a_table_of_another_kind_is_refused(tmp_path):
    with pytest.raises(ResultError, match="folders named estimates, series, tests"):
        write([estimates([ROW])], tmp_path / "a.parquet")
    (tmp_path / "series").mkdir()
    with pytest.raises(ResultError, match="A table of series has no column"):
        write([estimates([ROW])], tmp_path / "series/a.parquet")
    estimates([ROW]).drop(columns="note").to_parquet(tmp_path / "series/b.parquet")
    with pytest.raises(ResultError, match="is not a table of results: make it again"):
        read(tmp_path / "series/b.parquet")
