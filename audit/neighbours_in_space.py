"""Values that stand out from the same year's other units."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from .common import gather, propose

#: (table, column, group of the cross-section, least distance in points): a cell further
#: than this and eight robust scales from the median of its year is proposed.
CROSS = (
    ("city_accounts", "gdp_growth_reported", ("year",), 14.0),
    ("city_growth_targets", "growth_actual_pct", ("year",), 12.0),
    ("city_growth_targets", "target_city_pct", ("year",), 12.0),
    ("city_growth_targets", "target_province_pct", ("year",), 5.0),
    ("province_cpi", "cpi_previous_year_100", ("year",), 5.0),
    ("province_retail_prices", "rpi_previous_year_100", ("year", "category"), 8.0),
    ("city_population_labour", "natural_growth_permille", ("year",), 12.0),
)
SCALES = 6.0

#: The same in logs: a level this many times the median of its year and province.
RATIO = (
    ("city_population_labour", "staff_average_wage_yuan", 0.9),
    ("city_accounts", "gdp_per_capita_yuan", 2.6),
    ("city_total_tax", "total_tax_pct_gdp", 1.7),
)


def check(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Propose cells far from the cross-section of their year."""
    parts = []
    for table, column, group, least in CROSS:
        if table not in tables or column not in tables[table]:
            continue
        frame = tables[table]
        value = frame[column]
        keys = [frame[name] for name in group]
        middle = value.groupby(keys).transform("median")
        width = 1.4826 * (value - middle).abs().groupby(keys).transform("median")
        width = width.clip(lower=least / 20)
        score = (value - middle).abs() / width
        rows = frame[((value - middle).abs() > least) & (score > SCALES)]
        facts = {"form": "points", "median": middle[rows.index], "scales": score[rows.index]}
        parts.append(propose("neighbours_in_space", table, rows, column, score[rows.index], facts))
    for table, column, least in RATIO:
        if table not in tables or column not in tables[table]:
            continue
        frame = tables[table]
        value = np.log(frame[column].where(frame[column] > 0))
        keys = [frame["year"], frame["city_code"].str[:2]]
        middle = value.groupby(keys).transform("median")
        many = value.groupby(keys).transform("count") >= 4
        away = value - middle
        rows = frame[many & (away.abs() > least)]
        parts.append(
            propose(
                "neighbours_in_space",
                table,
                rows,
                column,
                away[rows.index].abs() / least * SCALES,
                {"form": "ratio", "times": np.exp(away[rows.index])},
            )
        )
    return gather(parts)
