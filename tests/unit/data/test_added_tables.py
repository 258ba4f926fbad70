"""The tables added for version 2: what must hold of them, raw and corrected."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from guantian.data.read import read_table

ADDED = {
    "county_panel": 65_550,
    "county_events": 1_431,
    "city_growth_targets_2008_2022": 3_120,
    "city_lgfv_debt": 6_273,
    "leader_spells": 2_837,
    "city_pair_search_travel": 106_219,
    "city_district_sector_employment": 3_645,
    "city_growth_and_sectors": 7_989,
    "city_road_area": 6_715,
    "city_work_report_topics": 3_089,
    "province_trade_shares": 2_883,
    "dialect_points": 930,
    "agreements_found": 7,
}


def test_every_row_is_read_and_none_is_lost(package, corrected):
    tables, dropped = corrected
    lost = dropped["table"].value_counts()
    for name, rows in ADDED.items():
        assert len(read_table(package.tables[name])) == rows, name
        assert len(tables[name]) + lost.get(name, 0) == rows, name
    # Baiyang has no unit of today, Laiwu (2005-2015) was merged into Jinan.
    gone = lost.reindex(list(ADDED)).dropna().to_dict()
    assert gone == {"city_lgfv_debt": 17, "city_work_report_topics": 11}


def test_shares_of_topics_sum_to_one(corrected):
    """Twenty shares printed to five decimals: the sum is off by at most 20 half units."""
    table = corrected[0]["city_work_report_topics"]
    shares = table[[f"topic_{number:02d}" for number in range(20)]]
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=20 * 0.5e-5 + 1e-9)


def test_placeholders_are_no_targets(corrected, package):
    raw = read_table(package.tables["city_growth_targets_2008_2022"])["growth_target_pct"]
    targets = corrected[0]["city_growth_targets_2008_2022"].set_index(["city_code", "year"])
    emptied = targets["growth_target_pct"].isna()
    assert (raw < 3).sum() == emptied.sum() == 9
    assert emptied[("610500", 2020)]


def test_the_provinces_growth_is_no_citys(corrected):
    """Shaanxi grew by 4.3 per cent in 2023, and six of its cities repeat it."""
    table = corrected[0]["city_growth_and_sectors"].set_index(["city_code", "year"])
    index = table["gdp_index_previous_year_100"].xs(2023, level="year")
    known = index[index.index.str.startswith("61")].dropna()
    assert known.to_dict() == {"610100": 105.2, "610600": 101.8, "610700": 104.0, "610800": 104.4}


@pytest.mark.parametrize("year", [2002, 2007, 2012])
def test_the_order_of_provinces_in_trade_shares_is_that_of_geography(corrected, raw_folder, year):
    """The source does not print the order. A province buys most from itself, and less from afar.

    Log shares net of origin and destination fall with log distance; of 200 random orders of the
    provinces none gives as strong a fall, nor half of it.
    """
    table = corrected[0]["province_trade_shares"]
    table = table[(table["year"] == year) & (table["origin"] != "WORLD")]
    wide = table.pivot(index="origin", columns="destination")["share_of_destination_expenditure"]
    own = wide.drop(columns="WORLD").idxmax()
    assert (own == own.index).sum() >= 29

    points = _centres(raw_folder).loc[wide.index]
    gaps = points.to_numpy()[:, None] - points.to_numpy()[None]
    distance = np.hypot(gaps[..., 0], gaps[..., 1])
    logs = np.log(wide[wide.index].to_numpy())
    found = _slope(logs, distance)
    rng = np.random.default_rng(2002)
    orders = [rng.permutation(len(wide)) for _ in range(200)]
    assert found < 2 * min(_slope(logs, distance[np.ix_(o, o)]) for o in orders) < 0


def _slope(logs, distance):
    """Correlation of shares and distance, both net of rows and columns, off the diagonal."""
    off = ~np.eye(len(logs), dtype=bool)
    sides = []
    for matrix in (logs, np.log(np.where(off, distance, 1))):
        net = np.where(off, matrix, np.nan)
        for _ in range(20):
            net = net - np.nanmean(net, axis=1, keepdims=True)
            net = net - np.nanmean(net, axis=0, keepdims=True)
        sides.append(net[off])
    return np.corrcoef(sides)[0, 1]


def _centres(raw_folder):
    """Mean of the centroids of each province's prefectures, in km."""
    shapes = gpd.read_file(raw_folder / "prefectures.gpkg").to_crs("ESRI:102025")
    middle = shapes.centroid
    frame = pd.DataFrame({"x": middle.x / 1e3, "y": middle.y / 1e3})
    return frame.groupby(shapes["code"].str[:2] + "0000").mean()


