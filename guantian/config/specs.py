"""The tables and files of specifications that the configuration names, read and checked."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from guantian.chapters.convergence import config as convergence
from guantian.chapters.inequality.config import InequalitySpecs
from guantian.chapters.linkage import config as linkage
from guantian.chapters.plan import config as plan
from guantian.chapters.similarity import config as similarity
from guantian.chapters.spillovers.config import Recovery
from guantian.data.variables import VARIABLES
from guantian.files import UnreadableError, read_rows, read_yaml
from guantian.options import FIRST_YEAR, LAST_YEAR, Options, sentence

if TYPE_CHECKING:
    from guantian.config.study import Study

Rows = dict[str, dict[str, str]]
Stop = Callable[[str, str], None]
Model = TypeVar("Model", bound=Options)
RECOVERY = "config/specs/recovery.yaml"  # of `snakemake recovery`


@dataclass(frozen=True)
class Specs:
    """Specifications by name, as text."""

    convergence: Rows
    gravity: Rows
    plan: Rows
    similarity: Rows
    inequality: InequalitySpecs


def numeric_variables() -> set[str]:
    """Return the variables of the panel that are quantities: no text, code, flag or category."""
    return {
        variable.name
        for variable in VARIABLES
        if variable.unit not in ("text", "code", "year") and " or " not in variable.unit
    }


def read_specs(study: Study, root: Path, stop: Stop) -> Specs:
    """Read every file of specifications; stop with a sentence that names file and row.

    Parameters
    ----------
    study
        The configuration, its types checked.
    root
        The top of the project.
    stop
        Stops at a key of the configuration.
    """
    numeric = numeric_variables()
    panel = (study.years.first, study.years.last)
    reader = Reader(root, stop)
    rows = reader.table("convergence.specs", study.convergence.specs, CONVERGENCE)
    for name, row in rows.items():
        reader.years(study.convergence.specs, name, row, panel)
        reader.one_of(study.convergence.specs, name, row, "outcome", numeric, QUANTITIES)
        reader.filled(study.convergence.specs, name, row, "comparison", "label")
    reader.needed(study.convergence.specs, rows, convergence.NEEDED)
    gravity = reader.table("linkage.gravity_specs", study.linkage.gravity_specs, GRAVITY)
    for name, row in gravity.items():
        path = study.linkage.gravity_specs
        reader.one_of(path, name, row, "treatment", linkage.TREATMENTS)
        reader.one_of(path, name, row, "pairs", linkage.PAIRS)
        reader.filled(path, name, row, "regressors", "label")
        regressors = row["regressors"].split(" ")
        for regressor in regressors:
            if regressor not in linkage.REGRESSORS:
                reader.wrong(path, name, "regressors", regressor, ", ".join(linkage.REGRESSORS))
        if len(set(regressors)) < len(regressors):
            reader.wrong(path, name, "regressors", row["regressors"], "each regressor once")
    reader.needed(study.linkage.gravity_specs, gravity, linkage.NEEDED)
    outcomes = reader.table("plan.specs", study.plan.specs, PLAN)
    for name, row in outcomes.items():
        path = study.plan.specs
        reader.years(path, name, row, (FIRST_YEAR, LAST_YEAR))
        reader.one_of(path, name, row, "variable", {*numeric, *plan.MADE}, QUANTITIES)
        reader.one_of(path, name, row, "scale", plan.SCALES)
        reader.filled(path, name, row, "label")
    reader.needed(study.plan.specs, outcomes, plan.NEEDED)
    structures = reader.table("similarity.specs", study.similarity.specs, SIMILARITY)
    for name, row in structures.items():
        path = study.similarity.specs
        reader.one_of(path, name, row, "source", similarity.SOURCES)
        reader.one_of(path, name, row, "level", [similarity.LEVELS[row["source"]]])
        reader.years(path, name, row, similarity.SOURCES[row["source"]])
        reader.filled(path, name, row, "label")
    reader.needed(study.similarity.specs, structures, similarity.NEEDED)
    inequality = _inequality(study, reader, numeric)
    reader.file(RECOVERY, Recovery)
    return Specs(rows, gravity, outcomes, structures, inequality)


CONVERGENCE = ("spec", "outcome", "first", "last", "comparison", "label")
GRAVITY = ("spec", "regressors", "treatment", "pairs", "label")
PLAN = ("outcome", "variable", "scale", "first", "last", "label")
SIMILARITY = ("spec", "source", "level", "first", "last", "label")
QUANTITIES = "a variable of the panel that is a quantity"


@dataclass(frozen=True)
class Reader:
    """Reads tables of specifications; stops with a sentence that names file, row and column."""

    root: Path
    stop: Stop

    def table(self, key: str, path: str, columns: Collection[str]) -> Rows:
        """Read a table whose first column names each row, once."""
        if not (self.root / path).exists():
            self.stop(key, f"{path}: no such table")
        found: Rows = {}
        first, *_ = columns
        for number, row in enumerate(read_rows(self.root / path, columns, path), start=2):
            name = row[first]
            if not name or not name.replace("_", "").isalnum() or not name.isascii():
                raise UnreadableError(
                    f"{path}, line {number}, column {first}: {name!r}; expected a name of letters, "
                    "digits and underscores."
                )
            if name in found:
                raise UnreadableError(
                    f"{path}, line {number}, column {first}: {name!r} appears twice; expected each "
                    "row once."
                )
            found[name] = row
        return found

    def file(self, path: str, model: type[Model]) -> Model:
        """Read a YAML file of specifications as its model."""
        content = read_yaml(self.root / path, path)
        try:
            return model.model_validate(content)
        except ValidationError as error:
            key, said = sentence(error, model, content)
            raise UnreadableError(f"{path} is wrong at {key}: {said}.") from None

    def wrong(self, path: str, name: str, column: str, value: str, wanted: str) -> None:
        """Stop at a value of a row."""
        raise UnreadableError(f"{path}, row {name}, column {column}: {value!r}; expected {wanted}.")

    def one_of(
        self,
        path: str,
        name: str,
        row: dict[str, str],
        column: str,
        known: Collection[str],
        wanted: str = "",
    ) -> None:
        """Stop where a value is not among the known ones."""
        if row[column] not in known:
            self.wrong(path, name, column, row[column], wanted or f"one of {', '.join(known)}")

    def filled(self, path: str, name: str, row: dict[str, str], *columns: str) -> None:
        """Stop where a text is empty or has a blank at an end."""
        for column in columns:
            if not row[column] or row[column] != row[column].strip():
                self.wrong(path, name, column, row[column], "text without blanks at its ends")

    def years(self, path: str, name: str, row: dict[str, str], within: tuple[int, int]) -> None:
        """Stop where the years are none, turned round, or outside."""
        low, high = within
        for column in ("first", "last"):
            text = row[column]
            if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
                self.wrong(path, name, column, text, f"a year from {low} to {high}")
        if int(row["first"]) >= int(row["last"]):
            self.wrong(path, name, "last", row["last"], f"a year after {row['first']}, the first")

    def needed(self, path: str, rows: Rows, names: Collection[str]) -> None:
        """Stop where a row is missing that the chapter names."""
        for name in names:
            if name not in rows:
                raise UnreadableError(
                    f"{path} has no row {name!r}; expected the rows {', '.join(names)}, which the "
                    "tables and the text name."
                )


def _inequality(study: Study, reader: Reader, numeric: Collection[str]) -> InequalitySpecs:
    path = study.inequality.specs
    if not (reader.root / path).exists():
        reader.stop("inequality.specs", f"{path}: no such file")
    read = reader.file(path, InequalitySpecs)
    for key, name in read.named_variables().items():
        if name not in numeric:
            raise UnreadableError(f"{path} is wrong at {key}: {name!r}; expected {QUANTITIES}.")
    return read
