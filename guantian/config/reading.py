"""Reading the configuration: checked against the models, the zone's file, and the data."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guantian.config.checks import check_study
from guantian.config.sections import Folders
from guantian.config.study import (
    FILE,
    NAMES,
    Study,
    Where,
    chapter_options,
    folders_of,
)
from guantian.files import UnreadableError, read_mapping, read_rows
from guantian.geography.zones import Zone, nearest_kin, read_zones
from guantian.labels import of_another_region
from guantian.options import ConfigError


@dataclass(frozen=True)
class Given:
    """A configuration that has been checked.

    Attributes
    ----------
    study : Study
        Every option, typed; what the zone's file says filled in.
    config : dict
        The same as plain values, as rules and scripts take it.
    zone, about : Zone
        The zone under study, and the study's own, of which the claims were made.
    folders : Folders
        Where this zone's files are made.
    """

    study: Study
    config: dict[str, Any]
    zone: Zone
    about: Zone
    folders: Folders

    @property
    def own(self) -> bool:
        """Whether it is the study's own zone, of which the claims were made."""
        return self.zone.id == self.about.id

    @property
    def words(self) -> dict[str, dict[str, str]]:
        """What labels are called otherwise.

        Another region than the study's own is not the western one; periods that another year than
        the zone's first treated one parts are not before and after.
        """
        own = set(self.about.options().region or ()) == set(self.study.region or ())
        said = {} if own else of_another_region()
        windows = self.study.core_periphery.windows
        if windows.after[0] != self.zone.first_treated:
            said["period"] = {
                name: "–".join(map(str, getattr(windows, name))) for name in ("before", "after")
            }
        return said


def read_study(config: Mapping[str, Any], root: str | Path, sources: Sequence[str] = ()) -> Given:
    """Check a configuration: types and ranges, files and names, and what must fit together.

    Parameters
    ----------
    config
        As YAML gives it.
    root
        The top of the project; paths in the configuration start there.
    sources
        Paths of the files that gave it, later ones first in force: the sentence of an error
        names the one that holds the key.

    Returns
    -------
    Given
        With what the zone's file says filled in.

    Raises
    ------
    ConfigError
        For the first error, as one sentence: file, key, value, what was expected.
    """
    root = Path(root)
    where = Where(root, sources, config)
    study = where.validate(config)
    try:
        zones = _zones(root)
        for key, name in (("zone", study.zone), ("claims.about", study.claims.about)):
            if name not in zones:
                where.stop(
                    key, f"{name!r} is not among the zones of config/zones: {', '.join(zones)}"
                )
        zone, about = zones[study.zone], zones[study.claims.about]
        filled = fill(with_defaults(config, study), zone, about, zones.values())
        where.zone = study.zone
        study = where.validate(filled)
        check_study(study, zone, root, where)
    except UnreadableError as error:
        raise ConfigError(str(error)) from None
    return Given(study, filled, zone, about, folders_of(study))


def load_study(root: str | Path, *overrides: str) -> Given:
    """Read the study's configuration from its file, with files of overrides laid over it.

    Parameters
    ----------
    root
        The top of the project.
    *overrides
        Paths of YAML files, from the top of the project; later ones win.

    Raises
    ------
    ConfigError
        As `read_study`, or where a file cannot be read.
    """
    sources = [FILE, *overrides]
    config: dict[str, Any] = {}
    try:
        for name in sources:
            config = merged(config, read_mapping(Path(root) / name, name))
    except UnreadableError as error:
        raise ConfigError(str(error)) from None
    return read_study(config, root, sources)


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Lay changes over a configuration, section by section, as Snakemake does.

    Examples
    --------
    >>> merged({"years": {"first": 2000, "last": 2023}}, {"years": {"last": 2020}})
    {'years': {'first': 2000, 'last': 2020}}
    """
    result = copy.deepcopy(dict(base))
    for key, value in changes.items():
        if isinstance(value, Mapping) and isinstance(result.get(key), Mapping):
            result[key] = merged(result[key], value)
        else:
            result[key] = copy.deepcopy(value)
    return result


def with_defaults(config: Mapping[str, Any], study: Study) -> dict[str, Any]:
    """Return a configuration in which chapters' options that are left out have their defaults."""
    sections = {name: getattr(study, name).model_dump() for name in chapter_options()}
    return merged(sections, config)


def _zones(root: Path) -> dict[str, Zone]:
    """Read every zone: all of them decide which groups are placebo zones."""
    units = {row["city_code"] for row in read_rows(root / NAMES, ["city_code"], NAMES)}
    try:
        return read_zones(root / "config/zones", units)
    except ValueError as error:
        raise ConfigError(f"config/zones/{error}") from None


def fill(
    config: Mapping[str, Any], zone: Zone, about: Zone, zones: Collection[Zone]
) -> dict[str, Any]:
    """Return a configuration in which the zone's file fills what is left open (null).

    Parameters
    ----------
    config
        A configuration whose types have been checked.
    zone
        The zone under study.
    about
        The study's own zone, whose cities the checks of raw tables examine.
    zones
        All zones, among which one is compared.
    """
    options = zone.options()
    border = options.border
    filled = copy.deepcopy(dict(config))
    named = filled["growth"]["border"].get("provinces") or (border and border.provinces) or []
    open_ = {
        ("region",): options.region,
        ("checks", "focus"): about.codes,
        ("plan", "exclude_provinces"): options.exclude_provinces,
        ("plan", "events"): options.events,
        ("linkage", "since"): options.since,
        ("linkage", "until"): options.until,
        ("linkage", "compare_with"): zone.study.compare_with or nearest_kin(zone, zones),
        ("growth", "border", "provinces"): border and border.provinces,
        ("growth", "border", "exclude_cities"): [
            code for code in (border.exclude_cities if border else []) if f"{code[:2]}0000" in named
        ],
        ("games", "centres"): options.centres,
    }
    if zone.id != about.id:  # the claims were made of the study's own zone: others may lack some
        filled["claims"]["absent"] = "note"
    inequality = filled["inequality"]
    inequality["min_members"] = min(inequality["min_members"], len(zone.codes))
    for (*path, key), value in open_.items():
        section = filled
        for part in path:
            section = section[part]
        if section.get(key) is None:
            section[key] = value
    return filled
