"""The changes that CONTRIBUTING.md walks through, made in a copy."""

import re
import shutil
import subprocess
import sys

import pytest

from guantian import labels
from guantian.config import ConfigError, load_study

WALKS = "CONTRIBUTING.md"


@pytest.fixture
def copy(root, tmp_path):
    """A project whose configuration can be changed; the rest is the project's own."""
    for path in root.iterdir():
        if path.name == "config":
            shutil.copytree(path, tmp_path / path.name)
        elif path.name in ("data", "guantian", "workflow"):
            (tmp_path / path.name).symlink_to(path)
    return tmp_path


def example(root):
    """The row that the first walk adds."""
    text = (root / WALKS).read_text("utf-8")
    header, row = re.search(r"```\n(outcome\t.*)\n(.*)\n```", text).groups()
    return header, row


def test_an_outcome_is_a_row_of_a_file(root, copy):
    header, row = example(root)
    path = copy / "config/specs/plan_outcomes.tsv"
    assert path.read_text("utf-8").splitlines()[0] == header
    path.write_text(path.read_text("utf-8") + row + "\n", encoding="utf-8")
    assert load_study(copy).study.plan.specs == "config/specs/plan_outcomes.tsv"
    path.write_text(path.read_text("utf-8").replace("budget_expenditure_100m", "budget"), "utf-8")
    with pytest.raises(ConfigError, match=r"plan_outcomes.tsv.*expenditure.*variable"):
        load_study(copy)


def test_the_zones_colour_is_one_line(root, tmp_path):
    """A figure of the kit follows a changed line of the registry."""
    lines = labels.FILE.read_text("utf-8").splitlines()
    changed = [line.replace("#D55E00", "#123456") for line in lines]
    assert sum(a != b for a, b in zip(lines, changed, strict=True)) == 1
    (tmp_path / "labels.yaml").write_text("\n".join(changed), encoding="utf-8")
    drawn = """
import sys
from pathlib import Path
import pandas as pd
from guantian import labels
labels.FILE = Path(sys.argv[1])
from guantian.present.figures import forest
rows = pd.DataFrame({"outcome": ["gdp"], "sample": ["zone"], "estimate": [0.1],
                     "conf_low": [0.0], "conf_high": [0.2]})
figure, _ = forest(rows, row="outcome", row_kind="outcome", role="sample", role_kind="sample",
                   x_label="Effect")
figure.savefig(sys.argv[2])
"""
    picture = tmp_path / "figure.svg"
    subprocess.run(
        [sys.executable, "-c", drawn, tmp_path / "labels.yaml", picture], cwd=root, check=True
    )
    assert "#123456" in picture.read_text("utf-8")
    assert "#d55e00" not in picture.read_text("utf-8").lower()


def test_what_the_walks_name_is_there(root):
    text = (root / WALKS).read_text("utf-8")
    named = re.findall(r"`([\w./]+\.(?:py|yaml|tsv|csv|md))`", text)
    folders = ("", "config/specs/", "guantian/chapters/growth/", "packages/regiometrics/")
    for name in set(named) - {"estimate.py"}:
        assert any((root / folder / name).exists() for folder in folders), name
