"""Location quotients of the zone's cities, and similarity between its counties."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pandas as pd

from guantian.chapters.similarity.estimate.similarity import AGRICULTURE, read_structure
from regiometrics.inference import inference_row
from regiometrics.structure.similarity import INDICES
from regiometrics.structure.specialisation import location_quotients


def quotient_rows(
    structure: pd.DataFrame, zone: Sequence[str], wanted: Sequence[tuple[str, int]]
) -> Iterator[dict]:
    """Yield location quotients of the zone's cities compared with the sum of all cities.

    Parameters
    ----------
    structure
        Long table of structure.
    zone
        Codes of the members.
    wanted
        Source and year.

    Yields
    ------
    dict
        Rows of series, analysis ``location_quotients``: the term ``share`` (of the city's workers)
        and ``quotient`` of a city (``unit``) and sector (``variable``) in a source (``variant``)
        and year. A city without values is left out.
    """
    for source, year in wanted:
        data = read_structure(structure, source, "sector", (year, year), "with")
        counts = pd.DataFrame(data.counts[0], data.codes, data.sectors).dropna()
        members = [code for code in sorted(zone) if code in counts.index]
        shares = counts.div(counts.sum(axis=1), axis=0).loc[members]
        labels = {"analysis": "location_quotients", "variant": source, "year": year}
        for term, table in (("share", shares), ("quotient", location_quotients(counts))):
            for (unit, sector), value in table.loc[members].stack(future_stack=True).items():
                key = {"unit": unit, "variable": sector, "term": term}
                yield labels | key | {"value": value}


def run_counties(
    structure: pd.DataFrame, zone: Sequence[str], years: Sequence[int], confidence: float
) -> list[dict]:
    """Measure similarity between the zone's counties, of one city and of two, at two censuses.

    Parameters
    ----------
    structure
        Long table of structure, with the source ``census_counties``.
    zone
        Codes of the member cities; a county belongs to the city of its first four digits.
    years
        The two censuses.
    confidence
        Of the intervals, by leaving out one city's counties at a time.

    Returns
    -------
    list of dict
        Rows of the analysis ``county_similarity``; ``variant`` is ``same_city`` or ``other_city``,
        ``group`` says whether agriculture is a sector, ``measure`` is the index. Terms: ``level``
        in each year, and ``change`` between them. Counties that a census lacks are left out of
        both.
    """
    rows = []
    for agriculture in AGRICULTURE:
        data = read_structure(structure, "census_counties", "sector", years, agriculture)
        cities = np.array([f"{code[:4]}00" for code in data.codes])
        whole = ~np.isnan(data.shares).any(axis=(0, 2)) & np.isin(cities, list(zone))
        if len(data.years) < 2 or whole.sum() < 2:
            continue
        cities = cities[whole]
        same = cities[:, None] == cities[None, :]
        pairs = np.triu(np.ones_like(same), k=1)
        begin, end = data.years[0], data.years[-1]
        for index, measure in INDICES.items():
            first, last = (measure(shares[whole]) for shares in data.shares[[0, -1]])
            matrices = (
                ({"term": "level", "year": begin}, first),
                ({"term": "level", "year": end}, last),
                ({"term": "change", "first_year": begin, "last_year": end}, last - first),
            )
            for variant, chosen in (("same_city", same & pairs), ("other_city", ~same & pairs)):
                labels = {"analysis": "county_similarity", "variant": variant, "sample": "zone"}
                labels |= {"group": agriculture, "measure": index, "n_units": int(whole.sum())}
                found = _county_rows(matrices, chosen, cities, confidence)
                rows += [labels | row for row in found]
    return rows


def _county_rows(
    matrices: Iterable[tuple[dict, np.ndarray]],
    chosen: np.ndarray,
    cities: np.ndarray,
    confidence: float,
) -> Iterator[dict]:
    """Average each matrix over the chosen pairs, with a jackknife over cities."""
    if not chosen.any():
        return
    for key, matrix in matrices:
        mean = matrix[chosen].mean()
        left = []
        for city in np.unique(cities):
            rest = chosen & (cities != city)[:, None] & (cities != city)[None, :]
            if rest.any():
                left.append(matrix[rest].mean())
        row = {"estimate": mean}
        if len(left) > 2:
            left, g = np.array(left), len(left)
            error = float(np.sqrt((g - 1) / g * ((left - left.mean()) ** 2).sum()))
            row = inference_row(mean, error, confidence, g - 1)
        named = {"estimator": "mean over pairs of counties", "cov_type": "jackknife by city"}
        yield key | row | named | {"n_obs": int(chosen.sum())}
