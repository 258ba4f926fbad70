"""Leaders near retirement and in long tenure: growth, targets, investment, expenditure."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from guantian.chapters.reactions.estimate.contest import linear_rows
from guantian.chapters.reactions.estimate.names import OFFICIALS
from guantian.chapters.reactions.estimate.shocks import group_slopes
from guantian.estimates import tidy
from regiometrics.inference import holm, inference_row
from regiometrics.placebo.ranks import placebo_rank, rank_row

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
        starts anew with each city, is used; an official without a birth year is missing.
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


def leader_outcomes(figures: pd.DataFrame) -> pd.DataFrame:
    """What leaders may move, on (city_code, year).

    Parameters
    ----------
    figures
        Index (city_code, year); growth and targets in per cent, investment and expenditure in
        100 million yuan with their ``_imputed`` marks.

    Returns
    -------
    DataFrame
        ``growth`` (per cent), ``overbid`` (city target less the province's, percentage points),
        ``investment`` and ``expenditure`` (logs; cells that the source interpolated are missing).
    """
    columns = {
        "growth": figures["gdp_growth_reported"],
        "overbid": figures["target_city_pct"] - figures["target_province_pct"],
    }
    names = {"investment": "fixed_investment", "expenditure": "budget_expenditure"}
    for name, variable in names.items():
        values = figures[f"{variable}_100m_yuan"].where(figures[f"{variable}_imputed"] != 1)
        columns[name] = np.log(values.where(values > 0))
    return pd.DataFrame(columns)


def run_leaders(data: pd.DataFrame, outcomes: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Estimate what age and tenure go with.

    Parameters
    ----------
    data
        As `leader_data` returns it.
    outcomes
        On (city_code, year): a column an outcome.
    confidence
        Of the intervals.

    Returns
    -------
    DataFrame
        Tidy, analysis ``leaders``: spec ``x_city_year`` and ``x_province_year`` for each official
        x, term ``late``, ``tenure`` and ``first_year``, all three in one equation; with Holm's
        p-values over the terms ``late`` of the main spec in ``leaders_adjusted``.
    """
    merged = data.merge(outcomes.reset_index(), on=["city_code", "year"], how="inner")
    rows = tidy(list(_rows(merged, list(outcomes), confidence)), analysis="leaders",
                sample="nation")  # fmt: skip
    main = rows[(rows["term"] == "late") & rows["spec"].str.endswith("_city_year")]
    adjusted = main[["spec", "sample", "outcome", "term"]].assign(
        p_value=holm(main["p_value"]), estimator="Holm", note=f"family of {len(main)} tests"
    )
    extra = tidy(adjusted.to_dict("records"), analysis="leaders_adjusted")
    return pd.concat([rows, extra], ignore_index=True)


def _rows(merged: pd.DataFrame, outcomes: list[str], confidence: float) -> Iterator[dict]:
    for official in OFFICIALS:
        names = [f"{official}_{term}" for term in TERMS]
        for outcome in outcomes:
            for spec, effects in EFFECTS.items():
                found = linear_rows(merged, outcome, names, effects, confidence)
                for term, name in zip(TERMS, names, strict=True):
                    yield found[name] | {
                        "spec": f"{official}_{spec}", "outcome": outcome, "term": term,
                    }  # fmt: skip


def overbid_rows(
    overbid: pd.Series, groups: np.ndarray, zone: list[str], confidence: float
) -> list[dict]:
    """How far cities bid above their province: mean, share above, and the zone's rank.

    Parameters
    ----------
    overbid
        City target less the province's, percentage points, on (city_code, year).
    groups
        Codes of placebo zones, shape (draws, size).
    zone
        Codes of its members.
    """
    known = overbid.dropna()
    city = known.groupby(level=0).mean()
    error = float(city.std(ddof=1) / np.sqrt(len(city)))
    rows = [
        {"term": "mean", **inference_row(city.mean(), error, confidence, len(city) - 1),
         "sample": "nation", "n_units": len(city), "n_obs": len(known)},
        {"term": "share_above", "estimate": float((known > 0).mean()), "sample": "nation",
         "n_obs": len(known)},
    ]  # fmt: skip
    count = pd.Series(1.0, index=city.index)
    members = np.array([zone], dtype=object)
    least = max(2, members.size - 2)
    own = group_slopes(city, count, members, least)[0]
    drawn = group_slopes(city, count, groups, least)
    if np.isfinite(own) and np.isfinite(drawn).any():
        rank = placebo_rank(own, drawn, groups)
        rows.append({"term": "mean", "sample": "zone", **rank_row(rank, drawn, confidence)})
    return rows
