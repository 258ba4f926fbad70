"""What a rule takes as input of the library is what its script really uses."""

import ast
import importlib.util
import re
import subprocess
import sys
import textwrap

import pytest
import yaml

from guantian.registry import ORDER, chapters, estimated_again

PACKAGES = ("audit", "guantian", "regiometrics")

# Runs the imports of a script where every module that is not in the list is a stub, and says which
# modules of the list were run, and where a name of a stub was left over.
WITHOUT_THE_REST = """
import ast, importlib.machinery, importlib.util, pathlib, sys

root, script, *used = map(pathlib.Path, sys.argv[1:])

TOPS = {"guantian": "", "audit": "", "regiometrics": "packages/regiometrics/src"}

def place_of(name):
    return root.joinpath(TOPS.get(name.split(".")[0], ""), *name.split("."))

class Absent:
    pass

class Rest:
    @staticmethod
    def find_spec(name, path, target=None):
        place = place_of(name)
        file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
        if name.split(".")[0] not in TOPS or not file.exists() or file in used:
            return None
        spec = importlib.machinery.ModuleSpec(name, Rest, is_package=place.is_dir())
        if place.is_dir():
            spec.submodule_search_locations[:] = [str(place)]
        return spec

    @staticmethod
    def create_module(spec):
        return None

    @staticmethod
    def exec_module(module):
        place = place_of(module.__name__)
        def give(name):
            if name.startswith("__") or (place / f"{name}.py").exists():
                raise AttributeError(name)
            return Absent()
        module.__getattr__ = give

sys.meta_path.insert(0, Rest)
sys.path[:0] = [str(root), str(root / TOPS["regiometrics"]), str(root / "workflow/scripts")]
names = {}
tree = ast.parse(script.read_text("utf-8"))
tree.body = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
exec(compile(tree, str(script), "exec"), names)
spaces = {str(script): names}
for module in list(sys.modules.values()):
    file = pathlib.Path(getattr(module, "__file__", None) or "/")
    if file in used:
        print("run", file.relative_to(root))
        if file.name != "__init__.py":
            spaces[str(file)] = vars(module)
for place, space in spaces.items():
    for name, value in space.items():
        if isinstance(value, Absent):
            print("missing", place, name)
"""


@pytest.fixture(scope="module")
def imports(root):
    path = root / "workflow/rules/imports.py"
    spec = importlib.util.spec_from_file_location("imports", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tree(tmp_path):
    """Write a small library: a package that passes names on, and others around it."""

    def write(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text))
        return tmp_path

    return write


def used(imports, root, script):
    return {str(path.relative_to(root)) for path in imports.modules_used(root / script, root)}


def test_a_name_passed_on_leads_to_its_module_alone(imports, tree):
    root = tree(
        {
            "guantian/__init__.py": "",
            "guantian/room/__init__.py": """
                from guantian.room.one import first  # passed on
                from guantian.room.two import (
                    second as other,  # (renamed)
                )
            """,
            "guantian/room/one.py": "from .three import third\nfirst = third",
            "guantian/room/two.py": "second = 2",
            "guantian/room/three.py": '"""from guantian.room.two import second"""\nthird = 3',
            "guantian/own/__init__.py": "from . import part\n\ndef own():\n    return part.x",
            "guantian/own/part.py": "x = 1",
            "guantian/own/rest.py": "x = 1",
            "a.py": "from guantian.room import first",
            "b.py": "def late():\n    from guantian.room import other\n",
            "c.py": "from guantian.own import own",
            "d.py": "from guantian.own import rest",
        }
    )
    room = "guantian/room"
    assert used(imports, root, "a.py") == {
        f"{room}/__init__.py",
        f"{room}/one.py",
        f"{room}/three.py",
    }
    assert used(imports, root, "b.py") == {f"{room}/__init__.py", f"{room}/two.py"}
    assert used(imports, root, "c.py") == {"guantian/own/__init__.py", "guantian/own/part.py"}
    assert used(imports, root, "d.py") == {"guantian/own/rest.py"}


