"""Residents under the heading of the registered, and the reverse.

Where two tables print one figure for the residents and the registered of a city, one of them is a
copy. The province decides which: its own count is of residents, and the column that adds to it
holds residents. Where the province does not decide, the ends of the run of copies may: the copied
column leaps where the copying begins and ends, the other does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from .common import Panel, gather, log, propose

RESIDENT = ("city_resident_population", "resident_population_10k")
REGISTERED = ("city_population_labour", "registered_population_10k")
#: Two decimals are printed in one table and four in the other.
SAME = 0.0051
CENSUSES = (2000, 2010, 2020)
#: A column adds to the province's residents: within this in every year of a run, and ...
SUM_GAP = 0.0015
#: ... this in its median year, over at least this many years, and of a whole province.
SUM_MEDIAN = 0.0005
SUM_YEARS = 3
WHOLE = 0.997
#: From this year on the provinces' own counts are of residents in every province.
COUNTED_FROM = 2005
#: A column this far from the province's residents does not hold them.
SUM_OFF = 0.01
#: The provinces' counts of 2001-2004 are of the registered where they leave the line between the
#: census and 2005 by this much (logs).
LINE_OFF = 0.015
#: The copied column leaps by this much (logs) at an end of the run, and this many times as far as
#: the other one.
END_LEAP = 0.015
END_TIMES = 3.0
#: A leap this wide (logs) is a slip beside the run, and no other count.
GROSS = 0.3
#: ... unless the column comes back by as much, but for this part.
ALIKE = 0.2
#: Years within which a figure beside the run must be found, for the leap to be judged.
END_REACH = 3
#: Units of a province with a figure in one of so many years before and after make it whole.
NEAR_YEARS = 5
#: A figure without a registered one beside it goes on from the unit's run of copies within this
#: (logs) in a year in which this part of the province's other units has copies.
GOES_ON = 0.02
OTHERS = 0.9


@dataclass(frozen=True)
class Run:
    """Consecutive years in which a unit's residents equal its registered."""

    unit: int
    first: int
    last: int


