"""Tables, numbers and figures of similarity, markets and the burden, from typed rows."""

import re
from itertools import product

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from guantian.chapters.similarity.figures import (
    draw_burden,
    draw_location_quotients,
    draw_similarity,
)
from guantian.chapters.similarity.numbers import similarity_numbers
from guantian.chapters.similarity.tables import similarity_tables
from guantian.present.captions import caption
from guantian.present.figures import apply_style, faults
from guantian.present.numbers import keys_used
from guantian.results import estimates, series

STRUCTURES = {
    "units_early": "Urban units, 19 sectors, to 2012",
    "units_late": "Urban units, 19 sectors, from 2013",
    "census": "Census, all employed, 19 sectors",
    "branches": "Value added, three sectors",
}
PERIODS = {"units_early": (2005, 2012), "units_late": (2013, 2016)}
PERIODS |= {"census": (2010, 2020), "branches": (2001, 2021)}
WINDOWS = {"early": (2001, 2011), "late": (2013, 2020)}
PROVINCES = {"610000": "Shaanxi", "620000": "Gansu"}
NAMES = {"610100": "Xi'an", "610300": "Baoji", "620500": "Tianshui"}
ACROSS = {"estimate": -0.1, "conf_low": -0.3, "conf_high": 0.1, "p_value": 0.4}
BELOW = {"estimate": -0.2, "conf_low": -0.3, "conf_high": -0.1, "p_value": 0.01}
RANK = ACROSS | {"own_value": 0.25, "benchmark": 0.35, "rank": 12, "rank_from": "below"}
RANK |= {"n_draws": 99, "n_disjoint": 7, "cov_type": "rank"}
BAND = (("zone", "value", 0.5), ("placebo", "low", 0.2))
BAND += (("placebo", "median", 0.4), ("placebo", "high", 0.7))


def structure_rows():
    indices = {"similarity": ("krugman", "cosine"), "specialisation": ("hoover",)}
    for analysis, measures in indices.items():
        for variant, group, measure in product(STRUCTURES, ("with", "without"), measures):
            first, last = PERIODS[variant]
            key = {"analysis": analysis, "variant": variant, "group": group, "measure": measure}
            key |= {"first_year": first, "last_year": last}
            yield from ({**key, "term": f"own_{term}", **BELOW} for term in ("level", "trend"))
            for term in ("level", "trend"):
                yield {**key, "term": term, "placebo_set": "main", **RANK}
                if measure == "krugman":
                    yield {**key, "term": term, "placebo_set": "wide", **RANK, "p_value": 0.6}
    for variant, group in product(("same_city", "other_city"), ("with", "without")):
        key = {"analysis": "county_similarity", "variant": variant, "group": group}
        key |= {"measure": "krugman", "n_units": 64, "n_obs": 300}
        yield from ({**key, "term": "level", "year": year, **ACROSS} for year in (2010, 2020))
        yield {**key, "term": "change", "first_year": 2010, "last_year": 2020, **ACROSS}


def other_rows():
    for variant in ("all_goods", "all_goods_late"):
        key = {"analysis": "segmentation", "variant": variant, "first_year": 2003}
        key |= {"last_year": 2017, "n_periods": 15}
        yield from ({**key, "term": term, **RANK} for term in ("level", "trend"))
        for term in ("own_trend", "national_trend", "relative_trend"):
            yield {**key, "term": term, **BELOW}
    for term in ("floor_share", "late_change"):
        yield {"analysis": "rounding", "term": term, "estimate": 0.0005}
    for term in ("level", "trend"):
        yield {"analysis": "rounding", "term": term, **ACROSS}
    for measure in ("pearson", "spearman"):
        yield {"analysis": "co_movement", "measure": measure, "term": "correlation", **RANK}
    for window, other in product(WINDOWS, ("population", "lights")):
        first, last = WINDOWS[window]
        key = {"variant": window, "first_year": first, "last_year": last}
        yield {
            "analysis": "outgrowth",
            "outcome": f"land_per_{other}",
            "variable": other,
            **key,
            **RANK,
        }
        yield {
            "analysis": "land_elasticity",
            "sample": "zone",
            "term": other,
            "n_units": 7,
            "errors": "city",
            **key,
            **BELOW,
        }
    for outcome in ("investment_over_gdp", "investment_benchmarked"):
        key = {"analysis": "investment_rate", "outcome": outcome}
        yield from ({**key, "term": "level", "year": year, **RANK} for year in (2003, 2016))
        yield {**key, "term": "trend", "first_year": 2003, "last_year": 2016, **RANK}
    for outcome, first in (("log_icor", 2011), ("output_per_capital", 2016)):
        key = {"analysis": "capital_efficiency", "outcome": outcome, "last_year": 2016}
        yield {**key, "first_year": first, **RANK}
    for term in ("level", "trend"):
        yield {"analysis": "fiscal_gap", "outcome": "gap", "term": term, **RANK}
    for variant in ("units_early", "units_late", "branches"):
        key = {"analysis": "burden", "variant": variant, "group": "with", "n_units": 200}
        for errors, control in product(("province", "wild", "conley"), ("", "output")):
            found = BELOW if errors == "conley" else ACROSS
            yield {**key, "term": "overlap", "errors": errors, "variable": control, **found}
        yield {**key, "term": "known_neighbours", "estimate": 0.7}


