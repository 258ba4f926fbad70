"""eileenCHEN-9/PhD_2022_2025: accounts, population and labour, prices, remote sensing, names."""

from __future__ import annotations

import pandas as pd

from audit.compile.checkout import Reader
from audit.compile.shape import columns, csv, rounded

REPOSITORY = "eileenCHEN-9/PhD_2022_2025"
STATISTICS = "data/raw_data/statistics"
SENSING = "data/raw_data/remote_sensing"
LIGHTS = f"{SENSING}/NTL_VIIRS_like/sol_by_year_by_class_by_city.csv"
POPULATION = f"{SENSING}/population/population_by_year_by_class_by_city.csv"
LAND = f"{SENSING}/land_cover/class_area_by_city_by_year.csv"
ACCOUNTS = {
    "city_code": "Ctnm_id",
    "year": "Sgnyea",
    "gdp_100m_yuan": "Gdpct01",
    "primary_share_pct": "Gdpct02",
    "secondary_share_pct": "Gdpct03",
    "tertiary_share_pct": "Gdpct04",
    "primary_10k_yuan": "GDP_PrimInd",
    "secondary_10k_yuan": "GDP_SecInd",
    "tertiary_10k_yuan": "GDP_TerInd",
    "gdp_per_capita_yuan": "GDP_PerCapita",
    "gdp_growth_reported": "GDPYoY",
}
LABOUR = {
    "city_code": "Ctnm_id",
    "year": "Sgnyea",
    "registered_population_10k": "Eect01",
    "nonrural_population_10k": "Eect02",
    "natural_growth_permille": "Eect03",
    "density_per_km2": "Eect04",
    "employed_persons_10k": "Eect05",
    "employment_primary_pct": "Eect08",
    "employment_secondary_pct": "Eect09",
    "employment_tertiary_pct": "Eect10",
    "staff_average_10k": "Eect11",
    "staff_wage_bill_10k_yuan": "Eect12",
    "staff_average_wage_yuan": "Eect13",
}
PRICES = {"province_code": "Prvcnm_id", "year": "Sgnyea", "cpi_previous_year_100": "Pi0101"}


def tables(read: Reader) -> dict[str, pd.DataFrame]:
    """Make the five tables."""
    accounts = csv(read(f"{STATISTICS}/CRE_Gdpct.csv"))
    labour = columns(csv(read(f"{STATISTICS}/CRE_Eplwagct.csv")), LABOUR, ("city_code",))
    prices = columns(csv(read(f"{STATISTICS}/CRE_Pi01.csv")), PRICES, ("province_code",))
    people = csv(read(POPULATION))
    return {
        "city_accounts": rounded(columns(accounts, ACCOUNTS, ("city_code",))),
        "city_population_labour": rounded(labour[labour["year"] >= 1990]),
        "province_cpi": rounded(prices.dropna(subset=["cpi_previous_year_100"])),
        "city_remote_sensing": _sensing(people, csv(read(LIGHTS)), csv(read(LAND))),
        "city_names": _names(people, accounts),
    }


def _sensing(people: pd.DataFrame, lights: pd.DataFrame, land: pd.DataFrame) -> pd.DataFrame:
    key = ["city_id", "year"]
    joined = lights.merge(people, on=key, how="outer", suffixes=("", "_people"))
    joined = joined.merge(land[[*key, "12", "13"]], on=key, how="left")
    wanted = {
        "city_code": "city_id",
        "year": "year",
        "night_lights_sum": "total_sol",
        "night_lights_sum_urban": "urban_sol",
        "landscan_population": "total_population",
        "landscan_population_urban": "urban_population",
        "cropland_km2": "12",
        "urban_built_km2": "13",
    }
    return rounded(columns(joined, wanted, ("city_code",)))


def _names(people: pd.DataFrame, accounts: pd.DataFrame) -> pd.DataFrame:
    first = people.drop_duplicates("city_id").set_index("city_id")
    english = accounts.drop_duplicates("Ctnm_id").set_index("Ctnm_id")["Ctnm_en"]
    english = english.str.strip().str.replace(r"\s*\(?[Cc]ity\)?$", "", regex=True).str.strip()
    return pd.DataFrame(
        {
            "city_code": first.index,
            "name_zh": first["city"].to_numpy(),
            "province_code": first["province_id"].to_numpy(),
            "province_zh": first["province"].to_numpy(),
            "name_en": english.reindex(first.index).to_numpy(),
        }
    )
