"""The dyadic gravity model of flows: specifications run, border in equivalent distance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from guantian.estimates import tidy
from regiometrics.gravity.grid import FlowGrid
from regiometrics.gravity.ppml import PoissonFit, poisson
from regiometrics.gravity.tobit import tobit
from regiometrics.inference import inference_row

PROVINCES = "provinces"  # in a specification: a term of its own for each province
TREATMENTS = ("zero", "threshold", "listed", "censored")


def run_gravity(
    grid: FlowGrid, specs: pd.DataFrame, near_km: float, confidence: float
) -> tuple[pd.DataFrame, dict[str, PoissonFit]]:
    """Fit every specification of the gravity model.

    Parameters
    ----------
    grid
        Flows and regressors of all cities.
    specs
        Index ``spec``; ``regressors`` (names, separated by blanks; `PROVINCES` stands for a term a
        province), ``treatment`` (of pairs not listed: nought, the origin's smallest listed flow,
        dropped, or censored) and ``pairs`` (all or near).
    near_km
        Pairs up to this distance are near.
    confidence
        Of the intervals.

    Returns
    -------
    estimates
        Tidy: analysis ``gravity`` with dyadic-robust errors and ``gravity_two_way`` with errors
        clustered by origin and by destination; sample is the treatment.
    fits
        Poisson fits by specification.

    Raises
    ------
    ValueError
        For an unknown treatment, set of pairs or regressor.
    """
    frames, fits = [], {}
    for spec, row in specs.iterrows():
        names = _names(str(spec), row, grid)
        mask = grid.off_diagonal
        if row["pairs"] == "near":
            mask = mask & (np.nan_to_num(grid.regressors["log_distance"]) <= np.log(near_km))
        label = row["treatment"] if row["pairs"] == "all" else f"{row['treatment']}_near"
        common = {
            "spec": str(spec),
            "sample": label,
            "outcome": "flow_index",
            "note": row["label"],
        }
        if row["treatment"] == "censored":
            fit = tobit(grid, names, mask)
            covariances = {"gravity": fit.cov_dyadic, "gravity_two_way": fit.cov}
            common["estimator"] = "censored regression of logs, two-way effects"
        else:
            flow = grid.flow
            if row["treatment"] == "threshold":
                flow = np.where(grid.listed, flow, grid.thresholds())
            elif row["treatment"] == "listed":
                mask = mask & grid.listed
            fit = fits[str(spec)] = poisson(grid, names, mask, flow)
            covariances = {"gravity": fit.cov_dyadic, "gravity_two_way": fit.cov}
            common["estimator"] = "PPML, two-way effects"
        common |= {"n_obs": fit.n_obs, "n_units": fit.n_cities}
        for analysis, cov in covariances.items():
            kind = "dyadic" if analysis == "gravity" else "two-way clustered"
            rows = list(
                _rows(names, fit.params.to_numpy(), cov.to_numpy(), fit.n_cities, confidence)
            )
            frames.append(tidy(rows, analysis=analysis, cov_type=kind, **common))
    return pd.concat(frames, ignore_index=True), fits


def _names(spec: str, row: pd.Series, grid: FlowGrid) -> list[str]:
    """Names of a specification's regressors, checked."""
    if row["treatment"] not in TREATMENTS or row["pairs"] not in ("all", "near"):
        raise ValueError(
            f"The gravity specification {spec} has the treatment {row['treatment']!r} and the "
            f"pairs {row['pairs']!r}; expected one of {', '.join(TREATMENTS)}, and all or near."
        )
    names: list[str] = []
    for name in row["regressors"].split():
        names += province_terms(grid.regressors) if name == PROVINCES else [name]
    unknown = [name for name in names if name not in grid.regressors]
    if unknown:
        raise ValueError(
            f"The gravity specification {spec} names {unknown[0]!r}, which is no regressor; "
            f"expected some of {', '.join(sorted(grid.regressors))}."
        )
    return [name for name in names if np.nanmax(grid.regressors[name]) > 0]


def province_terms(regressors: Mapping[str, np.ndarray]) -> list[str]:
    """Names of the terms of single provinces."""
    return sorted(name for name in regressors if name.startswith("same_province_"))


def _rows(names: Sequence[str], params, cov, n_cities: int, confidence: float) -> Iterator[dict]:
    """Rows of coefficients, and of each border in equivalent distance."""
    df = n_cities - 1  # cities are what repeats
    for position, name in enumerate(names):
        error = np.sqrt(cov[position, position])
        yield {"term": name, **inference_row(params[position], error, confidence, df)}
        if name.startswith("same_province") and "log_distance" in names:
            term = name.replace("same_province", "border_log_distance")
            factor, error = _border(names, params, cov, name)
            yield {"term": term, **inference_row(factor, error, confidence, df)}


def _border(names, params, cov, name: str) -> tuple[float, float]:
    """Log of the factor of distance that costs as much flow as the border, and its error (delta).

    ln factor = -b(same province) / b(log distance) (Engel and Rogers 1996, in the ratio form of
    Parsley and Wei 2001, which does not depend on the unit of distance).
    """
    one, far = names.index(name), names.index("log_distance")
    factor = -params[one] / params[far]
    gradient = np.zeros(len(names))
    gradient[one], gradient[far] = -1 / params[far], params[one] / params[far] ** 2
    return factor, float(np.sqrt(gradient @ cov @ gradient))
