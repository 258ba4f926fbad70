"""The page's parts on invented figures; the page in a browser is tested in tests/browser."""

import json
import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from made_claims import TEST, claim, declare, row, statement, tables
from shapely.geometry import box

from guantian.claims import Rule, decide_claims
from guantian.claims.printed import claims_numbers
from guantian.site import SiteData, build_page
from guantian.site.breaks import known_breaks
from guantian.site.charts import choice_summary, curve_choices, curve_samples, series_chart
from guantian.site.flows import links_between, network
from guantian.site.ledger import entries, filters, interval_picture, tiles
from guantian.site.shapes import picture

SPANS = {"w": {"label": "Lights", "first": 2001, "last": 2012}}
CODES = ["610100", "610200", "620500"]
NAMES = dict(zip(CODES, ["Xi'an", "Tongchuan", "Tianshui"], strict=True))


BREAKS = pd.DataFrame(
    [
        ("t", "*", "c", 2002, "sensor", "another <satellite>"),
        ("t", "6101*", "people", 2002, "census", "another census"),
        ("t", "62*", "c", 2001, "vintage", "before all figures"),
    ],
    columns=["table", "unit", "column", "year", "kind", "reason"],
)


@pytest.fixture(scope="module")
def shapes():
    squares = [box(1000 * i, 0, 1000 * i + 1000, 2000) for i in range(5)]
    return gpd.GeoDataFrame(geometry=squares, index=[*CODES, "999998", "999999"])


@pytest.fixture(scope="module")
def flows():
    rows = [("610100", "610200", 4.0), ("610200", "610100", 5.0), ("610100", "620500", 1.0)]
    rows += [("610100", "610100", 99.0), ("610100", "440100", 99.0), ("610200", "620500", 0.0)]
    return pd.DataFrame(rows, columns=["origin_code", "destination_code", "flow_index"])


@pytest.fixture(scope="module")
def ledger():
    test = {**TEST, "outcome": "a <slope>"}
    declared = declare(
        claim("S1.1", statement("S1.1", test, test), figures=["f"]),
        claim("S1.2", statement("S1.2", None, None, untested=dict(china="All & any", zone="-"))),
    )
    rows = [
        row("S1.1", 1.0, 0.1, conf_high=np.inf, p_value=0.001),
        row("S1.1", 0.0, 0.1, "zone", p_value=0.9),
        row("S1.1", 0.3, 0.1, analysis="secondary", group="<b>", p_value=0.9),
    ]
    return decide_claims(declared, tables(*rows), Rule())


@pytest.fixture(scope="module")
def data(shapes, flows, ledger):
    index = pd.MultiIndex.from_product([CODES, [2001, 2002]], names=["city_code", "year"])
    panel = pd.DataFrame({"name_zh": "市", "gdp": [1.0, 2, 3, 4, 5, np.nan]}, index=index)
    zone = {"growth_mean": "9.8", "growth_first": "2001", "growth_last": "2002", "size": "three"}
    for end in ("slowest", "fastest"):
        zone |= {f"growth_{end}": "Xi'an", f"growth_{end}_mean": "9"}
    return SiteData(
        zone={
            "name_en": "Zone",
            "name_zh": "区",
            "members": [{"code": code, "name_en": name} for code, name in NAMES.items()],
        },
        panel=panel,
        variables=["gdp"],
        codebook=pd.DataFrame(
            {
                "title": "GDP </script>",
                "unit": "yuan at prices of the base year; more",
                "source": "t.c",
                "formula": "",
            },
            index=["gdp"],
        ),
        picture=picture(shapes, CODES),
        flows=flows,
        claims=json.loads(ledger.to_json()),
        numbers={"zone": zone},
        chapters={"convergence": {}},
        words=claims_numbers(ledger.claims, ledger.tests, ledger.illustrations, Rule()),
        breaks=BREAKS,
        about={"name_en": "Zone", "name_zh": "区"},
        base_year=2002,
    )


