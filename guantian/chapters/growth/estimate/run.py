"""Every estimate of the chapter on the sources of growth, as the configuration asks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from guantian.chapters.growth.estimate.accounting import account_rows
from guantian.chapters.growth.estimate.border import (
    BORDER_ROWS,
    NoBorderError,
    border_effect,
    border_pairs,
    county_growth,
)
from guantian.chapters.growth.estimate.design import GrowthData, candidate_regressors, growth_data
from guantian.chapters.growth.estimate.external import run_external
from guantian.chapters.growth.estimate.regressions import (
    dynamic_gmm,
    production_function,
    spillovers,
    two_way,
)
from guantian.chapters.growth.estimate.segmentation import province_growth, run_segmentation
from guantian.chapters.growth.estimate.speed import run_speed
from guantian.chapters.growth.estimate.uncertainty import extreme_bounds, model_average
from guantian.chapters.growth.specifications import SPECIFICATIONS
from guantian.data.growth import OUTPUTS, vintages
from guantian.data.markets import Markets
from guantian.data.samples import SAMPLES
from guantian.files import write_csv
from guantian.geography.placebo_sets import members_of
from guantian.geography.zones import read_zones
from guantian.registry import Job
from guantian.results import estimates, round_significant, tests, write
from regiometrics.errors import EstimationError
from regiometrics.weights.weights import Weights


def estimate(job: Job) -> None:
    """Account for growth, regress it on what came before, and compare counties at the border."""
    given, options, confidence = job.inputs, job.options["growth"], job.options["confidence"]
    panel = pd.read_parquet(given.panel)
    tables = {
        name: pd.read_parquet(getattr(given, name)).set_index(["city_code", "year"])
        for name in ("finance", "investment", "leaders")
    }
    counties = pd.read_parquet(given.counties)
    placebo = members_of(pd.read_parquet(given.placebo_zones))
    weights = Weights.load(given.weights)
    regressions, tested = run_regressions(panel, tables, weights, options, confidence)
    mainland = panel[panel["in_nation"] == 1]
    zone = sorted(mainland.index[mainland["in_zone"] == 1].unique("city_code"))
    prices, pairs = pd.read_parquet(given.prices), pd.read_parquet(given.pairs)
    by_province = province_growth(
        pd.read_parquet(given.accounts), pd.read_parquet(given.consumer_prices), mainland
    )
    found = [
        *run_speed(mainland, zone, placebo, options, confidence),
        *run_segmentation(Markets.build(prices, pairs, zone), by_province, options, confidence),
        *run_external(mainland, read_zones(Path(given.zones[0]).parent), confidence),
        *run_accounting(panel, placebo, options["accounting"], options["years"], confidence),
        *regressions,
        *run_border(counties, pairs, options, confidence),
    ]
    write([estimates(found, chapter="growth")], job.outputs.estimates, confidence=confidence)
    write([tests(tested, chapter="growth")], job.outputs.tests)
    border = options["border"]
    growth = county_growth(counties, border["first"], border["last"])
    write_csv(round_significant(growth).reset_index(), job.outputs.county_growth)


def run_accounting(
    panel: pd.DataFrame, placebo, spec: Mapping, years: Mapping, confidence: float
) -> list[dict]:
    """Growth accounts of zone, region, nation and the zone's cities, the zone ranked.

    The production function is estimated for the three samples beside. Both come in every vintage
    of growth: ``outcome`` is the variable of the panel that output is.

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
    groups = {
        sample: sorted(nation.index[nation[f"in_{sample}"] == 1].unique("city_code"))
        for sample in SAMPLES
    }
    single = {code: [code] for code in groups["zone"]}
    ends = years["first"], years["last"]
    windows = [tuple(window) for window in spec["windows"].values()]
    found = []
    for outcome in OUTPUTS.values():
        levels = pd.DataFrame(
            {
                "output": nation[outcome],
                "capital": capital,
                "labour": nation["resident_population_10k"],
            }
        )
        for sample, codes in groups.items():
            found += production_function(levels, codes, sample, ends, confidence, outcome)
        shares = spec["capital_shares"]
        found += account_rows(
            levels, groups | single, placebo, windows, shares, confidence, outcome
        )
    return found


def run_regressions(
    panel: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    weights: Weights,
    spec: Mapping,
    confidence: float,
) -> tuple[list[dict], list[dict]]:
    """Return estimates and tests of growth regressions: two-way, dynamic, spatial, all controls.

    Each comes in every vintage of growth: ``outcome`` is the variable of the panel.

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
    codes = {
        sample: nation.index[nation[f"in_{sample}"] == 1].unique("city_code") for sample in SAMPLES
    }
    found, tested = [], []
    for reported in vintages(nation).values():
        wide = growth_data(nation, candidates, names, *years, reported)
        narrow = growth_data(nation, candidates, core, *years, reported)
        found += two_way_rows({"core": narrow, "regressors": wide}, codes, spec, confidence)
        for sample in SAMPLES:
            found += spillovers(narrow.subset(codes[sample]), weights, core, sample, confidence)
        dynamic, checks = dynamic_gmm(wide, "all", spec["gmm_last_lag"], confidence)
        found += dynamic
        tested += checks
        found += extreme_bounds(wide, spec["bounds_others"], confidence, "nation")
        found += model_average(wide, "nation", spec["prior"])
    return found, tested


def two_way_rows(
    data: Mapping[str, GrowthData], codes: Mapping[str, pd.Index], spec: Mapping, confidence: float
) -> list[dict]:
    """Fit every specification with city and year effects.

    Parameters
    ----------
    data
        Complete cases of China, by the option that lists the regressors.
    codes
        Cities of each sample.
    spec
        ``draws`` and ``seed`` of the wild cluster bootstrap.
    confidence
        Of the intervals.
    """
    found = []
    for each in SPECIFICATIONS:
        chosen = data[each.regressors].subset(each.cities(codes[each.sample]))
        found += _fitted(chosen, each.sample, each.variant, spec, confidence)
    return found


def _fitted(
    data: GrowthData, sample: str, name: str, spec: Mapping, confidence: float
) -> list[dict]:
    try:
        return two_way(data, sample, name, confidence, spec["draws"], spec["seed"])
    except EstimationError as error:
        common = {
            "analysis": "growth_two_way",
            "variant": name,
            "errors": "city",
            "sample": sample,
            "outcome": data.variable,
            "note": str(error),
        }
        return [{**common, "term": term} for term in data.exog]


def run_border(
    counties: pd.DataFrame, pairs: pd.DataFrame, spec: Mapping, confidence: float
) -> list[dict]:
    """Growth of counties at the provincial border, whole and without the core's doubtful counties.

    Parameters
    ----------
    counties
        The table county_gdp.
    pairs
        Pairs of prefectures.
    spec
        ``border`` (provinces, first, last, exclude_cities), ``permutations`` and ``seed``. Where
        there is no border to compare at, each estimate is missing, with a note that says why.
    confidence
        Of the intervals.
    """
    border = spec["border"]
    growth = county_growth(counties, border["first"], border["last"])
    kept = growth[~growth["city_code"].isin(border["exclude_cities"])]
    rows = []
    for sample, chosen in (("all", growth), ("without_doubtful", kept)):
        try:
            near = border_pairs(chosen, pairs, border["provinces"])
        except NoBorderError as error:
            found = [
                {"analysis": "border", "outcome": "county_gdp_growth", "note": str(error), **key}
                for key in BORDER_ROWS
            ]
        else:
            found = border_effect(near, spec["permutations"], spec["seed"], confidence)
        rows += [{**row, "sample": sample} for row in found]
    return rows
