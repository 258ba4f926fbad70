"""Size and shape of the study, as `make metrics` prints them: what the design promises, counted."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from benchmarks.text_numbers import compared
from benchmarks.walks import read_walks
from guantian.results import TABLES, TEXT

ROOT = Path(__file__).resolve().parents[1]
STUDY = ROOT / "guantian"
#: Columns of results that are text, and the one that held several keys in version 1.
KEYS = {name for table in TABLES.values() for name, (kind, _) in table.items() if kind == TEXT}
KEYS |= {"spec"}
TAKEN_APART = {
    *("split", "rsplit", "partition", "rpartition", "extract", "removeprefix", "removesuffix"),
    *("startswith", "endswith", "replace", "contains", "match", "fullmatch", "findall"),
}
#: What is taken apart though it is no key of results: module to expressions.
EXCEPTIONS = {
    # The unit of measurement of a variable, a text of the codebook.
    "guantian/site/cities.py": ("unit.partition(';')",),
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


def taken_apart(source: str) -> list[tuple[int, str]]:
    r"""List where a module takes a key, sample or note of results apart as text.

    That is a call of a string method or of a function of `re`, a slice, or a word looked for, on
    a column that is text (``row.note.split(";")``, ``frame["sample"].str[:6]``), on a variable of
    its name, or on a variable that the function has from one.

    Returns
    -------
    list
        Line and expression, in order.

    Examples
    --------
    >>> taken_apart("row.note.split(';')\nsize = row.estimate")
    [(1, "row.note.split(';')")]
    >>> taken_apart("def f(row):\n    name = row.term\n    return name[:6]")
    [(3, 'name[:6]')]
    """
    tree = ast.parse(source)
    found = set()
    for scope in (tree, *_functions(tree)):
        keys = KEYS | (_aliases(scope) if scope is not tree else set())
        for node in ast.walk(scope):
            if isinstance(node, ast.expr) and _takes(node, keys):
                found.add((node.lineno, ast.unparse(node)))
    return sorted(found)


def keys_taken_apart() -> list[str]:
    """List the places of the study that take keys of results apart, but for the exceptions."""
    return [
        f"{name}:{line} {expression}"
        for path in presentation()
        for name in [path.relative_to(ROOT).as_posix()]
        for line, expression in taken_apart(path.read_text("utf-8"))
        if expression not in EXCEPTIONS.get(name, ())
    ]


def _functions(tree: ast.AST) -> list[ast.AST]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.Lambda)]


def _aliases(scope: ast.AST) -> set[str]:
    """Name the variables of a function that are, or run over, a key column."""
    pairs = []
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign):
            pairs += [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.NamedExpr):
            pairs.append((node.target, node.value))
        elif isinstance(node, ast.For | ast.comprehension):
            pairs.append((node.target, node.iter))
    return {target.id for target, value in pairs if isinstance(target, ast.Name) and _column(value)}


def _column(node: ast.expr) -> bool:
    """Tell whether an expression is a key as a row or a table has it."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in ("unique", "tolist", "dropna", "astype") and _column(
            node.func.value
        )
    return isinstance(node, ast.Attribute | ast.Subscript) and _is_key(node, KEYS)


def _takes(node: ast.expr, keys: set[str]) -> bool:
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Slice) and _is_key(node.value, keys)
    if isinstance(node, ast.Compare):  # a word looked for in a note
        word = isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)
        within = isinstance(node.ops[0], ast.In | ast.NotIn) and _column(node.comparators[0])
        return word and within
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    of = node.func.value
    if isinstance(of, ast.Name) and of.id == "re":
        return any(_is_key(argument, keys) for argument in node.args[1:])
    return node.func.attr in TAKEN_APART and _is_key(of, keys)


def _is_key(node: ast.expr, keys: set[str]) -> bool:
    """Tell whether an expression is a key column, a row's key, or a variable that is one."""
    if isinstance(node, ast.Name):
        return node.id in keys
    if isinstance(node, ast.Attribute):
        return node.attr in KEYS or (node.attr == "str" and _is_key(node.value, keys))
    if isinstance(node, ast.Subscript):
        index = node.slice
        parts = index.elts if isinstance(index, ast.Tuple) else [index]
        return any(isinstance(part, ast.Constant) and part.value in KEYS for part in parts)
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name):
            return node.func.id == "str" and any(_is_key(each, keys) for each in node.args)
        return isinstance(node.func, ast.Attribute) and _is_key(node.func.value, keys)
    return False


def import_cycles() -> list[str]:
    """List the modules of both packages that import one another, directly or through others."""
    import grimp

    graph = grimp.build_graph(
        "guantian", "regiometrics", exclude_type_checking_imports=True, cache_dir=None
    )
    return sorted(
        " -> ".join((module, *chain))
        for module in graph.modules
        for imported in graph.find_modules_directly_imported_by(module)
        # A package imports what it offers; what it offers may import the package.
        if module not in ("guantian", "regiometrics")
        and (chain := graph.find_shortest_chain(imported, module))
    )


def main() -> int:
    """Print the table; the exit status is that of the promises that have one number."""
    study = python_files(STUDY)
    shown = [path for path in presentation() if path.name.startswith(("tables", "numbers", "rows"))]
    surgery = keys_taken_apart()
    long = [
        f"{path.relative_to(ROOT)} ({lines([path])})"
        for folder in (STUDY, ROOT / "packages", ROOT / "audit", ROOT / "workflow")
        for path in python_files(folder)
        if "tests" not in path.parts and lines([path]) > 500
    ]
    cycles = import_cycles()
    missing, unused, printed = compared(ROOT)
    rows = [
        ("lines of the study (guantian/)", lines(study), 25_000),
        ("lines of tables and numbers", lines(shown), 3_500),
        ("lines of the library", lines(python_files(ROOT / "packages/regiometrics/src")), None),
        ("lines of the audit", lines(python_files(ROOT / "audit")), None),
        ("keys of results taken apart as text", len(surgery), 0),
        ("modules over 500 lines", len(long), 0),
        ("cycles of imports", len(cycles), 0),
        ("numbers printed for the text", printed, None),
        ("of them named by no text", len(unused), 0),
        ("numbers that a text names and nothing prints", len(missing), 0),
    ]
    for name, walk in read_walks(ROOT).items():
        number, _, _ = name.partition("_")
        files, folders = walk.most
        rows.append((f"walk {number}, {walk.title}: files", len(walk.files), files))
        rows.append((f"walk {number}: folders", len(walk.folders), folders))
        rows.append((f"walk {number}: files that a command writes", len(walk.generated), None))
    for name, value, most in rows:
        print(f"{name:52} {value:>8,}" + ("" if most is None else f"   at most {most:,}"))
    for place in [*surgery, *long, *cycles]:
        print("  ", place)
    for said, places in (("named by no text", unused), ("not printed", missing)):
        for file, found in groupby(places, key=lambda place: place[0]):
            keys = [key for _, key in found]
            more = f" and {len(keys) - 3} more" if len(keys) > 3 else ""
            print(f"   {said}: {file or 'numbers'}: {', '.join(keys[:3])}{more}")
    return int(any(most is not None and value > most for _, value, most in rows))


if __name__ == "__main__":
    sys.exit(main())
