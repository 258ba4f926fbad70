"""The claims as declared: what each says, its primary tests, and why some have none.

``config/claims.yaml`` holds them, and the ``claims.yaml`` of a chapter those that it adds;
everything here is written before a test is run. A claim makes one statement or several; each has,
for China and for the zone, one primary test or the reason why it has none. What a statement says of
sign, smallest effect of interest (SEOI), unit and benchmark holds for both of its tests unless a
test says otherwise.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationError, model_validator

from guantian.files import UnreadableError, read_yaml
from guantian.options import Name, Options, Positive, Text, sentence

#: Two estimands per statement: China, which is the main answer, and the zone. Each is a family.
ESTIMANDS = ("china", "zone")
#: What a statement says for its tests where they do not.
SHARED = ("direction", "seoi", "unit", "reason", "benchmark", "declared")


def _date(text: str) -> str:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r}; expected a date such as '2026-11-29'") from None
    return text


Date = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$"), AfterValidator(_date)]
Id = Annotated[str, StringConstraints(pattern=r"^S[0-9]+\.[0-9a-z]+$")]
Key = dict[str, str | int | float | None]


class Change(Options):
    """A change of a test after its declaration."""

    date: Date
    what: Text
    """What was changed, and why."""


class PrimaryTest(Options):
    """The one test that decides a statement for one estimand."""

    outcome: Text
    """What is measured."""
    sample: Text
    """Units and years."""
    estimator: Text
    """Estimator and errors."""
    direction: Literal["positive", "negative"]
    """The side of the benchmark that the claim predicts."""
    seoi: Positive
    """Smallest effect of interest, as a distance from the benchmark in the estimate's unit."""
    unit: Text
    """Of the estimate."""
    reason: Text
    """Why a smaller effect is of no interest."""
    benchmark: float = 0.0
    """The value that means no effect."""
    declared: Date
    """When the test was declared."""
    seen: Text | None
    """Which estimate of the same test had been looked at before; null: none."""
    estimate: Key = Field(default_factory=dict)
    """Further key columns of the row of estimates, where analysis, variant and sample leave
    several."""
    scale: Positive = 1.0
    """By which the row's estimate is multiplied to be in `unit`."""
    seoi_in: Key | None = None
    """Key of the row in whose absolute estimate the SEOI is counted, such as an earlier slope; of
    the analyses primary, secondary and falsification."""
    substitution: Text | None = None
    """Why this test takes the place of the one in the protocol."""
    changes: list[Change] = Field(default_factory=list)
    """What was changed after the declaration."""


