"""Typed results: estimates, series and tests, with one writer and one reader.

Everything that a table, a figure, the ledger or the paper says is a row of one of three tables.
*Estimates* hold coefficients and other quantities with an error or a rank; *series* hold a value
per unit, year or state without an error; *tests* hold test statistics. What a row is about is
in columns, each with a type, never in the text of a key; ``note`` is for readers alone.

>>> frame = estimates(
...     [{"term": "initial", "estimate": -0.02, "std_error": 0.004}],
...     chapter="convergence", analysis="beta", sample="china",
... )
>>> one(frame, analysis="beta", sample="china", term="initial").estimate
-0.02
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from regiometrics.inference import detectable, error_behind

TEXT, WHOLE, NUMBER = "string", "Int64", "float64"

#: What a row is about: the name of each key column, its type and its meaning.
KEYS: dict[str, tuple[str, str]] = {
    "chapter": (TEXT, "chapter that made the row"),
    "analysis": (TEXT, "question of the chapter, such as sigma, beta or placebo"),
    "variant": (TEXT, "specification of the analysis, as the configuration names it"),
    "sample": (TEXT, "units used: zone, region, nation, or a placebo set"),
    "outcome": (TEXT, "variable explained or described"),
    "term": (TEXT, "coefficient, statistic or measure"),
    "unit": (TEXT, "code of the city, county or province that the row is about"),
    "partner": (TEXT, "code of the other unit of a pair"),
    "group": (TEXT, "group of units, such as a pair type, club or state of origin"),
    "target": (TEXT, "state of destination of a transition"),
    "neighbours": (TEXT, "state of the neighbours in a conditional transition"),
    "variable": (TEXT, "regressor, indicator or component beside the outcome"),
    "measure": (TEXT, "index used, such as gini, krugman or pearson"),
    "effect": (TEXT, "direct, indirect or total impact; fixed effects of a regression"),
    "method": (TEXT, "estimator by its short name, where several are compared"),
    "errors": (TEXT, "assumption on the errors, where several are compared"),
    "weights": (TEXT, "spatial weights or population weights"),
    "donors": (TEXT, "donor pool of a counterfactual"),
    "members": (TEXT, "members of the zone that are counted"),
    "placebo_set": (TEXT, "set of placebo zones among which the zone is ranked"),
    "parameter": (TEXT, "name of a parameter that is varied"),
    "setting": (NUMBER, "value of the parameter, threshold or resolution that is varied"),
    "setting_2": (NUMBER, "value of a second parameter that is varied"),
    "base": (WHOLE, "0 where the year of approval counts as treated, 1 where not"),
    "horizon": (WHOLE, "years after an event or a shock; the number of later years used"),
    "lags": (WHOLE, "lags of a regression or test"),
    "first_year": (WHOLE, "first year of the period"),
    "last_year": (WHOLE, "last year of the period"),
    "year": (WHOLE, "year of the value"),
    "month": (WHOLE, "month of the value"),
}
INFERENCE: dict[str, tuple[str, str]] = {
    "estimator": (TEXT, "how it was estimated"),
    "cov_type": (TEXT, "how its error was estimated"),
    "note": (TEXT, "remark for readers, or why there is no estimate; no code reads it"),
}
COUNTS: dict[str, tuple[str, str]] = {
    "n_obs": (WHOLE, "observations"),
    "n_units": (WHOLE, "units"),
    "n_periods": (WHOLE, "periods"),
    "n_clusters": (WHOLE, "clusters of the errors"),
    "n_draws": (WHOLE, "draws of a bootstrap, permutation or placebo distribution"),
    "n_disjoint": (WHOLE, "placebo groups that can be laid side by side without a common unit"),
}
VALUES: dict[str, tuple[str, str]] = {
    "estimate": (NUMBER, "the estimate"),
    "std_error": (NUMBER, "its standard error"),
    "statistic": (NUMBER, "the test statistic"),
    "df": (NUMBER, "degrees of freedom of the statistic"),
    "p_value": (NUMBER, "p-value, two-sided unless the estimator says otherwise"),
    "p_adjusted": (NUMBER, "p-value adjusted for the family of tests"),
    "conf_low": (NUMBER, "lower end of the interval"),
    "conf_high": (NUMBER, "upper end of the interval"),
    "mde": (NUMBER, "minimum detectable effect at power 0.8"),
    "own_value": (NUMBER, "the zone's own value, where the estimate is its difference"),
    "benchmark": (NUMBER, "value with which the zone is compared, such as the placebo median"),
    "rank": (WHOLE, "rank of the zone among the draws and itself"),
    "size_at_5pct": (NUMBER, "simulated rejection rate of a nominal 5% test"),
    "expected_std_error": (NUMBER, "standard error expected from the design, before the test"),
}
RANK_FROM = {"rank_from": (TEXT, "the end from which the rank is counted: above or below")}
RESOLUTION = {"resolution": (TEXT, "what the test decides, such as the selected model")}

TABLES: dict[str, dict[str, tuple[str, str]]] = {
    "estimates": KEYS | VALUES | RANK_FROM | COUNTS | INFERENCE,
    "series": KEYS | {"value": (NUMBER, "the value")} | COUNTS | {"note": INFERENCE["note"]},
    "tests": KEYS
    | {name: VALUES[name] for name in ("statistic", "df", "p_value", "p_adjusted")}
    | RESOLUTION
    | COUNTS
    | INFERENCE,
}
#: Significant digits kept: the last bits of least squares differ between types of processor.
SIGNIFICANT_DIGITS = 10
#: Values that a column may have; the others are free text.
ALLOWED: dict[str, Collection[str]] = {"rank_from": ("", "above", "below")}


#: Ranges that a value must lie in, where it is known.
RANGES: dict[str, tuple[float, float]] = {
    "p_value": (0, 1),
    "p_adjusted": (0, 1),
    "size_at_5pct": (0, 1),
    "std_error": (0, np.inf),
    "expected_std_error": (0, np.inf),
    "mde": (0, np.inf),
    "rank": (1, np.inf),
    "month": (1, 12),
    **{name: (0, np.inf) for name in COUNTS},
}


class ResultError(ValueError):
    """A row of results that is not as it must be, or cannot be found."""


@dataclass(frozen=True)
class Row:
    """One row of results, its columns as attributes."""

    columns: Mapping[str, Any]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.columns[name]
        except KeyError:
            raise AttributeError(f"Results have no column {name!r}.") from None

    def __getitem__(self, name: str) -> Any:
        return self.columns[name]


def estimates(rows: Iterable[Mapping[str, Any]], **common: Any) -> pd.DataFrame:
    """Build a table of estimates.

    Parameters
    ----------
    rows
        One mapping per estimate. Columns that are not given are missing.
    **common
        Values shared by all rows; a row's own value wins.

    Raises
    ------
    ResultError
        For an unknown column, a value of the wrong type, a repeated key, or an estimate outside
        its own interval.
    """
    return _build("estimates", rows, common)


def series(rows: Iterable[Mapping[str, Any]], **common: Any) -> pd.DataFrame:
    """Build a table of series: a value per unit, year or state, without an error."""
    return _build("series", rows, common)


def tests(rows: Iterable[Mapping[str, Any]], **common: Any) -> pd.DataFrame:
    """Build a table of tests: statistic, degrees of freedom, p-value and what it decides."""
    return _build("tests", rows, common)


tests.__test__ = False  # a builder, not a test, whatever pytest thinks of its name


def _build(kind: str, rows: Iterable[Mapping[str, Any]], common: Mapping[str, Any]):
    frame = pd.DataFrame([{**common, **row} for row in rows])
    return check(kind, frame)


def check(kind: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table of results with all columns, typed and sorted; raise ResultError if wrong."""
    columns = TABLES[kind]
    unknown = sorted(set(frame.columns) - set(columns))
    if unknown:
        raise ResultError(
            f"A table of {kind} has no column {', '.join(unknown)}; its columns are "
            f"{', '.join(columns)}."
        )
    typed = {}
    for name, (dtype, _) in columns.items():
        values = frame[name] if name in frame else pd.Series(pd.NA, index=frame.index)
        typed[name] = _typed(kind, name, values, dtype)
    result = pd.DataFrame(typed, index=frame.index)
    for name, allowed in ALLOWED.items():
        if name in result and not result[name].isin(list(allowed)).all():
            wrong = result.loc[~result[name].isin(list(allowed)), name].iloc[0]
            raise ResultError(
                f"A row of {kind} has {name} {wrong!r}; expected one of {', '.join(allowed)}."
            )
    for name, (low, high) in RANGES.items():
        if name in result:
            wrong = ((result[name] < low) | (result[name] > high)).fillna(False)
            if wrong.any():
                row = result.loc[wrong].iloc[0]
                raise ResultError(
                    f"The row {_named(row)} of {kind} has {name} {row[name]:g}; expected a value "
                    f"from {low:g} to {high:g}."
                )
    keys = list(KEYS)
    repeated = result.duplicated(keys)
    if repeated.any():
        key = _named(result.loc[repeated].iloc[0])
        raise ResultError(f"The key {key} appears more than once among the {kind}.")
    if kind == "estimates":
        outside = (result["estimate"] < result["conf_low"]) | (
            result["estimate"] > result["conf_high"]
        )
        if outside.any():
            row = result.loc[outside].iloc[0]
            raise ResultError(
                f"The estimate {_named(row)} is {row['estimate']:g}, outside its own interval "
                f"from {row['conf_low']:g} to {row['conf_high']:g}."
            )
    return result.sort_values(keys, kind="stable", ignore_index=True, na_position="first")


