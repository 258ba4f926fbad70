"""Log t and clubs of zone, region and nation, and how much of them is choice or noise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from guantian.chapters.dynamics.estimate.cases import Case, pick
from guantian.chapters.dynamics.estimate.placebo import placebo_rows
from guantian.chapters.dynamics.estimate.walks import walk_rows
from regiometrics import _laws as laws
from regiometrics.convergence.clubs import ClubResult, club_convergence, transition_paths
from regiometrics.convergence.filters import remove_common_trend, trend
from regiometrics.convergence.log_t import LogTResult, log_t_test
from regiometrics.convergence.sensitivity import log_t_sensitivity
from regiometrics.errors import EstimationError

SAMPLES = ("zone", "region", "nation")
KEPT, REMOVED = "common trend kept", "common trend removed"


def run_clubs(
    cases: Mapping[tuple[str, str], Case],
    placebo: np.ndarray,
    choices: Mapping,
    confidence: float,
) -> tuple[list[dict], pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Run log t and its clustering, their sensitivity, placebo zones and random walks.

    Parameters
    ----------
    cases
        (spec, sample) -> case.
    placebo : shape (draws, size)
        Codes of the placebo zones.
    choices
        ``specs``, ``main`` (the specification whose sensitivity is shown), ``filter``, ``trim``,
        ``critical_value``, ``merge``, ``units``, ``trims``, ``last_years``, ``filters``,
        ``random_walks``, ``seed``.
    confidence
        Of the intervals.

    Returns
    -------
    estimates
        Rows of ``log_t``, ``clubs``, ``log_t_sensitivity`` (summary), ``log_t_placebo``,
        ``log_t_walks``. A p-value of log t is one-sided: small where convergence is rejected.
    members
        One row per specification, sample and city: club, initial_club (0 = diverges).
    paths
        Relative transition paths: of the zone's cities, and of the clubs of region and nation.
    sensitivity
        Log t and clubs under every combination of choices, one row per combination and sample.
    """
    found, members, paths, sensitivity = [], [], [], []
    for case in pick(cases, SAMPLES, choices["specs"]):
        try:
            logs = trend(case.logs, choices["filter"])
            result = club_convergence(
                logs, choices["trim"], choices["critical_value"], choices["merge"]
            )
        except EstimationError as error:
            note = {"term": "slope", "method": KEPT, "note": str(error)}
            found.append({"analysis": "log_t", **case.key, **note})
            continue
        found += list(_case_rows(case, logs, result, choices, confidence))
        members.append(_members(case, result))
        paths.append(_paths(case, logs, result))
        if case.spec == choices["main"]:
            table = _sensitivity(case, choices)
            sensitivity.append(table.assign(spec=case.spec, sample=case.sample))
            found += list(_summary(table, case))
        if case.sample == "zone" and case.spec == choices["main"]:
            common = {"analysis": "log_t_walks", **case.key}
            found += [{**common, **row} for row in walk_rows(case.logs, result, choices)]
    for spec in choices["specs"]:
        if (spec, "zone") in cases and (spec, "nation") in cases:
            zone = cases[spec, "zone"]
            clubs = next((m for m in members if _is(m, spec, "nation")), None)
            rows = placebo_rows(zone, cases[spec, "nation"], clubs, placebo, choices, confidence)
            common = {"analysis": "log_t_placebo", **zone.key}
            found += [{**common, **row} for row in rows]
    return (
        found,
        _joined(members, ["spec", "sample", "city_code", "club", "initial_club"]),
        _joined(paths, ["spec", "sample", "unit", "year", "path"]),
        _joined(sensitivity, None),
    )


def _case_rows(
    case: Case, logs: pd.DataFrame, result: ClubResult, choices: Mapping, confidence: float
) -> Iterator[dict]:
    how = {
        "estimator": f"log t, {choices['filter']} trend, r = {choices['trim']:.3g}",
        "cov_type": "long-run variance, quadratic spectral kernel",
    }
    unit_free = log_t_test(remove_common_trend(logs), choices["trim"], choices["critical_value"])
    for method, test in ((KEPT, result.overall), (REMOVED, unit_free)):
        yield {"analysis": "log_t", **how, **case.key, **_slope(method, test, confidence)}
    for row in _club_rows(logs, result, choices, confidence):
        yield {"analysis": "clubs", **how, **case.key, "n_obs": None, **row}