def described_rows():
    for variant, (first, last) in PERIODS.items():
        key = {"analysis": "similarity", "variant": variant, "group": "with", "measure": "krugman"}
        for year, (sample, term, value) in product(range(first, last + 1), BAND):
            yield {**key, "year": year, "sample": sample, "term": term, "value": value}
        for outcome, (term, value) in product(
            ("level", "trend"), (("p_low", 0.4), ("p_high", 0.6))
        ):
            sets = {"analysis": "placebo_sets", "outcome": outcome, "term": term}
            yield {**key, **sets, "value": value}
    for term, outside in (("level", 0), ("trend", 1)):
        yield {"analysis": "ranks_outside", "term": term, "value": outside, "n_obs": 24}
    for outcome in ("gap", "gap_gdp", "investment_over_gdp"):
        analysis = "investment_rate" if outcome == "investment_over_gdp" else "fiscal_gap"
        key = {"analysis": analysis, "outcome": outcome}
        for year, (sample, term, value) in product(range(2000, 2006), BAND):
            missing = (sample, year) == ("zone", 2005)
            row = {"year": year, "sample": sample, "term": term}
            yield {**key, **row, "value": None if missing else 50 * value}
    for outcome, year in (*(("gap", y) for y in range(2000, 2006)), ("investment_gdp", 2016)):
        key = {"analysis": "aggregate_ratio", "sample": "zone", "outcome": outcome}
        yield {**key, "year": year, "value": 123.0 if year == 2016 else 65.0}
    for year in range(2003, 2008):
        key = {"analysis": "segmentation", "outcome": "price_variance", "year": year}
        pair = {"unit": "610000", "partner": "620000"}
        yield {**key, **pair, "sample": "zone", "term": "value", "value": 1.5}
        for _, term, value in BAND[1:]:
            yield {**key, "sample": "other", "term": term, "value": value}
    for variant, unit, sector in product(("census", "units"), NAMES, ("agriculture", "mining")):
        key = {"analysis": "location_quotients", "variant": variant, "unit": unit}
        quotient = 0.0 if unit == "610100" else 1.9
        yield {**key, "variable": sector, "year": 2016, "term": "quotient", "value": quotient}


@pytest.fixture(scope="module")
def results():
    return estimates([*structure_rows(), *other_rows()]), series(described_rows())


@pytest.fixture(autouse=True, scope="module")
def style(root):
    with plt.rc_context():
        apply_style(sorted((root / "assets/fonts").glob("*.otf")))
        yield


@pytest.fixture(scope="module")
def tables(results):
    return {t.name: t.body for t in similarity_tables(results[0], STRUCTURES, 0.95)}


@pytest.fixture(scope="module")
def numbers(results):
    return similarity_numbers(*results, STRUCTURES, PROVINCES)


def test_structures_are_in_the_order_of_the_specifications(tables):
    for name in ("similarity", "similarity_indices", "specialisation"):
        assert list(dict.fromkeys(tables[name]["Structure"])) == list(STRUCTURES.values())
    first = tables["similarity"].iloc[0]
    assert first["Agriculture"] == "With" and first["Trend"] == "−20.00"
    assert (first["p"], first["Draws"]) == ("0.400", "99")  # of the main set of placebo zones


def test_a_census_is_a_column(tables):
    body = tables["county_similarity"]
    assert list(body.columns[3:5]) == ["2010", "2020"] and len(body) == 4
    assert body["Pairs of counties"].tolist() == ["300"] * 4


