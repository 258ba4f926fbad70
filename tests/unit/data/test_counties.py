"""Counties on constant territory: by hand on small events, and on what is known of real ones."""

import numpy as np
import pandas as pd
import pytest

from guantian.data.counties import _mark, build_counties, codebook, zone_counties
from guantian.data.territory import DECISIONS, constant_territory, read_decisions, stem
from guantian.errors import DataError
from guantian.geography.counties import county_neighbours, read_counties

ZONE = ["610100", "610200", "610300", "610400", "610500", "611000", "620500"]
PLAN = {"611000": ["611002", "611021", "611022", "611026"]}
NONE = pd.DataFrame(columns=DECISIONS)


@pytest.fixture(scope="module")
def counties(corrected, raw_folder):
    decisions = read_decisions(raw_folder / "county_territory.csv")
    return build_counties(corrected[0], decisions, ZONE, PLAN)


@pytest.fixture(scope="module")
def panel(counties):
    return counties.panel


def toy(*events, names=("甲区", "乙区", "丙县"), first=(2000, 2000, 2000)):
    """Counties of one city and events of it: (year, type, names, old, new)."""
    units = pd.DataFrame(
        {
            "county_code": [f"99010{number}" for number in range(1, len(names) + 1)],
            "city_code": "990100",
            "county_name_zh": names,
            "first_year": first,
        }
    )
    columns = ["event_id", "year", "event_type", "county_names"]
    columns += ["old_county_units", "new_county_units"]
    rows = [(f"E{number}", *event) for number, event in enumerate(events)]
    table = pd.DataFrame(rows, columns=columns).assign(prefecture_names="某市")
    return constant_territory(units, table, NONE, {"某市": "990100"}, (2000, 2020))


def read(territory):
    table = territory.events
    return [(r.action, r.county_code, r.role) for r in table.itertuples()]


def test_a_new_name_is_no_change_of_territory():
    territory = toy((2005, "abolish_or_merge", "丙市、丙县", "丙市", "丙县"))
    assert territory.events.empty
    assert territory.units.tolist() == ["990101", "990102", "990103"]


def test_a_district_that_began_makes_one_unit_with_its_parent():
    territory = toy(
        (2005, "jurisdiction_transfer", "甲区、乙区", "", "乙区"), first=(2000, 2005, 2000)
    )
    assert read(territory) == [
        ("split", "990101", "continuing"),
        ("split", "990102", "created"),
    ]
    assert territory.units.tolist() == ["990101", "990101", "990103"]


def test_a_unit_without_a_row_that_ended_leaves_its_successors_years_before():
    territory = toy((2005, "merge", "甲区、丁区", "甲区、丁区", "甲区"))
    assert read(territory) == [("absorbed", "990101", "continuing")]
    assert territory.units.nunique() == 3


def test_what_ended_is_followed_through_later_events():
    """丁区 became 丁新区 in 2003 and went to 甲区 in 2010; in 2002 it had taken from 丙县."""
    territory = toy(
        (2002, "jurisdiction_transfer", "丙县、丁区", "丙县", "丁区"),
        (2003, "rename", "丁区、丁新区", "丁区", "丁新区"),
        (2010, "merge", "甲区、丁新区", "甲区、丁新区", "甲区"),
    )
    assert set(read(territory)) == {
        ("absorbed", "990101", "continuing"),
        ("transfer", "990101", "continuing"),
        ("transfer", "990103", "continuing"),
    }


def test_a_parent_that_is_not_named_is_all_the_districts():
    territory = toy((2005, "establish", "乙区", "", "乙区"), first=(2000, 2005, 2000))
    assert territory.units.tolist() == ["990101", "990101", "990103"]


