"""The table of county convergence from rows made by hand."""

import pytest

from guantian.chapters.counties.tables import county_tables
from guantian.results import estimates

INTERVAL = {"conf_low": 0.5, "conf_high": 1.5}


@pytest.fixture
def rows():
    sigma = {"analysis": "county_sigma", "term": "ratio", "estimate": 0.9, **INTERVAL}
    beta = {"analysis": "county_beta", "term": "initial", "effect": "none", "n_units": 40}
    half = {"analysis": "county_beta", "term": "half_life", "effect": "none", "estimate": 57.4}
    durbin = {"analysis": "county_durbin", "estimate": 1.0, **INTERVAL}
    made = [
        sigma,
        {**beta, "estimate": -0.01, "conf_low": -0.012, "conf_high": -0.008},
        half,
        {**durbin, "term": "rho"},
        *({**durbin, "term": "impact", "effect": name} for name in ("direct", "indirect", "total")),
    ]
    return estimates(made, chapter="counties", variant="median", sample="china")


def test_a_sample_is_a_row_with_its_statistics(rows):
    (table,) = county_tables(rows, 0.95)
    (row,) = table.body.to_dict("records")
    assert row["Sample"] == "China"
    assert row["Sigma, last over first year"].startswith("0.90")
    assert row["Beta × 100"].startswith("−1.00")
    assert row["Half-life, years"] == "57"
    assert row["Counties"] == "40"
    assert "Direct impact × 100" in row


def test_other_variants_are_left_out(rows):
    (table,) = county_tables(rows.assign(variant="printed"), 0.95)
    assert table.body.empty
