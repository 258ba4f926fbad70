"""Sums, products and ratios that must hold between columns of one row or two tables.

When an identity fails, one of its members is wrong. The member blamed is the one whose
replacement by what the identity implies brings it closest to its own neighbours in time.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from .common import (
    Panel,
    detrended,
    gather,
    level,
    log,
    median,
    propose,
    shifted,
    spike,
)
from .land import settled, slips

#: A value implied by an identity is proposed where it lies this near (logs) to the level
#: of the years around.
SUPPORTED = 0.25
#: Three sectors are printed to 10 000 yuan, GDP to 100 million with four digits: honest
#: rounding stays below 0.1 per cent.
VALUE_ADDED_GAP = 0.002
#: Three shares rounded to 0.1 sum to within 0.15 of 100.
SHARES_GAP = 0.16
#: First-published shares sit several points from revised value added for whole runs of
#: years; only a year that differs from the same gap in the years around it is a fault.
SHARE_POINTS = 3.0
#: Mean population of the year against year-end: 2 per cent, and eight times what the gap
#: usually moves by in the unit.
PER_HEAD_GAP = 0.02
PER_HEAD_SCALES = 8.0
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
#: The tax ratio uses first-published GDP: 15 per cent covers that vintage.
TAX_GAP = 0.15
#: No revision of GDP was as wide as this (logs).
TAX_VINTAGE = 0.35
#: The implied deflator may differ from its province's by this many points a year.
DEFLATOR_POINTS = 9.0


def blame(
    panel_logs: Mapping[str, tuple[np.ndarray, np.ndarray]], where: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return which member of a failed identity is at fault in each marked cell.

    Parameters
    ----------
    panel_logs : mapping of name to (seen, implied)
        Logs (units x years) as printed and as the other members imply.
    where : ndarray of bool
        Cells in which the identity fails.

    Returns
    -------
    (member, gain, rest) : ndarrays over the marked cells
        Index of the member, by how much (in logs) its replacement brings it nearer to its
        own years, and how far the replacement still is from them. The gain is not
        positive where no member's years decide.
    """
    gains, rests = [], []
    for seen, implied in panel_logs.values():
        clean = np.where(where, np.nan, seen)
        expected = level(detrended(clean)) + (seen - detrended(seen))
        shift = np.nan_to_num(median(expected - seen, axis=0))
        expected = expected - shift
        gain = np.abs(seen - expected) - np.abs(implied - expected)
        gains.append(gain[where])
        rests.append(np.abs(implied - expected)[where])
    stacked = np.nan_to_num(np.array(gains), nan=-np.inf)
    member = stacked.argmax(axis=0)
    return member, stacked.max(axis=0), np.array(rests)[member, np.arange(len(member))]


def _blamed(
    name: str,
    panel: Panel,
    residual: np.ndarray,
    where: np.ndarray,
    members: Mapping[str, np.ndarray],
    sentence: str,
    tolerance: float,
    home: Mapping[str, Panel] | None = None,
) -> pd.DataFrame:
    """Propose, in every marked cell, the member to blame with its implied value.

    Members map a column to its implied values in ``panel``'s order; ``home`` gives the
    panel of a column that stands in another table.
    """
    if not where.any():
        return gather([])
    home = home or {}
    seen = {
        column: (
            panel.spread(_series(home[column], column))
            if column in home
            else panel.matrix(column)
        )
        for column in members
    }
    logs = {
        column: (log(seen[column]), log(implied)) for column, implied in members.items()
    }
    culprit, gain, rest = blame(logs, where)
    units, years = np.nonzero(where)
    parts = []
    for number, (column, implied) in enumerate(members.items()):
        pick = culprit == number
        if not pick.any():
            continue
        owner = home.get(column, panel)
        i, j = units[pick], years[pick]
        rows = pd.DataFrame({owner.unit: panel.units[i], "year": panel.years[j]})
        rows[column] = seen[column][i, j]
        text = [
            sentence.format(gap=100 * np.expm1(r), implied=p, value=v)
            + (
                f"; replacing {column} brings it {100 * g:.0f} per cent nearer to its own years"
                if np.isfinite(g) and g > 0
                else "; its own years do not decide between the members"
            )
            for r, p, v, g in zip(
                residual[i, j], implied[i, j], rows[column], gain[pick], strict=True
            )
        ]
        score = np.abs(residual[i, j]) / tolerance * np.where(gain[pick] > 0, 1.0, 0.5)
        # A proposed value needs the years' support: half of the gap is gone, and what is
        # left is no more than ordinary years differ by.
        sure = (gain[pick] > 0.5 * np.abs(residual[i, j])) & (rest[pick] < SUPPORTED)
        value = np.where(sure, implied[i, j], np.nan)
        parts.append(propose(name, owner.table, rows, column, score, text, value))
    return gather(parts)