def test_events_of_the_first_year_and_after_the_last_are_left_out():
    event = ("merge", "甲区、丁区", "甲区、丁区", "甲区")
    assert toy((2000, *event), (2021, *event)).events.empty


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("番禺市", "番禺"),
        ("张家川回族自治县", "张家川"),
        ("黔江土家族苗族自治县", "黔江"),
        ("眉县", "眉县"),
        ("科尔沁左翼中旗", "科尔沁左翼中"),
    ],
)
def test_stems(name, short):
    assert stem(name) == short


@pytest.mark.parametrize(
    ("levels", "marks"),
    [
        ([1.0, 1.1, 1.2, 1.3], {}),
        ([1.0, 1.1, 3.0, 1.3, 1.4], {2002: "spike"}),
        ([1.0, 1.1, 3.0, 3.1, 3.2], {2000: "jump", 2001: "jump"}),
        # two years off, back on the old line: the years before are comparable with those after
        ([1.0, 1.1, 3.0, 3.1, 1.4, 1.5, 1.6], {2002: "jump", 2003: "jump"}),
        # the last year alone: no later year says which side is right, the shorter one goes
        ([1.0, 1.1, 1.2, 3.0], {2003: "jump"}),
        ([1.0, 2.5], {2000: "jump"}),
    ],
)
def test_jumps_and_spikes(levels, marks):
    assert _mark(np.arange(2000, 2000 + len(levels)), np.array(levels)) == marks


def test_a_gap_allows_a_larger_step():
    """Five years without a value: 1 + 0.2 * 5 log points, and no more."""
    years = np.array([2000, 2006, 2007])
    assert _mark(years, np.array([1.0, 2.9, 3.0])) == {}
    assert _mark(years, np.array([1.0, 3.1, 3.2])) == {2000: "jump"}


def test_every_unit_has_every_year_and_no_value_is_invented(panel, corrected):
    raw = corrected[0]["county_panel"]
    assert panel.index.is_unique and panel.index.is_monotonic_increasing
    assert panel.groupby(level="unit_code").size().eq(23).all()
    for column, printed in (
        ("gdp_10k_yuan", "gdp_printed_10k_yuan"),
        ("population_10k", "population_printed_10k"),
        ("lights", "lights"),
    ):
        total = panel.groupby(level="year")[printed].sum()
        expected = raw.groupby("year")[column].sum()
        # Sums of the same numbers in another order: 1e-12 is some thousand last bits.
        np.testing.assert_allclose(total, expected, rtol=1e-12)
    used = panel["gdp_10k_yuan"].dropna()
    assert used.equals(panel.loc[used.index, "gdp_printed_10k_yuan"].rename("gdp_10k_yuan"))
    assert (panel["gdp_10k_yuan"].notna() == (panel["gdp_status"] == "ok")).all()
    assert (panel["population_10k"].notna() == (panel["population_status"] == "ok")).all()


def test_no_step_of_more_than_a_log_point_is_left(panel):
    logs = np.log(panel["gdp_10k_yuan"])
    assert logs.groupby(level="unit_code").diff().abs().max() <= 1.0
    raw = np.log(panel["gdp_printed_10k_yuan"])
    assert (raw.groupby(level="unit_code").diff().abs() > 1).sum() > 50  # after the errata


def test_panyu_and_nansha_are_one_unit(counties):
    """Nansha was made of part of Panyu in 2005."""
    assert counties.territory.units["440115"] == counties.territory.units["440113"] == "440113"
    unit = counties.panel.loc["440113"]
    assert unit["county_codes"].iloc[0] == "440113 440115"


def test_dazu_before_shuangqiao_came_to_it_is_another_territory(panel):
    """4.0 billion yuan in 2010, 23.4 in 2011, when the district of Shuangqiao joined the county."""
    unit = panel.loc["500111"]
    assert unit["gdp_printed_10k_yuan"].loc[2010:2011].tolist() == [400_262.0, 2_338_670.0]
    assert unit["gdp_status"].loc[2008:2012].tolist() == ["territory"] * 3 + ["ok"] * 2
    assert unit["lights"].notna().all()


