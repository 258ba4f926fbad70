"""The main table has a column for each vintage; other tables are of the headline alone."""

import pandas as pd

from guantian.chapters.growth.vintages import HEADERS, VINTAGE_OF, of_headline, vintage_table
from guantian.data.growth import HEADLINE, OUTPUTS, VINTAGES
from guantian.results import estimates

SPEC = {
    "speed": {"first": 2000, "last": 2019},
    "accounting": {"windows": {"whole": [2005, 2016]}},
}


def results():
    rows = []
    for number, vintage in enumerate(VINTAGES, start=1):
        interval = {"estimate": number, "conf_low": number - 1, "conf_high": number + 1}
        mean = {"variant": "S1.1a", "analysis": "secondary", "term": "mean", "outcome": vintage}
        mean |= {"first_year": 2000, "last_year": 2019}
        rows += [mean | interval | {"sample": sample} for sample in ("china", "zone")]
        rows.append(mean | interval | {"sample": "china", "errors": "cosine"})
        accounts = {"analysis": "accounting", "sample": "zone", "outcome": OUTPUTS[vintage]}
        accounts |= {"first_year": 2005, "last_year": 2016}
        rows += [accounts | interval | {"term": term} for term in ("growth", "residual")]
    return estimates(rows, chapter="growth")


def test_every_vintage_has_its_column():
    body = vintage_table(results(), SPEC, 0.95).body
    assert set(HEADERS) == set(VINTAGES)
    mean = body[body["Quantity"] == "Mean, China"].iloc[0]
    assert [mean[header] for header in HEADERS.values()] == ["1.00", "2.00", "3.00"]
    residual = body[body["Quantity"] == "Residual, zone"].iloc[0]
    assert residual["First published"] == "200.0"
    assert list(body["Quantity"])[:2] == ["Mean, China", "Mean, zone"]


def test_other_tables_are_of_the_headline():
    kept = of_headline(results())
    assert set(kept["outcome"]) == {HEADLINE, OUTPUTS[HEADLINE]}
    border = pd.DataFrame({"outcome": ["county_gdp_growth", ""]})
    assert len(of_headline(border)) == 2
    assert set(VINTAGE_OF) == {*VINTAGES, *OUTPUTS.values()}
