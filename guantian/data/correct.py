"""From raw to corrected: errata, then one system of codes, then the narrow ranges."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from guantian.data.concordance import harmonise_codes
from guantian.data.errata import apply_errata
from guantian.data.package import DataPackage, Table
from guantian.data.schemas import check_references, check_table
from guantian.errors import DataError


def uncorrected_tables(
    tables: Mapping[str, pd.DataFrame],
    package: DataPackage,
    errata: pd.DataFrame,
    concordance: pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    """Put raw tables on today's codes and leave their faults in, to see what correction changes.

    Only the forms of growth are told apart, without which nothing can be chained. Parameters as
    for `correct_tables`; ranges are not checked.
    """
    forms = errata[errata["column"] == "gdp_growth_reported"]
    units = set(tables["city_names"]["city_code"])
    return {
        name: _on_todays_codes(table, package.tables[name], concordance, units)[0]
        for name, table in name_cities(apply_errata(tables, forms)).items()
    }


def correct_tables(
    tables: Mapping[str, pd.DataFrame],
    package: DataPackage,
    errata: pd.DataFrame,
    concordance: pd.DataFrame,
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Correct raw tables.

    Parameters
    ----------
    tables
        Raw tables by name, as `guantian.data.read.read_tables` gives them.
    package
        Their description.
    errata
        Corrections by cell, as `guantian.data.errata.read_errata` gives them.
    concordance
        Codes of the sources and of today, as `read_concordance` gives it.

    Returns
    -------
    corrected : dict of DataFrame
        The same tables on today's codes, within the narrow ranges of the package.
    dropped : DataFrame
        Every row left out: table, key, kind, reason.

    Raises
    ------
    DataError
        Where an erratum does not fit, or a corrected table leaves its narrow range.
    ValueError
        Where a code is unknown or two codes of one unit disagree.
    """
    units = set(tables["city_names"]["city_code"])
    corrected, dropped = {}, []
    for name, table in name_cities(apply_errata(tables, errata)).items():
        described = package.tables[name]
        table, out = _on_todays_codes(table, described, concordance, units)
        dropped.append(out)
        check_table(table, described, stage="corrected")
        corrected[name] = table
    check_references(corrected, package, stage="corrected")
    return corrected, pd.concat(dropped, ignore_index=True)


def name_cities(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Put the English names of ``city_names_en`` in the place of those that ``city_names`` prints.

    At source they are missing for 39 cities, shared by others, and wrong for some.

    Raises
    ------
    DataError
        Where a city has no name there, two have the same, or the name at source that the table
        says it replaces is another.
    """
    named = dict(tables)
    if "city_names_en" not in tables:
        return named
    english = tables["city_names_en"].set_index("city_code")
    cities = tables["city_names"]
    chosen = cities["city_code"].map(english["name_en"])
    if chosen.isna().any():
        code = cities.loc[chosen.isna(), "city_code"].iloc[0]
        raise DataError(f"city_names_en has no row of the city {code}; one a city was expected.")
    twice = chosen[chosen.duplicated()]
    if len(twice):
        raise DataError(
            f"city_names_en, column 'name_en': {twice.iloc[0]!r} names two cities; a name of its "
            "own was expected for each."
        )
    said = cities["city_code"].map(english["name_at_source"])
    other = said.fillna("") != cities["name_en"].fillna("")
    if other.any():
        row = cities[other].iloc[0]
        raise DataError(
            f"city_names_en, column 'name_at_source' (city_code {row['city_code']}): "
            f"{said[other].iloc[0]!r} is not what city_names prints, {row['name_en']!r}."
        )
    named["city_names"] = cities.assign(name_en=chosen.astype("str"))
    return named


def _on_todays_codes(
    table: pd.DataFrame, described: Table, concordance: pd.DataFrame, units: set[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Harmonise every column of city codes; also return the rows left out."""
    dropped = [pd.DataFrame(columns=["table", "key", "kind", "reason"], dtype="str")]
    for column in _city_columns(described):
        table, out = harmonise_codes(
            table,
            concordance,
            column,
            other_keys=[key for key in described.key if key != column],
            additive=[field.name for field in described.fields if field.additive],
            flags=[field.name for field in described.fields if field.unit == "0 or 1"],
            units=units,
        )
        dropped.append(_as_rows(out, described))
    return table, pd.concat(dropped, ignore_index=True)


def _city_columns(described: Table) -> list[str]:
    """Columns of the key that refer to cities: attributes are left as they are."""
    cities = {each.column for each in described.references if each.table == "city_names"}
    return [key for key in described.key if key in cities]


def _as_rows(out: pd.DataFrame, described: Table) -> pd.DataFrame:
    parts = [f"{key}=" + out[key].astype("str") for key in described.key]
    key = parts[0].str.cat(parts[1:], sep=";") if parts else ""
    return pd.DataFrame(
        {
            "table": described.name,
            "key": key,
            "kind": out["kind"],
            "reason": out["reason"],
        }
    )