class Statement(Options):
    """One statement of a claim."""

    part: Id
    """Its label: the claim's id, followed by a letter where the claim makes several statements."""
    quotation: Text
    """The document's words, a short phrase."""
    claim: Text
    """What it says, in our words."""
    china: PrimaryTest | None = None
    zone: PrimaryTest | None = None
    untested: dict[Literal["china", "zone"], Text] = Field(default_factory=dict)
    """Why an estimand has no test."""

    @model_validator(mode="before")
    @classmethod
    def _hand_down(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        shared = {name: given[name] for name in SHARED if name in given}
        own = {name: value for name, value in given.items() if name not in SHARED}
        for name in ESTIMANDS:
            if isinstance(own.get(name), Mapping):
                own[name] = {**shared, **own[name]}
        return own

    @model_validator(mode="after")
    def _each_once(self):
        for name in ESTIMANDS:
            if (getattr(self, name) is None) == (name not in self.untested):
                raise ValueError(
                    f"{self.part} has for {name} "
                    f"{'neither a test nor' if name not in self.untested else 'a test and'} a "
                    "reason why it is untested; expected one of them"
                )
        return self

    def unseen(self) -> Statement:
        """Return the statement for a zone of which nothing had been seen."""
        if self.zone is None:
            return self
        zone = self.zone.model_copy(update={"seen": None, "changes": []})
        return self.model_copy(update={"zone": zone})

    def tests(self) -> Iterator[tuple[str, PrimaryTest | None]]:
        """Yield the estimands, each with its test or None."""
        for name in ESTIMANDS:
            yield name, getattr(self, name)


class Illustration(Options):
    """What a calibrated model gives for a claim: shown, and not judged."""

    what: Text
    estimate: Key
    """``file`` (of the estimates) and the key columns of the row."""

    @model_validator(mode="after")
    def _named(self):
        if not isinstance(self.estimate.get("file"), str):
            raise ValueError(f"the illustration “{self.what}” names no file of estimates")
        return self


class OwnCaveat(Options):
    """A caveat for the study's own zone: for another it is none."""

    own: Text


class Claim(Options):
    """A claim of one of the two documents."""

    id: Id
    source: Annotated[str, StringConstraints(pattern=r"^S[0-9]+$")]
    """The document."""
    claim: Text
    """In our words."""
    statements: Annotated[list[Statement], Field(min_length=1)]
    illustrations: list[Illustration] = Field(default_factory=list)
    caveats: list[Text | OwnCaveat] = Field(default_factory=list)
    figures: list[Name] = Field(default_factory=list)
    tables: list[Name] = Field(default_factory=list)

    @model_validator(mode="after")
    def _named_equally(self):
        if not self.id.startswith(f"{self.source}."):
            raise ValueError(f"{self.id} is of the document {self.source}; expected one name")
        for statement in self.statements:
            letter = statement.part.removeprefix(self.id)
            if statement.part != self.id + letter or len(letter) > 1:
                raise ValueError(
                    f"{statement.part} is a statement of {self.id}; expected {self.id}, or it and "
                    "a letter"
                )
        return self


class Declarations(Options):
    """The claims of all documents."""

    declared: Date
    """When the tests were declared that name no other date."""
    claims: Annotated[list[Claim], Field(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def _date_all(cls, given: Any) -> Any:
        """Give the date to the statements that name none."""
        if not isinstance(given, Mapping) or not isinstance(given.get("claims"), list):
            return given

        def dated(claim: Any) -> Any:
            if not isinstance(claim, Mapping) or not isinstance(claim.get("statements"), list):
                return claim
            statements = [
                {"declared": given.get("declared"), **each} if isinstance(each, Mapping) else each
                for each in claim["statements"]
            ]
            return {**claim, "statements": statements}

        return {**given, "claims": [dated(claim) for claim in given["claims"]]}

    @model_validator(mode="after")
    def _each_once(self):
        for names in (
            [claim.id for claim in self.claims],
            [statement.part for claim in self.claims for statement in claim.statements],
        ):
            for name in names:
                if names.count(name) > 1:
                    raise ValueError(f"{name} appears twice; expected it once")
        return self

    def for_zone(self, *, own: bool) -> Declarations:
        """Return the claims for the study's own zone, or for another, with caveats as texts.

        The tests of the zone were declared, and changed, with its own zone in view: of another,
        no estimate had been seen, and what moved the changes is none of its results.

        Examples
        --------
        >>> claim = {"id": "S1.1", "source": "S1", "claim": "It is so.", "statements": [
        ...     {"part": "S1.1", "quotation": "so", "claim": "It is so.",
        ...      "untested": {"china": "No data.", "zone": "No data."}}],
        ...     "caveats": ["Few data.", {"own": "The city grew."}]}
        >>> declared = Declarations(declared="2026-11-30", claims=[claim])
        >>> declared.for_zone(own=True).claims[0].caveats
        ['Few data.', 'The city grew.']
        >>> declared.for_zone(own=False).claims[0].caveats
        ['Few data.']
        """
        claims = []
        for claim in self.claims:
            caveats = [
                caveat if isinstance(caveat, str) else caveat.own
                for caveat in claim.caveats
                if own or isinstance(caveat, str)
            ]
            statements = claim.statements if own else [each.unseen() for each in claim.statements]
            claims.append(claim.model_copy(update={"caveats": caveats, "statements": statements}))
        return self.model_copy(update={"claims": claims})


def claim_files(registry: str, root: str | Path = "") -> list[str]:
    """Name the files of claims: the study's, then those of chapters that bring their own.

    Parameters
    ----------
    registry
        The study's file, from the top of the project.
    root
        The top of the project.
    """
    own = sorted(Path(root).glob("guantian/chapters/*/claims.yaml"))
    return [registry, *(path.relative_to(root).as_posix() for path in own)]


def read_claims(path: str | Path, root: str | Path = "", *more: str | Path) -> Declarations:
    """Read the declarations; stop with one sentence where they are not as they must be.

    Parameters
    ----------
    path
        Of the file, from the top of the project.
    root
        The top of the project.
    *more
        Further files of the same form, whose claims follow.

    Raises
    ------
    UnreadableError
        With the file, the place, the value and what was expected.
    """
    read = [_read_file(name, root) for name in (path, *more)]
    try:
        return Declarations(
            declared=read[0].declared, claims=[claim for each in read for claim in each.claims]
        )
    except ValidationError as error:
        _, said = sentence(error, Declarations, {})
        raise UnreadableError(f"{', '.join(map(str, (path, *more)))} are wrong: {said}.") from None


def _read_file(path: str | Path, root: str | Path) -> Declarations:
    content = read_yaml(Path(root) / path, str(path))
    try:
        return Declarations.model_validate(content)
    except ValidationError as error:
        place, said = sentence(error, Declarations, content)
        raise UnreadableError(f"{path} is wrong at {place}: {said}.") from None
