"""Identities of people and work: wage bill, density, employment by sector."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from .blame import blamed, series, shares_sum, unusual
from .common import Panel, detrended, gather, level, log, propose, spike
from .land import settled, slips

#: Staff are printed in units of 10 000 since 1995, which alone moves the product; beyond
#: the rounding, 3 per cent that no year near shares (averages over the year differ).
WAGE_GAP = 0.03
#: Density's own rounding, and half a per cent for small revisions of the land.
DENSITY_GAP = 0.005
#: A gap this wide (logs), however long it lasts, is another territory (the city proper).
SCOPE_GAP = 0.25
#: Nineteen sectors rounded to 100 persons: 0.4 per cent, and at least 600 persons.
SECTOR_GAP = 0.004
SECTOR_MINIMUM = 0.06
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
    people_off = np.abs(spike(detrended(log(people))))
    implied_people = np.where(people_off < 0.5 * np.abs(odd), np.nan, printed * known / 1e4)
    members = {
        "density_per_km2": people * 1e4 / known,
        "registered_population_10k": implied_people,
    }
    return blamed(
        "density_is_population_over_area",
        panel,
        odd,
        where,
        members,
        DENSITY_GAP,
    )


def sector_sum(panel: Panel) -> pd.DataFrame:
    """Check that nineteen sectors sum to the total."""
    sectors = [c for c in panel.frame.columns if c not in (panel.unit, "year", "units_total")]
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
            "decided": best[pick] > 0,
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
    sectors = [c for c in panel.frame.columns if c not in (panel.unit, "year", "units_total")]
    total = panel.matrix("units_total")
    added = np.nansum([panel.matrix(c) for c in sectors], axis=0)
    first = np.nan_to_num(panel.matrix("agriculture"))
    second = sum(
        np.nan_to_num(panel.matrix(c))
        for c in ("mining", "manufacturing", "utilities", "construction")
    )
    sound = np.abs(added - total) <= np.maximum(SECTOR_GAP * total, SECTOR_MINIMUM)
    parts = []
    for column, persons in (
        ("employment_primary_pct", first),
        ("employment_secondary_pct", second),
        ("employment_tertiary_pct", added - first - second),
    ):
        printed = panel.spread(series(labour, column))
        implied = 100 * persons / np.where(added > 0, added, np.nan)
        gap = printed - implied
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
                {"implied": implied[i, j]},
                np.round(implied[i, j], 2),
            )
        )
    return gather(parts)


def check(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Run every identity of people and work whose tables are there."""
    labour = panels.get("city_population_labour")
    sectors = panels.get("city_sector_employment")
    parts = []
    if labour is not None:
        names = ("employment_primary_pct", "employment_secondary_pct", "employment_tertiary_pct")
        parts += [wage_bill(labour), shares_sum(labour, names, "shares_sum_to_100")]
        if "city_resident_population" in panels:
            parts.append(density(labour, panels["city_resident_population"]))
        if sectors is not None:
            parts.append(sector_shares(sectors, labour))
    if sectors is not None:
        parts.append(sector_sum(sectors))
    return gather(parts)
