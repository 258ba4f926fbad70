"""Models written as formulas, such as "growth ~ log(income) + x | city + year"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from regiometrics._optional import require
from regiometrics.errors import PanelError
from regiometrics.spatial.errors import SpecificationError

_UNIT = {"unit", "entity", "entityeffects"}
_TIME = {"time", "period", "timeeffects"}


def read_formula(
    formula: str, data: pd.DataFrame, index: Sequence[str] | None = None
) -> tuple[pd.Series, pd.DataFrame, str | None]:
    """Make outcome, regressors and effects of a formula; needs the extra "formula".

    Parameters
    ----------
    formula : str
        "y ~ x1 + log(x2) | unit + time": what is right of the bar are effects, by the names of
        the index levels, or "unit" ("entity") and "time" ("period"). Sums, products and functions
        of regressors are those of formulaic.
    data : pandas.DataFrame
        The variables on (unit, period), or with the two as columns named by `index`.
    index : sequence of str, optional
        The names of the columns with unit and period.

    Returns
    -------
    dependent : pandas.Series
    exog : pandas.DataFrame
        Without a constant.
    effects : {"none", "unit", "time", "twoway"} or None
        None where the formula has no bar.

    Raises
    ------
    SpecificationError
        If the formula cannot be read, or names what the data lack.
    PanelError
        If the data are no frame on (unit, period).
    MissingDependencyError
        If formulaic is not installed.
    """
    data = _panel(data, index)
    if not isinstance(formula, str) or formula.count("~") != 1:
        raise SpecificationError(
            f"The formula is {formula!r}; expected one such as 'y ~ x1 + x2 | unit + time'."
        )
    equation, *bars = _split(formula)
    if len(bars) > 1:
        raise SpecificationError(
            f"The formula '{formula}' has {len(bars)} bars; expected one at most, before effects."
        )
    left, right = (side.strip() for side in equation.split("~"))
    right, named = _without_effect_terms(right)
    effects = None
    if bars or named:
        terms = [term.strip() for term in bars[0].split("+")] if bars else []
        effects = _effects([*terms, *named], list(data.index.names), formula)
    formulaic = require("formulaic", extra="formula")
    errors = require("formulaic.errors", extra="formula")
    try:
        made = formulaic.model_matrix(
            f"{left} ~ {right or '1'}", data, na_action="ignore", output="pandas"
        )
        outcome, regressors = pd.DataFrame(made.lhs), pd.DataFrame(made.rhs)
    except (errors.FormulaicError, SyntaxError, NameError, TypeError, ValueError) as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise SpecificationError(
            f"The formula '{formula}' cannot be read with these data: {first.rstrip('.')}; "
            f"expected an outcome and regressors among {', '.join(map(str, data.columns))}."
        ) from None
    if outcome.shape[1] != 1:
        raise SpecificationError(
            f"The left side of '{formula}' has {outcome.shape[1]} columns; expected one outcome."
        )
    if "Intercept" not in regressors.columns and effects in (None, "none"):
        raise SpecificationError(
            f"The formula '{formula}' has neither a constant nor effects; expected a constant: "
            "models without effects have one."
        )
    regressors = regressors.drop(columns="Intercept", errors="ignore")
    return outcome.iloc[:, 0].rename(left), regressors, effects


def formula_effects(read: str | None, options: dict[str, Any], formula: str) -> dict[str, Any]:
    """Set effects by the formula, or by options where it has no bar; "none" where neither does.

    Raises
    ------
    SpecificationError
        If both say which effects there are.
    """
    said = [name for name in ("effects", "entity_effects", "time_effects") if name in options]
    if read is not None and said:
        raise SpecificationError(
            f"Effects are in the formula '{formula}' and in {said[0]}; expected one or the other."
        )
    if said:
        return options
    return {**options, "effects": "none" if read is None else read}


def _panel(data: object, index: Sequence[str] | None) -> pd.DataFrame:
    if not isinstance(data, pd.DataFrame):
        raise PanelError(f"The data are a {type(data).__name__}; expected a pandas DataFrame.")
    if index is not None:
        index = list(index) if not isinstance(index, str) else [index]
        if len(index) != 2 or not set(index) <= set(data.columns):
            raise PanelError(
                f"index is {index}; expected the names of two columns, unit and period, among "
                f"{', '.join(map(str, data.columns))}."
            )
        data = data.set_index(index)
    if not isinstance(data.index, pd.MultiIndex) or data.index.nlevels != 2 or not len(data):
        raise PanelError(
            f"The data have {len(data)} rows and an index of {data.index.nlevels} level(s); "
            "expected some rows on a MultiIndex of two, unit and period, or index=(unit, period)."
        )
    if not data.columns.is_unique:
        twice = data.columns[data.columns.duplicated()][0]
        raise PanelError(f"Column '{twice}' occurs more than once; expected distinct names.")
    return data


def _split(formula: str) -> list[str]:
    """Split at bars outside of parentheses."""
    parts, depth = [""], 0
    for letter in formula:
        depth += (letter == "(") - (letter == ")")
        if letter == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _without_effect_terms(right: str) -> tuple[str, list[str]]:
    """Take linearmodels' EntityEffects and TimeEffects out of the sum."""
    kept: list[str] = []
    named: list[str] = []
    for term in right.split("+"):
        (named if term.strip() in ("EntityEffects", "TimeEffects") else kept).append(term.strip())
    return " + ".join(term for term in kept if term), named


def _effects(terms: list[str], levels: list[object], formula: str) -> str:
    unit = time = False
    for term in terms:
        if term == "0":
            continue
        if term.lower() in _UNIT or term == levels[0]:
            unit = True
        elif term.lower() in _TIME or term == levels[1]:
            time = True
        else:
            raise SpecificationError(
                f"The formula '{formula}' names the effects '{term}'; expected unit and time, or "
                f"the index levels {levels[0]!r} and {levels[1]!r}."
            )
    return {(0, 0): "none", (1, 0): "unit", (0, 1): "time", (1, 1): "twoway"}[unit, time]
