"""The examples of the docstrings hold."""

import doctest
import importlib

import pytest

MODULES = (
    "convergence.beta",
    "convergence.sigma",
    "data.growth",
    "tables.convergence",
    "tables.format",
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name):
    module = importlib.import_module(f"guantian.{name}")
    result = doctest.testmod(module)
    assert result.attempted > 0, "the module is listed here for its examples and has none"
    assert result.failed == 0


def test_no_module_with_examples_is_forgotten(root):
    with_examples = {
        path.relative_to(root / "guantian").with_suffix("").as_posix().replace("/", ".")
        for path in (root / "guantian").rglob("*.py")
        if ">>> " in path.read_text("utf-8")
    }
    tested_elsewhere = {name for name in with_examples if name.startswith("geography.")}
    assert with_examples - tested_elsewhere == set(MODULES)
