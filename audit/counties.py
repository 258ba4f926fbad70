"""Counties against their city, and the two censuses against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from .common import gather, log, propose

#: Industries must sum to the sample exactly; one person of rounding is left free.
SAMPLE_GAP = 1.5
#: Counties of the census must sum to their city: 0.1 per cent.
COUNTY_GAP = 0.001
#: Counties' GDP may be of another vintage than the city's: 15 per cent.
COUNTY_GDP_GAP = 0.15
#: The long form went to about a tenth of households: employed per head of population.
SAMPLE_RATE = (0.012, 0.085)
#: Growth of ten years, against the median of the province's counties (logs).
TEN_YEARS = 1.2
#: A census industry's share in 2020 over 2010, against the national change (logs), for
#: industries with at least this many persons in both samples.
INDUSTRY_CHANGE = 2.3
INDUSTRY_PERSONS = 300

#: Two tables' output of a county differ by vintage; by this much (logs) more than the median
#: county's they part company.
PARTED = 0.5
#: A power of ten leaves less than this (logs) between two tables' output.
POWER_FIT = 0.25

TABLES = (
    ("census_industry_prefecture", "city_code"),
    ("census_industry_county", "county_code"),
)


def industries(frame: pd.DataFrame) -> list[str]:
    """Return the industry columns."""
    columns = list(frame.columns)
    return columns[columns.index("employed_sample_total") + 1 :]


def samples(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Check sums of industries, the sampling rate, and 2020 against 2010."""
    parts = []
    for table, unit in TABLES:
        if table not in tables:
            continue
        frame = tables[table]
        names = industries(frame)
        total = frame["employed_sample_total"]
        added = frame[names].sum(axis=1)
        rows = frame[(added - total).abs() > SAMPLE_GAP]
        parts.append(
            propose(
                "industries_sum_to_sample",
                table,
                rows,
                "employed_sample_total",
                20.0,
                {"added": added[rows.index]},
                added[rows.index],
            )
        )
        parts.append(powers_of_ten(table, frame, names, added - total))
        rate = total / frame["census_population"]
        rows = frame[~rate.between(*SAMPLE_RATE) & rate.notna()]
        parts.append(
            propose(
                "sample_is_a_tenth",
                table,
                rows,
                "employed_sample_total",
                5.0,
                {"sample_pct": 100 * rate[rows.index]},
            )
        )
        wide = frame.set_index([unit, "year"])
        if not {2010, 2020} <= set(frame["year"]):
            continue
        shares = wide[names].div(wide["employed_sample_total"], axis=0)
        units = shares.xs(2010, level="year").index.intersection(
            shares.xs(2020, level="year").index
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            change = np.log(
                shares.xs(2020, level="year").loc[units] / shares.xs(2010, level="year").loc[units]
            )
        enough = (wide[names].xs(2010, level="year").loc[units] >= INDUSTRY_PERSONS) & (
            wide[names].xs(2020, level="year").loc[units] >= INDUSTRY_PERSONS
        )
        away = (change - change.median()).where(enough)
        for name in names:
            odd = away.index[away[name].abs() > INDUSTRY_CHANGE]
            rows = frame[frame[unit].isin(odd) & frame["year"].eq(2020)]
            far = away.loc[rows[unit], name]
            parts.append(
                propose(
                    "censuses_resemble",
                    table,
                    rows,
                    name,
                    far.abs() / INDUSTRY_CHANGE,
                    {"times": np.exp(far)},
                )
            )
    return gather(parts)


def powers_of_ten(
    table: str, frame: pd.DataFrame, names: Sequence[str], gap: pd.Series
) -> pd.DataFrame:
    """Propose the one industry that, moved by a power of ten, makes the industries sum."""
    values = frame[list(names)].to_numpy(dtype=float)
    parts = []
    for power in (10.0, 100.0, 0.1, 0.01):
        right = np.round(values / power)
        fits = (np.abs(values - right - gap.to_numpy()[:, None]) <= SAMPLE_GAP) & (values > 0)
        fits &= (gap.abs() > SAMPLE_GAP).to_numpy()[:, None]
        alone = fits & (fits.sum(axis=1) == 1)[:, None]
        for k, name in enumerate(names):
            rows = frame[alone[:, k]]
            facts = {"factor": power}
            proposed = right[alone[:, k], k]
            parts.append(propose("industry_mends_sum", table, rows, name, 20.0, facts, proposed))
    return gather(parts)


def two_tables(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Propose output of a county that parts company with the table of county years.

    Where that table is in line with the years beside, the figure here is the one at fault.
    """
    frame, panel = tables.get("county_gdp"), tables.get("county_panel")
    if frame is None or panel is None:
        return gather([])
    parts = []
    for column in ("gdp_10k_yuan", "primary_10k_yuan"):
        wide = panel.pivot(index="county_code", columns="year", values=column)
        wide = pd.DataFrame(log(wide.to_numpy(dtype=float)), wide.index, wide.columns)
        beside = pd.concat([wide.shift(1, axis=1), wide.shift(-1, axis=1)], keys=[0, 1])
        calm = (wide - beside.groupby(level=1).mean()).abs() < POWER_FIT
        index = pd.MultiIndex.from_frame(frame[["county_code", "year"]])
        theirs = pd.Series(wide.stack().reindex(index).to_numpy(), index=frame.index)
        sure = pd.Series(calm.stack().reindex(index).to_numpy(), index=frame.index).eq(True)
        gap = pd.Series(log(frame[column].to_numpy(dtype=float)), frame.index) - theirs
        gap -= gap.groupby([frame["county_code"].str[:2], frame["year"]]).transform("median")
        rows = frame[gap.abs() > PARTED]
        far = gap[rows.index]
        power = (far / np.log(10)).round()
        near = (far - power * np.log(10)).abs().lt(POWER_FIT) & power.ne(0)
        value = (rows[column] / 10.0**power).where(near & sure[rows.index])
        facts = {"times": np.exp(far), "decided": sure[rows.index] & near}
        score = far.abs() / PARTED
        parts.append(
            propose("county_tables_agree", "county_gdp", rows, column, score, facts, value)
        )
    return gather(parts)


def sums_of_counties(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Check that the census's counties sum to their city, where every county is there."""
    if not {name for name, _ in TABLES} <= set(tables):
        return gather([])
    city, county = (tables[name] for name, _ in TABLES)
    names = ["census_population", "employed_sample_total", *industries(county)]
    inside = county.assign(city_code=county["county_code"].str[:4] + "00")
    together = inside.groupby(["city_code", "year"])[names].sum().reset_index()
    both = city.merge(together, on=["city_code", "year"], suffixes=("", "_counties"))
    whole = (both["census_population_counties"] / both["census_population"]).between(0.97, 1.03)
    both = both[whole]
    parts = []
    for name in names:
        gap = both[f"{name}_counties"] - both[name]
        rows = both[(gap.abs() > np.maximum(COUNTY_GAP * both[name], 1.5))]
        parts.append(
            propose(
                "counties_sum_to_city",
                "census_industry_prefecture",
                rows,
                name,
                10.0,
                {"form": "census", "added": rows[f"{name}_counties"]},
            )
        )
    return gather(parts)


def county_gdp(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Check counties' primary sector, growth and sums against their city."""
    frame = tables.get("county_gdp")
    if frame is None:
        return gather([])
    parts = []
    rows = frame[frame["primary_10k_yuan"] > frame["gdp_10k_yuan"]]
    parts.append(
        propose(
            "part_above_whole",
            "county_gdp",
            rows,
            "primary_10k_yuan",
            10.0,
        )
    )
    for column in ("gdp_10k_yuan", "primary_10k_yuan"):
        ordered = frame.sort_values(["county_code", "year"])
        change = np.log(ordered[column] / ordered.groupby("county_code")[column].shift(1))
        usual = change.groupby([ordered["county_code"].str[:2], ordered["year"]]).transform(
            "median"
        )
        away = change - usual
        rows = ordered[away.abs() > TEN_YEARS]
        facts = {"times": np.exp(change[rows.index]), "usual": np.exp(usual[rows.index])}
        parts.append(
            propose(
                "counties_grow_alike",
                "county_gdp",
                rows,
                column,
                away[rows.index].abs() / TEN_YEARS,
                facts,
            )
        )
    accounts = tables.get("city_accounts")
    if accounts is not None:
        total = frame.groupby(["city_code", "year"], as_index=False).agg(
            added=("gdp_10k_yuan", "sum"), number=("gdp_10k_yuan", "count")
        )
        full = total.groupby("city_code")["number"].transform("max")
        both = total[total["number"].ge(full - 1)].merge(
            accounts[["city_code", "year", "gdp_100m_yuan"]], on=["city_code", "year"]
        )
        gap = both["added"] / both["gdp_100m_yuan"] / 1e4 - 1
        rows = both[gap.abs() > COUNTY_GDP_GAP]
        parts.append(
            propose(
                "counties_sum_to_city",
                "city_accounts",
                rows,
                "gdp_100m_yuan",
                gap[rows.index].abs() / COUNTY_GDP_GAP,
                {"form": "gdp", "sum_pct": 100 * (1 + gap[rows.index])},
            )
        )
    return gather(parts)


def check(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Run the checks of counties and censuses."""
    return gather(
        [samples(tables), sums_of_counties(tables), county_gdp(tables), two_tables(tables)]
    )
