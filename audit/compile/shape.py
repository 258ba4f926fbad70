"""What the modules of the sources share: reading, picking columns, numbers as text."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pandas as pd

from audit.compile.checkout import SourceMissingError

DIGITS = 7  # the tables are written with seven significant digits unless their source says less


def csv(content: bytes, **options) -> pd.DataFrame:
    """Read a CSV file as text, so that codes keep their zeros; numbers are made where needed."""
    return pd.read_csv(io.BytesIO(content), dtype="str", encoding="utf-8-sig", **options)


def stata(content: bytes) -> pd.DataFrame:
    """Read a Stata file; labels of values are not applied."""
    return pd.read_stata(io.BytesIO(content), convert_categoricals=False)


def excel(content: bytes, sheet: str | int = 0) -> pd.DataFrame:
    """Read a sheet of a workbook.

    Raises
    ------
    SourceMissingError
        Where openpyxl is not installed: the study itself reads no workbook.
    """
    try:
        return pd.read_excel(io.BytesIO(content), sheet_name=sheet, engine="openpyxl")
    except ImportError:
        raise SourceMissingError(
            "openpyxl is missing, which reads workbooks: install it first."
        ) from None


def columns(frame: pd.DataFrame, wanted: Mapping[str, str], codes: tuple[str, ...]) -> pd.DataFrame:
    """Pick and rename columns.

    Parameters
    ----------
    frame
        The source's table.
    wanted
        Our name to the source's.
    codes
        Of our columns: codes of six digits, kept as text.

    Returns
    -------
    DataFrame
        Our columns in our order; all but codes as numbers.
    """
    table = pd.DataFrame({ours: frame[theirs] for ours, theirs in wanted.items()})
    for name in table:
        if name in codes:
            numbers = pd.to_numeric(table[name], errors="coerce")
            table[name] = numbers.astype("Int64").astype("str")
        elif name == "year":
            table[name] = pd.to_numeric(table[name]).astype("int64")
        else:
            table[name] = pd.to_numeric(table[name], errors="coerce")
    return table


def rounded(table: pd.DataFrame, digits: int = DIGITS) -> pd.DataFrame:
    """Round numbers to significant digits, as they are written."""
    floats = table.select_dtypes("float").columns
    return table.assign(
        **{
            name: table[name].map(lambda v: float(f"{v:.{digits}g}"), na_action="ignore")
            for name in floats
        }
    )
