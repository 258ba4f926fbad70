"""Packages that only some functions need: imported where they are used, never at the start."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from regiometrics.errors import MissingDependencyError

#: Names under which packages are installed, where these differ from the module's.
_DISTRIBUTIONS = {"diff_diff": "diff-diff"}


def require(module: str, extra: str) -> ModuleType:
    """Import a module of an optional dependency.

    Parameters
    ----------
    module : str
        The dotted name of the module.
    extra : str
        The extra of regiometrics that installs the module's package.

    Returns
    -------
    module
        The imported module itself, also where its name is dotted.

    Raises
    ------
    MissingDependencyError
        If the package is not installed; the message names the extra.

    Examples
    --------
    >>> require("json.decoder", extra="weights").__name__
    'json.decoder'
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        package = module.partition(".")[0]
        if error.name is None or error.name.partition(".")[0] != package:
            raise  # the package is there, and one of its own dependencies is missing
        name = _DISTRIBUTIONS.get(package, package)
        raise MissingDependencyError(
            f"The package {name} is not installed, and this function needs it: install it with "
            f"pip install 'regiometrics[{extra}]'.",
            name=package,
        ) from None