def check(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Propose figures of one count under the heading of the other."""
    names = (RESIDENT[0], REGISTERED[0], "province_accounts")
    if not set(names[:2]) <= set(panels):
        return gather([])
    return Headings(*(panels.get(name) for name in names)).proposals()


class Headings:
    """Both counts of people of every city, and their sums over provinces.

    Parameters
    ----------
    resident, registered : Panel
        The two tables.
    province : Panel or None
        The provinces' own counts; without them only the ends of runs decide.
    """

    def __init__(self, resident: Panel, registered: Panel, province: Panel | None):
        self.owner = {"resident": resident, "registered": registered}
        self.units = np.union1d(resident.units, registered.units)
        first = min(resident.years[0], registered.years[0])
        self.years = np.arange(first, max(resident.years[-1], registered.years[-1]) + 1)
        self.values = {
            "resident": self._grid(resident, RESIDENT[1]),
            "registered": self._grid(registered, REGISTERED[1]),
        }
        self.provinces = np.array([unit[:2] for unit in self.units])
        self.codes = np.unique(self.provinces)
        self.total = self._totals(province)

    def _grid(self, panel: Panel, column: str) -> np.ndarray:
        wide = panel.frame.set_index([panel.unit, "year"])[column].unstack()
        return wide.reindex(index=self.units, columns=self.years).to_numpy(dtype=float)

    def _totals(self, province: Panel | None) -> np.ndarray:
        """Return the provinces' residents (provinces x years), registered counts smoothed out."""
        if province is None:
            return np.full((len(self.codes), len(self.years)), np.nan)
        wide = province.frame.set_index(["province_code", "year"])["population_10k"].unstack()
        wide.index = [str(code)[:2] for code in wide.index]
        total = wide.reindex(index=self.codes, columns=self.years)
        first, last = CENSUSES[0], COUNTED_FROM
        if {first, last} <= set(total.columns):
            step = (log(total[last].to_numpy()) - log(total[first].to_numpy())) / (last - first)
            for year in range(first + 1, last):
                line = log(total[first].to_numpy()) + step * (year - first)
                off = np.abs(log(total[year].to_numpy()) - line) > LINE_OFF
                total.loc[off, year] = np.exp(line[off])
        return total.to_numpy(dtype=float)

    def gaps(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Return how far a column's sum is from the province's residents, and where it is whole.

        The sum is compared with the part of the province that the units present had at the
        census of 2010 (by its residents).
        """
        values, reference = self.values[name], self.values["resident"]
        gap = np.full(self.total.shape, np.nan)
        whole = np.zeros(self.total.shape, dtype=bool)
        base = np.flatnonzero(self.years == CENSUSES[1])
        for row, code in enumerate(self.codes):
            member = np.flatnonzero(self.provinces == code)
            there = np.isfinite(values[member])
            count = there.sum(axis=0)
            # A unit that another took in decades ago is not missing today.
            near = pd.Series(count).rolling(2 * NEAR_YEARS + 1, center=True, min_periods=1).max()
            full = (count == near.to_numpy()) & (count > 1)
            added = np.nansum(values[member], axis=0)
            part = np.full(len(self.years), np.nan)
            if len(base):
                known = reference[member, base[0]]
                share = known / self.total[row, base[0]]
                covered = np.where(there, share[:, None], 0.0).sum(axis=0)
                part = np.where(np.isfinite(covered), covered, np.nan)
            # A whole province needs no part: its sum is compared as it is.
            alone = np.abs(log(added) - log(self.total[row])) < SUM_OFF
            part = np.where(full & (alone | (part > WHOLE)), 1.0, part)
            gap[row] = np.where(count > 1, log(added) - log(part * self.total[row]), np.nan)
            whole[row] = full & (part == 1.0)
        return gap, whole

    def adds_up(self, name: str) -> np.ndarray:
        """Return in which provinces and years a column adds to the residents (bool)."""
        gap, whole = self.gaps(name)
        good = whole & (np.abs(gap) <= SUM_GAP)
        out = np.zeros(good.shape, dtype=bool)
        for row in range(len(self.codes)):
            for start, stop in stretches(good[row]):
                years = self.years[start:stop]
                late = (years >= COUNTED_FROM).sum()
                close = np.median(np.abs(gap[row, start:stop])) <= SUM_MEDIAN
                if late >= SUM_YEARS and close:
                    out[row, start:stop] = True
        return out

    def runs(self) -> list[Run]:
        """Return the runs of equal figures, a new one at every census."""
        same = np.abs(self.values["resident"] - self.values["registered"]) < SAME
        cuts = [k for k, year in enumerate(self.years) if year in CENSUSES]
        found = []
        for unit in range(len(self.units)):
            for start, stop in stretches(same[unit]):
                edges = [start, *[c for c in cuts if start < c < stop], stop]
                found += [Run(unit, a, b - 1) for a, b in pairwise(edges)]
        return found

    def ends(self, name: str, run: Run) -> list[float]:
        """Return the change (logs) into and out of a run, net of a usual year's growth."""
        values = log(self.values[name][run.unit])
        steps = np.diff(values)
        usual = np.median(steps[np.isfinite(steps)]) if np.isfinite(steps).any() else 0.0
        found = []
        for inside, step in ((run.first, -1), (run.last, 1)):
            for distance in range(1, END_REACH + 1):
                outside = inside + step * distance
                if 0 <= outside < len(values) and np.isfinite(values[outside]):
                    change = step * (values[outside] - values[inside])
                    found.append(float(change - usual * distance))
                    break
            else:
                found.append(np.nan)
        return found

    def leaps(self, name: str, run: Run) -> float:
        """Return how far a column leaps at an end of a run."""
        found = np.abs(self.ends(name, run))
        return float(found[np.isfinite(found)].max()) if np.isfinite(found).any() else np.nan

    def returns(self, name: str, run: Run) -> bool:
        """Say whether a column leaps into a run and back out of it."""
        into, out = self.ends(name, run)
        # A leap that comes back has a sign on each side; a missing side has none.
        return bool(into * out < 0 and min(abs(into), abs(out)) > 2 * END_LEAP)

    def alike(self, name: str, run: Run) -> bool:
        """Say whether a column comes back out of a run by as much as it leapt into it."""
        into, out = self.ends(name, run)
        return bool(self.returns(name, run) and abs(into + out) < ALIKE * abs(into))

    def decide(self, run: Run, adds: Mapping[str, np.ndarray], off: np.ndarray) -> tuple[str, str]:
        """Return which column of a run is the copy ("" where undecided), and what decides."""
        row = int(np.flatnonzero(self.codes == self.provinces[run.unit])[0])
        years = slice(run.first, run.last + 1)
        true = (adds["resident"] | adds["registered"])[row, years].sum()
        false = off[row, years].sum()
        if true:
            return "registered", "province"
        ends = self.told_by_ends(run)
        if false:
            # A province's sum is of all its cities: one whose registered figures leap to the
            # residents and back is no case of it.
            leap = self.leaps("registered", run)
            if ends == "registered" and leap >= GROSS and self.alike("registered", run):
                return "registered", "ends"
            return ("", "") if ends == "registered" and leap < GROSS else ("resident", "province")
        return ends, "ends" if ends else ""

    def told_by_ends(self, run: Run) -> str:
        """Return the column that leaps at the ends of a run while the other does not."""
        ends = {name: self.leaps(name, run) for name in self.values}
        back = {name: self.returns(name, run) for name in self.values}
        if back["resident"] != back["registered"]:
            return "resident" if back["resident"] else "registered"
        for name, other in (("resident", "registered"), ("registered", "resident")):
            if ends[name] > END_LEAP and ends[name] > END_TIMES * ends[other]:
                return name
        return ""

    def proposals(self) -> pd.DataFrame:
        """Return a proposal for every copy, and for columns that hold the other count."""
        adds = {name: self.adds_up(name) for name in self.values}
        gap = self.gaps("resident")[0]
        off = np.abs(gap) > SUM_OFF
        rows: list[dict[str, object]] = []
        for run in self.runs():
            copy, by = self.decide(run, adds, off)
            row = int(np.flatnonzero(self.codes == self.provinces[run.unit])[0])
            for year in range(run.first, run.last + 1):
                for name in (copy,) if copy else self.values:
                    rows.append(
                        {
                            "name": name,
                            "unit": run.unit,
                            "year": year,
                            "by": by,
                            "run": run.last - run.first + 1,
                            "gap_pct": 100 * np.expm1(gap[row, year]),
                        }
                    )
        rows += self.beside_copies(rows, gap)
        seen = {(r["name"], r["unit"], r["year"]) for r in rows}
        sums = self.gaps("registered")[0]
        for row, year in np.argwhere(adds["registered"]):
            for unit in np.flatnonzero(self.provinces == self.codes[row]):
                if ("registered", unit, year) not in seen:
                    rows.append(
                        {
                            "name": "registered",
                            "unit": unit,
                            "year": year,
                            "by": "sum",
                            "run": 0,
                            "gap_pct": 100 * np.expm1(sums[row, year]),
                        }
                    )
        return gather([self._frame(name, rows) for name in self.values])

    def beside_copies(
        self, rows: list[dict[str, object]], gap: np.ndarray
    ) -> list[dict[str, object]]:
        """Return residents that go on from a unit's copies where no registered figure is printed.

        With nothing beside it a figure equals nothing; the province's other units, all copies in
        that year, tell what the column holds.
        """
        copies = {(r["unit"], r["year"]) for r in rows if r["name"] == "resident" and r["by"]}
        values, registered = log(self.values["resident"]), self.values["registered"]
        found: list[dict[str, object]] = []
        for unit, year in sorted(copies):
            row = int(np.flatnonzero(self.codes == self.provinces[unit])[0])
            for at in (year - 1, year + 1):
                if not 0 <= at < len(self.years) or np.isfinite(registered[unit, at]):
                    continue
                others = [
                    other in copies
                    for other in (
                        (k, at)
                        for k in np.flatnonzero(self.provinces == self.provinces[unit])
                        if k != unit and np.isfinite(values[k, at])
                    )
                ]
                near = abs(values[unit, at] - values[unit, year]) < GOES_ON
                if near and len(others) >= SUM_YEARS and np.mean(others) >= OTHERS:
                    gap_pct = 100 * np.expm1(gap[row, at])
                    place = {"name": "resident", "unit": unit, "year": at}
                    found.append({**place, "by": "others", "run": 0, "gap_pct": gap_pct})
        return found

    def _frame(self, name: str, rows: list[dict[str, object]]) -> pd.DataFrame:
        panel = self.owner[name]
        column = RESIDENT[1] if name == "resident" else REGISTERED[1]
        mine = [r for r in rows if r["name"] == name]
        at = np.array([(r["unit"], r["year"]) for r in mine], dtype=int).reshape(-1, 2)
        frame = pd.DataFrame(
            {panel.unit: self.units[at[:, 0]], "year": self.years[at[:, 1]]},
        )
        frame[column] = self.values[name][at[:, 0], at[:, 1]]
        facts = {key: [r[key] for r in mine] for key in ("by", "run", "gap_pct")}
        facts["other"] = "registered" if name == "resident" else "resident"
        score = np.where([r["by"] != "" for r in mine], 10.0, 1.0)
        return propose("other_count", panel.table, frame, column, score, facts)


def stretches(mask: np.ndarray) -> list[tuple[int, int]]:
    """Return the (start, stop) of each run of true values."""
    edges = np.flatnonzero(np.diff(np.r_[False, mask, False].astype(int)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
