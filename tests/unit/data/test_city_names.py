"""English names of cities: complete, unique, right, and put in place at correction."""

import pytest

from guantian.data.correct import name_cities
from guantian.data.read import read_table
from guantian.errors import DataError

# What the source prints wrongly, of each kind.
RIGHT = {
    "220200": "Jilin City",
    "632500": "Hainan Tibetan Autonomous Prefecture",
    "652800": "Bayingolin Mongol Autonomous Prefecture",
    "522300": "Qianxinan Buyei and Miao Autonomous Prefecture",
    "361000": "Fuzhou (Jiangxi)",
    "350100": "Fuzhou (Fujian)",
    "410100": "Zhengzhou",
    "440800": "Zhanjiang",
    "640100": "Yinchuan",
    "640400": "Guyuan",
    "654300": "Altay Prefecture",
    "230800": "Jiamusi",
    "630200": "Haidong",
    "540300": "Qamdo",
    "540400": "Nyingchi",
    "540500": "Shannan",
    "370800": "Jining",
    "341500": "Lu'an",
    "141100": "Lüliang",
    "419001": "Jiyuan",
    "610800": "Yulin (Shaanxi)",
    "450900": "Yulin (Guangxi)",
    "610100": "Xi'an",
}


@pytest.fixture(scope="module")
def tables(package):
    return {name: read_table(package.tables[name]) for name in ("city_names", "city_names_en")}


def test_every_city_has_one_name_of_its_own(corrected):
    names = corrected[0]["city_names"].set_index("city_code")["name_en"]
    assert names.notna().all() and names.is_unique and len(names) == 371
    assert names.str.fullmatch(
        r"[A-Z][A-Za-zü']+( [A-Z]?[A-Za-z]+)*( \([A-Z][a-z]+( [A-Z][a-z]+)?\))?"
    ).all()
    assert {code: names[code] for code in RIGHT} == RIGHT


def test_a_name_that_two_provinces_share_names_its_province(corrected):
    names = corrected[0]["city_names"].set_index("city_code")["name_en"]
    for base in ("Fuzhou", "Suzhou", "Taizhou", "Yichun", "Yulin"):
        same = names[names.str.startswith(base)]
        assert len(same) == 2 and same.str.fullmatch(rf"{base} \(\w+\)").all()


def test_pinyin_has_an_apostrophe_before_a_vowel_within_a_name(corrected):
    """ISO 7098: a syllable that begins with a, o or e inside a name is set off (Xi'an, Pu'er)."""
    names = corrected[0]["city_names"].set_index("city_code")[["name_zh", "name_en"]]
    inside = names[names["name_zh"].str.contains("^.+[安洱鞍]", regex=True)].drop("152200")
    assert len(inside) == 12  # without Hinggan, which is Mongolian
    assert inside["name_en"].str.contains("'").all()
    marked = names[names["name_en"].str.contains("'")]
    assert marked["name_en"].str.contains(r"[a-z]'[aoe]").all()


def test_nothing_but_the_english_names_changes(tables, corrected):
    raw, named = tables["city_names"], corrected[0]["city_names"]
    others = [column for column in raw if column != "name_en"]
    assert named[others].equals(raw[others])


def test_names_are_those_of_the_zones(corrected, root):
    """A zone's file may shorten a name, never give another."""
    import yaml

    names = corrected[0]["city_names"].set_index("city_code")["name_en"]
    for path in sorted((root / "config" / "zones").glob("*.yaml")):
        for member in yaml.safe_load(path.read_text("utf-8"))["members"]:
            stem = member["name_en"].split(" (")[0]
            assert names[member["code"]].startswith(stem), (path.name, member)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda table: table.iloc[1:], "no row of the city 110000"),
        (lambda table: table.assign(name_en="Beijing"), "'Beijing' names two cities"),
        (lambda table: table.assign(name_at_source="Peking"), "'Peking' is not what city_names"),
    ],
)
def test_a_table_of_names_that_does_not_fit_is_refused(tables, change, said):
    with pytest.raises(DataError, match=said):
        name_cities({**tables, "city_names_en": change(tables["city_names_en"])})
