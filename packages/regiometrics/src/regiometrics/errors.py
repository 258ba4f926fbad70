"""What can be wrong with data before or while a model is estimated, a class for each kind."""


class EstimationError(ValueError):
    """What is asked cannot be estimated from these data; the message says why, in a sentence.

    It is a finding, which a program may keep in place of the estimate that is missing. Any other
    error is a fault and must stop the program.
    """


class PanelError(EstimationError):
    """A panel that cannot be used as it is; the message says where and what was expected."""


class UnbalancedPanelError(PanelError):
    """Some unit is not observed in some period."""


class DuplicateObservationError(PanelError):
    """Some unit is observed more than once in a period."""


class NonFiniteValueError(PanelError):
    """A value is missing or infinite."""


class SpatialError(EstimationError):
    """A spatial model that cannot be estimated as it is put; the message says what was expected."""


class WeightsError(SpatialError):
    """The weights matrix is not one: not square, negative, not finite, or with a full diagonal."""


class WeightsMismatchError(WeightsError):
    """The weights matrix is not that of the units it is used for."""


class ConservativeWarning(UserWarning):
    """An interval covers, or a test accepts a true null, more often than its level says."""


class MissingDependencyError(ImportError):
    """An optional package is not installed; the message names the extra that installs it."""


def label(value: object) -> str:
    """Name a unit or a period in a message: text in quotes, numbers as they are."""
    return repr(value) if isinstance(value, str) else str(value)