def _typed(kind: str, name: str, values: pd.Series, dtype: str) -> pd.Series:
    if dtype == TEXT:
        text = values.astype("object").where(values.notna(), "")
        wrong = [value for value in text if not isinstance(value, str)]
        typed = text.astype("str")
    else:
        numbers = pd.to_numeric(values, errors="coerce").astype("float64")
        wrong = list(values[numbers.isna() & values.notna()])
        if dtype == WHOLE:
            wrong += list(values[(numbers - numbers.round()).abs() > 1e-9])
            typed = numbers.round().astype("Int64")
        else:
            typed = numbers
    if wrong:
        wanted = {TEXT: "text", WHOLE: "a whole number", NUMBER: "a number"}[dtype]
        raise ResultError(
            f"The column {name} of {kind} has a value that is not {wanted}: {wrong[0]!s}."
        )
    return typed


def _named(row: Mapping[str, Any]) -> str:
    """Name a row by the key columns that it uses."""
    used = {name: row[name] for name in KEYS if not _absent(row[name])}
    return ", ".join(f"{name} {value!r}" for name, value in used.items())


def _absent(value: Any) -> bool:
    return value is pd.NA or value is None or value == "" or value != value


def rows(frame: pd.DataFrame, **key: Any) -> pd.DataFrame:
    """Return the rows that have the values of the key, in order; none is an empty frame.

    Parameters
    ----------
    frame
        A table of results.
    **key
        Column to its value, or to a list of values of which any fits; None is an empty cell.

    Raises
    ------
    ResultError
        For a column that the table does not have.
    """
    return frame[fitting(frame, key)]


