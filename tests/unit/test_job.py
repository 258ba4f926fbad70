"""What a stopped rule says: the library's sentence alone, a package's message with its kind."""

import errno
import gc
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from snakemake.iocontainers import Namedlist

from guantian.chapters.inequality.estimate.regression import least_squares

PATH = Path(__file__).parents[2] / "workflow/scripts/_job.py"
spec = importlib.util.spec_from_file_location("_job", PATH)
JOB = importlib.util.module_from_spec(spec)
spec.loader.exec_module(JOB)
gc.enable()  # what a script leaves off is of use to tests


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
        "from snakemake.iocontainers import Namedlist\n"
        f"with job(SimpleNamespace(log=[{str(log)!r}], rule='draw_map', output=Namedlist())):\n"
        "    int('a')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 1
    assert "draw_map stopped: ValueError: invalid literal" in done.stderr
    assert "Traceback" in log.read_text() and "Traceback" not in done.stderr


@pytest.fixture
def output(tmp_path, monkeypatch):
    """A rule's files, two of them under one name, in folders that Snakemake has made."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results/figures").mkdir(parents=True)
    made = Namedlist(["results/figures/a.svg", "results/figures/a.csv", "results/claims.json"])
    made._set_name("figure", 0, end=2)
    made._set_name("ledger", 2)
    return made


def test_files_come_to_their_places_when_all_are_whole(output):
    finals = list(output)
    with JOB.whole(output):
        assert [Path(path).name for path in output.figure] == ["a.svg", "a.csv"]
        assert Path(output.figure[0]).parent.name == "figures"
        for path in output:
            Path(path).write_text("whole")
        assert not any(Path(path).exists() for path in finals)
    assert [Path(path).read_text() for path in finals] == ["whole"] * 3
    assert (list(output), output.ledger) == (finals, finals[2])
    assert list(Path(JOB.PARTS).iterdir()) == []


def test_what_stops_leaves_earlier_files_as_they_were(output):
    for path in output:
        Path(path).write_text("before")
    finals = list(output)
    with pytest.raises(KeyError), JOB.whole(output):
        Path(output[0]).write_text("half")
        raise KeyError
    assert [Path(path).read_text() for path in finals] == ["before"] * 3


def test_results_may_be_on_another_file_system(output, monkeypatch):
    def replace(source, target, real=os.replace):
        if Path(source).parent != Path(target).parent:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        real(source, target)

    monkeypatch.setattr(JOB.os, "replace", replace)
    finals = list(output)
    with JOB.whole(output):
        for path in output:
            Path(path).write_text("whole")
    assert [Path(path).read_text() for path in finals] == ["whole"] * 3
    assert sorted(path.name for path in Path("results").rglob("*") if path.is_file()) == [
        "a.csv",
        "a.svg",
        "claims.json",
    ]


@pytest.mark.parametrize("name", ["SIGINT", "SIGKILL", "SIGTERM"])
def test_a_signal_leaves_no_half_made_file_and_no_traceback(output, tmp_path, name):
    code = (
        f"import os, signal, sys; sys.path.insert(0, {str(PATH.parent)!r})\n"
        # What is started in the background of a shell ignores the keyboard's signal.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from types import SimpleNamespace\n"
        "from _job import job\n"
        "from snakemake.iocontainers import Namedlist\n"
        "made = Namedlist(['results/claims.json'])\n"
        "with job(SimpleNamespace(log=['rule.log'], rule='draw_map', output=made)):\n"
        "    with open(made[0], 'w') as file:\n"
        "        file.write('half'); file.flush()\n"
        f"        os.kill(os.getpid(), signal.{name})\n"
        "        signal.pause()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, timeout=60
    )
    assert done.returncode != 0
    assert not (tmp_path / "results/claims.json").exists()
    assert "Traceback" not in done.stderr + (tmp_path / "rule.log").read_text()


def test_what_a_killed_process_left_is_removed_and_nothing_else(output):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left, alive, elsewhere, other = (
        Path(JOB.PARTS, name)
        for name in (
            f"{JOB._mark(dead.pid)}.abc_1",
            f"{JOB._mark(os.getpid())}.abc",
            f"x{JOB._mark(dead.pid)}.abc",
            "notes",
        )
    )
    for folder in (left, alive, elsewhere, other):
        (folder / "deep").mkdir(parents=True)
    with JOB.whole(output):
        for path in output:
            Path(path).write_text("whole")
    assert not left.exists()
    assert alive.exists() and elsewhere.exists() and other.exists()


def test_the_process_ends_with_the_job(tmp_path):
    """Files are in place and the log is written, and nothing that would follow is waited for."""
    (tmp_path / "results").mkdir()
    code = (
        f"import atexit, gc, sys; sys.path.insert(0, {str(PATH.parent)!r})\n"
        "from types import SimpleNamespace\n"
        "from _job import job\n"
        "from snakemake.iocontainers import Namedlist\n"
        "assert not gc.isenabled()  # while modules are imported\n"
        "atexit.register(lambda: open('left', 'w').close())\n"
        "made = Namedlist(['results/claims.json'])\n"
        "with job(SimpleNamespace(log=['rule.log'], rule='draw_map', output=made)):\n"
        "    assert gc.isenabled()\n"
        "    print('said', end='')\n"
        "    open(made[0], 'w').write('whole')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "results/claims.json").read_text() == "whole"
    assert (tmp_path / "rule.log").read_text() == "said"
    assert not (tmp_path / "left").exists()
