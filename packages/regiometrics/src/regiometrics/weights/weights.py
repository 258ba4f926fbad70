"""Spatial weights as a sparse matrix with ids, its scaling, spectrum and file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse import csgraph

from regiometrics.weights.spectrum import eigenvalues

STANDARDISATIONS = ("none", "row", "spectral")


@dataclass(frozen=True)
class Weights:
    """Spatial weights: entry (i, j) is the weight of unit j for unit i.

    Attributes
    ----------
    matrix : csr_array
        Non-negative, zero diagonal, in the order of `ids`, without stored zeros.
    ids : tuple of str
        Units, each once.
    name, note : str
        A short name, and how the weights were made.
    standardisation : {"none", "row", "spectral"}
        How the matrix was scaled; `subset` scales it anew in the same way.

    Raises
    ------
    ValueError
        If the matrix does not fit the ids, an id stands twice, or a weight is negative, not
        finite or on the diagonal.
    """

    matrix: sparse.csr_array
    ids: tuple[str, ...]
    name: str
    note: str = ""
    standardisation: str = "none"

    def __post_init__(self):
        """Check and normalise the matrix."""
        matrix = sparse.csr_array(self.matrix, dtype=float, copy=True)
        ids = tuple(str(unit) for unit in self.ids)
        if matrix.shape != (len(ids), len(ids)):
            raise ValueError(
                f"Weights {self.name}: the matrix has shape {matrix.shape}; "
                f"expected {len(ids)} by {len(ids)}, the ids."
            )
        if len(set(ids)) < len(ids):
            twice = next(unit for unit in ids if ids.count(unit) > 1)
            raise ValueError(f"Weights {self.name}: {twice} stands twice; expected each id once.")
        if self.standardisation not in STANDARDISATIONS:
            raise ValueError(
                f"Weights {self.name}: standardisation {self.standardisation!r}; "
                f"expected one of {', '.join(STANDARDISATIONS)}."
            )
        bad = np.flatnonzero(~(np.isfinite(matrix.data) & (matrix.data >= 0)))
        if len(bad):
            row = int(np.searchsorted(matrix.indptr, bad[0], side="right")) - 1
            raise ValueError(
                f"Weights {self.name}: the weight of {ids[matrix.indices[bad[0]]]} for "
                f"{ids[row]} is {matrix.data[bad[0]]}; expected a finite number, zero or more."
            )
        if matrix.diagonal().any():
            unit = ids[int(np.flatnonzero(matrix.diagonal())[0])]
            raise ValueError(f"Weights {self.name}: {unit} has a weight for itself; expected zero.")
        matrix.eliminate_zeros()
        matrix.sort_indices()
        object.__setattr__(self, "matrix", matrix)
        object.__setattr__(self, "ids", ids)

    @property
    def islands(self) -> list[str]:
        """Units without a neighbour: their rows are zero, standardised or not."""
        return [self.ids[i] for i in np.flatnonzero(np.diff(self.matrix.indptr) == 0)]

    def standardise(self, kind: str = "row") -> Weights:
        """Scale the weights.

        Parameters
        ----------
        kind
            "row": each row sums to one (rows of islands stay zero). "spectral": all weights are
            divided by the spectral radius, which keeps symmetry and relative size (Kelejian and
            Prucha 2010, Journal of Econometrics 157).

        Raises
        ------
        ValueError
            If the kind is unknown, or spectral standardisation finds a radius of zero.
        """
        if kind == "row":
            sums = np.asarray(self.matrix.sum(axis=1)).ravel()
            scale = np.divide(1.0, sums, out=np.zeros_like(sums), where=sums > 0)
            matrix = sparse.diags_array(scale) @ self.matrix
        elif kind == "spectral":
            radius = float(np.abs(eigenvalues(self.matrix)).max(initial=0.0))
            if radius < 1e-12:
                raise ValueError(f"Weights {self.name}: the spectral radius is 0; expected more.")
            matrix = self.matrix / radius
        else:
            raise ValueError(f"kind is {kind!r}; expected 'row' or 'spectral'.")
        return replace(self, matrix=matrix, standardisation=kind)

    def subset(self, ids: Sequence[str]) -> Weights:
        """Keep these units, in this order, and standardise anew as before.

        Units whose neighbours are all left out become islands; k nearest neighbours are not
        sought again.

        Raises
        ------
        ValueError
            If an id is unknown.
        """
        position = pd.Index(self.ids).get_indexer(pd.Index(ids))
        if (position < 0).any():
            unknown = list(ids)[int(np.flatnonzero(position < 0)[0])]
            raise ValueError(f"Weights {self.name}: no unit {unknown}; expected known ids.")
        kept = replace(self, matrix=self.matrix[position][:, position], ids=tuple(ids))
        return kept if self.standardisation == "none" else kept.standardise(self.standardisation)

    def reindex(self, ids: Sequence[str]) -> Weights:
        """Give the weights over these units: those unknown so far become islands."""
        known = pd.Index(self.ids).get_indexer(pd.Index(ids))
        place = sparse.csr_array(
            (np.ones((known >= 0).sum()), (np.flatnonzero(known >= 0), known[known >= 0])),
            shape=(len(ids), len(self.ids)),
        )
        kept = replace(self, matrix=place @ self.matrix @ place.T, ids=tuple(ids))
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
        """Write an npz file: the same weights give the same bytes."""
        with open(path, "wb") as file:
            np.savez(
                file,
                data=self.matrix.data,
                indices=self.matrix.indices.astype(np.int32),
                indptr=self.matrix.indptr.astype(np.int32),
                ids=np.array(self.ids, dtype=np.str_),
                about=np.array([self.name, self.note, self.standardisation], dtype=np.str_),
            )

    @classmethod
    def load(cls, path: str | Path) -> Weights:
        """Read what `save` wrote.

        Raises
        ------
        ValueError
            If the file is not of this form.
        """
        path = Path(path)
        try:
            with np.load(path, allow_pickle=False) as held:
                ids = tuple(held["ids"].tolist())
                parts = (held["data"], held["indices"], held["indptr"])
                matrix = sparse.csr_array(parts, shape=(len(ids), len(ids)))
                name, note, standardisation = held["about"].tolist()
        except (KeyError, ValueError, OSError, EOFError) as error:
            if isinstance(error, FileNotFoundError):
                raise
            raise ValueError(
                f"{path.name}: no weights ({error}); expected a file of save."
            ) from error
        return cls(matrix, ids, name, note, standardisation)
