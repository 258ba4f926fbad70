"""Structure in one long table: shares by hand, the concordance whole, keys unique."""

import numpy as np
import pandas as pd
import pytest

from guantian.data.panel import join_accounts
from guantian.data.structure import BRANCHES, KEY, build_structure, employment, value_added
from guantian.errors import DataError

COLUMNS = pd.DataFrame(
    {
        "sector": ["agriculture", "mining", "trade", "trade"],
        "branch": ["primary", "secondary", "tertiary", "tertiary"],
    },
    index=["agriculture", "mining", "trade", "stalls"],
)


def table(*rows):
    columns = ["code", "year", "agriculture", "mining", "trade", "stalls", "units_total"]
    return pd.DataFrame(rows, columns=columns).set_index(["code", "year"])


def told(*rows):
    return employment(table(*rows), COLUMNS, "units_total").set_index(["level", "sector"])


def test_sums_and_shares_by_hand():
    made = told(("a", 2010, 1.0, 3.0, 4.0, 2.0, 10.0))
    assert made["value"].to_dict() == {
        ("sector", "agriculture"): 1,
        ("sector", "mining"): 3,
        ("sector", "trade"): 6,
        ("branch", "primary"): 1,
        ("branch", "secondary"): 3,
        ("branch", "tertiary"): 6,
    }
    assert made["share_pct"].tolist() == [10, 30, 60, 10, 30, 60]
    assert made["complete"].eq(1).all() and made["zero_by_total"].eq(0).all()


def test_what_the_total_leaves_no_room_for_is_zero():
    made = told(("a", 2010, 1.0, np.nan, 4.0, 5.0, 10.0))
    assert made.at[("sector", "mining"), "value"] == 0
    assert made["zero_by_total"].tolist() == [0, 1, 0, 0, 1, 0]
    assert made["complete"].eq(1).all()


def test_what_the_total_leaves_room_for_stays_missing():
    made = told(("a", 2010, 1.0, np.nan, 4.0, 2.0, 10.0))
    assert np.isnan(made.at[("branch", "secondary"), "value"])
    assert made["complete"].eq(0).all() and made["zero_by_total"].eq(0).all()
    # The base is then the printed total: 6 of 10.
    assert made.at[("sector", "trade"), "share_pct"] == 60


def test_without_a_total_an_incomplete_row_has_no_shares():
    made = told(("a", 2010, 1.0, np.nan, 4.0, 2.0, np.nan))
    assert made["share_pct"].isna().all() and made["value"].notna().sum() == 4


def test_the_wider_coverage_is_marked():
    row = (1.0, 3.0, 4.0, 2.0, 10.0)
    frame = employment(table(("a", 2012, *row), ("a", 2013, *row)), COLUMNS, "units_total")
    assert frame.groupby("year")["vintage"].unique().map(list).to_dict() == {
        2012: ["units to 2012"],
        2013: ["units from 2013"],
    }


def test_an_industry_without_a_sector_is_named():
    with pytest.raises(DataError, match="disagree on the industry 'stalls'"):
        employment(
            table(("a", 2010, 1.0, 1.0, 1.0, 1.0, 4.0)), COLUMNS.drop("stalls"), "units_total"
        )


def test_value_added_by_hand():
    index = pd.MultiIndex.from_product([["a"], [2021, 2022, 2023]], names=["city_code", "year"])
    output = pd.DataFrame(
        [[10.0, 30, 60], [np.nan, 30, 60], [np.nan] * 3],
        index=index,
        columns=[f"{branch}_10k_yuan" for branch in BRANCHES],
    )
    made = value_added(output).set_index(["year", "sector"])
    assert made["share_pct"].loc[2021].tolist() == [10, 30, 60]
    assert made["share_pct"].loc[2022].isna().all() and made["complete"].loc[2022].eq(0).all()
    assert 2023 not in made.index.get_level_values("year")
    assert made["vintage"].tolist() == ["yearbook"] * 3 + ["bulletins"] * 3


@pytest.fixture(scope="module")
def structure(corrected):
    return build_structure(corrected[0], join_accounts(corrected[0]))


def test_keys_are_unique_sorted_and_known(structure):
    assert not structure.duplicated(KEY).any()
    assert structure[KEY].notna().all(axis=None)
    pd.testing.assert_frame_equal(structure, structure.sort_values(KEY, ignore_index=True))
    assert structure["sector"].nunique() == 19 + 3


def test_complete_shares_sum_to_a_hundred(structure):
    """Nineteen quotients of one sum: 1e-9 is a million last bits of one."""
    whole = structure[structure["complete"] == 1]
    sums = whole.groupby(["source", "level", "code", "year"])["share_pct"].sum()
    assert len(sums) > 15_000
    np.testing.assert_allclose(sums, 100, rtol=0, atol=1e-9)


def test_branches_are_the_sums_of_their_sectors(structure, corrected):
    columns = corrected[0]["sector_concordance"]
    branch = columns.drop_duplicates("sector").set_index("sector")["branch"]
    assert (columns.groupby("sector")["branch"].nunique() == 1).all()
    sectors = structure[(structure["level"] == "sector") & (structure["complete"] == 1)]
    made = sectors.groupby(["source", "code", "year", sectors["sector"].map(branch)])["value"].sum()
    branches = structure[(structure["level"] == "branch") & (structure["source"] != "value_added")]
    printed = branches.set_index(["source", "code", "year", "sector"])["value"].reindex(made.index)
    # Sums of up to fourteen printed figures in another order.
    np.testing.assert_allclose(made, printed, rtol=1e-9)


def test_years_of_each_source(structure):
    years = structure.groupby("source")["year"].agg(["min", "max"])
    assert years.loc["units"].tolist() == [2005, 2016]
    assert years.loc["census"].tolist() == [2010, 2020]
    assert years.loc["value_added"].tolist() == [1990, 2023]
