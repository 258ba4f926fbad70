"""The whole configuration as one typed model, and how it is read.

The sections of the chapters are found: a chapter's is the model of its ``config.py`` that bears its
name in capitals (``core_periphery``: `CorePeriphery`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, create_model, model_validator

from guantian.config.migration import new_name
from guantian.config.sections import (
    DEFAULT_FOLDERS,
    Accounts,
    Capital,
    Checks,
    Claims,
    Folders,
    Placebo,
    Population,
    Site,
    Weights,
)
from guantian.files import UnreadableError, read_yaml
from guantian.options import (
    ConfigError,
    Name,
    Options,
    Province,
    Year,
    Years,
    listing,
    sentence,
)
from guantian.registry import CHAPTERS, FOLDER

FILE = "config/study.yaml"
NAMES = "data/raw/city_names.csv"


class General(Options):
    """Every choice of the study but for the chapters' own."""

    zone: Name
    """A file of `zones/` without its ending; its members are the sample *zone*."""
    region: Annotated[list[Province], *listing()] | None = None
    """Codes of the provinces whose prefectures, with the zone, make the sample *region*; null: as
    the zone's file says."""
    years: Years
    """Years of the panel, both included."""
    base_year: Year
    """Year of the prices of real GDP and of capital; growth is chained from it in both
    directions."""
    confidence: Annotated[float, Field(gt=0.5, lt=1)]
    """Level of every interval, and of the bands of placebo zones."""
    accounts: Accounts
    """Checks of the cities' accounts."""
    population: Population
    """What values per head divide by."""
    capital: Capital
    """How investment becomes capital."""
    checks: Checks
    """Checks of the raw tables."""
    placebo: Placebo
    """Placebo zones."""
    weights: Weights
    """Spatial weights."""
    claims: Claims
    """The claims and the rule that decides them."""
    site: Site
    """The page."""
    pathvars: Folders
    """Where things are made; name others to keep another study beside this one."""

    @model_validator(mode="after")
    def _base_year_in_panel(self):
        for key, year in (
            ("base_year", self.base_year),
            ("weights.economic_year", self.weights.economic_year),
        ):
            if not self.years.holds(year):
                raise ValueError(
                    f"{key} is {year}; expected a year from {self.years.first} to "
                    f"{self.years.last}, those of the panel"
                )
        return self


def chapter_options() -> dict[str, type[Options]]:
    """Return the model of each chapter's section; a chapter without `config.py` has none."""
    found = {}
    for name in CHAPTERS:
        if (FOLDER / name / "config.py").exists():
            module = import_module(f"guantian.chapters.{name}.config")
            found[name] = getattr(module, name.title().replace("_", ""))
    return found


def _section(model: type[Options]) -> tuple[type[Options], Any]:
    """Return a section as a field; one whose options all have defaults may be left out."""
    needed = any(field.is_required() for field in model.model_fields.values())
    default = {} if needed else {"default_factory": model}
    return model, Field(description=model.__doc__, **default)


Study = create_model(
    "Study",
    __base__=General,
    __module__=__name__,
    __doc__="Every choice of the study.",
    **{name: _section(model) for name, model in chapter_options().items()},
)


def folders_of(study: Study) -> Folders:
    """Return where a zone's files are made: the study's own zone in the folders as they are named.

    Another zone goes into a folder of its own, named after it, in every folder that is the
    default; a folder that the configuration names otherwise is used as it is named.
    """
    if study.zone == study.claims.about:
        return study.pathvars
    default = DEFAULT_FOLDERS.model_dump()
    return Folders(
        **{
            key: f"{folder}/{study.zone}" if folder == default[key] else folder
            for key, folder in study.pathvars.model_dump().items()
        }
    )


class Where:
    """Where a key of the configuration comes from, for the sentences of errors."""

    def __init__(self, root: Path, sources: Sequence[str], config: Mapping[str, Any]) -> None:
        self.root = root
        self.sources = list(sources)
        self.config = config
        self.zone = ""

    def validate(self, config: Mapping[str, Any]) -> Study:
        """Check types and ranges; stop with a sentence."""
        try:
            return Study.model_validate(dict(config))
        except ValidationError as error:
            key, said = sentence(error, Study, config)
            now = new_name(key) if "no such key" in said else None
            self.stop(key, f"the key is called {now} now" if now else said)
        raise AssertionError  # stop() raised

    def stop(self, key: str, said: str) -> None:
        """Stop with one sentence that names the file and the key."""
        source = self._source(key)
        raise ConfigError(
            f"The configuration{f' ({source})' if source else ''} is wrong at {key}: {said}."
        )

    def _source(self, key: str) -> str:
        """Name the last file that gives a key its value, the zone's, or the command line."""
        value = _at(self.config, key)
        if value is None:
            return f"config/zones/{self.zone}.yaml" if self.zone else ""
        for name in reversed(self.sources):
            try:
                given = _at(read_yaml(self.root / name), key)
            except UnreadableError:
                continue
            if given is not None and (isinstance(given, Mapping) or given == value):
                return name
        return "--config" if self.sources else ""


def _at(content: Any, key: str) -> Any:
    """Return what is at a key, up to the first entry of a list; None where there is none."""
    for part in key.split(",")[0].split("."):
        content = content.get(part) if isinstance(content, Mapping) else None
    return content
