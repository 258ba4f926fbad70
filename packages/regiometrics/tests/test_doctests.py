"""The examples of the docstrings hold."""

import doctest
import importlib
import inspect
from pathlib import Path

import pytest

import regiometrics
from regiometrics.errors import MissingDependencyError

LIBRARY = Path(regiometrics.__file__).parent
MODULES = sorted(
    ".".join(path.relative_to(LIBRARY).with_suffix("").parts).removesuffix(".__init__")
    for path in LIBRARY.rglob("*.py")
    if ">>> " in path.read_text("utf-8")
)


class Runner(doctest.DocTestRunner):
    """Remembers the first example that needs a package which is not installed."""

    missing = None

    def report_unexpected_exception(self, out, test, example, exc_info):
        if issubclass(exc_info[0], MissingDependencyError):
            self.missing = self.missing or str(exc_info[1])
        else:
            super().report_unexpected_exception(out, test, example, exc_info)


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name):
    module = importlib.import_module(f"regiometrics.{name}")
    for test in doctest.DocTestFinder().find(module):
        runner = Runner()
        result = runner.run(test)
        if runner.missing:
            pytest.skip(f"{test.name}: {runner.missing}")
        assert result.failed == 0, test.name


def test_there_are_examples():
    assert {"convergence.sigma", "convergence.beta", "spatial.model"} <= set(MODULES)


@pytest.mark.parametrize("name", regiometrics.__all__)
def test_every_public_class_has_a_worked_example(name):
    package = importlib.import_module(f"regiometrics.{name}")
    classes = [getattr(package, each) for each in package.__all__]
    without = [
        each.__name__
        for each in classes
        if inspect.isclass(each) and not issubclass(each, Exception) and ">>> " not in each.__doc__
    ]
    assert without == []


def test_the_examples_of_the_readme_hold():
    readme = Path(__file__).parents[1] / "README.md"
    if not readme.exists():
        pytest.skip("The installed wheel is tried outside of the checkout.")
    result = doctest.testfile(str(readme), module_relative=False, encoding="utf-8")
    assert result.attempted > 5
    assert result.failed == 0