def test_page_is_one_file_that_asks_for_nothing(data):
    page = build_page(data, "window.vegaEmbed = 1; // </script>")
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", page)
    assert not re.search(r"""(?:src)=["']""", page)
    assert page.count("</script>") == 3  # text that would end a script early is escaped
    assert "$" not in re.sub(r"\$\{|\$/", "", page.split("<script>")[0])  # nothing left unfilled
    kept = re.search(r'<script id="data" type="application/json">(.*?)</script>', page, re.S)
    assert json.loads(kept[1])["values"]["gdp"]["620500"] == [5.0, None]


def test_the_same_page_every_time(data):
    assert build_page(data, "x") == build_page(data, "x")


def test_without_a_specification_curve_a_sentence_stands(data):
    assert "This study holds no specification curve" in build_page(data, "x")
    curve = pd.DataFrame(
        {
            "analysis": "specification_curve",
            "variant": ["a"],
            "group": ["none"],
            "effect": ["none"],
            "weights": ["none"],
            "errors": ["HC3"],
            "sample": "zone",
            "estimate": -0.01,
            "conf_low": -0.02,
            "conf_high": -0.005,
        }
    )
    page = build_page(replace(data, curve=curve, spans=SPANS), "x")
    assert "Zone: 1 slopes, median −1.00; the interval lies below zero in 1" in page
    empty = replace(data, curve=curve.assign(estimate=np.nan))
    assert "This study holds no specification curve" in build_page(empty, "x")


def test_text_of_claims_is_escaped(data):
    text = entries(data.claims)
    assert "a &lt;slope&gt;" in text
    assert "All &amp; any" in text
    assert "group &lt;b&gt;" in text
    assert 'href="../figures/f.png"' in text


def test_a_claim_shows_the_verdicts_of_both_estimands(data):
    text = entries(data.claims)
    assert '<span class="badge v-supported">China: supported</span>' in text
    assert '<span class="badge v-no-relevant-effect">Zone: no relevant effect</span>' in text
    assert "S1.1, The zone: <b>0.00</b> [−0.20, 0.20] points, adjusted p 0.900" in text
    assert 'data-verdicts="not testable"' in text
    assert "Secondary evidence and falsification tests (1)" in text
    assert tiles(data.claims, "S1", "zone").count('class="tile v-no-relevant-effect"') == 1
    assert tiles(data.claims, "S2", "zone").count("tile ") == 0
    # The buttons are of the verdicts for China.
    assert "supported <b>1</b>" in filters(data.claims)
    assert "no relevant effect" not in filters(data.claims)


def test_links_hold_both_directions_and_only_members(flows):
    links = links_between(flows, CODES)
    assert links.to_dict("records") == [
        {"a": "610100", "b": "610200", "flow": 9.0},
        {"a": "610100", "b": "620500", "flow": 1.0},
    ]


def test_width_of_a_link_is_the_root_of_its_flow(flows, shapes):
    drawn = network(links_between(flows, CODES), picture(shapes, CODES), NAMES)
    widths = [float(width) for width in re.findall(r'stroke-width="([\d.]+)"', drawn)]
    assert widths[0] / widths[1] == pytest.approx(3, abs=0.05)
    none = links_between(flows.iloc[:0], CODES)
    assert "No flows are recorded" in network(none, picture(shapes, CODES), NAMES)


def test_shapes_fill_the_picture_and_points_lie_inside(shapes):
    drawn = picture(shapes, CODES)
    assert drawn.width == 1000
    assert 600 < drawn.height < 760  # three by two, with a margin
    x = [drawn.points[code][0] for code in CODES]
    assert x == sorted(x)
    assert all(0 < value < drawn.width for value in x)
    assert drawn.around.startswith("M")


