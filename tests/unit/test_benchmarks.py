"""Scripts of benchmarks/ run by hand, months apart: what they ask of the study is still there."""

import ast
import importlib.util
import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from guantian.config import load_study

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT / "benchmarks", ROOT / "packages/regiometrics/benchmarks")
SCRIPTS = [path for folder in FOLDERS for path in sorted(folder.glob("*.py"))]
#: How each script's cheap path is tried below.
TRIED = {"bench_spatial", "metrics", "time_panel", "time_study"}
ASKED = {"recovery_econometrics", "recovery_spatial"}
#: What `metrics` reads, tried in `test_metrics.py`, and what the long studies are made of.
READ = {"text_numbers", "walks", "recovery_experiments", "recovery_experiments_more"}
READ |= {"recovery_spatial_data", "recovery_spatial_more"}


def loaded(path):
    """Return a script as a module."""
    if str(path.parent) not in sys.path:  # as where the script runs by itself
        sys.path.append(str(path.parent))
    spec = importlib.util.spec_from_file_location(f"benchmark_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


def test_every_script_is_tried():
    assert {path.stem for path in SCRIPTS} == TRIED | ASKED | READ


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_what_a_script_imports_is_there(path):
    """Names that functions import when they run are imported too."""
    loaded(path)
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
            ("guantian", "regiometrics", "audit")
        ):
            module = importlib.import_module(node.module)
            for name in node.names:
                if not hasattr(module, name.name):
                    importlib.import_module(f"{node.module}.{name.name}")


def captured(monkeypatch, module):
    """Let a script run nothing, and return what it would have run, with the settings it wrote."""
    ran = []

    def run(command, **_):
        command = [str(part) for part in command]
        file = command[command.index("--configfile") + 1] if "--configfile" in command else None
        ran.append((command, json.loads(Path(file).read_text()) if file else None))
        return subprocess.CompletedProcess(command, int(command[0] == "git"), "", "")

    monkeypatch.setattr(module.subprocess, "run", run)
    return ran


def settings_are_valid(settings, folders, tmp_path):
    """Check settings as the workflow does, and that they name the folders of the run."""
    file = tmp_path / "settings.json"
    file.write_text(json.dumps(settings))
    made = load_study(ROOT, str(file)).folders.model_dump()
    assert {key: made[key] for key in folders} == folders


def in_a_copy(monkeypatch, module, tmp_path):
    """Let a script write elsewhere."""
    (tmp_path / "benchmarks").mkdir()
    monkeypatch.setattr(module, "ROOT", tmp_path)


def test_the_panel_is_timed_with_settings_that_the_study_takes(monkeypatch, tmp_path):
    module = loaded(ROOT / "benchmarks/time_panel.py")
    in_a_copy(monkeypatch, module, tmp_path)
    ran = captured(monkeypatch, module)
    module.main()
    assert len(ran) == module.RUNS
    command, settings = ran[0]
    settings_are_valid(settings, module.FOLDERS, tmp_path)
    targets = command[command.index("--") + 1 :]
    rules = (ROOT / "workflow/rules/data.smk").read_text("utf-8")
    for target in targets:
        assert f'"{{PROCESSED}}/{Path(target).name}"' in rules
    assert set(json.loads((tmp_path / "benchmarks/panel.json").read_text())) >= {"wall_s", "load"}


def test_the_study_is_timed_with_settings_that_it_takes(monkeypatch, tmp_path):
    module = loaded(ROOT / "benchmarks/time_study.py")
    in_a_copy(monkeypatch, module, tmp_path)
    monkeypatch.setattr(module, "time_one_rule", lambda: 1.0)
    ran = captured(monkeypatch, module)
    found = module.time_study()
    settings_are_valid(ran[0][1], module.FOLDERS, tmp_path)
    assert set(module.TARGETS) - set(found) == {
        "environment, GB",
        "tests, wall s",
        "continuous integration, wall s",
    }
    module.show(found, None)


def test_the_spatial_estimator_is_timed(monkeypatch, capsys):
    """The smallest lattice, once: the model's name, arguments and results are as they were."""
    module = loaded(ROOT / "benchmarks/bench_spatial.py")
    order = ["--worker", module.OURS, "--sizes", "500", "--designs", "lattice", "--repeats", "1"]
    monkeypatch.setattr(sys, "argv", ["bench_spatial.py", *order])
    monkeypatch.setattr(sys, "path", list(sys.path))
    module.main()
    row = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert row["seconds"] > 0 and row["peak_gb"] > 0


def test_the_shape_of_the_study_is_counted(capsys):
    loaded(ROOT / "benchmarks/metrics.py").main()
    assert "lines of the study" in capsys.readouterr().out


@pytest.mark.parametrize("name", sorted(ASKED))
def test_long_studies_say_what_they_take(name, monkeypatch, capsys):
    """Their procedures are tested with the library; here, that they start."""
    path = next(path for path in SCRIPTS if path.stem == name)
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    with pytest.raises(SystemExit) as stopped:
        runpy.run_path(str(path), run_name="__main__")
    assert stopped.value.code == 0 and "--only" in capsys.readouterr().out