def test_the_zones_share_of_travel(corrected):
    """Travel inside the zone: 2.14, 2.63 and 2.17 per cent of the index in 2019, 2020, 2023."""
    table = corrected[0]["city_pair_search_travel"]
    zone = ["610100", "610200", "610300", "610400", "610500", "611000", "620500"]
    inside = table["origin"].isin(zone) & table["destination"].isin(zone)
    travel = table[["travel_2019", "travel_2020", "travel_2023"]]
    shares = 100 * travel[inside].sum() / travel.sum()
    assert shares.round(2).tolist() == [2.14, 2.63, 2.17]


def test_travel_and_the_migration_map_agree(corrected):
    """Two compilations of flows between cities: log correlation 0.96."""
    travel = corrected[0]["city_pair_search_travel"].set_index(["origin", "destination"])
    flows = corrected[0]["city_pair_flows_2021h1"]
    flows = flows.set_index(["origin_code", "destination_code"])["flow_index"]
    flows.index.names = travel.index.names
    both = pd.concat([travel["travel_2019"], flows], axis=1, join="inner")
    logs = np.log(both[(both > 0).all(axis=1)])
    assert logs.corr().iloc[0, 1] == pytest.approx(0.96, abs=0.02)


def test_targets_of_both_sources_agree(corrected):
    key = ["city_code", "year"]
    early = corrected[0]["city_growth_targets"].set_index(key)["target_city_pct"]
    late = corrected[0]["city_growth_targets_2008_2022"].set_index(key)["growth_target_pct"]
    gap = (early - late).dropna()
    assert len(gap) > 500 and (gap.abs() < 0.01).mean() > 0.65
    assert gap.abs().median() == 0 and (gap.abs() <= 2).mean() > 0.95


def test_counties_add_up_to_their_cities(corrected):
    """Median 1.00 in the nation; 0.88-1.22 in the zone from 2003 on, where all are known."""
    counties = corrected[0]["county_panel"]
    known = counties.groupby(["city_code", "year"])["gdp_10k_yuan"]
    total = known.sum().where(known.count() == known.size()) / 1e4
    city = corrected[0]["city_accounts"].set_index(["city_code", "year"])["gdp_100m_yuan"]
    ratio = (total / city).dropna()
    assert len(ratio) > 1500
    assert ratio.median() == pytest.approx(1, abs=0.01)
    zone = ratio.loc[(["610100", "610400", "611000", "620500"], slice(2003, 2021))]
    assert len(zone) > 25 and zone.between(0.88, 1.22).all()


def test_districts_are_part_of_their_city(corrected):
    """Employment in the districts is at most the city's, but for what was permuted in 2012-2013."""
    key = ["city_code", "year"]
    districts = corrected[0]["city_district_sector_employment"].set_index(key)["education"]
    city = corrected[0]["city_sector_employment"].set_index(key)["education"]
    ratio = (districts / city).dropna()
    assert len(ratio) > 2000 and (ratio <= 1.02).mean() > 0.97


def test_spells_of_leaders_are_in_order(corrected):
    spells = corrected[0]["leader_spells"]
    ended = spells["last_year"].notna()
    assert (spells.loc[ended, "last_year"] >= spells.loc[ended, "first_year"]).all()
    age = spells["first_year"] - spells["birth_year"]
    assert age.dropna().between(25, 70).mean() > 0.995