def fitting(frame: pd.DataFrame, key: Mapping[str, Any]) -> np.ndarray:
    """Tell which rows have the values of a key, as `rows` takes it."""
    fits = np.ones(len(frame), dtype=bool)
    for name, value in key.items():
        if name not in frame:
            raise ResultError(f"Results have no column {name!r}; the keys are {', '.join(KEYS)}.")
        column = frame[name]
        if isinstance(value, (list, tuple, set, frozenset)):
            fits &= column.isin(list(value)).to_numpy(dtype=bool)
        elif value is None:
            fits &= (column.isna() | (column == "")).fillna(True).to_numpy(dtype=bool)
        else:
            fits &= (column == value).to_numpy(dtype=bool, na_value=False)
    return fits


def one(frame: pd.DataFrame, **key: Any) -> Row:
    """Return the one row that has the values of the key.

    Raises
    ------
    ResultError
        Where no row or more than one has them; the sentence names the key, and the columns in
        which several rows differ or the values that the first unmatched column has.
    """
    places = np.flatnonzero(fitting(frame, key))
    if len(places) == 1:  # the row alone is taken: lookups come by the thousand
        return Row(frame.iloc[places[0]].to_dict())
    found = frame.iloc[places]
    asked = ", ".join(f"{name} {value!r}" for name, value in key.items())
    if len(found):
        differ = [name for name in KEYS if found[name].nunique(dropna=False) > 1]
        raise ResultError(
            f"{len(found)} rows have {asked}; name {', '.join(differ)} as well to choose one."
        )
    left, tried = frame, {}
    for name, value in key.items():
        tried[name] = value
        left_now = rows(left, **{name: value})
        if left_now.empty:
            there = sorted({str(each) for each in left[name].dropna().unique()})
            raise ResultError(
                f"No row has {asked}: with the keys before it, {name} is one of "
                f"{', '.join(map(repr, there[:12])) or 'nothing'}."
            )
        left = left_now
    raise ResultError(f"No row has {asked}.")


