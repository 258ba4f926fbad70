"""``python -m audit.compile SOURCES [DATA]``: rebuild raw tables and compare; 1 if one differs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from audit.compile import (
    bulletins,
    census,
    csmar_copies,
    elites,
    investment,
    promotion,
    retail,
    thesis,
)
from audit.compile.checkout import SourceMissingError, reader
from audit.compile.compare import compare
from audit.compile.single import SINGLE
from guantian.data.package import read_package
from guantian.data.read import read_table
from guantian.data.sources import read_sources
from guantian.errors import run_command

Tables = dict[str, pd.DataFrame]
MODULES: dict[str, Callable[..., Tables]] = {
    **{
        module.REPOSITORY: module.tables
        for module in (
            bulletins,
            census,
            csmar_copies,
            elites,
            investment,
            promotion,
            retail,
            thesis,
        )
    },
    **SINGLE,
}


def rebuild(sources: Path, data: Path) -> Iterator[tuple[str, pd.DataFrame | str]]:
    """Rebuild what can be; yield for each source its repository and what was found.

    Yields
    ------
    repository : str
    found : DataFrame or str
        As `audit.compile.compare.compare` returns it, for all tables of the source; or a sentence
        where it has no module or its checkout is missing.
    """
    package = read_package(data / "raw" / "datapackage.json")
    table = read_sources(data / "sources.csv", data / "citations.bib")
    commits = table[(table["column"] == "") & (table["commit"] != "")]
    commits = commits.drop_duplicates("repository").set_index("repository")["commit"]
    for repository, commit in commits.items():
        if repository not in MODULES:
            yield repository, "no module makes its tables"
            continue
        try:
            reads = [reader(sources, repository, commit)]
            if repository == retail.REPOSITORY:
                other = investment.REPOSITORY
                reads.append(reader(sources, other, commits[other]))
            made = MODULES[repository](*reads)
            if repository == thesis.REPOSITORY:
                made |= thesis.history(reader(sources, repository, thesis.PANEL_COMMIT))
        except SourceMissingError as error:
            yield repository, str(error)
            continue
        yield (
            repository,
            pd.concat(
                compare(frame, read_table(package.tables[name]), name, package.tables[name].key)
                for name, frame in made.items()
            ),
        )


def main(arguments: list[str]) -> int:
    """Print a line for each column; return 1 where one differs, 2 where nothing was compared."""
    sources, data = Path(arguments[0]), Path(arguments[1] if len(arguments) > 1 else "data")
    compared = differing = 0
    for repository, found in rebuild(sources, data):
        if isinstance(found, str):
            print(f"{repository}: {found}")
            continue
        print(f"{repository}:")
        for row in found.itertuples():
            mark = "equal" if row.equal == row.cells else f"DIFFERS ({row.first_difference})"
            print(f"  {row.table}.{row.column}: {row.equal} of {row.cells} {mark}")
        compared += len(found)
        differing += int((found["equal"] < found["cells"]).sum())
    print(f"{compared} columns compared, {differing} differ.")
    return 2 if not compared else min(differing, 1)


if __name__ == "__main__":
    run_command(lambda: main(sys.argv[1:]))
