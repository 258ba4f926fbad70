"""Keys, the tidy form of a proposal, and the robust local level that the checks share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import pandas as pd

Tables = Mapping[str, pd.DataFrame]

#: Key columns of every table, in the order in which a proposal's key names them. The checks are
#: functions on tables alone, so they know the keys themselves; a test holds that they are those of
#: datapackage.json, table by table.
KEYS: dict[str, tuple[str, ...]] = {
    "census_industry_county": ("county_code", "year"),
    "census_industry_prefecture": ("city_code", "year"),
    "city_accounts": ("city_code", "year"),
    "city_accounts_2022_2023": ("city_code", "year"),
    "city_district_sector_employment": ("city_code", "year"),
    "city_fdi": ("city_code", "year"),
    "city_growth_and_sectors": ("city_code", "year"),
    "city_growth_targets": ("city_code", "year"),
    "city_growth_targets_2008_2022": ("city_code", "year"),
    "city_infrastructure_land": ("city_code", "year"),
    "city_investment_fiscal": ("city_code", "year"),
    "city_leaders": ("city_code", "year"),
    "city_lgfv_debt": ("region_code", "year"),
    "city_names": ("city_code",),
    "city_network_degrees": ("city_code",),
    "city_pair_fast_trains_2016": ("origin_code", "destination_code"),
    "city_pair_flows_2021h1": ("origin_code", "destination_code"),
    "city_pair_search_travel": ("origin", "destination"),
    "city_population_labour": ("city_code", "year"),
    "city_remote_sensing": ("city_code", "year"),
    "city_resident_population": ("city_code", "year"),
    "city_retail": ("city_code", "year"),
    "city_road_area": ("city_code", "year"),
    "city_sector_employment": ("city_code", "year"),
    "city_total_tax": ("city_code", "year"),
    "city_work_report_topics": ("city_code", "year"),
    "county_gdp": ("county_code", "year"),
    "county_panel": ("county_code", "year"),
    "leader_spells": ("city_code", "post", "person_id", "first_year"),
    "province_accounts": ("province_code", "year"),
    "province_cpi": ("province_code", "year"),
    "province_investment": ("province_code", "year"),
    "province_names": ("province_code",),
    "province_retail_prices": ("province_code", "year", "category"),
    "province_trade_shares": ("year", "origin", "destination"),
    "sector_concordance": ("table", "column"),
    "zone_pair_flows_monthly": ("origin_code", "destination_code", "year_month"),
    "zone_pair_travel_time": ("code_a", "code_b", "year"),
}

#: Tables of the package that the checks do not scan, because no check applies: names, dates and
#: titles of changes and agreements hold no figure, and a place's dialect is one point without a
#: second figure, a year or a neighbour that it must resemble. Their types, ranges and keys are
#: checked on reading, as of every table.
UNSCANNED = frozenset({"agreements_found", "city_names_en", "county_events", "dialect_points"})

#: What stands beside the tables and is no table of figures: the dated acts.
BESIDE = ("acts",)

#: Columns of a frame of proposals, one row a cell and check.
PROPOSAL = [
    "check",
    "table",
    "key",
    "column",
    "source_value",
    "proposed_value",
    "score",
    "unit",
    "year",
    "facts",
    "confirmed",
]

#: Where several checks determine a value, the first of these is taken: a power of ten or
#: another cell of the yearbook is the printed figure itself, an identity only its image.
SUREST = (
    "block_of_rows",
    "block_of_columns",
    "sector_table_gives_output",
    "shifted_columns",
    "permuted_columns",
    "power_in_identity",
    "factor_of_ten",
    "index_among_percentages",
    "rate_among_indices",
    "shifted_row",
    "land_is_constant",
)

#: A year's level is judged by up to this many years on either side: the median of
#: three holds when one neighbour is itself wrong.
WINDOW = 3
#: Layers that are put in order by exchanges.
FEW = 4
#: Units whose median annual change is a common movement, at the least.
COMMON = 5


def empty() -> pd.DataFrame:
    """Return a frame of proposals without rows."""
    frame = pd.DataFrame({name: pd.Series(dtype="object") for name in PROPOSAL})
    kinds = {"source_value": float, "proposed_value": float, "score": float, "year": int}
    return frame.astype(kinds)


#: The frame of no proposals, shared: it is only ever left out by :func:`gather`.
NOTHING = empty()


def key_text(table: str, rows: pd.DataFrame) -> pd.Series:
    """Return the key of each row as ``"city_code=610400;year=2013"``."""
    parts = [name + "=" + rows[name].astype(str) for name in KEYS[table]]
    text = parts[0]
    for part in parts[1:]:
        text = text + ";" + part
    return text.astype(object)


def propose(
    check: str,
    table: str,
    rows: pd.DataFrame,
    column: str,
    score: Sequence[float] | pd.Series | float,
    facts: Mapping[str, object] | None = None,
    proposed: Sequence[float] | pd.Series | float = np.nan,
) -> pd.DataFrame:
    """Return proposals for one column of the given rows of a table.

    ``facts`` is what the check knows of each cell (a scalar, or one value a row, by name), of
    which `audit.sentences` makes the sentence of evidence. Cells that are missing at source are
    left out: there is nothing to correct.
    """
    if rows.empty:
        return NOTHING
    out = pd.DataFrame(
        {
            "check": check,
            "table": table,
            "key": key_text(table, rows).to_numpy(),
            "column": column,
            "source_value": rows[column].to_numpy(dtype=float),
            "proposed_value": np.asarray(proposed, dtype=float) * np.ones(len(rows)),
            "score": np.asarray(score, dtype=float) * np.ones(len(rows)),
            "unit": rows[KEYS[table][0]].astype(str).to_numpy(),
            "year": rows["year"].to_numpy() if "year" in KEYS[table] else 0,
            "facts": by_row(facts or {}, len(rows)),
            "confirmed": "",
        }
    )
    return out[out["source_value"].notna()]


def by_row(facts: Mapping[str, object], number: int) -> list[dict[str, object]]:
    """Return the facts of each row, from scalars and sequences by name."""
    columns = [[value] * number if np.ndim(value) == 0 else list(value) for value in facts.values()]
    if not columns:
        return [{} for _ in range(number)]
    return [dict(zip(facts, values, strict=True)) for values in zip(*columns, strict=True)]


def gather(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Stack frames of proposals, leaving out the empty ones."""
    kept = [part for part in parts if not part.empty]
    return pd.concat(kept, ignore_index=True) if kept else NOTHING


