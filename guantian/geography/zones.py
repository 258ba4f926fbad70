"""Economic zones and urban clusters as data: who belongs, since when, by which document."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

FIELDS = (
    "id",
    "name_en",
    "name_zh",
    "kind",
    "approved",
    "approved_precision",
    "approving_body",
    "source",
    "core",
    "members",
    "notes",
)
KINDS = frozenset({"economic_zone", "urban_cluster", "reform_pilot", "demonstration_zone"})
PRECISION = {"year": 4, "month": 7, "day": 10}


@dataclass(frozen=True)
class Member:
    """A prefecture-level unit of a zone; `part` where only some of its counties belong.

    `counties` are the codes of those that do, where the document names them.
    """

    code: str
    name_en: str
    part: bool = False
    note: str = ""
    counties: tuple[str, ...] = ()


@dataclass(frozen=True)
class Zone:
    """A zone approved by the State Council.

    `approved` is an ISO date, cut to the month or year where `approved_precision` says so.
    `core` is the code of the core city, one of the members.
    """

    id: str
    name_en: str
    name_zh: str
    kind: str
    approved: str
    approved_precision: str
    approving_body: str
    source: str
    core: str
    members: tuple[Member, ...]
    notes: tuple[str, ...] = ()

    @property
    def codes(self) -> list[str]:
        """Codes of all members, in the order of the file."""
        return [member.code for member in self.members]

    @property
    def year(self) -> int:
        """Year of the approval."""
        return int(self.approved[:4])


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
        If a field is missing, unknown or of another form, the file is not named after the
        zone's id, a member stands twice or is unknown, the core is no member, or the date is no
        date or lies ahead.
    """
    import yaml

    path = Path(path)
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        first = str(error).splitlines()[0]
        raise ValueError(f"{path.name}: not readable as YAML in UTF-8 ({first}).") from error
    if not isinstance(content, Mapping):
        raise ValueError(f"{path.name}: expected the fields {', '.join(FIELDS)}.")
    for field in FIELDS:
        if field not in content:
            raise ValueError(f"{path.name}: no field {field}; expected {', '.join(FIELDS)}.")
    for field in content:
        if field not in FIELDS:
            raise ValueError(f"{path.name}: unknown field {field}; expected {', '.join(FIELDS)}.")
    for field in FIELDS[:9]:
        if not isinstance(content[field], str) or not content[field]:
            raise ValueError(
                f"{path.name}, field {field}: {content[field]!r}; expected text in quotes."
            )
    if content["id"] != path.stem:
        raise ValueError(f"{path.name}, field id: {content['id']!r}; expected {path.stem!r}.")
    if content["kind"] not in KINDS:
        raise ValueError(
            f"{path.name}, field kind: {content['kind']!r}; "
            f"expected one of {', '.join(sorted(KINDS))}."
        )
    _check_date(content["approved"], content["approved_precision"], path.name)
    members = _members(content["members"], units, path.name)
    if content["core"] not in {member.code for member in members}:
        raise ValueError(
            f"{path.name}, field core: {content['core']} is no member; expected one of them."
        )
    notes = content["notes"] or []
    if not isinstance(notes, list) or not all(isinstance(note, str) for note in notes):
        raise ValueError(f"{path.name}, field notes: expected a list of sentences.")
    return Zone(**(dict(content) | {"members": members, "notes": tuple(notes)}))


def read_zones(folder: str | Path, units: Collection[str] | None = None) -> dict[str, Zone]:
    """Read all zones of a folder (`*.yaml`), by id in alphabetical order."""
    zones = [read_zone(path, units) for path in sorted(Path(folder).glob("*.yaml"))]
    return {zone.id: zone for zone in zones}


def _check_date(text: str, precision: str, where: str) -> None:
    if precision not in PRECISION:
        raise ValueError(
            f"{where}, field approved_precision: {precision!r}; expected day, month or year."
        )
    try:
        if len(text) != PRECISION[precision]:
            raise ValueError
        date = datetime.date.fromisoformat(text + "-01-01"[: 10 - len(text)])
    except ValueError:
        raise ValueError(
            f"{where}, field approved: {text!r}; expected an ISO date to the {precision}."
        ) from None
    if date > datetime.date.today():
        raise ValueError(f"{where}, field approved: {text} lies ahead; expected a past date.")


def _members(entries, units: Collection[str] | None, where: str) -> tuple[Member, ...]:
    if not isinstance(entries, list) or not entries:
        raise ValueError(f"{where}, field members: expected a list of members.")
    members = []
    for number, entry in enumerate(entries, start=1):
        place = f"{where}, member {number}"
        if not isinstance(entry, Mapping) or not {"code", "name_en"} <= set(entry):
            raise ValueError(f"{place}: expected code and name_en.")
        unknown = set(entry) - {"code", "name_en", "part", "note", "counties"}
        if unknown:
            raise ValueError(
                f"{place}: unknown field {min(unknown)}; expected code, name_en, part, note and "
                "counties."
            )
        member = Member(**{**entry, "counties": tuple(entry.get("counties", ()))})
        if not (isinstance(member.code, str) and len(member.code) == 6 and member.code.isdigit()):
            raise ValueError(
                f"{place}, field code: {member.code!r}; expected six digits in quotes."
            )
        if units is not None and member.code not in units:
            raise ValueError(f"{place}: {member.code} is no unit of today; expected a known code.")
        if not isinstance(member.part, bool) or not isinstance(member.note, str):
            raise ValueError(f"{place}: expected true or false as part, and text as note.")
        if member.part and not member.note:
            raise ValueError(f"{place}: part without note; expected which counties belong.")
        if any(
            not (isinstance(code, str) and code.isdigit() and len(code) == 6)
            for code in member.counties
        ) or (member.counties and not member.part):
            raise ValueError(
                f"{place}, field counties: expected six digits in quotes each, and part: true."
            )
        if any(member.code == other.code for other in members):
            raise ValueError(f"{place}: {member.code} stands twice; expected each member once.")
        members.append(member)
    return tuple(members)
