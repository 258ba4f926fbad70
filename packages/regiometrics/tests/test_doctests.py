"""The examples of the docstrings hold."""

import doctest
import importlib
from pathlib import Path

import pytest

import regiometrics

LIBRARY = Path(regiometrics.__file__).parent
MODULES = sorted(
    ".".join(path.relative_to(LIBRARY).with_suffix("").parts)
    for path in LIBRARY.rglob("*.py")
    if ">>> " in path.read_text("utf-8") and path.name != "__init__.py"
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name):
    result = doctest.testmod(importlib.import_module(f"regiometrics.{name}"))
    assert result.attempted > 0
    assert result.failed == 0


def test_there_are_examples():
    assert {"convergence.sigma", "convergence.beta", "spatial.model"} <= set(MODULES)
