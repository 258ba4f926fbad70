"""Trends of similarity over pairs: a planted one is found, and none where there is none."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.similarity.estimate.convergence import (
    Dyads,
    run_convergence,
    trend_of_pairs,
)
from guantian.chapters.similarity.estimate.similarity import Structure, shares_of
from guantian.results import estimates, one, rows

YEARS = list(range(2005, 2013))
SECTORS = ["agriculture", "mining", "manufacturing", "trade"]


def structures(pull, seed=1, n=48, noise=0.05):
    """Cities on a line in eight provinces; each year `pull` of the way to their mean."""
    random = np.random.default_rng(seed)
    start = random.dirichlet(np.ones(len(SECTORS)), n)
    paths = []
    for t in range(len(YEARS)):
        kept = (1 - pull) ** t
        common = start.mean(axis=0)
        paths.append(
            (kept * start + (1 - kept) * common) * np.exp(noise * random.normal(size=start.shape))
        )
    counts = 100 * np.stack(paths)
    codes = [f"{11 + i // 6}{i:04d}" for i in range(n)]
    return Structure(shares_of(counts), counts, YEARS, codes, SECTORS)


def neighbours(codes):
    return pd.DataFrame(
        {
            "code_a": codes[:-1],
            "code_b": codes[1:],
            "adjacent": 1,
            "distance_km": 100.0,
        }
    )


def long_table(data):
    frames = []
    for year, counts in zip(data.years, data.counts, strict=True):
        frame = pd.DataFrame(counts, data.codes, data.sectors).rename_axis("code").reset_index()
        frames.append(frame.melt("code", var_name="sector").assign(year=year))
    table = pd.concat(frames, ignore_index=True)
    return table.assign(source="units", level="sector", complete=1)


def test_a_trend_is_that_of_dummies():
    random = np.random.default_rng(2)
    values, years = random.normal(size=(5, 7)), np.arange(5.0)
    values[2, 3] = np.nan
    ends = np.arange(7), np.arange(7) + 1
    known = ~np.isnan(values)
    t, pair = np.nonzero(known)
    X = np.column_stack([years[t], (pair[:, None] == np.arange(7)).astype(float)])
    by_hand = np.linalg.lstsq(X, values[known], rcond=None)[0][0]
    assert trend_of_pairs(values, years, *ends)[0] == pytest.approx(by_hand)


def test_structures_that_are_pulled_together_converge():
    data = structures(pull=0.05)
    dyads = Dyads.build(data, neighbours(data.codes), 0.75)
    slope, error, clusters = trend_of_pairs(dyads.distances(), dyads.years, *dyads.by_province)
    assert clusters == 8
    assert slope + 3 * error < 0


def test_reversed_time_leaves_no_trend_and_the_noise():
    """Of structures that converge, placebos are centred on zero and as wide as the error says."""
    data = structures(pull=0.05)
    dyads = Dyads.build(data, neighbours(data.codes), 0.75)
    slope, error, _ = trend_of_pairs(dyads.distances(), dyads.years, *dyads.by_province)
    drawn = dyads.placebos(slope, 400, 1)
    assert abs(drawn.estimates.mean()) < 3 * drawn.expected_error / np.sqrt(400)
    assert 0.4 * error < drawn.expected_error < 4 * error
    assert drawn.expected_error < abs(slope)


@pytest.fixture(scope="module")
def found():
    data = structures(pull=0.05)
    zone, others = data.codes[:4], data.codes[4:]
    placebo = np.array([others[i : i + 4] for i in range(len(others) - 3)], dtype=object)
    wide = pd.DataFrame(
        data.counts.reshape(-1, len(SECTORS)),
        pd.MultiIndex.from_product([data.years, data.codes], names=["year", "city_code"]),
        SECTORS,
    )
    specs = pd.DataFrame(
        [("early", "units", "sector", 2005, 2012)],
        columns=["spec", "source", "level", "first", "last"],
    )
    far = neighbours(data.codes).assign(adjacent=0, distance_km=900.0)
    far["code_b"] = far["code_a"].shift(20).fillna(data.codes[-1])
    pairs = pd.concat([neighbours(data.codes), far], ignore_index=True)
    choices = {"min_known_share": 0.75, "conley_km": 500}
    choices["primary"] = {"structure": "early", "draws": 99, "seed": 1}
    districts = wide.reset_index()
    return estimates(
        run_convergence(long_table(data), districts, specs, pairs, zone, placebo, choices, 0.95),
        chapter="similarity",
    )


@pytest.mark.parametrize("sample", ["china", "zone"])
def test_one_primary_row_with_size_and_expected_error(found, sample):
    row = one(found, analysis="primary", variant="S1.3", sample=sample)
    assert row.estimate < 0
    assert 0 <= row.size_at_5pct <= 0.2
    assert row.expected_std_error > 0
    assert row.conf_low < row.estimate < row.conf_high


def test_falsification_and_secondary_rows_are_beside(found):
    assert len(rows(found, analysis="falsification", variant="S1.3")) == 1
    secondary = rows(found, analysis="secondary", sample="china")
    assert {"province", "city", "newey_west"} <= set(secondary["errors"])
    assert {"early", "districts"} == set(secondary["variable"])
    assert rows(found, analysis="primary")["variable"].tolist() == ["early", "early"]
