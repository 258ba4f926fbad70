"""Fiscal burden: the gap between expenditure and own revenue, and likeness to the neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from guantian.chapters.similarity.estimate.groups import Ranking, slopes
from guantian.chapters.similarity.estimate.similarity import AGRICULTURE, read_structure
from guantian.estimates import tidy
from guantian.regression import ErrorChoices, two_way_rows
from regiometrics.structure.duplication import wide
from regiometrics.structure.similarity import overlap

GAPS = ("gap", "gap_gdp")
LEAST_CITIES = 30  # of the nation, below which no regression is run
TENTH = 10.0  # slopes are for a tenth more of the workers in the same sectors


@dataclass(frozen=True)
class BurdenChoices:
    """Years of the fiscal figures.

    Attributes
    ----------
    gap
        First and last year of the gap as a share of expenditure.
    gap_gdp
        The same as a share of GDP.
    known
        Share of the years that must be known for a trend.
    """

    gap: tuple[int, int]
    gap_gdp: tuple[int, int]
    known: float

    @classmethod
    def from_config(cls, section: Mapping) -> BurdenChoices:
        """Read the configuration's section."""
        gap, gap_gdp = ((section[name]["first"], section[name]["last"]) for name in GAPS)
        return cls(gap, gap_gdp, section["min_known_share"])


