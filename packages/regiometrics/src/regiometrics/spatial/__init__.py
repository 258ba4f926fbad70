"""Spatial panel models: estimation, tests, impacts.

>>> from regiometrics.spatial import SpatialPanel
"""

from regiometrics.spatial.comparison import hausman_test, lr_test, select_model, wald_test
from regiometrics.spatial.component_tests import error_component_tests
from regiometrics.spatial.diagnostics import lm_tests, moran_test, pesaran_cd, randomised_cd
from regiometrics.spatial.gmm import Spatial2SLS
from regiometrics.spatial.gmm_results import Spatial2SLSResult
from regiometrics.spatial.marginal import compare_weights
from regiometrics.spatial.model import SpatialPanel
from regiometrics.spatial.recovery import monte_carlo, monte_carlo_gmm
from regiometrics.spatial.results import SpatialPanelResult
from regiometrics.spatial.several import SeveralLags, SeveralLagsResult
from regiometrics.spatial.simulate import rook_lattice, simulate_panel
from regiometrics.spatial.tables import compare
from regiometrics.spatial.weights_checks import as_weights

__all__ = [
    "SeveralLags",
    "SeveralLagsResult",
    "Spatial2SLS",
    "Spatial2SLSResult",
    "SpatialPanel",
    "SpatialPanelResult",
    "as_weights",
    "compare",
    "compare_weights",
    "error_component_tests",
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
