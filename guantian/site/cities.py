"""The panel as the page holds it: every city, what China and placebo zones are, breaks, cards."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from guantian.labels import label
from guantian.site.breaks import known_breaks
from guantian.site.strings import chinese
from regiometrics import _laws as laws

DIGITS = 4  # significant ones of the page's values
FEW = 5  # a variable with fewer distinct values is a mark, not a measurement
MIDDLE = (0.1, 0.5, 0.9)  # of prefectures
PLACEBO = (0.05, 0.95)  # of the medians of placebo zones
#: How a value was made, and people as modelled and frozen at a census: not shown as indicators.
LEFT_OUT = ("capital_start_year", "capital_initial_share_pct", "landscan_population", "cpi_level")


def shown_variables(panel: pd.DataFrame, codebook: pd.DataFrame) -> list[str]:
    """Return the panel's indicators: measurements, each once, without marks of how they were made.

    Of columns with the same values the last counts, whose name says what it is divided by.
    """
    found: list[str] = []
    numbers = panel.select_dtypes("float64")
    for name in numbers.columns:
        values = numbers[name]
        marks = name in LEFT_OUT or name not in codebook.index or values.nunique() < FEW
        again = any(
            numbers[other].equals(values)
            for other in numbers.columns[numbers.columns.get_loc(name) + 1 :]
        )
        if not marks and not again:
            found.append(name)
    return found


def compact(values: np.ndarray) -> list[float | None]:
    """Round values to the page's digits; missing is null.

    Examples
    --------
    >>> compact(np.array([12345.6, np.nan, 2.0]))
    [12350, None, 2]
    """
    return [None if np.isnan(value) else _short(float(value)) for value in values]


def _short(value: float) -> float | int:
    rounded = float(f"{value:.{DIGITS}g}")
    return int(rounded) if rounded.is_integer() else rounded


def pack(value: Any) -> str:
    """Return a value as compressed JSON in base 64: the page opens it itself."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return base64.b64encode(packer.compress(text.encode()) + packer.flush()).decode()


def panel_data(
    panel: pd.DataFrame,
    codebook: pd.DataFrame,
    members: Sequence[str],
    placebo: pd.DataFrame,
    breaks: pd.DataFrame,
    base_year: int,
) -> dict[str, Any]:
    """Lay the panel out for the page.

    Parameters
    ----------
    panel
        Index (city_code, year), with ``name_en``, ``name_zh`` and ``in_nation``.
    codebook
        Index variable; ``title``, ``unit``, ``source``, ``formula``.
    members
        Codes of the zone's cities.
    placebo
        Placebo zones: columns ``member_1`` and so on hold codes.
    breaks
        As of `guantian.site.breaks.known_breaks`.
    base_year
        Of real values.

    Returns
    -------
    dict
        ``first`` (year), ``cities`` (code, English and Chinese name, sorted), ``members`` and
        ``variables``: name to ``title`` (English, Chinese), ``unit``, ``source``, ``values`` (a row
        per city), ``nation`` (three rows: quantiles), ``zone`` (the median of its cities),
        ``placebo`` (two rows) and ``breaks``.
    """
    first = panel.groupby(level="city_code")[["name_en", "name_zh"]].first()
    places = {code: place for place, code in enumerate(first.index)}
    nation = (panel["in_nation"].groupby(level="city_code").first() == 1).to_numpy()
    columns = [name for name in placebo.columns if name.startswith("member_")]
    sets = placebo[columns].map(places.get).dropna().to_numpy(dtype="int64")
    own = [places[code] for code in members if code in places]
    variables = {}
    for name in shown_variables(panel, codebook):
        values = panel[name].unstack("year").to_numpy(dtype="float64")
        variables[name] = {
            "title": [codebook.at[name, "title"], chinese("variables", name)],
            "unit": printed_unit(codebook.at[name, "unit"], base_year),
            "source": source_of(codebook, name),
            "values": [compact(row) for row in values],
            "nation": [compact(row) for row in _quantiles(values[nation], MIDDLE)],
            "zone": compact(_median(values[own])),
            "placebo": [compact(row) for row in _quantiles(_median_of_sets(values, sets), PLACEBO)],
            "breaks": list(_breaks(panel[name], name, codebook, breaks, members)),
        }
    return {
        "first": int(panel.index.get_level_values("year").min()),
        "cities": [
            [code, row.name_en, row.name_zh]
            for code, row in zip(first.index, first.itertuples(), strict=True)
        ],
        "members": list(members),
        "variables": variables,
    }