def find(frame: pd.DataFrame, **key: Any) -> Row | None:
    """Return the one row that has the values of the key, or None where there is none."""
    return one(frame, **key) if fitting(frame, key).any() else None


def with_mde(frame: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Fill in the minimum detectable effect of estimates that have an error or an interval.

    Parameters
    ----------
    frame
        A table of estimates; a value of ``mde`` that is there already is kept.
    confidence
        Of the intervals.
    """
    if frame.empty:
        return frame
    error, df = error_behind(frame, confidence)
    computed = detectable(error, df=df, confidence=confidence)
    return frame.assign(mde=frame["mde"].where(frame["mde"].notna(), computed))


def round_significant(values: pd.DataFrame | pd.Series, digits: int = SIGNIFICANT_DIGITS):
    """Round floats to significant digits, so that the same input gives the same bytes.

    Parameters
    ----------
    values
        A column of numbers, or a table, of which only the columns of floats are rounded.
    digits
        Significant digits that are kept.

    Examples
    --------
    >>> round_significant(pd.Series([2 / 3, 12345.6789]), digits=3).tolist()
    [0.667, 12300.0]
    """
    if isinstance(values, pd.DataFrame):
        floats = values.select_dtypes("float").columns
        return values.assign(**{name: round_significant(values[name], digits) for name in floats})
    numbers = values.to_numpy(dtype="float64", copy=True)
    finite = np.isfinite(numbers) & (numbers != 0)
    magnitude = np.floor(np.log10(np.abs(numbers[finite])))
    numbers[finite] = [
        round(value, int(places))
        for value, places in zip(numbers[finite].tolist(), digits - 1 - magnitude, strict=True)
    ]
    return pd.Series(numbers, index=values.index, name=values.name)


def write(
    frames: Iterable[pd.DataFrame], path: str | Path, *, confidence: float | None = None
) -> pd.DataFrame:
    """Join tables of one kind, check them, and write them as parquet under a temporary name first.

    Parameters
    ----------
    frames
        Tables of one kind, as `estimates`, `series` or `tests` builds them.
    path
        ``<folder>/<kind>/<chapter>.parquet``: the folder's name tells the kind.
    confidence
        Of the intervals; where given, minimum detectable effects are filled in.

    Returns
    -------
    DataFrame
        What was written.
    """
    path = Path(path)
    kind = path.parent.name
    if kind not in TABLES:
        raise ResultError(f"{path}: results are kept in folders named {', '.join(TABLES)}.")
    joined = check(kind, pd.concat(list(frames), ignore_index=True))
    if kind == "estimates" and confidence is not None:
        joined = with_mde(joined, confidence)
    joined = round_significant(joined)
    temporary = path.with_name(f".{path.name}.tmp")
    joined.to_parquet(temporary, index=False)
    os.replace(temporary, path)
    return joined


def read(path: str | Path) -> pd.DataFrame:
    """Read a table of results; one that has not the columns of its kind is refused."""
    path = Path(path)
    frame = pd.read_parquet(path)
    if path.parent.name not in TABLES or list(frame.columns) != list(TABLES[path.parent.name]):
        raise ResultError(f"{path} is not a table of results: make it again.")
    return frame


def placebo_columns(rank, values, confidence: float) -> dict[str, Any]:
    """Return a rank among placebo zones in the columns of estimates.

    The estimate is the zone's value minus the placebo median; its interval is the value minus the
    placebo quantiles. The p-value is that of the rank.

    Parameters
    ----------
    rank : PlaceboRank
        As `regiometrics.placebo.placebo_rank` returns it, two-sided.
    values
        The placebo values, shape (draws,).
    confidence
        Of the interval.
    """
    values = np.asarray(values, dtype="float64")
    tail = 50 * (1 - confidence)
    low, middle, high = np.nanpercentile(values, [tail, 50, 100 - tail])
    below = rank.rank == 1 + int((values <= rank.statistic).sum())
    return {
        "estimate": rank.statistic - middle,
        "own_value": rank.statistic,
        "benchmark": middle,
        "p_value": rank.p_rank,
        "conf_low": rank.statistic - high,
        "conf_high": rank.statistic - low,
        "rank": rank.rank,
        "rank_from": "below" if below else "above",
        "n_draws": rank.draws,
        "n_disjoint": rank.disjoint_groups,
        "estimator": "placebo zones",
        "cov_type": "rank",
    }
