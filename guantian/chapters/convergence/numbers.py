"""The numbers of the chapter's text, from its estimates and series."""

from __future__ import annotations

import pandas as pd

from guantian.present.format import interval, number, p_value, per_cent, verdict
from guantian.results import Row, find, one, rows

POSITIONS = ("lies below the slope", "holds the slope", "lies above the slope")
CHANGES = ("fell", "did not change significantly", "rose")
SLOPES = ("convergence", "neither convergence nor divergence", "divergence")
#: What the text names, and so what is printed: a test compares both ways.
NAMED = (
    "beta.chained.nation.{interval,slope}",
    "beta.chained.zone.{against_nation,interval,slope,verdict}",
    "beta.lights_first.nation.slope",
    "beta.lights_second.nation.slope",
    "beta.reported.nation.{half_life,half_life_interval,interval,slope,verdict}",
    "beta.reported.zone.{against_nation,detectable,interval,slope,verdict}",
    "census.share",
    "sigma.chained.{nation,zone}.{interval,ratio,verdict}",
    "sigma.lights_first.zone.{interval,ratio,verdict}",
    "sigma.lights_second.zone.{interval,ratio,verdict}",
    "sigma.reported.nation.{interval,n,ratio,verdict}",
    "sigma.reported.region.{interval,ratio,verdict}",
    "sigma.reported.zone.{first,interval,last,p,ratio,verdict}",
    "sigma.reported_census.zone.{interval,ratio}",
    "specs.reported_census.last",
    "specs.{chained,reported}.{first,last}",
    "trends.{count,outside}",
    "uncorrected.beta.zone.slope",
    "uncorrected.sigma.nation.{n,ratio}",
    "uncorrected.sigma.zone.ratio",
)


def convergence_numbers(
    estimates: pd.DataFrame, series: pd.DataFrame, uncorrected: pd.DataFrame, specs: pd.DataFrame
) -> dict:
    """Return the numbers of the text, nested, as text.

    Parameters
    ----------
    estimates, series
        Results of the chapter.
    uncorrected
        Estimates from the tables without the errata.
    specs
        Specifications, indexed by name.
    """
    sigma = {}
    beta = {}
    for variant in specs.index:
        for sample in ("zone", "region", "nation"):
            key = {"variant": variant, "sample": sample}
            ratio = find(estimates, analysis="sigma", term="ratio", **key)
            if ratio is None:
                continue
            years = specs.loc[variant, ["first", "last"]]
            said = _sigma(ratio) | {"years": f"{years['first']}–{years['last']}"}
            sigma.setdefault(variant, {})[sample] = said | {
                name: number(
                    one(series, analysis="sigma", measure="std_log", year=year, **key).value, 2
                )
                for name, year in years.items()
            }
            slope = {"analysis": "beta", "method": "cross-section", "term": "initial"}
            nation = find(estimates, **slope, variant=variant, sample="nation")
            half = one(estimates, **slope | {"term": "half_life"}, **key)
            beta.setdefault(variant, {})[sample] = _beta(
                one(estimates, **slope, **key), half, nation
            )
    return {
        "sigma": sigma,
        "beta": beta,
        "uncorrected": _uncorrected(uncorrected),
        "census": _census(estimates),
        "trends": _trends(estimates),
        "specs": {
            spec.Index: {"first": str(spec.first), "last": str(spec.last)}
            for spec in specs.itertuples()
        },
    }


def _sigma(ratio: Row) -> dict[str, str]:
    return {
        "n": number(ratio.n_units, 0),
        "ratio": number(ratio.estimate, 2),
        "interval": interval(ratio.conf_low, ratio.conf_high, 2),
        "p": p_value(ratio.p_value),
        "verdict": verdict(ratio.conf_low, ratio.conf_high, 1, CHANGES),
    }


def _beta(slope: Row, half_life: Row, nation: Row | None) -> dict[str, str]:
    said = {
        "slope": number(100 * slope.estimate, 2),
        "interval": interval(100 * slope.conf_low, 100 * slope.conf_high, 2),
        "half_life": number(half_life.estimate, 0),
        "half_life_interval": interval(half_life.conf_low, half_life.conf_high, 0),
        "detectable": number(100 * slope.mde, 1),
        "verdict": verdict(slope.conf_low, slope.conf_high, 0, SLOPES),
    }
    if nation is not None:
        said["against_nation"] = verdict(
            slope.conf_low, slope.conf_high, nation.estimate, POSITIONS
        )
    return said


def _uncorrected(uncorrected: pd.DataFrame) -> dict:
    said: dict = {"sigma": {}, "beta": {}}
    for sample in ("zone", "nation"):
        key = {"variant": "reported", "sample": sample}
        ratio = find(uncorrected, analysis="sigma", term="ratio", **key)
        slope = find(uncorrected, analysis="beta", method="cross-section", term="initial", **key)
        if ratio and slope:
            said["sigma"][sample] = {
                "ratio": number(ratio.estimate, 2),
                "n": number(ratio.n_units, 0),
            }
            said["beta"][sample] = {"slope": number(100 * slope.estimate, 2)}
    return said


def _trends(estimates: pd.DataFrame) -> dict[str, str]:
    """How many of the zone's trends of dispersion there are, and how many leave zero out."""
    found = rows(estimates, analysis="sigma", sample="zone", term="trend")
    outside = (found["conf_low"] > 0) | (found["conf_high"] < 0)
    return {
        "count": str(len(found)),
        "outside": "none" if not outside.any() else str(outside.sum()),
    }


def _census(estimates: pd.DataFrame) -> dict[str, str]:
    """Share of the zone's fall in dispersion that belongs to the years of the 2020 census."""
    key = {"analysis": "sigma", "sample": "zone", "term": "ratio"}
    before = find(estimates, variant="reported", **key)
    whole = find(estimates, variant="reported_census", **key)
    if before is None or whole is None or not whole.estimate < before.estimate <= 1:
        return {}
    return {"share": per_cent((whole.estimate - before.estimate) / (whole.estimate - 1))}
