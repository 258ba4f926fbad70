"""Economic zones and urban clusters as data: who belongs, since when, by which document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from guantian.files import UnreadableError, read_yaml
from guantian.geography.provinces import NEIGHBOURS, province_of, with_neighbours
from guantian.options import (
    City,
    Name,
    Options,
    Province,
    Text,
    Year,
    check_date,
    listing,
    sentence,
)

KINDS = ("economic_zone", "urban_cluster", "reform_pilot", "demonstration_zone")
#: Last year of the comparison of linkage where a zone's file names none: the census of 2020
#: changed population data.
UNTIL = 2019


class Member(Options):
    """A prefecture-level unit of a zone; `part` where only some of its counties belong."""

    code: City
    """Its code, as in `data/raw/city_names.csv`."""
    name_en: Text
    """Its name."""
    part: bool = False
    """Whether only some of its counties belong."""
    note: str = ""
    """Which counties, where only some belong."""
    counties: Annotated[tuple[City, ...], Field(strict=False)] = ()
    """Codes of those counties, where the document names them."""

    @model_validator(mode="after")
    def _part_has_a_note(self):
        if self.part and not self.note:
            raise ValueError("part without note; expected which counties belong")
        return self


class ZoneBorder(Options):
    """The provincial border that runs through a zone."""

    provinces: Annotated[list[Province], *listing(2, 2)]
    """Two provinces of the zone; differences are the second minus the first."""
    exclude_cities: Annotated[list[City], *listing(0)] = Field(default=[])
    """Cities whose county data are in doubt, left out as a check."""


class ZoneStudy(Options):
    """What the study asks of a zone; what is left out is derived from the rest of the file."""

    region: Annotated[list[Province], *listing()] | None = None
    """Provinces that make the sample *region*; by default the zone's and those that adjoin them."""
    border: ZoneBorder | None = None
    """The border whose counties are compared; by default between the two adjoining provinces with
    most members, none in a zone of one province."""
    centres: Annotated[list[City], *listing(1, 3)] | None = None
    """One to three centres of the games; by default the core."""
    since: Year | None = None
    """Year since which linkage is compared; by default that of the approval."""
    until: Year | None = None
    """Last year of that comparison; by default 2019."""
    events: Annotated[list[Name], *listing(0)] | None = None
    """Later events that are described, ids of `data/raw/acts.csv`; by default none."""
    exclude_provinces: Annotated[list[Province], *listing(0)] | None = None
    """Provinces left out of placebo zones and donors as a check; by default none."""
    compare_with: Name | None = None
    """Another zone whose linkage is computed beside; by default that with most members in common,
    none where no zone has any."""


