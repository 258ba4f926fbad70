"""Approvals of all zones by estimators of staggered treatments, and what spills over to near."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from guantian.chapters.plan.estimate.approvals import Approvals
from guantian.chapters.plan.estimate.pooled import own_groups, placebo_groups
from guantian.chapters.plan.estimate.primary import against_placebo
from guantian.chapters.plan.estimate.staggered import staggered_effects
from guantian.chapters.plan.estimate.study import Study
from regiometrics.counterfactuals.imputation import imputed_gaps
from regiometrics.errors import EstimationError

NAMES = {
    "callaway_santanna": "Callaway and Sant'Anna (2021)",
    "sun_abraham": "Sun and Abraham (2021)",
}
CONTROLS = {"not_yet_treated": "not yet treated", "never_treated": "never treated"}
IMPUTATION = "imputation of untreated output"


def other_rows(study: Study, approvals: Approvals, outcome: str) -> Iterator[dict[str, Any]]:
    """Mean effects of the approvals on cities, by other estimators than the primary one.

    Parameters
    ----------
    study
        As `make_study` returns it.
    approvals
        The cohorts of the primary outcome.
    outcome
        Its name.

    Yields
    ------
    dict
        Secondary rows of S1.10: Callaway and Sant'Anna and Sun and Abraham with both sorts of
        controls, the local projections of Dube, Girardi, Jordà and Taylor, and the imputation of
        Borusyak, Jaravel and Spiess with and without a term for the neighbours of approved cities
        (Butts). None of them takes trends before the approval out.
    """
    key = {"analysis": "secondary", "variant": "S1.10", "sample": "china", "outcome": outcome}
    full = approvals.outcome.notna().all(axis=1).to_numpy()
    codes = approvals.cities.codes[full]
    values = approvals.outcome[full]
    treated = _treatments(approvals)
    clusters = pd.Series(codes.str[:2], index=codes)
    clusters.update(treated["zone"])
    for estimator in NAMES:
        for controls, label in CONTROLS.items():
            if (estimator, controls) == ("sun_abraham", "not_yet_treated"):
                continue
            try:
                found = staggered_effects(
                    values,
                    treated,
                    clusters,
                    estimator,
                    study.confidence,
                    (0, -1),
                    controls,
                )
            except EstimationError as error:
                found = [{"term": "overall", "note": str(error)}]
            for row in found:
                if "value" not in row:
                    named = {"term": "effect", "method": estimator, "group": controls}
                    name = {"estimator": f"{NAMES[estimator]}, {label} as controls"}
                    yield {**key, **row, **named, **name}
    yield {**key, **_local_projections(values, treated, clusters, approvals, study.confidence)}
    yield from _imputed(study, approvals, key)


def _treatments(approvals: Approvals) -> pd.DataFrame:
    codes = approvals.cities.codes
    rows = [
        (codes[place], cohort.year, cohort.zone)
        for cohort in approvals.cohorts
        for place in np.flatnonzero(cohort.members)
    ]
    return pd.DataFrame(rows, columns=["city_code", "year", "zone"]).set_index("city_code")


def _local_projections(values, treated, clusters, approvals, confidence) -> dict[str, Any]:
    """Pooled effect of the years after by local projections with clean controls."""
    import diff_diff  # a second of imports

    long = values.rename_axis(index="city_code", columns="year").stack().rename("y").reset_index()
    long["year"] = long["year"].astype("int64")
    first = long["city_code"].map(treated["year"]).fillna(np.inf)
    long["treated"] = (long["year"] >= first).astype(int)
    long["cluster"] = long["city_code"].map(clusters)
    model = diff_diff.LPDiD(
        pre_window=2,
        post_window=approvals.after - 1,
        reweight=True,
        cluster="cluster",
        alpha=1 - confidence,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = model.fit(long, "y", "city_code", "year", "treated", only_pooled=True)
    pooled = fit.pooled
    row = pooled[pooled["window"] == "post"].iloc[0]
    return {
        "term": "effect",
        "method": "local_projections",
        "estimate": float(row["coefficient"]),
        "std_error": float(row["se"]),
        "statistic": float(row["t_stat"]),
        "p_value": float(row["p_value"]),
        "conf_low": float(row["conf_low"]),
        "conf_high": float(row["conf_high"]),
        "n_units": len(values),
        "n_clusters": int(clusters.nunique()),
        "estimator": "local projections (Dube, Girardi, Jordà and Taylor 2025), clean controls",
        "cov_type": "clustered by zone or province",
    }


def _imputed(study: Study, approvals: Approvals, key: dict) -> Iterator[dict[str, Any]]:
    """Imputed effects on members and on their neighbours, with the errors of placebo groups."""
    choices = study.choices["approvals"]
    draws = placebo_groups(
        approvals, choices["largest_placebo"], choices["draws_secondary"], choices["seed"]
    )
    full = approvals.outcome.notna().all(axis=1).to_numpy()
    for near in (False, True):
        own = _means(approvals, own_groups(approvals), full, near)
        placebo = _means(approvals, draws, full & approvals.pool(), near)
        for term, place in (("effect", 0), *((("neighbours", 1),) if near else ())):
            yield {
                **key,
                "term": term,
                "method": "imputation",
                "group": "neighbours apart" if near else "all others",
                **against_placebo(float(own[0, place]), placebo[:, place], study.confidence),
                "n_units": int(full.sum()),
                "n_clusters": len(approvals.cohorts),
                "estimator": IMPUTATION
                + (", neighbours as a term of their own (Butts 2023)" if near else "")
                + " (Borusyak, Jaravel and Spiess 2024)",
            }


def _means(approvals: Approvals, groups: np.ndarray, units: np.ndarray, near: bool) -> np.ndarray:
    """Mean effects on members and neighbours, shape (assignments, 2), over years after."""
    years = np.array(approvals.outcome.columns)
    outcomes = approvals.outcome.to_numpy()[units]
    starts = np.full((len(groups), len(units)), np.inf)
    exposed = starts.copy()
    for place, cohort in enumerate(approvals.cohorts):
        own = groups[:, place]
        starts = np.where(own, np.minimum(starts, cohort.year), starts)
        around = approvals.cities.near(own)
        exposed = np.where(around, np.minimum(exposed, cohort.year), exposed)
    starts, exposed = starts[:, units], exposed[:, units]
    since = years - starts[:, :, None]
    ring = years - exposed[:, :, None]
    members = since >= 0
    beside = (ring >= 0) & np.isinf(starts)[:, :, None]
    # A cell of a neighbour that is approved later is neither; it is left out as well.
    out = members | ((ring >= 0) if near else np.zeros_like(members))
    gaps = imputed_gaps(outcomes, ~out)
    chosen = members & (since < approvals.after), beside & (ring < approvals.after)
    return np.stack([_mean(gaps, cells) for cells in chosen], axis=1)


def _mean(gaps: np.ndarray, cells: np.ndarray) -> np.ndarray:
    count = cells.sum(axis=(1, 2))
    return np.where(cells, gaps, 0.0).sum(axis=(1, 2)) / np.maximum(count, 1)
