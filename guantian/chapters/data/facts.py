"""Facts about the zone, the panel and its corrections that the text states: one row each."""

from __future__ import annotations

import calendar
from collections.abc import Mapping

import pandas as pd

from guantian.data.errata import key_columns
from guantian.present.format import joined

COLUMNS = ["subject", "term", "estimate", "text"]
INDEX_REASONS = ["an index (last year = 100) among percentages"]  # as errata.csv states it


def data_facts(
    panel: pd.DataFrame,
    errata: pd.DataFrame,
    dropped: pd.DataFrame,
    precision: pd.DataFrame,
    planted: pd.DataFrame,
    zone: Mapping,
) -> pd.DataFrame:
    """Compute the facts.

    Parameters
    ----------
    panel
        Index (city_code, year).
    errata, dropped
        Corrections, and rows left out by the concordance.
    precision, planted
        As the checks' trial gives them.
    zone
        The zone's description.

    Returns
    -------
    DataFrame
        ``subject`` (zone, panel, errata, quality, dropped), ``term``, and its value: ``estimate``
        where it is a number, ``text`` where it is a name.
    """
    subjects = {
        "zone": _zone(panel, zone),
        "panel": _panel(panel),
        "errata": _errata(errata, [member["code"] for member in zone["members"]]),
        "quality": _quality(precision, planted),
        "dropped": {"rows": len(dropped)},
    }
    rows = [
        {"subject": subject, "term": term}
        | ({"text": value} if isinstance(value, str) else {"estimate": float(value)})
        for subject, facts in subjects.items()
        for term, value in facts.items()
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _zone(panel: pd.DataFrame, zone: Mapping) -> dict[str, float | str]:
    names = {member["code"]: member["name_en"] for member in zone["members"]}
    inside = panel[panel.index.get_level_values("city_code").isin(names)]
    facts: dict[str, float | str] = {
        "name": zone["name_en"],
        "name_zh": zone["name_zh"],
        "approved": _month(str(zone["approved"])),
        "members": joined(names.values()),
        "core": names[zone["core"]],
        "size": len(names),
        "provinces": inside["province_code"].nunique(),
    }
    growth = inside["gdp_growth_pct"].dropna()
    if growth.empty:
        return facts
    by_city = growth.groupby(level="city_code").mean()
    years = growth.index.get_level_values("year")
    return facts | {
        "growth_mean": growth.mean(),
        "growth_first": years.min(),
        "growth_last": years.max(),
        "growth_fastest": names[by_city.idxmax()],
        "growth_fastest_mean": by_city.max(),
        "growth_slowest": names[by_city.idxmin()],
        "growth_slowest_mean": by_city.min(),
    }


def _month(date: str) -> str:
    """Print a date to the month where it has one: 2009-06-25 as June 2009."""
    year, *rest = date.split("-")
    return f"{calendar.month_name[int(rest[0])]} {year}" if rest else year


def _panel(panel: pd.DataFrame) -> dict[str, float]:
    years = panel.index.get_level_values("year")
    cities = panel.groupby(level="city_code")[["in_region", "in_nation"]].first()
    basis = panel.loc[panel["in_nation"] == 1, "gdp_per_capita_basis"].dropna()
    return {
        "first": years.min(),
        "last": years.max(),
        "cities": cities["in_nation"].sum(),
        "region": cities["in_region"].sum(),
        "variables": panel.shape[1],
        "basis_resident": basis.isin(["resident", "either"]).mean(),
        "basis_registered": basis.isin(["registered", "either"]).mean(),
        "basis_both": (basis == "either").mean(),
        "basis_neither": (basis == "neither").mean(),
    }


def _errata(errata: pd.DataFrame, members: list[str]) -> dict[str, float]:
    units = key_columns(errata["key"])
    return {
        "cells": len(errata),
        "tables": errata["table"].nunique(),
        "emptied": (errata["used_value"] == "").sum(),
        "zone": units.isin(members).any(axis=1).sum(),
        "indices": errata["reason"].isin(INDEX_REASONS).sum(),
    }


def _quality(precision: pd.DataFrame, planted: pd.DataFrame) -> dict[str, float | str]:
    facts: dict[str, float | str] = {}
    whole = precision[(precision["check"] == "all") & (precision["table"] == "all")]
    for _, row in whole.iterrows():
        facts |= {name: row[name] for name in ("proposed", "accepted", "kept")}
    found = planted.dropna(subset="share_found")
    if len(found):
        worst = found.loc[found["share_found"].idxmin()]
        facts |= {"worst": worst["share_found"], "worst_kind": worst["kind"]}
    for _, row in planted[planted["share_found"].isna()].head(1).iterrows():
        facts["false_alarms"] = row["false_alarms_per_1000"]
    return facts