def _series(panel: Panel, column: str) -> pd.Series:
    return panel.frame.set_index([panel.unit, "year"])[column]


def unusual(gap: np.ndarray) -> np.ndarray:
    """Return the gap less the nearest gap of the two years before and after.

    A difference of vintage or scope lasts, and is the same next year: only what no
    neighbouring year shares is unusual.
    """
    near = np.stack([gap - shifted(gap, k) for k in (-2, -1, 1, 2)])
    distance = np.where(np.isfinite(near), np.abs(near), np.inf)
    pick = distance.argmin(axis=0)[None]
    nearest = np.take_along_axis(near, pick, axis=0)[0]
    return np.where(np.isfinite(nearest), nearest, gap)


def value_added(panel: Panel) -> pd.DataFrame:
    """Three sectors' value added sums to GDP."""
    names = ("primary_10k_yuan", "secondary_10k_yuan", "tertiary_10k_yuan")
    one, two, three = (panel.matrix(name) for name in names)
    gdp = panel.matrix("gdp_100m_yuan")
    residual = log(one + two + three) - log(gdp * 1e4)
    # Sectors in units of 100 million under a heading of 10 000: all three at once.
    unit = np.abs(residual + np.log(1e4)) < VALUE_ADDED_GAP
    rows = panel.rows(unit)
    units = [
        propose(
            "value_added_sums_to_gdp",
            panel.table,
            rows,
            name,
            99.0,
            "the three sectors sum to GDP in units of 100 million, not of 10 000, yuan",
            rows[name] * 1e4,
        )
        for name in names
    ]
    residual = np.where(unit, 0.0, residual)
    members = {
        names[0]: gdp * 1e4 - two - three,
        names[1]: gdp * 1e4 - one - three,
        names[2]: gdp * 1e4 - one - two,
        "gdp_100m_yuan": (one + two + three) / 1e4,
    }
    one_wrong = _blamed(
        "value_added_sums_to_gdp",
        panel,
        residual,
        np.abs(residual) > VALUE_ADDED_GAP,
        members,
        "the three sectors' value added is {gap:+.1f} per cent off GDP; the other members "
        "imply {implied:.6g}, not {value:.6g}",
        VALUE_ADDED_GAP,
    )
    return gather([*units, one_wrong])


def recent_value_added(panel: Panel) -> pd.DataFrame:
    """Three sectors sum to GDP in the short table of 2022-2023 (no years to decide)."""
    frame = panel.frame
    names = ["primary_100m_yuan", "secondary_100m_yuan", "tertiary_100m_yuan"]
    total = frame[names].sum(axis=1, skipna=False)
    gap = total / frame["gdp_100m_yuan"] - 1
    parts = []
    rows = frame[gap.abs() > VALUE_ADDED_GAP]
    shares = frame[names].div(frame["gdp_100m_yuan"], axis=0)
    other = shares.groupby(frame["city_code"]).transform("sum") - shares
    for number, column in enumerate([*names, "gdp_100m_yuan"]):
        if column == "gdp_100m_yuan":
            continue
        off = (shares[column] - other[column]).abs()
        mine = off.loc[rows.index].eq(
            (shares - other).abs().loc[rows.index].max(axis=1)
        )
        picked = rows[mine]
        if picked.empty:
            continue
        implied = picked["gdp_100m_yuan"] - picked[
            [n for k, n in enumerate(names) if k != number]
        ].sum(axis=1)
        text = [
            f"the three sectors sum to {100 * (1 + g):.1f} per cent of GDP; the others imply {v:.6g}"
            for g, v in zip(gap[picked.index], implied, strict=True)
        ]
        parts.append(
            propose(
                "value_added_sums_to_gdp",
                panel.table,
                picked,
                column,
                gap[picked.index].abs() / VALUE_ADDED_GAP,
                text,
                implied.where(implied > 0),
            )
        )
    return gather(parts)


