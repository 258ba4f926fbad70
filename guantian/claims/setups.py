"""What is particular about a secondary estimate, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from guantian import labels

#: Key columns that tell the set-up of a secondary estimate; each has a kind of labels of its own.
COLUMNS = (
    *("group", "variable", "measure", "effect", "method", "errors", "weights", "donors"),
    *("members", "placebo_set"),
)


def setups(evidence: pd.DataFrame) -> list[str]:
    """Return, for every row, what sets it apart from the primary test.

    Parameters
    ----------
    evidence
        Rows with ``part`` and the key columns of estimates; columns may be absent.

    Returns
    -------
    list of str
        Texts such as ``"by province, 2003–2012"``; empty where nothing is set apart.

    Raises
    ------
    guantian.labels.LabelError
        For a key that `labels.yaml` does not name.
    """
    return [", ".join(_parts(row)) for row in evidence.to_dict("records")]


def _parts(row: Mapping[str, Any]) -> Iterator[str]:
    def known(name: str) -> bool:
        return name in row and not pd.isna(row[name]) and row[name] != ""

    for name in COLUMNS:
        if known(name):
            yield labels.label(f"setup_{name}", str(row[name]))
    if known("setting"):
        whose = row["parameter"] if known("parameter") else row["part"]
        yield labels.label("setting_of", f"{whose} {row['setting']:g}")
    for name in ("horizon", "lags", "year"):
        if known(name):
            yield labels.label("setting_of", f"{name} {row[name]}")
    if known("first_year") and known("last_year"):
        yield f"{row['first_year']}–{row['last_year']}"
