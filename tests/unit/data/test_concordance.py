"""The concordance of codes: the table itself, and what is done with it."""

from pathlib import Path

import pandas as pd
import pytest

from guantian.data.concordance import harmonise_codes, read_concordance
from guantian.data.correct import correct_tables
from guantian.data.package import read_package
from guantian.data.read import read_table

RAW = Path(__file__).parents[3] / "data" / "raw"
PACKAGE = read_package(RAW / "datapackage.json")
KEYS = {
    "city_code",
    "origin_code",
    "destination_code",
    "code_a",
    "code_b",
    "origin",
    "destination",
    "region_code",
    "name_zh",
    "year",
    "year_month",
}


@pytest.fixture(scope="module")
def concordance():
    return read_concordance(RAW / "code_concordance.csv")


@pytest.fixture(scope="module")
def units():
    return set(pd.read_csv(RAW / "city_names.csv", dtype=str)["city_code"])


def tables():
    """Every column of a raw table that refers to cities: (path, code column)."""
    for table in PACKAGE.tables.values():
        for reference in table.references:
            if reference.table == "city_names":
                name = f"{table.name}-{reference.column}"
                yield pytest.param(table.path, reference.column, id=name)


def toy(*rows):
    return pd.DataFrame(rows, columns=["city_code", "year", "output"])


def test_targets_are_units_of_today(concordance, units):
    targets = set(concordance["city_code"]) - {""}
    assert targets <= units
    assert not set(concordance.index) & units


@pytest.mark.parametrize(("path", "column"), list(tables()))
def test_every_code_in_the_raw_tables_is_accounted_for(path, column, concordance, units):
    codes = set(pd.read_csv(path, dtype=str, usecols=[column])[column])
    assert codes - units - set(concordance.index) == set()


def test_no_entry_is_idle(concordance):
    used = set()
    for parameter in tables():
        path, column = parameter.values
        used |= set(pd.read_csv(path, dtype=str, usecols=[column])[column])
    assert set(concordance.index) <= used


@pytest.mark.parametrize(("path", "column"), [p for p in tables() if p.values[1] == "city_code"])
def test_raw_tables_harmonise(path, column, concordance, units):
    frame = pd.read_csv(path, dtype={"city_code": str, "county_code": str, "name": str})
    other = [name for name in PACKAGE.tables[path.stem].key if name != "city_code"]
    fields = PACKAGE.tables[path.stem].fields
    census = path.stem == "census_industry_prefecture"
    result, dropped = harmonise_codes(
        frame,
        concordance,
        other_keys=other,
        additive=[field.name for field in fields if field.additive],
        flags=[field.name for field in fields if field.unit == "0 or 1"],
        units=units,
    )
    assert set(result["city_code"]) <= units
    assert not result.duplicated(["city_code", *other]).any()
    # Chongqing's two parts in the census of 2020 become one row; nothing else disappears.
    assert len(result) + len(dropped) == len(frame) - (1 if census else 0)
    assert (dropped["reason"].str.len() > 0).all()


def test_dropped_values_lie_in_the_stated_years(concordance):
    for parameter in tables():
        path, column = parameter.values
        frame = pd.read_csv(path, dtype={column: str})
        if "year" not in frame:
            continue
        flags = [c for c in frame if c.endswith("_imputed")]
        values = frame.drop(columns=[*flags, *(KEYS & set(frame)), "name"], errors="ignore")
        limited = concordance[concordance["treatment"] == "drop"]
        for code, entry in limited.iterrows():
            years = frame.loc[(frame[column] == code) & values.notna().any(axis=1), "year"]
            if len(years):
                assert pd.isna(entry["from_year"]) or years.min() >= entry["from_year"], path
                assert pd.isna(entry["to_year"]) or years.max() <= entry["to_year"], path


