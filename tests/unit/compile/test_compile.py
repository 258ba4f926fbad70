"""Raw tables from their sources: each module on a small extract, and the comparison itself."""

import io
import subprocess
import zipfile

import numpy as np
import pandas as pd
import pytest

from audit.compile import (
    bulletins,
    census,
    csmar_copies,
    elites,
    investment,
    promotion,
    retail,
    single,
    thesis,
)
from audit.compile.__main__ import MODULES, main, rebuild
from audit.compile.checkout import SourceMissingError, reader
from audit.compile.compare import compare
from audit.compile.shape import rounded


def files(**contents):
    """Stand for a checkout: path (slashes as two underscores) to content."""
    table = {name.replace("__", "/"): content for name, content in contents.items()}

    def read(path):
        for name, content in table.items():
            if path.endswith(name.replace("·", ".")):
                return content if isinstance(content, bytes) else content.encode("utf-8-sig")
        raise AssertionError(path)

    return read


def dta(frame):
    buffer = io.BytesIO()
    frame.to_stata(buffer, write_index=False, version=118)
    return buffer.getvalue()


def rows(frame):
    return frame.astype("object").where(frame.notna(), None).to_numpy().tolist()


def test_accounts_are_copied_with_their_names_and_digits():
    head = ",".join(csmar_copies.ACCOUNTS.values())
    labour = ",".join(csmar_copies.LABOUR.values())
    gap = "," * (len(csmar_copies.LABOUR) - 3)
    people = "province,province_id,city,city_id,year,urban_population,total_population"
    names = f"{people}\n陕西省,610000,西安市,610100,2008,5,8\n"
    xian, lights = "610100,2008", "city_id,year,total_sol,urban_sol"
    made = csmar_copies.tables(
        files(
            **{
                "CRE_Gdpct.csv": f"{head},Ctnm_en\n{xian},123.45678901,,,,,,,,12.5,Xi'an(city) \n",
                "CRE_Eplwagct.csv": f"{labour}\n610100,1989,1{gap}\n610100,1990,2{gap}\n",
                "CRE_Pi01.csv": "Prvcnm_id,Sgnyea,Pi0101\n610000,2008,106.4\n610000,2009,\n",
                "population_by_year_by_class_by_city.csv": names,
                "sol_by_year_by_class_by_city.csv": f"{lights}\n{xian},9,7\n",
                "class_area_by_city_by_year.csv": f"city_id,year,12,13\n{xian},,3.25\n",
            }
        )
    )
    account = rows(made["city_accounts"])[0]
    assert account[:3] == ["610100", 2008, 123.4568] and account[-1] == 12.5
    assert rows(made["city_population_labour"])[0][:3] == ["610100", 1990, 2]
    assert rows(made["province_cpi"]) == [["610000", 2008, 106.4]]
    assert rows(made["city_remote_sensing"]) == [["610100", 2008, 9, 7, 8, 5, None, 3.25]]
    assert rows(made["city_names"]) == [["610100", "西安市", "610000", "陕西省", "Xi'an"]]


def test_persons_become_cities_and_a_fill_value_becomes_a_gap():
    text = (
        "city\tyear\tpos\tpromotion\treal\tplanFaced\tplanMade\tplanMadeNm\n"
        "130100\t2006\t1\t0\t13.4\t10\t12.05\t1\n"
        "130100\t2006\t0\t1\t13.4\t10\t12.05\t1\n"
        "130100\t2013\t1\t0\t9.5\t8\t2.9\t0\n"
    )
    made = promotion.tables(files(**{"promotion.csv": text}))["city_growth_targets"]
    assert rows(made) == [
        ["130100", 2006, 13.4, 12.05, 10, 0, 1],
        ["130100", 2013, 9.5, None, 8, 0, None],
    ]


