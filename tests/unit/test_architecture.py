"""The directions of imports: down only, the library without the study, both without the workflow.

The layers themselves are contracts in pyproject.toml (`make lint`); here they are run, together
with what import-linter does not express.
"""

import ast
import subprocess
import sys

import grimp
import pytest

PACKAGES = ("guantian", "regiometrics")


@pytest.fixture(scope="module")
def graph():
    return grimp.build_graph(
        *PACKAGES,
        include_external_packages=True,
        exclude_type_checking_imports=True,
        cache_dir=None,
    )


@pytest.fixture(scope="module")
def modules(graph):
    return {name for name in graph.modules if name.split(".")[0] in PACKAGES}


def sources(root):
    """The folders of both packages."""
    return root / "guantian", root / "packages" / "regiometrics" / "src" / "regiometrics"


def test_the_contracts_of_the_layers_are_kept(root):
    code = "from importlinter.cli import lint_imports_command as run; run()"
    command = [sys.executable, "-c", code, "--no-cache"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_graph_is_that_of_the_files(modules, root):
    """Every file is in the graph, so what holds for the graph holds for the code."""
    files = {
        ".".join(path.relative_to(folder.parent).with_suffix("").parts).removesuffix(".__init__")
        for folder in sources(root)
        for path in folder.rglob("*.py")
    }
    assert modules == files


def test_nothing_imports_the_workflow_or_the_audit(graph):
    """Neither Snakemake nor its scripts; the audit reads the study, not the other way round."""
    for package in ("snakemake", "workflow", "_job", "audit"):
        if package in graph.modules:
            assert graph.find_modules_that_directly_import(package) == set()


def test_no_module_reads_the_name_snakemake(root):
    """Scripts are given an object of that name; the packages must not depend on it."""
    for folder in sources(root):
        for path in folder.rglob("*.py"):
            nodes = ast.walk(ast.parse(path.read_text("utf-8")))
            names = {node.id for node in nodes if isinstance(node, ast.Name)}
            assert "snakemake" not in names, path


def test_claims_are_decided_from_estimates_alone(graph, modules):
    for module in modules:
        if module.startswith("guantian.claims"):
            for imported in graph.find_modules_directly_imported_by(module):
                assert not imported.startswith(("guantian.chapters", "guantian.data")), module


def test_results_depend_on_nothing_of_the_study(graph):
    found = graph.find_modules_directly_imported_by("guantian.results")
    assert not {name for name in found if name.startswith("guantian")}


def test_there_are_no_cycles(graph, modules):
    """Imports for type checkers alone do not count: a mixin names the class it is mixed into."""
    for module in modules - set(PACKAGES):
        for imported in graph.find_modules_directly_imported_by(module) & modules:
            chain = graph.find_shortest_chain(imported, module)
            assert chain is None, (module, *chain)


def test_modules_are_small(root):
    """A module has one purpose: at most 500 lines."""
    for folder in sources(root):
        for path in folder.rglob("*.py"):
            assert len(path.read_text("utf-8").splitlines()) <= 500, path
