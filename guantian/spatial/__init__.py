"""Spatial panel models: estimation, tests, impacts.

>>> from guantian.spatial import SpatialPanel
"""

from guantian.spatial.comparison import hausman_test, lr_test, select_model, wald_test
from guantian.spatial.diagnostics import lm_tests, moran_test, pesaran_cd, randomised_cd
from guantian.spatial.gmm import Spatial2SLS
from guantian.spatial.gmm_results import Spatial2SLSResult
from guantian.spatial.model import SpatialPanel
from guantian.spatial.recovery import monte_carlo, monte_carlo_gmm
from guantian.spatial.results import SpatialPanelResult
from guantian.spatial.simulate import rook_lattice, simulate_panel
from guantian.spatial.weights import SpatialWeights
from guantian.spatial.weights_checks import as_weights

__all__ = [
    "Spatial2SLS",
    "Spatial2SLSResult",
    "SpatialPanel",
    "SpatialPanelResult",
    "SpatialWeights",
    "as_weights",
    "hausman_test",
    "lm_tests",
    "lr_test",
    "monte_carlo",
    "monte_carlo_gmm",
    "moran_test",
    "pesaran_cd",
    "randomised_cd",
    "rook_lattice",
    "select_model",
    "simulate_panel",
    "wald_test",
]
