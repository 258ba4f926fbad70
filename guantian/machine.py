"""What a run needs of the machine, and dates of files that would make it fail."""

from __future__ import annotations

import datetime
import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

#: Where the files lie from which results are made.
SOURCES = (
    "CITATION.cff",
    "Snakefile",
    "assets",
    "audit",
    "benchmarks/results_spatial.json",
    "config",
    "data/citations.bib",
    "data/raw",
    "data/rights.csv",
    "data/sources.csv",
    "guantian",
    "packages",
    "paper",
    "tests/reference",
    "workflow",
)
#: What rules call beside Python.
TOOLS = ("bash",)
TOLERANCE = 5.0  # seconds by which the clocks of two machines on one file system may differ


class MachineError(ValueError):
    """Something about the machine that stops a run, as one sentence."""


def check_machine(root: str | Path, executable: str | None = None) -> None:
    """Stop where a run would fail for reasons that its own message would not tell.

    Parameters
    ----------
    root
        The top of the project.
    executable
        The Python that runs scripts; by default this one.

    Raises
    ------
    MachineError
        If the interpreter's path has a blank, a tool is missing, or a source file is dated in
        the future.
    """
    check_interpreter(executable or sys.executable)
    check_tools(TOOLS)
    check_dates(root, SOURCES)


def check_interpreter(executable: str) -> None:
    """Stop where the path of Python has a blank: Snakemake does not quote it for scripts."""
    if any(character.isspace() for character in executable):
        raise MachineError(
            f"Python is {executable!r}, whose path has a blank, and Snakemake cannot start scripts "
            "with it: run `make`, which sets up an environment elsewhere, or move the project to a "
            "folder without blanks."
        )


def check_tools(tools: Iterable[str]) -> None:
    """Stop where a command is not on the path."""
    for tool in tools:
        if shutil.which(tool) is None:
            raise MachineError(
                f"The command {tool} is not on the path (PATH is {os.environ.get('PATH', '')!r}); "
                "expected the folders of the system's commands in it, as /usr/bin:/bin."
            )


def check_dates(root: str | Path, folders: Iterable[str], now: float | None = None) -> None:
    """Stop where a source file is dated in the future.

    Snakemake takes what is made from such a file as older than it, and deletes it again.
    """
    limit = (time.time() if now is None else now) + TOLERANCE
    for folder in folders:
        for entry in _files(Path(root) / folder):
            dated = os.stat(entry).st_mtime
            if dated > limit:
                name = os.path.relpath(entry, root)
                day = datetime.datetime.fromtimestamp(dated).isoformat(" ", "minutes")
                raise MachineError(
                    f"{name} is dated {day}, in the future, so that whatever is made from it "
                    f"would count as out of date: set the clock, or run `touch {name}`."
                )


def _files(place: Path) -> Iterator[str]:
    if place.is_file():
        yield str(place)
        return
    waiting = [str(place)]
    while waiting:
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError:
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name != "__pycache__":
                    waiting.append(entry.path)
            elif entry.is_file():
                yield entry.path
