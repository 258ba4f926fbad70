"""The changes that CONTRIBUTING.md walks through, declared in ``tests/walks`` and counted.

A walk is a YAML file: ``title``, ``most`` (files and folders), ``changes`` by file, and ``tests``,
the tests that the changed copy must pass. A change adds lines after or before a text that the file
holds once, replaces such a text, or is a new file. `Walk` counts what is touched; `apply` makes the
change in a copy of the project.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import yaml

FOLDER = "tests/walks"
#: What is one package or one chapter counts as one folder, whatever folders it has inside.
WHOLE = ("packages/*", "guantian/chapters/*")


@dataclass(frozen=True)
class Walk:
    """A declared change.

    Attributes
    ----------
    title : str
    most : tuple of int
        Files and folders that it may touch.
    changes : dict
        File to new text, or to the steps by which a file is changed.
    generated : tuple of str
        Files that a command writes after the change; no one edits them.
    tests : tuple of str
        Tests of the copy, from the top of the project.
    """

    title: str
    most: tuple[int, int]
    changes: dict[str, str | list[dict[str, str]]]
    tests: tuple[str, ...]
    generated: tuple[str, ...] = ()

    @property
    def files(self) -> list[str]:
        """Files that are touched by hand."""
        return sorted(self.changes)

    @property
    def folders(self) -> list[str]:
        """Their folders."""
        return sorted({folder_of(name) for name in self.changes})


def folder_of(name: str) -> str:
    """Name the folder that a file counts to.

    Examples
    --------
    >>> folder_of("guantian/chapters/growth/estimate/run.py"), folder_of("config/study.yaml")
    ('guantian/chapters/growth', 'config')
    """
    path = PurePosixPath(name)
    for pattern in WHOLE:
        for parent in path.parents:
            if parent.match(pattern) and len(parent.parts) == pattern.count("/") + 1:
                return parent.as_posix()
    return path.parent.as_posix()


def read_walks(root: Path) -> dict[str, Walk]:
    """Read every declared walk, by the name of its file."""
    found = {}
    for path in sorted((root / FOLDER).glob("*.yaml")):
        given = yaml.safe_load(path.read_text("utf-8"))
        lists = {name: tuple(given.pop(name, ())) for name in ("most", "tests", "generated")}
        found[path.stem] = Walk(**given, **lists)
    return found


def apply(walk: Walk, root: Path) -> None:
    """Make a walk's change in a copy of the project.

    Raises
    ------
    ValueError
        Where a text beside which lines are added is not in the file, or more than once, or a new
        file is there already.
    """
    for name, change in walk.changes.items():
        path = root / name
        if isinstance(change, str):
            if path.exists():
                raise ValueError(f"{name} is there already; expected that “{walk.title}” adds it.")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(change, "utf-8")
            continue
        text = path.read_text("utf-8")
        for step in change:
            place, new = _step(step)
            if (times := text.count(place)) != 1:
                raise ValueError(
                    f"{name} has {place!r} {times} times; expected it once, where “{walk.title}” "
                    "changes it."
                )
            text = text.replace(place, new)
        path.write_text(text, "utf-8")


def _step(step: dict[str, str]) -> tuple[str, str]:
    """Return the text that a step looks for and what stands there afterwards."""
    if "replace" in step:
        return step["replace"], step["by"]
    if "after" in step:
        return step["after"], step["after"] + step["add"]
    return step["before"], step["add"] + step["before"]
