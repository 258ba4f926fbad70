"""Spatial autocorrelation of a cross-section: Moran's I, Geary's C, local Moran, by permutation."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from scipy import sparse

from regiometrics._arguments import numbers, real, whole
from regiometrics._checks import finite_panel
from regiometrics._optional import require
from regiometrics.distribution.markov import MarkovChain, markov_chain
from regiometrics.distribution.spatial_markov import checked_weights
from regiometrics.errors import EstimationError

NOT_SIGNIFICANT = "ns"
QUADRANT_OF = {1: "HH", 2: "LH", 3: "LL", 4: "HL"}  # own value, neighbours' mean: high or low
STATES = ["HH", "LH", "LL", "HL", NOT_SIGNIFICANT]


def global_autocorrelation(
    values: pd.DataFrame, weights, permutations: int = 999, seed: int = 0
) -> pd.DataFrame:
    """Moran's I and Geary's C of every period, with permutation p-values.

    Parameters
    ----------
    values : DataFrame, shape (T, n)
        Periods in rows, units in columns, complete.
    weights : Weights, sparse or dense array, shape (n, n)
        Rows that add up to one, in the order of the columns.
    permutations, seed
        Random maps a period, by ``numpy.random.default_rng(seed)``.

    Returns
    -------
    DataFrame
        One row per period: ``moran``, ``geary``; ``moran_z``, ``geary_z``, their distance from the
        mean of the random maps in standard deviations; ``moran_p``, ``geary_p``, two-sided: twice
        the lesser share of maps as extreme, the map itself counted.

    Raises
    ------
    ValueError
        Where a value is missing, all values of a period are equal, the weights do not fit or a
        unit has no neighbour.

    Notes
    -----
    Moran (1950) and Geary (1954). Under no autocorrelation I is near -1 / (n - 1) and C near 1;
    where neighbours are similar I is above and C below. Periods use the same random maps, so that
    their p-values may be compared; they are not independent evidence.

    Examples
    --------
    >>> ring = np.roll(np.eye(8), 1, axis=1) / 2 + np.roll(np.eye(8), -1, axis=1) / 2
    >>> halves = pd.DataFrame([[1.0, 1, 1, 1, 0, 0, 0, 0]])
    >>> global_autocorrelation(halves, ring)[["moran", "geary"]].round(4).values.tolist()
    [[0.5, 0.4375]]
    """
    permutations, seed = whole("permutations", permutations, 9), whole("seed", seed, 0)
    values = finite_panel(values)
    matrix = checked_weights(values, weights)
    rng = np.random.default_rng(seed)
    n = values.shape[1]
    orders = rng.permuted(np.tile(np.arange(n), (permutations, 1)), axis=1)
    rows = {}
    for period, row in zip(values.index, values.to_numpy(), strict=True):
        if np.ptp(row) == 0:
            raise EstimationError(f"Period {period}: all {n} values are equal; expected variation.")
        x = np.vstack([row, row[orders]])
        moran, geary = _moran_geary(x, matrix)
        cells = {}
        for name, sims in (("moran", moran), ("geary", geary)):
            drawn = sims[1:]
            cells[name] = sims[0]
            cells[f"{name}_z"] = (sims[0] - drawn.mean()) / drawn.std()
            cells[f"{name}_p"] = _two_sided(sims[0], drawn)
        rows[period] = cells
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("period")


def local_moran(
    values: pd.Series, weights, permutations: int = 999, seed: int = 0, rate: float = 0.05
) -> pd.DataFrame:
    """Local Moran of one cross-section, with false-discovery control.

    Parameters
    ----------
    values : Series, shape (n,)
        One value per unit.
    weights : Weights
        Rows that add up to one; ids are the units in the same order.
    permutations, seed
        The number of conditional permutations (the unit itself stays in place), by esda, and their
        seed.
    rate
        The false-discovery rate, between zero and one.

    Returns
    -------
    DataFrame
        One row per unit: ``local_i``; ``quadrant`` of Moran's scatter plot; ``p_value``, two-sided;
        ``q_value``, adjusted over all units (Benjamini and Hochberg 1995); ``state``, the quadrant
        where ``q_value`` is at most the rate, else ``"ns"``.

    Notes
    -----
    Anselin (1995); with hundreds of tests a share of them is significant by chance, which the
    adjustment bounds (Caldas de Castro and Singer 2006). The least possible p-value is 2 /
    (permutations + 1): with few permutations nothing survives the adjustment.
    """
    permutations, seed = whole("permutations", permutations, 9), whole("seed", seed, 0)
    rate = real("rate", rate, above=0, below=1)
    if not isinstance(values, pd.Series) or values.index.has_duplicates:
        raise ValueError("values is no Series with each unit once; expected a value per unit.")
    known = numbers("values", values, (None,), least=(3,))
    if np.ptp(known) == 0:
        raise EstimationError(f"All {len(known)} values are equal; expected variation.")
    if not hasattr(weights, "ids") or list(weights.ids) != list(values.index):
        raise ValueError("weights has no ids, or others than the units; expected Weights of them.")
    esda = require("esda.moran", extra="weights")  # two seconds of imports
    libpysal = require("libpysal.graph", extra="weights")

    graph = libpysal.Graph.from_sparse(weights.matrix, list(weights.ids))
    with warnings.catch_warnings():
        # esda 2.9 announces two-sided p-values for its next version; until then they are doubled.
        warnings.simplefilter("ignore", DeprecationWarning)
        test = esda.Moran_Local(
            values.to_numpy(dtype="float64"),
            graph,
            permutations=permutations,
            seed=seed,
            keep_simulations=False,
        )
    frame = pd.DataFrame(
        {
            "local_i": test.Is,
            "quadrant": [QUADRANT_OF[int(number)] for number in test.q],
            "p_value": np.minimum(1.0, 2 * test.p_sim),
        },
        index=values.index,
    )
    from scipy.stats import false_discovery_control  # a second of imports

    frame["q_value"] = false_discovery_control(frame["p_value"])
    frame["state"] = frame["quadrant"].where(frame["q_value"] <= rate, NOT_SIGNIFICANT)
    return frame


def lisa_by_period(
    values: pd.DataFrame, weights, permutations: int = 999, seed: int = 0, rate: float = 0.05
) -> pd.DataFrame:
    """Run :func:`local_moran` in every period; one row per (period, unit)."""
    frames = {
        period: local_moran(row, weights, permutations, seed, rate)
        for period, row in finite_panel(values).iterrows()
    }
    return pd.concat(frames, names=["period", "unit"])


def lisa_chain(lisa: pd.DataFrame) -> MarkovChain:
    """Chain of the five states of local Moran: four quadrants where significant, and the rest.

    Parameters
    ----------
    lisa
        The states by period and unit, as :func:`lisa_by_period` returns them.

    Notes
    -----
    Rey (2001) counts all units by quadrant
    (:func:`regiometrics.distribution.quadrant_markov`); here a unit has a quadrant only
    while its neighbourhood differs from chance.
    """
    if not isinstance(lisa, pd.DataFrame) or "state" not in lisa or lisa.index.nlevels != 2:
        raise ValueError(
            "lisa is no DataFrame by period and unit with a column 'state'; expected what "
            "lisa_by_period returns."
        )
    return markov_chain(lisa["state"].unstack("unit"), STATES)


def _moran_geary(x: np.ndarray, matrix: sparse.csr_array) -> tuple[np.ndarray, np.ndarray]:
    """I and C of each row of x, shape (m, n), under weights whose rows add up to one."""
    z = x - x.mean(axis=1, keepdims=True)
    squares = (z**2).sum(axis=1)
    cross = (z * (matrix @ z.T).T).sum(axis=1)
    columns = np.asarray(matrix.sum(axis=0)).ravel()
    # sum of w_ij (z_i - z_j)^2, rows adding up to one
    distance = squares + (z**2) @ columns - 2 * cross
    n = x.shape[1]
    return cross / squares, (n - 1) * distance / (2 * n * squares)


def _two_sided(statistic: float, drawn: np.ndarray) -> float:
    count = 1 + min((drawn >= statistic).sum(), (drawn <= statistic).sum())
    return min(1.0, 2 * count / (1 + len(drawn)))
