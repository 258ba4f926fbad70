"""The panel: city by year, built from corrected tables in one pass."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from guantian.data.breaks import breaks_of_variables, flag_breaks, said_of
from guantian.data.capital import CapitalSpec, perpetual_inventory
from guantian.data.growth import chain, check_percent
from guantian.data.population import PopulationSpec, population_on_basis
from guantian.data.prices import (
    DeflatorSpec,
    consumer_prices,
    implied_deflator,
    investment_prices,
    judge_deflator,
)
from guantian.data.splice import judge_splice
from guantian.data.variables import COPIED, DERIVED, FLAGGED, VARIABLES, Variable, resolved
from guantian.errors import DataError

KEY = ["city_code", "year"]
SECTORS = ["primary_10k_yuan", "secondary_10k_yuan", "tertiary_10k_yuan"]
BULLETIN_YEARS = (2022, 2023)
# Reported figures per head are printed to the yuan and populations to 100 persons: an implied
# denominator that agrees within 1% with a population is taken to be that population.
BASIS_TOLERANCE = 0.01
OUTSIDE_MAINLAND = ("710000", "810000", "820000")  # Taiwan, Hong Kong, Macao


@dataclass(frozen=True)
class PanelSpec:
    """What the panel is asked to hold.

    Attributes
    ----------
    zone
        Codes of the zone's member cities.
    region
        Codes of the provinces that make up the region.
    first, last
        Years, both included.
    base_year
        Year of the prices of real GDP and capital.
    deflator
        When an implied deflator is far from consumer prices or impossible.
    splice_limit
        Robust scales beyond which growth over a splice is a break.
    population
        The basis of figures per head.
    capital
        How investment becomes capital.
    """

    zone: Collection[str]
    region: Collection[str]
    first: int
    last: int
    base_year: int
    deflator: DeflatorSpec
    splice_limit: float
    population: PopulationSpec
    capital: CapitalSpec

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The panel's variables with the inputs that these choices give them."""
        return resolved(self.population.basis, self.capital.price)

    @classmethod
    def from_config(cls, config: Mapping[str, Any], zone: Collection[str]) -> PanelSpec:
        """Read the choices from the configuration; ``zone`` is the codes of its members."""
        return cls(
            zone=zone,
            region=config["region"],
            **config["years"],
            base_year=config["base_year"],
            deflator=DeflatorSpec(**config["accounts"]["deflator"]),
            splice_limit=config["accounts"]["splice_limit"],
            population=PopulationSpec(**config["population"]),
            capital=CapitalSpec(**config["capital"]),
        )


