"""Ecotheory/JPART: retail sales and industrial output of cities."""

from __future__ import annotations

import pandas as pd

from audit.compile.checkout import Reader
from audit.compile.shape import columns, csv, rounded, stata

REPOSITORY = "Ecotheory/JPART"
AMOUNTS = {"retail_sales_100m_yuan": "Retail", "industrial_output_100m_yuan": "Industry"}


def tables(read: Reader, investment: Reader) -> dict[str, pd.DataFrame]:
    """Make the table.

    The source divided all its values by one index; they were made nominal again with the output
    of another table (``investment`` reads its repository): where the two outputs disagree the
    result is wrong, and the errata say so.
    """
    frame = stata(read("replication/data/JPART.dta"))
    wanted = {"city_code": "cityid", "year": "year", "gdp": "GDP", **AMOUNTS}
    table = columns(frame, wanted, ("city_code",))
    panel = csv(investment("02-data/processed/china_city_panel_real.csv"))
    named = {"city_code": "city_code", "year": "year", "nominal": "gdp_100m"}
    nominal = columns(panel, named, ("city_code",))
    table = table.merge(nominal, on=["city_code", "year"], how="left")
    for name in AMOUNTS:
        table[name] = table[name] * table["nominal"] / table["gdp"]
    return {"city_retail": rounded(table.drop(columns=["gdp", "nominal"]))}
