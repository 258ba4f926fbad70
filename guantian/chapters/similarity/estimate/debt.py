"""Does duplication burden budgets? Debt of financing platforms on similarity to neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from guantian.calibration import Placebos, tested_row, zone_row
from guantian.chapters.similarity.estimate.burden import neighbour_overlap, neighbours
from guantian.chapters.similarity.estimate.convergence import district_structure
from guantian.chapters.similarity.estimate.groups import positions
from guantian.chapters.similarity.estimate.similarity import Structure, read_structure
from guantian.regression import two_way_residuals
from regiometrics.inference import inference_row
from regiometrics.panel.bootstrap import wild_cluster_bootstrap
from regiometrics.structure.duplication import wide

PART = "S1.5"
LAG = 1
FEWEST_YEARS = 3  # of a city: fewer hardly say more than its own mean
FEWEST_CITIES = 30
DEBT = "debt_gdp"
RATIOS = ("debt_gdp", "gap_gdp", "gap", "investment_gdp")


def debt_ratio(debt: pd.DataFrame, gdp: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Debt of financing platforms and GDP where both are known, shape (T, n), 100 million yuan.

    A city without a figure has no platform that published accounts: missing, not zero.
    """
    table = debt.pivot(
        index="year", columns="region_code", values="lgfv_interest_bearing_debt_100m_yuan"
    )
    output = gdp.reindex(index=table.index, columns=table.columns)
    known = table.notna() & (output > 0)
    return table.where(known), output.where(known)


def fiscal_parts(
    fiscal: pd.DataFrame, debt: pd.DataFrame, gdp: pd.DataFrame
) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """Numerator and denominator of each ratio, both shape (T, n) and missing together.

    Parameters
    ----------
    fiscal
        Budgets and investment, with the flags of what the source interpolated.
    debt
        The table of financing platforms' debt.
    gdp
        Shape (T, n), 100 million yuan.

    Returns
    -------
    dict
        `RATIOS`: debt of financing platforms over GDP, the fiscal gap over GDP and over
        expenditure, reported fixed investment over GDP.
    """
    names = ("budget_revenue", "budget_expenditure", "fixed_investment")
    revenue, expenditure, investment = (
        wide(fiscal, f"{name}_100m_yuan").where(wide(fiscal, f"{name}_imputed") == 0)
        for name in names
    )
    output = gdp.reindex(index=expenditure.index, columns=expenditure.columns)
    gap = expenditure - revenue
    parts = {
        "gap_gdp": (gap, output),
        "gap": (gap, expenditure),
        "investment_gdp": (investment, output),
    }
    known = {name: top.notna() & (bottom > 0) for name, (top, bottom) in parts.items()}
    return {"debt_gdp": debt_ratio(debt, gdp)} | {
        name: (top.where(known[name]), bottom.where(known[name]))
        for name, (top, bottom) in parts.items()
    }


