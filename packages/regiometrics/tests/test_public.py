"""The public surface: what each subpackage offers, by name."""

import importlib
import importlib.metadata
import importlib.resources
import inspect
import pkgutil

import pytest

import regiometrics

SUBPACKAGES = [
    name for _, name, is_package in pkgutil.iter_modules(regiometrics.__path__) if is_package
]


def test_all_subpackages_are_announced():
    assert sorted(regiometrics.__all__) == SUBPACKAGES


@pytest.mark.parametrize("name", SUBPACKAGES)
def test_a_subpackage_says_what_it_offers(name):
    package = importlib.import_module(f"regiometrics.{name}")
    assert package.__doc__
    assert len(package.__all__) == len(set(package.__all__)) > 2
    assert list(package.__all__) == sorted(package.__all__, key=_order)
    for public in package.__all__:
        thing = getattr(package, public)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            assert inspect.getdoc(thing), public
            assert thing.__module__.startswith("regiometrics."), public
        assert not public.startswith("_")


def _order(name):
    """Constants, classes, functions: as ruff sorts ``__all__``."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


@pytest.mark.parametrize(
    ("package", "names"),
    [
        ("spatial", ["SpatialPanel", "Spatial2SLS"]),
        (
            "convergence",
            [
                "sigma_convergence",
                "beta_convergence",
                "log_t_test",
                "club_convergence",
                "theil_decomposition",
            ],
        ),
        ("inequality", ["theil_decomposition"]),
        ("games", ["shapley_value", "nucleolus", "core_is_empty"]),
        ("placebo", ["placebo_zones"]),
        ("weights", ["Weights"]),
    ],
)
def test_interfaces_that_others_rely_on(package, names):
    assert set(names) <= set(importlib.import_module(f"regiometrics.{package}").__all__)


def test_the_version_is_that_of_the_metadata():
    assert regiometrics.__version__ == importlib.metadata.version("regiometrics")


def test_it_is_marked_as_typed():
    assert importlib.resources.files("regiometrics").joinpath("py.typed").is_file()
