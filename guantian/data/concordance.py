"""One code a prefecture-level unit: from the codes of the sources to those of today."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from guantian.side_files import read_side

COLUMNS = (
    "source_code",
    "city_code",
    "kind",
    "treatment",
    "from_year",
    "to_year",
    "reason",
    "source",
)
KINDS = frozenset(
    {
        "municipality",
        "renamed",
        "merged",
        "abolished",
        "county_level",
        "split",
        "duplicate",
    }
)
TREATMENTS = frozenset({"recode", "sum", "drop"})


def read_concordance(path: str | Path) -> pd.DataFrame:
    """Read the table that maps codes of the sources to prefecture-level units of today.

    Parameters
    ----------
    path
        CSV with the columns `source_code, city_code, kind, treatment, from_year, to_year,
        reason, source`. `treatment` says what becomes of the code's rows: `recode` (another
        code for the same unit), `sum` (a part, to be added to the unit's other parts), `drop`
        (no unit of today; `city_code` is empty). `from_year` and `to_year`, inclusive, are the
        years in which the code means what `reason` says.

    Returns
    -------
    DataFrame
        One row per source code, indexed by `source_code`; years as nullable integers.

    Raises
    ------
    ValueError
        If a column is missing or extra, a source code appears twice, a kind or treatment is
        unknown, a year is no number, a reason is missing, or a code is dropped and recoded
        at once.
    """
    path = Path(path)
    table = read_side(path)
    if tuple(table.columns) != COLUMNS:
        raise ValueError(
            f"{path.name}: the columns are {', '.join(table.columns)}; "
            f"expected {', '.join(COLUMNS)}."
        )
    for number, row in enumerate(table.itertuples(index=False), start=2):
        _check_row(row, f"{path.name}, row {number}")
    repeated = table["source_code"][table["source_code"].duplicated()]
    if len(repeated):
        raise ValueError(
            f"{path.name}, row {repeated.index[0] + 2}, column source_code: "
            f"{repeated.iloc[0]} appears twice; expected one row per source code."
        )
    for column in ("from_year", "to_year"):
        table[column] = pd.to_numeric(table[column].replace("", None)).astype("Int64")
    return table.set_index("source_code").sort_index()


def _check_row(row, where: str) -> None:
    for column in ("source_code", "city_code"):
        code = getattr(row, column)
        if not (len(code) == 6 and code.isdigit()) and not (column == "city_code" and code == ""):
            raise ValueError(f"{where}, column {column}: {code!r}; expected six digits.")
    if row.kind not in KINDS:
        raise ValueError(
            f"{where}, column kind: {row.kind!r}; expected one of {', '.join(sorted(KINDS))}."
        )
    if row.treatment not in TREATMENTS:
        raise ValueError(
            f"{where}, column treatment: {row.treatment!r}; "
            f"expected one of {', '.join(sorted(TREATMENTS))}."
        )
    if (row.treatment == "drop") != (row.city_code == ""):
        raise ValueError(
            f"{where}, column city_code: {row.city_code!r} with treatment {row.treatment}; "
            "expected a code where rows are recoded or summed, and none where they are dropped."
        )
    for column in ("from_year", "to_year"):
        year = getattr(row, column)
        if year and not (len(year) == 4 and year.isdigit()):
            raise ValueError(f"{where}, column {column}: {year!r}; expected a year or nothing.")
    for column in ("reason", "source"):
        if not getattr(row, column):
            raise ValueError(f"{where}, column {column}: empty; expected a sentence.")


def harmonise_codes(
    frame: pd.DataFrame,
    concordance: pd.DataFrame,
    code_column: str = "city_code",
    *,
    other_keys: Sequence[str] | None = None,
    additive: Collection[str] = (),
    flags: Collection[str] = (),
    units: Collection[str] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put a table on today's codes; return it with the rows that have no unit of today.

    Parameters
    ----------
    frame
        A table with six-digit codes (text) in `code_column`.
    concordance
        As `read_concordance` returns it.
    code_column
        The column that holds the codes. A table of pairs is treated twice, once a column.
    other_keys
        Columns that together with `code_column` identify a row; None means `year` where the
        table has it, otherwise nothing more.
    additive
        Columns that may be added up where the concordance says `sum`.
    flags
        Columns that say something of a row's figures and are none themselves.
    units
        The codes of today. If given, a code that is neither among them nor in the concordance
        is an error.

    Returns
    -------
    frame : DataFrame
        The same columns, sorted by code and the other keys, with a fresh index.
    dropped : DataFrame
        The rows left out, as they stood, with `kind` and `reason`: those that the concordance
        drops, repetitions, and rows without figures in years in which their code means nothing.
        Every row given is in one of the two or was added into a sum.

    Raises
    ------
    ValueError
        If a code is unknown, a key appears twice, a code has values in a year in which it means
        nothing, two source codes give different values for one unit and key, or a column that is
        not additive would have to be added up.
    """
    if other_keys is None:
        other_keys = ["year"] if "year" in frame.columns else []
    key = [code_column, *other_keys]
    missing = [column for column in key if column not in frame.columns]
    if missing:
        raise ValueError(f"The table has no column {missing[0]}; expected {', '.join(key)}.")
    source = frame[code_column]
    if units is not None:
        _check_known(source, concordance, units, code_column)
    twice = frame.duplicated(key)
    if twice.any():
        raise ValueError(
            f"{_name_key(frame.loc[twice.idxmax()], key)} appears twice; expected one row per key."
        )

    treatment = source.map(concordance["treatment"])
    outside = _outside_years(frame, concordance, key, flags)
    drop = (treatment == "drop").to_numpy() & ~outside
    dropped = [
        _with_reason(frame[drop], concordance, code_column),
        _with_reason(frame[outside], concordance, code_column, "no values, outside its years: "),
    ]
    drop |= outside
    kept = frame[~drop].assign(_source=source[~drop], _treatment=treatment[~drop])
    target = kept["_source"].map(concordance["city_code"])
    kept[code_column] = target.fillna(kept["_source"])

    collides = kept.duplicated(key, keep=False)
    pieces = [kept[~collides]]
    for _, rows in kept[collides].groupby(key, sort=True):
        if (rows["_treatment"] == "sum").all():
            pieces.append(_add_up(rows, key, additive))
            continue
        _check_same_values(rows, key)
        # The row under today's own code is kept, the repetition is reported.
        order = rows["_source"].ne(rows[code_column]).sort_values(kind="stable").index
        pieces.append(rows.loc[order[:1]])
        again = frame.loc[order[1:]]
        dropped.append(_with_reason(again, concordance, code_column, "repeats the unit's row: "))
    result = pd.concat(pieces).drop(columns=["_source", "_treatment"])
    result = result.sort_values(key, kind="stable").reset_index(drop=True)[list(frame.columns)]
    left_out = pd.concat(dropped).sort_values(key, kind="stable").reset_index(drop=True)
    return result, left_out


def _check_known(source, concordance, units, code_column) -> None:
    unknown = source[~(source.isin(list(units)) | source.isin(concordance.index))]
    if len(unknown):
        raise ValueError(
            f"Row {unknown.index[0]}, column {code_column}: {unknown.iloc[0]!r} is neither a unit "
            "of today nor in the concordance; expected one of them."
        )


def _outside_years(
    frame: pd.DataFrame, concordance: pd.DataFrame, key: list[str], flags: Collection[str]
) -> np.ndarray:
    """Mark rows in years in which their code means nothing; such a row may hold no value."""
    if "year" not in key:
        return np.zeros(len(frame), dtype=bool)
    source = frame[key[0]]
    first, last = (source.map(concordance[name]) for name in ("from_year", "to_year"))
    outside = (frame["year"] < first).fillna(False) | (frame["year"] > last).fillna(False)
    figures = frame.drop(columns=[*key, *flags], errors="ignore").notna()
    wrong = outside & figures.any(axis=1)
    if wrong.any():
        row = wrong.idxmax()
        raise ValueError(
            f"{_name_key(frame.loc[row], key)}, column {figures.loc[row].idxmax()}: a value "
            "is given for a year in which the concordance does not know the code; expected none, "
            "or other years in from_year and to_year."
        )
    return outside.to_numpy(dtype=bool)


def _with_reason(rows, concordance, code_column, prefix="") -> pd.DataFrame:
    found = concordance.reindex(rows[code_column])
    texts = {"kind": found["kind"], "reason": prefix + found["reason"].fillna("")}
    return rows.assign(**{name: text.astype("str").to_numpy() for name, text in texts.items()})


def _values(rows: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    return rows.drop(columns=[*key, "_source", "_treatment"])


def _check_same_values(rows: pd.DataFrame, key: list[str]) -> None:
    values = _values(rows, key)
    for column in values.columns:
        if values[column].nunique(dropna=False) > 1:
            given = ", ".join(
                f"{value} under {code}"
                for code, value in zip(rows["_source"], values[column], strict=True)
            )
            raise ValueError(
                f"{_name_key(rows.iloc[0], key)}, column {column}: {given}; "
                "expected one value where two source codes name one unit."
            )


def _add_up(rows: pd.DataFrame, key: list[str], additive: Collection[str]) -> pd.DataFrame:
    values = _values(rows, key)
    total = rows.iloc[[0]].copy()
    for column in values.columns:
        if column in additive:
            # A missing part leaves the sum missing: nothing is filled silently.
            total[column] = values[column].sum(skipna=False)
        elif values[column].nunique(dropna=False) > 1:
            raise ValueError(
                f"{_name_key(rows.iloc[0], key)}, column {column}: the parts "
                f"{', '.join(rows['_source'])} are to be added up, and the column is not named "
                "as additive; expected it among the additive columns."
            )
    return total


def _name_key(row: pd.Series, key: list[str]) -> str:
    return ", ".join(f"{column} {row[column]}" for column in key)
