"""Count the lists by rule, before and after: `python -m audit.report data/raw`.

With ``--before FOLDER`` (the raw folder of an earlier version) corrections are counted by kind in
both, and the cells of headline quantities that each leaves; with ``--planted FILE`` what was found
of planted faults, and what good cells were emptied, is printed; with ``--samples BEFORE AFTER``
(two folders of results) the sizes of primary samples are.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from guantian.errors import run_command

#: Columns that name a primary test, and those that tell its size.
TEST = ["chapter", "analysis", "variant", "sample", "outcome", "method"]
SIZES = ["n_obs", "n_units", "n_clusters", "n_draws"]
#: Rows of results that carry the text, in the words of this version and of the first.
PRIMARY = ("primary", "effect", "sigma", "beta")
#: What the headline estimates are made from, and the first year of the panel.
HEADLINE = (
    ("city_accounts", "gdp_100m_yuan"),
    ("city_accounts", "gdp_growth_reported"),
    ("city_accounts", "gdp_per_capita_yuan"),
    ("city_accounts", "primary_10k_yuan"),
    ("city_accounts", "secondary_10k_yuan"),
    ("city_accounts", "tertiary_10k_yuan"),
    ("city_accounts_2022_2023", "gdp_100m_yuan"),
    ("city_population_labour", "registered_population_10k"),
    ("city_resident_population", "resident_population_10k"),
    ("city_investment_fiscal", "fixed_investment_100m_yuan"),
    ("city_investment_fiscal", "budget_revenue_100m_yuan"),
    ("city_investment_fiscal", "budget_expenditure_100m_yuan"),
    ("city_total_tax", "total_tax_pct_gdp"),
)
FIRST = 2000


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


def before_and_after(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Count corrections by kind in two versions of the list.

    Parameters
    ----------
    before, after : DataFrame
        Two lists of errata, as text. A kind is its reason, which both have.

    Returns
    -------
    DataFrame
        Index reason ("all" last); columns emptied_before, replaced_before, emptied_after,
        replaced_after, same_cells (corrected in both).
    """
    cell = ["table", "key", "column"]
    known = set(map(tuple, before[cell].to_numpy()))
    parts = []
    for word, errata in (("before", before), ("after", after)):
        empty = errata["used_value"].eq("")
        counts = {
            f"emptied_{word}": empty.groupby(errata["reason"]).sum(),
            f"replaced_{word}": (~empty).groupby(errata["reason"]).sum(),
        }
        parts.append(pd.DataFrame(counts))
    same = [tuple(row) in known for row in after[cell].to_numpy()]
    parts.append(pd.Series(same, name="same_cells").groupby(after["reason"]).sum())
    table = pd.concat(parts, axis=1).fillna(0).astype("int64").sort_index()
    table.loc["all"] = table.sum()
    return table


def known_cells(folder: str | Path, before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Count the cells of headline quantities that are left by two versions of the list.

    Parameters
    ----------
    folder : str or Path
        The raw tables.
    before, after : DataFrame
        Two lists of errata, as text.

    Returns
    -------
    DataFrame
        Index (table, column) of `HEADLINE`; columns printed (cells from `FIRST` on), and
        known_before, known_after, cities_before, cities_after: cells and units left.
    """
    rows = {}
    for table, column in HEADLINE:
        frame = pd.read_csv(Path(folder) / f"{table}.csv", dtype={"city_code": "str"})
        frame = frame[(frame["year"] >= FIRST) & frame[column].notna()]
        key = "city_code=" + frame["city_code"] + ";year=" + frame["year"].astype("str")
        counted = {"printed": len(frame)}
        for word, errata in (("before", before), ("after", after)):
            mine = errata["table"].eq(table) & errata["column"].eq(column)
            gone = set(errata.loc[mine & errata["used_value"].eq(""), "key"])
            left = frame[~key.isin(gone)]
            counted |= {f"known_{word}": len(left), f"cities_{word}": left["city_code"].nunique()}
        rows[table, column] = counted
    return pd.DataFrame(rows).T.rename_axis(["table", "column"])


def sizes(before: Path, after: Path) -> pd.DataFrame:
    """Return the sizes of the samples of primary rows in two folders of results.

    Returns
    -------
    DataFrame
        Index `TEST`, of rows in both; a column for each of `SIZES`, before and after; only rows
        in which one differs.
    """
    frames = []
    for folder in (before, after):
        rows = [pd.read_parquet(p) for p in sorted(Path(folder, "estimates").glob("*.parquet"))]
        rows = [frame for frame in rows if set(TEST + SIZES) <= set(frame)]
        frame = pd.concat(rows)
        frame = frame[frame["analysis"].isin(PRIMARY)].fillna({name: "" for name in TEST})
        frames.append(frame.groupby(TEST)[SIZES].max())
    both = frames[0].add_suffix("_before").join(frames[1].add_suffix("_after"), how="inner")
    moved = pd.Series(False, index=both.index)
    for name in SIZES:
        moved |= both[f"{name}_before"].fillna(-1).ne(both[f"{name}_after"].fillna(-1))
    return both[moved]


def _read(folder: str | Path, name: str) -> pd.DataFrame:
    return pd.read_csv(Path(folder) / f"{name}.csv", dtype="str", keep_default_na=False)


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", help="data/raw")
    parser.add_argument("--before", help="the raw folder of an earlier version")
    parser.add_argument("--planted", help="the table of planted faults")
    parser.add_argument("--samples", nargs=2, metavar=("BEFORE", "AFTER"), help="results")
    options = parser.parse_args()
    errata, examined = (_read(options.folder, name) for name in ("errata", "examined"))
    table = by_rule(errata, examined)
    print(table.to_string(index=False))
    print(table.groupby("status", sort=False)["cells"].sum().to_string())
    if options.before:
        earlier = _read(options.before, "errata")
        print(before_and_after(earlier, errata).to_string())
        print(known_cells(options.folder, earlier, errata).to_string())
    if options.planted and Path(options.planted).exists():
        shown = ["kind", "planted", "found", "corrected", "restored", "emptied", "emptied_good"]
        print(pd.read_csv(options.planted)[shown].to_string(index=False))
    if options.samples:
        print(sizes(*map(Path, options.samples)).to_string())


if __name__ == "__main__":
    run_command(main)
