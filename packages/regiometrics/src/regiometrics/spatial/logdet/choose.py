"""Which way ln|I - rW| is computed."""

from __future__ import annotations

from regiometrics.spatial.errors import SpecificationError
from regiometrics.spatial.logdet.band import Band
from regiometrics.spatial.logdet.chebyshev import ChebyshevLogDet
from regiometrics.spatial.logdet.cholmod import CholmodLogDet
from regiometrics.spatial.logdet.exact import BandedLogDet, DenseLogDet, SparseLogDet
from regiometrics.spatial.weights import (
    DENSE_LIMIT,
    DENSE_WEIGHTS_LIMIT,
    EIGENVALUE_LIMIT,
    SpatialWeights,
)

METHODS = ("auto", "dense", "banded", "sparse", "cholmod", "chebyshev")
# Weights with more neighbours than this fill a sparse factor: moments are cheaper.
_SPARSE_NEIGHBOURS = 30
# Multiplications of a banded factor up to which it costs less than a sparse one; wider bands lose
# to the threads of some BLAS libraries.
_BANDED_COST = 2e7

LogDet = DenseLogDet | BandedLogDet | SparseLogDet | ChebyshevLogDet


def log_determinant(weights: SpatialWeights, method: str = "auto") -> LogDet:
    """Choose how ln|I - rW| is computed.

    Parameters
    ----------
    weights : SpatialWeights
        The spatial weights of the units.
    method : {"auto", "dense", "banded", "sparse", "cholmod", "chebyshev"}
        "auto": eigenvalues up to 400 units (up to 2000 where W is not sparse, 6000 where more
        than a tenth of its entries are not zero); up to 30 neighbours
        a unit banded factors where W is similar to a symmetric matrix and the band narrow, sparse
        LU where not; Chebyshev moments otherwise. "cholmod" is "sparse" with the factors of an
        optional package; "auto" never takes it.

    Raises
    ------
    SpecificationError
        If the method does not exist, "dense" is asked for above 2000 units (6000 of dense
        weights), or "banded" or "cholmod" for weights that are similar to no symmetric matrix.
    """
    if method not in METHODS:
        raise SpecificationError(f"logdet is {method!r}; expected one of {', '.join(METHODS)}.")
    most = DENSE_WEIGHTS_LIMIT if weights.is_dense else DENSE_LIMIT
    if method == "dense" and weights.n > most:
        raise SpecificationError(
            f"logdet is 'dense' with {weights.n} units; expected at most {most}: "
            "use 'sparse' or 'chebyshev'."
        )
    classes = {
        "dense": DenseLogDet,
        "banded": BandedLogDet,
        "sparse": SparseLogDet,
        "cholmod": CholmodLogDet,
        "chebyshev": ChebyshevLogDet,
    }
    return _automatic(weights) if method == "auto" else classes[method](weights)


def _automatic(weights: SpatialWeights) -> LogDet:
    if weights.n <= EIGENVALUE_LIMIT:
        return DenseLogDet(weights)
    if weights.matrix.nnz > _SPARSE_NEIGHBOURS * weights.n:
        most = DENSE_WEIGHTS_LIMIT if weights.is_dense else DENSE_LIMIT
        return DenseLogDet(weights) if weights.n <= most else ChebyshevLogDet(weights)
    if weights.scaling is not None:
        band = Band(weights)
        if band.cost <= _BANDED_COST:
            return BandedLogDet(weights, band)
    return SparseLogDet(weights)