def test_rows_of_duplication_are_in_their_units(tables):
    body = tables["duplication"].set_index("Measure")
    rate = body.loc["Fixed investment over GDP, as reported, 2016, percent"]
    assert (rate["Zone"], rate["Estimate"], rate["Draws or cities"]) == ("25", "−10", "99")
    ratio = body.loc["Incremental capital–output ratio (log), 2011–2016"]
    assert (ratio["Zone"], ratio["Estimate"]) == ("0.25", "−0.10")
    elasticity = body.loc["Zone, 2001–2011, to residents"]
    assert (elasticity["Zone"], elasticity["Draws or cities"]) == ("", "7")
    assert len(body) == 2 + 4 + 4 + 2 + 4  # changes of the rate are not shown


def test_a_slope_has_every_assumption_on_the_errors_beside_it(tables):
    body = tables["fiscal_burden"]
    assert body["Output"].tolist() == ["No", "Yes"] * 3
    assert body["Conley"].iloc[0] == "[−0.30, −0.10]" != body["Wild bootstrap"].iloc[0]
    assert body["Driscoll–Kraay"].tolist() == ["–"] * 6  # not among these rows


def test_numbers_say_what_the_rows_say(numbers):
    texts, keys = numbers
    assert texts["similarity"]["census"]["with"]["moved"] == "−10"
    assert texts["sets"]["census"] == {"low": "0.400", "high": "0.600"}
    assert texts["unusual"]["trends_were"] == "lies"
    assert texts["markets"]["pairs"] == "Shaanxi–Gansu"
    assert texts["markets"]["all_goods"]["ratio"]["value"] == "0.90"  # exp(-0.1)
    last = texts["duplication"]["rate_last"]
    assert (last["year"], last["rank"], last["disjoint"]) == ("2016", "12 of 100 from below", "7")
    gap = texts["fiscal"]["gap"]
    # Of the zone's budgets together, not the mean of its cities' 75; 2005 is missing.
    assert (gap["last"]["year"], gap["last"]["sufficiency"]) == ("2004", "35")
    assert last["own"] == "123"
    assert texts["slopes"]["said"] == "not statistically different from zero"
    assert keys["markets.others"]["column"] == "n_draws"


def test_the_text_names_every_number_and_no_other(numbers, root):
    used = set()
    for path in (root / "guantian/chapters/similarity").glob("*.typ"):
        text = path.read_text("utf-8")
        for alias, key in re.findall(r"^#let (\w+) = c\.([\w.]+)$", text, flags=re.M):
            text = re.sub(rf"#(let )?{alias}\b(?! =)", f"#c.{key}", text)
        text = re.sub(r"^#let .*$", "", text, flags=re.M)
        used |= keys_used(text, "c")
    said = (root / "guantian/chapters/similarity/captions.yaml").read_text("utf-8")
    used |= keys_used(said, "similarity")
    emitted = set(pd.json_normalize(numbers[0]).columns)
    assert used == emitted


def test_figures_have_no_faults(results):
    _, described = results
    pairs = pd.DataFrame(
        [
            (a, b, year, 0.4)
            for year in (2010, 2020)
            for a, b in (("610100", "610300"), ("610100", "620500"), ("610300", "620500"))
        ],
        columns=["code_a", "code_b", "year", "value"],
    )
    sectors = pd.DataFrame(
        {
            "table": "city_sector_employment",
            "sector": ["agriculture", "mining"],
            "sector_title": ["Agriculture, forestry", "Mining"],
        }
    )
    for name, (figure, data) in {
        "similarity": draw_similarity(pairs, described, NAMES),
        "burden": draw_burden(described, PROVINCES),
        "location_quotients": draw_location_quotients(described, NAMES, sectors),
    }.items():
        assert faults(figure, caption("similarity", name).alt) == [], name
        assert len(data)
        plt.close(figure)


def test_figures_hold_the_values_of_the_results(results):
    _, described = results
    figure, data = draw_burden(described, PROVINCES)
    plt.close(figure)
    investment = data[(data["panel"] == "b") & (data["sample"] == "placebo")]
    assert set(investment["estimate"]) == {2000.0}  # in percent
    assert set(data.loc[data["pair"] == "Shaanxi–Gansu", "estimate"]) == {1.5}
    others = data[data["pair"] == "other pairs"]
    assert set(others["conf_low"]) == {0.2} and set(others["conf_high"]) == {0.7}


def test_a_zone_without_values_has_empty_panels(results):
    _, described = results
    missing = described[described["unit"] != "610000"].assign(value=float("nan"))
    no_pairs = pd.DataFrame(columns=["code_a", "code_b", "year", "value"])
    for name, (figure, data) in {
        "burden": draw_burden(missing, PROVINCES),
        "similarity": draw_similarity(no_pairs, missing, {}),
    }.items():
        assert faults(figure, caption("similarity", name).alt) == [] and data.empty
        plt.close(figure)
