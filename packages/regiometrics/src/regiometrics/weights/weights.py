"""Spatial weights as a sparse matrix with ids, its scaling, spectrum and file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse import csgraph

from regiometrics._optional import require
from regiometrics.errors import WeightsError, WeightsMismatchError
from regiometrics.weights.convert import matrix_and_labels
from regiometrics.weights.labels import as_index, match_labels
from regiometrics.weights.spectrum import eigenvalues

STANDARDISATIONS = ("none", "row", "spectral")


@dataclass(frozen=True, eq=False)
class Weights:
    """Spatial weights: entry (i, j) is the weight of unit j for unit i.

    Attributes
    ----------
    matrix : scipy.sparse.csr_array, shape (n, n)
        Non-negative weights with a zero diagonal, in the order of `ids`, without stored zeros.
    ids : pandas.Index, length n
        The labels of the units, each once, in their own type: whole numbers stay whole numbers.
        By default the units are numbered from zero.
    name, note : str
        A short name, and a sentence that says how the weights were made.
    standardisation : {"none", "row", "spectral"}
        How the matrix was scaled; `subset` scales the kept part again in the same way.

    Raises
    ------
    WeightsError
        If the matrix does not fit the ids, an id appears twice, or a weight is negative, not
        finite or on the diagonal.

    Examples
    --------
    Three cities on a line, by their codes:

    >>> line = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    >>> weights = Weights(line, [610100, 610300, 620500], "line").standardise()
    >>> weights.matrix.toarray().tolist()
    [[0.0, 1.0, 0.0], [0.5, 0.0, 0.5], [0.0, 1.0, 0.0]]
    >>> weights.subset(["610300", "620500"]).ids.tolist()
    [610300, 620500]
    """

    matrix: sparse.csr_array
    ids: pd.Index = None  # numbered by __post_init__
    name: str = "weights"
    note: str = ""
    standardisation: str = "none"

    def __post_init__(self) -> None:
        """Check and normalise the matrix."""
        if not isinstance(self.name, str):
            raise WeightsError(f"The weights' name is {self.name!r:.60}; expected text.")
        given = None if self.ids is None else as_index(self.ids)
        if isinstance(self.matrix, pd.DataFrame):
            given = _table_labels(self.name, self.matrix, given)
        matrix = sparse.csr_array(self.matrix, dtype=float, copy=True)
        ids = pd.RangeIndex(matrix.shape[0]) if given is None else given
        if not isinstance(ids, pd.MultiIndex) and ids.hasnans:
            raise WeightsError(f"Weights {self.name}: an id is missing; expected one per unit.")
        if matrix.shape != (len(ids), len(ids)):
            raise WeightsError(
                f"Weights {self.name}: the matrix has shape {matrix.shape}; "
                f"expected {len(ids)} by {len(ids)}, the ids."
            )
        if not ids.is_unique:
            twice = ids[ids.duplicated()][0]
            raise WeightsError(
                f"Weights {self.name}: {twice} appears twice; expected each id once."
            )
        if self.standardisation not in STANDARDISATIONS:
            raise WeightsError(
                f"Weights {self.name}: standardisation {self.standardisation!r}; "
                f"expected one of {', '.join(STANDARDISATIONS)}."
            )
        bad = np.flatnonzero(~(np.isfinite(matrix.data) & (matrix.data >= 0)))
        if len(bad):
            row = int(np.searchsorted(matrix.indptr, bad[0], side="right")) - 1
            raise WeightsError(
                f"Weights {self.name}: the weight of {ids[matrix.indices[bad[0]]]} for "
                f"{ids[row]} is {matrix.data[bad[0]]}; expected a finite number, zero or more."
            )
        if matrix.diagonal().any():
            unit = ids[int(np.flatnonzero(matrix.diagonal())[0])]
            raise WeightsError(
                f"Weights {self.name}: {unit} has a weight for itself; expected zero."
            )
        matrix.eliminate_zeros()
        matrix.sort_indices()
        object.__setattr__(self, "matrix", matrix)
        object.__setattr__(self, "ids", ids)

    @classmethod
    def of(
        cls,
        source: object,
        ids: Iterable | None = None,
        *,
        name: str = "weights",
        note: str = "",
        standardisation: str = "none",
    ) -> Weights:
        """Make weights from any of the forms that users have.

        Parameters
        ----------
        source : Weights, libpysal Graph or W, DataFrame, Series, sparse matrix or array
            A DataFrame is square and labelled on both sides; a Series has the index levels
            (unit, neighbour), as the adjacency of a Graph has. Weights are returned as they are.
        ids : iterable, optional
            The labels of a matrix without labels, in its order; or, for a labelled source, the
            units to keep in this order, matched as :meth:`subset` matches them.
        name, note, standardisation : str
            The attributes of the new weights; they are not used where the source already has them.

        Returns
        -------
        Weights

        Raises
        ------
        WeightsError
            If the source is of another form, or what it holds are no weights.
        WeightsMismatchError
            If an id is not among the labels of the source.

        Examples
        --------
        >>> table = pd.DataFrame([[0, 2.0], [1.0, 0]], index=["a", "b"], columns=["a", "b"])
        >>> Weights.of(table, ["b", "a"]).matrix.toarray().tolist()
        [[0.0, 1.0], [2.0, 0.0]]
        """
        if isinstance(source, Weights):
            return source if ids is None else source.subset(ids)
        matrix, labels = matrix_and_labels(source)
        if labels is None:
            return cls(matrix, ids, name, note, standardisation)
        made = cls(matrix, labels, name, note, standardisation)
        return made if ids is None else made.subset(ids)

    def to_graph(self) -> object:
        """Return the weights as a libpysal Graph; needs the extra "weights"."""
        graph = require("libpysal.graph", extra="weights").Graph
        return graph.from_sparse(self.matrix, list(self.ids))

    @property
    def n(self) -> int:
        """Number of units."""
        return self.matrix.shape[0]

    @property
    def islands(self) -> list[str]:
        """Units without a neighbour: their rows are zero, standardised or not."""
        return self.ids[np.diff(self.matrix.indptr) == 0].tolist()

    def standardise(self, kind: str = "row") -> Weights:
        """Scale the weights.

        Parameters
        ----------
        kind
            The kind of scaling. "row": each row sums to one (rows of islands stay zero).
            "spectral": all weights are divided by the spectral radius, which keeps symmetry and
            relative size (Kelejian and Prucha 2010, Journal of Econometrics 157).

        Raises
        ------
        WeightsError
            If the kind is unknown, or spectral standardisation finds a radius of zero.
        """
        if kind == "row":
            sums = np.asarray(self.matrix.sum(axis=1)).ravel()
            scale = np.divide(1.0, sums, out=np.zeros_like(sums), where=sums > 0)
            matrix = sparse.diags_array(scale) @ self.matrix
        elif kind == "spectral":
            radius = float(np.abs(eigenvalues(self.matrix)).max(initial=0.0))
            if radius < 1e-12:
                raise WeightsError(f"Weights {self.name}: the spectral radius is 0; expected more.")
            matrix = self.matrix / radius
        else:
            raise WeightsError(f"kind is {kind!r}; expected 'row' or 'spectral'.")
        return replace(self, matrix=matrix, standardisation=kind)

    def subset(self, ids: Iterable) -> Weights:
        """Keep these units, in this order, and standardise again as before.

        Units whose neighbours are all left out become islands; k nearest neighbours are not
        searched for again.

        Parameters
        ----------
        ids : iterable
            The units to keep. Whole numbers match their text and categories match their values.

        Raises
        ------
        WeightsMismatchError
            If an id is unknown.
        """
        wanted = as_index(ids)
        position = match_labels(self.ids, wanted)
        if (position < 0).any():
            unknown = wanted[int(np.flatnonzero(position < 0)[0])]
            raise WeightsMismatchError(
                f"Weights {self.name}: no unit {unknown}; expected ids such as "
                f"{', '.join(map(repr, self.ids[:2]))}."
            )
        kept = replace(self, matrix=self.matrix[position][:, position], ids=self.ids[position])
        return kept if self.standardisation == "none" else kept.standardise(self.standardisation)

    def reindex(self, ids: Iterable) -> Weights:
        """Give the weights over these units: those unknown so far become islands."""
        units = as_index(ids)
        known = match_labels(self.ids, units)
        place = sparse.csr_array(
            (np.ones((known >= 0).sum()), (np.flatnonzero(known >= 0), known[known >= 0])),
            shape=(len(units), self.n),
        )
        kept = replace(self, matrix=place @ self.matrix @ place.T, ids=units)
        return kept if self.standardisation == "none" else kept.standardise(self.standardisation)

    def describe(self) -> pd.Series:
        """Report size, connection and spectrum.

        Returns
        -------
        Series
            `n`, `links` (weights other than zero), `density` (share of all off-diagonal
            entries), `mean_neighbours`, `islands`, `components` (islands counted), `symmetric`,
            `min_eigenvalue` and `max_eigenvalue` (of the purely real ones),
            `spectral_radius`, and the open interval of the spatial parameter in which
            I - rho W is invertible around zero, `rho_low` = 1 / min_eigenvalue and `rho_high` =
            1 / max_eigenvalue (LeSage and Pace 2009, chapter 4: only the purely real eigenvalues of
            an asymmetric W bound it); infinite where there is no such eigenvalue.
        """
        n = len(self.ids)
        values = eigenvalues(self.matrix)
        radius = float(np.abs(values).max(initial=0.0))
        # Rounding splits a repeated real eigenvalue into a pair with tiny imaginary parts.
        real = values.real[np.abs(values.imag) <= 1e-9 * max(radius, 1e-300)]
        low, high = real.min(initial=0.0), real.max(initial=0.0)
        low, high = (0.0 if abs(x) <= 1e-9 * radius else float(x) for x in (low, high))
        links = self.matrix.nnz
        report = {
            "n": n,
            "links": links,
            "density": links / (n * (n - 1)) if n > 1 else 0.0,
            "mean_neighbours": links / n if n else 0.0,
            "islands": len(self.islands),
            "components": csgraph.connected_components(self.matrix, directed=False)[0] if n else 0,
            "symmetric": abs(self.matrix - self.matrix.T).sum() <= 1e-12 * abs(self.matrix).sum(),
            "min_eigenvalue": low,
            "max_eigenvalue": high,
            "spectral_radius": radius,
            "rho_low": 1 / low if low < 0 else -np.inf,
            "rho_high": 1 / high if high > 0 else np.inf,
        }
        return pd.Series(report, name=self.name, dtype=object)

    def save(self, path: str | Path) -> None:
        """Write an npz file: the same weights give the same bytes.

        Parameters
        ----------
        path : str or Path
            The file to write.

        Raises
        ------
        WeightsError
            If the ids are neither text nor whole numbers.
        """
        kind = self.ids.inferred_type
        if kind not in ("string", "integer", "empty"):
            raise WeightsError(
                f"Weights {self.name}: the ids are of type {kind}; expected text or whole numbers "
                "in a file."
            )
        with open(path, "wb") as file:
            np.savez(
                file,
                data=self.matrix.data,
                indices=self.matrix.indices.astype(np.int32),
                indptr=self.matrix.indptr.astype(np.int32),
                ids=np.array(self.ids, dtype=np.int64 if kind == "integer" else np.str_),
                about=np.array([self.name, self.note, self.standardisation], dtype=np.str_),
            )

    @classmethod
    def load(cls, path: str | Path) -> Weights:
        """Read what `save` wrote.

        Parameters
        ----------
        path : str or Path
            The file to read.

        Raises
        ------
        WeightsError
            If the file is not of this form.
        """
        path = Path(path)
        try:
            with np.load(path, allow_pickle=False) as held:
                ids = held["ids"].tolist()
                parts = (held["data"], held["indices"], held["indptr"])
                matrix = sparse.csr_array(parts, shape=(len(ids), len(ids)))
                name, note, standardisation = held["about"].tolist()
        except (KeyError, ValueError, OSError, EOFError) as error:
            if isinstance(error, FileNotFoundError):
                raise
            raise WeightsError(
                f"{path.name}: no weights ({error}); expected a file of save."
            ) from error
        return cls(matrix, ids, name, note, standardisation)


def _table_labels(name: str, table: pd.DataFrame, ids: pd.Index | None) -> pd.Index:
    """Return the labels of a square table, which ids that are given must repeat."""
    rows, columns = as_index(table.index), as_index(table.columns)
    if not rows.equals(columns):
        raise WeightsError(
            f"Weights {name}: the rows are labelled {list(rows[:3])} and the columns "
            f"{list(columns[:3])}; expected the same labels in the same order."
        )
    if ids is not None and not rows.equals(pd.RangeIndex(len(rows))) and not rows.equals(ids):
        raise WeightsError(
            f"Weights {name}: the table is labelled {list(rows[:3])} and the ids are "
            f"{list(ids[:3])}; expected the same, or Weights.of(table, ids), which puts the table "
            "into their order."
        )
    return rows if ids is None else ids
