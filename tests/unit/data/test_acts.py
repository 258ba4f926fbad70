"""The acts on record: read strictly, picked by their ids."""

from pathlib import Path

import pandas as pd
import pytest

from guantian.data.acts import Act, pick_acts, read_acts

HEADER = "id,date,kind,act,members,source\n"


def test_the_studys_acts(root):
    acts = read_acts(root / "data/raw/acts.csv")
    assert acts["time"].is_monotonic_increasing
    plan = acts.set_index("id").loc["zone_plan"]
    assert plan["kind"] == "plan" and 2009.4 < plan["time"] < 2009.5


def test_every_act_names_where_it_can_be_read(root):
    """A page or the number of a document; one act could not be confirmed, and says so."""
    acts = read_acts(root / "data/raw/acts.csv").set_index("id")
    cited = acts["source"].str.contains(r"\w\.(?:cn|com|cc)\b|〔\d{4}〕")
    assert acts.index[~cited].tolist() == ["guanzhong_declaration"]
    assert acts.at["guanzhong_declaration", "source"].startswith("not confirmed")


def test_openings_with_a_station_in_the_zone_are_complete(root):
    acts = read_acts(root / "data/raw/acts.csv").set_index("id")
    lines = acts[acts["kind"] == "railway"]
    assert lines["date"].tolist() == [
        "2010-02-06",
        "2013-12-28",
        "2014-07-01",
        "2017-07-09",
        "2020-12-26",
    ]
    assert lines.at["fast_rail_north", "members"] == "610100 610500"
    assert lines.at["fast_rail_yinchuan", "members"] == "610100 610400"


def test_railways_stop_where_fast_trains_ran(root):
    """Members of the lines open by March 2016 are the zone's cities with fast trains, no others."""
    acts = read_acts(root / "data/raw/acts.csv")
    lines = acts[(acts["kind"] == "railway") & (acts["date"] < "2016-03")]
    cities = set(acts.set_index("id").at["zone_plan", "members"].split())
    codes = ["origin_code", "destination_code"]
    trains = pd.read_csv(
        root / "data/raw/city_pair_fast_trains_2016.csv", dtype=dict.fromkeys(codes, str)
    )
    inside = trains[trains[codes].isin(cities).all(axis=1)]
    assert set(" ".join(lines["members"]).split()) == set(inside["origin_code"])
    west = set(acts.set_index("id").at["fast_rail_west", "members"].split())
    assert len(inside[inside[codes].isin(west).all(axis=1)]) == len(west) * (len(west) - 1)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a,2009-13,plan,A,,record", "date '2009-13'"),
        ("a,2009-06,wish,A,,record", "kind is 'wish'"),
        ("a,2009-06,plan,A,,", "no source"),
        ("a,2009-06,plan,A,61010,record", "member is '61010'"),
        (",2009-06,plan,A,,record", "id '' is empty"),
        ("a,2009-06,plan,A,,record\na,2010-06,plan,B,,record", "id 'a' is empty or appears twice"),
    ],
)
def test_wrong_acts_are_named(tmp_path: Path, row, said):
    path = tmp_path / "acts.csv"
    path.write_text(f"{HEADER}{row}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=said):
        read_acts(path)


def test_acts_are_picked_by_id(tmp_path: Path):
    path = tmp_path / "acts.csv"
    rows = "b,2010-02-06,railway,Line opens,610100 610500,r\na,2009-06,plan,Plan,,r\n"
    path.write_text(HEADER + rows, encoding="utf-8")
    acts = read_acts(path)
    assert pick_acts(acts, ["b"]) == [Act("b", 2010, ("610100", "610500"), "Line opens")]
    with pytest.raises(ValueError, match="'c' is not among a, b"):
        pick_acts(acts, ["c"])
    with pytest.raises(ValueError, match="'a' names no city"):
        pick_acts(acts, ["a"])


def test_a_zone_has_the_acts_that_name_its_cities(raw_folder):
    """Another zone has no plan of Guanzhong–Tianshui, and no framework of its provinces."""
    from guantian.data.acts import acts_of

    acts = read_acts(raw_folder / "acts.csv")
    assert len(acts_of(acts, ["610100", "620500"])) == len(acts)
    assert acts_of(acts, ["370500", "371600"]).empty
    of_one = acts_of(acts, ["620500"])
    assert 0 < len(of_one) < len(acts)
    assert all("620500" in members or not members for members in of_one["members"])
