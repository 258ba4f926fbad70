"""What can go wrong with a spatial panel model, a class for each."""

from regiometrics.errors import PanelError
from regiometrics.errors import SpatialError as SpatialError
from regiometrics.errors import WeightsError as WeightsError
from regiometrics.errors import WeightsMismatchError as WeightsMismatchError


class IslandError(WeightsError):
    """Some unit has no neighbour: its spatial lag is zero by construction, not by measurement."""


class UnlabelledWeightsError(WeightsError):
    """Weights without labels meet units in an order that the matrix need not have."""


class NonNormalisedWeightsError(WeightsError):
    """The estimator needs rows of the weights matrix that all sum to one number."""


class SpecificationError(SpatialError):
    """The model, effects or options asked for do not exist or do not go together."""


class CollinearRegressorsError(SpatialError):
    """Some regressor is a linear combination of the others."""


class AbsorbedRegressorError(CollinearRegressorsError):
    """Some regressor does not vary once the effects are taken out."""


class UnsupportedPanelError(SpatialError, PanelError):
    """The panel is unbalanced or too short in a way that the model's theory does not cover."""


class BoundaryError(SpatialError):
    """A spatial parameter or a variance is at the end of its admissible interval."""


class ExplosiveProcessError(SpatialError):
    """The dynamic process is not stable: bias terms and long-run impacts do not exist."""


class ConvergenceError(SpatialError):
    """The likelihood was not maximised."""


class PerfectFitError(SpecificationError):
    """The regressors and effects reproduce the outcome: there is no error to measure."""


class FlatLikelihoodError(SpecificationError):
    """With these weights and effects no data distinguish the values of a spatial parameter."""


class SpatialWarning(UserWarning):
    """An estimate exists, with a limit that its user must know."""


class DisconnectedWeightsWarning(SpatialWarning):
    """The graph of the weights falls into parts between which nothing spills over."""


class IslandWarning(SpatialWarning):
    """Some unit has no neighbour and is kept: its spatial lags are zero."""


class WeightsOrderWarning(SpatialWarning):
    """Weights without labels meet text labels whose alphabetical and natural orders differ."""


class EdgeWarning(SpatialWarning):
    """An estimate is at the end of its admissible range or search grid."""


class NotSettledWarning(SpatialWarning):
    """An iteration was stopped by its limit while the estimates still moved."""


class FewClustersWarning(SpatialWarning):
    """So few clusters that intervals by their number are too short."""


class SmallSampleWarning(SpatialWarning):
    """A sample so small that tests of a nominal 5% rejected more often in simulations."""


class LeverageWarning(SpatialWarning):
    """An observation determines its own fitted value: robust errors cannot see its error."""


class UnbalancedWarning(SpatialWarning):
    """Some observations are missing: spatial lags are over the neighbours that are observed."""