def test_the_scan_finds_what_the_parsed_code_imports(imports, root):
    folders = ("guantian", "audit", "workflow/scripts")
    for path in (file for folder in folders for file in (root / folder).rglob("*.py")):
        expected = set()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                package = ".".join(path.parent.relative_to(root).parts) + "."
                module = (package if node.level else "") + (node.module or "")
                assert node.level < 2, path
                if module.split(".")[0] in PACKAGES:
                    expected |= {
                        (module.rstrip("."), name.name, name.asname or name.name)
                        for name in node.names
                    }
            elif isinstance(node, ast.Import):
                assert not any(name.name.split(".")[0] in PACKAGES for name in node.names), path
        assert set(imports.imports_of(path, root)) == expected, path


@pytest.mark.parametrize(
    "name",
    [
        "guantian/chapters/dynamics/estimate/run.py",
        "guantian/chapters/plan/show.py",
        "workflow/scripts/build_site.py",
        "workflow/scripts/plant_faults.py",
    ],
)
def test_a_script_runs_what_is_listed_and_needs_nothing_else(imports, root, name):
    script = root / name
    listed = [path for path in imports.modules_used(script, root) if path.suffix == ".py"]
    command = [sys.executable, "-c", WITHOUT_THE_REST, root, script, *listed]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)
    assert done.returncode == 0, done.stderr
    run = {line[4:] for line in done.stdout.splitlines() if line.startswith("run ")}
    assert "missing" not in done.stdout, done.stdout
    # What a function imports is listed though it does not run here.
    assert run <= {str(path.relative_to(root)) for path in listed}


def test_labels_and_captions_are_inputs_of_what_prints_them(imports, root):
    """Of all captions only those of the chapters that a script shows."""
    found = used(imports, root, "workflow/scripts/show_claims.py")
    read = {path for path in found if path.endswith(".yaml")}
    assert read == {"guantian/labels.yaml", "guantian/claims/captions.yaml"}


def test_an_import_inside_a_function_counts(imports, root):
    found = used(imports, root, "guantian/chapters/growth/estimate/run.py")
    library = "packages/regiometrics/src/regiometrics"
    assert {f"{library}/panel/gmm.py", f"{library}/spatial/model.py"} <= found


def test_every_rule_takes_the_code_of_the_script_of_its_name(root):
    for path in (root / "workflow/rules").glob("*.smk"):
        for rule in re.split(r"^rule ", path.read_text("utf-8"), flags=re.MULTILINE)[1:]:
            run = re.search(r'^    script:\n        "\.\./scripts/(\w+)\.py"', rule, re.MULTILINE)
            if run:
                assert rule.startswith(f"{run[1]}:"), (path, rule)
                assert f'code=code_of("workflow/scripts/{run[1]}.py")' in rule, (path, rule)


def test_on_a_cluster_short_rules_run_in_groups(root):
    """What is asked of SLURM for a few seconds waits longer than it works."""
    profile = yaml.safe_load((root / "profiles/slurm/config.yaml").read_text("utf-8"))
    grouped = dict(entry.split("=") for entry in profile["groups"])
    rules = {
        f"{stage.verb}_{chapter.name}"
        for chapter in chapters()
        if chapter.name in ORDER  # one that has no place in the study yet is a job of its own
        for stage in chapter.stages
    } | {
        name
        for path in (root / "workflow/rules").glob("*.smk")
        for name in re.findall(r"^rule (\w+):", path.read_text("utf-8"), re.M)
    }
    rules |= {f"{stage.verb}_first_published_{each.name}" for each, stage in estimated_again()}
    alone = {"check_figures", "plant_faults", "report", "recovery", "verify"}
    alone |= {"simulate_recovery", "clean_results"}
    assert set(grouped) - rules == set()
    assert rules - set(grouped) - alone == set()
    assert profile["slurm-status-command"] == "squeue"
