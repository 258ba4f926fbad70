"""Constant territory of counties: what the list of events means for the counties of today.

The rows of county_panel are counties of about 2022. Night lights are summed over their boundaries
in all years; output and population are those printed under a name at the time. The list of events
has names without codes. Four things follow from an event, in this order:

* nothing, where a county changes its name or becomes a district without partners;
* ``split``: a county of today began in that year and its parents go on. Parent and child are one
  unit of constant territory;
* ``absorbed``: a unit ended that has no row of its own. What its successors print before that year
  is of another territory, and is not used;
* ``transfer``: part of a county (mostly a township) moved between counties that go on. The list
  does not say how much: the year is marked as a break, and the rule on jumps sees the large ones.

Where the list does not name a successor or a parent, data/raw/county_territory.csv does, or the
districts of the city take its place. A fifth action is decided there alone: ``left``, where from a
year on the output of part of a county is in no county's row (Xixian New Area).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from guantian.errors import DataError
from guantian.side_files import read_side

ACTIONS = ("split", "absorbed", "transfer", "left", "unknown")
ROLES = ("created", "continuing")
DECISIONS = ["event_id", "year", "action", "county_code", "role", "reason", "source"]
SKIPPED = ("residence_change",)
# Prefectures under the names that they had at the time of an event.
FORMER_PREFECTURES = {
    "襄樊市": "420600",
    "莱芜市": "370100",
    "林芝地区": "540400",
    "那曲地区": "540600",
}
PEOPLES = (
    "土家族|苗族|回族|满族|蒙古族|壮族|瑶族|侗族|彝族|藏族|羌族|白族|傣族|黎族|畲族|哈尼族|拉祜族|佤族|"
    "布朗族|纳西族|布依族|仡佬族|水族|哈萨克族|哈萨克|塔吉克|锡伯|蒙古|仫佬族|毛南族|各族|傈僳族|独龙族|"
    "怒族|普米族|达斡尔族|朝鲜族|保安族|东乡族|撒拉族|裕固族|土族|景颇族"
)


_COLUMNS = ["event_id", "year", "event_type", "action", "county_code", "role"]


@dataclass(frozen=True)
class Territory:
    """What events mean for counties.

    Attributes
    ----------
    events
        A row for each event and county concerned: ``event_id``, ``year``, ``event_type``,
        ``action``, ``county_code``, ``role`` (created or continuing).
    units
        Index county_code: the unit of constant territory, the smallest code of its counties.
    """

    events: pd.DataFrame
    units: pd.Series


@dataclass
class _City:
    """Counties of a city by name, and what became of those that ended."""

    names: dict[str, str] = field(default_factory=dict)
    stems: dict[str, list[str]] = field(default_factory=dict)
    gone: dict[str, frozenset[str]] = field(default_factory=dict)

    def find(self, name: str) -> frozenset[str]:
        """Codes of today on whose territory a county of that name lay; empty where unknown."""
        if name in self.gone:
            return self.gone[name]
        if name in self.names:
            return frozenset([self.names[name]])
        same = self.stems.get(stem(name), [])
        return frozenset(same) if len(same) == 1 and len(name) > 2 else frozenset()


def stem(name: str) -> str:
    """Cut a county's name to what stays when it becomes a district or a city.

    Examples
    --------
    >>> stem("番禺市"), stem("张家川回族自治县"), stem("眉县")
    ('番禺', '张家川', '眉县')
    """
    short = re.sub(rf"(?:{PEOPLES})*自治[县旗]$", "", name)
    if short != name:
        return short
    return name[:-1] if len(name) > 2 and name[-1] in "县市区旗" else name


def read_decisions(path: str | Path) -> pd.DataFrame:
    """Read the readings of events that are decided by hand.

    Parameters
    ----------
    path
        CSV with the columns `DECISIONS`: the rows of an event take the place of what its names
        say; an ``event_id`` that is not in the list of events is an event of its own.

    Raises
    ------
    DataError
        For other columns, an unknown action or role, or an empty cell.
    """
    path = Path(path)
    table = read_side(path)
    if list(table.columns) != DECISIONS:
        raise DataError(f"{path}, row 1: the columns are {list(table.columns)}, not {DECISIONS}.")
    forms = dict.fromkeys(DECISIONS, ".+") | {
        "year": "[0-9]{4}",
        "action": "|".join(ACTIONS),
        "county_code": "[0-9]{6}",
        "role": "|".join(ROLES),
    }
    for column, form in forms.items():
        wrong = ~table[column].str.fullmatch(form)
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            raise DataError(
                f"{path}, row {row + 2}, column {column!r}: {table[column].iloc[row]!r} is no text "
                f"of the form {form}."
            )
    return table.astype({"year": "int64"})


def constant_territory(
    counties: pd.DataFrame,
    events: pd.DataFrame,
    decisions: pd.DataFrame,
    prefectures: Mapping[str, str],
    years: tuple[int, int],
) -> Territory:
    """Read the events from the latest to the first and group counties.

    Parameters
    ----------
    counties
        A row for each county: ``county_code``, ``city_code``, ``county_name_zh``, and
        ``first_year`` with output or population (missing where there is none).
    events
        As described in datapackage.json.
    decisions
        As `read_decisions` returns them.
    prefectures
        Code of each prefecture by its Chinese name.
    years
        First and last year of the panel. Events of the first year and before are left out: every
        row is of the territory after them.

    Raises
    ------
    DataError
        Where a decision names a county that there is not.
    """
    known = set(counties["county_code"])
    odd = sorted(set(decisions["county_code"]) - known)
    if odd:
        raise DataError(f"county_territory.csv names the county {odd[0]}, which has no row.")
    cities = _cities(counties)
    prefectures = {**prefectures, **FORMER_PREFECTURES}
    seen = counties.set_index("county_code")["first_year"].to_dict()
    by_hand = {event: group for event, group in decisions.groupby("event_id")}
    chosen = events[events["year"].between(years[0] + 1, years[1])]
    chosen = chosen[~chosen["event_type"].isin(SKIPPED)]
    own = decisions[~decisions["event_id"].isin(set(events["event_id"]))]
    rows = list(own.assign(event_type="decided")[_COLUMNS].itertuples(index=False, name=None))
    for event in chosen.sort_values(["year", "event_id"], ascending=False).itertuples(index=False):
        places = dict.fromkeys(prefectures.get(name) for name in _split(event.prefecture_names))
        here = [cities[code] for code in places if code in cities]
        action, found = _read_event(event, here, set(prefectures), seen)
        if event.event_id in by_hand:
            decided = by_hand[event.event_id]
            action = decided["action"].iloc[0]
            found = dict(zip(decided["county_code"], decided["role"], strict=True))
        for code, role in found.items() or [("", "")]:
            if action:
                rows.append((event.event_id, event.year, event.event_type, action, code, role))
    table = pd.DataFrame(rows, columns=_COLUMNS)
    table = table.sort_values(["year", "event_id", "county_code"], ignore_index=True)
    splits = table[table["action"] == "split"].groupby("event_id")["county_code"]
    return Territory(table, _group(counties["county_code"], [list(codes) for _, codes in splits]))


def _cities(counties: pd.DataFrame) -> dict[str, _City]:
    cities: dict[str, _City] = {}
    for row in counties.itertuples(index=False):
        city = cities.setdefault(row.city_code, _City())
        city.names[row.county_name_zh] = row.county_code
        city.stems.setdefault(stem(row.county_name_zh), []).append(row.county_code)
    return cities


def _read_event(
    event, here: list[_City], prefectures: set[str], seen: Mapping[str, float]
) -> tuple[str, dict[str, str]]:
    """Say what an event means and for which counties; note what became of those that ended."""
    named, old, new = (
        [name for name in _split(names) if name not in prefectures]
        for names in (event.county_names, event.old_county_units, event.new_county_units)
    )
    if not here or not named:
        return "unknown", {}
    codes = {name: _find(here, name) for name in named}
    today = {name for name in named if any(name in city.names for city in here)}
    ended = [name for name in old if name not in today]
    alone = len(old) == len(new) == 1 and set(named) <= {*old, *new}
    if alone and (ended or codes[old[0]] == codes[new[0]]):
        _note(here, ended, codes[new[0]])  # a new name, nothing else
        return "", {}
    stems = {stem(name) for name in new}
    lasting = [name for name in ended if stem(name) not in stems]
    known = frozenset().union(*codes.values())
    _note(
        here,
        [name for name in ended if not codes[name]],
        frozenset().union(*(codes[name] for name in named if name not in ended)) or known,
    )
    converted = {stem(name) for name in ended}
    created = {
        code
        for name in new
        if name in today and name not in old and stem(name) not in converted
        for code in codes[name]
        if not seen.get(code, float("inf")) < event.year
    }
    roles = {code: "created" if code in created else "continuing" for code in sorted(known)}
    districts = dict.fromkeys(_districts(here), "continuing")
    if lasting or (event.event_type == "merge" and not new):
        return "absorbed", roles or districts
    if created and event.event_type != "abolish_or_merge" and known == created:
        return "split", districts | roles  # the list names no parent
    if not known:
        return "unknown", {}
    if len(known) > 1:
        return ("split" if created else "transfer"), roles
    return ("transfer" if old and not new else ""), roles


def _find(here: list[_City], name: str) -> frozenset[str]:
    found = [city.find(name) for city in here]
    return next((codes for codes in found if codes), frozenset())


def _note(here: list[_City], names: Iterable[str], codes: frozenset[str]) -> None:
    """Remember on whose territory units lay that ended, for the events before."""
    for name in names:
        for city in here:
            if codes:
                city.gone.setdefault(name, codes)


def _districts(here: list[_City]) -> list[str]:
    return sorted(code for city in here for name, code in city.names.items() if name.endswith("区"))


def _split(names: str | float) -> list[str]:
    return [name for name in names.split("、") if name] if isinstance(names, str) else []


def _group(codes: pd.Series, links: list[list[str]]) -> pd.Series:
    """Join linked codes; a group bears its smallest code."""
    leader = {code: code for code in codes}

    def top(code: str) -> str:
        while leader[code] != code:
            code = leader[code]
        return code

    for group in links:
        tops = sorted({top(code) for code in group})
        for other in tops[1:]:
            leader[other] = tops[0]
    units = {code: top(code) for code in leader}
    return pd.Series(units, name="unit_code").rename_axis("county_code").sort_index()
