"""What a chapter declares of itself, from which its rules are made.

Nothing here costs an import: the workflow reads every chapter's declaration at each start.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

#: The order of the study's chapters in the workflow and in the appendix. One that it leaves out
#: follows by its name, so that a new one need not be listed; with its place here come its captions
#: in Chinese (``config/zh.yaml``) and its group of jobs on a cluster (``profiles/slurm``).
ORDER = (
    "convergence",
    "inequality",
    "dynamics",
    "spillovers",
    "growth",
    "similarity",
    "reactions",
    "linkage",
    "core_periphery",
    "games",
    "plan",
    "zones",
    "counties",
    "external",
)
FOLDER = Path(__file__).with_name("chapters")


def found_chapters(folder: Path = FOLDER) -> tuple[str, ...]:
    """Name the packages of a folder that declare a chapter, in order.

    Examples
    --------
    >>> found_chapters()[:2]
    ('convergence', 'inequality')
    """
    declaring = {
        path.parent.name
        for path in folder.glob("*/__init__.py")
        if re.search(r"^CHAPTER = ", path.read_text("utf-8"), re.MULTILINE)
    }
    ordered = [name for name in ORDER if name in declaring]
    return (*ordered, *sorted(declaring - {*ORDER}))


#: The chapters, each a package of `guantian.chapters`.
CHAPTERS = found_chapters()
PANEL = "{processed}/panel.parquet"
CODEBOOK = "{processed}/codebook.csv"
NAMES = "{processed}/tables/city_names.parquet"
PREFECTURES = "{processed}/geography/prefectures.parquet"
PROVINCES = "{processed}/geography/provinces.parquet"
PAIRS = "{processed}/geography/pairs.parquet"
PLACEBO_ZONES = "{processed}/geography/placebo_zones.parquet"
CHECKED_TABLES = "{checked_tables}"
ZONES = "config/zones/*.yaml"
FONTS = "assets/fonts/*.otf"


#: The texts that a chapter may have, each a Typst file of its folder.
TEXTS = ("methods", "text", "appendix")


def chapter_texts(kind: str) -> list[str]:
    """Name the chapters' texts of a kind in order, from the top of the project.

    Examples
    --------
    >>> chapter_texts("methods")[0]
    '/guantian/chapters/convergence/methods.typ'
    """
    names = [name for name in CHAPTERS if (FOLDER / name / f"{kind}.typ").exists()]
    return [f"/guantian/chapters/{name}/{kind}.typ" for name in names]


def table(name: str) -> str:
    """Name the file of a corrected table."""
    return f"{{processed}}/tables/{name}.parquet"


def option(key: str) -> str:
    """Name the file that an option of the configuration names, such as ``plan.specs``."""
    return f"{{config:{key}}}"


def results(kind: str, chapter: str) -> str:
    """Name a chapter's file of results; the kind is estimates, series or tests."""
    return f"{{results}}/{kind}/{chapter}.parquet"


@dataclass(frozen=True)
class Stage:
    """One job of a chapter: a function, what it reads and what it makes.

    Attributes
    ----------
    verb : str
        What it does: ``estimate`` or ``show``. With the chapter's name it is the rule's.
    call : str
        ``module:function``; the function takes a `Job`.
    inputs, outputs : mapping of str to str
        Paths from the top of the project by name. ``{processed}`` and ``{results}`` are the
        folders of the run and ``{config:key}`` for what the configuration holds at a key: a file,
        or a part of its name; a ``*`` is every file that fits, ``{checked_tables}`` every raw
        table as read and checked.
    options : tuple of str
        Keys of the configuration that the function reads, such as ``plan`` or ``years.first``.
        The job runs again where one of them changes.
    figures, tables : tuple of str
        Names of what it shows; their captions are in the chapter's ``captions.yaml``.
    message : str
        What is said while it runs.
    zone : bool
        Whether the function reads the description of the zone.
    again : mapping of str to object, or None
        For a stage whose results rest on reported real growth: the options, by their keys, with
        which it is run a second time with growth as first published (fewer draws, the outcomes
        that growth is in). The second run reads and writes what `first_published` names.
    """

    verb: str
    call: str
    inputs: Mapping[str, str]
    outputs: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    message: str = ""
    again: Mapping[str, Any] | None = None

    @property
    def module(self) -> str:
        """Module of the function."""
        return self.call.partition(":")[0]

    def function(self) -> Callable[[Job], None]:
        """Import the function."""
        module, _, name = self.call.partition(":")
        return getattr(import_module(module), name)


@dataclass(frozen=True)
class Chapter:
    """A chapter of the study.

    Attributes
    ----------
    name : str
        Of its package, and everywhere else: section of the configuration, rules, results, tests.
    title : str
        Heading, and category in the report.
    question : str
        What it answers.
    stages : tuple of Stage
    """

    name: str
    title: str
    question: str
    stages: tuple[Stage, ...]


@dataclass(frozen=True)
class Job:
    """What a stage's function is given.

    Attributes
    ----------
    inputs, outputs : SimpleNamespace
        Paths by name; an input with a ``*`` is a list.
    options : mapping
        The options that the stage asked for, by key.
    figures, tables : Path
        Folders into which figures and tables are written.
    """

    inputs: SimpleNamespace
    outputs: SimpleNamespace
    options: Mapping[str, Any]
    figures: Path
    tables: Path


def estimating() -> list[str]:
    """Name the chapters that write estimates, in order."""
    return [
        chapter.name
        for chapter in chapters()
        if any(
            results("estimates", chapter.name) in stage.outputs.values() for stage in chapter.stages
        )
    ]


#: What growth is read from, and so what a second run reads with growth as first published.
GROWTH = (PANEL, table("city_accounts"))


def first_published(path: str) -> str:
    """Name the file that a run with growth as first published has in place of another.

    Examples
    --------
    >>> first_published(results("estimates", "plan"))
    '{results}/first_published/estimates/plan.parquet'
    >>> first_published("{processed}/flows.parquet")
    '{processed}/flows.parquet'
    """
    made = {each for _, stage in estimated_again() for each in stage.outputs.values()}
    if path not in {*GROWTH, *made}:
        return path
    folder, _, name = path.partition("/")
    return f"{folder}/first_published/{name}"


def estimated_again() -> list[tuple[Chapter, Stage]]:
    """List the stages that are run a second time, with growth as first published."""
    return [
        (chapter, stage)
        for chapter in chapters()
        for stage in chapter.stages
        if stage.again is not None
    ]


def chapters() -> Iterator[Chapter]:
    """Give every chapter's declaration, in order."""
    for name in CHAPTERS:
        yield import_module(f"guantian.chapters.{name}").CHAPTER
