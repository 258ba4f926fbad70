"""Count the lists by rule: `python -m audit.report data/raw`."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd


def by_rule(errata: pd.DataFrame, examined: pd.DataFrame) -> pd.DataFrame:
    """Count cells by status and rule.

    Parameters
    ----------
    errata, examined : DataFrame
        The two lists, as text.

    Returns
    -------
    DataFrame
        Columns status ("emptied", "replaced", "flagged", "kept"), rule, tables, cells; the most
        frequent rule of each status first.
    """
    emptied = errata["used_value"].eq("").map({True: "emptied", False: "replaced"})
    cells = pd.concat([errata.assign(status=emptied), examined])
    counted = cells.groupby(["status", "rule"], as_index=False).agg(
        tables=("table", "nunique"), cells=("key", "size")
    )
    order = {"emptied": 0, "replaced": 1, "flagged": 2, "kept": 3}
    counted["place"] = counted["status"].map(order)
    counted = counted.sort_values(["place", "cells", "rule"], ascending=[True, False, True])
    return counted.drop(columns="place").reset_index(drop=True)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    lists = [
        pd.read_csv(folder / f"{name}.csv", dtype="str", keep_default_na=False)
        for name in ("errata", "examined")
    ]
    table = by_rule(*lists)
    print(table.to_string(index=False))
    print(table.groupby("status", sort=False)["cells"].sum().to_string())