def fiscal_gaps(fiscal: pd.DataFrame, panel: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Expenditure that own revenue does not cover, in per cent of expenditure and of GDP.

    Parameters
    ----------
    fiscal
        ``city_code``, ``year``, budget revenue and expenditure (100 million yuan) with the flags
        of what the source interpolated, which counts as missing.
    panel
        Index (city_code, year) with ``gdp_100m_yuan``.

    Returns
    -------
    dict of DataFrame, shape (T, n)
        ``gap`` (100 less self-sufficiency) and ``gap_gdp``.
    """
    names = ("budget_revenue", "budget_expenditure")
    revenue, expenditure = (
        wide(fiscal, f"{name}_100m_yuan").where(wide(fiscal, f"{name}_imputed") == 0)
        for name in names
    )
    gdp = panel["gdp_100m_yuan"].unstack("city_code")
    gdp = gdp.reindex(index=expenditure.index, columns=expenditure.columns)
    return {
        "gap": 100 * (1 - revenue / expenditure.where(expenditure > 0)),
        "gap_gdp": 100 * (expenditure - revenue) / gdp,
    }


def neighbour_overlap(shares: np.ndarray, adjacency: np.ndarray) -> np.ndarray:
    """Mean share of workers in the same sectors as each neighbour.

    Parameters
    ----------
    shares : shape (T, n, k)
        Complete.
    adjacency : bool array, shape (n, n)
        Neighbours, the diagonal false.

    Returns
    -------
    ndarray, shape (T, n)
        Missing for a unit without neighbours.
    """
    count = adjacency.sum(axis=1)
    with np.errstate(invalid="ignore"):
        return np.stack([(overlap(x) * adjacency).sum(axis=1) / count for x in shares])


def run_burden(
    gaps: Mapping[str, pd.DataFrame],
    structure: pd.DataFrame,
    specs: pd.DataFrame,
    panel: pd.DataFrame,
    pairs: pd.DataFrame,
    ranking: Ranking,
    errors: ErrorChoices,
    choices: BurdenChoices,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rank the zone's burden and regress the nation's on likeness to neighbours.

    Parameters
    ----------
    gaps
        As :func:`fiscal_gaps` returns them.
    structure, specs
        Long table of structure; the specifications of likeness that have more than two years.
    panel
        Index (city_code, year): ``gdp_100m_yuan`` and the sample.
    pairs
        Pairs of cities with ``adjacent``.
    ranking, errors, choices
        Placebo zones, errors, years.

    Returns
    -------
    estimates
        Analyses ``fiscal_gap`` (ranked level and trend) and ``burden`` (slope of the gap on
        likeness to neighbours, points for each tenth; the kind of error ends the spec).
    series
        The gap by year: the zone's mean and the placebo quantiles.
    """
    rows, series = [], []
    for outcome, years in zip(GAPS, (choices.gap, choices.gap_gdp), strict=True):
        values = gaps[outcome].loc[slice(*years)]
        terms = slopes(values.to_numpy(), values.index, choices.known)
        for term, vector in zip(("level", "trend"), terms, strict=True):
            row = ranking.of_cities(pd.Series(vector, values.columns))
            labels = {"analysis": "fiscal_gap", "spec": f"{years[0]}_{years[1]}"}
            labels |= {"sample": "zone", "outcome": outcome, "n_periods": len(values)}
            rows.append(labels | row | {"term": term})
        series += [
            {"outcome": outcome, "year": year} | ranking.band(row)
            for year, row in values.iterrows()
        ]
    for spec in specs.itertuples():
        for agriculture in AGRICULTURE:
            rows += list(_regressions(gaps, structure, spec, agriculture, panel, pairs, errors))
    return tidy(rows), pd.DataFrame(series)


def _regressions(
    gaps: Mapping[str, pd.DataFrame],
    structure: pd.DataFrame,
    spec,
    agriculture: str,
    panel: pd.DataFrame,
    pairs: pd.DataFrame,
    errors: ErrorChoices,
) -> Iterator[dict]:
    """Slope of the gap on likeness to neighbours, without and with output, by kind of error."""
    covered = panel.index.get_level_values("year")
    years = (max(spec.first, covered.min()), min(spec.last, covered.max()))
    data = read_structure(structure, spec.source, spec.level, years, agriculture)
    if len(data.years) < 3:
        return
    output = np.log(panel["gdp_100m_yuan"].unstack("city_code"))
    tables = {"gap": gaps["gap"], "output": output}
    tables = {
        name: table.reindex(index=data.years, columns=data.codes) for name, table in tables.items()
    }
    whole = ~np.isnan(data.shares).any(axis=(0, 2))
    whole &= np.isin(data.codes, errors.provinces.index)
    for table in tables.values():
        whole &= table.notna().all().to_numpy()
    codes = np.array(data.codes)[whole]
    near = neighbours(pairs, codes)
    known = known_neighbours(pairs, codes)
    linked = near.any(axis=1)
    likeness = neighbour_overlap(data.shares[:, whole], near)[:, linked]
    units = codes[linked]
    if len(units) < LEAST_CITIES:
        return
    frame = pd.DataFrame(
        {
            "gap": tables["gap"][units].unstack(),
            "overlap": pd.DataFrame(TENTH * likeness, data.years, units).unstack(),
            "output": tables["output"][units].unstack(),
        }
    )
    suffix = "" if agriculture == "with" else "_no_agriculture"
    note = f"{100 * known:.0f}% of the neighbours have figures"
    for name, terms in (("", ["overlap"]), ("_output", ["overlap", "output"])):
        for kind, row in two_way_rows(frame, "gap", terms, errors):
            labels = {"analysis": "burden", "sample": "nation", "outcome": "gap"}
            labels |= {"spec": f"{spec.spec}{suffix}{name}.{kind}"}
            yield labels | row | {"note": "; ".join(filter(None, (row.get("note"), note)))}


def neighbours(pairs: pd.DataFrame, codes: Sequence[str]) -> np.ndarray:
    """Return which of the codes share a border, shape (n, n), from pairs of cities."""
    border = pairs[pairs["adjacent"] == 1]
    index = pd.Index(codes)
    first, second = (index.get_indexer(border[name]) for name in ("code_a", "code_b"))
    both = (first >= 0) & (second >= 0)
    near = np.zeros((len(index), len(index)), dtype=bool)
    near[first[both], second[both]] = True
    return near | near.T


def known_neighbours(pairs: pd.DataFrame, codes: Sequence[str]) -> float:
    """Share of the codes' neighbours that are themselves among the codes."""
    border = pairs[pairs["adjacent"] == 1]
    first, second = (border[name].isin(codes) for name in ("code_a", "code_b"))
    links = first.sum() + second.sum()
    return float(2 * (first & second).sum() / links) if links else np.nan
