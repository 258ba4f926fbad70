"""Changes the code of four packages in a declared sample of places and runs the tests there.

``python tests/mutants/run.py`` prints a line for each package and every change that no test saw;
the exit code is 1 where a package's score is below the least. ``--package guantian.claims`` takes
one, ``--size 10`` fewer changes of each.
"""

from __future__ import annotations

import argparse
import importlib.abc
import importlib.util
import itertools
import json
import os
import random
import signal
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

for name in ("OMP", "OPENBLAS"):  # before numpy: threads do not outlive a fork
    os.environ[f"{name}_NUM_THREADS"] = "1"

import pytest  # noqa: E402
import yaml  # noqa: E402
from operators import Mutant, mutants, mutated  # noqa: E402

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
#: What tests import of others is imported once, before the forks.
BEFORE = ("hypothesis", "pandas", "scipy.optimize", "scipy.stats", "scipy.sparse.linalg", "yaml")
LONGEST = 60.0  # seconds of tests for one change
PATIENCE = 20.0  # seconds beside five times what the tests took with the code as it is


class Changed(importlib.abc.MetaPathFinder, importlib.abc.SourceLoader):
    """Import one module with a change."""

    def __init__(self, mutant: Mutant, path: Path) -> None:
        self.mutant, self.path = mutant, path

    def pytest_sessionstart(self):
        """Come before the finder of pytest, which takes ``*_test.py`` for its own."""
        sys.meta_path.insert(0, self)

    def find_spec(self, name, path=None, target=None):
        """Take charge of the one module."""
        if name != self.mutant.module:
            return None
        inner = [str(self.path.parent)] if self.path.name == "__init__.py" else None
        return importlib.util.spec_from_file_location(
            name, self.path, loader=self, submodule_search_locations=inner
        )

    def get_filename(self, fullname):
        """Return the path of the code as it is."""
        return str(self.path)

    def get_data(self, path):
        """Return the code as it is."""
        return Path(path).read_bytes()

    def get_code(self, fullname):
        """Return the changed code."""
        tree = mutated(self.path.read_text("utf-8"), self.mutant.place)
        return compile(tree, str(self.path), "exec")


class Trace:
    """Note which tests pass through which lines of the changed files, and how long they take."""

    def __init__(self, files: set[str]) -> None:
        self.files = files
        self.tests: dict[str, float] = {}
        self.lines: dict[str, set[str]] = defaultdict(set)  # "file:line" to tests, or files of them
        self.at = ""

    def line(self, frame, event, argument):
        """Note a line."""
        self.lines[f"{frame.f_code.co_filename}:{frame.f_lineno}"].add(self.at)
        return self.line

    def call(self, frame, event, argument):
        """Follow a call only into the files."""
        if frame.f_code.co_filename not in self.files:
            return None
        return self.line(frame, event, argument)

    def pytest_runtest_logreport(self, report):
        """Add the time; only what passes with the code as it is can tell a change."""
        if report.outcome == "failed":
            raise SystemExit(f"{report.nodeid} fails with the code as it is: {report.longrepr}")
        if report.when == "call" and report.outcome == "passed":
            self.tests[report.nodeid] = report.duration

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item):
        """What fixtures do may serve every test of the file."""
        self.at = item.nodeid.partition("::")[0]
        sys.settrace(self.call)  # a test, or what it calls, may have ended it
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item):
        """What a test does serves itself."""
        self.at = item.nodeid
        return (yield)


