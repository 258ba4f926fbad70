"""Restrictions on parameters written as formulas, linear or not."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from regiometrics import _laws as laws
from regiometrics._arguments import numbers
from regiometrics.spatial.errors import SpecificationError
from regiometrics.spatial.familiar import TestStatistic

_OPERATIONS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
# Complex steps give derivatives of polynomials exact to rounding.
_STEP = 1e-30


def wald_by_formula(
    params: pd.Series, cov: pd.DataFrame, formula: object, groups: int | None = None
) -> pd.Series:
    """Wald test of restrictions that are written out.

    Parameters
    ----------
    params : pandas.Series
        The estimates by name.
    cov : pandas.DataFrame
        The covariance of the estimates.
    formula : str
        Equations divided by commas, such as "x1 = x2, W.x1 + rho * x1 = 0"; without "=" the
        expression is tested against zero. Names that Python cannot read go in backticks.
    groups : int, optional
        Clusters or periods of which the covariance is a sum.

    Returns
    -------
    pandas.Series
        statistic, df, p_value (chi-squared).

    Raises
    ------
    SpecificationError
        If the formula cannot be read, names no parameter, or restrictions repeat each other.

    Notes
    -----
    Non-linear restrictions by the delta method; their statistic depends on how they are written
    (Gregory and Veall 1985).

    Examples
    --------
    >>> params = pd.Series({"a": 1.0, "b": 3.0})
    >>> cov = pd.DataFrame(np.eye(2), params.index, params.index)
    >>> float(wald_by_formula(params, cov, "a = b")["statistic"])
    2.0
    """
    if not isinstance(formula, str) or not formula.strip():
        raise SpecificationError(
            f"The formula is {formula!r}; expected restrictions such as 'x1 = x2, W.x1 = 0'."
        )
    functions = [_read(part, list(params.index)) for part in formula.split(",") if part.strip()]
    point = params.to_numpy(dtype=complex)
    values = np.array([f(point).real for f in functions])
    jacobian = np.empty((len(functions), len(point)))
    for j in range(len(point)):
        moved = point.copy()
        moved[j] += 1j * _STEP
        jacobian[:, j] = [f(moved).imag / _STEP for f in functions]
    return wald(values, jacobian, cov.to_numpy(), formula, groups)


def wald_by_matrix(
    params: pd.Series,
    cov: pd.DataFrame,
    restriction: object,
    value: object | None = None,
    groups: int | None = None,
) -> pd.Series:
    """Wald test of R b = r.

    Parameters
    ----------
    params : pandas.Series, length k
        The estimates by name.
    cov : pandas.DataFrame
        The covariance of the estimates.
    restriction : array_like or pandas.DataFrame, shape (q, k)
        R; the columns of a DataFrame are read by the names of the parameters.
    value : array_like, shape (q,), optional
        r; zeros by default.
    groups : int, optional
        Clusters or periods of which the covariance is a sum.

    Returns
    -------
    pandas.Series
        statistic, df, p_value (chi-squared).

    Raises
    ------
    SpecificationError
        If shapes or names do not fit, a number is missing, or restrictions repeat each other.
    """
    if isinstance(restriction, pd.DataFrame):
        unknown = restriction.columns.difference(params.index)
        if len(unknown) or restriction.columns.has_duplicates:
            raise SpecificationError(
                f"The restriction's columns are {list(restriction.columns)}; expected parameters "
                f"of the model, each once: {', '.join(params.index)}."
            )
        restriction = restriction.reindex(columns=params.index, fill_value=0.0)
    try:
        R = numbers("restriction", restriction, (None, len(params)))
        r = np.zeros(len(R)) if value is None else numbers("value", value, (len(R),))
    except ValueError as error:
        raise SpecificationError(str(error)) from None
    return wald(R @ params.to_numpy() - r, R, cov.to_numpy(), "R b = r", groups)


def wald(
    values: np.ndarray,
    jacobian: np.ndarray,
    cov: np.ndarray,
    what: str,
    groups: int | None = None,
) -> pd.Series:
    """Wald statistic of values that are zero under the null, with their derivatives.

    Raises
    ------
    SpecificationError
        If the restrictions are not independent, or as many as the clusters of which the
        covariance is a sum.
    """
    if groups is not None and groups <= len(values):
        raise SpecificationError(
            f"There are {groups} clusters or periods to sum over and {len(values)} restrictions "
            f"('{what}'); expected fewer restrictions: their covariance is singular."
        )
    spread = jacobian @ cov @ jacobian.T
    size = np.sqrt(np.diag(spread))
    if not (size > 0).all() or np.linalg.matrix_rank(
        spread / np.outer(size, size), tol=1e-10
    ) < len(values):
        raise SpecificationError(
            f"The restrictions '{what}' repeat each other or restrict nothing; expected "
            "independent ones on estimated parameters."
        )
    statistic = float(values @ np.linalg.solve(spread, values))
    df = len(values)
    return TestStatistic(
        {"statistic": statistic, "df": df, "p_value": float(laws.chi2.sf(statistic, df))},
        dtype=object,
        name="wald",
    )


def _read(text: str, names: list[str]) -> Callable[[np.ndarray], complex]:
    sides = text.split("=")
    if len(sides) > 2:
        raise SpecificationError(f"'{text.strip()}' has more than one '='; expected one.")
    read = [_expression(side, names, text) for side in sides]
    return read[0] if len(read) == 1 else lambda p: read[0](p) - read[1](p)


def _expression(text: str, names: list[str], whole: str) -> Callable[[np.ndarray], complex]:
    known: dict[str, int] = {}

    def token(name: str) -> str:
        if name not in names:
            raise SpecificationError(
                f"'{whole.strip()}' names '{name}'; expected parameters of the model: "
                f"{', '.join(names)}."
            )
        known[f"p{names.index(name)}_"] = names.index(name)
        return f" p{names.index(name)}_ "

    text = re.sub(r"`([^`]+)`", lambda found: token(found.group(1)), text)
    # Longest first, so that W.x1 is not read as W and x1.
    for name in sorted(names, key=len, reverse=True):
        pattern = rf"(?<![\w.`]){re.escape(name)}(?![\w.])"
        text = re.sub(pattern, lambda found: token(found.group(0)), text)
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        raise SpecificationError(
            f"'{whole.strip()}' cannot be read; expected sums and products of parameters and "
            "numbers, such as 'x1 = 2 * x2'."
        ) from None
    return lambda p: _value(tree, p, known, whole, names)


def _value(tree: ast.AST, p: np.ndarray, known: dict, whole: str, names: list[str]) -> complex:
    if isinstance(tree, ast.Constant) and isinstance(tree.value, int | float):
        return tree.value
    if isinstance(tree, ast.Name) and tree.id in known:
        return p[known[tree.id]]
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub | ast.UAdd):
        value = _value(tree.operand, p, known, whole, names)
        return -value if isinstance(tree.op, ast.USub) else value
    if isinstance(tree, ast.BinOp) and type(tree.op) in _OPERATIONS:
        left, right = (_value(side, p, known, whole, names) for side in (tree.left, tree.right))
        return _OPERATIONS[type(tree.op)](left, right)
    raise SpecificationError(
        f"'{whole.strip()}' holds '{ast.unparse(tree)}'; expected numbers, + - * / ** and the "
        f"parameters {', '.join(names)}."
    )
