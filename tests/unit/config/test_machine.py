"""What would make a run fail in a way that its own message does not tell."""

import os
import re
import time

import pytest

from guantian.machine import (
    SOURCES,
    MachineError,
    check_dates,
    check_interpreter,
    check_machine,
    check_tools,
)
from guantian.registry import chapters


def test_this_machine_will_do(root):
    check_machine(root, "/usr/bin/python3")


def test_a_blank_in_the_path_of_python_is_named():
    with pytest.raises(MachineError, match=r"'/my project/.venv/bin/python', whose path has a bl"):
        check_interpreter("/my project/.venv/bin/python")


def test_a_path_without_tools_is_named(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(MachineError, match=r"command bash is not on the path .PATH is '/nowhere'"):
        check_tools(["bash"])


def test_a_file_dated_in_the_future_is_named(tmp_path):
    (tmp_path / "data/raw/deep").mkdir(parents=True)
    path = tmp_path / "data/raw/deep/a.csv"
    path.touch()
    check_dates(tmp_path, SOURCES)
    os.utime(path, (time.time() + 3600,) * 2)
    with pytest.raises(MachineError, match=r"data/raw/deep/a\.csv is dated .* run `touch data/raw"):
        check_dates(tmp_path, SOURCES)
    os.utime(path, (time.time() + 2,) * 2)  # two clocks on one file system
    check_dates(tmp_path, SOURCES)


def test_every_file_that_rules_read_is_looked_at(root):
    """What is made from one that is dated in the future is deleted again, wherever it lies."""
    named = re.compile(r'(?:source|files_in)\(\s*f?"([^"]+)"')
    rules = [path.read_text("utf-8") for path in (root / "workflow/rules").glob("*.smk")]
    read = {name for text in rules for name in named.findall(text)}
    read |= {path for one in chapters() for stage in one.stages for path in stage.inputs.values()}
    read = {path for path in read if not path.startswith("{")}
    assert {"CITATION.cff", "config/zones/*.yaml", "data/sources.csv", "paper"} <= read
    missed = [
        path
        for path in read
        if not any(path == place or path.startswith(f"{place}/") for place in SOURCES)
    ]
    assert missed == []
    assert [place for place in SOURCES if not (root / place).exists()] == []
