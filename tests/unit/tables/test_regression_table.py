"""Regressions in columns, from invented estimates."""

import pandas as pd
import pytest

from guantian.present.regression_table import TERM, Model, Term, regression_body
from guantian.results import estimates

AIC = {"aic": "AIC"}


def model(head, sample="all", facts=None, **terms):
    rows = [
        {
            "term": term,
            "estimate": value,
            "std_error": error,
            "conf_low": value - 2 * error,
            "conf_high": value + 2 * error,
            "p_value": 0.04,
        }
        for term, (value, error) in terms.items()
    ]
    common = {"analysis": "a", "variant": head, "sample": sample, "outcome": "y", "n_obs": 1234}
    return Model(head, estimates(rows, n_units=7, n_periods=12, **common), facts or {})


@pytest.fixture
def body():
    panels = {
        "Border": [model("SLX", x=(-0.5, 0.1)), model("SDM", x=(0.25, 0.1), rho=(0.3, 0.01))],
        "Distance": [model("SDM", facts={"Effects": "city"}, x=(1.0, 0.5), aic=(-12.34, 0))],
    }
    terms = [Term("rho", "ρ"), Term("x", "Level × 10", scale=10, decimals=1, p=True)]
    return regression_body(panels, [*terms, Term("none", "–")], group="W", closing="All", fits=AIC)


def lines(body, panel):
    return body[body["W"] == panel].drop(columns="W").to_numpy().tolist()


def test_a_term_has_estimate_error_interval_and_p(body):
    assert list(body.columns) == ["W", TERM, "SLX", "SDM"]
    assert lines(body, "Border") == [
        ["ρ", "", "0.300"],
        ["", "", "(0.010)"],
        ["", "", "[0.280, 0.320]"],
        ["Level × 10", "−5.0", "2.5"],
        ["", "(1.0)", "(1.0)"],
        ["", "[−7.0, −3.0]", "[0.5, 4.5]"],
        ["p", "0.040", "0.040"],
        ["Observations", "1\u202f234", "1\u202f234"],
        ["Cities", "7", "7"],
        ["Years", "12", "12"],
    ]


def test_a_panel_shows_its_own_terms_and_fits_and_facts_stand_once(body):
    distance = lines(body, "Distance")
    assert [line[0] for line in distance if line[0]] == [
        *("Level × 10", "p", "AIC", "Observations", "Cities", "Years")
    ]
    assert all(line[1] == "" for line in distance)  # no SLX there
    assert ["AIC", "", "−12.3"] in distance
    assert lines(body, "All") == [["Effects", "", "city"]]


def test_what_is_not_asked_for_is_not_shown():
    plain = Term("x", "x", error=False, span=False)
    body = regression_body({"p": [model("m", x=(1, 1))]}, [plain], group="g", closing="All")
    assert body[TERM].tolist() == ["x", "Observations", "Cities", "Years"]


def test_nothing_in_gives_heads_only():
    body = regression_body({}, [Term("x", "x")], group="g", closing="All")
    assert isinstance(body, pd.DataFrame) and body.empty
