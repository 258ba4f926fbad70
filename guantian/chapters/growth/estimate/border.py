"""Does growth differ at a provincial border? Pairs of counties of adjacent prefectures.

Two counties near each other share climate, terrain and markets; where a provincial border runs
between them their governments differ too. If governments set growth apart, counties across the
border differ more than counties of two adjacent prefectures of one province, at equal distance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from guantian.regression import Regression, dyadic_meat, regress


class NoBorderError(ValueError):
    """There are no pairs of counties to compare at a provincial border."""


#: What `border_effect` gives a row for.
BORDER_ROWS = (
    {"term": "across", "errors": "dyadic"},
    {"term": "log_km", "errors": "dyadic"},
    {"term": "across", "errors": "permutation"},
    {"term": "signed", "errors": "dyadic"},
)


@dataclass(frozen=True)
class BorderPairs:
    """Pairs of units of adjacent prefectures.

    Attributes
    ----------
    table : DataFrame
        One row per pair: `unit_a`, `unit_b`, `city_a`, `city_b`, `difference` (absolute, of
        growth), `signed` (b minus a where a is in the first province), `across` (0 or 1), `log_km`.
    growth : Series
        Unit -> annual log growth, times 100.
    """

    table: pd.DataFrame
    growth: pd.Series


def county_growth(counties: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Annual log growth of nominal GDP between two years, times 100.

    Parameters
    ----------
    counties
        Columns county_code, city_code, year, gdp_10k_yuan.

    Returns
    -------
    DataFrame
        Index county_code: `city_code`, `growth`; counties with both years.

    Raises
    ------
    ValueError
        If no county has both years.
    """
    wide = counties.pivot(index="county_code", columns="year", values="gdp_10k_yuan")
    absent = sorted({first, last} - set(wide.columns))
    if absent:
        raise ValueError(f"county_gdp has no values of {absent[0]}; expected {first} and {last}.")
    ends = wide[[first, last]].where(wide[[first, last]] > 0).dropna()
    if ends.empty:
        raise ValueError(f"No county has GDP of both {first} and {last}; expected some.")
    cities = counties.groupby("county_code")["city_code"].first()
    return pd.DataFrame(
        {
            "city_code": cities.reindex(ends.index),
            "growth": 100 * np.log(ends[last] / ends[first]) / (last - first),
        }
    ).sort_index()


def border_pairs(
    growth: pd.DataFrame, pairs: pd.DataFrame, provinces: Sequence[str] | None
) -> BorderPairs:
    """Pair counties of adjacent prefectures of two provinces.

    Parameters
    ----------
    growth
        As `county_growth` returns it.
    pairs
        Pairs of prefectures: code_a, code_b, distance_km, adjacent, same_province.
    provinces
        The two provinces (codes); signed differences are the second minus the first. None where no
        border runs through the zone.

    Raises
    ------
    NoBorderError
        If there are no two provinces, no pair across the border, or none within.
    """
    if not provinces:
        raise NoBorderError("No border of two provinces runs through the zone.")
    first, second = (code[:2] for code in provinces)
    side = growth["city_code"].str[:2]
    inside = growth[side.isin([first, second])]
    near = pairs[pairs["adjacent"] == 1]
    known = near["code_a"].str[:2].isin([first, second]) & near["code_b"].str[:2].isin(
        [first, second]
    )
    near = near[known]
    units = inside.rename_axis("unit").reset_index()
    table = (
        near.merge(units.add_suffix("_a"), left_on="code_a", right_on="city_code_a")
        .merge(units.add_suffix("_b"), left_on="code_b", right_on="city_code_b")
        .rename(columns={"code_a": "city_a", "code_b": "city_b"})
    )
    table["across"] = (table["city_a"].str[:2] != table["city_b"].str[:2]).astype(int)
    for across, where in ((1, "across the border"), (0, "within a province")):
        if not (table["across"] == across).any():
            raise NoBorderError(
                f"Output of counties is not known for a pair {where} in adjacent prefectures."
            )
    difference = table["growth_b"] - table["growth_a"]
    turned = np.where(table["city_a"].str[:2] == first, 1.0, -1.0)
    table = table.assign(
        difference=difference.abs(),
        signed=np.where(table["across"] == 1, turned * difference, np.nan),
        log_km=np.log(table["distance_km"]),
    )
    columns = ["unit_a", "unit_b", "city_a", "city_b", "difference", "signed", "across", "log_km"]
    table = table[columns].sort_values(["unit_a", "unit_b"], ignore_index=True)
    return BorderPairs(table, inside["growth"])


