"""Raw tables, errata and examined cells in; what the checks propose, decide and miss out."""

from pathlib import Path

import pandas as pd

from _job import job
from guantian.data.checks import precision, proposals
from guantian.data.checks.planting import plant_and_measure
from guantian.data.checks.reading import tables_to_check
from guantian.data.errata import read_errata

CITY_TABLES = (
    "city_accounts",
    "city_growth_targets",
    "city_infrastructure_land",
    "city_investment_fiscal",
    "city_population_labour",
    "city_resident_population",
    "city_retail",
    "city_sector_employment",
)

with job(snakemake):
    choices = snakemake.params.choices
    tables = tables_to_check(Path(snakemake.input.package).parent)
    if snakemake.params.plant:
        province = {code[:2] for code in choices["plant_in"]}
        planted = {
            name: tables[name][tables[name]["city_code"].str[:2].isin(province)]
            for name in CITY_TABLES
        }
        result = plant_and_measure(planted, seed=choices["seed"])
    else:
        examined = pd.read_csv(snakemake.input.examined, dtype="str", keep_default_na=False)
        found = proposals(tables, focus=choices["focus"])
        result = precision(found, read_errata(snakemake.input.errata), examined)
        open_ = result.query("check == 'all' and table == 'all' and accepted + kept < proposed")
        if len(open_):
            raise ValueError(
                f"{open_['proposed'].iloc[0] - open_['accepted'].iloc[0] - open_['kept'].iloc[0]} "
                "proposals of the checks are in neither data/raw/errata.csv nor "
                "data/raw/examined.csv; run `make errata` and read what it adds."
            )
    result.to_csv(snakemake.output[0], index=False, lineterminator="\n")
