"""Identities of people and work: wage bill, density, employment by sector."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from .blame import AT_HOME, blamed, series, shares_sum, unusual
from .common import Panel, detrended, gather, level, log, median, propose, shifted, spike
from .land import LAND_BACK, neighbours, settled, slips
from .permutations import GROUP

#: Staff are printed in units of 10 000 since 1995, which alone moves the product; beyond
#: the rounding, 3 per cent that no year near shares (averages over the year differ).
WAGE_GAP = 0.03
#: A bill off by a power of ten: within this (logs) of the power.
POWER_FIT = 0.10
#: Staff and employed equal to rounding (10 000 persons), while the unit's ratio of the two is
#: usually off by more than this (logs).
COPY_ROUNDING = 0.0051
COPY_RATIO = 0.04
#: An average wage that is the bill over staff to this (logs) was computed from them.
COMPUTED = 0.0005
#: Density's own rounding, and half a per cent for small revisions of the land.
DENSITY_GAP = 0.005
#: A revision of the land or a mid-year population explains less than this.
DENSITY_SURE = 0.03
#: A gap this wide (logs), however long it lasts, is another territory (the city proper).
SCOPE_GAP = 0.25
#: Nineteen sectors rounded to 100 persons: 0.4 per cent, and at least 600 persons.
SECTOR_GAP = 0.004
SECTOR_MINIMUM = 0.06
#: A row whose sectors leave their own years by more than this (logs, weighted) is not relied on.
ROUGH = 0.15
#: A member of the sum is named where it gains this much (logs), and as much more than any other.
SECTOR_GAIN = 0.20
#: Shares from sectors printed to 100 persons: 0.05 points, and the rounding itself.
SECTOR_SHARE_POINTS = 0.05


def wage_bill(panel: Panel) -> pd.DataFrame:
    """Check that the wage bill is staff times the average wage."""
    staff = panel.matrix("staff_average_10k")
    bill = panel.matrix("staff_wage_bill_10k_yuan")
    wage = panel.matrix("staff_average_wage_yuan")
    residual = log(staff) + log(wage) - log(bill)
    whole = np.isclose(staff, np.round(staff))
    rounding = np.where(whole, 0.51 / np.where(staff > 0, staff, np.nan), 0.0)
    # What is off by a power of ten is proposed as such, by :func:`wage_powers`.
    residual = np.where(np.isfinite(powers(residual)), 0.0, residual)
    # Two years wrong alike are still wrong: above 8 per cent the years near do not excuse.
    odd = np.where(np.abs(residual) > 0.08 + rounding, residual, unusual(residual))
    where = (np.abs(odd) > WAGE_GAP + rounding) & (np.abs(residual) > WAGE_GAP + rounding)
    members = {
        "staff_average_10k": bill / np.where(wage > 0, wage, np.nan),
        "staff_wage_bill_10k_yuan": staff * wage,
        "staff_average_wage_yuan": bill / np.where(staff > 0, staff, np.nan),
    }
    return blamed(
        "wage_bill_is_staff_times_wage",
        panel,
        residual,
        where,
        members,
        WAGE_GAP,
    )


def powers(residual: np.ndarray) -> np.ndarray:
    """Return the power of ten by which an identity is off, NaN where it is by none."""
    power = np.round(residual / np.log(10))
    fits = (np.abs(residual - power * np.log(10)) < POWER_FIT) & (power != 0)
    return np.where(fits, power, np.nan)


def wage_powers(panel: Panel) -> pd.DataFrame:
    """Propose the member that is a power of ten off where the wage bill is off by one.

    Average wages of one year are alike between cities, and staff are alike from year to year and
    a part of the employed: where both are of the usual size, the bill is not.
    """
    names = ("staff_average_10k", "staff_wage_bill_10k_yuan", "staff_average_wage_yuan")
    staff, bill, wage = (panel.log(name) for name in names)
    power = powers(staff + wage - bill)
    half = np.log(10) / 2
    wage_right = np.abs(wage - median(wage, axis=0)[None, :]) < half
    years = np.abs(staff - median(staff, axis=1)[:, None]) < half
    employed = np.abs(staff - panel.log("employed_persons_10k")) < half
    staff_right = np.where(np.isfinite(panel.matrix("employed_persons_10k")), employed, years)
    parts = []
    for name, values, blamed_here, sign in (
        (names[0], staff, wage_right & ~staff_right, -1),
        (names[1], bill, wage_right & staff_right, 1),
        (names[2], wage, ~wage_right & staff_right, -1),
    ):
        right = values + sign * power * np.log(10)
        # Staff and wages must be off their own years too, and come back to them.
        own = level(detrended(values)) + values - detrended(values)
        there = np.isfinite(own) | (name != names[1])
        off = ~there | (np.abs(values - own) > half) & (np.abs(right - own) < half)
        i, j = np.nonzero(np.isfinite(power) & blamed_here & (off | (name == names[1])))
        rows = pd.DataFrame({panel.unit: panel.units[i], "year": panel.years[j]})
        rows[name] = panel.matrix(name)[i, j]
        right = np.exp(right[i, j])
        facts = {"factor": 10.0 ** (-sign * power[i, j]), "implied": right}
        parts.append(
            propose("power_in_identity", panel.table, rows, name, 20.0, facts, _printed(right))
        )
    return gather(parts)


def _printed(values: np.ndarray) -> np.ndarray:
    """Return figures in ten significant digits, as a power of ten of a printed one has them."""
    return np.array([float(f"{value:.10g}") for value in values])


def copied_staff(labour: Panel, sectors: Panel | None) -> pd.DataFrame:
    """Propose staff and employed that repeat each other, by what the nineteen sectors say.

    Employed that are the sum of the nineteen sectors are right, and staff equal to them are the
    copy where the unit's staff are otherwise another part of its employed; the average wage is
    then computed with the copy.
    """
    names = ("staff_average_10k", "employed_persons_10k")
    staff, employed = (labour.matrix(name) for name in names)
    total = np.full(staff.shape, np.nan)
    if sectors is not None:
        added = sectors.frame[_sectors(sectors)].sum(axis=1, min_count=1)
        index = pd.MultiIndex.from_frame(sectors.frame[[sectors.unit, "year"]])
        total = labour.spread(pd.Series(added.to_numpy(), index=index))
    # The one is printed to 100 persons and the other to 1: rounded alike, they are equal.
    same = (np.abs(staff - employed) < COPY_ROUNDING) | (np.abs(staff - total) < COPY_ROUNDING)
    ratio = log(staff) - log(employed)
    usual = level(np.where(same, np.nan, ratio), 5)
    unusual_here = np.abs(ratio - usual) > COPY_RATIO
    confirmed = np.abs(log(employed) - log(total)) < SECTOR_GAP
    contradicted = np.abs(log(employed) - log(total)) > COPY_RATIO
    # Staff that left their own years at least as far as the employed did may be the copy.
    off = [np.abs(spike(detrended(log(x)))) for x in (employed, staff)]
    contradicted &= ~(off[1] >= off[0])
    lonely = ~np.isfinite(total)
    wage = labour.matrix("staff_average_wage_yuan")
    bill = labour.matrix("staff_wage_bill_10k_yuan")
    computed = np.abs(log(bill) - log(staff) - log(wage)) < COMPUTED
    parts = []
    for column, mask, decided in (
        (names[0], same & confirmed & unusual_here, True),
        (names[0], same & confirmed & ~unusual_here, False),
        (names[1], same & contradicted, True),
        (names[0], same & lonely & unusual_here, False),
        (names[1], same & lonely & unusual_here, False),
        ("staff_average_wage_yuan", same & confirmed & unusual_here & computed, True),
    ):
        i, j = np.nonzero(mask)
        rows = pd.DataFrame({labour.unit: labour.units[i], "year": labour.years[j]})
        rows[column] = labour.matrix(column)[i, j]
        facts = {
            "staff": staff[i, j],
            "employed": employed[i, j],
            "total": total[i, j],
            "usual_pct": 100 * np.exp(usual[i, j]),
            "decided": decided,
        }
        parts.append(propose("staff_repeat_employed", labour.table, rows, column, 5.0, facts))
    return gather(parts)


def _sectors(panel: Panel) -> list[str]:
    return [c for c in panel.frame.columns if c not in (panel.unit, "year", "units_total")]


def density(panel: Panel, land: Panel) -> pd.DataFrame:
    """Check that density is registered population over the land of the other years."""
    people = panel.matrix("registered_population_10k")
    printed = panel.matrix("density_per_km2")
    area = panel.spread(series(land, "land_area_km2"))
    known = settled(area)
    residual = log(people * 1e4 / known) - log(printed)
    odd = np.where(np.abs(residual) > SCOPE_GAP, residual, unusual(residual))
    odd = np.where(np.abs(odd) < np.abs(residual), odd, residual)
    # A slip of the land that lasts two years slips into both years' densities.
    odd = np.where(slips(area)[0], residual, odd)
    with np.errstate(divide="ignore", invalid="ignore"):
        rounding = np.where(np.isclose(printed, np.round(printed)), 0.6, 0.006) / printed
        where = np.abs(odd) > DENSITY_GAP + rounding
    # People who agree with their own years are not to blame: density is of another
    # territory (the city proper) in whole runs of years.
    flat = detrended(log(people))
    people_off = np.abs(flat - level(flat))
    calm = people_off < AT_HOME * np.abs(odd)
    implied_people = np.where(calm, np.nan, printed * known / 1e4)
    members = {
        "density_per_km2": people * 1e4 / known,
        "registered_population_10k": implied_people,
    }
    # Land that moves that year is a member too, of another table
    # (a slip that comes back is known, and taken out).
    last, coming = neighbours(np.where(slips(area)[0], np.nan, area))
    after = shifted(coming, -1)
    moves = np.stack([np.abs(log(coming) - log(last)), np.abs(log(after) - log(coming))])
    steady = ~(np.nan_to_num(moves) > LAND_BACK).any(axis=0)
    around = level(np.abs(np.where(where, np.nan, residual)))
    return blamed(
        "density_is_population_over_area",
        panel,
        odd,
        where,
        members,
        DENSITY_GAP,
        clear=steady & (np.abs(odd) > DENSITY_SURE),
        exact=around <= DENSITY_GAP,
    )


def sector_sum(panel: Panel) -> pd.DataFrame:
    """Check that nineteen sectors sum to the total."""
    sectors = _sectors(panel)
    cube = np.array([panel.matrix(c) for c in sectors])
    total = panel.matrix("units_total")
    added = np.nansum(cube, axis=0)
    gap = added - total
    where = (np.abs(gap) > SECTOR_GAP * total) & (np.abs(gap) > SECTOR_MINIMUM)
    if not where.any():
        return gather([])
    i, j = np.nonzero(where)
    implied = cube[:, i, j] - gap[i, j]
    logs = log(cube)
    expected = np.array([level(detrended(x)) + x - detrended(x) for x in logs])[:, i, j]
    with np.errstate(invalid="ignore"):
        gain = np.abs(logs[:, i, j] - expected) - np.abs(log(implied) - expected)
    total_logs = panel.log("units_total")
    expected_total = (level(detrended(total_logs)) + total_logs - detrended(total_logs))[i, j]
    gain_total = np.abs(log(total[i, j]) - expected_total) - np.abs(
        log(added[i, j]) - expected_total
    )
    gains = np.nan_to_num(np.vstack([gain, gain_total]), nan=-9.0)
    culprit, best = gains.argmax(axis=0), gains.max(axis=0)
    lead = best - np.sort(gains, axis=0)[-2]
    parts = []
    for number, column in enumerate([*sectors, "units_total"]):
        pick = culprit == number
        rows = pd.DataFrame({panel.unit: panel.units[i[pick]], "year": panel.years[j[pick]]})
        rows[column] = panel.matrix(column)[i[pick], j[pick]]
        value = added[i, j][pick] if column == "units_total" else implied[number][pick]
        size = np.abs(gap[i, j][pick]) / total[i, j][pick]
        facts = {
            "added": added[i, j][pick],
            "total": total[i, j][pick],
            "implied": value,
            "decided": (best[pick] > SECTOR_GAIN) & (lead[pick] > SECTOR_GAIN),
        }
        sure = (best[pick] > 0.25) & (value > 0)
        parts.append(
            propose(
                "sectors_sum_to_total",
                panel.table,
                rows,
                column,
                size / SECTOR_GAP * np.where(best[pick] > 0, 1, 0.5),
                facts,
                np.where(sure, value, np.nan),
            )
        )
    return gather(parts)


def sector_shares(panel: Panel, labour: Panel) -> pd.DataFrame:
    """Check that shares of employment are the nineteen sectors' sums.

    Only rows whose sectors sum to their total are used: there the persons are right and
    the printed share is what fails.
    """
    sectors = _sectors(panel)
    total = panel.matrix("units_total")
    added = np.nansum([panel.matrix(c) for c in sectors], axis=0)
    first = np.nan_to_num(panel.matrix("agriculture"))
    second = sum(
        np.nan_to_num(panel.matrix(c))
        for c in ("mining", "manufacturing", "utilities", "construction")
    )
    sound = np.abs(added - total) <= np.maximum(SECTOR_GAP * total, SECTOR_MINIMUM)
    # Two sectors exchanged leave the total as it is: large ones must agree with their own years.
    rough = np.zeros(total.shape)
    for name in sectors:
        flat = detrended(panel.log(name))
        weight = np.nan_to_num(panel.matrix(name)) / total
        rough += np.nan_to_num(weight * np.abs(flat - level(flat)))
    parts = []
    for column, persons in (
        ("employment_primary_pct", first),
        ("employment_secondary_pct", second),
        ("employment_tertiary_pct", added - first - second),
    ):
        printed = panel.spread(series(labour, column))
        implied = 100 * persons / np.where(added > 0, added, np.nan)
        gap = printed - implied
        # The years around say whether the printed share or the sectors left them.
        usual = level(np.where(np.abs(gap) > SECTOR_SHARE_POINTS, np.nan, printed), 2)
        decided = np.abs(printed - usual) > np.abs(implied - usual) + 0.5 * np.abs(gap)
        noise = 1.4826 * median(np.abs(printed - level(printed, 2)), axis=1)[:, None]
        decided &= ~(noise > AT_HOME * np.abs(gap)) & (rough < ROUGH)
        i, j = np.nonzero(sound & (np.abs(gap) > SECTOR_SHARE_POINTS + 4 / total))
        rows = pd.DataFrame({labour.unit: panel.units[i], "year": panel.years[j]})
        rows[column] = printed[i, j]
        parts.append(
            propose(
                "employment_share_is_sectors_over_total",
                labour.table,
                rows,
                column,
                np.abs(gap[i, j]) / SECTOR_SHARE_POINTS,
                {"implied": implied[i, j], "decided": decided[i, j]},
                np.round(implied[i, j], 2),
            )
        )
    return gather(parts)


def by_sectors(panel: Panel, labour: Panel) -> list[np.ndarray]:
    """Return the three shares of employment that the nineteen sectors give (labour's order)."""
    persons = [
        panel.frame[[name for name in _sectors(panel) if GROUP.get(name, 2) == group]].sum(axis=1)
        for group in range(3)
    ]
    total = sum(persons)
    index = pd.MultiIndex.from_frame(panel.frame[[panel.unit, "year"]])
    return [
        labour.spread(pd.Series((100 * part / total.where(total > 0)).to_numpy(), index=index))
        for part in persons
    ]


def powers_of_ten(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Look for members of the wage bill that are a power of ten off."""
    labour = panels.get("city_population_labour")
    return gather([] if labour is None else [wage_powers(labour)])


def check(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Run every identity of people and work whose tables are there."""
    labour = panels.get("city_population_labour")
    sectors = panels.get("city_sector_employment")
    parts = []
    if labour is not None:
        names = ("employment_primary_pct", "employment_secondary_pct", "employment_tertiary_pct")
        given = None if sectors is None else by_sectors(sectors, labour)
        parts += [wage_bill(labour), shares_sum(labour, names, "shares_sum_to_100", given)]
        parts.append(copied_staff(labour, sectors))
        if "city_resident_population" in panels:
            parts.append(density(labour, panels["city_resident_population"]))
        if sectors is not None:
            parts.append(sector_shares(sectors, labour))
    if sectors is not None:
        parts.append(sector_sum(sectors))
    return gather(parts)