def test_districts_that_only_changed_their_name_keep_all_years(panel):
    """Tianshui's Qincheng and Beidao became Qinzhou and Maiji in 2004; Fengxiang a district."""
    for code in ("620502", "620503", "610322"):
        status = panel.loc[code, "gdp_status"]
        assert set(status) <= {"ok", "missing"}
    assert panel.loc["620502", "gdp_status"].loc[2000:2021].eq("ok").all()


def test_xixians_counties_are_used_to_2016(panel):
    for code in ("610402", "610404", "610423"):
        unit = panel.loc[code]
        assert unit["gdp_10k_yuan"].loc[2010:2016].notna().all()
        assert (unit["gdp_status"].loc[2017:2021] == "territory").all()
        assert unit["population_10k"].loc[2017:2021].notna().all(), "people stayed on the books"
    own = panel.loc[panel["city_code"] == "610100", "gdp_10k_yuan"].groupby("year")
    xian = own.sum().where(own.count() == own.size())
    # 13 districts and counties: 5 927.9 in 2016 and 10 082.4 in 2021 (100m yuan), without Xixian.
    assert xian.loc[[2016, 2021]].tolist() == [59_278_900.0, 100_824_400.0]
    assert xian.loc[2014:2015].isna().all(), "Huyi is missing before 2016"


def test_the_zone_has_68_counties_and_the_plan_65(panel):
    units = panel.groupby(level="unit_code").first()
    zone = units[units["in_zone"] == 1]
    assert len(zone) == 68 and (zone["counties"] == 1).all()
    assert zone["city_code"].value_counts().to_dict() == {
        "610100": 13,
        "610200": 4,
        "610300": 12,
        "610400": 14,
        "610500": 11,
        "611000": 7,
        "620500": 7,
    }
    plan = units.index[units["in_plan"] == 1]
    assert len(plan) == 65
    assert [code for code in plan if code.startswith("6110")] == PLAN["611000"]


def test_a_county_of_another_city_is_refused(corrected):
    with pytest.raises(DataError, match="610100 has no county 611002"):
        zone_counties(corrected[0]["county_panel"], ["610100"], {"610100": ["611002"]})


def test_decisions_are_read_strictly(tmp_path):
    path = tmp_path / "county_territory.csv"
    header = ",".join(DECISIONS)
    path.write_text(f"{header}\ne,2001,wish,610402,continuing,r,s\n", encoding="utf-8")
    with pytest.raises(DataError, match="row 2, column 'action': 'wish'"):
        read_decisions(path)


def test_the_codebook_describes_every_column(panel):
    book = codebook(panel)
    assert book["variable"].tolist() == panel.columns.tolist()
    assert book["title"].str.len().min() > 0


def test_neighbours(counties, raw_folder):
    boundaries = read_counties(raw_folder / "counties.gpkg")
    assert len(boundaries) == 2848
    # Two districts of Sansha have no boundary.
    assert set(counties.territory.units.index) - set(boundaries.index) == {"460301", "460302"}
    pairs = county_neighbours(boundaries, counties.territory.units)
    assert (pairs["unit_a"] < pairs["unit_b"]).all()
    assert not pairs.duplicated(["unit_a", "unit_b"]).any()
    touching = set(zip(pairs["unit_a"], pairs["unit_b"], strict=True))
    assert ("610402", "610404") in touching, "Qindu and Weicheng"
    assert ("610327", "620523") not in touching and ("610102", "620502") not in touching
    assert ("610327", "620525") in touching, "Long county and Zhangjiachuan, over the border"
    degree = pd.concat([pairs["unit_a"], pairs["unit_b"]]).value_counts()
    assert 5 < degree.mean() < 6.5
    islands = set(counties.territory.units[boundaries.index]) - set(degree.index)
    assert islands == {"210224", "330921", "350527", "440523"}  # Changhai, Daishan, Kinmen, Nan'ao
