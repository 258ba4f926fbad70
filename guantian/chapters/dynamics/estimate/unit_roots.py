"""Stochastic convergence: whether income relative to the nation returns to its path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

import pandas as pd

from guantian.chapters.dynamics.estimate.cases import Case, pick
from regiometrics.errors import PanelError
from regiometrics.panel.unit_root import UnitRootResult, im_pesaran_shin, pesaran_cips

SAMPLES = ("zone", "region")  # relative to the nation; the nation's own mean would be nil


def run_unit_roots(cases: Mapping[tuple[str, str], Case], choices: Mapping) -> list[dict]:
    """Test the null that no city's relative income returns to a mean or a trend.

    Parameters
    ----------
    cases
        (spec, sample) -> case.
    choices
        ``specs``, ``lags``, ``draws``, ``seed``.

    Returns
    -------
    list of dict
        Rows of tests, analysis ``unit_root``: term ``ips`` or ``cips``, ``method`` constant or
        trend, ``lags``; statistic and p-value simulated for the panel's own size; a note where a
        panel is too short.

    Notes
    -----
    Logs less the nation's mean log of the year (Carlino and Mills 1993 for regions; Im, Pesaran
    and Shin 2003; Pesaran 2007). With a constant a rejection says that some city keeps a constant
    distance from the nation's mean in the long run, with a trend that it returns to a path that
    catches up or falls behind; that gaps close is another matter.
    """
    found = []
    for case in pick(cases, SAMPLES, choices["specs"]):
        nation = cases.get((case.spec, "nation"))
        if nation is not None:
            values = case.logs.sub(nation.logs.mean(axis=1), axis=0)
            common = {"analysis": "unit_root", **case.key}
            found += [{**common, **row} for row in _rows(values, choices)]
    return found


def _rows(values: pd.DataFrame, choices: Mapping) -> Iterator[dict]:
    for lags, trend in product(choices["lags"], (False, True)):
        for name, test in (("ips", im_pesaran_shin), ("cips", pesaran_cips)):
            key = {"term": name, "lags": lags, "method": "trend" if trend else "constant"}
            try:
                result = test(
                    values, lags, trend=trend, draws=choices["draws"], seed=choices["seed"]
                )
            except PanelError as error:
                yield {**key, "note": str(error)}
                continue
            yield {**key, **_row(result)}


def _row(result: UnitRootResult) -> dict:
    return {
        "statistic": result.statistic,
        "p_value": result.p_value,
        "estimator": result.test,
        "cov_type": result.reference,
        "note": f"5 per cent critical value {result.critical_values[0.05]:.3f}",
    }
