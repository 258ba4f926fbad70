"""The page of corrections says what the lists, the reference and the first version say."""

import re
import subprocess

import pandas as pd
import pytest

from audit import first_version, shown

MAKEFILE = (shown.ROOT / "Makefile").read_text("utf-8")
FIRST = re.search(r"^FIRST_VERSION := (\w+)$", MAKEFILE, re.MULTILINE)[1]


def of_the_first(path):
    """Return a file of the first version, where the history is here."""
    done = subprocess.run(
        ["git", "show", f"{FIRST}:{path}"], cwd=shown.ROOT, capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("the history of the first version is not here")
    return done.stdout.decode("utf-8")


def test_the_page_is_as_made():
    """After a change of the lists: `make errata`; of results: `make reference`."""
    text = shown.PAGE.read_text("utf-8")
    assert shown.page(text, shown.tables()) == text


def test_every_table_sums_to_the_lists():
    """Rows of the page's first two tables are all cells of the two lists."""
    raw = shown.ROOT / "data" / "raw"
    errata, examined = (shown.read(raw, name) for name in ("errata", "examined"))
    made = shown.tables()

    def numbers(row):
        cells = row.strip("| ").split(" | ")
        return [int(cell.replace("\u202f", "").replace(" ", "")) for cell in cells[-2:]]

    assert sum(numbers(made["corrections"][-1])) == len(errata)
    left = [row.rsplit("|", 2)[1].replace(" ", "") for row in made["left"][2:]]
    assert sum(map(int, left)) == len(examined)


def test_a_page_without_its_marks_is_refused():
    with pytest.raises(ValueError, match="has no lines <!-- planted: begin -->"):
        shown.page("# Corrections", {"planted": ["| a |"]})


def test_what_moved_is_printed_by_both_versions():
    now, first = first_version.texts(shown.TEXTS), first_version.read()["numbers"]
    places = shown.places_shown()
    assert len(places) >= 20 and len(set(places)) == len(places)
    assert set(places) <= set(first) & set(now.index)


def test_counts_of_the_first_version_are_its_own(tmp_path):
    """What is kept of the first version is what its files in the history say."""
    kept = first_version.read()
    file = tmp_path / "errata.csv"
    file.write_text(of_the_first("data/raw/errata.csv"), encoding="utf-8")
    errata = shown.read(tmp_path, "errata")
    errata["reason"] = errata["reason"].replace(first_version.REWORDED)
    assert sum(map(sum, kept["corrections"].values())) == len(errata)
    empty = errata.groupby("reason")["used_value"].agg(lambda used: used.eq("").sum())
    assert {reason: counts[0] for reason, counts in kept["corrections"].items()} == empty.to_dict()
    file.write_text(of_the_first(first_version.TEXTS), encoding="utf-8")
    printed = first_version.texts(file)
    assert {place: printed[place] for place in kept["numbers"]} == kept["numbers"]


def test_planted_faults_have_a_row_each():
    frame = pd.read_csv(shown.PLANTED)
    assert frame["kind"].is_unique and (frame["found"] <= frame["planted"]).all()
    # A good cell in fifty of a kind at the most.
    assert (frame["emptied_good"] <= 0.02 * frame["corrected"].clip(lower=1)).all()
