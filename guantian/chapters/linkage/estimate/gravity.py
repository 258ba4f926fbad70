"""The dyadic gravity model of flows: specifications run, border in equivalent distance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from regiometrics.gravity.grid import FlowGrid
from regiometrics.gravity.ppml import PoissonFit, poisson
from regiometrics.gravity.tobit import tobit
from regiometrics.inference import inference_row

PROVINCES = "provinces"  # in a specification: a term of its own for each province
DISTANCE, BORDER = "log_distance", "same_province"
COVARIANCES = {"dyadic": "dyadic", "two_way": "two-way clustered"}
TREATMENTS = ("zero", "threshold", "listed", "censored")


def run_gravity(
    grid: FlowGrid,
    specs: pd.DataFrame,
    near_km: float,
    confidence: float,
    provinces: Mapping[str, str] | None = None,
) -> tuple[list[dict], dict[str, PoissonFit]]:
    """Fit every specification of the gravity model.

    Parameters
    ----------
    grid
        Flows and regressors of all cities.
    specs
        Index ``spec``; ``regressors`` (names, separated by blanks; `PROVINCES` is a term for each
        province), ``treatment`` (of pairs not listed: zero, the origin's smallest listed flow,
        dropped, or censored) and ``pairs`` (all or near).
    near_km
        Pairs up to this distance are near.
    confidence
        Of the intervals.
    provinces
        Name of the term of a single province to the code of the province, as `province_terms`
        gives them.

    Returns
    -------
    rows
        Estimates of the analysis ``gravity``: the variant is the specification, the method the
        treatment, the group the pairs; errors are ``dyadic``, or ``two_way`` (clustered by origin
        and by destination). The term of a single province names its ``unit``.
        ``border_log_distance`` is the log of the factor of distance that costs as much flow as
        the border.
    fits
        Poisson fits by specification.

    Raises
    ------
    ValueError
        For an unknown treatment, set of pairs or regressor.
    """
    rows, fits = [], {}
    provinces = provinces or {}
    for spec, row in specs.iterrows():
        names = _names(str(spec), row, grid, provinces)
        mask = grid.off_diagonal
        if row["pairs"] == "near":
            mask = mask & (np.nan_to_num(grid.regressors[DISTANCE]) <= np.log(near_km))
        common = {
            "analysis": "gravity",
            "variant": str(spec),
            "sample": "nation",
            "group": row["pairs"],
            "method": row["treatment"],
            "outcome": "flow_index",
            "note": row["label"],
        }
        if row["treatment"] == "censored":
            fit = tobit(grid, names, mask)
            common["estimator"] = "censored regression of logs, two-way effects"
        else:
            flow = grid.flow
            if row["treatment"] == "threshold":
                flow = np.where(grid.listed, flow, grid.thresholds())
            elif row["treatment"] == "listed":
                mask = mask & grid.listed
            fit = fits[str(spec)] = poisson(grid, names, mask, flow)
            common["estimator"] = "PPML, two-way effects"
        common |= {"n_obs": fit.n_obs, "n_units": fit.n_cities}
        params = fit.params.to_numpy()
        for errors, cov in (("dyadic", fit.cov_dyadic), ("two_way", fit.cov)):
            kind = {"errors": errors, "cov_type": COVARIANCES[errors]}
            found = _rows(names, params, cov.to_numpy(), fit.n_cities, confidence, provinces)
            rows += [common | kind | each for each in found]
    return rows, fits


def _names(spec: str, row: pd.Series, grid: FlowGrid, provinces: Mapping) -> list[str]:
    """Names of a specification's regressors, checked."""
    if row["treatment"] not in TREATMENTS or row["pairs"] not in ("all", "near"):
        raise ValueError(
            f"The gravity specification {spec} has the treatment {row['treatment']!r} and the "
            f"pairs {row['pairs']!r}; expected one of {', '.join(TREATMENTS)}, and all or near."
        )
    names: list[str] = []
    for name in row["regressors"].split():
        names += provinces if name == PROVINCES else [name]
    unknown = [name for name in names if name not in grid.regressors]
    if unknown:
        raise ValueError(
            f"The gravity specification {spec} names {unknown[0]!r}, which is no regressor; "
            f"expected some of {', '.join(sorted(grid.regressors))}."
        )
    return [name for name in names if np.nanmax(grid.regressors[name]) > 0]


def _rows(
    names: Sequence[str],
    params,
    cov,
    n_cities: int,
    confidence: float,
    provinces: Mapping[str, str],
) -> Iterator[dict]:
    """Rows of coefficients, and of each border in equivalent distance."""
    df = n_cities - 1  # cities are what repeats
    for position, name in enumerate(names):
        error = np.sqrt(cov[position, position])
        key = {"term": BORDER, "unit": provinces[name]} if name in provinces else {"term": name}
        yield {**key, **inference_row(params[position], error, confidence, df)}
        if key["term"] == BORDER and DISTANCE in names:
            factor, error = _border(names, params, cov, name)
            key |= {"term": "border_log_distance"}
            yield {**key, **inference_row(factor, error, confidence, df)}


def _border(names, params, cov, name: str) -> tuple[float, float]:
    """Log of the factor of distance that costs as much flow as the border, and its error (delta).

    ln factor = -b(same province) / b(log distance) (Engel and Rogers 1996, in the ratio form of
    Parsley and Wei 2001, which does not depend on the unit of distance).
    """
    one, far = names.index(name), names.index(DISTANCE)
    factor = -params[one] / params[far]
    gradient = np.zeros(len(names))
    gradient[one], gradient[far] = -1 / params[far], params[one] / params[far] ** 2
    return factor, float(np.sqrt(gradient @ cov @ gradient))
