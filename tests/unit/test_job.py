"""What a stopped rule says: the library's sentence alone, a package's message with its kind."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from guantian.chapters.inequality.estimate.regression import least_squares

PATH = Path(__file__).parents[2] / "workflow/scripts/_job.py"
spec = importlib.util.spec_from_file_location("_job", PATH)
JOB = importlib.util.module_from_spec(spec)
spec.loader.exec_module(JOB)


def caught(function):
    with pytest.raises(ValueError) as stopped:
        function()
    return stopped.value


def test_an_error_is_ours_where_the_library_raised_it():
    assert JOB.is_ours(caught(lambda: least_squares(np.ones(2), np.ones((2, 3)), 0)))
    assert not JOB.is_ours(caught(lambda: int("a")))
    assert not JOB.is_ours(caught(lambda: np.linalg.inv(np.zeros((2, 2)))))


def test_the_terminal_and_the_log_are_told(tmp_path):
    log = tmp_path / "rule.log"
    code = (
        f"import sys; sys.path.insert(0, {str(PATH.parent)!r})\n"
        "from types import SimpleNamespace\n"
        "from _job import job\n"
        f"with job(SimpleNamespace(log=[{str(log)!r}], rule='draw_map')):\n"
        "    int('a')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert "draw_map stopped: ValueError: invalid literal" in done.stderr
    assert "Traceback" in log.read_text() and "Traceback" not in done.stderr
