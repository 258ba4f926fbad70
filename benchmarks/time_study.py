"""Time the study, a run with nothing to do and the tests, weigh what is made, and compare.

Run by `make bench`; the figures stand beside those of the last committed record and, in the same
run, of version 1 (the tag ``v1``). The study is made in folders of its own: results are not
touched. Seconds of the processor are those of all processes, as the system counts them.
``--without tests v1`` leaves parts out; ``--ci`` times all of continuous integration as well.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RECORD = "benchmarks/results_study.json"
FOLDERS = {
    "processed": "data/processed/bench",
    "results": "results/bench",
    "logs": "logs/bench",
    "benchmarks": "benchmarks/rules/bench",
}
#: What a figure is not to exceed.
TARGETS = {
    "study, wall s": 150,
    "study, CPU s": 300,
    "nothing to do over one rule": 1.3,
    "paper, MB": 3,
    "report, MB": 15,
    "figures, MB": 15,
    "environment, GB": 1.3,
    "tests, wall s": 300,
    "continuous integration, wall s": 1200,
}
ONE_RULE = """
rule all:
    input: "made"

rule make_it:
    output: "made"
    shell: "touch {output}"
"""


def timed(command: Sequence[str | Path], folder: Path) -> tuple[float, float]:
    """Run a command; return seconds by the wall clock and of the processor."""

    def used() -> float:
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return children.ru_utime + children.ru_stime

    start, before = time.perf_counter(), used()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        said = f"{done.stdout[-3000:]}{done.stderr[-3000:]}"
        sys.exit(f"{' '.join(map(str, command))} failed:\n{said}")
    return time.perf_counter() - start, used() - before


def snakemake(folder: Path, *arguments: str | Path, python: Path = Path(sys.executable)) -> list:
    """Return the command that runs a workflow in a folder."""
    return [python, "-m", "snakemake", "--cores", str(os.cpu_count() or 1), *arguments]


def megabytes(*paths: Path) -> float:
    """Size of files, and of all in folders; what is linked counts once."""
    files = [f for path in paths for f in ([path] if path.is_file() else path.rglob("*"))]
    sizes = {f.stat().st_ino: f.stat().st_size for f in files if f.is_file() and not f.is_symlink()}
    return sum(sizes.values()) / 1e6


def weigh_environment() -> float:
    """Size of what running the study needs, in MB: the packages of its lock, without the tools."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    names = {line.partition("==")[0] for line in lock.splitlines() if "==" in line}
    files: set[Path] = set()
    for package in distributions():
        if package.metadata["Name"].lower().replace("_", "-").replace(".", "-") in names | {"pip"}:
            for path in map(Path, map(package.locate_file, package.files or [])):
                compiled = (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc")
                files |= {path, *(compiled if path.suffix == ".py" else ())}
    return megabytes(*(path for path in files if path.is_file()))


def time_study() -> dict[str, float]:
    """Make the study from nothing, then run it with nothing to do; weigh what it made."""
    settings = ROOT / "results" / "bench.json"
    settings.parent.mkdir(exist_ok=True)
    settings.write_text(json.dumps({"pathvars": FOLDERS}))
    for folder in FOLDERS.values():
        shutil.rmtree(ROOT / folder, ignore_errors=True)
    command = snakemake(ROOT, "--configfile", settings)
    wall, cpu = timed(command, ROOT)
    again = min(timed(command, ROOT)[1] for _ in range(3))
    results = ROOT / FOLDERS["results"]
    found = {
        "study, wall s": wall,
        "study, CPU s": cpu,
        "nothing to do, CPU s": again,
        "nothing to do over one rule": again / time_one_rule(),
        "paper, MB": megabytes(results / "paper/guantian.pdf"),
        "report, MB": megabytes(results / "report.html"),
        "figures, MB": megabytes(results / "figures"),
    }
    for folder in FOLDERS.values():
        shutil.rmtree(ROOT / folder, ignore_errors=True)
    settings.unlink()
    return found


def time_one_rule() -> float:
    """Return what a workflow of one rule costs with nothing to do, in this environment."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "Snakefile").write_text(ONE_RULE)
        timed(snakemake(folder), folder)
        return min(timed(snakemake(folder), folder)[1] for _ in range(3))


def time_first_version() -> dict[str, float] | None:
    """Make the study of version 1 in its own environment; None where its tag is missing."""
    known = subprocess.run(["git", "rev-parse", "--quiet", "--verify", "v1^{commit}"], cwd=ROOT,
                           capture_output=True, check=False)  # fmt: skip
    if known.returncode:
        print("The repository has no tag v1, so that version 1 was not timed.")
        return None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "v1"
        timed(["git", "worktree", "add", "--detach", folder, "v1"], ROOT)
        try:
            timed(["make", "setup", f"PYTHON={sys.executable}"], folder)
            wall, cpu = timed(snakemake(folder, python=folder / ".venv/bin/python"), folder)
        finally:
            timed(["git", "worktree", "remove", "--force", folder], ROOT)
    return {"study, wall s": wall, "study, CPU s": cpu}


def last_record() -> dict[str, float]:
    """Return the figures of the last committed record; none where there is no record."""
    done = subprocess.run(["git", "show", f"HEAD:{RECORD}"], cwd=ROOT, capture_output=True,
                          text=True, check=False)  # fmt: skip
    return json.loads(done.stdout)["figures"] if done.returncode == 0 else {}


def show(found: dict[str, float], first: dict[str, float] | None) -> None:
    """Print each figure beside its target, the last record and version 1."""
    before, first = last_record(), first or {}
    if not before:
        print("No record was committed: nothing stands beside the figures of this run.")

    def cell(value: float | None, digits: int = 1) -> str:
        return "" if value is None else f"{value:.{digits}f}"

    print(f"{'':32}{'now':>9}{'target':>9}{'record':>9}{'v1':>9}{'now/v1':>9}")
    for name, value in found.items():
        old = first.get(name)
        row = [value, TARGETS.get(name), before.get(name), old]
        ratio = cell(None if old is None else value / old, 2)
        print(f"{name:32}" + "".join(f"{cell(each):>9}" for each in row) + f"{ratio:>9}")


def main() -> None:
    """Print the table and write the record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--without", nargs="*", default=[], choices=("study", "tests", "v1"))
    parser.add_argument("--ci", action="store_true", help="time continuous integration as well")
    given = parser.parse_args()
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{machine}; one run each, the least of three with nothing to do")
    found = {} if "study" in given.without else time_study()
    found["environment, GB"] = weigh_environment() / 1000
    if "tests" not in given.without:
        found["tests, wall s"], found["tests, CPU s"] = timed(["make", "test"], ROOT)
    if given.ci:
        found["continuous integration, wall s"], _ = timed([".ci/run"], ROOT)
    show(found, None if {"v1", "study"} & set(given.without) else time_first_version())
    figures = last_record() | {name: round(value, 2) for name, value in found.items()}
    record = {"machine": machine, "figures": figures}
    (ROOT / RECORD).write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
