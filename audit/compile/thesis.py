"""DuHe1123/Master_thesis: foreign investment of cities, output of counties."""

from __future__ import annotations

import io
import zipfile

import pandas as pd

from audit.compile.checkout import Reader
from audit.compile.shape import columns, csv, rounded, stata

REPOSITORY = "DuHe1123/Master_thesis"
# The panel of counties is in the history only: added by this commit, later deleted.
PANEL_COMMIT = "fae78dd38092fe43ddefb7d8e7ba46956aaa4db7"
PANEL = {
    "county_code": "regionid",
    "year": "year",
    "city_code": "citycode",
    "gdp_10k_yuan": "reggdp",
    "primary_10k_yuan": "reggdp_primary",
    "secondary_10k_yuan": "reggdp_secondary",
    "tertiary_10k_yuan": "reggdp_tertiary",
    "population_10k": "popnum",
    "lights": "viirsl",
}


def tables(read: Reader) -> dict[str, pd.DataFrame]:
    """Make both tables of this commit."""
    investment = csv(read("data/city/Statistic yearbook/CRE_Finvstct.csv"))
    wanted = {"city_code": "Ctnm_id", "year": "Sgnyea", "fdi_utilised_10k_usd": "Fict03"}
    investment = columns(investment, wanted, ("city_code",))
    return {
        "city_fdi": rounded(investment.dropna(subset=["fdi_utilised_10k_usd"])),
        "county_gdp": _counties(csv(read("data/county/CleanData_wide.csv"))),
    }


def history(read: Reader) -> dict[str, pd.DataFrame]:
    """Make the panel of counties, from the commit `PANEL_COMMIT`."""
    with zipfile.ZipFile(io.BytesIO(read("data/county/DataDoFile.zip"))) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("ADM3_version2.dta")]
        frame = stata(archive.read(name))
    table = columns(frame, PANEL, ("county_code", "city_code"))
    table.insert(3, "county_name_zh", frame["county"].to_numpy())
    return {"county_panel": rounded(table, 6)}


def _counties(wide: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for year in (2001, 2011, 2021):
        wanted = {
            "county_code": "countycode",
            "city_code": "citycode",
            "gdp_10k_yuan": f"reggdp{year}",
            "primary_10k_yuan": f"reggdp_primary{year}",
        }
        part = columns(wide, wanted, ("county_code", "city_code"))
        part.insert(2, "year", year)
        parts.append(part)
    table = pd.concat(parts).dropna(subset=["gdp_10k_yuan"])
    table = table[table["county_code"].between("610000", "629999")]
    return rounded(table.sort_values(["county_code", "year"], ignore_index=True))