@dataclass(frozen=True)
class Exposure:
    """Similarity of cities to others a year before, and an outcome, in positions of a panel.

    Attributes
    ----------
    outcome : ndarray, shape (N,)
    similarity : ndarray, shape (T, n)
        Of the year before, complete, in standard deviations over the panel's rows.
    controls : ndarray, shape (N, k)
    units, periods : int arrays, shape (N,)
        Column and row of ``similarity`` of each observation.
    provinces : int array, shape (n,)
    years : list of int
    """

    outcome: np.ndarray
    similarity: np.ndarray
    controls: np.ndarray
    units: np.ndarray
    periods: np.ndarray
    provinces: np.ndarray
    years: Sequence[int]

    @classmethod
    def build(
        cls, outcome: pd.DataFrame, similarity: pd.DataFrame, controls: Sequence[pd.DataFrame] = ()
    ) -> Exposure | None:
        """Join an outcome and the similarity of the same row's year; None where too few are known.

        Cities with fewer than `FEWEST_YEARS` years of the outcome are left out.
        """
        tables = [
            table.reindex(index=similarity.index, columns=similarity.columns)
            for table in (outcome, *controls)
        ]
        known = np.all([table.notna() for table in tables], axis=0)
        chosen = known.sum(axis=0) >= FEWEST_YEARS
        known = known[:, chosen]
        used = known.any(axis=1)
        if known.shape[1] < FEWEST_CITIES:
            return None
        known = known[used]
        values = similarity.to_numpy()[used][:, chosen]
        periods, units = np.nonzero(known)
        found = [table.to_numpy(float)[used][:, chosen][known] for table in tables]
        provinces = pd.factorize(similarity.columns[chosen].str[:2])[0]  # GB/T 2260
        scaled = values / values[known].std(ddof=1)
        rest = np.stack(found[1:], axis=1) if controls else np.empty((len(units), 0))
        years = similarity.index[used].tolist()
        return cls(found[0], scaled, rest, units, periods, provinces, years)

    @cached_property
    def within(self) -> np.ndarray:
        """Outcome and controls without effects of cities and years."""
        both = np.column_stack([self.outcome, self.controls])
        return two_way_residuals(both, self.units, self.periods)

    def slope(self, similarity: np.ndarray | None = None) -> tuple[float, float, np.ndarray]:
        """Slope, its error clustered by province, and the scores of the clusters."""
        similarity = self.similarity if similarity is None else similarity
        column = similarity[self.periods, self.units]
        x = two_way_residuals(column, self.units, self.periods)[:, 0]
        y, controls = self.within[:, 0], self.within[:, 1:]
        if controls.shape[1]:
            both, *_ = np.linalg.lstsq(controls, np.column_stack([x, y]), rcond=None)
            x, y = (np.column_stack([x, y]) - controls @ both).T
        squares = x @ x
        slope = (x @ y) / squares
        sums = np.bincount(self.provinces[self.units], x * (y - slope * x))
        clusters = len(sums)
        error = np.sqrt(sums @ sums * clusters / (clusters - 1)) / squares
        return float(slope), float(error), sums

    def placebos(self, draws: int, seed: int) -> Placebos:
        """Estimate slopes where there is no effect.

        Each province's cities get the similarity, over all years, of another province's cities:
        dependence within provinces and over time stays, the link to the own debt is cut.
        """
        random = np.random.default_rng(seed)
        members = [np.flatnonzero(self.provinces == one) for one in range(max(self.provinces) + 1)]
        found = np.empty((draws, 2))
        for draw in range(draws):
            order = random.permutation(len(members))
            lent = np.empty(len(self.provinces), dtype=int)
            for own, other in zip(members, order, strict=True):
                lent[own] = np.resize(random.permutation(members[other]), len(own))
            found[draw] = self.slope(self.similarity[:, lent])[:2]
        return Placebos(*found.T)

    def wild(self, draws: int, seed: int, confidence: float) -> dict:
        """Wild cluster bootstrap by province; cities' effects nest in it, years are dummies."""
        names = np.arange(1, len(self.years))
        dummies = (self.periods[:, None] == names).astype(float)
        columns = [self.outcome, self.similarity[self.periods, self.units]]
        both = np.column_stack([*columns, self.controls, dummies])
        counts = np.bincount(self.units)
        means = np.stack([np.bincount(self.units, one) / counts for one in both.T], axis=1)
        both = both - means[self.units]
        clusters = self.provinces[self.units]
        test = wild_cluster_bootstrap(both[:, 0], both[:, 1:], clusters, 0, draws=draws, seed=seed)
        low, high = test.interval(confidence)
        return {
            "estimate": test.estimate,
            "statistic": test.statistic,
            "p_value": test.p_value,
            "conf_low": low,
            "conf_high": high,
            "n_draws": test.n_draws,
            "errors": "wild",
            "cov_type": "wild cluster bootstrap by province",
        }