def _slope(method: str, test: LogTResult, confidence: float) -> dict:
    half_width = laws.norm.ppf(0.5 + confidence / 2) * test.std_error
    return {
        "term": "slope",
        "method": method,
        "estimate": test.beta,
        "std_error": test.std_error,
        "statistic": test.t,
        "p_value": test.pvalue,
        "conf_low": test.beta - half_width,
        "conf_high": test.beta + half_width,
        "note": "p-value one-sided, small where convergence is rejected",
    }


def _club_rows(
    logs: pd.DataFrame, result: ClubResult, choices: Mapping, confidence: float
) -> Iterator[dict]:
    counts = {"initial": len(result.initial_tests)}
    for merge in ("phillips-sul", "von-lyncker-thoennessen"):
        other = result
        if merge != choices["merge"]:
            other = club_convergence(logs, choices["trim"], choices["critical_value"], merge)
        counts[merge] = len(other.tests)
    for name, count in counts.items():
        yield {
            "term": "clubs",
            "method": name,
            "estimate": count,
            "n_units": logs.shape[1],
        }
    yield {
        "term": "diverging",
        "estimate": int((result.members == 0).sum()),
        "n_units": logs.shape[1],
        "note": f"merged by {choices['merge']}",
    }
    for club, row in result.tests.iterrows():
        half_width = laws.norm.ppf(0.5 + confidence / 2) * row["std_error"]
        yield {
            "term": "club",
            "group": str(club),
            "estimate": row["beta"],
            "std_error": row["std_error"],
            "statistic": row["t"],
            "p_value": row["pvalue"],
            "conf_low": row["beta"] - half_width,
            "conf_high": row["beta"] + half_width,
            "n_units": int(row["n_units"]),
        }


def _members(case: Case, result: ClubResult) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "spec": case.spec,
            "sample": case.sample,
            "city_code": result.members.index,
            "club": result.members.to_numpy(),
            "initial_club": result.initial_members.to_numpy(),
        }
    )


def _paths(case: Case, logs: pd.DataFrame, result: ClubResult) -> pd.DataFrame:
    wide = transition_paths(logs, None if case.sample == "zone" else result.members)
    long = wide.rename_axis(index="year", columns="unit").T.stack().rename("path").reset_index()
    return long.assign(spec=case.spec, sample=case.sample, unit=long["unit"].astype("str"))


def _sensitivity(case: Case, choices: Mapping) -> pd.DataFrame:
    """All combinations for the zone; larger samples at the main r and the last year."""
    whole = case.sample == "zone"
    years = list(case.values.index[::-1])
    trims = dict.fromkeys([choices["trim"], *(choices["trims"] if whole else [])])
    return log_t_sensitivity(
        case.values,
        dict(choices["units"]),
        trims=list(trims),
        lasts=years[: choices["last_years"] if whole else 1],
        filters=[choices["filter"], *(f for f in choices["filters"] if f != choices["filter"])],
        critical=choices["critical_value"],
        merge=choices["merge"],
    )


def _summary(table: pd.DataFrame, case: Case) -> Iterator[dict]:
    common_key = {"analysis": "log_t_sensitivity", **case.key, "estimator": "description"}
    for common, group in [("all", table), *table.groupby("common_trend")]:
        ran = group[group["note"] == ""]
        rejected = 1 - ran["converges"].astype("float64").mean() if len(ran) else np.nan
        for term, value in (
            ("share_rejecting", rejected),
            ("combinations", len(ran)),
        ):
            yield {**common_key, "term": term, "method": common, "estimate": value}


def _is(members: pd.DataFrame, spec: str, sample: str) -> bool:
    return bool((members["spec"].iloc[0] == spec) & (members["sample"].iloc[0] == sample))


def _joined(frames: list[pd.DataFrame], columns: list[str] | None) -> pd.DataFrame:
    if not frames:
        return pd.DataFrame(columns=columns)
    frame = pd.concat(frames, ignore_index=True)
    return frame if columns is None else frame[columns]
