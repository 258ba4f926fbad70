"""Dated acts of cooperation between the cities' governments, read and checked."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

KINDS = ("agreement", "plan", "approval", "railway")
COLUMNS = ["date", "kind", "act", "members", "source"]


def read_acts(path: str | Path) -> pd.DataFrame:
    """Read acts: ``date`` (ISO, to the month or the day), ``kind``, ``act``, ``source``.

    Returns
    -------
    DataFrame
        `COLUMNS` in the order of dates, with ``time``: the date as a fraction of years, the
        middle of the month where no day is known.

    Raises
    ------
    ValueError
        For other columns, a kind not in `KINDS`, a date of another form, or no source.
    """
    acts = pd.read_csv(path, dtype=str).fillna("")
    name = Path(path).name
    if list(acts.columns) != COLUMNS:
        raise ValueError(f"{name} has the columns {list(acts.columns)}, not {COLUMNS}.")
    for row in acts.itertuples(index=False):
        if row.kind not in KINDS:
            raise ValueError(
                f"{name}, {row.act!r}: the kind is {row.kind!r}; expected {', '.join(KINDS)}."
            )
        if not row.source:
            raise ValueError(
                f"{name}, {row.act!r}: no source; expected where the act is on record."
            )
    dates = [_date(text, name) for text in acts["date"]]
    acts["time"] = [date.year + (date.dayofyear - 1) / 365.25 for date in dates]
    return acts.sort_values("time", kind="stable", ignore_index=True)


def _date(text: str, name: str) -> pd.Timestamp:
    full = f"{text}-15" if len(text) == 7 else text
    try:
        return pd.to_datetime(full, format="%Y-%m-%d")
    except ValueError:
        raise ValueError(
            f"{name}: the date {text!r} is none; expected the form 2009-06 or 2009-06-25."
        ) from None