def shares_sum(panel: Panel, names: tuple[str, str, str], check: str) -> pd.DataFrame:
    """Three shares sum to 100; the member furthest from its own years is to blame."""
    values = [panel.matrix(name) for name in names]
    residual = sum(values) - 100
    where = np.abs(residual) > SHARES_GAP
    away = np.array(
        [np.abs(v - level(np.where(where, np.nan, v)))[where] for v in values]
    )
    away = np.nan_to_num(away)
    culprit = away.argmax(axis=0)
    units, years = np.nonzero(where)
    parts = []
    for number, column in enumerate(names):
        i, j = units[culprit == number], years[culprit == number]
        rows = pd.DataFrame({panel.unit: panel.units[i], "year": panel.years[j]})
        rows[column] = values[number][i, j]
        implied = rows[column].to_numpy() - residual[i, j]
        expected = level(np.where(where, np.nan, values[number]))[i, j]
        sure = np.abs(implied - expected) < 0.5 * np.abs(residual[i, j])
        text = [
            f"the shares sum to {100 + r:.2f}; {column} stands furthest from its own years, "
            f"and 100 less the others is {p:.4g}"
            for r, p in zip(residual[i, j], implied, strict=True)
        ]
        parts.append(
            propose(
                check,
                panel.table,
                rows,
                column,
                np.abs(residual[i, j]) / SHARES_GAP,
                text,
                np.where(sure & (implied >= 0), implied, np.nan),
            )
        )
    return gather(parts)


def share_of_value_added(panel: Panel) -> pd.DataFrame:
    """A sector's share is its value added over GDP, up to a gap of vintage that lasts."""
    parts = []
    gdp = panel.matrix("gdp_100m_yuan")
    for sector in ("primary", "secondary", "tertiary"):
        share = panel.matrix(f"{sector}_share_pct")
        implied = panel.matrix(f"{sector}_10k_yuan") / gdp / 100
        gap = share - implied
        odd = unusual(gap)
        where = np.abs(odd) > SHARE_POINTS
        share_off = np.abs(share - level(share))
        value_off = np.abs(implied - level(implied))
        for blame_share in (True, False):
            pick = where & ((share_off >= value_off) == blame_share)
            i, j = np.nonzero(pick)
            column = f"{sector}_share_pct" if blame_share else f"{sector}_10k_yuan"
            rows = pd.DataFrame({panel.unit: panel.units[i], "year": panel.years[j]})
            rows[column] = panel.matrix(column)[i, j]
            text = [
                f"share {s:.4g}, value added over GDP {v:.4g} per cent: the gap of {g:+.1f} points "
                f"is {o:+.1f} away from the same gap in the years around"
                for s, v, g, o in zip(
                    share[i, j], implied[i, j], gap[i, j], odd[i, j], strict=True
                )
            ]
            parts.append(
                propose(
                    "share_is_value_added_over_gdp",
                    panel.table,
                    rows,
                    column,
                    np.abs(odd[i, j]) / SHARE_POINTS,
                    text,
                )
            )
    return gather(parts)


