"""The house's arrows: down only, and the library stands without the workflow."""

import ast

import grimp
import pytest

CHAPTERS = ("convergence", "competition", "cooperation", "games", "growth", "policy")
TOP = ("figures", "tables")
ABOVE = (*TOP, "claims", "site")  # of the chapters; the site shows what the others make


@pytest.fixture(scope="module")
def graph():
    return grimp.build_graph(
        "guantian",
        include_external_packages=True,
        exclude_type_checking_imports=True,
        cache_dir=None,
    )


@pytest.fixture(scope="module")
def modules(graph):
    return {name for name in graph.modules if name.split(".")[0] == "guantian"}


def room(module):
    return module.split(".")[1] if "." in module else ""


def imports(graph, modules, importers):
    """Pairs of (importer, imported) within the library."""
    return {
        (module, found)
        for module in modules
        if importers(module)
        for found in graph.find_modules_directly_imported_by(module)
    }


def test_the_graph_is_that_of_the_files(modules, root):
    """Every file is in the graph, so what is said of the graph is said of the code."""
    files = {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        for path in (root / "guantian").rglob("*.py")
    }
    assert modules == files
    assert {room(module) for module in modules} > {"data", "convergence", "figures", "tables"}


def test_nothing_imports_the_workflow(graph):
    """Neither Snakemake nor the folder of its scripts."""
    for package in ("snakemake", "workflow", "_job"):
        if package in graph.modules:
            assert graph.find_modules_that_directly_import(package) == set()


def test_no_module_reads_the_name_snakemake(root):
    """Scripts are given an object of that name; the library must not lean on it."""
    for path in (root / "guantian").rglob("*.py"):
        nodes = ast.walk(ast.parse(path.read_text("utf-8")))
        names = {node.id for node in nodes if isinstance(node, ast.Name)}
        assert "snakemake" not in names, path


def test_figures_and_tables_are_imported_by_no_chapter(graph, modules):
    below = imports(graph, modules, lambda module: room(module) not in ABOVE)
    assert {(one, other) for one, other in below if room(other) in ABOVE} == set()


def test_claims_are_decided_from_estimates_alone(graph, modules):
    found = imports(graph, modules, lambda module: room(module) == "claims")
    inside = {other for _, other in found if other.startswith("guantian")}
    assert {room(other) for other in inside} <= {"claims", "estimates"}


def test_figures_and_tables_do_not_import_one_another(graph, modules):
    for one, other in (TOP, TOP[::-1]):
        found = imports(graph, modules, lambda module, one=one: room(module) == one)
        assert {pair for pair in found if room(pair[1]) == other} == set()


def test_chapters_do_not_import_one_another(graph, modules):
    for pair in imports(graph, modules, lambda module: room(module) in CHAPTERS):
        assert room(pair[1]) not in CHAPTERS or room(pair[1]) == room(pair[0]), pair


def test_data_and_geography_lean_on_nothing_above(graph, modules):
    allowed = {"", "data", "geography", "estimates", "files", "options"}
    for pair in imports(graph, modules, lambda module: room(module) in {"data", "geography"}):
        if pair[1].startswith("guantian"):
            assert room(pair[1]) in allowed, pair


def test_estimates_lean_on_nothing_of_the_library(graph):
    found = graph.find_modules_directly_imported_by("guantian.results")
    assert {name for name in found if name.startswith("guantian")} == set()


def test_there_are_no_circles(graph, modules):
    for module in modules - {"guantian"}:
        for imported in graph.find_modules_directly_imported_by(module) & modules:
            chain = graph.find_shortest_chain(imported, module)
            assert chain is None, (module, *chain)


def test_modules_are_small(root):
    """Rooms with one purpose: the house's own bound of 400 lines."""
    for path in (root / "guantian").rglob("*.py"):
        assert len(path.read_text("utf-8").splitlines()) < 400, path
