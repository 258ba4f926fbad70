"""Regional econometrics: spatial panels, convergence, counterfactuals, placebo zones and games.

The subpackages are imported by name, so that a program pays only for what it uses.
"""

from importlib.metadata import PackageNotFoundError, version

__all__ = [
    "convergence",
    "counterfactuals",
    "distribution",
    "games",
    "gravity",
    "inequality",
    "panel",
    "placebo",
    "spatial",
    "structure",
    "weights",
]

try:
    __version__ = version("regiometrics")
except PackageNotFoundError:  # a checkout that was not installed
    __version__ = "0+unknown"