def per_head(panel: Panel, population: Panel | None) -> pd.DataFrame:
    """GDP is GDP per head times a population that moves slowly."""
    people = log(panel.matrix("gdp_100m_yuan") * 1e4) - panel.log("gdp_per_capita_yuan")
    odd = unusual(people)
    if population is not None:
        registered = log(panel.spread(_series(population, "registered_population_10k")))
        against = unusual(people - registered)
        odd = np.where(
            np.isfinite(against) & (np.abs(against) < np.abs(odd)), against, odd
        )
    usual = 1.4826 * median(np.abs(odd), axis=1)[:, None]
    where = np.abs(odd) > np.maximum(PER_HEAD_GAP, PER_HEAD_SCALES * usual)
    gdp, head = panel.matrix("gdp_100m_yuan"), panel.matrix("gdp_per_capita_yuan")
    members = {
        "gdp_per_capita_yuan": head * np.exp(odd),
        "gdp_100m_yuan": gdp * np.exp(-odd),
    }
    out = _blamed(
        "gdp_is_per_head_times_population",
        panel,
        odd,
        where,
        members,
        "GDP over GDP per head implies a population {gap:+.1f} per cent away from the one "
        "implied in the years around; about {implied:.5g} would agree, not {value:.6g}",
        PER_HEAD_GAP,
    )
    # The population of that year is not known to the digit: a figure is not determined.
    return out.assign(proposed_value=np.nan)


def wage_bill(panel: Panel) -> pd.DataFrame:
    """The wage bill is staff times the average wage."""
    staff = panel.matrix("staff_average_10k")
    bill = panel.matrix("staff_wage_bill_10k_yuan")
    wage = panel.matrix("staff_average_wage_yuan")
    residual = log(staff) + log(wage) - log(bill)
    whole = np.isclose(staff, np.round(staff))
    rounding = np.where(whole, 0.51 / np.where(staff > 0, staff, np.nan), 0.0)
    # Two years wrong alike are still wrong: above 8 per cent the years near do not excuse.
    odd = np.where(np.abs(residual) > 0.08 + rounding, residual, unusual(residual))
    where = (np.abs(odd) > WAGE_GAP + rounding) & (
        np.abs(residual) > WAGE_GAP + rounding
    )
    members = {
        "staff_average_10k": bill / np.where(wage > 0, wage, np.nan),
        "staff_wage_bill_10k_yuan": staff * wage,
        "staff_average_wage_yuan": bill / np.where(staff > 0, staff, np.nan),
    }
    return _blamed(
        "wage_bill_is_staff_times_wage",
        panel,
        residual,
        where,
        members,
        "staff times average wage is {gap:+.1f} per cent off the wage bill; the other two imply "
        "{implied:.6g}, not {value:.6g}",
        WAGE_GAP,
    )


def density(panel: Panel, land: Panel) -> pd.DataFrame:
    """Density is registered population over land, the land of the unit's other years."""
    people = panel.matrix("registered_population_10k")
    printed = panel.matrix("density_per_km2")
    area = panel.spread(_series(land, "land_area_km2"))
    known = settled(area)
    residual = log(people * 1e4 / known) - log(printed)
    odd = np.where(np.abs(residual) > SCOPE_GAP, residual, unusual(residual))
    odd = np.where(np.abs(odd) < np.abs(residual), odd, residual)
    # A slip of the land that lasts two years slips into both years' densities.
    odd = np.where(slips(area)[0], residual, odd)
    with np.errstate(divide="ignore", invalid="ignore"):
        rounding = (
            np.where(np.isclose(printed, np.round(printed)), 0.6, 0.006) / printed
        )
        where = np.abs(odd) > DENSITY_GAP + rounding
    # People who agree with their own years are not to blame: density is of another
    # territory (the city proper) in whole runs of years.
    people_off = np.abs(spike(detrended(log(people))))
    implied_people = np.where(
        people_off < 0.5 * np.abs(odd), np.nan, printed * known / 1e4
    )
    members = {
        "density_per_km2": people * 1e4 / known,
        "registered_population_10k": implied_people,
    }
    return _blamed(
        "density_is_population_over_area",
        panel,
        odd,
        where,
        members,
        "density times land is {gap:+.1f} per cent off the registered population; the other "
        "members imply {implied:.6g}, not {value:.6g}",
        DENSITY_GAP,
    )


