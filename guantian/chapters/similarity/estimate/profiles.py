"""Location quotients of the zone's cities, and likeness between its counties."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from guantian.chapters.similarity.estimate.similarity import AGRICULTURE, read_structure
from guantian.estimates import tidy
from regiometrics.inference import inference_row
from regiometrics.structure.similarity import INDICES
from regiometrics.structure.specialisation import location_quotients

CHANGE = "change"


def quotient_table(
    structure: pd.DataFrame, zone: Sequence[str], wanted: Sequence[tuple[str, int]]
) -> pd.DataFrame:
    """List location quotients of the zone's cities against the sum of all cities.

    Parameters
    ----------
    structure
        Long table of structure.
    zone
        Codes of the members.
    wanted
        Source and year.

    Returns
    -------
    DataFrame
        ``source``, ``year``, ``code``, ``sector``, ``share`` (of the city's workers),
        ``quotient``; sorted. A city without figures is left out.
    """
    frames = []
    for source, year in wanted:
        data = read_structure(structure, source, "sector", (year, year), "with")
        counts = pd.DataFrame(data.counts[0], data.codes, data.sectors).dropna()
        members = [code for code in sorted(zone) if code in counts.index]
        shares = counts.div(counts.sum(axis=1), axis=0).loc[members]
        table = pd.DataFrame(
            {
                "share": shares.stack(),
                "quotient": location_quotients(counts).loc[members].stack(future_stack=True),
            }
        ).rename_axis(index=["code", "sector"])
        frames.append(table.reset_index().assign(source=source, year=year))
    columns = ["source", "year", "code", "sector", "share", "quotient"]
    table = pd.concat(frames, ignore_index=True)[columns]
    return table.sort_values(columns[:4], ignore_index=True)


def run_counties(
    structure: pd.DataFrame, zone: Sequence[str], years: Sequence[int], confidence: float
) -> pd.DataFrame:
    """Measure likeness between the zone's counties, of one city and of two, at two censuses.

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
    DataFrame
        Analysis ``county_similarity``; specs ``same_city`` and ``other_city`` (with
        ``_no_agriculture``); terms: each year and ``change``. Counties that a census lacks are
        left out of both.
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
        suffix = "" if agriculture == "with" else "_no_agriculture"
        for index, measure in INDICES.items():
            first, last = (measure(shares[whole]) for shares in data.shares[[0, -1]])
            terms = {str(data.years[0]): first, str(data.years[-1]): last, CHANGE: last - first}
            for spec, chosen in (("same_city", same & pairs), ("other_city", ~same & pairs)):
                labels = {"spec": spec + suffix, "outcome": index, "n_units": int(whole.sum())}
                rows += [labels | row for row in _county_rows(terms, chosen, cities, confidence)]
    return tidy(
        rows, analysis="county_similarity", sample="zone", estimator="mean over pairs of counties"
    )


def _county_rows(
    terms: dict[str, np.ndarray], chosen: np.ndarray, cities: np.ndarray, confidence: float
) -> Iterator[dict]:
    """Average each matrix over the chosen pairs, with a jackknife over cities."""
    if not chosen.any():
        return
    for term, matrix in terms.items():
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
        yield row | {"term": term, "n_obs": int(chosen.sum()), "cov_type": "jackknife by city"}
