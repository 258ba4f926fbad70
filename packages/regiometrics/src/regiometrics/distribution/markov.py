"""Markov chains of classes of relative income: transitions, long run, mobility, homogeneity.

These few formulas are written out in numpy, and tested against the matrices that giddy prints,
because importing giddy costs seconds and hundreds of megabytes.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from regiometrics import _laws as laws
from regiometrics._arguments import frame, numbers, one_of, several, whole
from regiometrics._checks import check_even_steps, finite_panel
from regiometrics._values import check_labels, positive_panel
from regiometrics.errors import EstimationError

FEW_MOVES = 10  # moves a cell below which a test of homogeneity is warned of


@dataclass(frozen=True)
class MarkovChain:
    """First-order chain estimated by counting.

    Attributes
    ----------
    counts : DataFrame, shape (k, k)
        Moves from the state of the row to the state of the column.

    Examples
    --------
    >>> chain = markov_chain(pd.DataFrame({"a": [1, 1, 2, 2], "b": [2, 1, 1, 2]}))
    >>> chain.counts.to_numpy().tolist()
    [[2, 2], [1, 1]]
    >>> chain.ergodic.round(3).to_dict()
    {1: 0.5, 2: 0.5}
    """

    counts: pd.DataFrame

    @property
    def probabilities(self) -> pd.DataFrame:
        """Shares of the moves out of each state; missing where a state was never left."""
        return self.counts.div(self.counts.sum(axis=1).replace(0, np.nan), axis=0)

    @property
    def std_errors(self) -> pd.DataFrame:
        """Multinomial standard errors ``sqrt(p (1 - p) / n_i)``; moves taken as independent."""
        p = self.probabilities
        return np.sqrt((p * (1 - p)).div(self.counts.sum(axis=1), axis=0))

    @property
    def ergodic(self) -> pd.Series:
        """Long-run distribution, see :func:`ergodic_distribution`."""
        return ergodic_distribution(self.probabilities)


@dataclass(frozen=True)
class HomogeneityResult:
    """Tests that several chains have the same transition probabilities.

    Attributes
    ----------
    lr, lr_pvalue, q, q_pvalue, df
        Likelihood-ratio and Pearson statistics, and chi-squared p-values with ``df`` degrees of
        freedom.
    pooled : MarkovChain
        All moves together.
    n_chains
        Chains that were compared.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> states = pd.DataFrame(rng.integers(1, 4, (20, 10)))
    >>> found = homogeneity_test(chains_by_span(states, [10]))
    >>> found.n_chains, found.df, bool(found.lr_pvalue > 0.05)
    (2, 6, True)
    """

    lr: float
    lr_pvalue: float
    q: float
    q_pvalue: float
    df: int
    pooled: MarkovChain
    n_chains: int


def relative(values: pd.DataFrame) -> pd.DataFrame:
    """Values over their mean in each period: what classes are usually made from."""
    values = positive_panel(values, units=2, periods=1).astype("float64")
    return values.div(values.mean(axis=1), axis=0)


def quantile_cutoffs(values: pd.DataFrame, classes: int) -> np.ndarray:
    """Inner cut-offs of quantile classes of all values pooled, shape (classes - 1,)."""
    classes = whole("classes", classes, 2)
    if not isinstance(values, pd.DataFrame):
        raise ValueError(f"values is of type {type(values).__name__}; expected a DataFrame.")
    x = finite_panel(values).to_numpy(dtype="float64")
    found = np.quantile(x, np.arange(1, classes) / classes)
    if np.ptp(x) <= 1e-12 * np.abs(x).max():
        raise EstimationError("All values are equal; expected variation to be put in classes.")
    if len(np.unique(found)) < len(found):
        warnings.warn(
            f"Quantiles coincide at {found[:-1][np.diff(found) == 0][0]:g}, because so many values "
            "are equal: some of the classes are empty.",
            stacklevel=2,
        )
    return found


def classify(
    values: pd.DataFrame,
    classes: int = 5,
    by: Literal["pooled", "period"] = "pooled",
    cutoffs: Sequence[float] | None = None,
) -> pd.DataFrame:
    """Put values in classes 1 (lowest) to k.

    Parameters
    ----------
    values : DataFrame, shape (T, n)
        Periods in rows, units in columns, complete; relative values where ``by`` is ``"pooled"``.
    classes
        Number of quantile classes.
    by
        ``"pooled"``: one set of cut-offs for all periods, so that the distribution may change.
        ``"period"``: quantiles of each period, so that only ranks move.
    cutoffs
        Inner cut-offs to use instead; a value equal to one belongs to the class below.

    Returns
    -------
    DataFrame of int, shape (T, n)
    """
    one_of("by", by, ("pooled", "period"))
    classes = whole("classes", classes, 2)
    values = finite_panel(values)
    x = values.to_numpy()
    if cutoffs is not None:
        cutoffs = numbers("cutoffs", cutoffs, (None,))
        if (np.diff(cutoffs) <= 0).any():
            raise ValueError(f"cutoffs is {cutoffs.tolist()}; expected numbers that ascend.")
        states = np.searchsorted(cutoffs, x, side="left")
    elif by == "pooled":
        states = np.searchsorted(quantile_cutoffs(values, classes), x, side="left")
    else:
        inner = np.quantile(x, np.arange(1, classes) / classes, axis=1)
        states = (x[None] > inner[:, :, None]).sum(axis=0)
    return pd.DataFrame(states + 1, index=values.index, columns=values.columns)


def markov_chain(states: pd.DataFrame, labels: Sequence | None = None) -> MarkovChain:
    """Estimate a chain from the states of units in consecutive periods.

    Parameters
    ----------
    states : DataFrame, shape (T, n)
        Periods in rows, units in columns.
    labels
        All states in order; those that occur where not given.

    Returns
    -------
    MarkovChain

    Raises
    ------
    ValueError
        For fewer than two periods, a missing period, or a state that is not among the labels.

    Examples
    --------
    >>> states = pd.DataFrame({"a": [1, 1, 2], "b": [2, 1, 1]})
    >>> markov_chain(states).probabilities.to_numpy().tolist()
    [[0.6666666666666666, 0.3333333333333333], [1.0, 0.0]]
    """
    codes, labels = state_codes(states, labels)
    return MarkovChain(_count(codes[:-1].ravel(), codes[1:].ravel(), labels))


def ergodic_distribution(probabilities: pd.DataFrame) -> pd.Series:
    """Distribution that the chain tends to, states that are left for ever at zero.

    Raises
    ------
    ValueError
        Where a state was never left (its row is missing) or more than one group of states is never
        left, so that the long run depends on the start.
    """
    p = _matrix(probabilities)
    k = len(p)
    n_groups, group = connected_components(sparse.csr_array(p > 0), connection="strong")
    closed = [g for g in range(n_groups) if not p[np.ix_(group == g, group != g)].any()]
    if len(closed) > 1:
        first = [list(probabilities.index[group == g]) for g in closed]
        raise EstimationError(
            f"The groups of states {first} are never left: the long run depends on the start."
        )
    system = np.vstack([p.T - np.eye(k), np.ones(k)])
    solution = np.linalg.lstsq(system, np.append(np.zeros(k), 1.0), rcond=None)[0]
    solution[group != closed[0]] = 0.0
    return pd.Series(solution / solution.sum(), index=probabilities.index, name="ergodic")


def mean_first_passage(probabilities: pd.DataFrame) -> pd.DataFrame:
    """Mean number of periods until the state of the column is first reached from that of the row.

    The diagonal holds mean times of return. Kemeny and Snell (1976, theorem 4.4.7).

    Raises
    ------
    ValueError
        As :func:`ergodic_distribution`, or where some state cannot be reached from another.
    """
    ergodic = ergodic_distribution(probabilities)
    if (ergodic == 0).any():
        state = ergodic.index[ergodic == 0][0]
        raise EstimationError(f"State {state} is left for ever: it has no mean time of return.")
    p, pi = _matrix(probabilities), ergodic.to_numpy()
    fundamental = np.linalg.inv(np.eye(len(p)) - p + pi)
    passage = (np.eye(len(p)) - fundamental + np.diag(fundamental)) / pi
    return pd.DataFrame(passage, index=probabilities.index, columns=probabilities.columns)


def mobility(probabilities: pd.DataFrame, initial: Sequence[float] | None = None) -> pd.Series:
    """Mobility indices of a chain.

    Parameters
    ----------
    probabilities : DataFrame, shape (k, k)
        Transition probabilities, states in order.
    initial
        Distribution over states that weights the Bartholomew indices; the ergodic one where not
        given.

    Returns
    -------
    Series
        ``shorrocks`` ``(k - trace) / (k - 1)`` (Prais 1955; Shorrocks 1978), ``determinant``
        ``1 - |det|``, ``second_eigenvalue`` ``1 - |lambda_2|``, ``half_life``
        ``-log 2 / log |lambda_2|`` periods, ``leaving`` ``k (1 - sum pi_i p_ii) / (k - 1)``,
        ``bartholomew`` ``sum pi_i p_ij |i - j| / (k - 1)`` (Bartholomew 1973). Zero is no movement
        in all but the half-life.
    """
    p = _matrix(probabilities)
    k = len(p)
    if k < 2:
        raise EstimationError("The chain has one state; mobility needs two or more.")
    pi = ergodic_distribution(probabilities) if initial is None else initial
    pi = numbers("initial", pi, (k,))
    if (pi < 0).any() or not np.isclose(pi.sum(), 1):
        raise ValueError(
            f"initial is {pi.tolist()}; expected none below zero and a sum of one over {k} states."
        )
    second = np.sort(np.abs(np.linalg.eigvals(p)))[-2]
    steps = np.abs(np.subtract.outer(np.arange(k), np.arange(k)))
    with np.errstate(divide="ignore"):
        half_life = -np.log(2) / np.log(second) if second < 1 else np.inf
    return pd.Series(
        {
            "shorrocks": (k - np.trace(p)) / (k - 1),
            "determinant": 1 - abs(np.linalg.det(p)),
            "second_eigenvalue": 1 - second,
            "half_life": half_life,
            "leaving": k * (1 - pi @ np.diag(p)) / (k - 1),
            "bartholomew": pi @ (p * steps).sum(axis=1) / (k - 1),
        },
        name="mobility",
    )


def prais(probabilities: pd.DataFrame) -> pd.Series:
    """Probability of leaving each state, ``1 - p_ii`` (Prais 1955)."""
    p = _matrix(probabilities)
    return pd.Series(1 - np.diag(p), index=probabilities.index, name="prais")


def homogeneity_test(
    chains: Mapping[Any, MarkovChain] | Sequence[MarkovChain],
) -> HomogeneityResult:
    """Test that chains of regimes or of spans of time are the same.

    Parameters
    ----------
    chains
        The chains to compare, at least two, with the same states.

    Returns
    -------
    HomogeneityResult

    Notes
    -----
    Anderson and Goodman (1957); degrees of freedom of Bickenbach and Bode (2003):
    ``sum_i (a_i - 1) (b_i - 1)`` over states i, with a_i the chains in which i is left and b_i the
    states that the pooled chain reaches from i. Moves are taken as independent, which yearly moves
    of neighbours are not: p-values are too small rather than too large.
    """
    chains = several("chains", chains.values() if isinstance(chains, Mapping) else chains)
    if len(chains) < 2:
        raise ValueError(f"{len(chains)} chains were given; at least two were expected.")
    for chain in chains:
        if not isinstance(chain, MarkovChain):
            raise ValueError(f"A chain is of type {type(chain).__name__}; expected a MarkovChain.")
        if not chain.counts.index.equals(chains[0].counts.index):
            raise ValueError(
                f"A chain has the states {list(chain.counts.index)} and another "
                f"{list(chains[0].counts.index)}; expected the same: give `labels`."
            )
    counts = np.stack([chain.counts.to_numpy(dtype="float64") for chain in chains])
    pooled = MarkovChain(sum(chain.counts for chain in chains))
    expected = np.nan_to_num(pooled.probabilities.to_numpy()) * counts.sum(axis=2, keepdims=True)
    seen, possible = counts > 0, expected > 0
    lr = 2 * (counts[seen] * np.log(counts[seen] / expected[seen])).sum()
    q = ((counts - expected)[possible] ** 2 / expected[possible]).sum()
    left = (counts.sum(axis=2) > 0).sum(axis=0)
    reached = (counts.sum(axis=0) > 0).sum(axis=1)
    df = int((np.maximum(left - 1, 0) * np.maximum(reached - 1, 0)).sum())
    moves, cells = int(counts.sum()), len(chains) * int(reached.sum())
    if moves < FEW_MOVES * cells:
        warnings.warn(
            f"{moves} moves fill {cells} cells: with fewer than {FEW_MOVES} a cell the "
            "likelihood-ratio test rejects a true null in 8 to 14% of samples for a nominal 5%; "
            "Pearson's q rejects in 5 to 8%.",
            stacklevel=2,
        )
    return HomogeneityResult(
        lr=float(lr),
        lr_pvalue=float(laws.chi2.sf(lr, df)) if df else float("nan"),
        q=float(q),
        q_pvalue=float(laws.chi2.sf(q, df)) if df else float("nan"),
        df=df,
        pooled=pooled,
        n_chains=len(chains),
    )


def chains_by_span(
    states: pd.DataFrame, breaks: Sequence, labels: Sequence | None = None
) -> dict[str, MarkovChain]:
    """Chains of spans of time, for :func:`homogeneity_test`.

    Parameters
    ----------
    states : DataFrame, shape (T, n)
        The states by period and unit, as for :func:`markov_chain`.
    breaks
        Periods with which a new span starts; a move belongs to the span in which it ends.

    Returns
    -------
    dict
        ``"first-last"`` period of the moves' ends -> chain.
    """
    breaks = numbers("breaks", breaks, (None,))
    codes, labels = state_codes(states, labels)
    ends = states.sort_index().index[1:]
    if not pd.api.types.is_numeric_dtype(ends.dtype):
        raise ValueError(
            f"The periods are of type {ends.dtype}, for example {ends[0]!r}; expected whole "
            "numbers, such as years, beside breaks that are numbers."
        )
    span = np.searchsorted(np.sort(breaks), ends.to_numpy(), side="right")
    chains = {}
    for number in np.unique(span):
        inside = span == number
        name = f"{ends[inside][0]}-{ends[inside][-1]}"
        chains[name] = MarkovChain(
            _count(codes[:-1][inside].ravel(), codes[1:][inside].ravel(), labels)
        )
    return chains


def state_codes(states: pd.DataFrame, labels: Sequence | None) -> tuple[np.ndarray, pd.Index]:
    """Positions of the states among the labels, shape (T, n), and the labels; checked."""
    if not isinstance(states, pd.DataFrame) or not states.size:
        raise ValueError(
            f"states is of type {type(states).__name__}, or empty; expected a DataFrame with "
            "periods in rows and units in columns."
        )
    check_labels(states)
    if any(dtype == np.longdouble and dtype != np.float64 for dtype in states.dtypes):
        states = states.astype("float64")
    gaps = states.isna().to_numpy()
    if gaps.any():
        row, column = np.argwhere(gaps)[0]
        raise EstimationError(
            f"Period {states.index[row]}, unit {states.columns[column]}: the state is missing; "
            "expected a complete panel of states."
        )
    check_even_steps(states.sort_index().index)
    states = states.sort_index()
    index = pd.Index(_seen(states) if labels is None else list(labels), name="state")
    if index.has_duplicates:
        raise ValueError(f"The state {index[index.duplicated()][0]!r} is listed more than once.")
    codes = index.get_indexer(states.to_numpy().ravel()).reshape(states.shape)
    if (codes < 0).any():
        row, column = np.argwhere(codes < 0)[0]
        raise ValueError(
            f"Period {states.index[row]}, unit {states.columns[column]}: the state "
            f"{states.iat[row, column]} is not among {list(index)}."
        )
    return codes, index


def _seen(states: pd.DataFrame) -> list:
    """States that occur, in order; those of several types by type and text."""
    found = list(dict.fromkeys(states.to_numpy().ravel().tolist()))
    try:
        return sorted(found)
    except TypeError:
        return sorted(found, key=lambda state: (type(state).__name__, str(state)))


def _count(start: np.ndarray, end: np.ndarray, labels: pd.Index) -> pd.DataFrame:
    k = len(labels)
    counts = np.bincount(start * k + end, minlength=k * k).reshape(k, k)
    return pd.DataFrame(counts, index=labels.rename("from"), columns=labels.rename("to"))


def _matrix(probabilities: pd.DataFrame) -> np.ndarray:
    if not isinstance(probabilities, pd.DataFrame):
        raise ValueError(
            f"probabilities is of type {type(probabilities).__name__}; expected a DataFrame."
        )
    p = frame("probabilities", probabilities, missing=True).to_numpy()
    if p.shape[0] != p.shape[1] or not probabilities.index.equals(probabilities.columns):
        raise ValueError(
            f"probabilities has shape {p.shape}, rows {list(probabilities.index[:5])} and columns "
            f"{list(probabilities.columns[:5])}; expected the same states in rows and columns."
        )
    if np.isnan(p).any():
        state = probabilities.index[np.isnan(p).any(axis=1)][0]
        raise EstimationError(
            f"State {state} was never left: its transition probabilities are unknown."
        )
    sums = p.sum(axis=1)
    if (p < 0).any() or not np.allclose(sums, 1, atol=1e-8):
        state = int(((p < 0).any(axis=1) | ~np.isclose(sums, 1, atol=1e-8)).argmax())
        raise ValueError(
            f"The row of state {probabilities.index[state]} is {p[state].tolist()}; expected "
            "probabilities that add up to one."
        )
    return p
