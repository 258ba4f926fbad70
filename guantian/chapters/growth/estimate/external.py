"""Published results on agglomerations, repeated on this panel: approval and growth, and gaps."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np
import pandas as pd

from guantian.data.growth import OUTPUTS
from guantian.geography.zones import Zone
from guantian.regression import regress
from regiometrics.inference import inference_row
from regiometrics.panel.covariance import cluster_meat

KIND = "urban_cluster"  # the national agglomerations of the published studies
KONG, LIU = "kong_2022", "liu_2023"
KONG_YEARS, LIU_YEARS = (2005, 2019), (2004, 2019)
LIU_BETWEEN = 0.7051
NEVER = 9999


def run_external(panel: pd.DataFrame, zones: Mapping[str, Zone], confidence: float) -> list[dict]:
    """Repeat two published designs.

    Parameters
    ----------
    panel
        Index (city_code, year): mainland cities, with real output in every vintage.
    zones
        Approved zones by name.
    confidence
        Of the intervals.

    Returns
    -------
    list of dict
        Rows of estimates, ``analysis`` external. ``variant`` kong_2022 (Kong et al. 2022,
        International Journal of Environmental Research and Public Health 19, 7596: output rises
        after the approval of a national agglomeration, 280 cities, 2005 to 2019): the two-way
        difference in differences of log real output by vintage (``outcome``), term ``approved``,
        and by ``group`` the estimate and weight (term ``weight``) of each kind of comparison
        (Goodman-Bacon 2021, Journal of Econometrics 225). ``variant`` liu_2023 (Liu et al. 2023,
        Sustainability 15, 14807: 70.51% of the gap in ten agglomerations is between them): the net
        share between agglomerations of Dagum's (1997) decomposition of the Gini coefficient of
        output per head, term ``between``, with the published share as ``benchmark``.
    """
    agglomerations = {name: zone for name, zone in zones.items() if zone.kind == KIND}
    return [*_kong(panel, agglomerations, confidence), *_liu(panel, agglomerations)]


def _kong(panel: pd.DataFrame, zones: Mapping[str, Zone], confidence: float) -> Iterator[dict]:
    first, last = KONG_YEARS
    since: dict[str, int] = {}
    for zone in zones.values():
        for code in zone.codes:
            since[code] = min(zone.year, since.get(code, NEVER))
    for outcome in OUTPUTS.values():
        table = panel[outcome].unstack("city_code").reindex(range(first, last + 1))
        logs = np.log(table.where(table > 0)).dropna(axis=1)
        begun = np.array([since.get(code, NEVER) for code in logs.columns])
        if len({*begun}) < 2 or NEVER not in begun:
            continue
        years = logs.index.to_numpy()
        treated = (years[:, None] >= begun[None, :]).astype(float)
        labels = {"analysis": "external", "variant": KONG, "sample": "china", "outcome": outcome}
        labels |= {"first_year": first, "last_year": last, "n_units": logs.shape[1]}
        slope, error = _did(logs.to_numpy(), treated)
        row = inference_row(slope, error, confidence, logs.shape[1] - 1)
        yield (
            labels
            | row
            | {
                "term": "approved",
                "n_obs": logs.size,
                "df": logs.shape[1] - 1,
                "estimator": "two-way difference in differences",
                "cov_type": "clustered by city",
            }
        )
        for group, (weight, estimate) in comparisons(logs.to_numpy(), begun, years).items():
            kind = labels | {"group": group, "estimator": "Goodman-Bacon decomposition"}
            yield kind | {"term": "weight", "estimate": weight}
            yield kind | {"term": "approved", "estimate": estimate}


def _did(y: np.ndarray, treated: np.ndarray) -> tuple[float, float]:
    """Slope on treatment with city and year effects, clustered by city; both (T, n)."""
    periods, units = (one.ravel() for one in np.indices(y.shape))
    fit = regress(y.ravel(), {"treated": treated.ravel()}, [units, periods], units)
    groups = y.shape[1]
    fit = fit.with_meat(cluster_meat(fit.scores, units), groups / (groups - 1), groups - 1)
    return float(fit.params[0]), float(np.sqrt(fit.cov[0, 0]))


def comparisons(
    y: np.ndarray, begun: np.ndarray, years: np.ndarray
) -> dict[str, tuple[float, float]]:
    """Weights and estimates of the comparisons that a two-way estimate is an average of.

    Parameters
    ----------
    y : ndarray, shape (T, n)
    begun : int array, shape (n,)
        First year of treatment; `NEVER` for a unit that is not treated.
    years : int array, shape (T,)

    Returns
    -------
    dict
        ``never`` (treated against never treated), ``not_yet`` (earlier against later treated,
        before these are) and ``already`` (later treated against those treated already, whose effect
        may still grow): weight and weighted mean estimate. The weights add up to one.

    Notes
    -----
    Goodman-Bacon (2021, Journal of Econometrics 225), theorem 1, of a balanced panel. Groups
    treated in every year or in none after the window are left as they are: treated in the first
    year they serve as controls alone, after the last they are never treated.
    """
    groups = {int(year): np.flatnonzero(begun == year) for year in np.unique(begun)}
    never = np.concatenate(
        [members for year, members in groups.items() if year > years[-1]] or [np.array([], int)]
    )
    timed = {year: members for year, members in groups.items() if year <= years[-1]}
    n = y.shape[1]
    share = {year: len(members) / n for year, members in timed.items()}
    active = {year: float((years >= year).mean()) for year in timed}

    def two_by_two(treated, control, after, before) -> float:
        def change(members):
            return y[np.ix_(after, members)].mean() - y[np.ix_(before, members)].mean()

        return float(change(treated) - change(control))

    found: dict[str, list[tuple[float, float]]] = {"never": [], "not_yet": [], "already": []}
    for k, members in timed.items():
        d = active[k]
        if len(never) and 0 < d < 1:
            weight = share[k] * (len(never) / n) * d * (1 - d)
            estimate = two_by_two(members, never, years >= k, years < k)
            found["never"].append((weight, estimate))
        for later, others in timed.items():
            if later <= k:
                continue
            after = active[later]
            between = (years >= k) & (years < later)
            if d < 1:
                weight = share[k] * share[later] * (d - after) * (1 - d)
                estimate = two_by_two(members, others, between, years < k)
                found["not_yet"].append((weight, estimate))
            weight = share[k] * share[later] * after * (d - after)
            estimate = two_by_two(others, members, years >= later, between)
            found["already"].append((weight, estimate))
    total = sum(weight for pairs in found.values() for weight, _ in pairs)
    return {
        name: (
            sum(weight for weight, _ in pairs) / total,
            sum(weight * estimate for weight, estimate in pairs)
            / sum(weight for weight, _ in pairs),
        )
        for name, pairs in found.items()
        if pairs
    }


def _liu(panel: pd.DataFrame, zones: Mapping[str, Zone]) -> Iterator[dict]:
    first, last = LIU_YEARS
    belongs: dict[str, str] = {}
    for name in sorted(zones):
        for code in zones[name].codes:
            belongs.setdefault(code, name)
    table = panel["gdp_per_capita_yuan"].unstack("city_code").reindex(range(first, last + 1))
    table = table[[code for code in table if code in belongs]].dropna(axis=1, how="all")
    known = [row.dropna() for _, row in table.iterrows()]
    groups = [[belongs[code] for code in row.index] for row in known]
    if min((len(set(names)) for names in groups), default=0) < 2:
        return
    shares = [
        net_between(row.to_numpy(float), names) for row, names in zip(known, groups, strict=True)
    ]
    yield {
        "analysis": "external",
        "variant": LIU,
        "sample": "china",
        "outcome": "gdp_per_capita_yuan",
        "term": "between",
        "measure": "gini",
        "estimate": float(np.mean(shares)),
        "benchmark": LIU_BETWEEN,
        "first_year": first,
        "last_year": last,
        "n_units": table.shape[1],
        "n_periods": len(table),
        "estimator": "mean over years of Dagum's decomposition",
    }


def net_between(values: np.ndarray, groups: Collection[str]) -> float:
    """Net share between groups of the Gini coefficient (Dagum 1997, Empirical Economics 22).

    Parameters
    ----------
    values : ndarray, shape (n,)
        Positive.
    groups : length n

    Examples
    --------
    >>> net_between(np.array([1.0, 1.0, 3.0, 3.0]), list("aabb"))  # nothing but between
    1.0
    """
    codes = pd.factorize(pd.Series(list(groups)))[0]
    sizes = np.bincount(codes)
    means = np.bincount(codes, values) / sizes
    # Gross affluence minus transvariation of two groups is the difference of their means.
    net = np.abs(means[:, None] - means[None, :]) * sizes[:, None] * sizes[None, :]
    return float(net.sum() / np.abs(values[:, None] - values[None, :]).sum())
