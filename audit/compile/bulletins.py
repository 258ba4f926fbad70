"""biechouwo-coder/G-P: bulletins of 2022-2023, residents, another vintage of output, road area."""

from __future__ import annotations

import pandas as pd

from audit.compile.checkout import Reader
from audit.compile.shape import columns, excel, rounded

REPOSITORY = "biechouwo-coder/G-P"
FOLDER = "原始数据"
SECTORS = {
    "city_code": "城市代码",
    "year": "年度标识",
    "gdp_100m_yuan": "gdp（亿元人民币）",
    "primary_100m_yuan": "第一产业增加值（亿元人民币）",
    "secondary_100m_yuan": "第二产业增加值",
    "tertiary_100m_yuan": "第三产业增加值",
}
RESIDENTS = {
    "city_code": "城市代码",
    "year": "年份",
    "resident_population_10k": "常住人口（万人）",
    "land_area_km2": "行政区域土地面积(平方公里)",
}
# Names were matched to those of today: two cities have another code now, five units no longer are.
# Turpan's sectors are under its former name in all years but one, and were lost.
RECODED = {"469003": "460400", "652100": "650400"}
LOST_NAMES = ("吐鲁番地区",)
NO_LONGER = ("341400", "371200", "542400", "652200", "654100")


def tables(read: Reader) -> dict[str, pd.DataFrame]:
    """Make the three tables that have codes; road area is matched by names and not made here."""
    sectors = excel(read(f"{FOLDER}/2000-2023地级市产业结构 .xlsx"), "面板数据2000-2023")
    residents = excel(read(f"{FOLDER}/298个地级市人口密度1998-2024年无缺失.xlsx"), "面板数据")
    growth = excel(read(f"{FOLDER}/296个地级市GDP相关数据（以2000年为基期）.xlsx"), "Sheet1")
    return {
        "city_accounts_2022_2023": accounts(sectors),
        "city_resident_population": people(residents),
        "city_growth_and_sectors": vintage(growth, sectors),
    }


def accounts(sectors: pd.DataFrame) -> pd.DataFrame:
    """Rows of 2022 and 2023 with a code."""
    known = sectors.dropna(subset=["城市代码", "年度标识"])
    table = columns(known, SECTORS, ("city_code",))
    return rounded(table[table["year"] >= 2022])


def people(residents: pd.DataFrame) -> pd.DataFrame:
    """Rows with a printed resident population, not the column that fills gaps."""
    known = residents.dropna(subset=["城市代码", "年份", "常住人口（万人）"])
    return rounded(columns(known, RESIDENTS, ("city_code",)))


def vintage(growth: pd.DataFrame, sectors: pd.DataFrame) -> pd.DataFrame:
    """Join both workbooks; the first has names, whose codes are those of the second."""
    known = sectors.dropna(subset=["城市代码", "年度标识"])
    key = ["city_code", "year"]
    named = known[~known["城市名称"].isin(LOST_NAMES)]
    right = columns(named, SECTORS, ("city_code",)).set_index(key)
    right = right.rename(columns={"gdp_100m_yuan": "gdp_of_sector_table_100m_yuan"})
    codes = known.drop_duplicates("城市名称").set_index("城市名称")["城市代码"]
    left = growth.dropna(subset=["城市", "年份"])
    left = left.assign(code=left["城市"].map(codes)).dropna(subset=["code"])
    wanted = {
        "city_code": "code",
        "year": "年份",
        "gdp_100m_yuan": "名义GDP",
        "gdp_index_previous_year_100": "GDP指数",
    }
    left = columns(left, wanted, ("city_code",)).set_index(key)
    joined = left.join(right, how="outer").round(3).reset_index()
    joined["city_code"] = joined["city_code"].replace(RECODED)
    joined = joined[~joined["city_code"].isin(NO_LONGER)].sort_values(key, ignore_index=True)
    return joined.dropna(how="all", subset=[name for name in joined if name not in key])
