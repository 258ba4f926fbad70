"""leiii/census: employed persons by industry at the censuses of 2010 and 2020."""

from __future__ import annotations

import pandas as pd

from audit.compile.checkout import Reader
from audit.compile.shape import excel, rounded

REPOSITORY = "leiii/census"
TOTAL = "各种行业人口总计"
# Ours: the header of 2010, the header of 2020. Three headers of 2010 are garbled by line breaks.
INDUSTRIES = {
    "agriculture": ("农林牧渔业", "农林牧渔业"),
    "mining": ("采矿业", "采矿业"),
    "manufacturing": ("制造业", "制造业"),
    "utilities": ("电力、燃气及水的生产和供应业", "电力热力燃气及水生产和供应业"),
    "construction": ("建筑业", "建筑业"),
    "transport_post": ("仓储和邮政业", "交通运输仓储和邮政业"),
    "information": ("交通运输、计算机服务和软件业", "信息传输软件和信息技术服务业"),
    "trade": ("信息传输、批发和零售业", "批发和零售业"),
    "hotels_catering": ("住宿和餐饮业", "住宿和餐饮业"),
    "finance": ("金融业", "金融业"),
    "real_estate": ("房地产业", "房地产业"),
    "leasing_business": ("租赁和商务服务业", "租赁和商务服务业"),
    "research_technical": ("科学研究、技术服务和地质勘察业", "科学研究和技术服务业"),
    "water_environment": ("水利、环境和公共设施管理业", "水利环境和公共设施管理业"),
    "resident_services": ("居民服务和其他服务业", "居民服务修理和其服务业"),
    "education": ("教育", "教育"),
    "health_social": ("卫生、社会保障和社会福利业", "卫生和社会工作"),
    "culture_sports": ("文化、体育和娱乐业", "文化体育和娱乐业"),
    "public_management": ("公共管理和社会组织", "公共管理社会保障和社会组织"),
    "international_organisations": ("国际组织", "国际组织"),
}


def tables(read: Reader) -> dict[str, pd.DataFrame]:
    """Make both tables: prefectures, and the counties of Shaanxi and Gansu."""
    folder = "data/census"
    years = {
        2010: excel(read(f"{folder}/census_county_2010_v1.xlsx"), "Sheet1"),
        2020: excel(read(f"{folder}/census_county_2020_v1.xlsx"), "七普（年鉴）"),
    }
    every = pd.concat([industries(frame, year) for year, frame in years.items()])
    code = every["code"]
    prefectures = code.str.endswith("00") & ~code.str.endswith("0000")
    counties = ~code.str.endswith("00") & code.str.startswith(("61", "62"))
    return {
        "census_industry_prefecture": every[prefectures].rename(columns={"code": "city_code"}),
        "census_industry_county": every[counties].rename(columns={"code": "county_code"}),
    }


def industries(frame: pd.DataFrame, year: int) -> pd.DataFrame:
    """One census: code, population counted, employed in the sample, by industry."""
    frame = frame.rename(columns=lambda name: "".join(str(name).split()))
    which = (2010, 2020).index(year)
    wanted = {
        "census_population": ("合计", "人口数_合计")[which],
        "employed_sample_total": TOTAL,
        **{ours: headers[which] for ours, headers in INDUSTRIES.items()},
    }
    frame = frame[pd.to_numeric(frame["区划代码"], errors="coerce").notna()]
    code = pd.to_numeric(frame["区划代码"]).astype("int64").astype("str")
    table = pd.DataFrame({"code": code, "year": year})
    for ours, theirs in wanted.items():
        table[ours] = pd.to_numeric(frame[theirs], errors="coerce").astype("float64")
    return rounded(table)
