"""Identities of the accounts: value added, shares, GDP per head, prices, tax."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from .blame import AT_HOME, blamed, series, shares_sum, unusual
from .common import Panel, detrended, gather, level, log, median, propose, shifted, sides

#: Three sectors are printed to 10 000 yuan, GDP to 100 million with four digits: honest
#: rounding stays below 0.1 per cent.
VALUE_ADDED_GAP = 0.002
#: First-published shares sit several points from revised value added for whole runs of
#: years; only a year that differs from the same gap in the years around it is a fault.
SHARE_POINTS = 3.0
#: A printed share is that of value added over GDP within this (points).
SHARE_SAME = 0.15
#: Mean population of the year against year-end: 2 per cent, and eight times what the gap
#: usually moves by in the unit.
PER_HEAD_GAP = 0.02
PER_HEAD_SCALES = 8.0
#: The tax ratio uses first-published GDP: 15 per cent covers that vintage.
TAX_GAP = 0.15
#: No revision of GDP was as wide as this (logs).
TAX_VINTAGE = 0.35
#: Tax in both columns is off its own years by more than this (logs), and by the same within ...
TAX_LEAP = 1.0
#: ... this, which is also how near a power of ten it is undone.
TAX_ALIKE = 0.5
#: The implied deflator may differ from its province's by this many points a year.
DEFLATOR_POINTS = 9.0


def value_added(panel: Panel) -> pd.DataFrame:
    """Check that three sectors' value added sums to GDP."""
    names = ("primary_10k_yuan", "secondary_10k_yuan", "tertiary_10k_yuan")
    one, two, three = (panel.matrix(name) for name in names)
    gdp = panel.matrix("gdp_100m_yuan")
    residual = log(one + two + three) - log(gdp * 1e4)
    # Sectors in units of 100 million under a heading of 10 000: all three at once.
    unit = np.abs(residual + np.log(1e4)) < VALUE_ADDED_GAP
    # GDP that is itself ten thousandfold its own years makes the same gap.
    flat = detrended(log(gdp))
    own = np.abs(flat - level(flat)) > np.log(1e4) / 2
    rows = panel.rows(unit & own)
    output = propose(
        "value_added_sums_to_gdp",
        panel.table,
        rows,
        "gdp_100m_yuan",
        99.0,
        {"form": "units"},
        rows["gdp_100m_yuan"] / 1e4,
    )
    rows = panel.rows(unit & ~own)
    units = [
        propose(
            "value_added_sums_to_gdp",
            panel.table,
            rows,
            name,
            99.0,
            {"form": "units"},
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
    where = np.abs(residual) > VALUE_ADDED_GAP
    told, by_shares = _told_by_shares(panel, names, members, residual, where)
    one_wrong = blamed(
        "value_added_sums_to_gdp", panel, residual, where & ~told, members, VALUE_ADDED_GAP
    )
    return gather([output, *units, by_shares, one_wrong])


def _told_by_shares(
    panel: Panel,
    names: Sequence[str],
    members: Mapping[str, np.ndarray],
    residual: np.ndarray,
    where: np.ndarray,
) -> tuple[np.ndarray, pd.DataFrame]:
    """Propose the sector whose printed share the sum mends, where the other two have theirs."""
    gdp = panel.matrix("gdp_100m_yuan")
    shares = [panel.matrix(name.replace("10k_yuan", "share_pct")) for name in names]
    off = [
        np.abs(share - panel.matrix(name) / gdp / 100)
        for name, share in zip(names, shares, strict=True)
    ]
    told, parts = np.zeros(where.shape, dtype=bool), []
    for number, name in enumerate(names):
        others = np.fmax(*(gap for k, gap in enumerate(off) if k != number))
        mended = np.abs(shares[number] - members[name] / gdp / 100)
        mask = where & (others < SHARE_SAME) & (mended < SHARE_SAME)
        mask &= off[number] > 3 * SHARE_SAME
        told |= mask
        rows = panel.rows(mask)
        gap, value = panel.at(residual)[rows.index], panel.at(members[name])[rows.index]
        facts = {
            "gap_pct": 100 * np.expm1(gap),
            "implied": value,
            "nearer_pct": np.nan,
            "decided": True,
        }
        score = np.abs(gap) / VALUE_ADDED_GAP
        parts.append(
            propose("value_added_sums_to_gdp", panel.table, rows, name, score, facts, value)
        )
    return told, gather(parts)


def share_of_value_added(panel: Panel) -> pd.DataFrame:
    """Check a sector's share against value added over GDP, up to a vintage that lasts."""
    parts = []
    gdp = panel.matrix("gdp_100m_yuan")
    for sector in ("primary", "secondary", "tertiary"):
        share = panel.matrix(f"{sector}_share_pct")
        implied = panel.matrix(f"{sector}_10k_yuan") / gdp / 100
        gap = share - implied
        odd = unusual(gap)
        where = (np.abs(odd) > SHARE_POINTS) & (np.abs(gap) > SHARE_POINTS)
        share_off = np.abs(share - level(share))
        value_off = np.abs(implied - level(implied))
        for blame_share in (True, False):
            pick = where & ((share_off >= value_off) == blame_share)
            i, j = np.nonzero(pick)
            column = f"{sector}_share_pct" if blame_share else f"{sector}_10k_yuan"
            rows = pd.DataFrame({panel.unit: panel.units[i], "year": panel.years[j]})
            rows[column] = panel.matrix(column)[i, j]
            facts = {
                "share": share[i, j],
                "implied": implied[i, j],
                "gap": gap[i, j],
                "odd": odd[i, j],
            }
            parts.append(
                propose(
                    "share_is_value_added_over_gdp",
                    panel.table,
                    rows,
                    column,
                    np.abs(odd[i, j]) / SHARE_POINTS,
                    facts,
                )
            )
    return gather(parts)


def by_value_added(panel: Panel) -> list[np.ndarray]:
    """Return the three sectors' value added over GDP, in per cent."""
    gdp = panel.matrix("gdp_100m_yuan")
    sectors = ("primary", "secondary", "tertiary")
    return [panel.matrix(f"{sector}_10k_yuan") / gdp / 100 for sector in sectors]


def per_head(panel: Panel, population: Panel | None) -> pd.DataFrame:
    """Check that GDP is GDP per head times a population that moves slowly."""
    people = log(panel.matrix("gdp_100m_yuan") * 1e4) - panel.log("gdp_per_capita_yuan")
    odd = unusual(people)
    if population is not None:
        registered = log(panel.spread(series(population, "registered_population_10k")))
        against = unusual(people - registered)
        odd = np.where(np.isfinite(against) & (np.abs(against) < np.abs(odd)), against, odd)
    usual = 1.4826 * median(np.abs(odd), axis=1)[:, None]
    where = np.abs(odd) > np.maximum(PER_HEAD_GAP, PER_HEAD_SCALES * usual)
    gdp, head = panel.matrix("gdp_100m_yuan"), panel.matrix("gdp_per_capita_yuan")
    members = {
        "gdp_per_capita_yuan": head * np.exp(odd),
        "gdp_100m_yuan": gdp * np.exp(-odd),
    }
    # The population implied in the years on both sides must be one.
    around = np.abs(shifted(people, 1) - shifted(people, -1))
    out = blamed(
        "gdp_is_per_head_times_population",
        panel,
        odd,
        where,
        members,
        PER_HEAD_GAP,
        clear=~(around > AT_HOME * np.abs(odd)),
    )
    # The population of that year is not known to the digit: a figure is not determined.
    return out.assign(proposed_value=np.nan)


def growth_and_prices(panel: Panel, prices: Panel) -> pd.DataFrame:
    """Check that nominal over real growth is a deflator like the province's."""
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
    consumer = series(prices, "cpi_previous_year_100").unstack()
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
        facts = {
            "nominal": nominal[a, b],
            "real": real[a, b],
            "deflator": deflator[a, b],
            "province": own[a, b],
            "consumer": consumer[a, b],
        }
        parts.append(
            propose(
                "growth_and_prices",
                panel.table,
                rows,
                column,
                away[a, b] / DEFLATOR_POINTS,
                facts,
            )
        )
    return gather(parts)


def tax_ratio(tax: Panel, accounts: Panel, labour: Panel) -> pd.DataFrame:
    """Check that tax over GDP times GDP is tax per head times population."""
    gdp = accounts.matrix("gdp_100m_yuan")
    # For the check alone, a single missing year is read between its neighbours.
    between = np.sqrt(shifted(gdp, 1) * shifted(gdp, -1))
    filled = pd.Series(
        np.where(np.isfinite(gdp), gdp, between).ravel(),
        index=pd.MultiIndex.from_product([accounts.units, accounts.years]),
    )
    gdp = tax.spread(filled)
    people = tax.spread(series(labour, "registered_population_10k"))
    pct, head = tax.matrix("total_tax_pct_gdp"), tax.matrix("total_tax_yuan_per_capita")
    residual = log(pct / 100 * gdp * 1e4) - log(head * people)
    # Two years wrong alike are still wrong where no vintage is as wide, and what holds is right
    # whatever the years near.
    odd = np.where(np.abs(residual) > TAX_VINTAGE, residual, unusual(residual))
    odd = np.where(np.abs(residual) < TAX_GAP, 0.0, odd)
    members = {
        "total_tax_pct_gdp": head * people / gdp / 1e4 * 100,
        "total_tax_yuan_per_capita": pct / 100 * gdp * 1e4 / people,
    }
    # GDP and people are members too, of other tables: they must agree with their own years. What
    # a neighbouring year shares may be a vintage, and is left.
    clear = np.abs(unusual(residual)) > TAX_GAP
    for values in (gdp, people):
        flat = detrended(log(values))
        before, after = sides(flat)
        away = np.fmax(np.abs(flat - before), np.abs(flat - after))
        clear &= away < AT_HOME * np.abs(odd)
    out = blamed(
        "tax_ratio_times_gdp_is_tax_per_head_times_people",
        tax,
        odd,
        np.abs(odd) > TAX_GAP,
        members,
        TAX_GAP,
        clear=clear,
    )
    # The GDP of the ratio is of another vintage: no figure is determined.
    return out.assign(proposed_value=np.nan)


def tax_itself(tax: Panel) -> pd.DataFrame:
    """Propose tax that is off its own years in both of its columns alike.

    The two columns divide one amount by GDP and by people: where both leap by the same factor,
    the amount is wrong, by a power of ten where the factor is near one.
    """
    names = ("total_tax_pct_gdp", "total_tax_yuan_per_capita")
    flat = [detrended(tax.log(name)) for name in names]
    away = [x - level(x) for x in flat]
    size = (away[0] + away[1]) / 2
    mask = (np.abs(size) > TAX_LEAP) & (np.abs(away[0] - away[1]) < TAX_ALIKE)
    power = np.round(size / np.log(10))
    power = np.where(np.abs(size - power * np.log(10)) < TAX_ALIKE, power, 0.0)
    parts = []
    for name in names:
        rows = tax.rows(mask)
        factor = 10.0 ** tax.at(np.nan_to_num(power))[rows.index]
        value = np.where(factor != 1.0, np.round(rows[name] / factor, 6), np.nan)
        facts = {"times": np.exp(tax.at(size)[rows.index]), "factor": factor}
        score = tax.at(np.abs(size))[rows.index] / TAX_LEAP
        parts.append(propose("tax_itself_leaps", tax.table, rows, name, score, facts, value))
    return gather(parts)


def check(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """Run every identity of the accounts whose tables are there."""
    accounts = panels.get("city_accounts")
    labour, tax = panels.get("city_population_labour"), panels.get("city_total_tax")
    parts = []
    if accounts is not None:
        names = ("primary_share_pct", "secondary_share_pct", "tertiary_share_pct")
        parts += [
            value_added(accounts),
            shares_sum(accounts, names, "shares_sum_to_100", by_value_added(accounts)),
            share_of_value_added(accounts),
            per_head(accounts, labour),
        ]
        if "province_cpi" in panels:
            parts.append(growth_and_prices(accounts, panels["province_cpi"]))
        if tax is not None and labour is not None:
            parts += [tax_ratio(tax, accounts, labour), tax_itself(tax)]
    return gather(parts)
