"""Pairs at the border: who is paired, and whether a planted difference is found."""

import numpy as np
import pandas as pd
import pytest

from guantian.chapters.growth.estimate.border import border_effect, border_pairs, county_growth
from guantian.chapters.growth.estimate.run import run_border
from guantian.results import estimates, one

OWN = ["610000", "620000"]

CITIES = ["610100", "610200", "610300", "620100", "620200", "620300"]


def counties(step=0.0, each=8, seed=1):
    rng = np.random.default_rng(seed)
    rows = []
    for city in CITIES:
        for number in range(each):
            rate = 0.08 + 0.01 * rng.normal() + step * city.startswith("62")
            for year in (2011, 2021):
                gdp = 100 * np.exp(rate * (year - 2011))
                rows.append((f"{city[:4]}{number:02d}", city, year, gdp))
    return pd.DataFrame(rows, columns=["county_code", "city_code", "year", "gdp_10k_yuan"])


def pairs():
    """A ring of six prefectures: 610300-620100 and 620300-610100 lie across the border."""
    rows = []
    for a, b in zip(CITIES, [*CITIES[1:], CITIES[0]], strict=True):
        low, high = sorted((a, b))
        rows.append((low, high, 100.0 + len(rows), 1))
    rows.append(("610100", "620200", 300.0, 0))
    return pd.DataFrame(rows, columns=["code_a", "code_b", "distance_km", "adjacent"])


def test_growth_is_annual_and_in_log_points():
    frame = counties()
    found = county_growth(frame, 2011, 2021)
    assert len(found) == 48
    first = frame[frame["county_code"] == "610100"].set_index("year")["gdp_10k_yuan"]
    by_hand = 100 * np.log(first[2021] / first[2011]) / 10
    assert found.loc["610100", "growth"] == pytest.approx(by_hand)
    with pytest.raises(ValueError, match="county_gdp has no values of 2001"):
        county_growth(frame, 2001, 2021)


def test_only_adjacent_prefectures_are_paired():
    found = border_pairs(county_growth(counties(), 2011, 2021), pairs(), ["610000", "620000"])
    assert len(found.table) == 6 * 8 * 8
    assert found.table["across"].sum() == 2 * 8 * 8
    assert not ((found.table["city_a"] == "610100") & (found.table["city_b"] == "620200")).any()


def test_a_planted_difference_is_found_and_its_absence_is_not():
    for step, seen in ((0.03, True), (0.0, False)):
        growth = county_growth(counties(step=step), 2011, 2021)
        paired = border_pairs(growth, pairs(), ["610000", "620000"])
        table = estimates(border_effect(paired, 499, 1, 0.95))
        permuted = one(table, errors="permutation", term="across")
        signed = one(table, errors="dyadic", term="signed")
        assert (permuted["p_value"] < 0.05) == seen
        # Two means of sixteen counties, growth with a deviation of one: four errors of 0.35.
        assert abs(signed["estimate"] - 100 * step) < 4 * 0.35


def test_a_border_that_no_pair_crosses_is_refused():
    growth = county_growth(counties(), 2011, 2021)
    inside = pairs().query("code_a.str[:2] == code_b.str[:2]")
    with pytest.raises(ValueError, match="not known for a pair"):
        border_pairs(growth, inside, ["610000", "620000"])


def test_errors_are_dyadic_as_they_are_called():
    found = border_pairs(county_growth(counties(), 2011, 2021), pairs(), ["610000", "620000"])
    rows = estimates(border_effect(found, 9, 1, 0.95))
    table = found.table
    X = np.column_stack([np.ones(len(table)), table["across"], table["log_km"]])
    bread = np.linalg.inv(X.T @ X)
    y = table["difference"].to_numpy()
    scores = X * (y - X @ bread @ X.T @ y)[:, None]
    a, b = table["city_a"].to_numpy(), table["city_b"].to_numpy()
    shared = (a[:, None] == a) | (a[:, None] == b) | (b[:, None] == a) | (b[:, None] == b)
    cov = len(CITIES) / (len(CITIES) - 1) * bread @ scores.T @ shared @ scores @ bread
    row = one(rows, errors="dyadic", term="across")
    assert row["std_error"] == pytest.approx(np.sqrt(cov[1, 1]))  # the same sum, by pairs of pairs
    assert (row.cov_type, row.df) == ("dyadic-robust by prefecture", 5)


@pytest.mark.parametrize(
    ("provinces", "reason"),
    [
        (None, "No border of two provinces runs through the zone"),
        (["610000", "510000"], "not known for a pair across"),
    ],
)
def test_where_there_is_no_border_every_estimate_says_so(provinces, reason):
    border = {"provinces": provinces, "first": 2011, "last": 2021, "exclude_cities": []}
    spec = {"border": border, "permutations": 99, "seed": 1}
    missing = estimates(run_border(counties(), pairs(), spec, 0.95))
    made = estimates(
        run_border(counties(), pairs(), spec | {"border": border | {"provinces": OWN}}, 0.95)
    )
    assert missing["note"].str.contains(reason).all()
    assert missing["estimate"].isna().all()
    key = ["errors", "term", "sample"]
    assert (
        missing[key].astype(str).sort_values(key).to_numpy().tolist()
        == made[key].astype(str).sort_values(key).to_numpy().tolist()
    )
