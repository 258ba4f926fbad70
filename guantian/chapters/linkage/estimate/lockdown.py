"""The lockdown of early 2020 in the flows between the zone's cities, and the recovery."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from regiometrics.inference import inference_row

FULL_MONTH = 0.9  # of a month's days: May 2020 has three and does not count
# Of the share of days on which a pair is usually listed: less is a hole at the source, whose days
# the mean counts as zero (Shangluo in April 2020), not a small flow.
USUAL_DAYS = 0.5


def lockdown_rows(
    flows: pd.DataFrame,
    members: Collection[str],
    provinces: Mapping[str, str],
    core: str,
    confidence: float,
) -> Iterator[dict[str, Any]]:
    """Give the analysis ``lockdown`` by year and month: estimates, and the series of pairs.

    Parameters
    ----------
    flows
        As `monthly_pairs` takes them.
    members
        Codes of the zone's cities; flows of others do not count.
    provinces
        City to province.
    core
        Code of the core.
    confidence
        Of the intervals.

    Yields
    ------
    dict
        Estimates as `mean_rows` computes them, and in the series each pair's ``log_ratio``.
    """
    key = {"analysis": "lockdown", "sample": "zone", "outcome": "log_flow_on_next_year"}
    flows = flows[flows[["origin_code", "destination_code"]].isin(list(members)).all(axis=1)]
    if flows.empty:
        yield key | {"term": "none", "note": "no monthly flows between the zone's cities"}
        return
    ratios = against_a_year_later(monthly_pairs(flows))
    for row in mean_rows(ratios, provinces, core, confidence):
        yield key | {
            "estimator": "mean over pairs",
            "cov_type": "jackknife over cities",
            **row,
        }
    for month, values in ratios.items():
        for (unit, partner), value in values.dropna().items():
            pair = {"unit": unit, "partner": partner, "term": "log_ratio", "value": value}
            yield key | _month(month) | pair


def _month(month: int) -> dict[str, int]:
    return {"year": month // 100, "month": month % 100}


def monthly_pairs(flows: pd.DataFrame) -> pd.DataFrame:
    """Add both directions of each pair, by month; months with days missing are left out.

    Parameters
    ----------
    flows
        ``origin_code``, ``destination_code``, ``year_month``, ``days_observed``,
        ``days_in_month``, ``flow_index``.

    Returns
    -------
    DataFrame
        Index (code_a, code_b), columns year * 100 + month.
    """
    month = flows["year_month"].astype(int)
    asked = pd.PeriodIndex.from_fields(year=month // 100, month=month % 100, freq="M").days_in_month
    listed = flows["days_observed"] / flows["days_in_month"]
    usual = listed.groupby([flows["origin_code"], flows["destination_code"]]).transform("median")
    flows = flows.assign(flow_index=flows["flow_index"].where(listed >= USUAL_DAYS * usual))
    kept = flows[flows["days_in_month"].to_numpy() >= FULL_MONTH * np.asarray(asked)]
    ends = np.sort(kept[["origin_code", "destination_code"]].to_numpy(dtype=str), axis=1)
    kept = kept.assign(code_a=ends[:, 0], code_b=ends[:, 1], month=kept["year_month"].astype(int))
    return kept.groupby(["code_a", "code_b", "month"])["flow_index"].sum(min_count=2).unstack()


def against_a_year_later(monthly: pd.DataFrame) -> pd.DataFrame:
    """Log of each pair's flow over that of the same month one year later.

    The same month, because the Spring Festival moves more people than most shocks do. It falls
    on 25 January 2020 and 12 February 2021, so that February 2021 holds its return journeys.
    """
    later = {month: month + 100 for month in monthly if month + 100 in monthly}
    logs = np.log(monthly.where(monthly > 0))
    return pd.DataFrame({month: logs[month] - logs[other] for month, other in later.items()})


def mean_rows(
    ratios: pd.DataFrame, provinces: Mapping[str, str], core: str, confidence: float
) -> list[dict]:
    """Mean log ratio over pairs by month, and differences between kinds of pairs.

    Errors are those of a jackknife that leaves out one city with all its pairs; with few cities
    they are rough, and t has one degree of freedom fewer than there are cities.

    Parameters
    ----------
    ratios
        As `against_a_year_later` returns them.
    provinces
        City to province.
    core
        Code of the core.
    confidence
        Of the intervals.
    """
    first, second = (ratios.index.get_level_values(i) for i in (0, 1))
    border = np.array([provinces[a] != provinces[b] for a, b in ratios.index])
    centre = np.asarray((first == core) | (second == core))
    cities = sorted(set(first) | set(second))

    def measure(values, kind, kept):
        if kind is None:
            return np.nanmean(values[kept])
        if not (kind & kept).any() or not (~kind & kept).any():
            return np.nan
        return np.nanmean(values[kind & kept]) - np.nanmean(values[~kind & kept])

    rows = []
    for month in ratios:
        values = ratios[month].to_numpy()
        for term, kind in (
            ("mean", None),
            ("border_minus_province", border),
            ("core_minus_others", centre),
        ):
            whole = measure(values, kind, np.ones(len(values), dtype=bool))
            parts = np.array(
                [measure(values, kind, np.asarray((first != c) & (second != c))) for c in cities]
            )
            known = parts[np.isfinite(parts)]
            row = {"term": term, "estimate": whole, **_month(month)}
            row["n_obs"] = int(np.isfinite(values).sum())
            # A difference that rests on one city cannot be jackknifed: no interval, and a note.
            if len(known) < len(cities):
                row["note"] = "rests on a single city: no interval"
            else:
                m = len(known)
                error = float(np.sqrt((m - 1) / m * ((known - known.mean()) ** 2).sum()))
                row |= inference_row(whole, error, confidence, m - 1)
            if np.isfinite(whole):
                rows.append(row)
    return rows