def test_counties_from_wide_to_long_and_from_the_archive():
    text = (
        "countycode,citycode,reggdp2001,reggdp_primary2001,reggdp2011,reggdp_primary2011,"
        "reggdp2021,reggdp_primary2021\n"
        "610102,610100,,,3798900,,6399600,\n"
        "110101,110000,1,1,1,1,1,1\n"
    )
    foreign = "Sgnyea,Ctnm_id,Fict03\n1992,120000,23138\n1993,120000,\n"
    made = thesis.tables(files(**{"CRE_Finvstct.csv": foreign, "CleanData_wide.csv": text}))
    assert rows(made["city_fdi"]) == [["120000", 1992, 23138]]
    assert rows(made["county_gdp"]) == [
        ["610102", "610100", 2011, 3798900, None],
        ["610102", "610100", 2021, 6399600, None],
    ]
    frame = pd.DataFrame({name: [1234567.0] for name in thesis.PANEL.values()})
    frame = frame.assign(regionid=610102.0, year=2011.0, citycode=610100.0, county="新城区")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("Do/ADM3_version2.dta", dta(frame))
    made = thesis.history(files(**{"DataDoFile.zip": archive.getvalue()}))["county_panel"]
    assert rows(made)[0][:5] == ["610102", 2011, "610100", "新城区", 1234570]


def test_leaders_without_names_and_reports_with_topics():
    leaders = pd.DataFrame({name: ["3"] for name in elites.LEADERS.values()})
    leaders = leaders.assign(cityid=130100.0, year=1999.0, msec="a name")
    topics = pd.DataFrame({f"G20_topic{number}": [0.123456, np.nan] for number in range(20)})
    topics = topics.assign(cityid=130100.0, year=[2005.0, 2006.0], laws=[130.0, np.nan])
    made = elites.tables(
        files(**{"citypanel_base.dta": dta(leaders), "econ_panel.dta": dta(topics)})
    )
    assert rows(made["city_leaders"]) == [["130100", 1999, *[3] * 8]]
    (report,) = rows(made["city_work_report_topics"])
    assert report[:3] == ["130100", 2005, 0.12346] and report[-1] == 130


def test_amounts_of_investment():
    head = "city_code,year," + ",".join(investment.AMOUNTS.values())
    text = f"{head}\n610100,2008,1234.56789,1,2,,\n"
    made = investment.tables(files(**{"china_city_panel_real.csv": text}))
    assert rows(made["city_investment_fiscal"]) == [["610100", 2008, 1234.568, 1, 2, None, None]]


def test_bulletins_residents_and_the_other_vintage():
    sectors = pd.DataFrame({name: [1.23456789] * 3 for name in bulletins.SECTORS.values()})
    sectors = sectors.assign(
        城市代码=[610100.0, 610100.0, np.nan], 年度标识=[2021.0, 2022.0, 2022.0], 城市名称="西安市"
    )
    assert rows(bulletins.accounts(sectors)) == [["610100", 2022, *[1.234568] * 4]]
    residents = pd.DataFrame({name: [8.0, np.nan] for name in bulletins.RESIDENTS.values()})
    residents = residents.assign(城市代码=610100.0, 年份=2008.0)
    assert rows(bulletins.people(residents)) == [["610100", 2008, 8, 8]]
    growth = pd.DataFrame(
        {"城市": ["西安市", "某市"], "年份": 2022.0, "名义GDP": 9.0, "GDP指数": 104.4}
    )
    made = bulletins.vintage(growth, sectors)
    assert made["year"].tolist() == [2021, 2022]
    assert made["gdp_index_previous_year_100"].iloc[1] == 104.4
    assert made["gdp_of_sector_table_100m_yuan"].tolist() == [1.235, 1.235]


def test_census_rows_by_their_codes():
    headers = {headers[1] for headers in census.INDUSTRIES.values()}
    frame = pd.DataFrame({name: [1, 2, 3, 4] for name in [*headers, census.TOTAL, "人口数_合计"]})
    frame = frame.assign(区划代码=["全国", 610000, 610100, 610102])
    made = census.industries(frame, 2020)
    assert made["code"].tolist() == ["610000", "610100", "610102"]
    assert made["agriculture"].tolist() == [2, 3, 4]


def test_single_tables():
    prices = pd.DataFrame({"year": [2003.0], "index": [98.3], "city": "上海", "indexname": "食品"})
    made = single.retail_prices(files(**{"合并.dta": dta(prices)}))["province_retail_prices"]
    assert rows(made) == [["310000", 2003, "food", 98.3]]
    land = pd.DataFrame({"City_Code": [1301.0], "Year": [2003.0], "inv1_per": 1.5, "land_per": 0.0})
    made = single.infrastructure(files(**{"subway_analysis_use.dta": dta(land)}))
    assert rows(made["city_infrastructure_land"]) == [["130100", 2003, 1.5, 0]]
    words = ",cities,lat,long,d1,d2,d3,x\n0,怀宁,30.7,116.8,-0.1,0.2,0.3,Z\n"
    made = single.dialects(files(**{"cn_tax.csv": words}))["dialect_points"]
    assert rows(made) == [["怀宁", 30.7, 116.8, -0.1, 0.2, 0.3]]
    debt = pd.DataFrame(
        {
            "地区代码": [440000, 440100, 110000],
            "年份": 2007,
            "城投平台有息债务亿元": [1.0, 2.0, 3.0],
            "地区名称": ["广东省", "广州市", "北京市"],
        }
    )
    assert single.debt(debt)["region_code"].tolist() == ["440100", "110000"]