def printed_unit(unit: str, base_year: int) -> list[str]:
    """Print a unit of the codebook in English and in Chinese.

    Examples
    --------
    >>> printed_unit("yuan at prices of the base year; more", 2010)
    ['yuan at prices of 2010', '元，2010年价格']
    """
    text, _, _ = unit.partition(";")  # the rest is for who computes with it
    zh = chinese("units", text).replace("基年", f"{base_year}年")
    return [text.replace("the base year", str(base_year)), zh]


def source_of(codebook: pd.DataFrame, name: str) -> str:
    """Return the formula of a variable, or the raw column that it is."""
    formula, source = (codebook.get(column, {}).get(name) for column in ("formula", "source"))
    return next((text for text in (formula, source) if isinstance(text, str) and text), "")


def _quantiles(values: np.ndarray, shares: Sequence[float]) -> np.ndarray:
    known = ~np.isnan(values).all(axis=0)
    found = np.full((len(shares), values.shape[1]), np.nan)
    if known.any():
        found[:, known] = np.nanquantile(values[:, known], shares, axis=0)
    return found


def _median(values: np.ndarray) -> np.ndarray:
    return _quantiles(values, (0.5,))[0]


def _median_of_sets(values: np.ndarray, sets: np.ndarray) -> np.ndarray:
    """Return the median over known members of each set (rows) in each year."""
    ordered = np.sort(values[sets], axis=1)  # missing last
    count = (~np.isnan(ordered)).sum(axis=1)
    low, high = np.maximum(count - 1, 0) // 2, np.maximum(count // 2, 0)
    ends = [np.take_along_axis(ordered, place[:, None, :], axis=1)[:, 0] for place in (low, high)]
    return sum(ends) / 2


def _breaks(
    values: pd.Series,
    name: str,
    codebook: pd.DataFrame,
    breaks: pd.DataFrame,
    members: Sequence[str],
) -> Iterator[list]:
    known = values.dropna()
    codes = known.index.get_level_values("city_code")
    years = {code: known[codes == code].index.get_level_values("year") for code in members}
    for one in known_breaks(name, codebook, breaks, years):
        yield [
            one.year,
            list(one.cities),
            [one.reason, chinese("words", one.reason)],
            int(one.cuts),
        ]


def cards(
    panel: pd.DataFrame,
    clubs: pd.DataFrame,
    plan: pd.DataFrame,
    core: pd.DataFrame,
    years: tuple[int, int],
) -> dict[str, Any]:
    """Return what is known of each city in short; interval ends beside each estimate.

    Parameters
    ----------
    panel
        Index (city_code, year).
    clubs
        ``spec``, ``sample``, ``city_code``, ``club``: the national clubs count, 0 is none.
    plan, core
        Estimates of the chapters on the plan (rows of cities: ``unit``) and on core and periphery
        (analysis ``shares``).
    years
        First and last of growth.

    Returns
    -------
    dict
        ``years``, and ``cities``: code to ``growth`` and ``first`` (mean, ends of its interval),
        ``club``, ``plan`` and ``gains`` (of each method).
    """
    found: dict[str, dict] = {}
    for key, name in (("growth", "gdp_growth_pct"), ("first", "gdp_growth_first_published_pct")):
        for code, values in _of_years(panel[name], years).groupby(level="city_code"):
            known = values.dropna()
            if len(known) > 1:
                found.setdefault(code, {})[key] = [*_mean(known), len(known)]
    national = clubs[(clubs["sample"] == "nation") | (clubs["sample"] == "china")]
    for row in national.drop_duplicates("city_code").itertuples():
        found.setdefault(row.city_code, {})["club"] = int(row.club)
    for row in plan[plan["analysis"] == "city"].drop_duplicates("unit").to_dict("records"):
        if row["unit"] and not np.isnan(row["estimate"]):
            found.setdefault(row["unit"], {})["plan"] = _three(row, 100)
    for row in core[core["analysis"] == "shares"].to_dict("records"):
        if row["unit"] and not np.isnan(row["estimate"]):
            gains = found.setdefault(row["unit"], {}).setdefault("gains", {})
            gains[label("solution", row["method"])] = _three(row, 100)
    return {"years": list(years), "cities": found}


def _of_years(values: pd.Series, years: tuple[int, int]) -> pd.Series:
    at = values.index.get_level_values("year")
    return values[(at >= years[0]) & (at <= years[1])]


def _mean(values: pd.Series) -> list[float | None]:
    """Return a mean over years and its 95% interval by the t distribution."""
    half = float(laws.t.ppf(0.975, len(values) - 1) * values.sem())
    return compact(np.array([values.mean(), values.mean() - half, values.mean() + half]))


def _three(row: Mapping[str, Any], scale: float) -> list[float | None]:
    ends = [row["estimate"], row["conf_low"], row["conf_high"]]
    return compact(np.round(scale * np.array(ends, dtype="float64"), DIGITS))
