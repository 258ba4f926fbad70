"""The page of corrections: what the checks did, found and moved, beside the first version.

``python -m audit.shown`` prints it; ``--write`` renews the tables of ``docs/corrections.md``, after
a change of the lists, of planted faults (``--planted FILE``, the study's table of them) or of the
reference.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from guantian.errors import run_command

from . import first_version
from .report import HEADLINE, by_rule, known_cells

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PAGE = ROOT / "docs" / "corrections.md"
PLANTED = HERE / "planted.csv"
MOVED = HERE / "moved.yaml"
SAMPLES = HERE / "samples.csv"
TEXTS = ROOT / "tests" / "reference" / "study" / "texts.csv"
COUNTS = ["planted", "found", "corrected", "restored", "emptied_good"]
#: Between which lines of the page a table is written.
BEGIN, END = "<!-- {}: begin -->", "<!-- {}: end -->"


def groups_moved() -> list[dict[str, Any]]:
    """Return the numbers that both versions print, in groups with the reason why they moved."""
    groups: list[dict[str, Any]] = yaml.safe_load(MOVED.read_text(encoding="utf-8"))
    return groups


def places_shown() -> list[str]:
    """Return the places of those numbers in the texts."""
    return [number["place"] for group in groups_moved() for number in group["numbers"]]


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return the lines of a table in Markdown; numbers to the right."""
    body = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    body = [[cell.replace(",", " ") if cell.replace(",", "").isdigit() else cell for cell in row]
            for row in body]  # fmt: skip
    lines = ["| " + " | ".join(head) + " |", "|---" + "|--:" * (len(head) - 1) + "|"]
    return lines + [
        "| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in body
    ]


def read(folder: Path, name: str) -> pd.DataFrame:
    """Read a list as text."""
    return pd.read_csv(folder / f"{name}.csv", dtype="str", keep_default_na=False)


def corrections(first: dict[str, Any], errata: pd.DataFrame) -> list[str]:
    """Return corrections by kind in both versions."""
    empty = errata["used_value"].eq("")
    now = {
        reason: [int(part.sum()), int((~part).sum())]
        for reason, part in empty.groupby(errata["reason"])
    }
    before = first["corrections"]
    rows = [
        [reason, *before.get(reason, [0, 0]), *now.get(reason, [0, 0])]
        for reason in sorted({*before, *now})
    ]
    rows.append(["**all**", *(sum(row[column] for row in rows) for column in range(1, 5))])
    head = ["kind", "emptied, first", "replaced, first", "emptied, now", "replaced, now"]
    return table(head, rows)


def left_as_printed(errata: pd.DataFrame, examined: pd.DataFrame) -> list[str]:
    """Return by rule what was proposed and left."""
    counted = by_rule(errata, examined)
    reasons = examined.groupby(["status", "rule"])["reason"].first()
    rows = [
        [reasons[(row.status, row.rule)], row.status, int(row.cells)]
        for row in counted.itertuples()
        if row.status in ("flagged", "kept")
    ]
    return table(["reason", "status", "cells"], rows)


def planted() -> list[str]:
    """Return planted faults found, and planted good cells emptied, by kind."""
    frame = pd.read_csv(PLANTED)
    floors = first_version.read()["found_at_least"]
    rows: list[list[object]] = []
    for row in frame.to_dict("records"):
        counts = [int(row[name]) for name in COUNTS]
        share = f"{counts[1] / counts[0]:.0%}" if row["is_fault"] else ""
        at_least = floors.get(row["kind"])
        first = "" if at_least is None else f"{at_least:.0%}"
        rows.append([row["kind"], counts[0], share, first, *counts[2:]])
    head = [
        "kind",
        "planted",
        "found",
        "at least, first",
        "corrected",
        "restored",
        "good among them",
    ]
    return table(head, rows)