def forked(work: Callable[[], object], seconds: float) -> object:
    """Do work in a fork and return what it gave; None where it took too long or died."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (1, 2):
            os.dup2(nothing, stream)
        try:
            given = work()
            with os.fdopen(writing, "w") as pipe:
                json.dump(given, pipe)
        finally:
            os._exit(0)
    os.close(writing)
    timer = threading.Timer(seconds, lambda: os.killpg(child, signal.SIGKILL))
    timer.start()
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    timer.cancel()
    return json.loads(said) if said else None


def base(tests: Sequence[str], files: dict[str, Path]) -> dict:
    """Run the tests with the code as it is, in a fork, and note what they pass through."""

    def work() -> dict:
        trace = Trace({str(path) for path in files.values()})
        sys.settrace(trace.call)
        code = pytest.main([*_quiet(), *tests], plugins=[trace])
        sys.settrace(None)
        lines = {name: sorted(who) for name, who in trace.lines.items()}
        return {"code": int(code), "tests": trace.tests, "lines": lines}

    return forked(work, 3600.0)


def _quiet() -> list[str]:
    return ["-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", f"--rootdir={ROOT}"]


def chosen(passed: dict, path: Path, mutant: Mutant) -> list[str]:
    """Return the tests that pass through a change, the quickest first, up to a minute of them.

    What runs when a module is imported, as a table of constants, is judged by the tests that pass
    through the module at all.
    """
    lines = {
        int(at.rpartition(":")[2]): set(who)
        for at, who in passed["lines"].items()
        if at.rpartition(":")[0] == str(path)
    }
    who = set().union(*(lines.get(line, set()) for line in range(mutant.line, mutant.end + 1)))
    if "" in who:
        who = set().union(*lines.values()) - {""} or set(passed["tests"])
    tests = [name for name in passed["tests"] if {name, name.partition("::")[0]} & who]
    tests.sort(key=lambda name: passed["tests"][name])
    spent = itertools.accumulate(passed["tests"][name] for name in tests)
    return [name for name, until in zip(tests, spent, strict=True) if until <= LONGEST]


def judge(mutant: Mutant, path: Path, passed: dict) -> str:
    """Say what became of a change: seen, seen by time, not seen, or in a line without a test."""
    tests = chosen(passed, path, mutant)
    if not tests:
        return "no test"

    def work() -> int:
        changed = Changed(mutant, path)
        sys.meta_path.insert(0, changed)
        return int(pytest.main([*_quiet(), *tests], plugins=[changed]))

    limit = PATIENCE + 5 * sum(passed["tests"][name] for name in tests)
    given = forked(work, limit)
    return "seen by time" if given is None else "seen" if given else "not seen"


def sample(folder: Path, package: str, size: int, seed: int) -> tuple[list[Mutant], dict]:
    """Draw changes of a package; return them and the files of its modules."""
    files, every = {}, []
    for path in sorted(folder.glob("*.py")):
        module = package if path.stem == "__init__" else f"{package}.{path.stem}"
        files[module] = path
        every += mutants(path.read_text("utf-8"), module)
    drawn = random.Random(seed).sample(every, min(size, len(every)))
    return sorted(drawn, key=lambda each: (each.module, each.place)), files


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge the sample and print what was not seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", action="append")
    parser.add_argument("--size", type=int)
    asked = parser.parse_args(arguments)
    os.chdir(ROOT)
    declared = yaml.safe_load((HERE / "sample.yaml").read_text("utf-8"))
    equivalent = yaml.safe_load((HERE / "equivalents.yaml").read_text("utf-8"))
    known = {entry["change"] for entry in equivalent}
    for name in BEFORE:
        importlib.import_module(name)
    low = False
    for package, given in declared["packages"].items():
        if asked.package and package not in asked.package:
            continue
        started = time.monotonic()
        size = asked.size or given["size"]
        drawn, files = sample(ROOT / given["folder"], package, size, declared["seed"])
        passed = base(given["tests"], files)
        if passed is None or passed["code"]:
            print(f"{package}: its tests fail with the code as it is.")
            return 1
        said = {}
        for each in drawn:
            if each.name not in known:
                said[each] = judge(each, files[each.module], passed)
                if not said[each].startswith("seen"):
                    print(f"{said[each]}, line {each.line}: {each.name}", flush=True)
        seen = sum(word.startswith("seen") for word in said.values())
        score = seen / len(said) if said else 1.0
        low |= score < declared["least"]
        print(
            f"{package}: {seen} of {len(said)} changes seen ({score:.0%}), "
            f"{len(drawn) - len(said)} equivalent, {time.monotonic() - started:.0f} s",
            flush=True,
        )
    return int(low)


if __name__ == "__main__":
    sys.exit(main())
