"""The numbers of the paper's text, each printed once, read by the text and never typed."""

from __future__ import annotations

import calendar
from collections.abc import Mapping

import pandas as pd

from guantian.estimates import POWER
from guantian.tables.convergence import convergence_numbers
from guantian.tables.format import count_word, joined, number, per_cent
from guantian.tables.spatial import spatial_numbers


def paper_numbers(
    panel: pd.DataFrame,
    estimates: pd.DataFrame,
    specs: pd.DataFrame,
    uncorrected: pd.DataFrame,
    spatial: pd.DataFrame,
    errata: pd.DataFrame,
    dropped: pd.DataFrame,
    quality: Mapping[str, pd.DataFrame],
    study: Mapping,
) -> dict:
    """Return every number of the text.

    Parameters
    ----------
    panel, estimates, specs
        As made; ``specs`` is indexed by spec.
    uncorrected
        Estimates of the chapter without the errata.
    spatial
        Estimates of growth with spillovers.
    errata, dropped
        Corrections, and rows left out by the concordance.
    quality
        ``precision`` and ``planted``, as the checks' trial gives them.
    study
        The configuration, with ``zone`` the zone's description.

    Returns
    -------
    dict
        Nested, texts at the leaves; written as JSON.
    """
    return {
        "zone": _zone(study["zone"], panel) | {"claimed": _claimed(study)},
        "panel": _panel(panel),
        "base_year": str(study["base_year"]),
        "power": f"{POWER:g}",
        "confidence": f"{100 * study['confidence']:g}",
        "errata": {
            "cells": number(len(errata), 0),
            "tables": number(errata["table"].nunique(), 0),
            "emptied": number((errata["used_value"] == "").sum(), 0),
            "zone": number(_concerns(errata, study["zone"]).sum(), 0),
            "indices": number((errata["rule"] == "index").sum(), 0),
        },
        "quality": _quality(quality["precision"], quality["planted"]),
        "uncorrected": convergence_numbers(uncorrected, specs),
        "spatial": spatial_numbers(spatial),
        "spatial_main": study["weights"],
        "dropped": {"rows": number(len(dropped), 0)},
        "convergence": convergence_numbers(estimates, specs),
        "census": _census(estimates),
        "specs": {
            row.Index: {
                "label": row.label,
                "first": str(row.first),
                "last": str(row.last),
            }
            for row in specs.itertuples()
        },
    }


def _claimed(study: Mapping) -> dict[str, str]:
    """Of which zone the documents speak, and to which other one their claims are put, if any."""
    about, zone = study["about"], study["zone"]
    other = f" Here their claims are put to another one, the {zone['name_en']}."
    return {
        "name": about["name_en"],
        "name_zh": about["name_zh"],
        "put": other if zone["name_en"] != about["name_en"] else "",
    }


def _zone(zone: Mapping, panel: pd.DataFrame) -> dict:
    members = [member["name_en"] for member in zone["members"]]
    codes = [member["code"] for member in zone["members"]]
    growth = panel.loc[codes, "gdp_growth_pct"].dropna()
    fastest = growth.groupby(level="city_code").mean()
    names = {member["code"]: member["name_en"] for member in zone["members"]}
    return {
        "name": zone["name_en"],
        "name_zh": zone["name_zh"],
        "approved": _month(str(zone["approved"])),
        "members": joined(members),
        "core": names[zone["core"]],
        "size": count_word(len(codes)),
        "provinces": count_word(panel.loc[codes, "province_code"].nunique()),
        "growth_mean": number(growth.mean(), 1),
        "growth_first": str(growth.index.get_level_values("year").min()),
        "growth_last": str(growth.index.get_level_values("year").max()),
        "growth_fastest": names[fastest.idxmax()],
        "growth_fastest_mean": number(fastest.max(), 1),
        "growth_slowest": names[fastest.idxmin()],
        "growth_slowest_mean": number(fastest.min(), 1),
    }


def _month(date: str) -> str:
    """Print a date to the month where it has one: 2009-06-25 as June 2009."""
    year, *rest = date.split("-")
    return f"{calendar.month_name[int(rest[0])]} {year}" if rest else year


def _panel(panel: pd.DataFrame) -> dict:
    years = panel.index.get_level_values("year")
    cities = panel.groupby(level="city_code")[["in_zone", "in_region", "in_nation"]].first()
    basis = panel.loc[panel["in_nation"] == 1, "gdp_per_capita_basis"].dropna()
    return {
        "first": str(years.min()),
        "last": str(years.max()),
        "cities": number(cities["in_nation"].sum(), 0),
        "region": number(cities["in_region"].sum(), 0),
        "variables": number(panel.shape[1], 0),
        "basis_resident": per_cent(basis.isin(["resident", "either"]).mean()),
        "basis_registered": per_cent(basis.isin(["registered", "either"]).mean()),
        "basis_both": per_cent((basis == "either").mean()),
        "basis_neither": per_cent((basis == "neither").mean()),
    }


def _concerns(errata: pd.DataFrame, zone: Mapping) -> pd.Series:
    """Tell which corrections are of a member of the zone."""
    codes = "|".join(member["code"] for member in zone["members"])
    return errata["key"].str.contains(rf"=(?:{codes})(?:;|$)")


def _quality(precision: pd.DataFrame, planted: pd.DataFrame) -> dict:
    """Print what the checks proposed, and how they fare on planted faults."""
    whole = precision[(precision["check"] == "all") & (precision["table"] == "all")].iloc[0]
    kinds = planted.dropna(subset="share_found")
    worst = kinds.loc[kinds["share_found"].idxmin()]
    clean = planted[planted["share_found"].isna()].iloc[0]
    return {
        "proposed": number(whole["proposed"], 0),
        "accepted": number(whole["accepted"], 0),
        "kept": number(whole["kept"], 0),
        "worst": per_cent(worst["share_found"]),
        "worst_kind": worst["kind"],
        "false_alarms": number(clean["false_alarms_per_1000"], 1),
    }


def _census(estimates: pd.DataFrame) -> dict:
    """Share of the zone's fall in dispersion that falls in the years of the 2020 census."""
    ratios = estimates.query("analysis == 'sigma' and sample == 'zone' and term == 'ratio'")
    ratios = ratios.set_index("spec")["estimate"]
    if not {"reported", "reported_census"} <= set(ratios.index):
        return {}
    whole, before = ratios["reported_census"] - 1, ratios["reported"] - 1
    if not whole < before <= 0:
        return {}
    return {"share": per_cent((whole - before) / whole)}