def samples(first: dict[str, Any]) -> list[str]:
    """Return cells and complete cities of headline quantities under both lists."""
    frame = pd.read_csv(SAMPLES)
    rows = []
    for row in frame.itertuples():
        before = first["samples"][row.quantity]
        rows.append([f"`{row.quantity}`", before[0], int(row.cells), before[1], int(row.cities)])
    head = ["quantity, years", "cells, first", "now", "complete cities, first", "now"]
    return table(head, rows)


def known(first: dict[str, Any], raw: Path, errata: pd.DataFrame) -> list[str]:
    """Return the raw cells of headline columns from 2000 on that both lists leave."""
    counted = known_cells(raw, errata, errata)
    rows = [
        [
            f"`{name}.{column}`",
            int(counted.at[(name, column), "printed"]),
            first["known"][f"{name}.{column}"][0],
            int(counted.at[(name, column), "known_after"]),
        ]
        for name, column in HEADLINE
    ]
    return table(["column", "printed", "left, first", "left, now"], rows)


def part_of(text: str, pattern: str) -> str:
    """Return what of a number's text is shown."""
    found = re.search(pattern, text) if pattern else None
    return found[0] if found else text


def moved(first: dict[str, Any]) -> list[str]:
    """Return numbers of both versions' texts in groups, with the reason."""
    now = first_version.texts(TEXTS)
    gone = [p for p in places_shown() if p not in now.index or p not in first["numbers"]]
    if gone:
        raise ValueError(
            f"{MOVED} names {gone[0]}, which {TEXTS} or {first_version.FILE} does not have; take "
            "it out, or put a number there that both versions print."
        )
    lines: list[str] = []
    for group in groups_moved():
        rows = [
            [
                number["label"],
                *(
                    part_of(texts[number["place"]], number.get("part", ""))
                    for texts in (first["numbers"], now)
                ),
            ]
            for number in group["numbers"]
        ]
        lines += [group["why"], "", *table(["number", "first", "now"], rows), ""]
    return lines[:-1]


def tables() -> dict[str, list[str]]:
    """Return the page's tables by name."""
    raw = ROOT / "data" / "raw"
    errata, examined = read(raw, "errata"), read(raw, "examined")
    first = first_version.read()
    return {
        "corrections": corrections(first, errata),
        "left": left_as_printed(errata, examined),
        "planted": planted(),
        "samples": samples(first),
        "known": known(first, raw, errata),
        "moved": moved(first),
    }


def page(text: str, made: Mapping[str, list[str]]) -> str:
    """Return the page with its tables as they are now."""
    for name, lines in made.items():
        begin, end = BEGIN.format(name), END.format(name)
        before, _, rest = text.partition(begin)
        _, found, after = rest.partition(end)
        if not found:
            raise ValueError(
                f"{PAGE} has no lines {begin} and {end}; the table is put between them."
            )
        text = "\n".join([before + begin, "", *lines, "", end + after])
    return text


def main() -> None:
    """Print the page, or renew it and what it rests on."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="renew docs/corrections.md")
    parser.add_argument("--planted", help="the study's table of planted faults")
    parser.add_argument("--samples", action="store_true", help="count the panel's samples again")
    options = parser.parse_args()
    if options.planted:
        frame = pd.read_csv(options.planted)
        frame["is_fault"] = frame["share_found"].notna().astype(int)
        frame = frame[frame["kind"] != "no fault"]
        frame[["kind", *COUNTS, "is_fault"]].to_csv(PLANTED, index=False, lineterminator="\n")
    if options.samples:
        from .samples import counted, panel_under

        found = counted(panel_under(ROOT, read(ROOT / "data" / "raw", "errata")))
        rows = [[name, *counts] for name, counts in found.items()]
        frame = pd.DataFrame(rows, columns=["quantity", "cells", "cities"])
        frame.to_csv(SAMPLES, index=False, lineterminator="\n")
    text = page(PAGE.read_text(encoding="utf-8"), tables())
    if options.write:
        PAGE.write_text(text, encoding="utf-8")
    else:
        print(text, end="")


if __name__ == "__main__":
    run_command(main)
