"""Sources of one plain table each."""

from __future__ import annotations

import pandas as pd

from audit.compile.checkout import Reader
from audit.compile.shape import columns, csv, excel, rounded, stata

CATEGORIES = {
    "中西药品及医疗保健用品": "medicines_health_goods",
    "交通、通信用品": "transport_communication_goods",
    "体育娱乐用品": "sports_recreation_goods",
    "家用电器及音像器材": "household_appliances",
    "建筑材料及五金电料": "building_materials_hardware",
    "文化办公用品": "cultural_office_goods",
    "服装鞋帽": "clothing_footwear",
    "食品": "food",
    "饮料烟酒": "beverages_tobacco_liquor",
}
PROVINCES = {
    "北京": "110000",
    "天津": "120000",
    "河北": "130000",
    "山西": "140000",
    "内蒙古": "150000",
    "辽宁": "210000",
    "吉林": "220000",
    "黑龙江": "230000",
    "上海": "310000",
    "江苏": "320000",
    "浙江": "330000",
    "安徽": "340000",
    "福建": "350000",
    "江西": "360000",
    "山东": "370000",
    "河南": "410000",
    "湖北": "420000",
    "湖南": "430000",
    "广东": "440000",
    "广西": "450000",
    "海南": "460000",
    "重庆": "500000",
    "四川": "510000",
    "贵州": "520000",
    "云南": "530000",
    "西藏": "540000",
    "陕西": "610000",
    "甘肃": "620000",
    "青海": "630000",
    "宁夏": "640000",
    "新疆": "650000",
}


def county_events(read: Reader) -> dict[str, pd.DataFrame]:
    """FIERsity/china-prefecture-crosswalk: changes of county territory."""
    wanted = [
        "event_id",
        "year",
        "event_type",
        "prefecture_names",
        "county_names",
        "old_county_units",
        "new_county_units",
        "source_title",
        "review_status",
    ]
    frame = csv(read("data/processed/county_administrative_events_1983_2026.csv"))[wanted]
    return {"county_events": frame.assign(year=frame["year"].astype("int64"))}


def dialects(read: Reader) -> dict[str, pd.DataFrame]:
    """YiYang-github/Sinitic_Data: three dimensions of dialect."""
    frame = csv(read("Data3/cn_tax.csv"))
    wanted = {"latitude": "lat", "longitude": "long", "d1": "d1", "d2": "d2", "d3": "d3"}
    table = columns(frame, wanted, ())
    table.insert(0, "place_zh", frame["cities"].to_numpy())
    return {"dialect_points": table}


def infrastructure(read: Reader) -> dict[str, pd.DataFrame]:
    """zjl0714/lei_zhou_jop_2022: investment in infrastructure, revenue from land."""
    frame = stata(read("subway_analysis_use.dta"))
    frame["City_Code"] = frame["City_Code"] * 100
    wanted = {
        "city_code": "City_Code",
        "year": "Year",
        "infrastructure_investment_yuan_per_capita": "inv1_per",
        "land_revenue_yuan_per_capita": "land_per",
    }
    return {"city_infrastructure_land": rounded(columns(frame, wanted, ("city_code",)))}


def targets(read: Reader) -> dict[str, pd.DataFrame]:
    """Amateur0x1/county-district-reform-...: growth targets to 2022, debt of platforms."""
    frame = stata(read("projects/stata/毕业论文数据.dta"))
    wanted = {"city_code": "city_id", "year": "year", "growth_target_pct": "target"}
    return {
        "city_growth_targets_2008_2022": rounded(columns(frame, wanted, ("city_code",))),
        "city_lgfv_debt": debt(excel(read("projects/data/债务数据.xlsx"))),
    }


def debt(frame: pd.DataFrame) -> pd.DataFrame:
    """Debt of financing platforms: rows of cities, not of provinces."""
    wanted = {
        "region_code": "地区代码",
        "year": "年份",
        "lgfv_interest_bearing_debt_100m_yuan": "城投平台有息债务亿元",
    }
    table = columns(frame, wanted, ("region_code",))
    table.insert(1, "name_zh", frame["地区名称"].to_numpy())
    municipality = table["region_code"].str[:2].isin(["11", "12", "31", "50"])
    return rounded(table[~table["region_code"].str.endswith("0000") | municipality])


def retail_prices(read: Reader) -> dict[str, pd.DataFrame]:
    """kerrydu/statamacroe: retail prices of provinces by category."""
    frame = stata(read("合并.dta"))
    return {
        "province_retail_prices": rounded(
            pd.DataFrame(
                {
                    "province_code": frame["city"].map(PROVINCES),
                    "year": frame["year"].astype("int64"),
                    "category": frame["indexname"].map(CATEGORIES),
                    "rpi_previous_year_100": frame["index"].astype("float64"),
                }
            )
        )
    }


def networks(read: Reader) -> dict[str, pd.DataFrame]:
    """xiaofanliang/intercity_connectivity: degrees of cities in three networks."""
    wanted = {
        "city_code": "cityId",
        "weibo_degree_2015": "SM_degree",
        "mobility_degree_2016": "Mob_degree",
        "copublication_degree_2017": "Pub_degree",
    }
    frame = csv(read("Data/CN_Public.csv"))
    return {"city_network_degrees": rounded(columns(frame, wanted, ("city_code",)))}


SINGLE = {
    "xiaofanliang/intercity_connectivity": networks,
    "kerrydu/statamacroe": retail_prices,
    "FIERsity/china-prefecture-crosswalk": county_events,
    "YiYang-github/Sinitic_Data": dialects,
    "zjl0714/lei_zhou_jop_2022": infrastructure,
    "Amateur0x1/county-district-reform-local-debt-empirical-analysis": targets,
}
