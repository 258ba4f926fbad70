"""The harness of `make mutants`: what it changes, and that its lists are of the code as it is."""

import ast
import doctest
import importlib.util
import sys

import pytest
import yaml


@pytest.fixture(scope="module")
def operators(root):
    spec = importlib.util.spec_from_file_location("operators", root / "tests/mutants/operators.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["operators"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["operators"]


@pytest.fixture(scope="module")
def declared(root):
    return yaml.safe_load((root / "tests/mutants/sample.yaml").read_text("utf-8"))


CODE = '''
"""A module."""
__all__ = ["f"]
def f(x: int = 3) -> float:
    """Text."""
    if not x or x < 2:
        raise ValueError(f"x is {x + 1}")
    check(x)
    for each in range(x):
        if each in (1, 2):
            continue
    return -x ** 2
'''


def test_every_change_is_one_place_of_the_code(operators):
    whole = ast.unparse(ast.parse(CODE))
    found = operators.mutants(CODE, "m")
    for mutant in found:
        tree = operators.mutated(CODE, mutant.place)
        compile(tree, "m", "exec")
        changed = ast.unparse(tree)
        assert changed != whole
        differ = [a for a, b in zip(changed.split("\n"), whole.split("\n"), strict=True) if a != b]
        assert len(differ) == 1, mutant
    said = {(mutant.before, mutant.after) for mutant in found}
    assert {("x < 2", "x <= 2"), ("check(x)", "pass"), ("continue", "break"), ("3", "4")} <= said
    assert not any("x is" in before for before, _ in said)  # messages stay
    assert {mutant.scope for mutant in found} == {"f"}


def test_a_place_that_is_not_there_is_refused(operators):
    with pytest.raises(IndexError, match="has 1 changes"):
        operators.mutated("x = 1", 1)
    assert doctest.testmod(operators).failed == 0


def test_the_sample_names_folders_and_tests_that_are_there(root, declared):
    assert declared["least"] >= 0.9
    wanted = {"regiometrics.spatial", "regiometrics.panel", "regiometrics.counterfactuals"}
    assert set(declared["packages"]) == wanted | {"guantian.claims"}
    for given in declared["packages"].values():
        assert given["size"] >= 60
        for name in (given["folder"], *given["tests"]):
            assert (root / name).exists(), name


def test_equivalent_changes_are_changes_of_the_code_as_it_is(root, declared, operators):
    listed = yaml.safe_load((root / "tests/mutants/equivalents.yaml").read_text("utf-8"))
    known = set()
    for package, given in declared["packages"].items():
        for path in (root / given["folder"]).glob("*.py"):
            module = package if path.stem == "__init__" else f"{package}.{path.stem}"
            if not any(entry["change"].startswith(module) for entry in listed):
                continue
            known |= {each.name for each in operators.mutants(path.read_text("utf-8"), module)}
    assert len(listed) < 20
    for entry in listed:
        assert entry["change"] in known, entry["change"]
        assert entry["reason"].endswith(".")
