"""Do zones with several centres grow faster? An association across the approved zones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from guantian.chapters.games.estimate.centres import zone_centres
from guantian.geography.zones import Zone
from guantian.regression import regress

#: Measures of how many centres a zone has; of primacy less is more polycentric.
MEASURES = {"entropy_evenness": 1.0, "rank_size": 1.0, "primacy": -1.0}


def polycentric_growth(
    output: pd.DataFrame, zones: Mapping[str, Zone], first: int, last: int, confidence: float
) -> tuple[list[dict], pd.DataFrame]:
    """Regress growth of zones on how polycentric they are and on initial output.

    Parameters
    ----------
    output : DataFrame
        Real GDP, years in rows and cities in columns.
    zones
        Approved zones by id.
    first, last
        Years between which growth is measured.
    confidence
        Of the intervals.

    Returns
    -------
    rows : list of dict
        Slopes by ``measure``, sample and variant (``no control``: without initial output): log
        points of growth a year for one standard deviation of the measure, HC3 errors,
        t distribution.
    table : DataFrame
        One row per zone, with ``apart`` telling whether it is in the sample of disjoint zones.
    """
    codes = {name: zone.codes for name, zone in zones.items()}
    table = zone_centres(output, codes, first, last)
    table["apart"] = table.index.isin(_apart(zones, table.index))
    rows = []
    for sample, chosen in (("zones", table), ("disjoint_zones", table[table["apart"]])):
        for measure, sign in MEASURES.items():
            key = {"sample": sample, "measure": measure, "term": "slope"}
            for variant, control in (("", True), ("no control", False)):
                found = _slope(chosen, sign * chosen[measure], control, confidence)
                rows.append({**key, "variant": variant, **found})
    return rows, table


def _apart(zones: Mapping[str, Zone], known) -> Iterator[str]:
    """Zones that share no city, the earliest approved first."""
    taken: set[str] = set()
    for name in sorted(known, key=lambda name: (zones[name].approved, name)):
        if taken.isdisjoint(zones[name].codes):
            taken.update(zones[name].codes)
            yield name


def _slope(table: pd.DataFrame, measure: pd.Series, control: bool, confidence: float) -> dict:
    """Least squares with HC3 errors (MacKinnon and White 1985)."""
    n, terms = len(table), {"measure": (measure - measure.mean()) / measure.std()}
    if control:
        terms["initial"] = table["log_output"] - table["log_output"].mean()
    if n <= len(terms) + 2:
        return {"n_units": n, "note": f"{n} zones are too few"}
    return {
        **regress(table["growth"], terms).row("measure", confidence),
        "n_obs": n,
        "n_units": n,
        "n_periods": 1,
        "estimator": "OLS",
        "cov_type": "HC3",
        "note": "association; zones overlap" if table["apart"].sum() < n else "association",
    }
