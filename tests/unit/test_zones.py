"""Zones as data: the files of config/zones, and what a damaged one is told."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from guantian.geography.zones import read_zone, read_zones

ROOT = Path(__file__).parents[2]
ZONES = ROOT / "config" / "zones"
FILES = sorted(ZONES.glob("*.yaml"))


@pytest.fixture(scope="module")
def names():
    return pd.read_csv(ROOT / "data" / "raw" / "city_names.csv", dtype=str).set_index("city_code")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_zone_is_sound(path, names):
    zone = read_zone(path, units=set(names.index))
    assert len(zone.codes) >= 3
    assert 2005 <= zone.year <= 2020


def test_there_are_ten_zones_or_more():
    zones = read_zones(ZONES)
    assert len(zones) >= 10
    assert list(zones) == sorted(zones)


def test_names_agree_with_the_table_of_cities(names):
    # The table's spelling varies (Fu zhou, Ma’Anshan): letters only are compared.
    plain = names["name_en"].str.replace(r"[^a-z]", "", case=False, regex=True).str.lower()
    differ = set()
    for zone in read_zones(ZONES).values():
        for member in zone.members:
            ours = member.name_en.split(" (")[0].lower().replace("'", "")
            known = plain[member.code]
            if isinstance(known, str) and known and not known.startswith(ours):
                differ.add(member.name_en)
    # The table writes Qiqihaer and Liuan.
    assert differ == {"Qiqihar", "Lu'an"}


def test_the_study_zone():
    zone = read_zone(ZONES / "guanzhong_tianshui.yaml")
    assert zone.codes == [
        "610100",
        "610200",
        "610300",
        "610400",
        "610500",
        "611000",
        "620500",
    ]
    assert (zone.approved, zone.core) == ("2009-06-25", "610100")
    (shangluo,) = [member for member in zone.members if member.part]
    assert shangluo.code == "611000"
    for county in ("Shangzhou", "Luonan", "Danfeng", "Zhashui"):
        assert county in shangluo.note


def change(**fields):
    content = yaml.safe_load((ZONES / "guanzhong_tianshui.yaml").read_text(encoding="utf-8"))
    content.update(fields)
    return {key: value for key, value in content.items() if value != "remove"}


XIAN = {"code": "610100", "name_en": "Xi'an"}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"source": "remove"}, "zone.yaml: no field source"),
        ({"colour": "red"}, "zone.yaml: unknown field colour"),
        ({"id": "other"}, "field id: 'other'; expected 'zone'"),
        ({"kind": "park"}, "field kind: 'park'"),
        ({"core": "110000"}, "field core: 110000 is no member"),
        ({"core": 610100}, "field core: 610100; expected text in quotes"),
        (
            {"approved": "2009-06"},
            "field approved: '2009-06'; expected an ISO date to the day",
        ),
        ({"approved": "2009-13-01"}, "field approved: '2009-13-01'"),
        ({"approved": "9999-01-01"}, "9999-01-01 lies ahead"),
        ({"approved_precision": "week"}, "field approved_precision: 'week'"),
        ({"members": []}, "field members: expected a list"),
        ({"members": [XIAN, XIAN]}, "member 2: 610100 stands twice"),
        ({"members": [{"code": "610100"}]}, "member 1: expected code and name_en"),
        (
            {"members": [XIAN | {"code": 610100}]},
            "member 1, field code: 610100; expected six",
        ),
        ({"members": [XIAN | {"code": "999999"}]}, "member 1: 999999 is no unit"),
        ({"members": [XIAN | {"part": True}]}, "member 1: part without note"),
        (
            {"members": [XIAN | {"part": "yes"}]},
            "member 1: expected true or false as part",
        ),
        ({"members": [XIAN | {"size": 1}]}, "member 1: unknown field size"),
        ({"notes": "text"}, "field notes: expected a list"),
    ],
)
def test_a_damaged_zone_is_refused(tmp_path, names, fields, sentence):
    path = tmp_path / "zone.yaml"
    content = change(**({"id": "zone"} | fields))
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(ValueError, match=sentence):
        read_zone(path, units=set(names.index))


def test_a_file_that_is_no_yaml_is_refused(tmp_path):
    path = tmp_path / "zone.yaml"
    path.write_text("id: [", encoding="utf-8")
    with pytest.raises(ValueError, match=r"zone\.yaml: not readable as YAML"):
        read_zone(path)
    path.write_bytes(b"id: \xff\xfe")
    with pytest.raises(ValueError, match=r"zone\.yaml: not readable as YAML"):
        read_zone(path)
    path.write_text("text", encoding="utf-8")
    with pytest.raises(ValueError, match="expected the fields id"):
        read_zone(path)
