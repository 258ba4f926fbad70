"""Population on one stated basis, its censuses and the changes of territory behind its jumps."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from guantian.errors import DataError
from guantian.side_files import read_side

CENSUSES = (2000, 2010, 2020)
BASES = ("resident", "registered", "reported")
BETWEEN = ("as_reported", "interpolated")


@dataclass(frozen=True)
class PopulationSpec:
    """The basis of figures per head.

    Attributes
    ----------
    basis
        ``"resident"``, ``"registered"``, or ``"reported"``: what reported GDP per head divides by.
    between_censuses
        ``"as_reported"``, or ``"interpolated"``: residents between two censuses follow a straight
        line in logs.
    """

    basis: str
    between_censuses: str

    def __post_init__(self) -> None:
        if self.basis not in BASES:
            raise DataError(f"The population basis is {self.basis!r}; {BASES} were expected.")
        if self.between_censuses not in BETWEEN:
            raise DataError(
                f"Population between censuses is {self.between_censuses!r}; {BETWEEN} were "
                "expected."
            )
        if self.between_censuses == "interpolated" and self.basis != "resident":
            raise DataError(
                f"Only residents are counted by a census; the basis {self.basis!r} cannot be "
                "interpolated between censuses."
            )


def population_on_basis(
    panel: pd.DataFrame, changes: pd.DataFrame, spec: PopulationSpec
) -> pd.DataFrame:
    """Return the population that the study divides by.

    Parameters
    ----------
    panel
        Index (city_code, year): ``resident_population_10k``, ``registered_population_10k``,
        ``gdp_100m_yuan``, ``gdp_per_capita_yuan``.
    changes
        As `boundary_years` gives them.
    spec
        The basis.

    Returns
    -------
    DataFrame
        Same index: ``population_10k``, and ``population_interpolated`` (0 or 1; missing where
        there is no population).
    """
    if spec.basis == "reported":
        population = 1e4 * panel["gdp_100m_yuan"] / panel["gdp_per_capita_yuan"]
    else:
        population = panel[f"{spec.basis}_population_10k"]
    population = population.replace([np.inf, -np.inf], np.nan)
    used = population
    if spec.between_censuses == "interpolated":
        used = interpolate_between_censuses(population, changes)
    return pd.DataFrame(
        {
            "population_10k": used,
            "population_interpolated": (used != population).astype("float64").where(used.notna()),
        }
    )


def interpolate_between_censuses(population: pd.Series, changes: pd.DataFrame) -> pd.Series:
    """Draw a straight line in logs between censuses.

    Parameters
    ----------
    population
        Index (city_code, year).
    changes
        ``city_code`` and ``year`` of changes of territory: over an interval that holds one, the
        figures are left as they are, since a line would smear the step.

    Returns
    -------
    Series
        Same index. The census years, the years outside and every interval without a figure at
        both its censuses are as given.
    """
    wide = population.unstack("city_code").sort_index()
    filled = wide.copy()
    for first, last in pairwise(CENSUSES):
        if first not in wide.index or last not in wide.index:
            continue
        moved = changes.loc[changes["year"].between(first + 1, last), "city_code"]
        cities = wide.columns[wide.loc[[first, last]].notna().all() & ~wide.columns.isin(moved)]
        start, end = np.log(wide.loc[first, cities]), np.log(wide.loc[last, cities])
        for year in wide.loc[first + 1 : last - 1].index:
            weight = (year - first) / (last - first)
            filled.loc[year, cities] = np.exp((1 - weight) * start + weight * end)
    return filled.unstack().reindex(population.index)


def boundary_years(path: str | Path) -> pd.DataFrame:
    """Read which city's territory changed, and from which year the tables follow.

    Parameters
    ----------
    path
        CSV with ``year_effective_in_tables``, ``from_code``, ``to_code`` among its columns; an
        empty year is a change that the tables do not show.

    Returns
    -------
    DataFrame
        ``city_code`` and ``year``, sorted, each once: losing and gaining cities.

    Raises
    ------
    DataError
        Where the file or a column is missing, or a year is no number.
    """
    path = Path(path)
    wanted = ["year_effective_in_tables", "from_code", "to_code"]
    changes = read_side(path)
    missing = [column for column in wanted if column not in changes]
    if missing:
        raise DataError(f"{path}, row 1: column {missing[0]!r} is missing.")
    changes = changes[changes["year_effective_in_tables"] != ""]
    years = pd.to_numeric(changes["year_effective_in_tables"], errors="coerce")
    if years.isna().any():
        row = int(years.isna().idxmax())
        raise DataError(
            f"{path}, row {row + 2}, column 'year_effective_in_tables': "
            f"{changes.at[row, 'year_effective_in_tables']!r} found where a year was expected."
        )
    both = pd.concat(
        [pd.DataFrame({"city_code": changes[side], "year": years}) for side in wanted[1:]]
    )
    both = both[both["city_code"] != ""].astype({"year": "int64"}).drop_duplicates()
    return both.sort_values(["city_code", "year"], ignore_index=True)
