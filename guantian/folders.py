"""Folders that the study makes: marked when they are made, removed only where they are marked.

``python -m guantian.folders --remove results logs`` removes what the study made and nothing else.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

#: The file by which a folder is known to have been made by the study.
MARK = ".made-by-guantian"
TEXT = """\
The study Guantian made this folder, for the zone {zone}.
`make clean-results` removes it. Delete this file to keep the folder.
"""


class FolderError(ValueError):
    """A folder that must not be written to or removed, as one sentence."""


def zone_of(folder: str | Path) -> str | None:
    """Return the zone for which a folder was made; None where it bears no mark, or names none."""
    try:
        first = (Path(folder) / MARK).read_text("utf-8").partition("\n")[0]
    except (OSError, UnicodeDecodeError):
        return None
    name = first.rpartition(" ")[2].removesuffix(".")
    return name or None


def is_marked(folder: str | Path) -> bool:
    """Tell whether the study made a folder."""
    return (Path(folder) / MARK).is_file()


def check(folders: Iterable[str | Path], root: str | Path, zone: str) -> None:
    """Stop where a folder to write to holds what the study did not make for this zone.

    Parameters
    ----------
    folders
        Folders, from the top of the project.
    root
        The top of the project.
    zone
        The zone under study.

    Raises
    ------
    FolderError
        If a folder is no folder, holds files but no mark, or was made for another zone.
    """
    for name in folders:
        folder = Path(root) / name
        if not folder.exists():
            continue
        if not folder.is_dir():
            raise FolderError(f"{name} is a file; expected a folder, or nothing, there.")
        if not is_marked(folder):
            # Other zones' folders in it are marked themselves.
            if not all(is_marked(entry) for entry in folder.iterdir()):
                raise FolderError(
                    f"{name} holds files that the study did not make (it has no {MARK}): name "
                    "another folder at `pathvars` in the configuration, or, where an earlier "
                    f"version of the study made it, say so with `touch {name}/{MARK}`."
                )
        elif zone_of(folder) not in (None, zone):
            raise FolderError(
                f"{name} holds the study of {zone_of(folder)}; expected a folder of its own for "
                f"{zone}: name one at `pathvars` in the configuration, or remove that study first "
                "(`make clean-results`)."
            )


def mark(folders: Iterable[str | Path], root: str | Path, zone: str) -> None:
    """Make folders and mark them as made by the study for a zone; check them first.

    Raises
    ------
    FolderError
        As `check`.
    """
    folders = list(folders)
    check(folders, root, zone)
    for name in folders:
        folder = Path(root) / name
        folder.mkdir(parents=True, exist_ok=True)
        if zone_of(folder) is None:
            (folder / MARK).write_text(TEXT.format(zone=zone), "utf-8")


def remove(folders: Iterable[str | Path], root: str | Path) -> list[str]:
    """Remove folders that the study made, but for folders in them that bear a mark of their own.

    Nothing is removed unless everything that is asked for may be.

    Parameters
    ----------
    folders
        Folders, from the top of the project.
    root
        The top of the project.

    Returns
    -------
    list of str
        What was removed.

    Raises
    ------
    FolderError
        If a folder is not under the project, is a link, bears no mark, or holds files that
        belong to the project (that git tracks).
    """
    root = Path(root).resolve()
    chosen = [
        name
        for name in map(str, folders)
        if os.path.lexists(root / name) and not _only_holds_others(root / name)
    ]
    for name in chosen:
        _stop_unless_made(name, root)
    for name in chosen:
        if (root / name).is_dir():  # not already gone with another one
            _remove_own(root / name)
    return chosen


def _only_holds_others(folder: Path) -> bool:
    """Tell whether an unmarked folder has nothing but folders that bear marks of their own."""
    if folder.is_symlink() or not folder.is_dir() or is_marked(folder):
        return False
    entries = list(folder.iterdir())
    return bool(entries) and all(is_marked(entry) for entry in entries)


def _stop_unless_made(name: str, root: Path) -> None:
    folder = root / name
    if folder.is_symlink() or folder.resolve() != Path(os.path.normpath(folder)):
        raise FolderError(f"{name} is a link, or in one; remove by hand what it leads to.")
    if root not in folder.resolve().parents:
        raise FolderError(
            f"{name} is not in the project's folder; expected one that the study made."
        )
    if not is_marked(folder):
        raise FolderError(
            f"{name} was not made by the study (it has no {MARK}); nothing was removed."
        )
    tracked = _tracked(name, root)
    if tracked:
        raise FolderError(
            f"{name} holds files of the project, as {tracked}; nothing was removed: name another "
            "folder at `pathvars` in the configuration."
        )


def _tracked(name: str, root: Path) -> str:
    """Return a file of a folder that git tracks; empty where there is none, or no git."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--", name], cwd=root, capture_output=True, check=False
        )
    except OSError:
        return ""
    return listed.stdout.split(b"\0")[0].decode("utf-8", "replace")


def _remove_own(folder: Path) -> None:
    """Remove a folder's content, then the folder; what bears a mark of its own stays."""
    kept = False
    for entry in sorted(folder.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            if is_marked(entry):
                kept = True
            elif any(entry.rglob(MARK)):
                _remove_own(entry)
                kept = kept or entry.exists()
            else:
                shutil.rmtree(entry)
        elif entry.name != MARK:
            entry.unlink()
    (folder / MARK).unlink(missing_ok=True)
    if not kept:
        folder.rmdir()


def main(arguments: Sequence[str] | None = None) -> int:
    """Remove folders that the study made: the command line."""
    parser = argparse.ArgumentParser(prog="python -m guantian.folders", description=__doc__)
    parser.add_argument("--remove", nargs="+", metavar="FOLDER", required=True)
    asked = parser.parse_args(arguments)
    try:
        removed = remove(asked.remove, Path.cwd())
    except FolderError as error:
        print(error, file=sys.stderr)
        return 1
    print("Removed " + ", ".join(removed) if removed else "There was nothing to remove.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