def test_retail_is_made_nominal_with_the_other_tables_output():
    """5 of real sales, real output 20, nominal output 40: 10."""
    frame = pd.DataFrame({"cityid": [130100.0], "year": 2003.0, "GDP": 20.0})
    frame = frame.assign(Retail=5.0, Industry=8.0)
    made = retail.tables(
        files(**{"JPART.dta": dta(frame)}),
        files(**{"china_city_panel_real.csv": "city_code,year,gdp_100m\n130100,2003,40\n"}),
    )
    assert rows(made["city_retail"]) == [["130100", 2003, 10, 16]]


def test_degrees_of_networks():
    text = "cityId,SM_degree,Mob_degree,Pub_degree\n110100,414486000,6160691,35119\n"
    made = single.networks(files(**{"CN_Public.csv": text}))["city_network_degrees"]
    assert rows(made) == [["110100", 414486000, 6160691, 35119]]


def test_the_comparison_sees_values_gaps_and_rows():
    raw = pd.DataFrame(
        {"code": ["a", "b", "c"], "year": 2000, "x": [1.0, np.nan, 3.0], "t": ["u", None, "w"]}
    )
    same = compare(raw.copy(), raw, "t", ["code", "year"])
    assert (same["cells"] == same["equal"]).all() and (same["first_difference"] == "").all()
    near = raw.assign(x=raw["x"] * (1 + 1e-8))
    assert (compare(near, raw, "t", ["code", "year"])["equal"] == [3, 3, 3]).all()
    other = raw.assign(x=[1.0, 2.0, 3.001], t=["u", "v", "w"]).iloc[:3]
    found = compare(other, raw, "t", ["code", "year"]).set_index("column")
    assert found.loc["x", ["cells", "equal"]].tolist() == [3, 1]
    assert found.at["x", "first_difference"] == "b, 2000: 2.0 at source, nan here"
    assert found.at["t", "equal"] == 2
    found = compare(raw.iloc[:2], raw, "t", ["code", "year"]).set_index("column")
    assert found.loc["code year", ["cells", "equal"]].tolist() == [3, 2]
    assert "c, 2000: row of one side only" in found.at["code year", "first_difference"]


def test_numbers_are_rounded_to_significant_digits():
    table = rounded(pd.DataFrame({"x": [123.45678901, np.nan, 1e-9]}), 6)
    assert table["x"].tolist()[0] == 123.457 and np.isnan(table["x"].iloc[1])


@pytest.fixture
def repository(tmp_path):
    """A repository with one file in two versions, the first of which is wanted."""
    folder = tmp_path / "owner" / "name"
    folder.mkdir(parents=True)
    order = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run([*order, "init", "-q"], check=True)
    for text in ("first", "second"):
        (folder / "file.csv").write_text(text, encoding="utf-8")
        subprocess.run([*order, "add", "."], check=True)
        subprocess.run([*order, "commit", "-qm", text], check=True)
    log = subprocess.run([*order, "log", "--format=%H"], check=True, capture_output=True, text=True)
    return tmp_path, log.stdout.split()


def test_files_are_read_at_the_commit_whatever_is_checked_out(repository):
    folder, (second, first) = repository
    assert reader(folder, "owner/name", first)("file.csv") == b"first"
    assert reader(folder, "owner/name", second)("file.csv") == b"second"
    with pytest.raises(SourceMissingError, match=r"does not have other\.csv"):
        reader(folder, "owner/name", first)("other.csv")
    with pytest.raises(SourceMissingError, match="has no checkout of owner/another"):
        reader(folder, "owner/another", first)


def test_every_source_is_made_or_named(root, tmp_path, capsys):
    found = dict(rebuild(tmp_path, root / "data"))
    assert set(MODULES) <= set(found)
    assert all(isinstance(said, str) for said in found.values())
    assert main([str(tmp_path), str(root / "data")]) == 2
    assert "0 columns compared" in capsys.readouterr().out
