"""Files of a source's repository, at one commit."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from guantian.errors import DataError

Reader = Callable[[str], bytes]


class SourceMissingError(DataError):
    """A checkout, commit or file that is not there."""


def find(folder: Path, repository: str) -> Path:
    """Find the checkout of a repository: ``folder/name`` or ``folder/owner/name``.

    Raises
    ------
    SourceMissingError
        Where neither is a folder.
    """
    owner, name = repository.split("/")
    for path in (folder / name, folder / owner / name):
        if path.is_dir():
            return path
    raise SourceMissingError(
        f"{folder} has no checkout of {repository}: {name} or {owner}/{name} expected."
    )


def reader(folder: Path, repository: str, commit: str) -> Reader:
    """Return a function that reads a file of a repository at a commit.

    The work tree is not looked at, so a checkout of another branch, a changed file or a bare clone
    all give the same bytes. Git is told that the folder may belong to another user.
    """
    path = find(folder, repository)

    def read(file: str) -> bytes:
        order = ["git", "-c", "safe.directory=*", "-C", str(path), "show", f"{commit}:{file}"]
        done = subprocess.run(order, capture_output=True, check=False)
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise SourceMissingError(f"{path} does not have {file} at {commit[:10]}: {said[-1:]}.")
        return done.stdout

    return read