def run_debt(
    parts: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]],
    structure: pd.DataFrame,
    districts: pd.DataFrame,
    pairs: pd.DataFrame,
    gdp: pd.DataFrame,
    choices: Mapping,
    confidence: float,
) -> list[dict]:
    """Test S1.5 for China: cities similar to their neighbours owe more.

    Parameters
    ----------
    parts
        As `fiscal_parts` returns them.
    structure, districts
        Long table of structure; employment of cities' districts by sector.
    pairs
        Pairs of cities: ``code_a``, ``code_b``, ``adjacent``, ``distance_km``.
    gdp
        Shape (T, n), 100 million yuan.
    choices
        The section of the configuration: ``primary`` (``debt``: years; ``similarity``: the source
        of the primary test; ``draws``, ``seed``), ``conley_km`` and ``bootstrap``.
    confidence
        Of the intervals.

    Returns
    -------
    list of dict
        Rows of estimates, ``variant`` S1.5, ``sample`` china, term ``similarity``: points of GDP
        (of expenditure where the outcome is ``gap``) for a standard deviation of the mean overlap
        of sectors with the neighbours a year before. ``analysis`` is ``primary``, ``secondary``
        (``outcome`` and ``variable``, the source of structures; ``errors`` wild; ``effect`` output
        where log GDP is controlled for) or ``falsification`` (similarity to cities further apart
        than ``conley_km``, where nothing is built twice).

    Notes
    -----
    The expected standard error and the size are from `Exposure.placebos`. By the expected standard
    error the nineteen sectors of cities' districts (2005 to 2019) are the primary source: 0.9
    points, against 1.0 for urban units to 2016 and 2.3 for three branches to 2021.
    """
    primary = choices["primary"]
    window = primary["debt"]["first"], primary["debt"]["last"]
    outcomes = {name: 100 * top / bottom for name, (top, bottom) in parts.items()}
    rows = []
    for source, data in _sources(structure, districts, window):
        near, far = similarity_to(data, pairs, choices["conley_km"])
        for outcome in (DEBT, "gap_gdp", "gap"):
            main = source == primary["similarity"] and outcome == DEBT
            labels = {"variant": PART, "sample": "china", "outcome": outcome, "variable": source}
            labels |= {"term": "similarity", "estimator": "two-way panel with gaps"}
            table = outcomes[outcome].loc[window[0] : window[1]]
            panel = Exposure.build(table, near)
            if panel is None:
                continue
            labels["analysis"] = "primary" if main else "secondary"
            row = _counted(panel, confidence)
            if main:
                placebos = panel.placebos(primary["draws"], primary["seed"])
                numbers = (row[name] for name in ("estimate", "std_error", "df"))
                row |= tested_row(*numbers, placebos, row["cov_type"], confidence)
            rows.append(labels | row)
            labels["analysis"] = "secondary"
            bootstrap = choices["bootstrap"]
            wild = panel.wild(bootstrap["draws"], bootstrap["seed"], confidence)
            size = {"n_obs": row["n_obs"], "n_units": row["n_units"]}
            rows.append(labels | _years(panel) | size | wild)
            controlled = Exposure.build(table, near, [np.log(gdp.where(gdp > 0))])
            if controlled is not None:
                row = _counted(controlled, confidence)
                rows.append(labels | row | {"effect": "output"})
            if main and (apart := Exposure.build(table, far)) is not None:
                row = _counted(apart, confidence)
                rows.append(labels | row | {"analysis": "falsification"})
    return rows


def _sources(
    structure: pd.DataFrame, districts: pd.DataFrame, window: tuple[int, int]
) -> Iterator[tuple[str, Structure]]:
    """Structures of the years before the outcome's."""
    years = window[0] - LAG, window[1] - LAG
    yield "districts", district_structure(districts[districts["year"].between(*years)])
    yield "units", read_structure(structure, "units", "sector", years, "with")
    yield "branches", read_structure(structure, "value_added", "branch", years, "with")


