"""Stochastic convergence: whether income relative to the nation returns to its path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

import pandas as pd

from guantian.chapters.dynamics.estimate.cases import Case, pick
from guantian.estimates import tidy
from regiometrics.errors import PanelError
from regiometrics.panel.unit_root import UnitRootResult, im_pesaran_shin, pesaran_cips

SAMPLES = ("zone", "region")  # relative to the nation; the nation's own mean would be nil


def run_unit_roots(cases: Mapping[tuple[str, str], Case], choices: Mapping) -> pd.DataFrame:
    """Test the null that no city's relative income returns to a mean or a trend.

    Parameters
    ----------
    cases
        (spec, sample) -> case.
    choices
        ``specs``, ``lags``, ``draws``, ``seed``.

    Returns
    -------
    DataFrame
        Tidy, analysis ``unit_root``; terms ``ips[0,constant]``, ``cips[1,trend]``: mean t-ratio as
        statistic, p-value simulated for the panel's own size; a note where a panel is too short.

    Notes
    -----
    Logs less the nation's mean log of the year (Carlino and Mills 1993 for regions; Im, Pesaran
    and Shin 2003; Pesaran 2007). With a constant a rejection says that some city keeps a constant
    distance from the nation's mean in the long run, with a trend that it returns to a path that
    catches up or falls behind; that gaps close is another matter.
    """
    frames = []
    for case in pick(cases, SAMPLES, choices["specs"]):
        nation = cases.get((case.spec, "nation"))
        if nation is not None:
            values = case.logs.sub(nation.logs.mean(axis=1), axis=0)
            rows = list(_rows(values, choices))
            frames.append(tidy(rows, analysis="unit_root", **case.key))
    return pd.concat(frames, ignore_index=True) if frames else tidy([])


def _rows(values: pd.DataFrame, choices: Mapping) -> Iterator[dict]:
    for lags, trend in product(choices["lags"], (False, True)):
        for name, test in (("ips", im_pesaran_shin), ("cips", pesaran_cips)):
            term = f"{name}[{lags},{'trend' if trend else 'constant'}]"
            try:
                result = test(
                    values, lags, trend=trend, draws=choices["draws"], seed=choices["seed"]
                )
            except PanelError as error:
                yield {"term": term, "note": str(error)}
                continue
            yield _row(term, result)


def _row(term: str, result: UnitRootResult) -> dict:
    return {
        "term": term,
        "estimate": result.t_bar,
        "statistic": result.statistic,
        "p_value": result.p_value,
        "estimator": result.test,
        "cov_type": result.reference,
        "note": f"5 per cent critical value {result.critical_values[0.05]:.3f}",
    }
