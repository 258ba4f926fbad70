"""Optional packages: imported where used; where one is missing, a sentence names its extra."""

import ast
import importlib.metadata
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import regiometrics
from regiometrics._optional import require
from regiometrics.errors import MissingDependencyError

LIBRARY = Path(regiometrics.__file__).parent
FILES = sorted(LIBRARY.rglob("*.py"))
MODULES = [
    ".".join(("regiometrics", *path.relative_to(LIBRARY).with_suffix("").parts)).removesuffix(
        ".__init__"
    )
    for path in FILES
]
#: All that the library may import without asking.
PLAIN = {"numpy", "pandas", "scipy", "regiometrics"}
PANEL = pd.DataFrame(np.exp(np.random.default_rng(0).normal(size=(6, 5))), range(2000, 2006))


def line():
    from regiometrics.weights import Weights

    path = np.diag(np.ones(4), 1)
    return Weights(path + path.T, range(5), "line").standardise()


def needs_communities():
    from regiometrics.gravity import find_communities

    return find_communities(np.ones((4, 4)), [1.0], 1, 0)


def needs_agreement():
    from regiometrics.gravity import agreement

    return agreement(np.array([0, 0, 1]), ["a", "a", "b"])


def needs_honest():
    from regiometrics.counterfactuals import event_path, sensitivity

    gaps = np.random.default_rng(0).normal(size=(40, 6))
    return sensitivity(event_path(gaps, range(2000, 2006), 3), "smoothness", [0.1])


def needs_local_moran():
    from regiometrics.distribution import local_moran

    return local_moran(PANEL.iloc[0], line(), permutations=99)


def needs_statsmodels():
    from regiometrics.convergence import beta_convergence

    return beta_convergence(PANEL)


def needs_linearmodels():
    from regiometrics.convergence import beta_convergence

    return beta_convergence(PANEL, "two-way")


def needs_filter():
    from regiometrics.convergence import hodrick_prescott

    return hodrick_prescott(PANEL)


def needs_nashpy():
    from regiometrics.games import Stage, pair_equilibria

    pair = np.array([1.0, 1.0])
    fields = {name: pair for name in Stage.__dataclass_fields__}
    return pair_equilibria(Stage(**fields))


def needs_plots():
    from regiometrics.spatial import SpatialPanel, simulate_panel

    data = simulate_panel(n=9, T=4, seed=0)
    return SpatialPanel(data.dependent, data.exog, data.weights).fit().plot_coefficients()


def needs_cholmod():
    from regiometrics.spatial import SpatialPanel, simulate_panel

    data = simulate_panel(n=9, T=4, seed=0)
    return SpatialPanel(data.dependent, data.exog, data.weights).fit(logdet="cholmod")


def needs_formulas():
    from regiometrics.spatial import SpatialPanel, simulate_panel

    data = simulate_panel(n=9, T=4, seed=0)
    frame = data.exog.assign(y=data.dependent)
    return SpatialPanel.from_formula("y ~ x1", frame, data.weights)


#: The package, its extra, and a call that needs it.
CALLS = {
    "cvxopt": ("cvxopt", "cholmod", needs_cholmod),
    "diff_diff": ("diff-diff", "did", needs_honest),
    "esda": ("esda", "weights", needs_local_moran),
    "igraph": ("igraph", "networks", needs_communities),
    "igraph, agreement": ("igraph", "networks", needs_agreement),
    "libpysal": ("libpysal", "weights", lambda: line().to_graph()),
    "linearmodels": ("linearmodels", "regression", needs_linearmodels),
    "nashpy": ("nashpy", "games", needs_nashpy),
    "statsmodels": ("statsmodels", "regression", needs_statsmodels),
    "statsmodels, filter": ("statsmodels", "regression", needs_filter),
}

if find_spec("regiometrics.spatial.plots"):
    CALLS["matplotlib"] = ("matplotlib", "plot", needs_plots)
if find_spec("regiometrics.spatial.formula"):
    CALLS["formulaic"] = ("formulaic", "formula", needs_formulas)


@pytest.mark.parametrize("name", CALLS)
def test_a_missing_package_is_named_with_its_extra(name, monkeypatch):
    package = name.partition(",")[0]
    for loaded in [*sys.modules, package]:
        if loaded.partition(".")[0] == package:
            monkeypatch.setitem(sys.modules, loaded, None)
    distribution, extra, call = CALLS[name]
    with pytest.raises(MissingDependencyError) as caught:
        call()
    assert str(caught.value) == (
        f"The package {distribution} is not installed, and this function needs it: install it "
        f"with pip install 'regiometrics[{extra}]'."
    )
    assert isinstance(caught.value, ImportError) and caught.value.name == package


@pytest.mark.parametrize("name", CALLS)
def test_with_the_package_the_call_works(name):
    pytest.importorskip(name.partition(",")[0])
    assert CALLS[name][2]() is not None


def test_what_a_package_itself_lacks_is_not_hidden(tmp_path, monkeypatch):
    """An installed package whose own dependency is missing must not be called missing."""
    (tmp_path / "broken_package.py").write_text("import absent_dependency\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="absent_dependency") as caught:
        require("broken_package", extra="weights")
    assert not isinstance(caught.value, MissingDependencyError)


def requests():
    """Module and extra of every call of `require` in the library."""
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "require":
                (module,) = (argument.value for argument in node.args)
                (extra,) = (keyword.value.value for keyword in node.keywords)
                yield module, extra


def test_every_optional_package_is_tried():
    asked = {(module.partition(".")[0], extra) for module, extra in requests()}
    assert asked == {(name.partition(",")[0], extra) for name, (_, extra, _) in CALLS.items()}


def test_every_extra_is_declared():
    project = Path(__file__).parents[1] / "pyproject.toml"
    if project.exists():
        declared = tomllib.loads(project.read_text("utf-8"))["project"]["optional-dependencies"]
    else:  # the installed wheel, tried outside of the checkout
        declared = importlib.metadata.metadata("regiometrics").get_all("Provides-Extra")
    assert {extra for _, extra in requests()} <= set(declared)


def imported(tree):
    """Names that a module imports, but for those under ``if TYPE_CHECKING``."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module
        else:
            yield from imported(node)


def test_nothing_else_is_imported():
    for path in FILES:
        for name in imported(ast.parse(path.read_text("utf-8"))):
            top = name.partition(".")[0]
            assert top in PLAIN or top in sys.stdlib_module_names, (path, name)


def test_importing_the_library_loads_nothing_heavy():
    """Every module, in one process: only numpy, pandas, scipy and what they load themselves."""
    code = (
        "import importlib, sys, numpy, pandas, scipy, scipy.stats, scipy.optimize, scipy.sparse\n"
        "before = {name.partition('.')[0] for name in sys.modules}\n"
        f"for name in {MODULES}: importlib.import_module(name)\n"
        "after = {name.partition('.')[0] for name in sys.modules}\n"
        "print(*sorted(after - before - set(sys.stdlib_module_names)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["regiometrics"]
