"""Capital by perpetual inventory from investment in fixed assets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from guantian.errors import DataError

METHODS = ("ratio", "growth")


@dataclass(frozen=True)
class CapitalSpec:
    """How investment becomes a stock.

    Attributes
    ----------
    depreciation
        Share of the stock lost a year.
    initial
        ``"ratio"``: the first stock is the first year's investment over ``initial_ratio``;
        ``"growth"``: over depreciation plus the mean growth of real investment in the first
        ``initial_years`` years (the stock of a steady state).
    initial_ratio, initial_years
        See ``initial``.
    price
        ``"investment"`` or ``"consumer"``: the provincial prices that deflate investment.
    """

    depreciation: float
    initial: str
    initial_ratio: float
    initial_years: int
    price: str

    def __post_init__(self) -> None:
        if self.initial not in METHODS:
            raise DataError(f"The initial stock is {self.initial!r}; {METHODS} were expected.")


def perpetual_inventory(
    investment: pd.Series, price: pd.Series, imputed: pd.Series, spec: CapitalSpec
) -> pd.DataFrame:
    r"""Cumulate investment into capital, city by city.

    :math:`K_t = (1 - \delta) K_{t-1} + I_t / P_t` over the longest unbroken run of years with
    investment and price; a gap is never bridged, and of two runs of one length the later counts.

    Parameters
    ----------
    investment
        At current prices; index (city_code, year).
    price
        Base year = 1; same index, or one that holds it.
    imputed
        1 where the source imputed investment; same index as ``investment``.
    spec
        Depreciation and initial stock.

    Returns
    -------
    DataFrame
        Index (city_code, year): ``capital`` in the unit of investment at prices of the base year;
        ``capital_start_year``; ``capital_initial_share_pct``, how much of the stock is still the
        first guess; ``capital_imputed``, 1 from the first imputed year of the run on.
    """
    real = (investment / price.reindex(investment.index)).unstack("city_code").sort_index()
    real = real.reindex(range(real.index.min(), real.index.max() + 1)).rename_axis("year")
    marked = imputed.unstack("city_code").reindex_like(real)
    parts = {}
    for city in real:
        run = longest_run(real[city])
        if len(run) > (spec.initial_years if spec.initial == "growth" else 0):
            parts[city] = _accumulate(run, marked[city].reindex(run.index), spec)
    if not parts:
        raise DataError("No city has a run of investment and prices from which capital can start.")
    return pd.concat(parts, names=["city_code", "year"])


def longest_run(values: pd.Series) -> pd.Series:
    """Return the longest stretch without a gap, the later of two equally long.

    Examples
    --------
    >>> longest_run(pd.Series([1.0, np.nan, 2.0, 3.0], index=[2000, 2001, 2002, 2003])).tolist()
    [2.0, 3.0]
    """
    known = values.notna()
    run = (~known).cumsum()[known]
    if run.empty:
        return values[known]
    lengths = run.value_counts()
    return values[run.index[run == lengths[lengths == lengths.max()].index.max()]]


def _accumulate(real: pd.Series, imputed: pd.Series, spec: CapitalSpec) -> pd.DataFrame:
    flows = real.to_numpy()
    keep = 1 - spec.depreciation
    stock = np.empty(len(flows))
    stock[0] = flows[0] / _initial_rate(flows, spec)
    for year in range(1, len(flows)):
        stock[year] = keep * stock[year - 1] + flows[year]
    left = stock[0] * keep ** np.arange(len(flows))
    return pd.DataFrame(
        {
            "capital": stock,
            "capital_start_year": float(real.index[0]),
            "capital_initial_share_pct": 100 * left / stock,
            "capital_imputed": (imputed.fillna(0).cumsum() > 0).astype("float64"),
        },
        index=real.index,
    )


def _initial_rate(flows: np.ndarray, spec: CapitalSpec) -> float:
    if spec.initial == "ratio":
        return spec.initial_ratio
    growth = (flows[spec.initial_years] / flows[0]) ** (1 / spec.initial_years) - 1
    # Shrinking investment has no steady state above depreciation; then nothing is added to it.
    return spec.depreciation + max(growth, 0.0)
