"""Budgets, debt and investment of groups of cities as ratios of sums, and the zone's change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from guantian.chapters.similarity.estimate.groups import positions
from guantian.placebo_inference import zone_row
from regiometrics.structure.duplication import wide

PART = "S1.5"
DEBT = "debt_gdp"
RATIOS = ("debt_gdp", "gap_gdp", "gap", "investment_gdp")
DESCRIBED = "investment_gdp"  # interpolated after 2016: by year alone


def debt_ratio(debt: pd.DataFrame, gdp: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Debt of financing platforms and GDP where both are known, shape (T, n), 100 million yuan.

    A city without a figure has no platform that published accounts: missing, not zero.
    """
    table = debt.pivot(
        index="year", columns="region_code", values="lgfv_interest_bearing_debt_100m_yuan"
    )
    output = gdp.reindex(index=table.index, columns=table.columns)
    known = table.notna() & (output > 0)
    return table.where(known), output.where(known)


def fiscal_parts(
    fiscal: pd.DataFrame, debt: pd.DataFrame, gdp: pd.DataFrame
) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """Numerator and denominator of each ratio, both shape (T, n) and missing together.

    Parameters
    ----------
    fiscal
        Budgets and investment, with the flags of what the source interpolated.
    debt
        The table of financing platforms' debt.
    gdp
        Shape (T, n), 100 million yuan.

    Returns
    -------
    dict
        `RATIOS`: debt of financing platforms over GDP, the fiscal gap over GDP and over
        expenditure, reported fixed investment over GDP.
    """
    names = ("budget_revenue", "budget_expenditure", "fixed_investment")
    revenue, expenditure, investment = (
        wide(fiscal, f"{name}_100m_yuan").where(wide(fiscal, f"{name}_imputed") == 0)
        for name in names
    )
    output = gdp.reindex(index=expenditure.index, columns=expenditure.columns)
    gap = expenditure - revenue
    parts = {
        "gap_gdp": (gap, output),
        "gap": (gap, expenditure),
        "investment_gdp": (investment, output),
    }
    known = {name: top.notna() & (bottom > 0) for name, (top, bottom) in parts.items()}
    return {"debt_gdp": debt_ratio(debt, gdp)} | {
        name: (top.where(known[name]), bottom.where(known[name]))
        for name, (top, bottom) in parts.items()
    }


def change_of_ratio(top: np.ndarray, bottom: np.ndarray, groups: np.ndarray, least: int):
    """Mean annual change of groups' ratios of sums, per cent.

    Parameters
    ----------
    top, bottom : ndarray, shape (T, n)
        Numerator and denominator, missing together.
    groups : int array, shape (draws, size)
        Positions; -1 where a member has no column.
    least
        Members that must be known in each pair of years.

    Returns
    -------
    ndarray, shape (draws,)
        A year's change is that of the ratio of sums over the members known in this year and the
        one before, so that a member whose data begin later moves no ratio by beginning.
    """
    padded = [np.column_stack([table, np.full(len(table), np.nan)]) for table in (top, bottom)]
    total = np.zeros(len(groups))
    for year in range(1, len(top)):
        now, before = ([table[at][groups] for table in padded] for at in (year, year - 1))
        both = ~np.isnan(now[0]) & ~np.isnan(before[0])
        ratios = [
            np.where(both, one[0], 0).sum(axis=1)
            / np.maximum(np.where(both, one[1], 0).sum(axis=1), 1e-12)
            for one in (now, before)
        ]
        total += np.where(both.sum(axis=1) >= least, 100 * (ratios[0] - ratios[1]), np.nan)
    return total / (len(top) - 1)


def run_zone_burden(
    parts: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]],
    zone: Sequence[str],
    placebo: np.ndarray,
    choices: Mapping,
    confidence: float,
) -> tuple[list[dict], list[dict]]:
    """Test S1.5 for the zone: its debt over GDP, as a ratio of sums, rises.

    Parameters
    ----------
    parts
        As `fiscal_parts` returns them.
    zone, placebo
        Codes of the members and, shape (draws, size), of the placebo zones.
    choices
        The section of the configuration: ``primary`` (``debt``: years).
    confidence
        Of the intervals.

    Returns
    -------
    estimates
        Rows of ``variant`` S1.5, ``sample`` zone, term ``annual_change``, per cent of the
        denominator a year: ``primary`` for debt over GDP, ``secondary`` for the fiscal gap.
    series
        Rows of ``aggregate_ratio``: the zone's and China's ratios of sums by year, per cent, with
        the number of members known.
    """
    window = choices["primary"]["debt"]
    rows, described = [], []
    for outcome in RATIOS:
        top, bottom = parts[outcome]
        codes = list(top.columns)
        own, groups = positions(codes, [sorted(zone)]), positions(codes, placebo)
        described += list(_aggregates(outcome, top, bottom, zone))
        chosen = [
            table.loc[window["first"] : window["last"]].to_numpy(float) for table in parts[outcome]
        ]
        members = own[own >= 0]
        known = ~np.isnan(chosen[0][:, members])
        least = int((known[1:] & known[:-1]).sum(axis=1).min()) if len(known) > 1 else 0
        if outcome == DESCRIBED or not least:
            continue
        value = change_of_ratio(*chosen, own, least)[0]
        row = zone_row(value, change_of_ratio(*chosen, groups, least), groups, confidence)
        if row:
            labels = {"variant": PART, "sample": "zone", "outcome": outcome}
            labels |= {"analysis": "primary" if outcome == DEBT else "secondary"}
            labels |= {
                "term": "annual_change",
                "n_units": len(members),
                "n_periods": len(chosen[0]),
            }
            labels |= {"first_year": window["first"], "last_year": window["last"]}
            rows.append(labels | row | {"estimator": "mean annual change of a ratio of sums"})
    return rows, described


def _aggregates(
    outcome: str, top: pd.DataFrame, bottom: pd.DataFrame, zone: Sequence[str]
) -> Iterator[dict]:
    for sample, codes in (("zone", top.columns.intersection(sorted(zone))), ("china", top.columns)):
        for year in top.index:
            known = top.loc[year, codes].notna()
            if known.any():
                value = 100 * top.loc[year, codes].sum() / bottom.loc[year, codes].sum()
                labels = {"analysis": "aggregate_ratio", "sample": sample, "outcome": outcome}
                yield labels | {"year": year, "value": value, "n_units": int(known.sum())}
