"""Zones as data: the files of config/zones, and what a damaged one is told."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from guantian.geography.zones import nearest_kin, read_zone, read_zones

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
    assert (zone.approved, zone.published) == ("2009-06-10", "2009-06-25")
    assert zone.core == "610100"
    (shangluo,) = [member for member in zone.members if member.part]
    assert shangluo.code == "611000"
    for county in ("Shangzhou", "Luonan", "Danfeng", "Zhashui"):
        assert county in shangluo.note


def change(**fields):
    content = yaml.safe_load((ZONES / "guanzhong_tianshui.yaml").read_text(encoding="utf-8"))
    del content["study"]
    content.update(fields)
    return {key: value for key, value in content.items() if value != "remove"}


XIAN = {"code": "610100", "name_en": "Xi'an"}
REST = [{"code": "610200", "name_en": "Tongchuan"}, {"code": "620500", "name_en": "Tianshui"}]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"source": "remove"}, "zone.yaml is wrong at source: no value is given; expected text"),
        ({"colour": "red"}, "zone.yaml is wrong at colour: there is no such key"),
        ({"aproved": "2009"}, "at aproved: there is no such key; did you mean 'approved'"),
        ({"id": "other"}, "at id: 'other'; expected 'zone'"),
        ({"kind": "park"}, "at kind: 'park'; expected one of economic_zone, urban_cluster"),
        ({"core": "110000"}, "the core 110000 is no member; expected one of them"),
        ({"core": 610100}, "at core: 610100; expected a code of six digits in quotes"),
        ({"approved": "2009-06"}, "'2009-06'; expected an ISO date to the day"),
        ({"approved": "2009-13-01"}, "'2009-13-01'; expected an ISO date to the day"),
        ({"approved": "9999-01-01"}, "9999-01-01 lies ahead"),
        ({"published": "2009-06-01"}, "published is 2009-06-01; expected no day before 2009-06-10"),
        ({"published": "2009-06"}, "'2009-06'; expected an ISO date to the day"),
        ({"approved_precision": "week"}, "at approved_precision: 'week'; expected one of day"),
        ({"members": []}, "at members: .*; expected a list of 3 or more entries"),
        ({"members": [XIAN, XIAN, *REST]}, "the member 610100 appears twice"),
        (
            {"members": [{"code": "610100"}, *REST]},
            "at members, entry 1, name_en: no value is given",
        ),
        (
            {"members": [XIAN | {"code": 610100}, *REST]},
            "at members, entry 1, code: 610100; expected a code of six digits in quotes",
        ),
        (
            {"members": [XIAN | {"code": "610100\n"}, *REST]},
            "entry 1, code: .*; expected a code of six digits",
        ),
        (
            {"members": [*REST, XIAN, {"code": "999999", "name_en": "Nowhere"}]},
            "members, entry 4, code: 999999 is no unit of today",
        ),
        ({"members": [XIAN | {"part": True}, *REST]}, "entry 1: part without note"),
        (
            {"members": [XIAN | {"part": "yes"}, *REST]},
            "members, entry 1, part: 'yes'; expected true or false",
        ),
        ({"members": [XIAN | {"size": 1}, *REST]}, "entry 1, size: there is no such key"),
        ({"notes": "text"}, "at notes: 'text'; expected a list"),
        ({"study": {"region": ["610000"]}}, "study.region lacks 620000"),
        ({"study": {"region": ["610000", "610000"]}}, "study.region: '610000' appears twice"),
        ({"study": {"border": {"provinces": ["610000"]}}}, "study.border.provinces: .* list of 2"),
        (
            {"study": {"border": {"provinces": ["610000", "510000"]}}},
            "study.border.provinces has 510000; expected the zone's own",
        ),
        (
            {
                "study": {
                    "border": {"provinces": ["610000", "620000"], "exclude_cities": ["510100"]}
                }
            },
            "study.border.exclude_cities has 510100",
        ),
        ({"study": {"centres": ["510100"]}}, "study.centres has 510100, which is no member"),
        ({"study": {"centres": ["610100"] * 2}}, "study.centres: '610100' appears twice"),
        ({"study": {"since": 2020}}, "study.since .2020. must come before study.until .2019."),
        ({"study": {"exclude_provinces": ["610000"]}}, "610000, the province of the core"),
        ({"study": {"centre": ["610100"]}}, "at study.centre: .* did you mean 'centres'"),
    ],
)
def test_a_damaged_zone_is_refused(tmp_path, names, fields, sentence):
    path = tmp_path / "zone.yaml"
    content = change(**({"id": "zone"} | fields))
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(ValueError, match=sentence):
        read_zone(path, units=set(names.index))


def test_what_a_zone_does_not_say_is_derived():
    zones = read_zones(ZONES)
    coast = zones["jiangsu_coastal"].options()
    assert coast.region == ["310000", "320000", "330000", "340000", "370000"]
    assert coast.border is None
    assert (coast.centres, coast.since, coast.until) == (["320600"], 2009, 2019)
    assert (coast.events, coast.exclude_provinces) == ([], [])
    # The two provinces with most members of those that adjoin; the core's first.
    assert zones["lanzhou_xining"].options().border.provinces == ["620000", "630000"]
    middle = zones["yangtze_middle_reaches"]
    assert middle.provinces == ["420000", "360000", "430000"]
    assert middle.options().border.provinces == ["420000", "360000"]
    for zone in zones.values():
        options = zone.options()
        assert set(zone.provinces) <= set(options.region)
        assert set(options.centres) <= set(zone.codes)
        assert options.since < options.until


def test_a_zone_is_compared_with_the_one_that_shares_most_members():
    zones = read_zones(ZONES)
    kin = {name: nearest_kin(zone, zones.values()) for name, zone in zones.items()}
    assert kin["wuhan_city_circle"] == "yangtze_middle_reaches"
    assert kin["guanzhong_plain"] == "guanzhong_tianshui"
    assert kin["jiangsu_coastal"] is None
    assert all(name != other for name, other in kin.items())


def test_dates_of_documents_and_of_publication():
    zones = read_zones(ZONES)
    dates = {
        name: (zones[name].approved, zones[name].published)
        for name in ("guanzhong_tianshui", "guanzhong_plain", "yangtze_middle_reaches")
    }
    assert dates == {
        "guanzhong_tianshui": ("2009-06-10", "2009-06-25"),
        "guanzhong_plain": ("2018-01-09", "2018-01-15"),
        "yangtze_middle_reaches": ("2015-03-26", "2015-04-05"),
    }


def test_a_file_that_is_no_yaml_is_refused(tmp_path):
    path = tmp_path / "zone.yaml"
    path.write_text("id: zone\ncore: [", encoding="utf-8")
    with pytest.raises(ValueError, match=r"zone\.yaml, line 2: not YAML"):
        read_zone(path)
    path.write_bytes(b"id: \xd6\xd0")
    with pytest.raises(ValueError, match=r"zone\.yaml, line 1: not in UTF-8 \(perhaps in GBK\)"):
        read_zone(path)
    path.write_text("text", encoding="utf-8")
    with pytest.raises(ValueError, match="expected the fields id"):
        read_zone(path)
    path.write_text("id: zone\nid: other\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"line 2: the key 'id' appears twice"):
        read_zone(path)