def sector_sum(panel: Panel) -> pd.DataFrame:
    """Nineteen sectors sum to the total."""
    sectors = [
        c for c in panel.frame.columns if c not in (panel.unit, "year", "units_total")
    ]
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
    expected_total = (
        level(detrended(total_logs)) + total_logs - detrended(total_logs)
    )[i, j]
    gain_total = np.abs(log(total[i, j]) - expected_total) - np.abs(
        log(added[i, j]) - expected_total
    )
    gains = np.nan_to_num(np.vstack([gain, gain_total]), nan=-9.0)
    culprit, best = gains.argmax(axis=0), gains.max(axis=0)
    parts = []
    for number, column in enumerate([*sectors, "units_total"]):
        pick = culprit == number
        rows = pd.DataFrame(
            {panel.unit: panel.units[i[pick]], "year": panel.years[j[pick]]}
        )
        rows[column] = panel.matrix(column)[i[pick], j[pick]]
        value = added[i, j][pick] if column == "units_total" else implied[number][pick]
        size = np.abs(gap[i, j][pick]) / total[i, j][pick]
        text = [
            f"the sectors sum to {s:.5g}, the total is {t:.5g}; {column} would be {v:.4g}"
            + (
                ", as its own years suggest"
                if b > 0
                else "; its own years do not decide"
            )
            for s, t, v, b in zip(
                added[i, j][pick], total[i, j][pick], value, best[pick], strict=True
            )
        ]
        sure = (best[pick] > 0.25) & (value > 0)
        parts.append(
            propose(
                "sectors_sum_to_total",
                panel.table,
                rows,
                column,
                size / SECTOR_GAP * np.where(best[pick] > 0, 1, 0.5),
                text,
                np.where(sure, value, np.nan),
            )
        )
    return gather(parts)


def sector_shares(panel: Panel, labour: Panel) -> pd.DataFrame:
    """Shares of employment by three sectors are the nineteen sectors' sums.

    Only rows whose sectors sum to their total are used: there the persons are right and
    the printed share is what fails.
    """
    sectors = [
        c for c in panel.frame.columns if c not in (panel.unit, "year", "units_total")
    ]
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
        printed = panel.spread(_series(labour, column))
        implied = 100 * persons / np.where(added > 0, added, np.nan)
        gap = printed - implied
        i, j = np.nonzero(sound & (np.abs(gap) > SECTOR_SHARE_POINTS + 4 / total))
        rows = pd.DataFrame({labour.unit: panel.units[i], "year": panel.years[j]})
        rows[column] = printed[i, j]
        text = [
            f"the printed share is {p:.4g} per cent; the nineteen sectors, which sum to their "
            f"total, give {v:.4g}"
            for p, v in zip(printed[i, j], implied[i, j], strict=True)
        ]
        parts.append(
            propose(
                "employment_share_is_sectors_over_total",
                labour.table,
                rows,
                column,
                np.abs(gap[i, j]) / SECTOR_SHARE_POINTS,
                text,
                np.round(implied[i, j], 2),
            )
        )
    return gather(parts)


def tax_ratio(tax: Panel, accounts: Panel, labour: Panel) -> pd.DataFrame:
    """Tax per cent of GDP times GDP is tax per head times population."""
    gdp = accounts.matrix("gdp_100m_yuan")
    # For the check alone, a single missing year is read between its neighbours.
    between = np.sqrt(shifted(gdp, 1) * shifted(gdp, -1))
    filled = pd.Series(
        np.where(np.isfinite(gdp), gdp, between).ravel(),
        index=pd.MultiIndex.from_product([accounts.units, accounts.years]),
    )
    gdp = tax.spread(filled)
    people = tax.spread(_series(labour, "registered_population_10k"))
    pct, head = tax.matrix("total_tax_pct_gdp"), tax.matrix("total_tax_yuan_per_capita")
    residual = log(pct / 100 * gdp * 1e4) - log(head * people)
    # Two years wrong alike are still wrong where no vintage is as wide.
    odd = np.where(np.abs(residual) > TAX_VINTAGE, residual, unusual(residual))
    members = {
        "total_tax_pct_gdp": head * people / gdp / 1e4 * 100,
        "total_tax_yuan_per_capita": pct / 100 * gdp * 1e4 / people,
    }
    out = _blamed(
        "tax_ratio_times_gdp_is_tax_per_head_times_people",
        tax,
        odd,
        np.abs(odd) > TAX_GAP,
        members,
        "tax as a share of GDP and tax per head differ by {gap:+.0f} per cent; the other implies "
        "about {implied:.4g}, not {value:.5g}",
        TAX_GAP,
    )
    # The GDP of the ratio is of another vintage: no figure is determined.
    return out.assign(proposed_value=np.nan)


