"""Leaders near retirement and in long tenure: growth, targets, investment, expenditure."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from guantian.chapters.reactions.estimate.contest import linear_rows
from guantian.chapters.reactions.estimate.names import OFFICIALS
from guantian.chapters.reactions.estimate.rows import Rows
from guantian.chapters.reactions.estimate.shocks import group_slopes
from guantian.results import placebo_columns
from regiometrics.inference import holm, inference_row
from regiometrics.placebo.ranks import placebo_rank

TERMS = ("late", "tenure", "first_year")
EFFECTS = {"city_year": ["city_code", "year"], "province_year": ["city_code", "province_year"]}


def leader_data(leaders: pd.DataFrame, provinces: pd.Series, late_age: int) -> pd.DataFrame:
    """Age and tenure of each official.

    Parameters
    ----------
    leaders
        Columns ``city_code``, ``year``, ``x_birth_year``, ``x_tenure_years`` for each official x.
    provinces
        City to province.
    late_age
        Age from which promotion grows unlikely before retirement at 60.

    Returns
    -------
    DataFrame
        ``x_late`` (0 or 1), ``x_tenure`` (years) and ``x_first_year`` (0 or 1: no full year in
        office yet). The source's first year is that of leading any city, so that tenure, which
        starts again with each city, is used; an official without a birth year is missing.
    """
    data = leaders[["city_code", "year"]].copy()
    data["province"] = data["city_code"].map(provinces)
    data["province_year"] = data["province"] + "_" + data["year"].astype("str")
    for official in OFFICIALS:
        age = leaders["year"] - leaders[f"{official}_birth_year"]
        data[f"{official}_late"] = (age >= late_age).astype("float64").where(age.notna())
        tenure = leaders[f"{official}_tenure_years"]
        data[f"{official}_tenure"] = tenure
        data[f"{official}_first_year"] = (tenure == 0).astype("float64").where(tenure.notna())
    return data[data["province"].notna()].reset_index(drop=True)


def leader_outcomes(data: pd.DataFrame) -> pd.DataFrame:
    """What leaders may move, on (city_code, year).

    Parameters
    ----------
    data
        Index (city_code, year); growth and targets in per cent, investment and expenditure in
        100 million yuan with their ``_imputed`` marks.

    Returns
    -------
    DataFrame
        ``growth`` (percent), ``overbid`` (city target minus the province's, percentage points),
        ``investment`` and ``expenditure`` (logs; cells that the source interpolated are missing).
    """
    columns = {
        "growth": data["gdp_growth_reported"],
        "overbid": data["target_city_pct"] - data["target_province_pct"],
    }
    names = {"investment": "fixed_investment", "expenditure": "budget_expenditure"}
    for name, variable in names.items():
        values = data[f"{variable}_100m_yuan"].where(data[f"{variable}_imputed"] != 1)
        columns[name] = np.log(values.where(values > 0))
    return pd.DataFrame(columns)


def run_leaders(data: pd.DataFrame, outcomes: pd.DataFrame, confidence: float) -> list[dict]:
    """Estimate what age and tenure go with.

    Parameters
    ----------
    data
        As `leader_data` returns it.
    outcomes
        On (city_code, year): one column per outcome.
    confidence
        Of the intervals.

    Returns
    -------
    list of dict
        Rows of estimates, analysis ``leaders``, group the official, variant the fixed effects
        (``city_year``, ``province_year``), terms ``late``, ``tenure`` and ``first_year``, all
        three in one equation. The terms ``late`` with city and year effects have p-values
        adjusted by Holm over all outcomes and officials.
    """
    merged = data.merge(outcomes.reset_index(), on=["city_code", "year"], how="inner")
    rows = list(_rows(merged, list(outcomes), confidence))
    main = [row for row in rows if row["term"] == "late" and row["variant"] == "city_year"]
    for row, adjusted in zip(main, holm([row["p_value"] for row in main]), strict=True):
        row["p_adjusted"] = adjusted
    return rows


def _rows(merged: pd.DataFrame, outcomes: list[str], confidence: float) -> Iterator[dict]:
    for official in OFFICIALS:
        names = [f"{official}_{term}" for term in TERMS]
        key = {"analysis": "leaders", "sample": "nation", "group": official}
        for outcome in outcomes:
            for variant, effects in EFFECTS.items():
                found = linear_rows(merged, outcome, names, effects, confidence)
                for term, name in zip(TERMS, names, strict=True):
                    yield {
                        **key, "variant": variant, "outcome": outcome, "term": term, **found[name],
                    }  # fmt: skip


def overbid_rows(
    overbid: pd.Series, groups: np.ndarray, zone: list[str], confidence: float
) -> Rows:
    """How far cities bid above their province: mean, share above, and the zone's rank.

    Parameters
    ----------
    overbid
        City target minus the province's, percentage points, on (city_code, year).
    groups
        Codes of placebo zones, shape (draws, size).
    zone
        Codes of its members.
    """
    known = overbid.dropna()
    city = known.groupby(level=0).mean()
    error = float(city.std(ddof=1) / np.sqrt(len(city)))
    mean = {"sample": "nation", **inference_row(city.mean(), error, confidence, len(city) - 1)}
    share = {"sample": "nation", "term": "share_above", "value": float((known > 0).mean())}
    found = Rows([{**mean, "n_units": len(city), "n_obs": len(known)}])
    found.series.append({**share, "n_obs": len(known)})
    count = pd.Series(1.0, index=city.index)
    members = np.array([zone], dtype=object)
    least = max(2, members.size - 2)
    own = group_slopes(city, count, members, least)[0]
    drawn = group_slopes(city, count, groups, least)
    if np.isfinite(own) and np.isfinite(drawn).any():
        rank = placebo_rank(own, drawn, groups)
        found.estimates.append({"sample": "zone", **placebo_columns(rank, drawn, confidence)})
    keyed = Rows()
    keyed.add(found, analysis="overbid", outcome="overbid", term="mean")
    return keyed
