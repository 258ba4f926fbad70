"""The chapter on inequality and beta convergence: everything that its two jobs estimate."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from guantian.chapters.inequality.estimate.combined_growth import combined_window
from guantian.chapters.inequality.estimate.counties import (
    county_cross_section,
    in_provinces,
    run_counties,
)
from guantian.chapters.inequality.estimate.dynamic import run_dynamic
from guantian.chapters.inequality.estimate.growth_beta import (
    combined_beta,
    conditional_beta,
    rolling_beta,
)
from guantian.chapters.inequality.estimate.growth_data import SAMPLES, growth_windows
from guantian.chapters.inequality.estimate.inequality_series import run_inequality
from guantian.chapters.inequality.estimate.placebo import growth_rates, run_placebo
from guantian.chapters.inequality.estimate.specification_curve import (
    curve_rows,
    joint_test,
    specifications,
)
from guantian.files import write_csv
from guantian.geography.placebo_sets import members_of
from guantian.registry import Job
from guantian.results import estimates, series, tests, write
from regiometrics.weights.pairs import pair_matrix


def estimate(job: Job) -> None:
    """Estimate from cities and counties, and the specification curve."""
    given, confidence = job.inputs, job.options["confidence"]
    choices, zone = job.options["inequality"], job.options["zone"]
    members = sorted(member["code"] for member in zone["members"])
    panel, sets = pd.read_parquet(given.panel), pd.read_parquet(given.placebo_zones)
    specs = yaml.safe_load(Path(given.specs).read_text(encoding="utf-8"))
    estimated, yearly, tested = run_chapter(
        panel,
        pd.read_csv(given.series_specs, sep="\t"),
        {name: members_of(sets, name) for name in sets["set"].unique()},
        specs,
        members,
        zone["core"],
        choices,
        confidence,
    )
    counties, described, excluded = run_county_chapter(
        pd.read_parquet(given.counties),
        pd.read_parquet(given.census),
        specs,
        members,
        choices,
        confidence,
    )
    curve = run_curves(panel, pd.read_parquet(given.pairs), specs, choices, confidence)
    found = estimates([*estimated, *counties, *curve], chapter="inequality")
    write([found], job.outputs.estimates, confidence=confidence)
    write([series([*yearly, *described], chapter="inequality")], job.outputs.series)
    write([tests(tested, chapter="inequality")], job.outputs.tests)
    write_csv(excluded, job.outputs.excluded)


def run_chapter(
    panel: pd.DataFrame,
    series_specs: pd.DataFrame,
    sets: Mapping[str, np.ndarray],
    specs: Mapping[str, Any],
    zone: Collection[str],
    core: str,
    choices: Mapping[str, Any],
    confidence: float,
) -> tuple[list[dict], list[dict], list[dict]]:
    """Estimate what rests on cities.

    Parameters
    ----------
    panel
        Index (city_code, year).
    series_specs
        Specifications of the series of inequality, as of sigma convergence.
    sets
        Placebo zones by name of the set, shape (draws, size).
    specs
        config/specs/inequality.yaml, read.
    zone, core
        Codes of the zone's cities and of its core.
    choices
        The section ``inequality`` of the configuration.
    confidence
        Of every interval.

    Returns
    -------
    estimates, series, tests
        Rows of results.
    """
    windows = growth_windows(panel, specs)
    draws, seed = choices["draws"]["corrected"], choices["seed"]
    min_members = choices["min_members"]
    estimated, yearly = run_inequality(panel, series_specs, specs["totals"], core, confidence)
    dynamic, tested = run_dynamic(panel, specs, draws, seed, confidence)
    for part in (
        conditional_beta(windows.values(), specs["controls"], confidence),
        combined_beta(panel, specs, confidence),
        rolling_beta(panel, specs["rolling"], confidence),
        dynamic,
        run_placebo(panel, windows, specs, zone, sets, min_members, confidence),
        periods_left_out(panel, specs),
    ):
        estimated += part
    estimated += _absolute_counts(estimated, specs)
    return estimated, yearly + growth_by_sample(panel, specs["growth"]), tested


def _absolute_counts(estimated: list[dict], specs: Mapping[str, Any]) -> list[dict]:
    """Count the slopes of absolute beta by sample, those below zero and those surely below."""
    main = specs["combination"]["main"]
    found = pd.DataFrame(
        [
            row
            for row in estimated
            if row["term"] == "initial"
            and (
                (row["analysis"] == "beta_conditional" and row["group"] == "none")
                or (row["analysis"] == "lights_combination" and row["setting"] == main)
            )
        ],
        columns=["sample", "estimate", "conf_high"],  # also where no period is estimated
    )
    rows = []
    for sample in SAMPLES:
        mine = found[found["sample"] == sample].dropna(subset="estimate")
        key = {"analysis": "absolute_slopes", "sample": sample, "estimator": "count"}
        for term, count in (
            ("slopes", len(mine)),
            ("below_zero", (mine["estimate"] < 0).sum()),
            ("significantly_below_zero", (mine["conf_high"] < 0).sum()),
        ):
            rows.append({**key, "term": term, "estimate": int(count)})
    return rows


def periods_left_out(panel: pd.DataFrame, specs: Mapping[str, Any]) -> list[dict]:
    """Name the periods that have no estimates because the panel does not reach their years.

    Returns
    -------
    list of dict
        Rows of ``left_out``, one per period: of a study of fewer years, or a year mistyped.

    Raises
    ------
    ValueError
        If a period ends before it begins.
    """
    years = panel.index.unique("year")
    rows = []
    for part in ("windows", "combinations", "growth"):
        for name, span in specs[part].items():
            first, last = span["first"], span["last"]
            if first >= last:
                raise ValueError(
                    f"The period {name} of {part} goes from {first} to {last}; expected first "
                    "before last."
                )
            if not {first, last} <= set(years):
                note = f"{first} to {last} is not in the panel's {years.min()} to {years.max()}"
                key = {"analysis": "left_out", "variant": name, "term": "period", "group": part}
                rows.append({**key, "note": note})
    return rows


def run_county_chapter(
    output: pd.DataFrame,
    census: pd.DataFrame,
    specs: Mapping[str, Any],
    zone: Collection[str],
    choices: Mapping[str, Any],
    confidence: float,
) -> tuple[list[dict], list[dict], pd.DataFrame]:
    """Estimate what rests on counties: estimates, series, and the counties left out.

    Parameters
    ----------
    output, census
        See :func:`guantian.chapters.inequality.estimate.counties.county_cross_section`.
    specs, zone, choices, confidence
        As for :func:`run_chapter`.
    """
    how = specs["counties"]
    data, excluded = county_cross_section(output, census, how)
    estimated, described = run_counties(
        data,
        zone,
        how["set_aside"],
        (how["first"], how["last"]),
        choices["draws"]["counties"],
        choices["seed"],
        confidence,
    )
    return estimated, described, excluded[in_provinces(excluded["county_code"], zone)]


def run_curves(
    panel: pd.DataFrame,
    pairs: pd.DataFrame,
    specs: Mapping[str, Any],
    choices: Mapping[str, Any],
    confidence: float,
) -> list[dict]:
    """Estimate the specification curve of each sample and test it as a whole.

    Parameters
    ----------
    panel
        Index (city_code, year).
    pairs
        Columns code_a, code_b, distance_km.
    specs, choices, confidence
        As for :func:`run_chapter`.

    Returns
    -------
    list of dict
        Rows of ``specification_curve`` and of ``specification_curve_joint``: terms ``median``,
        ``share_significant`` and ``mean_statistic``, with the ends of their null distribution
        (``measure`` null_low, null_high), ``share_negative`` and ``share_holding_nation`` (of the
        intervals that hold the median slope of the nation).
    """
    windows = list(growth_windows(panel, specs).values())
    for name in specs["combinations"]:
        made = combined_window(panel, specs, name, specs["combination"]["main"])
        if made is not None:
            windows.append(made[0])
    codes = sorted({*pairs["code_a"], *pairs["code_b"]})
    kilometres = pair_matrix(pairs, "distance_km", codes, diagonal=0)
    distances = pd.DataFrame(kilometres, codes, codes)
    rows, fits = [], {}
    for sample in SAMPLES:
        curve = list(
            specifications(windows, sample, specs["controls"], distances, choices["conley_km"])
        )
        common = {"analysis": "specification_curve_joint", "sample": sample}
        if not curve:
            note = "no specification has enough cities"
            rows.append({**common, "term": "median", "note": note})
            continue
        fits[sample] = curve_rows(curve, sample, confidence)
        rows += fits[sample]
        test = joint_test(curve, choices["draws"]["curve"], choices["seed"], confidence)
        for name in test.observed.index:
            key = {**common, "term": name, "n_obs": test.n_specs, "n_units": test.n_groups}
            how = f"wild bootstrap under the null, {test.weights}"
            rows.append(
                {
                    **key,
                    "n_draws": test.n_draws,
                    "estimate": test.observed[name],
                    "p_value": test.p_values[name],
                    "estimator": how,
                }
            )
            for end in ("low", "high"):
                value = getattr(test, f"null_{end}")[name]
                rows.append({**key, "measure": f"null_{end}", "estimate": value})
    return rows + list(_shares(rows, fits))


def _shares(rows: list[dict], fits: Mapping[str, list[dict]]) -> Iterator[dict]:
    joint = {"analysis": "specification_curve_joint", "term": "median", "sample": "nation"}
    medians = [row for row in rows if joint.items() <= row.items() and "measure" not in row]
    nation = medians[0].get("estimate", np.nan) if medians else np.nan
    for sample, found in fits.items():
        curve = pd.DataFrame(found)
        holds = (curve["conf_low"] <= nation) & (nation <= curve["conf_high"])
        for term, share in (
            ("share_negative", (curve["estimate"] < 0).mean()),
            ("share_holding_nation", holds.mean()),
        ):
            yield {**joint, "sample": sample, "term": term, "estimate": share}


def growth_by_sample(panel: pd.DataFrame, growth: Mapping[str, Mapping[str, Any]]) -> list[dict]:
    """Mean growth of the cities of each sample, in percent a year.

    Parameters
    ----------
    panel
        Index (city_code, year).
    growth
        ``growth`` of config/specs/inequality.yaml.

    Returns
    -------
    list of dict
        Rows of series, analysis ``growth``, term ``mean``.
    """
    panel = panel[panel["in_nation"] == 1]
    flags = panel.groupby(level="city_code")[["in_zone", "in_region"]].first()
    rows = []
    for name, how in growth.items():
        rates = growth_rates(panel, how)
        if rates is None:
            continue
        for sample in SAMPLES:
            chosen = rates if sample == "nation" else rates[flags[f"in_{sample}"][rates.index] == 1]
            key = {
                "analysis": "growth",
                "variant": name,
                "sample": sample,
                "outcome": how.get("rate", how.get("total")),
                "n_units": len(chosen),
            }
            if len(chosen) > 1:
                rows.append({**key, "term": "mean", "value": chosen.mean()})
    return rows
