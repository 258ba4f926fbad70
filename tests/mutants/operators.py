"""Small wrong changes of a module's code, one at a time.

Texts, annotations, docstrings, messages of errors and lists of names are left as they are: what
they say is not what tests of numbers can tell.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

COMPARED = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
COMPUTED = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
JOINED = {ast.And: ast.Or, ast.Or: ast.And}


@dataclass(frozen=True)
class Mutant:
    """One change: where it is and what it does.

    Attributes
    ----------
    module
        Dotted name.
    scope
        Function or class in which it is; empty at the top of the module.
    line, end
        Numbers of its first and last line.
    place
        Number of the change within the module, in the order of the code.
    before, after
        The changed expression or statement.
    """

    module: str
    scope: str
    line: int
    end: int
    place: int
    before: str
    after: str

    @property
    def name(self) -> str:
        """The name that a list of equivalent changes gives."""
        where = f"{self.module}:{self.scope}" if self.scope else self.module
        return f"{where}: {self.before} -> {self.after}"


def _changed(node: ast.AST) -> Iterator[ast.AST]:
    """Give what may stand in a node's place."""
    new = copy.deepcopy(node)
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARED:
        new.ops[0] = COMPARED[type(node.ops[0])]()
    elif isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in COMPUTED:
        new.op = COMPUTED[type(node.op)]()
    elif isinstance(node, ast.BoolOp):
        new.op = JOINED[type(node.op)]()
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub | ast.Invert):
        new = new.operand
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        new.value = not node.value
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        new.value = node.value + 1
    elif isinstance(node, ast.If | ast.While | ast.IfExp):
        new.test = ast.UnaryOp(ast.Not(), new.test)
    elif isinstance(node, ast.Return) and not _is_none(node.value):
        new.value = ast.Constant(None)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        new = ast.Pass()
    elif isinstance(node, ast.Break):
        new = ast.Continue()
    elif isinstance(node, ast.Continue):
        new = ast.Break()
    else:
        return
    yield new


def _is_none(value: ast.AST | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def _places(node: ast.AST) -> Iterator[tuple[ast.AST, str, int | None]]:
    """Give every place of a changeable node: its parent, the field, the number in a list."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        listed = isinstance(value, list)
        for number, child in enumerate(value if listed else [value]):
            if not isinstance(child, ast.AST) or _is_left(child):
                continue
            yield node, field, number if listed else None
            yield from _places(child)


def _is_left(node: ast.AST) -> bool:
    """Tell whether a part of the code stays: errors, imports, ``__all__`` and formatted text."""
    if isinstance(node, ast.Raise | ast.Import | ast.ImportFrom | ast.JoinedStr):
        return True
    if isinstance(node, ast.If):  # an import for annotations alone
        return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    targets = node.targets if isinstance(node, ast.Assign) else []
    return any(isinstance(each, ast.Name) and each.id == "__all__" for each in targets)


def _at(place: tuple[ast.AST, str, int | None]) -> ast.AST:
    parent, field, number = place
    value = getattr(parent, field)
    return value if number is None else value[number]


def _last_line(node: ast.AST) -> int:
    """The last line of an expression; of a compound statement that of its condition."""
    return node.test.end_lineno if isinstance(node, ast.If | ast.While) else node.end_lineno


def _shown(node: ast.AST) -> str:
    """An expression as it is; of a compound statement its head."""
    return ast.unparse(node).partition("\n")[0][:110]


def mutants(source: str, module: str) -> list[Mutant]:
    """List every change of a module.

    Examples
    --------
    >>> [each.after for each in mutants("def f(x):\\n    return x + 1", "m")]
    ['return None', 'x - 1', '2']
    """
    found = []
    tree = ast.parse(source)
    scopes = _scopes(tree)
    for place in _places(tree):
        node = _at(place)
        for new in _changed(node):
            at = (scopes[id(node)], node.lineno, _last_line(node))
            found.append(Mutant(module, *at, len(found), _shown(node), _shown(new)))
    return found


def _scopes(node: ast.AST, scope: str = "") -> dict[int, str]:
    """The innermost function or class of every node, by the node's id."""
    found = {id(node): scope}
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        scope = f"{scope}.{node.name}".lstrip(".")
    for child in ast.iter_child_nodes(node):
        found |= _scopes(child, scope)
    return found


def mutated(source: str, number: int) -> ast.Module:
    """Return the code of a module with one of its changes made, lines kept.

    Examples
    --------
    >>> ast.unparse(mutated("y = x + 1", 0))
    'y = x - 1'
    """
    tree, seen = ast.parse(source), 0
    for parent, field, index in _places(tree):
        node = _at((parent, field, index))
        for new in _changed(node):
            if seen == number:
                ast.copy_location(new, node)
                if index is None:
                    setattr(parent, field, new)
                else:
                    getattr(parent, field)[index] = new
                return ast.fix_missing_locations(tree)
            seen += 1
    raise IndexError(f"The code has {seen} changes; expected a number below, not {number}.")
