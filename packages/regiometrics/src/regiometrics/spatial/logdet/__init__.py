"""ln|I - rW| and its derivatives: exact by eigenvalues or factors, or from Chebyshev moments.

The derivatives are traces: d ln|I - rW| / dr = -tr G and d² ln|I - rW| / dr² = -tr G², with
G = W (I - rW)^(-1). Each class gives them by `local(r)`, valid near r.
"""

from regiometrics.spatial.logdet.band import Band
from regiometrics.spatial.logdet.chebyshev import ChebyshevLogDet
from regiometrics.spatial.logdet.cholmod import CholmodLogDet
from regiometrics.spatial.logdet.choose import LogDet, log_determinant
from regiometrics.spatial.logdet.exact import BandedLogDet, DenseLogDet, SparseLogDet, factor
from regiometrics.spatial.logdet.local import LocalLogDet

__all__ = [
    "Band",
    "BandedLogDet",
    "ChebyshevLogDet",
    "CholmodLogDet",
    "DenseLogDet",
    "LocalLogDet",
    "LogDet",
    "SparseLogDet",
    "factor",
    "log_determinant",
]