def test_chongqing_is_the_sum_of_its_parts(concordance):
    census = pd.read_csv(RAW / "census_industry_prefecture.csv", dtype={"city_code": str})
    numeric = [c for c in census.select_dtypes("number").columns if c != "year"]
    result, _ = harmonise_codes(census, concordance, additive=numeric)
    row = result[(result["city_code"] == "500000") & (result["year"] == 2020)]
    # 25 379 470 + 6 674 690: the whole municipality's 32.05 million of the seventh census.
    assert row["census_population"].tolist() == [32_054_160.0]


def test_recode_drop_and_order(concordance):
    frame = toy(("652100", 2001, 2.0), ("110000", 2001, 1.0), ("421002", 1992, 3.0))
    result, dropped = harmonise_codes(frame, concordance)
    assert result.to_dict("list") == {
        "city_code": ["110000", "650400"],
        "year": [2001, 2001],
        "output": [1.0, 2.0],
    }
    assert dropped["city_code"].tolist() == ["421002"]
    assert dropped["kind"].tolist() == ["merged"]


def test_two_codes_with_different_values_are_refused(concordance):
    frame = toy(("110000", 2020, 1.0), ("110100", 2020, 2.0))
    with pytest.raises(ValueError, match=r"city_code 110000, year 2020, column output.*110100"):
        harmonise_codes(frame, concordance)


def test_two_codes_with_the_same_value_become_one_row_and_are_reported(concordance):
    frame = toy(("110100", 2020, 1.0), ("110000", 2020, 1.0))
    result, dropped = harmonise_codes(frame, concordance)
    assert result["city_code"].tolist() == ["110000"]
    assert dropped["city_code"].tolist() == ["110100"]
    assert dropped["reason"].iloc[0].startswith("repeats the unit's row")


def test_a_value_beside_a_missing_one_is_a_difference(concordance):
    frame = toy(("110000", 2020, None), ("110100", 2020, 2.0))
    with pytest.raises(ValueError, match="expected one value"):
        harmonise_codes(frame, concordance)


def test_parts_are_added_only_where_the_column_is_additive(concordance):
    frame = toy(("500100", 2020, 1.0), ("500200", 2020, 2.0))
    with pytest.raises(ValueError, match="not named as additive"):
        harmonise_codes(frame, concordance)
    result, dropped = harmonise_codes(frame, concordance, additive=["output"])
    assert result["output"].tolist() == [3.0]
    assert dropped.empty


def test_shares_of_parts_are_not_added_up(concordance):
    """The guard holds where tables are corrected: amounts add up by the package, shares do not."""
    names = read_table(PACKAGE.tables["city_names"])
    errata = pd.DataFrame(columns=["table", "key", "column", "source_value", "used_value"])
    empty = dict.fromkeys(PACKAGE.tables["city_accounts"].columns)
    rows = [
        {**empty, "city_code": code, "year": 2020, "gdp_100m_yuan": 10.0 * part}
        for part, code in enumerate(["500100", "500200"], start=1)
    ]
    accounts = pd.DataFrame(rows).astype({name: float for name in list(empty)[2:]})
    tables = {"city_names": names, "city_accounts": accounts}
    corrected, _ = correct_tables(tables, PACKAGE, errata, concordance)
    assert corrected["city_accounts"]["gdp_100m_yuan"].tolist() == [30.0]
    accounts["primary_share_pct"] = [10.0, 20.0]
    with pytest.raises(ValueError, match=r"primary_share_pct.*not named as additive"):
        correct_tables(tables, PACKAGE, errata, concordance)


def test_a_figure_outside_the_codes_years_is_refused(concordance):
    """Laiwu was merged into Jinan in 2019: an empty row after 2018 is left out, a figure stops."""
    frame = toy(("371200", 2018, 1.0), ("371200", 2019, None)).assign(imputed=0)
    result, dropped = harmonise_codes(frame, concordance, flags=["imputed"])
    assert result.empty
    assert dropped["reason"].str.startswith("no values, outside its years").tolist() == [
        False,
        True,
    ]
    frame.loc[1, "output"] = 2.0
    with pytest.raises(ValueError, match=r"371200, year 2019, column output: a value is given"):
        harmonise_codes(frame, concordance, flags=["imputed"])