def growth_and_prices(panel: Panel, prices: Panel) -> pd.DataFrame:
    """Nominal growth over real growth is a deflator that moves with the province's."""
    gdp = panel.log("gdp_100m_yuan")
    nominal = 100 * np.expm1(gdp - shifted(gdp, 1))
    real = panel.matrix("gdp_growth_reported")
    real = np.where(real > 60, real - 100, real)
    deflator = 100 * ((1 + nominal / 100) / (1 + real / 100) - 1)
    nation = median(deflator, axis=0)
    own = np.full_like(deflator, np.nan)
    for province in np.unique(panel.provinces):
        member = panel.provinces == province
        thick = np.isfinite(deflator[member]).sum(axis=0) >= 4
        own[member] = np.where(thick, median(deflator[member], axis=0), nation)
    code = pd.Series([p + "0000" for p in panel.provinces])
    consumer = _series(prices, "cpi_previous_year_100").unstack()
    consumer = consumer.reindex(index=code, columns=panel.years).to_numpy(float) - 100
    away = np.fmin(np.abs(deflator - own), np.abs(deflator - consumer))
    where = away > DEFLATOR_POINTS
    # A lasting step of the level (a revision, a boundary) breaks one nominal change; a
    # wrong GDP breaks two, in opposite directions, and is found among its own years.
    usual = level(real)
    growth_off = np.abs(real - usual)
    nominal_off = np.abs(nominal - own - usual)
    i, j = np.nonzero(where)
    parts = []
    for column, pick in (
        ("gdp_growth_reported", growth_off[i, j] > nominal_off[i, j]),
        ("gdp_100m_yuan", ~(growth_off[i, j] > nominal_off[i, j])),
    ):
        a, b = i[pick], j[pick]
        rows = pd.DataFrame({panel.unit: panel.units[a], "year": panel.years[b]})
        rows[column] = panel.matrix(column)[a, b]
        text = [
            f"nominal growth {n:.1f} and real growth {r:.1f} per cent imply a deflator of {d:+.1f}, "
            f"the province's is {o:+.1f}, its consumer prices {c:+.1f}"
            for n, r, d, o, c in zip(
                nominal[a, b],
                real[a, b],
                deflator[a, b],
                own[a, b],
                consumer[a, b],
                strict=True,
            )
        ]
        parts.append(
            propose(
                "growth_and_prices",
                panel.table,
                rows,
                column,
                away[a, b] / DEFLATOR_POINTS,
                text,
            )
        )
    return gather(parts)


def check(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Run every identity whose tables are there."""
    accounts = panels.get("city_accounts")
    labour = panels.get("city_population_labour")
    land = panels.get("city_resident_population")
    sectors = panels.get("city_sector_employment")
    tax, prices = panels.get("city_total_tax"), panels.get("province_cpi")
    parts = []
    if accounts is not None:
        names = ("primary_share_pct", "secondary_share_pct", "tertiary_share_pct")
        parts += [
            value_added(accounts),
            shares_sum(accounts, names, "shares_sum_to_100"),
            share_of_value_added(accounts),
            per_head(accounts, labour),
        ]
        if prices is not None:
            parts.append(growth_and_prices(accounts, prices))
    if labour is not None:
        names = (
            "employment_primary_pct",
            "employment_secondary_pct",
            "employment_tertiary_pct",
        )
        parts += [wage_bill(labour), shares_sum(labour, names, "shares_sum_to_100")]
        if land is not None:
            parts.append(density(labour, land))
        if sectors is not None:
            parts.append(sector_shares(sectors, labour))
    if sectors is not None:
        parts.append(sector_sum(sectors))
    if tax is not None and accounts is not None and labour is not None:
        parts.append(tax_ratio(tax, accounts, labour))
    if "city_accounts_2022_2023" in panels:
        parts.append(recent_value_added(panels["city_accounts_2022_2023"]))
    return gather(parts)
