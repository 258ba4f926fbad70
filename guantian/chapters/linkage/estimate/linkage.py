"""Gravity linkage between cities by year, and what its change is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from regiometrics.gravity.grid import Array

DECAY = 2.0  # linkage falls with the square of distance, as in the literature it comes from
GAP_YEARS = 2  # values missing for no longer than this are interpolated in logs
INDICATORS = (
    "gdp",
    "population",
    "secondary",
    "tertiary",
    "budget_revenue",
    "budget_expenditure",
)


def filled(series: pd.DataFrame) -> pd.DataFrame:
    """Interpolate gaps of up to `GAP_YEARS` years in logs; rows are years, columns cities."""
    logs = np.log(series.where(series > 0).astype("float64"))
    return np.exp(logs.interpolate(limit=GAP_YEARS, limit_area="inside"))


def linked_population(resident: pd.DataFrame, registered: pd.DataFrame) -> pd.DataFrame:
    """Carry residents back by the growth of the registered population.

    Parameters
    ----------
    resident, registered
        Years by cities, sorted. Residents are used from the year since which they are known
        without a gap; before it the registered population is scaled to meet them there.
    """
    registered = filled(registered).ffill(limit=GAP_YEARS)
    joined = resident.copy()
    for code in resident:
        known = resident[code].notna()
        if not known.any():
            continue
        gaps = known.index[~known & (known.index < known[known].index.max())]
        start = known.index[known & (known.index > (gaps.max() if len(gaps) else -np.inf))].min()
        ratio = resident.at[start, code] / registered[code].get(start, np.nan)
        before = joined.index < start
        joined.loc[before, code] = registered.loc[before, code] * ratio
    return joined


def entropy_weights(indicators: Mapping[str, pd.DataFrame]) -> tuple[pd.DataFrame, pd.Series]:
    """Weigh indicators by how unevenly they are spread (Shannon 1948; the entropy weight method).

    Parameters
    ----------
    indicators
        Name to values, years by cities. Years in which one is missing do not count.

    Returns
    -------
    index
        Years by cities: the weighted mean of the indicators, each scaled to (0, 1] over all
        years and cities, so that years can be compared.
    weights
        By indicator, summing to one.
    """
    gaps = pd.DataFrame({name: frame.isna().any(axis=1) for name, frame in indicators.items()})
    known = ~gaps.any(axis=1)
    if not known.any():
        raise ValueError(f"No year has all of {', '.join(indicators)} for every city.")
    scaled, spread = {}, {}
    for name, frame in indicators.items():
        values = frame[known].astype("float64")
        low, high = values.to_numpy().min(), values.to_numpy().max()
        scaled[name] = 0.01 + 0.99 * (values - low) / (high - low)
        share = scaled[name].to_numpy() / scaled[name].to_numpy().sum()
        spread[name] = 1 + (share * np.log(share)).sum() / np.log(share.size)
    weights = pd.Series(spread) / sum(spread.values())
    return sum(weights[name] * scaled[name] for name in indicators), weights


def linkage(mass: Array, distance: Array) -> Array:
    """Return m_i m_j / d_ij ** DECAY, zero on the diagonal, shape (n, n).

    Parameters
    ----------
    mass
        Shape (n,): the root of population times output (Reilly 1929; Isard 1954, and as used for
        linkage between China's cities), or an index.
    distance
        Kilometres or hours, shape (n, n).
    """
    with np.errstate(divide="ignore"):
        link = np.outer(mass, mass) / distance**DECAY
    link = np.array(link)
    np.fill_diagonal(link, 0.0)
    return link


def directed(link: Array, output: Array) -> Array:
    """Divide each linkage between its cities by their shares in the pair's output, (n, n)."""
    return link * output[:, None] / (output[:, None] + output)


def concentration(link: Array) -> dict[str, float]:
    """Return total, entropy of links (1: all equal), share of the strongest city's links.

    Parameters
    ----------
    link
        Symmetric or directed, shape (n, n); both directions are added.
    """
    both = link + link.T
    upper = both[np.triu_indices(len(both), 1)]
    share = upper / upper.sum()
    positive = share[share > 0]
    return {
        "total": float(upper.sum() / 2),
        "entropy": float(-(positive * np.log(positive)).sum() / np.log(len(upper))),
        "dominance": float(both.sum(axis=1).max() / upper.sum()),
    }


def linkage_series(
    masses: Mapping[str, pd.DataFrame], distances: Mapping[str, Mapping[int, Array]]
) -> pd.DataFrame:
    """Compute linkage by year under each mass and distance.

    Parameters
    ----------
    masses
        Name to mass, years by cities.
    distances
        Name to year to distance, shape (n, n); a measure that does not change has all years.

    Returns
    -------
    DataFrame
        ``mass``, ``distance``, ``year``, and what `concentration` returns; years in which every
        pair is known.
    """
    rows = []
    for mass_name, mass in masses.items():
        for distance_name, by_year in distances.items():
            for year, values in mass.iterrows():
                distance = by_year.get(year)
                if distance is None or values.isna().any():
                    continue
                measured = concentration(linkage(values.to_numpy(dtype="float64"), distance))
                rows.append(
                    {"mass": mass_name, "distance": distance_name, "year": int(year)} | measured
                )
    return pd.DataFrame(rows, columns=["mass", "distance", "year", "total", "entropy", "dominance"])


def change_by_part(
    gdp: pd.DataFrame,
    population: pd.DataFrame,
    distances: Mapping[int, Array],
    years: Sequence[int],
) -> dict[str, float]:
    """Split the mean change of the pairs' log linkage between two years into its parts.

    d ln L = (d ln G_i + d ln G_j) / 2 + (d ln P_i + d ln P_j) / 2 - DECAY d ln D, exactly.
    """
    first, last = years
    pairs = np.triu_indices(gdp.shape[1], 1)
    # A city is in n - 1 of the n (n - 1) / 2 pairs: the mean over pairs is twice that of halves.
    output = float(np.log(gdp.loc[last] / gdp.loc[first]).mean())
    people = float(np.log(population.loc[last] / population.loc[first]).mean())
    nearer = -DECAY * float(np.log(distances[last][pairs] / distances[first][pairs]).mean())
    return {
        "output": output,
        "population": people,
        "time": nearer,
        "all": output + people + nearer,
    }