class Panel:
    """A table keyed by unit and year, seen as one matrix (units x years) a column.

    Parameters
    ----------
    table : str
        Name of the table.
    frame : DataFrame
        Its rows, with a unique (unit, year) key.
    """

    def __init__(self, table: str, frame: pd.DataFrame):
        self.table = table
        self.unit = KEYS[table][0]
        self.frame = frame.reset_index(drop=True)
        unit_codes, self.units = pd.factorize(self.frame[self.unit], sort=True)
        year = self.frame["year"].to_numpy()
        self.years = np.arange(year.min(), year.max() + 1)
        self.row = unit_codes
        self.col = year - self.years[0]
        self.provinces = np.array([str(code)[:2] for code in self.units])
        self.matrix = cache(self._matrix)
        self.place = cache(self._place)

    def __contains__(self, column: str) -> bool:
        """Say whether the table has the column."""
        return column in self.frame.columns

    def _matrix(self, column: str) -> np.ndarray:
        values = np.full((len(self.units), len(self.years)), np.nan)
        values[self.row, self.col] = self.frame[column].to_numpy(dtype=float)
        return values

    def _place(self) -> dict[str, int]:
        """Return the row of each key."""
        return {key: row for row, key in enumerate(key_text(self.table, self.frame))}

    def log(self, column: str) -> np.ndarray:
        """Return the logs (NaN where not positive)."""
        return log(self.matrix(column))

    def spread(self, values: pd.Series) -> np.ndarray:
        """Return a series on (unit, year) as a matrix in this panel's order."""
        units, years = values.index.levels
        row = pd.Index(self.units).get_indexer(units)[values.index.codes[0]]
        col = pd.Index(self.years).get_indexer(years)[values.index.codes[1]]
        out = np.full((len(self.units), len(self.years)), np.nan)
        known = (row >= 0) & (col >= 0)
        out[row[known], col[known]] = values.to_numpy(dtype=float)[known]
        return out

    def at(self, values: np.ndarray) -> np.ndarray:
        """Return the matrix's value at every row of the table."""
        return values[self.row, self.col]

    def rows(self, mask: np.ndarray) -> pd.DataFrame:
        """Return the table's rows where the matrix mask holds."""
        return self.frame[self.at(mask)]


