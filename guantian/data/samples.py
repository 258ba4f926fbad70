"""Samples of a comparison: the cities with complete data in every outcome that is compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

SAMPLES = ("zone", "region", "nation")
SPEC_COLUMNS = ["spec", "outcome", "first", "last", "comparison", "label"]
SMALLEST_SAMPLE = 5  # a slope and an intercept leave three degrees of freedom


@dataclass(frozen=True)
class Selection:
    """The cities of one comparison.

    Attributes
    ----------
    cities
        Sample name to codes: those with complete figures in every spec of the comparison.
    excluded
        One row per city left out: comparison, city_code, name_en, in_zone, in_region, reason.
    """

    cities: Mapping[str, list[str]]
    excluded: pd.DataFrame


def check_specs(specs: pd.DataFrame, panel: pd.DataFrame) -> pd.DataFrame:
    """Return the specs where panel and spec agree; ValueError with a sentence where not."""
    if list(specs.columns) != SPEC_COLUMNS:
        raise ValueError(
            f"The specifications have the columns {list(specs.columns)}, not {SPEC_COLUMNS}."
        )
    years = panel.index.get_level_values("year")
    for row in specs.itertuples():
        if row.outcome not in panel.columns:
            raise ValueError(f"Specification {row.spec}: the panel has no variable {row.outcome}.")
        if not years.min() <= row.first < row.last <= years.max():
            raise ValueError(
                f"Specification {row.spec}: {row.first} to {row.last} is not within the panel's "
                f"years {years.min()} to {years.max()}."
            )
    if specs["spec"].duplicated().any():
        twice = specs.loc[specs["spec"].duplicated(), "spec"].iloc[0]
        raise ValueError(f"Specification {twice} appears more than once.")
    return specs


def values_of(panel: pd.DataFrame, spec, cities: list[str]) -> pd.DataFrame:
    """Years in rows, cities in columns: the outcome of one specification (a row of the specs)."""
    window = panel.loc[(cities, slice(spec.first, spec.last)), spec.outcome]
    return window.unstack("city_code")


def select(panel: pd.DataFrame, specs: pd.DataFrame) -> Selection:
    """Find the common set of cities of one comparison's specifications."""
    cities = panel.groupby(level="city_code")[["name_en", "in_zone", "in_region", "in_nation"]]
    cities = cities.first().query("in_nation == 1")
    reason = pd.Series("", index=cities.index)
    for spec in specs.itertuples():
        values = values_of(panel, spec, list(cities.index))
        gaps = values.isna() | (values <= 0)
        for code in values.columns[gaps.any()]:
            years = gaps.index[gaps[code]]
            reason[code] = reason[code] or _reason(spec.outcome, years, len(values))
    kept = cities[reason == ""]
    left_out = cities.assign(reason=reason)[reason != ""].reset_index()
    left_out.insert(0, "comparison", specs["comparison"].iloc[0])
    samples = {name: sorted(kept.index[kept[f"in_{name}"] == 1]) for name in SAMPLES}
    return Selection(samples, left_out.drop(columns="in_nation"))


def _reason(outcome: str, years: pd.Index, wanted: int) -> str:
    if len(years) == wanted:
        return f"{outcome} has no positive figure in any year"
    return f"{outcome} has no positive figure in {', '.join(map(str, years))}"