def build_panel(
    tables: Mapping[str, pd.DataFrame],
    changes: pd.DataFrame,
    spec: PanelSpec,
    breaks: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Build the panel.

    Parameters
    ----------
    tables
        Corrected tables by name, on one system of codes.
    changes
        Changes of territory, as `guantian.data.population.boundary_years` gives them.
    spec
        Zone, region, years and the study's choices.
    breaks
        As `guantian.data.breaks.read_breaks` returns them; without them the flags of breaks are
        missing.

    Returns
    -------
    DataFrame
        Index (city_code, year), sorted, every city of ``city_names`` in every year; columns as in
        `guantian.data.variables.VARIABLES`. What no table has is missing; nothing is filled,
        unless the population specification asks for interpolation.

    Raises
    ------
    DataError
        For a zone or region code that the figures do not have.
    """
    return cut_panel(whole_panel(tables, changes, spec, breaks), spec)


def cut_panel(panel: pd.DataFrame, spec: PanelSpec) -> pd.DataFrame:
    """Cut a panel of all years to the years that are asked for."""
    return panel.loc[(slice(None), slice(spec.first, spec.last)), :]


def whole_panel(
    tables: Mapping[str, pd.DataFrame],
    changes: pd.DataFrame,
    spec: PanelSpec,
    breaks: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Build the panel over all years of the tables, so that no step depends on the cut.

    As `build_panel`, with the years before and after as well: chains, stocks and growth over the
    year before rest on them.
    """
    cities = tables["city_names"].set_index("city_code")
    _check_codes(spec, cities)
    every = pd.MultiIndex.from_product([sorted(cities.index), _years(tables, spec)], names=KEY)
    panel = _identity(cities, spec).reindex(every, level="city_code")
    panel = panel.join(_output(tables, spec)).join(_copied(tables))
    panel = panel.join(_prices(panel, tables, spec)).join(_capital(tables, spec))
    panel = panel.join(population_on_basis(panel, changes, spec.population))
    panel["boundary_change"] = every.isin(pd.MultiIndex.from_frame(changes)).astype("int64")
    panel["gdp_splice"] = splice(tables, spec)["verdict"].reindex(every)
    for variable in DERIVED:
        panel[variable.name] = panel.eval(variable.formula)
    panel["gdp_per_capita_basis"] = _population_basis(panel)
    if breaks is None:
        panel[list(FLAGGED)] = np.nan
    else:
        panel = panel.join(flag_breaks(panel.index, breaks, spec.variables, FLAGGED))
    panel = panel.replace([np.inf, -np.inf], np.nan).sort_index()
    return panel[[variable.name for variable in VARIABLES]]


def splice(tables: Mapping[str, pd.DataFrame], spec: PanelSpec) -> pd.DataFrame:
    """Judge the step from the yearbook to the bulletins (see `guantian.data.splice`)."""
    return judge_splice(
        join_accounts(tables), _provinces(tables), BULLETIN_YEARS, spec.splice_limit
    )


def coverage(
    panel: pd.DataFrame, breaks: pd.DataFrame, variables: tuple[Variable, ...] = VARIABLES
) -> pd.DataFrame:
    """Tell, for every city of the zone and every variable, which years have a figure.

    Parameters
    ----------
    panel
        As `build_panel` returns it.
    breaks
        As `guantian.data.breaks.read_breaks` returns them.
    variables
        With the inputs that the study's choices give them: `PanelSpec.variables`.

    Returns
    -------
    DataFrame
        One row per variable and city: ``variable``, ``city_code``, ``name_en``, ``first``,
        ``last``, ``years`` (how many have a value), ``missing`` (the years between that have none),
        ``breaks`` (first years after a break of the values, with its kind, where values
        stand on both sides).
    """
    rows = []
    zone = panel.loc[panel["in_zone"] == 1]
    measured = [v.name for v in VARIABLES if zone[v.name].dtype.kind == "f" and v.unit != "0 or 1"]
    flags = breaks_of_variables(breaks, variables)
    for code, city in zone.groupby(level="city_code"):
        city = city.droplevel("city_code")
        for column in measured:
            years = city.index[city[column].notna()]
            first, last = (years.min(), years.max()) if len(years) else (None, None)
            inside = flags[(flags["year"] > years.min()) & (flags["year"] <= years.max())]
            gaps = [] if first is None else sorted(set(range(first, last + 1)) - set(years))
            rows.append(
                {
                    "variable": column,
                    "city_code": code,
                    "name_en": city["name_en"].iloc[0],
                    "first": first,
                    "last": last,
                    "years": len(years),
                    "missing": " ".join(map(str, gaps)),
                    "breaks": said_of(inside, column, code),
                }
            )
    frame = pd.DataFrame(rows).astype({"first": "Int64", "last": "Int64"})
    return frame.sort_values(["variable", "city_code"], ignore_index=True)


def codebook(panel: pd.DataFrame) -> pd.DataFrame:
    """Describe every column of the panel: name, title, unit, source, formula and coverage."""
    rows = []
    for variable in VARIABLES:
        known = panel[variable.name].dropna()
        years = known.index.get_level_values("year")
        rows.append(
            {
                "variable": variable.name,
                "title": variable.title,
                "unit": variable.unit,
                "source": variable.source or "made from variables of this panel",
                "formula": variable.formula,
                "first": years.min() if len(years) else None,
                "last": years.max() if len(years) else None,
                "cities": known.index.get_level_values("city_code").nunique(),
                "figures": len(known),
                "figures_zone": int(panel.loc[known.index, "in_zone"].sum()),
            }
        )
    return pd.DataFrame(rows).astype({"first": "Int64", "last": "Int64"})


def _check_codes(spec: PanelSpec, cities: pd.DataFrame) -> None:
    for kind, codes, known in (
        ("city", spec.zone, set(cities.index)),
        ("province", spec.region, set(cities["province_code"])),
    ):
        unknown = sorted(set(codes) - known)
        if unknown:
            raise DataError(f"The {kind} code {unknown[0]} is not in the table city_names.")


def _identity(cities: pd.DataFrame, spec: PanelSpec) -> pd.DataFrame:
    frame = cities[["name_en", "name_zh", "province_code", "province_zh"]].copy()
    frame["in_zone"] = frame.index.isin(spec.zone).astype("int64")
    in_region = frame["province_code"].isin(spec.region) | (frame["in_zone"] == 1)
    in_nation = ~frame["province_code"].isin(OUTSIDE_MAINLAND)
    return frame.assign(in_region=in_region.astype("int64"), in_nation=in_nation.astype("int64"))


def _years(tables: Mapping[str, pd.DataFrame], spec: PanelSpec) -> range:
    used = [tables[name]["year"] for name in ("city_accounts", "city_investment_fiscal")]
    return range(
        min(spec.first, *(int(years.min()) for years in used)),
        max(spec.last, *(int(years.max()) for years in used)) + 1,
    )


def _provinces(tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    return tables["city_names"].set_index("city_code")["province_code"].sort_index()


def join_accounts(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Join the long accounts with the bulletins of 2022-2023."""
    accounts = tables["city_accounts"].set_index(KEY)
    growth = check_percent(accounts["gdp_growth_reported"])
    accounts = accounts[["gdp_100m_yuan", "gdp_per_capita_yuan", *SECTORS]]
    bulletins = tables["city_accounts_2022_2023"].set_index(KEY)
    bulletins = bulletins[["gdp_100m_yuan"]].assign(
        **{name: bulletins[name.replace("10k", "100m")] * 1e4 for name in SECTORS}
    )
    return pd.concat([accounts.assign(gdp_growth_pct=growth), bulletins]).sort_index()


def _output(tables: Mapping[str, pd.DataFrame], spec: PanelSpec) -> pd.DataFrame:
    """Chain real GDP in each vintage of growth and find the deflator that the accounts imply."""
    accounts = join_accounts(tables)
    base = accounts["gdp_100m_yuan"].xs(spec.base_year, level="year")

    def chained(growth: pd.Series) -> pd.Series:
        index = chain(growth.unstack("city_code"), spec.base_year)
        real = (index * base).rename_axis(index="year", columns="city_code").unstack()
        return real.reindex(growth.index)

    accounts["real_gdp_100m_yuan"] = chained(accounts["gdp_growth_pct"])
    output = accounts.join(_other_growth(tables), how="outer")
    first, reported = output["gdp_growth_first_published_pct"], output["gdp_growth_pct"]
    step = first.notna().astype("float64").where(first.notna() | reported.notna())
    deflator = implied_deflator(accounts["gdp_100m_yuan"], accounts["gdp_growth_pct"])
    return output.assign(
        real_gdp_first_published_100m_yuan=chained(first.fillna(reported)),
        first_published_step=step,
        real_gdp_retrospective_100m_yuan=chained(output["gdp_growth_retrospective_pct"]),
        implied_deflator_previous_year_100=deflator.reindex(output.index),
    )


def _other_growth(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Growth as first published, and as a later compilation has it."""
    first = check_percent(tables["city_growth_targets"].set_index(KEY)["growth_actual_pct"])
    later = tables["city_growth_and_sectors"].set_index(KEY)["gdp_index_previous_year_100"] - 100
    return pd.DataFrame(
        {
            "gdp_growth_first_published_pct": first,
            "gdp_growth_retrospective_pct": check_percent(later),
        }
    )


def _prices(
    panel: pd.DataFrame, tables: Mapping[str, pd.DataFrame], spec: PanelSpec
) -> pd.DataFrame:
    """Bring provincial consumer prices to cities and judge implied deflators by them."""
    prices = consumer_prices(tables["province_cpi"], _provinces(tables), spec.base_year)
    prices = prices.reindex(panel.index)
    judged = judge_deflator(
        panel["implied_deflator_previous_year_100"], prices["cpi_previous_year_100"], spec.deflator
    )
    return prices.assign(implied_deflator_judgement=judged)


def _capital(tables: Mapping[str, pd.DataFrame], spec: PanelSpec) -> pd.DataFrame:
    provinces = _provinces(tables)
    if spec.capital.price == "investment":
        price = investment_prices(tables["province_investment"], provinces, spec.base_year)
    else:
        price = consumer_prices(tables["province_cpi"], provinces, spec.base_year)["cpi_level"]
    investment = tables["city_investment_fiscal"].set_index(KEY)
    capital = perpetual_inventory(
        investment["fixed_investment_100m_yuan"],
        price,
        investment["fixed_investment_imputed"],
        spec.capital,
    )
    return capital.rename(columns={"capital": "capital_100m_yuan"})


def _copied(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    wanted: dict[str, list[str]] = {}
    for variable in COPIED:
        table, column = variable.source.split(".")
        wanted.setdefault(table, []).append(column)
    parts = [tables[table].set_index(KEY)[columns] for table, columns in wanted.items()]
    return pd.concat(parts, axis=1)


def _population_basis(panel: pd.DataFrame) -> pd.Series:
    """Name the population that reported GDP per head divides by, where one fits."""
    implied = 1e4 * panel["gdp_100m_yuan"] / panel["gdp_per_capita_yuan"]
    fits = {}
    for basis in ("resident", "registered"):
        population = panel[f"{basis}_population_10k"]
        middle = (population + population.groupby(level="city_code").shift()) / 2
        candidates = pd.concat([population, middle], axis=1)
        off = candidates.rsub(implied, axis=0).div(implied, axis=0).abs().min(axis=1)
        fits[basis] = off < BASIS_TOLERANCE
    resident, registered = fits["resident"], fits["registered"]
    basis = np.select(
        [resident & registered, resident, registered],
        ["either", "resident", "registered"],
        default="neither",
    )
    return pd.Series(basis, index=panel.index, dtype="str").where(implied.notna())
