"""Corrections are read and applied, or refused in one sentence."""

import numpy as np
import pandas as pd
import pytest

from guantian.data.errata import COLUMNS, apply_errata, read_errata

HEAD = ",".join(COLUMNS)
ROW = "city_retail,city_code=610500;year=2010,retail_sales_100m_yuan,23.183,231.83,why,proof,check"


def tables():
    """Return two small tables."""
    return {
        "city_retail": pd.DataFrame(
            {
                "city_code": ["610500", "610500"],
                "year": [2010, 2011],
                "retail_sales_100m_yuan": [23.183, 27.1662],
                "flag": [0, 1],
            }
        ),
        "city_names": pd.DataFrame({"city_code": ["610100"], "name_zh": ["西安"]}),
    }


def write(tmp_path, *rows, head=HEAD):
    """Write a list of corrections."""
    path = tmp_path / "errata.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def test_a_correction_is_made_and_the_input_is_left(tmp_path):
    """The value used replaces the value at source, in a copy."""
    raw = tables()
    out = apply_errata(raw, read_errata(write(tmp_path, ROW)))
    assert out["city_retail"]["retail_sales_100m_yuan"].tolist() == [231.83, 27.1662]
    assert raw["city_retail"]["retail_sales_100m_yuan"].tolist() == [23.183, 27.1662]


def test_empty_means_missing_and_text_and_whole_numbers_work(tmp_path):
    """An empty value used sets the cell to missing; text is compared exactly."""
    path = write(
        tmp_path,
        ROW.replace("231.83", ""),
        "city_retail,city_code=610500;year=2011,flag,1,,why,proof,check",
        "city_names,city_code=610100,name_zh,西安,西安市,why,proof,check",
    )
    out = apply_errata(tables(), read_errata(path))
    assert np.isnan(out["city_retail"]["retail_sales_100m_yuan"][0])
    assert np.isnan(out["city_retail"]["flag"][1])
    assert out["city_names"]["name_zh"].tolist() == ["西安市"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda r: r.replace("23.183", "23.2"),
            r"errata\.csv: row 2, city_retail, city_code=610500;year=2010, column "
            r"retail_sales_100m_yuan: the value at source is 23\.183, the erratum states 23\.2$",
        ),
        (
            lambda r: r.replace("year=2010", "year=1910"),
            r"errata\.csv: row 2, column key: city_retail has no row city_code=610500;year=1910$",
        ),
        (
            lambda r: r.replace("sales_100m", "sale_100m"),
            r"row 2, column column: city_retail has no figure retail_sale_100m_yuan$",
        ),
        (
            lambda r: r.replace("city_retail", "city_retai"),
            r"row 2, column table: there is no table city_retai$",
        ),
        (lambda r: r.replace("231.83", "n/a"), r"column used_value: n/a is not a number$"),
        (lambda r: r.replace("23.183,", "x,"), r"column source_value: x is not a number$"),
        (lambda r: r.replace("retail_sales_100m_yuan", "city_code"), r"has no figure city_code$"),
    ],
)
def test_a_wrong_row_raises_one_sentence(tmp_path, change, sentence):
    """The sentence names file, row, column and value."""
    errata = read_errata(write(tmp_path, change(ROW)))
    with pytest.raises(ValueError, match=sentence):
        apply_errata(tables(), errata)


def test_two_errata_of_one_cell_raise(tmp_path):
    """A cell is corrected once."""
    errata = read_errata(write(tmp_path, ROW, ROW.replace("231.83", "")))
    with pytest.raises(ValueError, match=r"row 3, .* 23\.183 is corrected twice$"):
        apply_errata(tables(), errata)


def test_damaged_files_raise_one_sentence(tmp_path):
    """A missing file, a wrong head, a short row, an empty field, a wrong encoding."""
    with pytest.raises(ValueError, match=r"errata\.csv: the file is missing$"):
        read_errata(tmp_path / "errata.csv")
    with pytest.raises(ValueError, match=r"row 1 should be table, key, .*, is table, nothing$"):
        read_errata(write(tmp_path, head="table,nothing"))
    with pytest.raises(ValueError, match=r"row 2 has 3 fields, 8 were expected$"):
        read_errata(write(tmp_path, "a,b,c"))
    with pytest.raises(ValueError, match=r"row 2, column reason is empty$"):
        read_errata(write(tmp_path, ROW.replace("why", "")))
    path = tmp_path / "errata.csv"
    path.write_bytes((HEAD + "\n" + ROW).encode("utf-16"))
    with pytest.raises(ValueError, match=r"errata\.csv: byte 0 is not UTF-8$"):
        read_errata(path)


def test_order_of_rows_does_not_matter(tmp_path):
    """Corrections are independent of their order in the file."""
    other = (
        "city_retail,city_code=610500;year=2011,retail_sales_100m_yuan,27.1662,271.662,"
        "why,proof,check"
    )
    one = apply_errata(tables(), read_errata(write(tmp_path, ROW, other)))
    two = apply_errata(tables(), read_errata(write(tmp_path, other, ROW)))
    pd.testing.assert_frame_equal(one["city_retail"], two["city_retail"])