def border_effect(
    pairs: BorderPairs, permutations: int, seed: int, confidence: float
) -> list[dict]:
    """Regress the absolute difference of growth on the border, distance held.

    Returns
    -------
    list of dict
        Rows of ``border``. Term `across` (more difference across, percentage points a year) by
        ``errors``: ``dyadic``, robust to dependence between pairs that share a prefecture;
        ``permutation``, from growth dealt again among the counties (Mantel 1967, Cancer Research
        27, 209-220: it keeps that a county is in many pairs, not that counties of a prefecture are
        similar). Term `signed`: the second province minus the first, mean over pairs across.
    """
    table = pairs.table
    across = table["across"] == 1
    fit = _dyadic(table, table["difference"], ["across", "log_km"])
    estimate = fit.params[fit.names.index("across")]
    common = {
        "analysis": "border",
        "outcome": "county_gdp_growth",
        "n_obs": len(table),
        "n_units": len(set(table["unit_a"]) | set(table["unit_b"])),
        "n_periods": 1,
        "weights": "none",
        "note": f"{int(across.sum())} pairs across, {int((~across).sum())} within a province",
    }
    rows = [
        {
            "errors": "dyadic",
            "term": term,
            **fit.row(term, confidence),
            "estimator": "least squares on pairs of counties",
            "cov_type": "dyadic-robust by prefecture",
            "df": fit.df,
        }
        for term in ("across", "log_km")
    ]
    drawn = _permuted(pairs, permutations, seed)
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    extreme = int((np.abs(drawn - drawn.mean()) >= abs(estimate - drawn.mean())).sum())
    rows.append(
        {
            "errors": "permutation",
            "term": "across",
            "estimate": estimate,
            "p_value": (1 + extreme) / (1 + permutations),
            "conf_low": min(estimate - high, estimate),
            "conf_high": max(estimate - low, estimate),
            "estimator": "least squares on pairs of counties",
            "cov_type": "permutations of counties",
            "n_draws": permutations,
        }
    )
    mean = _dyadic(table[across], table.loc[across, "signed"], [])
    rows.append(
        {
            "errors": "dyadic",
            "term": "signed",
            **mean.row("constant", confidence),
            "estimator": "mean over pairs across the border",
            "cov_type": "dyadic-robust by prefecture",
            "df": mean.df,
        }
    )
    return [{**common, **row} for row in rows]


def _dyadic(table: pd.DataFrame, outcome: pd.Series, columns: list[str]) -> Regression:
    """Least squares with dyadic-robust errors: pairs that share a prefecture are dependent."""
    fit = regress(outcome, table[columns])
    first, second = table["city_a"].to_numpy(), table["city_b"].to_numpy()
    cities = len(set(first) | set(second))
    meat = dyadic_meat(fit.scores, first, second)
    return fit.with_meat(meat, cities / (cities - 1), cities - 1)


def _permuted(pairs: BorderPairs, permutations: int, seed: int) -> np.ndarray:
    table, growth = pairs.table, pairs.growth
    a = growth.index.get_indexer(table["unit_a"])
    b = growth.index.get_indexer(table["unit_b"])
    X = np.column_stack([np.ones(len(table)), table["across"], table["log_km"]])
    direction = (np.linalg.inv(X.T @ X) @ X.T)[1]
    rng = np.random.default_rng(seed)
    values = growth.to_numpy()
    out = np.empty(permutations)
    for draw in range(permutations):
        shuffled = rng.permutation(values)
        out[draw] = direction @ np.abs(shuffled[a] - shuffled[b])
    return out
