"""Size and shape of the study, as `make metrics` prints them: what the design promises, counted."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STUDY = ROOT / "guantian"
#: Columns of results that say what a row is about, and what earlier forms of results had.
KEYS = {
    *("analysis", "variant", "sample", "outcome", "term", "unit", "partner", "group", "target"),
    *("neighbours", "variable", "measure", "effect", "method", "errors", "weights", "donors"),
    *("members", "placebo_set", "parameter", "note", "cov_type", "estimator", "spec"),
}
TAKEN_APART = {
    *("split", "rsplit", "partition", "rpartition", "extract", "removeprefix", "removesuffix"),
    *("startswith", "endswith", "replace", "contains", "match", "fullmatch", "findall"),
}
CHAPTERS = STUDY / "chapters"


def python_files(folder: Path) -> list[Path]:
    """List the modules of a folder in order."""
    return sorted(folder.rglob("*.py"))


def lines(paths: Iterator[Path] | list[Path]) -> int:
    """Count lines."""
    return sum(len(path.read_text("utf-8").splitlines()) for path in paths)


def presentation() -> list[Path]:
    """List the modules that show results: of chapters all but estimates, and the shared ones."""
    chapters = [
        path
        for path in python_files(CHAPTERS)
        if "estimate" not in path.relative_to(CHAPTERS).as_posix()
        and path.name not in ("__init__.py", "config.py")
    ]
    shared = [path for name in ("present", "site", "claims") for path in python_files(STUDY / name)]
    return chapters + shared


def taken_apart(path: Path) -> list[str]:
    """Name the places where a module takes a key, sample or note of results apart as text."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in TAKEN_APART and _is_key(node.func.value):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} .{node.func.attr}()")
        elif (
            isinstance(node, ast.Subscript)
            and isinstance(node.slice, ast.Slice)
            and _is_key(node.value)
        ):
            found.append(f"{path.relative_to(ROOT)}:{node.lineno} a slice")
    return found


def _is_key(node: ast.expr) -> bool:
    """Tell whether an expression is a key column, a row's key, or a variable named as one."""
    if isinstance(node, ast.Name):
        return node.id in KEYS
    if isinstance(node, ast.Attribute):
        return node.attr in KEYS or (node.attr == "str" and _is_key(node.value))
    if isinstance(node, ast.Subscript):
        index = node.slice
        parts = index.elts if isinstance(index, ast.Tuple) else [index]
        return any(isinstance(part, ast.Constant) and part.value in KEYS for part in parts)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _is_key(node.func.value)
    return False


def main() -> int:
    """Print the table; the exit status is that of the promises that have one number."""
    study = python_files(STUDY)
    shown = [path for path in presentation() if path.name.startswith(("tables", "numbers", "rows"))]
    surgery = [place for path in presentation() for place in taken_apart(path)]
    long = [
        f"{path.relative_to(ROOT)} ({lines([path])})"
        for folder in (STUDY, ROOT / "packages", ROOT / "audit", ROOT / "workflow")
        for path in python_files(folder)
        if "tests" not in path.parts and lines([path]) > 500
    ]
    rows = [
        ("lines of the study (guantian/)", lines(study), 25_000),
        ("lines of tables and numbers", lines(shown), 3_500),
        ("lines of the library", lines(python_files(ROOT / "packages/regiometrics/src")), None),
        ("lines of the audit", lines(python_files(ROOT / "audit")), None),
        ("keys of results taken apart as text", len(surgery), 0),
        ("modules over 500 lines", len(long), 0),
    ]
    for name, value, most in rows:
        print(f"{name:40} {value:>8,}" + ("" if most is None else f"   at most {most:,}"))
    for place in [*surgery, *long]:
        print("  ", place)
    return int(any(most is not None and value > most for _, value, most in rows))


if __name__ == "__main__":
    sys.exit(main())
