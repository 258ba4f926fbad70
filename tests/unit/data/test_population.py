"""Population on a basis, interpolated between censuses only where that is asked and honest."""

import numpy as np
import pandas as pd
import pytest

from guantian.data.population import (
    PopulationSpec,
    boundary_years,
    interpolate_between_censuses,
    population_on_basis,
)
from guantian.errors import DataError

NO_CHANGES = pd.DataFrame({"city_code": pd.Series(dtype="str"), "year": pd.Series(dtype="int64")})


def residents(code="610100", **given):
    index = pd.MultiIndex.from_product([[code], range(1998, 2024)], names=["city_code", "year"])
    values = pd.Series(50.0, index=index)
    for year, value in given.items():
        values[(code, int(year[1:]))] = value
    return values


def panel_of(resident):
    return pd.DataFrame(
        {
            "resident_population_10k": resident,
            "registered_population_10k": 2 * resident,
            "gdp_100m_yuan": 90.0,
            "gdp_per_capita_yuan": 30_000.0,
        }
    )


@pytest.mark.parametrize(
    ("basis", "expected"),
    # 90 x 10^8 yuan over 30 000 yuan a head is 300 000 persons.
    [("resident", 50), ("registered", 100), ("reported", 30)],
)
def test_bases(basis, expected):
    made = population_on_basis(
        panel_of(residents()), NO_CHANGES, PopulationSpec(basis, "as_reported")
    )
    assert (made["population_10k"] == expected).all()
    assert (made["population_interpolated"] == 0).all()


def test_a_straight_line_in_logs():
    """From 100 to 121 in ten years: the middle is 110, each year the tenth root of 1.21."""
    given = residents(y2010=100, y2020=121, y2000=np.nan)
    line = interpolate_between_censuses(given, NO_CHANGES)["610100"]
    assert line[2015] == pytest.approx(110, rel=1e-12)
    growth = np.log(line.loc[2010:2020]).diff().dropna()
    np.testing.assert_allclose(growth, np.log(1.21) / 10, rtol=1e-10)


def test_censuses_and_the_years_outside_stay():
    given = residents(y2000=80, y2010=100, y2020=121)
    line = interpolate_between_censuses(given, NO_CHANGES)
    outside = [1998, 1999, 2000, 2010, 2020, 2021, 2022, 2023]
    pd.testing.assert_series_equal(
        line.loc[("610100", outside)], given.loc[("610100", outside)], check_names=False
    )


def test_an_interval_without_both_censuses_stays():
    given = residents(y2000=np.nan, y2010=100, y2020=121, y2005=np.nan)
    line = interpolate_between_censuses(given, NO_CHANGES)["610100"]
    assert line.loc[2001:2004].eq(50).all() and np.isnan(line[2005])
    assert line[2011] != 50


@pytest.mark.parametrize(("year", "kept"), [(2017, True), (2010, False), (2020, True)])
def test_no_line_over_a_change_of_territory(year, kept):
    """A change that the tables show in 2010 is in both its censuses; one in 2020 is in the last."""
    given = residents(y2000=np.nan, y2010=100, y2020=121)
    changes = pd.DataFrame({"city_code": ["610100"], "year": [year]})
    line = interpolate_between_censuses(given, changes)["610100"]
    assert line.loc[2011:2019].eq(50).all() == kept


def test_interpolated_cells_are_marked_and_gaps_filled_within():
    given = residents(y2000=80, y2005=np.nan, y2010=100, y2020=100)
    made = population_on_basis(
        panel_of(given), NO_CHANGES, PopulationSpec("resident", "interpolated")
    ).loc["610100"]
    assert made["population_interpolated"].loc[2001:2009].eq(1).all()
    assert made.at[2005, "population_10k"] == pytest.approx(np.sqrt(80 * 100), rel=1e-12)
    assert made.loc[[1999, 2000, 2010, 2020, 2021], "population_interpolated"].eq(0).all()


@pytest.mark.parametrize("basis", ["registered", "reported"])
def test_only_residents_are_counted_by_a_census(basis):
    with pytest.raises(DataError, match=f"the basis '{basis}' cannot be interpolated"):
        PopulationSpec(basis, "interpolated")


def test_changes_of_territory_name_both_sides_once(tmp_path):
    path = tmp_path / "changes.csv"
    path.write_text(
        "year_effective_in_tables,from_code,to_code\n"
        "2017,610400,610100\n2017,610400,620500\n,1,2\n1993,,130100\n",
        "utf-8",
    )
    told = list(boundary_years(path).itertuples(index=False, name=None))
    assert told == [("130100", 1993), ("610100", 2017), ("610400", 2017), ("620500", 2017)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("year_effective_in_tables,from_code\n2017,1\n", "column 'to_code' is missing"),
        ("year_effective_in_tables,from_code,to_code\n2017,1,2\nsoon,1,2\n", "row 3.*'soon'"),
    ],
)
def test_a_faulty_list_of_changes_is_named(tmp_path, text, said):
    path = tmp_path / "changes.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(DataError, match=said):
        boundary_years(path)
    with pytest.raises(DataError, match="is missing"):
        boundary_years(tmp_path / "nowhere.csv")
