"""What the first version corrected, found and printed, kept as counts: `first_version.json`.

The page of corrections (`audit.shown`) compares this version with the first. The lists of the first
version are in the history alone, and an archive of the repository has none; so the counts are kept.
``python -m audit.first_version FOLDER`` writes them from a checkout of the first version.
"""

from __future__ import annotations

import argparse
import ast
import json
from pathlib import Path
from typing import Any

import pandas as pd

from guantian.errors import run_command

from .report import HEADLINE, known_cells
from .samples import counted, panel_under

FILE = Path(__file__).with_name("first_version.json")
#: Files of numbers that were renamed since.
RENAMED = {"numbers/core_and_rest.json": "numbers/core_periphery.json"}
#: Reasons of the first version, as this one words the same kind.
REWORDED = {
    "a zero that stands for a gap": "a zero in place of a gap",
    "zeros that stand for a year not coded": "zeros in place of a year not coded",
    "repeats the registered figure, to the printed digit": (
        "the registered population under the heading of the resident one"
    ),
    "the resident figure under the heading of the registered one": (
        "the resident population under the heading of the registered one"
    ),
    "repeats the staff figure, to the printed digit": (
        "staff and employed repeat each other, or a wage computed so"
    ),
}
#: Of the first version: its texts, and the test that says which part of planted faults it finds.
TEXTS = "tests/reference/study/texts.csv"
FLOORS = "tests/unit/data/test_checks_planting.py"


def texts(file: str | Path) -> pd.Series:
    """Read the numbers of a version's texts, by file (as named now) and place."""
    frame = pd.read_csv(file, dtype="str", keep_default_na=False)
    frame = frame[frame["file"].str.startswith("numbers")]
    keys = frame["file"].replace(RENAMED) + ":" + frame["place"]
    return pd.Series(frame["text"].to_numpy(), index=keys.to_numpy())


def _floors(test: Path) -> dict[str, float]:
    """Return the share of planted faults that the test of the first version demands, by kind."""
    for node in ast.parse(test.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "FLOORS":
            floors: dict[str, float] = ast.literal_eval(node.value)
            return floors
    return {}


def _list_of_both(root: str | Path, first: pd.DataFrame) -> pd.DataFrame:
    """Return the first list, and of tables that it does not know this version's."""
    now = pd.read_csv(Path(root) / "data/raw/errata.csv", dtype="str", keep_default_na=False)
    later = now[~now["table"].isin(first["table"].unique())]
    return pd.concat([first.assign(rule="first"), later])[now.columns]


def record(checkout: str | Path, root: str | Path, places: list[str]) -> dict[str, Any]:
    """Return the counts of a checkout of the first version.

    Parameters
    ----------
    checkout
        The top of the project in that version.
    root
        The top of this one, whose raw tables are the same.
    places
        Numbers of the texts (file:place, as named now) to keep.
    """
    errata = pd.read_csv(Path(checkout) / "data/raw/errata.csv", dtype="str", keep_default_na=False)
    errata["reason"] = errata["reason"].replace(REWORDED)
    empty = errata["used_value"].eq("")
    kinds = {
        reason: [int(part.sum()), int((~part).sum())]
        for reason, part in empty.groupby(errata["reason"])
    }
    known = known_cells(Path(root) / "data/raw", errata, errata)
    printed = texts(Path(checkout) / TEXTS)
    return {
        "corrections": kinds,
        "known": {
            f"{table}.{column}": [
                int(known.at[(table, column), name]) for name in ("known_before", "cities_before")
            ]
            for table, column in HEADLINE
        },
        "found_at_least": _floors(Path(checkout) / FLOORS),
        "samples": counted(panel_under(root, _list_of_both(root, errata))),
        "numbers": {place: printed[place] for place in places if place in printed.index},
    }


def read() -> dict[str, Any]:
    """Return what was kept of the first version."""
    kept: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return kept


def main() -> None:
    """Write the counts from a checkout of the first version."""
    from .shown import places_shown

    parser = argparse.ArgumentParser(description="Count what the first version corrected.")
    parser.add_argument("checkout", help="folder of the first version")
    kept = record(parser.parse_args().checkout, FILE.parents[1], places_shown())
    text = json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True)
    FILE.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    run_command(main)
