"""Inequality between regions: indices, decompositions and primacy."""

from regiometrics.inequality.decomposition import (
    TheilDecomposition,
    between_rank,
    theil_decomposition,
)
from regiometrics.inequality.indices import (
    MEASURES,
    coefficient_of_variation,
    generalised_entropy,
    gini,
    inequality,
    spatial_gini,
    std_log,
    theil_l,
    theil_t,
)
from regiometrics.inequality.primacy import primacy

__all__ = [
    "MEASURES",
    "TheilDecomposition",
    "between_rank",
    "coefficient_of_variation",
    "generalised_entropy",
    "gini",
    "inequality",
    "primacy",
    "spatial_gini",
    "std_log",
    "theil_decomposition",
    "theil_l",
    "theil_t",
]
