"""Distribution dynamics of region and nation: chains, mobility, homogeneity, kernels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from guantian.chapters.dynamics.estimate.cases import Case, pick, with_neighbours
from regiometrics.distribution.kernels import density_by_period, even_grid, stochastic_kernel
from regiometrics.distribution.markov import (
    MarkovChain,
    chains_by_span,
    classify,
    ergodic_distribution,
    homogeneity_test,
    markov_chain,
    mobility,
    relative,
)
from regiometrics.distribution.markov_bootstrap import bootstrap_chain
from regiometrics.distribution.spatial_markov import neighbour_rank, spatial_markov
from regiometrics.errors import EstimationError
from regiometrics.weights.weights import Weights

SAMPLES = ("region", "nation")  # seven cities leave most classes empty


def run_chains(
    cases: Mapping[tuple[str, str], Case], weights: Weights, choices: Mapping, confidence: float
) -> tuple[list[dict], list[dict], list[dict]]:
    """Estimate chains of relative output per head, their long run, mobility and homogeneity.

    Parameters
    ----------
    cases
        (spec, sample) -> case.
    weights
        Over all cities, row-standardised.
    choices
        ``specs``, ``classes``, ``lag_classes``, ``break_year``, ``draws``, ``permutations``,
        ``seed``.
    confidence
        Of the intervals.

    Returns
    -------
    estimates
        Rows of ``markov`` (term ``transition`` from ``group`` to ``target``, ``ergodic`` by
        ``group``, mobility indices), ``shorrocks_change``, and ``spatial_markov`` (transitions by
        the class of the ``neighbours``).
    series
        Shares of cities by class in the first and the last year.
    tests
        Rows of ``markov_homogeneity``: ``periods``, ``neighbours`` and ``neighbours_rank``.
    """
    estimated, described, tested = [], [], []
    for case in pick(cases, SAMPLES, choices["specs"]):
        values = relative(case.values)
        states = classify(values, choices["classes"])
        labels = range(1, choices["classes"] + 1)
        key = {"analysis": "markov", **case.key}
        rows = [
            *chain_rows(markov_chain(states, labels)),
            *_long_run(states, labels, choices, confidence),
            *_change_rows(states, labels, choices, confidence),
        ]
        estimated += [{**key, **row} for row in rows]
        described += [{**key, **row} for row in _shares(states, labels)]
        key = {"analysis": "markov_homogeneity", **case.key}
        tested += [{**key, **row} for row in _period_rows(states, labels, choices)]
        linked, matrix, _ = with_neighbours(case, weights)
        common = {**linked.key, "weights": weights.name}
        rows, homogeneity = _neighbour_rows(linked, matrix, choices)
        estimated += [{"analysis": "spatial_markov", **common, **row} for row in rows]
        tested += [{"analysis": "markov_homogeneity", **common, **row} for row in homogeneity]
    return estimated, described, tested


def kernels_of(case: Case, step: int, points: int = 81) -> pd.DataFrame:
    """Densities by year, and the kernel of relative logs, of one case.

    Returns
    -------
    DataFrame
        Columns kind (density, kernel, ergodic, marginal), at (the year, or the value now), value
        (where the density stands), density.
    """
    values = case.relative_logs
    grid = even_grid(values, points)
    by_year = density_by_period(values, grid)
    kernel = stochastic_kernel(values, step, grid)
    parts = [
        _long(by_year, "density"),
        _long(kernel.density, "kernel"),
        pd.DataFrame({"kind": "ergodic", "value": grid, "density": kernel.ergodic.to_numpy()}),
        pd.DataFrame({"kind": "marginal", "value": grid, "density": kernel.marginal.to_numpy()}),
    ]
    frame = pd.concat(parts, ignore_index=True)
    return frame.assign(spec=case.spec, sample=case.sample)


def chain_rows(chain: MarkovChain, neighbours: str = "") -> list[dict]:
    """Transition probabilities as rows: from ``group`` to ``target``."""
    probabilities, errors = chain.probabilities, chain.std_errors
    return [
        {
            "term": "transition",
            "group": str(start),
            "target": str(end),
            "neighbours": neighbours,
            "estimate": probabilities.at[start, end],
            "std_error": errors.at[start, end],
            "n_obs": int(chain.counts.at[start, end]),
            "estimator": "shares of yearly moves",
            "cov_type": "multinomial",
            "note": "" if np.isfinite(probabilities.at[start, end]) else "state never left",
        }
        for start in chain.counts.index
        for end in chain.counts.columns
    ]


def _shares(states: pd.DataFrame, labels: range) -> list[dict]:
    return [
        {
            "term": "share",
            "group": str(label),
            "year": states.index[row],
            "value": (states.iloc[row] == label).mean(),
        }
        for row in (0, -1)
        for label in labels
    ]


def _long_run(
    states: pd.DataFrame, labels: range, choices: Mapping, confidence: float
) -> Iterator[dict]:
    """Mobility indices and the ergodic distribution with bootstrap intervals, or why not."""

    def statistic(probabilities: pd.DataFrame) -> pd.Series:
        ergodic = ergodic_distribution(probabilities)
        indices = mobility(probabilities, ergodic)
        names = [*((name, "") for name in indices.index), *(("ergodic", str(k)) for k in labels)]
        values = np.append(indices.to_numpy(), ergodic.to_numpy())
        return pd.Series(values, pd.MultiIndex.from_tuples(names))

    try:
        table = bootstrap_chain(
            states, statistic, choices["draws"], choices["seed"], confidence, labels
        )
    except EstimationError as error:
        yield {"term": "shorrocks", "note": str(error)}
        return
    for (term, group), row in table.iterrows():
        # Percentiles of a bounded index may miss the estimate; the interval is then widened to it.
        yield {
            "term": term,
            "group": group,
            "estimate": row["estimate"],
            "std_error": row["std_error"],
            "conf_low": min(row["conf_low"], row["estimate"]),
            "conf_high": max(row["conf_high"], row["estimate"]),
            "estimator": "Markov chain",
            "cov_type": "resamples of cities with their histories",
            "n_draws": int(row["draws"]),
        }


def _period_rows(states: pd.DataFrame, labels: range, choices: Mapping) -> Iterator[dict]:
    """Test whether transitions before the break year and from it on are the same."""
    year = choices["break_year"]
    if not _splits(states, year):
        return
    spans = chains_by_span(states, [year], labels)
    test = homogeneity_test(spans)
    yield {
        "term": "periods",
        "statistic": test.lr,
        "df": test.df,
        "p_value": test.lr_pvalue,
        "estimator": "likelihood ratio",
        "note": f"{' and '.join(spans)}; moves taken as independent",
    }


def _splits(states: pd.DataFrame, year: int) -> bool:
    return states.index[0] + 1 < year < states.index[-1]


def _change_rows(
    states: pd.DataFrame, labels: range, choices: Mapping, confidence: float
) -> Iterator[dict]:
    """Change of mobility from before the break year to after it, by resampling cities."""
    year = choices["break_year"]
    if not _splits(states, year):
        return
    by_unit = _moves_by_unit(states, year, labels)
    n = states.shape[1]
    estimate = float(_shorrocks_change(by_unit.sum(axis=0)[None])[0])
    rng = np.random.default_rng(choices["seed"])
    times = rng.multinomial(n, np.full(n, 1 / n), size=choices["draws"])
    drawn = _shorrocks_change(np.tensordot(times, by_unit, axes=1))
    drawn = drawn[np.isfinite(drawn)]
    if not np.isfinite(estimate) or len(drawn) < choices["draws"] / 2:
        yield {"term": "shorrocks_change", "note": "a class is never left in one of the periods"}
        return
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    beyond = min((drawn <= 0).sum(), (drawn >= 0).sum())
    yield {
        "term": "shorrocks_change",
        "estimate": estimate,
        "std_error": drawn.std(ddof=1),
        "p_value": min(1.0, 2 * (1 + beyond) / (1 + len(drawn))),
        "conf_low": min(low, estimate),
        "conf_high": max(high, estimate),
        "estimator": "Shorrocks index, later minus earlier period",
        "cov_type": "resamples of cities with their histories",
        "n_draws": len(drawn),
    }


def _moves_by_unit(states: pd.DataFrame, year: int, labels: range) -> np.ndarray:
    """Moves of each unit before the year and from it on, shape (n, 2, k, k)."""
    codes, k = states.to_numpy() - labels[0], len(labels)
    n = codes.shape[1]
    late = (states.index[1:] >= year).astype("int64")[:, None]
    place = ((np.arange(n) * 2 + late) * k + codes[:-1]) * k + codes[1:]
    return np.bincount(place.ravel(), minlength=n * 2 * k * k).reshape(n, 2, k, k)


def _shorrocks_change(counts: np.ndarray) -> np.ndarray:
    """Shorrocks index after less before, counts of shape (draws, 2, k, k)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        p = counts / counts.sum(axis=3, keepdims=True)
    stay = np.trace(p, axis1=2, axis2=3)
    return (stay[:, 0] - stay[:, 1]) / (counts.shape[2] - 1)


def _neighbour_rows(
    case: Case, weights: Weights, choices: Mapping
) -> tuple[list[dict], list[dict]]:
    """Transitions by the neighbours' class, and tests that they do not depend on it."""
    values = relative(case.values)
    classes, lag_classes = choices["classes"], choices["lag_classes"]
    result = spatial_markov(values, weights, classes, lag_classes)
    rows = [row for near, chain in result.by_lag.items() for row in chain_rows(chain, str(near))]
    test = result.homogeneity
    rank = neighbour_rank(
        values, weights, classes, lag_classes, choices["permutations"], choices["seed"]
    )
    return rows, [
        {
            "term": "neighbours",
            "statistic": test.lr,
            "df": test.df,
            "p_value": test.lr_pvalue,
            "estimator": "likelihood ratio",
            "note": "moves taken as independent",
        },
        {
            "term": "neighbours_rank",
            "statistic": test.lr,
            "p_value": rank,
            "n_draws": choices["permutations"],
            "estimator": "rank among random maps",
        },
    ]


def _long(wide: pd.DataFrame, kind: str) -> pd.DataFrame:
    frame = wide.rename_axis(index="at", columns="value").stack().rename("density").reset_index()
    frame.insert(0, "kind", kind)
    return frame