def test_an_interval_that_runs_off_ends_in_an_arrow(ledger):
    part = json.loads(ledger.to_json())[0]["tests"][0]
    drawn = interval_picture(part)
    assert part["scaled_high"] == "∞"
    assert drawn.count('class="end"') == 1
    assert "above zero on the claimed side: 2.0, from 1.6 to ∞." in drawn
    assert "not estimated" in interval_picture({**part, "scaled": None})


def test_curve_is_taken_apart_and_ordered():
    rows = pd.DataFrame(
        {
            "analysis": "specification_curve",
            "variant": ["w", "w", "v"],
            "group": ["none", "all", "none"],
            "effect": "none",
            "weights": "none",
            "errors": "HC3",
            "sample": ["zone", "zone", "nation"],
            "estimate": [0.02, -0.03, 0.01],
            "conf_low": [-0.01, -0.04, 0.005],
            "conf_high": [0.05, -0.02, 0.02],
        }
    )
    curve = curve_choices(rows, SPANS)
    zone = curve[curve["sample"] == "zone"]
    assert zone["estimate"].tolist() == [-3, 2]
    assert zone["rank"].tolist() == [1, 2]
    assert zone["clear"].tolist() == [True, False]
    assert curve_samples(curve) == ["zone", "nation"]
    summary = {(row["choice"], row["value"]): row for row in choice_summary(curve, "zone")}
    assert summary["Controls", "All three"]["below"] == 1
    assert summary["Outcome and years", "Lights (2001–2012)"]["median"] == pytest.approx(-0.5)


def test_series_leave_missing_figures_out():
    index = pd.MultiIndex.from_product([CODES[:1], [2001, 2002]], names=["city_code", "year"])
    chart = series_chart(pd.Series([1.0, np.nan], index=index), "GDP", NAMES)
    assert [row["year"] for row in chart["data"]["values"]] == [2001]
    assert chart["encoding"]["x"]["field"] == "year"


def test_no_line_runs_over_a_gap_or_a_cut():
    years = [2000, 2001, 2002, 2003, 2004, 2005]
    index = pd.MultiIndex.from_product([CODES[:1], years], names=["city_code", "year"])
    values = pd.Series([1.0, np.nan, 2, 3, 4, 5], index=index)
    rows = series_chart(values, "GDP", NAMES, cuts=[2004])["data"]["values"]
    assert [(row["year"], row["run"], row["alone"]) for row in rows] == [
        (2000, 1, True),
        *[(2002, 2, False), (2003, 2, False)],
        *[(2004, 3, False), (2005, 3, False)],
    ]


def test_breaks_are_those_of_the_columns_behind_within_the_figures():
    codebook = pd.DataFrame(
        {"source": ["t.c", "t.people", "made"], "formula": ["", "", "1e4 * gdp / people"]},
        index=["gdp", "people", "per_head"],
    )
    years = {code: pd.Index([2001, 2002]) for code in CODES}
    found = known_breaks("per_head", codebook, BREAKS, years)
    assert [(one.year, one.cities, one.cuts) for one in found] == [
        (2002, ("610100",), False),
        (2002, tuple(CODES), True),  # what is measured, by another instrument
    ]
    assert known_breaks("gdp", codebook, BREAKS, dict.fromkeys(CODES, pd.Index([2002]))) == []


def test_the_page_names_cuts_and_the_year_of_prices(data):
    page = build_page(data, "x")
    assert "Cut at 2002: another &lt;satellite&gt;" in page
    assert "yuan at prices of 2002" in page


def test_the_claims_are_about_china_and_their_case_is_named(data):
    page = " ".join(build_page(data, "x").split())
    assert "about China's local governments" in page
    assert "Here the zone's column is of another one" not in page
    about = {"name_en": "Other & Zone", "name_zh": "他"}
    page = " ".join(build_page(replace(data, about=about), "x").split())
    assert 'one takes the Other &amp; Zone (<span lang="zh">他</span>) as its case.' in page
    assert 'is of another one, the Zone (<span lang="zh">区</span>).' in page