def similarity_to(
    data: Structure, pairs: pd.DataFrame, far_km: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Mean overlap of sectors with neighbours and with far cities, by year of the outcome.

    Of the cities whose sectors are known in every year, so that each is compared with the same
    others throughout. Index: the structure's year plus `LAG`; columns: codes.
    """
    whole = ~np.isnan(data.shares).any(axis=(0, 2))
    codes = np.array(data.codes)[whole]
    near = neighbours(pairs, codes)
    apart = pairs[pairs["distance_km"] > far_km].assign(adjacent=1)
    years = [year + LAG for year in data.years]
    found = []
    for links in (near, neighbours(apart, codes)):
        linked = links.any(axis=1) & near.any(axis=1)
        values = neighbour_overlap(data.shares[:, whole], links)[:, linked]
        found.append(pd.DataFrame(values, years, pd.Index(codes[linked])))
    return found[0], found[1]


def _years(panel: Exposure) -> dict:
    return {"first_year": panel.years[0], "last_year": panel.years[-1]}


def _counted(panel: Exposure, confidence: float) -> dict:
    slope, error, sums = panel.slope()
    df = len(sums) - 1
    return _years(panel) | {
        **inference_row(slope, error, confidence, df),
        "df": df,
        "n_obs": len(panel.outcome),
        "n_units": len(panel.provinces),
        "n_periods": len(panel.years),
        "n_clusters": len(sums),
        "cov_type": "clustered by province",
    }


def change_of_ratio(top: np.ndarray, bottom: np.ndarray, groups: np.ndarray, least: int):
    """Mean annual change of groups' ratios of sums, per cent.

    Parameters
    ----------
    top, bottom : ndarray, shape (T, n)
        Numerator and denominator, missing together.
    groups : int array, shape (draws, size)
        Positions; -1 where a member has no column.
    least
        Members that must be known in each pair of years.

    Returns
    -------
    ndarray, shape (draws,)
        A year's change is that of the ratio of sums over the members known in this year and the
        one before, so that a member whose data begin later moves no ratio by beginning.
    """
    padded = [np.column_stack([table, np.full(len(table), np.nan)]) for table in (top, bottom)]
    total = np.zeros(len(groups))
    for year in range(1, len(top)):
        now, before = ([table[at][groups] for table in padded] for at in (year, year - 1))
        both = ~np.isnan(now[0]) & ~np.isnan(before[0])
        ratios = [
            np.where(both, one[0], 0).sum(axis=1)
            / np.maximum(np.where(both, one[1], 0).sum(axis=1), 1e-12)
            for one in (now, before)
        ]
        total += np.where(both.sum(axis=1) >= least, 100 * (ratios[0] - ratios[1]), np.nan)
    return total / (len(top) - 1)


def run_zone_burden(
    parts: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]],
    zone: Sequence[str],
    placebo: np.ndarray,
    choices: Mapping,
    confidence: float,
) -> tuple[list[dict], list[dict]]:
    """Test S1.5 for the zone: its debt over GDP, as a ratio of sums, rises.

    Parameters
    ----------
    parts
        As `fiscal_parts` returns them.
    zone, placebo
        Codes of the members and, shape (draws, size), of the placebo zones.
    choices
        The section of the configuration: ``primary`` (``debt``: years).
    confidence
        Of the intervals.

    Returns
    -------
    estimates
        Rows of ``variant`` S1.5, ``sample`` zone, term ``annual_change``, per cent of the
        denominator a year: ``primary`` for debt over GDP, ``secondary`` for the fiscal gap.
    series
        Rows of ``aggregate_ratio``: the zone's and China's ratios of sums by year, per cent, with
        the number of members known.
    """
    window = choices["primary"]["debt"]
    rows, described = [], []
    for outcome in RATIOS:
        top, bottom = parts[outcome]
        codes = list(top.columns)
        own, groups = positions(codes, [sorted(zone)]), positions(codes, placebo)
        described += list(_aggregates(outcome, top, bottom, zone))
        chosen = [
            table.loc[window["first"] : window["last"]].to_numpy(float) for table in parts[outcome]
        ]
        members = own[own >= 0]
        known = ~np.isnan(chosen[0][:, members])
        least = int((known[1:] & known[:-1]).sum(axis=1).min()) if len(known) > 1 else 0
        if outcome == "investment_gdp" or not least:
            continue  # interpolated after 2016: described alone
        value = change_of_ratio(*chosen, own, least)[0]
        row = zone_row(value, change_of_ratio(*chosen, groups, least), groups, confidence)
        if row:
            labels = {"variant": PART, "sample": "zone", "outcome": outcome}
            labels |= {"analysis": "primary" if outcome == DEBT else "secondary"}
            labels |= {
                "term": "annual_change",
                "n_units": len(members),
                "n_periods": len(chosen[0]),
            }
            labels |= {"first_year": window["first"], "last_year": window["last"]}
            rows.append(labels | row | {"estimator": "mean annual change of a ratio of sums"})
    return rows, described


def _aggregates(
    outcome: str, top: pd.DataFrame, bottom: pd.DataFrame, zone: Sequence[str]
) -> Iterator[dict]:
    for sample, codes in (("zone", top.columns.intersection(sorted(zone))), ("china", top.columns)):
        for year in top.index:
            known = top.loc[year, codes].notna()
            if known.any():
                value = 100 * top.loc[year, codes].sum() / bottom.loc[year, codes].sum()
                labels = {"analysis": "aggregate_ratio", "sample": sample, "outcome": outcome}
                yield labels | {"year": year, "value": value, "n_units": int(known.sum())}