def log(values: np.ndarray) -> np.ndarray:
    """Return logs, NaN where the value is not positive."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(values > 0, np.log(values), np.nan)


def median(stack: np.ndarray, axis: int) -> np.ndarray:
    """Return the median over an axis, NaN where nothing is there.

    Sorting puts NaN last, so the middle is picked by count: many times faster than
    ``np.nanmedian`` on matrices of this size, and silent.
    """
    ordered = _ordered(np.asarray(stack, dtype=float), axis)
    count = np.isfinite(ordered).sum(axis=axis, keepdims=True)
    low = np.maximum((count - 1) // 2, 0)
    high = np.minimum(count // 2, ordered.shape[axis] - 1)
    middle = (np.take_along_axis(ordered, low, axis) + np.take_along_axis(ordered, high, axis)) / 2
    return np.squeeze(np.where(count > 0, middle, np.nan), axis=axis)


def _ordered(stack: np.ndarray, axis: int) -> np.ndarray:
    """Return the stack in order along an axis, what is missing last (as infinity, or NaN).

    A few layers are exchanged pairwise, whole layers at a time: a fifth of the time of sorting
    every cell's own.
    """
    if axis or len(stack) > FEW:
        return np.sort(stack, axis=axis)
    layers = list(np.where(np.isnan(stack), np.inf, stack))
    for last in range(len(layers) - 1, 0, -1):
        for i in range(last):
            low, high = layers[i : i + 2]
            layers[i : i + 2] = np.minimum(low, high), np.maximum(low, high)
    return np.array(layers)


def shifted(values: np.ndarray, years: int) -> np.ndarray:
    """Return the matrix with each year holding the value of ``years`` earlier."""
    out = np.full_like(values, np.nan)
    if years > 0:
        out[:, years:] = values[:, :-years]
    elif years < 0:
        out[:, :years] = values[:, -years:]
    else:
        out[:] = values
    return out


def detrended(logs: np.ndarray, groups: np.ndarray | None = None) -> np.ndarray:
    """Take the common movement out of logs (units x years).

    The median annual change over all units (and then over each group with at least
    five) is cumulated and subtracted, so that a level compared with other years is not
    judged by the trend or by what moved the whole province that year.
    """
    change = logs - shifted(logs, 1)
    # A median of a few units would follow a single wrong one.
    enough = np.isfinite(change).sum(axis=0) >= min(COMMON, len(logs) / 2)
    common = np.where(enough, np.nan_to_num(median(change, axis=0)), 0.0)
    out = logs - np.cumsum(common)
    if groups is not None:
        for group in np.unique(groups):
            member = groups == group
            if member.sum() >= 5:
                inner = out[member]
                moved = inner - shifted(inner, 1)
                own = np.where(np.isfinite(moved).sum(axis=0) >= 4, median(moved, axis=0), 0.0)
                out[member] = inner - np.cumsum(np.nan_to_num(own))
    return out


def sides(values: np.ndarray, window: int = WINDOW) -> tuple[np.ndarray, np.ndarray]:
    """Return the median of the years before and of the years after each year."""
    before = median(np.stack([shifted(values, k) for k in range(1, window + 1)]), axis=0)
    after = median(np.stack([shifted(values, -k) for k in range(1, window + 1)]), axis=0)
    return before, after


def spike(values: np.ndarray, window: int = WINDOW) -> np.ndarray:
    """Return how far each year stands out from both sides (0 where it is between them).

    A lasting step is not a spike: the year agrees with one side. At the end of a series
    only one side is there, and the distance from it counts by half.
    """
    before, after = sides(values, window)
    left, right = values - before, values - after
    both = np.where(
        np.sign(left) == np.sign(right),
        np.sign(left) * np.fmin(np.abs(left), np.abs(right)),
        0.0,
    )
    edge = 0.5 * np.where(np.isfinite(left), left, right)
    return np.where(np.isfinite(left) & np.isfinite(right), both, edge)


def level(values: np.ndarray, window: int = WINDOW) -> np.ndarray:
    """Return the level that the years around suggest: the mean of the two sides."""
    before, after = sides(values, window)
    return median(np.stack([before, after]), axis=0)


def scale(values: np.ndarray) -> float:
    """Return 1.4826 times the median absolute value, over finite non-zero entries."""
    good = np.abs(values[np.isfinite(values) & (values != 0)])
    return float(1.4826 * np.median(good)) if good.size else np.nan
