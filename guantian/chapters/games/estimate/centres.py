"""One centre or several: what a programme brings by where it is put; how even cities are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from regiometrics.inequality.primacy import primacy

Array = np.ndarray


def programme_gain(shares, amount, capital, output, response, capital_share) -> Array:
    """Output that a programme of investment brings, by where it is put.

    Investment I_m in centre m raises its output by α ln(1 + I_m / K_m) log points, with falling
    returns, and city i's by that times the response of i to a unit of growth in m.

    Parameters
    ----------
    shares : array_like, shape (..., n)
        Part of the programme that goes to each city; sums to one.
    amount
        The whole programme, in the unit of capital.
    capital, output : array_like, shape (n,)
        K and Y of each city.
    response : array_like, shape (..., n, n)
        Log points of i for a log point in j; one on the diagonal.
    capital_share
        α, elementwise over the leading axes.

    Returns
    -------
    ndarray, shape (..., n)
        Change of each city's output over that of all, in the unit of `output` over its sum.
    """
    shares, output = np.asarray(shares, float), np.asarray(output, float)
    if not np.allclose(shares.sum(-1), 1) or (shares < 0).any():
        raise ValueError("The parts of the programme must not be negative and must sum to one.")
    pushed = np.asarray(capital_share, float)[..., None] * np.log1p(shares * amount / capital)
    growth = (np.asarray(response, float) @ pushed[..., None])[..., 0]
    return output * np.expm1(growth) / output.sum()


def best_shares(amount, capital, weight) -> Array:
    """Division of a programme that raises sum_m weight_m ln(1 + I_m / K_m) most, closed form.

    I_m = max(0, weight_m / μ - K_m), with μ such that the programme is spent (water-filling).

    Parameters
    ----------
    amount
        The whole programme.
    capital : array_like, shape (n,)
    weight : array_like, shape (n,)
        What a log point in m is worth, above zero.

    Returns
    -------
    ndarray, shape (n,)
        Parts, which sum to one.
    """
    capital, weight = np.asarray(capital, float), np.asarray(weight, float)
    if (weight <= 0).any() or (capital <= 0).any() or amount <= 0:
        raise ValueError("Weights, capital and the programme must be above zero.")
    order = np.argsort(-weight / capital, kind="stable")
    level = (amount + np.cumsum(capital[order])) / np.cumsum(weight[order])
    # The last city that is served has weight / K above 1 / level.
    served = int((weight[order] * level > capital[order]).nonzero()[0].max())
    return np.clip(weight * level[served] - capital, 0, None) / amount


def entropy_evenness(sizes) -> float:
    """Evenness of sizes: Shannon's entropy over the log of the number of cities.

    1 where all are as large, near 0 where one has all. Green's polycentricity is another measure
    (`regiometrics.gravity.hierarchy.polycentricity`): it sets the standard deviation against the
    largest size.

    Parameters
    ----------
    sizes : array_like, shape (n,), above zero

    Examples
    --------
    >>> round(entropy_evenness([1.0, 1.0, 1.0]), 6)
    1.0
    """
    sizes = np.asarray(sizes, float)
    if len(sizes) < 2 or not (sizes > 0).all():
        raise ValueError("Expected at least two sizes, all above zero.")
    share = sizes / sizes.sum()
    return float(-(share * np.log(share)).sum() / np.log(len(sizes)))


def rank_size_slope(sizes, largest: int = 4) -> float:
    """Slope of log size on log rank over the largest cities; nearer to zero is more polycentric.

    Parameters
    ----------
    sizes : array_like, shape (n,)
    largest
        How many of the largest enter, as in Meijers and Burger (2010).
    """
    ordered = np.sort(np.asarray(sizes, float))[::-1][:largest]
    rank = np.log(np.arange(1, len(ordered) + 1))
    return float(np.polyfit(rank, np.log(ordered), 1)[0])


def zone_centres(output: pd.DataFrame, zones: dict[str, list[str]], first: int, last: int):
    """How many centres zones have, and their growth, one row per zone.

    Parameters
    ----------
    output : DataFrame
        Real GDP, periods in rows and cities in columns.
    zones : dict
        Codes of the members by zone.
    first, last
        Years between which growth is measured; the measures of centres are of the first.

    Returns
    -------
    DataFrame
        Index zone; columns ``cities`` (with data in both years), ``missing``,
        ``entropy_evenness``, ``primacy``, ``rank_size``, ``log_output`` (of the first year),
        ``growth`` (log points a year).
    """
    rows = {}
    for zone, codes in sorted(zones.items()):
        known = output.reindex(columns=codes).loc[[first, last]].dropna(axis=1)
        if known.shape[1] < 3:
            continue
        sizes = known.loc[first].to_numpy()
        total = known.sum(axis=1)
        rows[zone] = {
            "cities": known.shape[1],
            "missing": len(codes) - known.shape[1],
            "entropy_evenness": entropy_evenness(sizes),
            "primacy": float(primacy(sizes)),
            "rank_size": rank_size_slope(sizes),
            "log_output": float(np.log(total[first])),
            "growth": float(np.log(total[last] / total[first]) / (last - first)),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("zone")