class Zone(Options):
    """A zone approved by the State Council."""

    id: Name
    """The file's name without its ending."""
    name_en: Text
    """English name."""
    name_zh: Text
    """Chinese name."""
    kind: Literal[KINDS]
    """Kind of zone."""
    approved: str
    """Date of the approving document, ISO, cut to the month or year where the day is not known."""
    approved_precision: Literal["day", "month", "year"]
    """How precisely `approved` is known."""
    published: str | None = None
    """Day on which the document was made public, where it is known and differs from `approved`."""
    approving_body: Text
    """Who approved it."""
    source: Text
    """The document: title, number, date."""
    core: City
    """Code of the core city, one of the members."""
    members: Annotated[tuple[Member, ...], Field(min_length=3, strict=False)]
    """The members, each once."""
    notes: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    """What a reader must know: what could not be confirmed, several cores, changed boundaries."""
    study: ZoneStudy = ZoneStudy()
    """What the study asks of the zone, where its defaults do not serve."""

    @model_validator(mode="after")
    def _fits_together(self):
        check_date(self.approved, self.approved_precision)
        if self.published is not None:
            check_date(self.published, "day")
            if self.published < self.approved:
                raise ValueError(
                    f"published is {self.published}; expected no day before {self.approved}, the "
                    "date of the approval"
                )
        for code, times in Counter(self.codes).items():
            if times > 1:
                raise ValueError(f"the member {code} appears twice; expected each member once")
        if self.core not in self.codes:
            raise ValueError(f"the core {self.core} is no member; expected one of them")
        self._check_study()
        return self

    def _check_study(self) -> None:
        asked = self.study
        for code in asked.centres or ():
            if code not in self.codes:
                raise ValueError(f"study.centres has {code}, which is no member")
        if asked.region is not None:
            for code in self.provinces:
                if code not in asked.region:
                    raise ValueError(
                        f"study.region lacks {code}; expected every province of the zone"
                    )
        if asked.border is not None:
            for code in asked.border.provinces:
                if code not in self.provinces:
                    raise ValueError(f"study.border.provinces has {code}; expected the zone's own")
            for code in asked.border.exclude_cities:
                if province_of(code) not in asked.border.provinces:
                    raise ValueError(
                        f"study.border.exclude_cities has {code}; expected a city of the two "
                        "provinces"
                    )
        since, until = asked.since or self.year, asked.until or UNTIL
        if since >= until:
            raise ValueError(f"study.since ({since}) must come before study.until ({until})")
        for code in asked.exclude_provinces or ():
            if code == province_of(self.core):
                raise ValueError(f"study.exclude_provinces has {code}, the province of the core")

    @property
    def codes(self) -> list[str]:
        """Codes of all members, in the order of the file."""
        return [member.code for member in self.members]

    @property
    def year(self) -> int:
        """Year of the approval."""
        return int(self.approved[:4])

    @property
    def first_treated(self) -> int:
        """First year that counts as treated.

        The year of the approval where it came in the first half, the next year where it came in
        the second or its month is not known.
        """
        early = self.approved_precision != "year" and int(self.approved[5:7]) <= 6
        return self.year + (not early)

    @property
    def provinces(self) -> list[str]:
        """Codes of the members' provinces: the core's first, then by the number of members."""
        counts = Counter(map(province_of, self.codes))
        own = province_of(self.core)
        return sorted(counts, key=lambda code: (code != own, -counts[code], code))

    def options(self) -> ZoneStudy:
        """Return what the study asks of the zone, defaults filled in.

        The border stays None where no two provinces of the zone adjoin.
        """
        asked = self.study
        return ZoneStudy(
            region=asked.region or with_neighbours(self.provinces),
            border=asked.border or self._border(),
            centres=asked.centres or [self.core],
            since=asked.since or self.year,
            until=asked.until or UNTIL,
            events=asked.events or [],
            exclude_provinces=asked.exclude_provinces or [],
        )

    def _border(self) -> ZoneBorder | None:
        """Between the two adjoining provinces that hold most members."""
        counts = Counter(map(province_of, self.codes))
        pairs = [
            pair
            for pair in combinations(self.provinces, 2)
            if pair[1] in NEIGHBOURS.get(pair[0], ())
        ]
        if not pairs:
            return None
        first, second = max(pairs, key=lambda pair: min(counts[code] for code in pair))
        return ZoneBorder(provinces=[first, second])


def nearest_kin(zone: Zone, zones: Collection[Zone]) -> str | None:
    """Return the id of the other zone with most members in common; the smaller where two have."""

    def shared(other: Zone) -> int:
        return len(set(zone.codes) & set(other.codes))

    kin = [other for other in zones if other.id != zone.id and shared(other)]
    if not kin:
        return None
    return min(kin, key=lambda other: (-shared(other), len(other.codes), other.id)).id


def read_zone(path: str | Path, units: Collection[str] | None = None) -> Zone:
    """Read one zone.

    Parameters
    ----------
    path
        A YAML file with the fields that `config/zones/README.md` describes.
    units
        The known codes. If given, a member that is not among them is an error.

    Raises
    ------
    ValueError
        If the file cannot be read; a field is missing, unknown or of another form; the file is
        not named after the zone's id; a member appears twice or is unknown; the core is no
        member; or a date is none or lies ahead.
    """
    path = Path(path)
    content = read_yaml(path, path.name)
    if not isinstance(content, dict):
        raise UnreadableError(f"{path.name}: expected the fields {', '.join(Zone.model_fields)}.")
    try:
        zone = Zone.model_validate(content)
    except ValidationError as error:
        key, said = sentence(error, Zone, content)
        raise ValueError(f"{path.name} is wrong at {key}: {said}.") from None
    if zone.id != path.stem:
        raise ValueError(f"{path.name} is wrong at id: {zone.id!r}; expected {path.stem!r}.")
    for number, code in enumerate(zone.codes if units is not None else (), start=1):
        if code not in units:
            raise ValueError(
                f"{path.name} is wrong at members, entry {number}, code: {code} is no unit of "
                "today; expected a code of data/raw/city_names.csv."
            )
    return zone


def read_zones(folder: str | Path, units: Collection[str] | None = None) -> dict[str, Zone]:
    """Read all zones of a folder (`*.yaml`), by id in alphabetical order."""
    zones = [read_zone(path, units) for path in sorted(Path(folder).glob("*.yaml"))]
    return {zone.id: zone for zone in zones}


def as_config(zone: Zone) -> dict[str, Any]:
    """Return a zone as plain values, as rules and scripts pass it on."""
    return zone.model_dump(mode="json", exclude={"study"})
