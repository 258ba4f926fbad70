"""Which modules of the library a script uses, read from its lines of import: its rule's inputs."""

import re
from functools import cache
from pathlib import Path

# Lines are scanned, not parsed, since every start of the workflow waits for this: a hundredth of
# the time. A test holds the scan against the parsed code.
IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+((?:guantian|regiometrics|audit|\.)[\w.]*)[ \t]+import[ \t]+"
    r"(\([^)]*\)|[^\n]+)|import[ \t]+((?:guantian|regiometrics|audit)[^\n]*))",
    re.MULTILINE,
)
#: Where packages are, from the top of the project; the others are at the top itself.
SOURCES = {"regiometrics": "packages/regiometrics/src"}
COMMENT = re.compile(r"#[^\n]*")


def modules_used(script: Path, root: Path) -> list[Path]:
    """List the files of the library that a script uses, and those that they use in turn.

    A name that a package passes on from one of its modules leads to that module and not to its
    neighbours, though Python runs those too: they have no part in what the script makes. An
    import inside a function counts.
    """
    used, followed, waiting = set(), set(), [script]
    while waiting:
        path = waiting.pop()
        if path not in followed:
            followed.add(path)
            sources, passed_through = used_by(path, root)
            used |= passed_through
            used |= sources
            waiting.extend(sources)
    return sorted(used | data_of(used, root))


@cache
def used_by(path: Path, root: Path) -> tuple[frozenset[Path], frozenset[Path]]:
    """List the files that give a file what it imports, and the packages that pass it on."""
    sources, passed_through = set(), set()
    for module, name, _ in imports_of(path, root):
        packages, source = source_of(module, name, root)
        sources.add(source)
        passed_through.update(packages)
    return frozenset(sources), frozenset(passed_through)


def data_of(modules: set[Path], root: Path) -> set[Path]:
    """List what modules read beside themselves: labels.yaml, and the captions of their chapters."""
    found = {path.with_suffix(".yaml") for path in modules}
    if root / "guantian/present/captions.py" in modules:
        folders = {folder for path in modules for folder in path.relative_to(root).parents}
        found |= {root / folder / "captions.yaml" for folder in folders}
    return {path for path in found if path.exists()}


@cache
def imports_of(path: Path, root: Path) -> list[tuple[str, str | None, str]]:
    """List what a file imports from the library: module, name within it, name given to it."""
    found = []
    for module, names, whole in IMPORT.findall(path.read_text(encoding="utf-8")):
        for entry in COMMENT.sub("", names or whole).strip("() \t\n").split(","):
            name, _, given = (part.strip() for part in entry.partition(" as "))
            if not name:
                continue
            if whole:
                found.append((name, None, given or name))
            else:
                found.append((absolute(module, path, root), name, given or name))
    return found


def absolute(module: str, path: Path, root: Path) -> str:
    """Name a module from the top, where the file calls it by its place beside itself."""
    inner = module.lstrip(".")
    up = len(module) - len(inner)
    if not up:
        return module
    folder = path.parents[up - 1].relative_to(root)
    for source in SOURCES.values():
        if folder.is_relative_to(source):
            folder = folder.relative_to(source)
    return ".".join([*folder.parts, *filter(None, [inner])])


@cache
def source_of(module: str, name: str | None, root: Path) -> tuple[list[Path], Path]:
    """Find the file that gives a name, and the packages that pass it on."""
    package, *inner = module.split(".")
    place = root.joinpath(SOURCES.get(package, ""), package, *inner)
    file = place.with_suffix(".py")
    if file.exists():
        return [], file
    package = place / "__init__.py"
    for inner, original, given in imports_of(package, root) if name else ():
        if given == name and inner != module:
            passed_through, source = source_of(inner, original, root)
            return [package, *passed_through], source
    if name and ((place / f"{name}.py").exists() or (place / name).is_dir()):
        return source_of(f"{module}.{name}", None, root)
    return [], package
