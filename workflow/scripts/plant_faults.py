"""Raw tables in; what the checks find of planted faults, and what good cells they empty, out."""

from pathlib import Path

from _job import job
from audit.planting import plant_and_measure
from audit.reading import tables_to_check

CITY_TABLES = (
    "city_accounts",
    "city_growth_targets",
    "city_infrastructure_land",
    "city_investment_fiscal",
    "city_population_labour",
    "city_resident_population",
    "city_retail",
    "city_sector_employment",
    "city_accounts_2022_2023",
    "city_total_tax",
)
PROVINCE_TABLES = ("province_accounts", "province_cpi")

with job(snakemake):
    choices = snakemake.params.choices
    tables = tables_to_check(Path(snakemake.input.package).parent)
    province = {code[:2] for code in choices["plant_in"]}
    planted = {
        name: tables[name][tables[name][unit].str[:2].isin(province)]
        for unit, names in (("city_code", CITY_TABLES), ("province_code", PROVINCE_TABLES))
        for name in names
    }
    result = plant_and_measure(planted, seed=choices["seed"])
    result.to_csv(snakemake.output[0], index=False, lineterminator="\n")
