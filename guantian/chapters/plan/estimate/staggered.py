"""Approvals of all zones as staggered treatments: Callaway and Sant'Anna, Sun and Abraham."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from guantian.geography.zones import Zone
from regiometrics.errors import EstimationError
from regiometrics.options import check_level

ESTIMATORS = {
    "callaway_santanna": "Callaway and Sant'Anna (2021), never treated as controls",
    "sun_abraham": "Sun and Abraham (2021), never treated as controls",
}

#: On either side, below which no error is given.
FEWEST_CLUSTERS = 5


def first_treated(zone: Zone, shift: int = 0) -> int:
    """Return the first year that counts as treated, `shift` years later."""
    return zone.first_treated + shift


def treatment_years(
    zones: Mapping[str, Zone], kinds: Collection[str], codes: Collection[str]
) -> pd.DataFrame:
    """Return each city's first approval: index city_code, columns `zone` and `year`."""
    rows = [
        (code, first_treated(zone), zone.id)
        for zone in zones.values()
        if zone.kind in kinds
        for code in zone.codes
        if code in set(codes)
    ]
    frame = pd.DataFrame(rows, columns=["city_code", "year", "zone"]).sort_values(
        ["city_code", "year", "zone"]
    )
    return frame.drop_duplicates("city_code").set_index("city_code")[["zone", "year"]]


def staggered_effects(
    outcome: pd.DataFrame,
    treatments: pd.DataFrame,
    clusters: pd.Series,
    estimator: str,
    confidence: float,
    horizons: tuple[int, int] = (-6, 7),
    control_group: str = "never_treated",
) -> list[dict[str, Any]]:
    """Estimate effects by years since approval, and their mean over treated cells.

    Parameters
    ----------
    outcome
        Cities in rows, years in columns, complete.
    treatments
        Index city_code, column `year`; cities not in it are never treated.
    clusters
        City code to the cluster of its error.
    estimator
        One of `ESTIMATORS`; both from the package diff-diff.
    confidence
        Of the intervals.
    horizons
        First and last years since approval that are returned.
    control_group
        "never_treated" (in the window), or "not_yet_treated": cities approved later, too.

    Returns
    -------
    list of dict
        Rows with the terms ``overall`` and ``event`` (by ``horizon``, years since approval), and
        the number of treated clusters.

    Raises
    ------
    ValueError
        If the estimator or the controls are unknown, or the confidence is not between 0 and 1.
    EstimationError
        If an outcome is missing, or no city is treated in a year that can be determined.

    Notes
    -----
    Cities first treated after the last year are controls: not yet treated. With fewer than five
    clusters on either side the error is missing, as its estimate would be far too small.
    """
    import diff_diff  # a second of imports

    check_level(confidence, ValueError)
    if control_group not in ("never_treated", "not_yet_treated"):
        raise ValueError(
            f"control_group is {control_group!r}; expected 'never_treated' or 'not_yet_treated'."
        )
    gaps = outcome.isna().to_numpy()
    if gaps.any():
        row, column = np.argwhere(gaps)[0]
        raise EstimationError(
            f"City {outcome.index[row]} has no outcome in {outcome.columns[column]}; expected "
            "complete cities."
        )
    if estimator not in ESTIMATORS:
        raise ValueError(f"estimator is {estimator!r}; expected {', '.join(ESTIMATORS)}.")
    years = outcome.columns
    first = treatments["year"].reindex(outcome.index)
    # Treated before there is a year to compare with: not known. After the last: not yet treated.
    outcome = outcome[first.isna() | (first > years[0])]
    first = first.reindex(outcome.index)
    first = first.where(first <= years[-1]).fillna(0).astype("int64")
    if not (first > 0).any():
        raise EstimationError(f"No city is first treated between {years[1]} and {years[-1]}.")
    if (first > 0).all() and control_group == "never_treated":
        raise EstimationError("Every city is treated; expected some that are not, to compare with.")
    long = outcome.rename_axis(index="city_code", columns="year").stack().rename("y").reset_index()
    long["first"] = long["city_code"].map(first)
    long["cluster"] = long["city_code"].map(clusters)
    long["year"] = long["year"].astype("int64")
    names = {"outcome": "y", "unit": "city_code", "time": "year", "first_treat": "first"}
    alpha = 1 - confidence
    groups = long.groupby(long["first"] > 0)["cluster"].nunique()
    if control_group == "not_yet_treated" and len(groups) < 2:
        groups = groups.reindex([False, True], fill_value=int(groups[True]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if estimator == "callaway_santanna":
            model = diff_diff.CallawaySantAnna(
                control_group, cluster="cluster", base_period="universal", alpha=alpha
            )
            fit = model.fit(long, **names, aggregate="event_study")
        else:
            model = diff_diff.SunAbraham(control_group, cluster="cluster", alpha=alpha)
            fit = model.fit(long, **names)
    treated = int(groups[True])
    common = {
        "n_obs": len(long),
        "n_units": len(outcome),
        "n_periods": len(years),
        "estimator": ESTIMATORS[estimator],
        "n_clusters": long["cluster"].nunique(),
        "cov_type": "clustered by zone or province",
    }
    count = {"term": "treated_clusters", "value": treated}
    if groups.min() < FEWEST_CLUSTERS:
        # With so few the sandwich is too small, in the extreme zero: the estimate alone is kept.
        nothing = (np.nan,) * 4
        row = _row("overall", fit.overall_att, *nothing) | common
        return [count, row | {"note": "too few clusters for an error"}]
    low, high = fit.overall_conf_int
    rows = [
        count,
        _row("overall", fit.overall_att, fit.overall_se, fit.overall_p_value, low, high) | common,
    ]
    for horizon, found in sorted(fit.event_study_effects.items()):
        if horizons[0] <= horizon <= horizons[1] and np.isfinite(found["se"]) and found["se"] > 0:
            ends = found["conf_int"]
            values = (found["effect"], found["se"], found["p_value"], *ends)
            rows.append(_row("event", *values) | common | {"horizon": int(horizon)})
    return rows


def _row(term, estimate, error, p_value, low, high) -> dict[str, Any]:
    return {
        "term": term,
        "estimate": float(estimate),
        "std_error": float(error),
        "statistic": float(estimate / error),
        "p_value": float(p_value),
        "conf_low": float(low),
        "conf_high": float(high),
    }
