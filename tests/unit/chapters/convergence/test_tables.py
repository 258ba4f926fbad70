"""The chapter's tables and the numbers of its text, from toy estimates."""

import re

import pandas as pd
import pytest

from guantian.chapters.convergence.numbers import convergence_numbers
from guantian.chapters.convergence.tables import convergence_tables
from guantian.present.format import interval, number, p_value
from guantian.present.tables import write_table
from guantian.results import one


@pytest.fixture(scope="module")
def specs(toy_specs):
    return toy_specs.set_index("spec")


@pytest.fixture(scope="module")
def tables(toy_run, specs):
    made = convergence_tables(*toy_run[:2], specs, confidence=0.95)
    return {table.name: table for table in made}


@pytest.fixture(scope="module")
def written(tables, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    for table in tables.values():
        write_table(table, folder)
    return folder


def row(tables, name, label, sample):
    body = tables[name].body
    chosen = body[(body["Outcome"] == label) & (body["Sample"] == sample)]
    assert len(chosen) == 1
    return chosen.iloc[0]


def estimate(toy_run, analysis, variant, sample, term, **key):
    return one(
        toy_run[0], analysis=analysis, variant=variant, sample=sample, term=term, **key
    ).columns


def dispersion(toy_run, variant, sample, year):
    key = {"variant": variant, "sample": sample, "year": year}
    return one(toy_run[1], analysis="sigma", measure="std_log", **key).value


def test_every_spec_and_sample_has_its_place_in_order(tables, specs):
    assert list(tables) == ["sigma", "beta_cross_section", "beta_two_way"]
    expected = [
        (f"{spec.label}, {spec.first}–{spec.last}", sample)
        for spec in specs.itertuples()
        for sample in ("Zone", "Western region", "China")
    ]
    sigma = tables["sigma"].body
    assert list(sigma[["Outcome", "Sample"]].itertuples(index=False, name=None)) == expected
    assert sigma.notna().all(axis=None) and (sigma != "").all(axis=None)
    for name in ("beta_cross_section", "beta_two_way"):
        body = tables[name].body
        heads = [f"{spec.label}, {spec.first}–{spec.last}" for spec in specs.itertuples()]
        assert list(body.columns) == ["Sample", "Term", *heads]
        assert body["Sample"].unique().tolist() == [
            "Zone",
            "Western region",
            "China",
            "All samples",
        ]
        assert (body[heads] != "").all(axis=None)


def test_a_sample_without_estimates_has_no_row(toy_run, specs):
    estimates = toy_run[0].query("sample != 'zone' or variant != 'lights'")
    sigma, *slopes = convergence_tables(estimates, toy_run[1], specs, 0.95)
    assert len(sigma.body) == 8
    for table in slopes:
        lights = table.body.set_index("Sample")["Night lights per head, 2001–2008"]
        assert (lights["Zone"] == "").all() and (lights["Western region"] != "").all()


def test_sigma_cells_are_the_estimates(tables, toy_run):
    printed = row(tables, "sigma", "Income per head, 2002–2006", "Western region")
    ratio = estimate(toy_run, "sigma", "income_short", "region", "ratio")
    trend = estimate(toy_run, "sigma", "income_short", "region", "trend")
    assert printed["Cities"] == "9"
    assert printed["First"] == number(dispersion(toy_run, "income_short", "region", 2002), 3)
    assert printed["Last"] == number(dispersion(toy_run, "income_short", "region", 2006), 3)
    assert printed["Ratio"] == number(ratio["estimate"], 3)
    assert printed["95% interval"] == interval(ratio["conf_low"], ratio["conf_high"], 2)
    assert printed["p"] == p_value(ratio["p_value"])
    assert printed["Trend × 100"] == number(100 * trend["estimate"], 2)


@pytest.mark.parametrize("method", ["cross-section", "two-way"])
def test_beta_cells_are_the_estimates(tables, toy_run, method):
    body = tables[f"beta_{method.replace('-', '_')}"].body
    nation = body[body["Sample"] == "China"].set_index("Term")["Night lights per head, 2001–2008"]
    slope = estimate(toy_run, "beta", "lights", "nation", "initial", method=method)
    half = estimate(toy_run, "beta", "lights", "nation", "half_life", method=method)
    assert nation["Cities"] == "10"
    assert nation["Observations"] == ("10" if method == "cross-section" else "70")
    assert nation["Initial level × 100"] == number(100 * slope["estimate"], 2)
    below = nation.iloc[1:3].tolist()  # the error, then the interval
    low, high = 100 * slope["conf_low"], 100 * slope["conf_high"]
    assert below == [f"({number(100 * slope['std_error'], 2)})", interval(low, high, 2)]
    assert nation["p"] == p_value(slope["p_value"])
    assert nation["Half-life"] == number(half["estimate"], 1)
    assert nation["MDE × 100"] == number(100 * slope["mde"], 2)


def test_the_level_stands_in_head_or_notes(toy_run, specs):
    for table in convergence_tables(*toy_run[:2], specs, 0.9):
        assert "90% interval" in table.body.columns or "90% confidence intervals" in table.notes


def test_csv_is_the_body(tables, written):
    for name, table in tables.items():
        back = pd.read_csv(written / f"{name}.csv", dtype="str", keep_default_na=False)
        pd.testing.assert_frame_equal(back, table.body.astype("str"))


def test_latex_has_no_character_that_needs_a_font(tables, written):
    for name, table in tables.items():
        text = (written / f"{name}.tex").read_text("utf-8")
        assert text.isascii(), sorted({sign for sign in text if not sign.isascii()})
        assert "$-$" in text
        rows = [line for line in text.splitlines() if line.rstrip().endswith(r"\\")]
        first = next(column for column in table.body if column != table.group)
        for label in table.body[first][table.body[first].str.isalpha()].unique():
            found = sum(line.startswith(f"{label} &") for line in rows)
            assert found == (table.body[first] == label).sum(), label


def test_html_has_the_fixed_id_and_every_cell(tables, written):
    for name, table in tables.items():
        text = (written / f"{name}.html").read_text("utf-8")
        assert text.startswith("<!doctype html>") and '<html lang="en">' in text
        assert re.findall(r'<table id="([^"]*)"', text) == [f"table-{name}"]
        assert f"<title>{table.title}</title>" in text
        cells = re.findall(r"<td(?: class=\"text\")?>(.*?)</td>", text)
        body = table.body.drop(columns=table.group).map(lambda cell: cell.replace("<", "&lt;"))
        assert cells == body.to_numpy().ravel().tolist()


def test_the_same_table_gives_the_same_bytes(tables, written, tmp_path):
    for table in tables.values():
        write_table(table, tmp_path)
    for path in sorted(tmp_path.iterdir()):
        assert path.read_bytes() == (written / path.name).read_bytes()


def as_reported(frame):
    """The toy's income under the name of the specification that the text names."""
    return frame.replace({"variant": {"income": "reported"}}).rename(index={"income": "reported"})


def numbers_with(toy_run, specs, key, low, mid, high):
    """The numbers of the text where one estimate of the zone is set to given values."""
    estimates, series = toy_run[0].copy(), toy_run[1]
    key = {**key, "variant": "income", "sample": "zone"}
    chosen = (estimates[list(key)] == list(key.values())).all(axis=1)
    assert chosen.sum() == 1
    estimates.loc[chosen, ["conf_low", "estimate", "conf_high"]] = [low, mid, high]
    results = map(as_reported, (estimates, series, estimates, specs))
    return convergence_numbers(*results)[key["analysis"]]["reported"]["zone"]


@pytest.mark.parametrize(
    ("limits", "word"),
    [
        ((0.5, 0.7, 0.9), "fell"),
        ((0.8, 0.95, 1.1), "did not change significantly"),
        ((1.1, 1.4, 1.7), "rose"),
    ],
)
def test_words_on_dispersion(toy_run, specs, limits, word):
    numbers = numbers_with(toy_run, specs, {"analysis": "sigma", "term": "ratio"}, *limits)
    assert (numbers["verdict"], numbers["ratio"]) == (word, f"{limits[1]:.2f}")
    assert (numbers["first"], numbers["p"]) != ("–", "–")


@pytest.mark.parametrize(
    ("limits", "word"),
    [
        ((-0.03, -0.02, -0.01), "convergence"),
        ((-0.03, -0.01, 0.01), "neither convergence nor divergence"),
        ((0.01, 0.02, 0.03), "divergence"),
    ],
)
def test_words_on_slopes(toy_run, specs, limits, word):
    key = {"analysis": "beta", "method": "cross-section", "term": "initial"}
    numbers = numbers_with(toy_run, specs, key, *limits)
    assert numbers["verdict"] == word
    assert numbers["slope"] == number(100 * limits[1], 2)


def test_the_years_are_those_of_the_specification(toy_run, specs):
    estimates, series = toy_run[:2]
    numbers = convergence_numbers(*map(as_reported, (estimates, series, estimates, specs)))
    assert numbers["specs"]["reported"] == {"first": "2001", "last": "2008"}
    assert numbers["sigma"]["chained"]["zone"]["ratio"] == "–"  # the toy has no such
