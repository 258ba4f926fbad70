"""Every estimate of the chapter on the sources of growth, as the configuration asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from guantian.chapters.growth.estimate.accounting import account_rows
from guantian.chapters.growth.estimate.border import border_effect, border_pairs, county_growth
from guantian.chapters.growth.estimate.design import GrowthData, candidate_regressors, growth_data
from guantian.chapters.growth.estimate.regressions import (
    dynamic_gmm,
    production_function,
    spillovers,
    two_way,
)
from guantian.chapters.growth.estimate.uncertainty import extreme_bounds, model_average
from guantian.results import tidy
from regiometrics.errors import PanelError
from regiometrics.weights.weights import Weights


def run_accounting(
    panel: pd.DataFrame, placebo, spec: Mapping, years: Mapping, confidence: float
) -> pd.DataFrame:
    """Growth accounts of zone, region, nation and the zone's cities, the zone ranked.

    The production function is estimated for the three samples beside.

    Parameters
    ----------
    panel
        Index (city_code, year).
    placebo
        Codes of placebo zones, shape (draws, size).
    spec
        ``windows`` and ``capital_shares``.
    years
        ``first`` and ``last`` of the production function.
    confidence
        Of the intervals.
    """
    nation = panel[panel["in_nation"] == 1]
    capital = nation["capital_100m_yuan"].where(nation["capital_imputed"] == 0)
    levels = pd.DataFrame(
        {
            "output": nation["real_gdp_100m_yuan"],
            "capital": capital,
            "labour": nation["resident_population_10k"],
        }
    )
    groups = {
        sample: sorted(nation.index[nation[f"in_{sample}"] == 1].unique("city_code"))
        for sample in ("zone", "region", "nation")
    }
    ends = years["first"], years["last"]
    frames = [
        production_function(levels, codes, sample, ends, confidence)
        for sample, codes in groups.items()
    ]
    groups |= {code: [code] for code in groups["zone"]}
    windows = [tuple(window) for window in spec["windows"].values()]
    shares = spec["capital_shares"]
    frames.append(account_rows(levels, groups, placebo, windows, shares, confidence))
    return pd.concat(frames, ignore_index=True)


def run_regressions(
    panel: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    weights: Weights,
    spec: Mapping,
    confidence: float,
) -> pd.DataFrame:
    """Growth regressions: two-way, dynamic, spatial, and over all sets of controls.

    Parameters
    ----------
    panel
        Index (city_code, year).
    tables
        ``finance``, ``investment``, ``leaders``: index (city_code, year).
    weights
        Of the spatial model.
    spec
        The configuration's section.
    confidence
        Of the intervals.
    """
    nation = panel[panel["in_nation"] == 1]
    candidates = candidate_regressors(nation, **tables)
    names, core = list(spec["regressors"]), list(spec["core"])
    years = spec["years"]["first"], spec["years"]["last"]
    wide = growth_data(nation, candidates, names, *years)
    narrow = growth_data(nation, candidates, core, *years)
    frames = []
    for sample in ("zone", "region", "nation"):
        codes = nation.index[nation[f"in_{sample}"] == 1].unique("city_code")
        frames.append(_fitted(narrow.subset(codes), sample, "core", spec, confidence))
        if sample != "zone":  # nine regressors and eighteen effects are too many for seven cities
            frames.append(_fitted(wide.subset(codes), sample, "all", spec, confidence))
        frames.append(spillovers(narrow.subset(codes), weights, core, sample, confidence))
    frames += [
        dynamic_gmm(wide, "all", spec["gmm_last_lag"], confidence),
        extreme_bounds(wide, spec["bounds_others"], confidence, "nation"),
        model_average(wide, "nation", spec["prior"]),
    ]
    return pd.concat(frames, ignore_index=True)


def _fitted(
    data: GrowthData, sample: str, name: str, spec: Mapping, confidence: float
) -> pd.DataFrame:
    try:
        return two_way(data, sample, name, confidence, spec["draws"], spec["seed"])
    except PanelError as error:
        return tidy(
            [{"term": term, "note": str(error)} for term in data.exog],
            analysis="growth_two_way",
            spec=f"{name}_city",
            sample=sample,
            outcome="gdp_growth_pct",
        )


def run_border(
    counties: pd.DataFrame, pairs: pd.DataFrame, spec: Mapping, confidence: float
) -> pd.DataFrame:
    """Growth of counties at the provincial border, whole and without the core's doubtful counties.

    Parameters
    ----------
    counties
        The table county_gdp.
    pairs
        Pairs of prefectures.
    spec
        ``border`` (provinces, first, last, exclude_cities), ``permutations`` and ``seed``. Where it
        names no provinces, or one without county data, each estimate is missing, with a note.
    confidence
        Of the intervals.
    """
    border = spec["border"]
    reason = _no_border(counties, border["provinces"])
    if reason:
        keys = [
            ("pairs", "across"),
            ("pairs", "log_km"),
            ("permuted", "across"),
            ("pairs", "signed"),
        ]
        return tidy(
            [
                {"spec": key, "term": term, "sample": sample, "note": reason}
                for key, term in keys
                for sample in ("all", "without_doubtful")
            ],
            analysis="border",
            outcome="county_gdp_growth",
        )
    growth = county_growth(counties, border["first"], border["last"])
    kept = growth[~growth["city_code"].isin(border["exclude_cities"])]
    frames = []
    for sample, chosen in (("all", growth), ("without_doubtful", kept)):
        found = border_effect(
            border_pairs(chosen, pairs, border["provinces"]),
            spec["permutations"],
            spec["seed"],
            confidence,
        )
        frames.append(found.assign(sample=sample))
    return pd.concat(frames, ignore_index=True)


def _no_border(counties: pd.DataFrame, provinces: Sequence[str] | None) -> str:
    """Say why there is nothing to compare at a provincial border; empty where there is."""
    if not provinces:
        return "no border of two provinces runs through the zone"
    known = set(counties["city_code"].str[:2])
    lacking = [code for code in provinces if code[:2] not in known]
    return f"no county data of the province {lacking[0]}" if lacking else ""
