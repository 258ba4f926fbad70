"""The registry of input checks: every public function and class, and what goes into it.

A subject is a callable with good arguments and the kind of each. `test_checks.py` calls it once
with the good ones, which must work, and once with each corruption of each argument
(`corruptions.py`), which must be refused by an error of the library (a subclass of
`regiometrics.errors.EstimationError`) whose message is a sentence. No bare traceback, no silent
number.

To register a subpackage (for example `regiometrics.convergence`):

1. write `subjects_convergence.py` beside this file, with calls like

       register("convergence.beta_convergence", beta_convergence,
                {"income": panel, "level": 0.95}, {"income": "frame", "level": "level"})

   `kinds` may name fewer arguments than there are: those it leaves out are passed as they are.
   A panel in wide form (periods in rows, units in columns) deserves a kind of its own: add it to
   `corruptions.CORRUPTIONS`.
2. add the module's name to `SUBJECTS` below and the subpackage's to `COMPLETE`: a test then asks
   that every name in its `__all__` is registered here or exempt with a reason (`exempt`).
3. where a corruption is no fault for an argument (an empty frame of regressors, a constant), say
   so with `fine={("argument", "corruption"): "why"}`: the call must then end without an error
   that is not the library's, and numbers that it gives must be finite. `same` instead of `fine`
   asks for the result of the good arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module

#: Modules that register subjects.
SUBJECTS = ("subjects_spatial",)
#: Subpackages all of whose public names must be registered.
COMPLETE = ("spatial",)


@dataclass(frozen=True)
class Subject:
    """A callable with good arguments.

    Attributes
    ----------
    name : str
        Subpackage and public name, and a method where it is one's result's.
    call : callable
    arguments : mapping
        Good ones, by name; a callable without arguments marked by `lazy` makes one when asked.
    kinds : mapping
        Of those to corrupt.
    fine : mapping
        (argument, corruption) that are no fault, with the reason.
    """

    name: str
    call: Callable
    arguments: Mapping[str, object]
    kinds: Mapping[str, str]
    fine: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def good(self) -> dict[str, object]:
        """Return the good arguments, made."""
        return {
            name: value.make() if isinstance(value, Lazy) else value
            for name, value in self.arguments.items()
        }


@dataclass(frozen=True)
class Lazy:
    """An argument that is made when a test needs it."""

    make: Callable


REGISTRY: dict[str, Subject] = {}
EXEMPT: dict[str, str] = {}


def register(
    name: str,
    call: Callable,
    arguments: Mapping[str, object],
    kinds: Mapping[str, str],
    fine: Mapping[tuple[str, str], str] | None = None,
) -> None:
    """Add a subject."""
    assert name not in REGISTRY, name
    assert set(kinds) <= set(arguments), name
    REGISTRY[name] = Subject(name, call, arguments, kinds, fine or {})


def exempt(name: str, reason: str) -> None:
    """Say why a public name has no subject."""
    EXEMPT[name] = reason


def load() -> dict[str, Subject]:
    """Import all modules that register subjects."""
    for module in SUBJECTS:
        import_module(module)
    return REGISTRY
