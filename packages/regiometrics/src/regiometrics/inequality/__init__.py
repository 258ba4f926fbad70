"""Inequality between regions: indices, decompositions and primacy."""

from regiometrics.inequality.decomposition import (
    TheilDecomposition,
    between_rank,
    theil_decomposition,
)
from regiometrics.inequality.indices import (
    inequality,
    spatial_gini,
)
from regiometrics.inequality.primacy import (
    primacy,
)

__all__ = [
    "TheilDecomposition",
    "between_rank",
    "inequality",
    "primacy",
    "spatial_gini",
    "theil_decomposition",
]
