"""The chapter's table, from its results."""

from __future__ import annotations

from guantian.chapters.counties.tables import county_tables
from guantian.present.tables import write_table
from guantian.registry import Job
from guantian.results import read


def show(job: Job) -> None:
    """Write everything that the chapter shows; its tests are among those of the ledger."""
    for table in county_tables(read(job.inputs.estimates), job.options["confidence"]):
        write_table(table, job.tables)
