"""The changes that CONTRIBUTING.md walks through, made in a copy."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from benchmarks.walks import apply, read_walks
from guantian.config import ConfigError, load_study

WALKS = "CONTRIBUTING.md"
#: Of the project, what a copy has as files; the rest is linked to.
COPIED = ("config", "guantian", "packages", "tests", "workflow")


@pytest.fixture
def copy(root, tmp_path):
    """A project in which files can be changed and chapters run."""
    left_out = shutil.ignore_patterns("__pycache__", ".*_cache", "reference", "*.egg-info")
    for path in root.iterdir():
        if path.name in COPIED:
            shutil.copytree(path, tmp_path / path.name, ignore=left_out)
        elif path.name in ("assets", "benchmarks", "data", "docs", "paper", "pyproject.toml"):
            (tmp_path / path.name).symlink_to(path)
    return tmp_path


def run(copy, *arguments):
    """Run Python on the copy's packages, not on the project's."""
    paths = os.pathsep.join(map(str, (copy, copy / "packages/regiometrics/src")))
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


@pytest.fixture(scope="module")
def walks(root):
    return read_walks(root)


@pytest.mark.parametrize("name", ["1_outcome", "2_robustness", "3_label", "4_claim"])
def test_a_walk_touches_no_more_than_promised(walks, root, name):
    walk = walks[name]
    files, folders = walk.most
    assert len(walk.files) <= files
    assert len(walk.folders) <= folders
    text = (root / WALKS).read_text("utf-8")
    assert f"tests/walks/{name}.yaml" in text


def test_there_is_no_other_walk(walks):
    assert list(walks) == ["1_outcome", "2_robustness", "3_label", "4_claim"]


def test_an_outcome_is_a_row_of_a_file(walks, copy):
    apply(walks["1_outcome"], copy)
    assert load_study(copy).study.plan.specs == "config/specs/plan_outcomes.tsv"
    path = copy / "config/specs/plan_outcomes.tsv"
    path.write_text(path.read_text("utf-8").replace("budget_expenditure_100m", "budget"), "utf-8")
    with pytest.raises(ConfigError, match=r"plan_outcomes.tsv.*expenditure.*variable"):
        load_study(copy)


@pytest.mark.parametrize("name", ["2_robustness", "4_claim"])
def test_a_check_and_a_claim_are_estimated_shown_and_judged(walks, copy, name):
    """The copy's own tests, which the walk brings, run the chapter on simulated data."""
    walk = walks[name]
    apply(walk, copy)
    if walk.generated:
        written = run(copy, "-m", "guantian.config", "--write")
        assert set(written.removeprefix("Wrote ").strip().split(", ")) <= set(walk.generated)
    load_study(copy)
    tests = [test for test in walk.tests if (copy / test).exists()]
    assert tests == list(walk.tests)
    run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests)


def test_the_zones_colour_and_label_are_one_file(walks, copy):
    """A figure and a table follow the changed registry."""
    apply(walks["3_label"], copy)
    drawn = """
import sys
import pandas as pd
from guantian.labels import label
from guantian.present.figures import forest
rows = pd.DataFrame({"outcome": ["gdp"], "sample": ["zone"], "estimate": [0.1],
                     "conf_low": [0.0], "conf_high": [0.2]})
figure, _ = forest(rows, row="outcome", row_kind="outcome", role="sample", role_kind="sample",
                   x_label="Effect")
figure.savefig(sys.argv[1])
print(label("sample", "zone"))
"""
    picture = copy / "figure.svg"
    assert run(copy, "-c", drawn, picture).strip() == "The zone"
    drawn = picture.read_text("utf-8").lower()
    assert "#b03a2e" in drawn and "#d55e00" not in drawn


def test_what_the_walks_name_is_there(root):
    text = (root / WALKS).read_text("utf-8")
    named = re.findall(r"`([\w./]+\.(?:py|yaml|tsv|csv|md))`", text)
    folders = ("", "config/specs/", "guantian/chapters/growth/", "packages/regiometrics/")
    for name in set(named) - {"estimate.py", "show.py", "claims.yaml", "checks.py"}:
        assert any((root / folder / name).exists() for folder in folders), name
