"""The chapter's table and numbers, from the published results and all chapters' estimates."""

from __future__ import annotations

import pandas as pd

from guantian.chapters.external.compare import VERDICTS, compared, read_external
from guantian.chapters.external.tables import external_tables
from guantian.present.tables import write_numbers, write_table
from guantian.registry import Job
from guantian.results import read


def show(job: Job) -> None:
    """Write everything that the chapter shows."""
    given = vars(job.inputs)
    paths = [path for name, path in given.items() if name != "checks"]
    estimates = pd.concat([read(path) for path in paths], ignore_index=True)
    checks = read_external(job.inputs.checks, job.options["zone"]["id"])
    found = compared(checks, estimates)
    for table in external_tables(found, job.options["confidence"]):
        write_table(table, job.tables)
    write_numbers(external_numbers(found), job.outputs.numbers)


def external_numbers(found: pd.DataFrame) -> dict:
    """Return the numbers of the text: results compared, and comparisons by how they end.

    Parameters
    ----------
    found
        As `guantian.chapters.external.compare.compared` returns it.

    Returns
    -------
    dict
        ``results`` published, ``answered`` by a row of ours, ``rows`` compared, and the rows of
        each verdict.
    """
    known = found[found["verdict"] != "absent"]
    return {
        "results": str(found["check"].nunique()),
        "answered": str(known["check"].nunique()),
        "rows": str(len(known)),
        **{name: str((found["verdict"] == name).sum()) for name in VERDICTS if name != "absent"},
    }