def test_a_missing_part_leaves_the_sum_missing(concordance):
    frame = toy(("500100", 2020, 1.0), ("500200", 2020, None))
    result, _ = harmonise_codes(frame, concordance, additive=["output"])
    assert result["output"].isna().all()


def test_pairs_are_harmonised_column_by_column(concordance):
    pairs = pd.DataFrame({"origin": ["110100"], "destination": ["120100"], "flow": [0.5]})
    first, _ = harmonise_codes(pairs, concordance, "origin", other_keys=["destination"])
    second, _ = harmonise_codes(first, concordance, "destination", other_keys=["origin"])
    assert second.iloc[0].tolist() == ["110000", "120000", 0.5]


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        (toy(("999999", 2001, 1.0)), "999999.*neither a unit"),
        (
            toy(("110000", 2001, 1.0), ("110000", 2001, 2.0)),
            "110000, year 2001 appears twice",
        ),
        (pd.DataFrame({"year": [2001]}), "no column city_code"),
    ],
)
def test_bad_tables_are_refused_with_a_sentence(frame, sentence, concordance, units):
    with pytest.raises(ValueError, match=sentence):
        harmonise_codes(frame, concordance, units=units)


GOOD = {
    "source_code": "110100",
    "city_code": "110000",
    "kind": "municipality",
    "treatment": "recode",
    "from_year": "",
    "to_year": "",
    "reason": "r",
    "source": "s",
}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kind": "other"}, "row 2, column kind: 'other'"),
        ({"treatment": "guess"}, "row 2, column treatment: 'guess'"),
        (
            {"treatment": "drop"},
            "row 2, column city_code: '110000' with treatment drop",
        ),
        ({"city_code": ""}, "row 2, column city_code: '' with treatment recode"),
        (
            {"source_code": "1101"},
            "row 2, column source_code: '1101'; expected six digits",
        ),
        ({"to_year": "20x1"}, "row 2, column to_year: '20x1'"),
        ({"reason": ""}, "row 2, column reason: empty"),
    ],
)
def test_a_damaged_concordance_is_refused(tmp_path, change, sentence):
    path = tmp_path / "code_concordance.csv"
    pd.DataFrame([GOOD | change]).to_csv(path, index=False)
    with pytest.raises(ValueError, match=sentence):
        read_concordance(path)


def test_a_repeated_code_and_a_missing_column_are_refused(tmp_path):
    path = tmp_path / "code_concordance.csv"
    pd.DataFrame([GOOD, GOOD]).to_csv(path, index=False)
    with pytest.raises(ValueError, match="row 3, column source_code: 110100 appears twice"):
        read_concordance(path)
    pd.DataFrame([GOOD]).drop(columns="kind").to_csv(path, index=False)
    with pytest.raises(ValueError, match="the columns are source_code, city_code, treatment"):
        read_concordance(path)


def test_boundary_changes_name_known_codes_and_hold_their_order(concordance, units):
    changes = pd.read_csv(RAW / "boundary_changes.csv", dtype=str, keep_default_na=False)
    known = units | set(concordance.index) | {"", "510000"}
    assert set(changes["from_code"]) <= known
    assert set(changes["to_code"]) <= known - {""}
    assert (changes["source"].str.len() > 0).all()
    lengths = {"year": 4, "month": 7, "day": 10}
    assert (changes["date"].str.len() == changes["date_precision"].map(lengths)).all()
    key = ["date", "from_code", "to_code"]
    assert changes[key].equals(changes[key].sort_values(key).reset_index(drop=True))
    dated = changes[changes["year_effective_in_tables"] != ""]
    lag = dated["year_effective_in_tables"].astype(int) - dated["date"].str[:4].astype(int)
    # Yearbooks restate the year of the change or the one before, or follow up to two years later.
    assert lag.between(-1, 2).all()
